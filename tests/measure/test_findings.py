"""The worst few clocks of each verdict, whatever the batches in which they come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ehcp_timeline.audit.bulk.clocks import CLOCKS, ToldClocks
from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.audit.verdicts import Verdict
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.audit import check_files
from ehcp_timeline.measure.findings import Worst, bad_as
from ehcp_timeline.measure.result import Audit

DUE = date(2025, 1, 1)


def _clocks(rows: Sequence[int], days: Sequence[int | None], column: str = "days_late") -> ToldClocks:
    """Return clocks on these rows, so many days late; `due` counts the days after 1 January 2025."""
    values = [None if one is None else DUE + timedelta(one) for one in days] if column == "due" else days
    told = pl.DataFrame({"row": rows, column: values}, schema_overrides={"row": pl.UInt32})
    absent = (pl.lit(None).alias(name) for name in CLOCKS if name not in told.columns)
    return ToldClocks(told.with_columns(*absent).select(pl.col(n).cast(kind) for n, kind in CLOCKS.items()))


@dataclass
class Batches:
    """Batches of one file that go by; of each deadline and verdict so many are kept."""

    top: int
    frames: dict[Verdict, list[pl.DataFrame]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.worst = Worst(self.top)

    def add(self, verdict: Verdict, clocks: ToldClocks, *, order: int = 0, again: bool = False) -> list[int]:
        """Let clocks of one deadline go by, the `order`th of the rulebook; return the rows looked at."""
        every = pl.Series(range(clocks.height), dtype=pl.UInt32)
        told = clocks.at(self.worst.candidates(clocks, every, verdict, order, again=again)).frame()
        numbers = {"file": 0, "order": order}
        columns = [pl.lit(number, dtype=pl.UInt16).alias(name) for name, number in numbers.items()]
        self.frames.setdefault(verdict, []).append(told.with_columns(columns))
        return told["row"].to_list()

    def kept(self, verdict: Verdict) -> list[int]:
        """Return the rows that are kept, deadline after deadline, worst first."""
        worst = self.worst.of_all(pl.concat(self.frames[verdict]), verdict)
        return worst.sort("order", maintain_order=True)["row"].to_list()


def test_the_latest_are_kept_over_all_batches() -> None:
    """The two that are most days late, the latest first, though they came in different batches."""
    batches = Batches(2)
    batches.add("overdue", _clocks([2, 3, 4], [10, 30, 20]))
    batches.add("overdue", _clocks([5, 6], [40, 5]))

    assert batches.kept("overdue") == [5, 3]
    assert batches.worst.badness["overdue", 0].to_list() == [40, 30]


def test_of_equally_bad_ones_the_first_of_the_file_stay() -> None:
    """A later row that is as late takes no place."""
    batches = Batches(2)
    batches.add("late", _clocks([4], [7]))
    batches.add("late", _clocks([3], [7]))
    batches.add("late", _clocks([5, 6], [7, 7]))

    assert batches.kept("late") == [3, 4]


@pytest.mark.parametrize(("again", "rows"), [(False, [8, 9]), (True, [2, 8])])
def test_a_row_that_comes_late_takes_its_place_among_equals(again: bool, rows: list[int]) -> None:
    """Repeating duties come after all rows have gone by: then an earlier row that is as bad goes first."""
    batches = Batches(2)
    batches.add("overdue", _clocks([8, 9], [7, 7]))
    batches.add("overdue", _clocks([2], [7]), again=again)

    assert batches.kept("overdue") == rows


def test_a_day_more_is_worse_and_a_day_less_is_not_told() -> None:
    """Nothing of a clock that cannot be among the worst is worked out."""
    batches = Batches(1)
    batches.add("overdue", _clocks([2], [7]))

    assert batches.add("overdue", _clocks([3, 4, 5], [6, 7, 8])) == [5]
    assert batches.add("overdue", _clocks([3], [8])) == []
    assert batches.add("overdue", _clocks([4], [9])) == [4]


@pytest.mark.parametrize("verdict", ["running", "early"])
def test_what_is_due_first_comes_first(verdict: Verdict) -> None:
    """The fewest days left are the worst, and a due day before the answer's is worse still."""
    batches = Batches(2)
    batches.add(verdict, _clocks([2, 3, 4], [9, -1, 3], "days_left"))

    assert batches.kept(verdict) == [3, 4]


def test_what_has_no_due_day_comes_last() -> None:
    """An unknown clock that has a due day goes before one that has none, however late that day is."""
    batches = Batches(3)
    batches.add("unknown", _clocks([2, 3, 4, 5], [None, 20_000, None, 1], "due"))

    assert batches.kept("unknown") == [5, 3, 2]


def test_each_deadline_and_verdict_has_its_own_list() -> None:
    """One clock of each is kept, however bad those of another are."""
    batches = Batches(1)
    batches.add("unknown", _clocks([2], [0], "due"))
    batches.add("running", _clocks([3], [1], "days_left"))
    batches.add("running", _clocks([4], [9], "days_left"), order=5)

    assert (batches.kept("unknown"), batches.kept("running")) == ([2], [3, 4])


def test_fewer_than_asked_for_are_all_kept() -> None:
    """Then a clock that is less bad than all of them is among the worst as well."""
    batches = Batches(5)
    assert batches.worst.badness == {}

    batches.add("overdue", _clocks([2], [7]))
    assert batches.add("overdue", _clocks([3], [1])) == [3]
    assert batches.kept("overdue") == [2, 3]


@pytest.mark.parametrize(("days", "bad"), [([3, 7], [3, 7]), ([None, 1], [-(2**31), 1])])
def test_badness_is_in_days(days: list[int | None], bad: list[int]) -> None:
    """A day later is one worse."""
    both = pl.Series([0, 1], dtype=pl.UInt32)
    assert bad_as(_clocks([2, 3], days), both, "excused").to_list() == bad


def _audit(folder: Path, as_at: str, selection: Selection, *rows: str, **how: Any) -> Audit:
    """Judge cases of one duty: `assess.decide`, due on 14 May 2025 if it was asked for on 2 April."""
    path = folder / "cases.csv"
    path.write_text("\n".join(("case_id,team,request_received,assess_agreed", *rows)) + "\n")
    when = date.fromisoformat(as_at)
    source = open_case_file(str(path), vocabulary(), as_at=when)
    return check_files(load_rulebook(), [source], when, selection, **how)


@pytest.mark.parametrize(
    ("as_at", "answered", "breaches"),
    [
        ("2025-04-29", "", set()),
        ("2025-04-30", "", {"due-soon"}),
        ("2025-05-14", "", {"due-soon"}),
        ("2025-05-15", "", {"overdue"}),
        ("2025-06-01", "2025-05-14", set()),
        ("2025-06-01", "2025-05-15", {"late"}),
    ],
)
def test_what_a_run_may_fail_on(tmp_path: Path, as_at: str, answered: str, breaches: set[str]) -> None:
    """Due in 15 days is not soon, in 14 it is; done late is known though it is not listed."""
    assert _audit(tmp_path, as_at, Selection(), f"A,North,2025-04-02,{answered}").breaches == breaches


@pytest.mark.parametrize(
    ("selection", "breaches"),
    [
        (Selection(), {"overdue", "late"}),
        (Selection(teams=frozenset({"North"})), {"overdue"}),
        (Selection(teams=frozenset({"South"})), {"late"}),
        (Selection(deadlines=frozenset({"plan"})), set()),
        (Selection(kinds=frozenset({"guidance"})), set()),
        (Selection(who=frozenset({"adviser"})), set()),
    ],
)
def test_only_what_was_asked_for_can_fail(tmp_path: Path, selection: Selection, breaches: set[str]) -> None:
    """The authority's own statutory clocks, of the groups and deadlines that were asked for."""
    rows = ("A,North,2025-04-02,", "B,South,2025-04-02,2025-05-15")

    audit = _audit(tmp_path, "2025-06-01", selection, *rows, assume_blank=["plan_issued"])

    assert audit.breaches == breaches


@pytest.mark.parametrize("top", [None, 9])
def test_a_page_lists_the_worst_first_and_data_are_in_file_order(tmp_path: Path, top: int | None) -> None:
    """Ranked, the most days late come first, then the row; the case that is latest of all is named."""
    rows = ("A,,2025-04-03,", "B,,2025-04-02,", "C,,2025-04-03,", "D,,2025-04-20,2025-06-16")
    every = Selection(verdicts=frozenset({"overdue", "late"}))
    ranked = _audit(tmp_path, "2025-06-20", every, *rows, top=top, ranked=True)

    overdue = ranked.findings.filter(ranked.findings["verdict"] == "overdue")
    assert overdue["case_id"].to_list() == ["B", "A", "C"]
    assert (ranked.latest, ranked.overdue_cases) == ("B", 3)
    assert ranked.selected == {"assess.decide": {"overdue": 3, "late": 1}}
    assert _audit(tmp_path, "2025-06-20", every, *rows).findings["case_id"].to_list() == ["A", "B", "C", "D"]

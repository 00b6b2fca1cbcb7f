"""A sample of rows is judged by both readers, and a single difference stops everything."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest

from ehcp_timeline.audit.bulk import cross_check as verifying
from ehcp_timeline.audit.bulk.clocks import CLOCKS, Judged, ToldClocks
from ehcp_timeline.audit.bulk.cross_check import verified, verify
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.cases.model import Row
from ehcp_timeline.errors import ReadersDisagreeError
from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.audit.bulk.made import batches_of, clocks_by_single

LAW = load_rulebook()
AS_AT = date(2025, 6, 1)
REQUESTS = [Row(number, f"R{number}", {"request_received": date(2025, 1, number)}) for number in range(2, 22)]
REVIEWS = [
    Row(number, f"C{number // 3}", {"review_decided": date(2020 + number % 3, 3, number - 29)})
    for number in range(30, 45)
]
ROWS = [*REQUESTS, *REVIEWS]
WANTED = [LAW.by_id["plan.issue"], LAW.by_id["review.annual"]]


def _told() -> dict[str, pl.DataFrame]:
    return clocks_by_single(LAW, ROWS, AS_AT, WANTED)


def test_readers_that_agree_are_believed() -> None:
    """A whole file, verified, gives the batches that judging it gives."""
    batches = batches_of(ROWS, LAW, 10)

    sampled = list(verified(LAW, batches, AS_AT, 20))
    judged = list(judge(LAW, batches, AS_AT))

    assert [set(one.clocks) for one in sampled] == [set(one.clocks) for one in judged]
    assert [one.last for one in sampled] == [False, False, False, False, True]


def test_rows_that_agree_pass() -> None:
    """Both readers' clocks of the same rows are the same: nothing happens."""
    verify(LAW, ROWS, _told(), AS_AT)


def test_one_wrong_day_is_found_and_both_answers_are_told() -> None:
    """The message names the deadline, the row and what each reader says of it, in full."""
    wrong = _told()["plan.issue"].with_columns(
        due=pl.when(pl.col("row") == 4).then(date(2025, 5, 25)).otherwise("due")
    )

    with pytest.raises(ReadersDisagreeError) as error:
        verify(LAW, ROWS, {"plan.issue": wrong}, AS_AT)

    assert error.value.message == (
        "the two readers of the law differ about plan.issue on row 4\n"
        "  bulk: start 2025-01-04, due 2025-05-25, act_by 2025-05-23, earliest_reading 2025-05-23, "
        "latest_reading 2025-05-24, verdict overdue, strict overdue, evidenced overdue, days_late 8, "
        "certainty certain, provisional False, open True\n"
        "  single: start 2025-01-04, due 2025-05-24, act_by 2025-05-23, earliest_reading 2025-05-23, "
        "latest_reading 2025-05-24, verdict overdue, strict overdue, evidenced overdue, days_late 8, "
        "certainty certain, provisional False, open True"
    )
    assert error.value.exit_code == 2


def test_a_clock_that_is_missing_is_found() -> None:
    """A clock that only one reader has is a difference, whichever reader it is."""
    with pytest.raises(
        ReadersDisagreeError, match=r"review\.annual on row 30\n  bulk: no clock\n  single: start"
    ):
        verify(LAW, ROWS, {"review.annual": pl.DataFrame(schema=dict(CLOCKS))}, AS_AT)
    with pytest.raises(
        ReadersDisagreeError, match=r"plan\.issue on row 2\n  bulk: start .*\n  single: no clock"
    ):
        verify(LAW, REVIEWS, {"plan.issue": _told()["plan.issue"]}, AS_AT)


def test_clocks_in_another_order_are_a_difference() -> None:
    """A list in file order must be in file order."""
    with pytest.raises(ReadersDisagreeError, match="different orders"):
        verify(LAW, ROWS, {"plan.issue": _told()["plan.issue"].reverse()}, AS_AT)


def _planted(deadline: str, column: str, value: Any) -> Any:
    """Return a reader that is wrong about one column of every clock of one deadline."""

    def judged(*args: Any, **kwargs: Any) -> Iterator[Judged]:
        for one in judge(*args, **kwargs):
            clocks = dict(one.clocks)
            if deadline in clocks:
                kind = CLOCKS[column]
                wrong = clocks[deadline].frame().with_columns(pl.lit(value).cast(kind).alias(column))
                clocks[deadline] = ToldClocks(wrong)
            yield Judged(one.rows, clocks, one.problems, one.last)

    return judged


@pytest.mark.parametrize("deadline", ["plan.issue", "plan.draft", "review.annual"])
@pytest.mark.parametrize("column", ["due", "verdict", "days_late"])
def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch, deadline: str, column: str) -> None:
    """A small sample finds a reader that is wrong about one column, on one row or over a whole case."""
    value = {"due": date(2020, 1, 1), "verdict": "met", "days_late": 1}[column]
    monkeypatch.setattr(verifying, "judge", _planted(deadline, column, value))

    with pytest.raises(ReadersDisagreeError, match=f"differ about {deadline}"):
        list(verified(LAW, batches_of(ROWS, LAW, 10), AS_AT, 12))


def test_a_reader_that_forgets_a_deadline_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline without any clock is held against the other reader too, wherever its start stands."""

    def forgetful(*args: Any, **kwargs: Any) -> Iterator[Judged]:
        for one in judge(*args, **kwargs):
            left = {
                name: clocks
                for name, clocks in one.clocks.items()
                if name not in ("plan.draft", "review.annual")
            }
            yield Judged(one.rows, left, one.problems, one.last)

    monkeypatch.setattr(verifying, "judge", forgetful)

    with pytest.raises(ReadersDisagreeError, match=r"plan\.draft on row"):
        list(verified(LAW, batches_of(REQUESTS, LAW, 10), AS_AT, 4))
    with pytest.raises(ReadersDisagreeError, match=r"review\.annual on row"):
        list(verified(LAW, batches_of(REVIEWS, LAW, 10), AS_AT, 4))


def test_no_sample_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a sample of 0 the single reader is not asked."""
    monkeypatch.setattr(verifying, "judge", _planted("plan.issue", "days_late", 1))

    assert len(list(verified(LAW, batches_of(ROWS, LAW, 10), AS_AT, 0))) == 5


def test_a_case_is_sampled_with_all_its_rows() -> None:
    """The rows of a sampled case are gathered from every batch, so that its chain is whole."""
    rows = [row for start in range(3) for row in REVIEWS[start::3]]
    renumbered = [Row(number, row.case_id, row.events) for number, row in enumerate(rows, 2)]

    assert len(list(verified(LAW, batches_of(renumbered, LAW, 4), AS_AT, 50))) == 5

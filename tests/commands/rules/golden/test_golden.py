"""Every golden case through every reader, and the runner that holds them to the law."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ehcp_timeline.audit.single.explain import ExplanationStep, explain
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.verdicts import Circumstances, Clock, Verdict, decide
from ehcp_timeline.cases.model import Row
from ehcp_timeline.commands.rules.golden.cases import Golden, load_golden
from ehcp_timeline.commands.rules.golden.run import Judge, failures, single_reader
from ehcp_timeline.errors import RulebookError
from ehcp_timeline.law.rulebook import Rulebook, part_of
from tests.audit.bulk.made import bulk_reader
from tests.commands.rules.golden.statute import GOLDENS

TESTS = Path(__file__).parents[3]
FILES = sorted({golden.path for golden in GOLDENS})
CASE = """
[[case]]
name = "A plan on the last day"
as_at = 2025-09-01
given = { request_received = 2025-04-02, plan_issued = 2025-08-20 }
expect."plan.issue" = { due = 2025-08-20, verdict = "met" }
"""


@pytest.mark.parametrize("file", FILES, ids=lambda file: Path(file).name)
def test_the_law_answers_each_case(file: str, rulebook: Rulebook) -> None:
    """Each case of the file is answered as the law has it; each that is not is named."""
    assert _unanswered(file, single_reader, rulebook) == []


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: Path(file).name)
def test_the_law_answers_a_file_of_each_case(file: str, rulebook: Rulebook) -> None:
    """The bulk reader answers each case, in a file of its own, as the law has it."""
    assert _unanswered(file, bulk_reader, rulebook) == []


def _unanswered(file: str, reader: Judge, rulebook: Rulebook) -> list[str]:
    cases = [golden for golden in GOLDENS if golden.path == file]
    parts = {tuple(golden.expect): part_of(rulebook, golden.expect) for golden in cases}
    return [wrong for golden in cases for wrong in _wrong(golden, reader, parts[tuple(golden.expect)])]


@pytest.mark.parametrize("file", FILES, ids=lambda file: Path(file).name)
def test_the_law_answers_files_of_cases(file: str, rulebook: Rulebook) -> None:
    """The bulk reader answers all cases of one as-at date, in one file, as the law has it."""
    days: dict[date, list[Golden]] = {}
    for golden in GOLDENS:
        if golden.path == file:
            days.setdefault(golden.as_at, []).append(golden)

    wrong = []
    for as_at, cases in days.items():
        part = part_of(rulebook, {name for golden in cases for name in golden.expect})
        rows = [replace(row, case_id=str(at)) for at, golden in enumerate(cases) for row in golden.rows]
        clocks = bulk_reader(part, [replace(row, number=number) for number, row in enumerate(rows, 2)], as_at)
        for at, golden in enumerate(cases):
            first = 2 + next(number for number, row in enumerate(rows) if row.case_id == str(at))
            numbers = {first + after: row.number for after, row in enumerate(golden.rows)}
            mine = [replace(clock, row=numbers[clock.row]) for clock in clocks if clock.case_id == str(at)]
            wrong += _wrong(golden, partial(_given, mine), part)

    assert wrong == []


def _given(
    clocks: Sequence[Clock], _rulebook: Rulebook, _rows: Sequence[Row], _as_at: date
) -> Sequence[Clock]:
    """Return what was judged before, in the shape of a reader."""
    return clocks


def _wrong(golden: Golden, reader: Judge, part: Rulebook) -> list[str]:
    """Return the failures of one case; a reader that breaks on it is one, so that the next is still tried."""
    try:
        return [str(failure) for failure in failures([golden], part, reader)]
    except Exception as error:  # noqa: BLE001 - whatever it is, the case is named
        return [f"{Path(golden.path).name}:{golden.line}: {golden.name}: {error!r}"]


def test_a_reader_that_breaks_on_a_case_is_a_failure_of_that_case(rulebook: Rulebook) -> None:
    """Its file, line and sentence are told with the error."""

    def broken(_rulebook: Rulebook, _rows: Sequence[Row], _as_at: date) -> Sequence[Clock]:
        raise ValueError("no such day")

    golden = GOLDENS[0]
    place = f"{Path(golden.path).name}:{golden.line}"

    assert _wrong(golden, broken, rulebook) == [f"{place}: {golden.name}: ValueError('no such day')"]


def _replayed(steps: Iterable[ExplanationStep]) -> Verdict:
    """Return the verdict that the steps lead to, from what they give and nothing else."""
    given: dict[str, Any] = {name: word for step in steps for name, word in step.gives.items()}
    return decide(Circumstances(**given)).verdict


@pytest.mark.slow
def test_the_steps_of_every_explanation_lead_to_its_verdict(rulebook: Rulebook) -> None:
    """Whoever looks up what the numbered steps establish finds the verdict of the clock."""
    strayed = [
        f"{golden.name}: {working.clock.deadline}"
        for golden in GOLDENS
        for working in judge_case(part_of(rulebook, golden.expect), golden.rows, golden.as_at)
        if _replayed(explain(working, golden.as_at)) != working.clock.verdict
    ]

    assert strayed == []


def test_no_two_cases_have_one_name() -> None:
    """A name is a claim, made once."""
    assert [name for name, times in Counter(golden.name for golden in GOLDENS).items() if times > 1] == []


def test_every_published_case_is_a_golden_case() -> None:
    """Each line of ombudsman.csv stands among the cases with its dates, and its stated day is expected."""
    with (TESTS / "data" / "ombudsman.csv").open(encoding="utf-8", newline="") as lines:
        missing = [line["reference"] for line in csv.DictReader(lines) if not _stands(line)]

    assert missing == []


def _stands(line: dict[str, str]) -> bool:
    columns = ("request_received", "assess_refused", "assess_agreed", "no_plan_notified", "plan_issued")
    events = {name: date.fromisoformat(line[name]) for name in columns if line[name]}
    due = date.fromisoformat(line["stated_due"])
    return any(
        golden.rows[0].events == events
        and golden.as_at == date.fromisoformat(line["as_at"])
        and golden.expect.get(line["deadline"], ({},))[0].get("due") == due
        for golden in GOLDENS
        if Path(golden.path).name == "ombudsman.toml"
    )


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "cases.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _faults(tmp_path: Path, text: str, rulebook: Rulebook) -> tuple[str, ...]:
    with pytest.raises(RulebookError) as caught:
        load_golden(_written(tmp_path, text), rulebook)
    return caught.value.faults


def test_a_case_is_read_with_the_line_on_which_it_begins(tmp_path: Path, rulebook: Rulebook) -> None:
    """File and line lead whoever reads a failure to the case."""
    (golden,) = load_golden(_written(tmp_path, CASE), rulebook)

    assert (Path(golden.path).name, golden.line, golden.as_at) == ("cases.toml", 2, date(2025, 9, 1))
    assert golden.rows[0].events["plan_issued"] == date(2025, 8, 20)


def test_a_right_case_has_no_failure(tmp_path: Path, rulebook: Rulebook) -> None:
    """What the law answers is expected."""
    assert list(failures(load_golden(_written(tmp_path, CASE), rulebook), rulebook)) == []


def test_a_wrong_day_fails_and_says_what_came(tmp_path: Path, rulebook: Rulebook) -> None:
    """A failure names file, line, case, deadline, what was expected and what came."""
    wrong = CASE.replace("due = 2025-08-20", "due = 2025-08-21")
    (failure,) = failures(load_golden(_written(tmp_path, wrong), rulebook), rulebook)

    assert str(failure) == (
        "cases.toml:2: A plan on the last day: plan.issue: "
        "expected due 2025-08-21, verdict met, got due 2025-08-20, verdict met"
    )


def test_a_clock_too_many_fails(tmp_path: Path, rulebook: Rulebook) -> None:
    """A case that expects one clock of two is not answered."""
    two = CASE.replace("given = {", "given = [{").replace(
        "08-20 }\nexpect", "08-20 }, { request_received = 2025-05-01 }]\nexpect"
    )
    found = [str(failure) for failure in failures(load_golden(_written(tmp_path, two), rulebook), rulebook)]

    assert found == ["cases.toml:2: A plan on the last day: plan.issue: expected clocks 1, got clocks 2"]


def test_rows_that_start_nothing_do_not_count(tmp_path: Path, rulebook: Rulebook) -> None:
    """Of two rows one starts the clock; the clock that has not started on the other need not be expected."""
    two = CASE.replace("given = {", "given = [{").replace(
        "08-20 }\nexpect", "08-20 }, { draft_sent = 2025-07-01 }]\nexpect"
    )

    assert list(failures(load_golden(_written(tmp_path, two), rulebook), rulebook)) == []


NOT_STARTED = """
[[case]]
name = "No request"
as_at = 2025-09-01
given = { draft_sent = 2025-07-01 }
expect."plan.issue" = { verdict = "not-started", reason = "no-start" }
"""


def test_a_reader_may_leave_out_what_has_not_started(tmp_path: Path, rulebook: Rulebook) -> None:
    """An expected clock that has not started is answered by such a clock and by none at all."""
    goldens = load_golden(_written(tmp_path, NOT_STARTED), rulebook)

    assert list(failures(goldens, rulebook)) == []
    assert list(failures(goldens, rulebook, lambda _law, _rows, _day: ())) == []


def test_a_clock_that_started_is_not_one_that_has_not(tmp_path: Path, rulebook: Rulebook) -> None:
    """A reader that starts a clock where none should start fails."""
    goldens = load_golden(_written(tmp_path, NOT_STARTED), rulebook)
    started = load_golden(_written(tmp_path, CASE), rulebook)[0]
    clocks = single_reader(rulebook, started.rows, started.as_at)

    def judge(*_: object) -> list[object]:
        return [clock for clock in clocks if clock.deadline == "plan.issue"]

    assert [failure.got for failure in failures(goldens, rulebook, judge)] == [{"clocks": 1}]  # type: ignore[arg-type]


def test_every_expected_due_day_can_fail(rulebook: Rulebook) -> None:
    """Of every tenth case the due day moved by one day is not what the law answers."""
    passed = []
    for golden in GOLDENS[::10]:
        for deadline, clocks in golden.expect.items():
            if not isinstance(clocks[0].get("due"), date):
                continue
            moved = {**clocks[0], "due": clocks[0]["due"] + timedelta(days=1)}
            wrong = replace(golden, expect={deadline: (moved, *clocks[1:])})
            if not list(failures([wrong], part_of(rulebook, [deadline]))):
                passed.append(f"{golden.name}: {deadline}")

    assert passed == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("plan_issued", "plan_isued", "given.plan_isued: is not an event, code or flag with that value"),
        ('expect."plan.issue"', 'expect."plan.isue"', "expect: unknown deadline 'plan.isue'"),
        ("verdict =", "verdit =", 'expect."plan.issue".verdit: not a word of the rulebook'),
        ("as_at = 2025-09-01\n", "", "as_at is missing"),
        ("as_at =", "asat =", "asat: not a word of the rulebook"),
        ("plan_issued = 2025-08-20", 'plan_issued = "soon"', "plan_issued: is not an event, code or flag"),
        ('{ due = 2025-08-20, verdict = "met" }', "{}", "expects nothing; give a due day or a verdict"),
        ('{ due = 2025-08-20, verdict = "met" }', "3", 'expect."plan.issue": must be a table, not 3'),
        ("{ request_received = 2025-04-02, plan_issued = 2025-08-20 }", "3", "given: must be a table, not 3"),
    ],
)
def test_a_slip_of_the_pen_is_named_with_its_line(
    old: str, new: str, fault: str, tmp_path: Path, rulebook: Rulebook
) -> None:
    """A misspelt word is a fault with its place, never a case that passes."""
    faults = _faults(tmp_path, CASE.replace(old, new), rulebook)

    assert any(one.startswith("cases.toml:2:") and fault in one for one in faults)


def test_a_case_that_expects_nothing_is_a_fault(tmp_path: Path, rulebook: Rulebook) -> None:
    """A case without a deadline would pass whatever the law says."""
    text = CASE[: CASE.index("expect.")] + "expect = {}\n"

    assert _faults(tmp_path, text, rulebook) == ("cases.toml:2: expects nothing; name a deadline",)


def test_a_file_without_a_case_is_a_fault(tmp_path: Path, rulebook: Rulebook) -> None:
    """Nothing to test is not a test that passed."""
    faults = _faults(tmp_path, "", rulebook)

    assert faults == (f"{tmp_path}/cases.toml: holds no golden case; a case begins with [[case]]",)


def test_what_is_not_toml_is_a_fault(tmp_path: Path, rulebook: Rulebook) -> None:
    """A file that cannot be parsed is named with what the parser says."""
    (fault,) = _faults(tmp_path, "[[case]\n", rulebook)

    assert fault.startswith(f"{tmp_path}/cases.toml: is not TOML: ")

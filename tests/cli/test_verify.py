"""`ehcp check` judges some rows with both readers of the law, and writes nothing where they differ."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ehcp_timeline.audit.bulk import days as bulk_days
from ehcp_timeline.audit.bulk import due as bulk_due
from ehcp_timeline.audit.bulk import judge_deadline
from ehcp_timeline.audit.single import due
from ehcp_timeline.clock import Count, apply
from tests.cli.command import ehcp, printed, said

AS_AT = ("--as-at", "2026-01-15")
REQUEST = "case_id,request_received,plan_issued\nC-1,02/04/2025,\n"
REVIEW = "case_id,plan_issued,review_decided,plan_ceased\nC-1,02/04/2024,,\nC-1,,,01/05/2024\n"
Fault = Callable[[pytest.MonkeyPatch], None]


def _counts_a_day_too_many(patch: pytest.MonkeyPatch) -> None:
    def wrong(count: Count, day: date) -> date:
        return apply(count, day) + timedelta(days=1)

    patch.setattr(bulk_days, "apply", wrong)


def _single_counts_a_day_too_many(patch: pytest.MonkeyPatch) -> None:
    def wrong(count: Count, day: date) -> date:
        return apply(count, day) + timedelta(days=1)

    patch.setattr(due, "apply", wrong)


def _never_sees_an_end(patch: pytest.MonkeyPatch) -> None:
    right = bulk_due.end_of

    def wrong(deadline: Any, seen: Any, *others: Any) -> Any:
        answered, _, released = right(deadline, seen, *others)
        return answered, seen.never, released

    patch.setattr(judge_deadline, "end_of", wrong)


@pytest.fixture
def case_file(tmp_path: Path) -> Callable[[str], str]:
    """Write a case file and return its name."""

    def written(text: str) -> str:
        path = tmp_path / "cases.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


@pytest.mark.parametrize("fault", [_counts_a_day_too_many, _single_counts_a_day_too_many])
def test_a_fault_in_either_reader_stops_the_run(
    fault: Fault, case_file: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day more in one reader: exit 2, nothing on standard output, both days named on standard error."""
    file = case_file(REQUEST)
    fault(monkeypatch)
    run = ehcp("check", file, *AS_AT)

    assert (run.returncode, run.stdout) == (2, b"")
    assert "the two readers of the law differ about assess.decide on row 2" in said(run)
    assert "due 2025-05-14" in said(run)
    assert "due 2025-05-15" in said(run)
    assert "bulk: " in said(run)
    assert "single: " in said(run)


def test_a_fault_in_a_chain_is_found_over_the_rows_of_a_case(
    case_file: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a yearly review stands on another row than its start: that case is judged again whole."""
    file = case_file(REVIEW)
    sound = ehcp("check", file, *AS_AT)
    _never_sees_an_end(monkeypatch)
    run = ehcp("check", file, *AS_AT)

    assert sound.returncode == 0
    assert (run.returncode, run.stdout) == (2, b"")
    assert "the two readers of the law differ about review.annual on row 2" in said(run)
    assert "ended 2024-05-01" in said(run)


def test_nothing_is_written_where_the_readers_differ(
    case_file: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that was asked for is not there, nor any part of it."""
    file = case_file(REQUEST)
    _counts_a_day_too_many(monkeypatch)
    run = ehcp("check", file, *AS_AT, "-o", str(tmp_path / "late.csv"))

    assert run.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["cases.csv"]


def test_a_sample_of_none_asks_nobody(
    case_file: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `--verify 0` the fault goes through, a day late: the sample is what finds it."""
    file = case_file(REQUEST)
    sound = printed(ehcp("check", file, *AS_AT, "--verify", "0"))
    _counts_a_day_too_many(monkeypatch)
    wrong = printed(ehcp("check", file, *AS_AT, "--verify", "0"))

    assert "2025-08-20" in sound
    assert "2025-08-21" in wrong


@pytest.mark.slow
@pytest.mark.parametrize("sample", ["0", "1", "5", "500"])
def test_the_answer_does_not_depend_on_the_sample(case_file: Callable[[str], str], sample: str) -> None:
    """Any sample of a sound file gives the bytes that the default gives."""
    file = case_file(REVIEW + "".join(f"C-{n},{n:02}/03/2024,,\n" for n in range(2, 30)))

    assert ehcp("check", file, *AS_AT, "--verify", sample).stdout == ehcp("check", file, *AS_AT).stdout

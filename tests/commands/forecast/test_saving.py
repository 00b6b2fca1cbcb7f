"""The save list: who is on it, who is not by a day, and the last safe day for the draft."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.forecast.caseload import days_given
from ehcp_timeline.measure.forecast.forecast import SaveList, save_list
from tests.commands.forecast.files import AS_AT

RULEBOOK = load_rulebook()
Row = tuple[str, date | str, date | str, date | str, date | str]


def _days(number: int) -> date:
    return AS_AT - timedelta(days=number)


def _done(final: int) -> list[Row]:
    """Return ten cases that took 35 days to the decision, 60 to the draft and `final` to the plan."""
    return [
        (
            f"D{week}",
            _days(7 * week + final + 95),
            _days(7 * week + final + 60),
            _days(7 * week + final),
            _days(7 * week),
        )
        for week in range(10)
    ]


def _list(folder: Path, rows: Sequence[Row]) -> SaveList:
    path = folder / "cases.csv"
    lines = ["case_id,request_received,assess_agreed,draft_sent,plan_issued"]
    path.write_text("\n".join([*lines, *(",".join(map(str, row)) for row in rows)]), encoding="utf-8")
    return save_list(RULEBOOK, [open_case_file(str(path), vocabulary(), as_at=AS_AT)], AS_AT)


def test_a_case_is_to_be_saved_from_the_day_it_lacks_a_day(tmp_path: Path) -> None:
    """Decided today it needs 60 + 5 days: with 65 left it is safe, with 64 it is to be saved."""
    safe, late = ("SAFE", _days(75), AS_AT, "", ""), ("LATE", _days(76), AS_AT, "", "")
    found = _list(tmp_path, [*_done(5), safe, late])

    assert [one.case_id for one in found.cases] == ["LATE"]
    assert (found.cases[0].days_left, found.cases[0].days_needed) == (64, 65)
    assert found.cases[0].expected_p85 == AS_AT + timedelta(days=65)
    assert (found.in_time, found.untold) == (2, 0)


def test_the_draft_never_eats_the_familys_days(tmp_path: Path) -> None:
    """Plans came 5 days after drafts, but the family has 15: 4 August less 15 is a Sunday, so 18 July."""
    found = _list(tmp_path, [*_done(5), ("LATE", _days(76), AS_AT, "", "")])

    assert days_given(RULEBOOK, "plan.window", AS_AT) == 15
    assert found.cases[0].due == date(2025, 8, 4)
    assert found.cases[0].last_safe_draft == date(2025, 7, 18)


def test_slow_last_stages_move_the_draft_forward(tmp_path: Path) -> None:
    """Where plans came 40 days after drafts, the draft must go 40 days before: Wednesday 25 June."""
    found = _list(tmp_path, [*_done(40), ("LATE", _days(76), AS_AT, "", "")])

    assert found.cases[0].last_safe_draft == date(2025, 6, 25)


def test_a_draft_that_was_sent_needs_no_day(tmp_path: Path) -> None:
    """Sent yesterday, 4 of 5 days to go, 2 left: on the list, without a day for the draft."""
    found = _list(tmp_path, [*_done(5), ("SENT", _days(138), _days(90), _days(1), "")])

    (sent,) = found.cases
    assert (sent.stage, sent.days_left, sent.days_needed, sent.last_safe_draft) == ("final", 2, 4, None)


def test_the_earliest_draft_day_comes_first(tmp_path: Path) -> None:
    """Whatever the order of the file; a draft that was sent counts by its due day."""
    rows: list[Row] = [
        ("B", _days(80), AS_AT, "", ""),
        ("A", _days(90), AS_AT, "", ""),
        ("C", _days(138), _days(90), _days(1), ""),
    ]
    found = _list(tmp_path, [*_done(5), *rows])

    assert [one.case_id for one in found.cases] == ["C", "A", "B"]


def test_overdue_cases_are_past_saving(tmp_path: Path) -> None:
    """Due yesterday it is not on the list; due today it is."""
    rows: list[Row] = [("OVER", _days(141), _days(100), "", ""), ("TODAY", _days(140), _days(100), "", "")]
    found = _list(tmp_path, [*_done(5), *rows])

    assert [one.case_id for one in found.cases] == ["TODAY"]


def test_without_a_past_nothing_can_be_told(tmp_path: Path) -> None:
    """Two finished cases are too few: the open one is counted as untold, not as safe."""
    found = _list(tmp_path, [*_done(5)[:2], ("OPEN", _days(139), _days(100), "", "")])

    assert (found.cases, found.in_time, found.untold) == ((), 1, 1)

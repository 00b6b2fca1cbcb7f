"""Calendars: read back by an RFC 5545 reader, the same in every run, and nothing of a name in them."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from ehcp_timeline.output.calendar import CalendarEntry, calendar_bytes
from ehcp_timeline.output.receipt import Receipt
from tests.cli.command import ehcp, said

WHEN = ("--as-at", "2026-06-01")
READ: Any = Calendar.from_ical
RECEIPT = Receipt("0.1.0", None, "f" * 64, date(2026, 6, 1), None, ())
HEAD = "case_id,name,school,team,caseworker,request_received,assess_agreed,draft_sent,plan_issued\n"
CASES = (
    HEAD
    + "C-1,Zebedee Canary,Oak Lane,North,Ann Canary,2026-01-19,2026-02-27,,\n"
    + "C-2,Zebedee Canary,Elm Road,North,Ben Canary,2025-11-03,2025-12-10,,\n"
    + "C-3,Zebedee Canary,Oak Lane,South,Ann Canary,2026-05-04,,,\n"
)


@pytest.fixture
def cases(tmp_path: Path) -> str:
    """Return a file: a plan due on 8 June 2026, one overdue since 23 March, a decision due on 15 June."""
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    return str(path)


def events(data: bytes) -> list[Any]:
    """Return the events of a calendar, read back."""
    found: list[Any] = READ(data).walk("VEVENT")
    return found


def days(data: bytes) -> dict[str, date]:
    """Return summary to day."""
    return {str(event["summary"]): event["dtstart"].dt for event in events(data)}


def alarms(event: Any) -> list[int]:
    """Return how many days before its day an event has an alarm."""
    return [-alarm["trigger"].dt.days for alarm in event.walk("VALARM")]


def entry(day: date, text: str = "x") -> CalendarEntry:
    """Return one entry."""
    return CalendarEntry(("C-1", "plan.issue", None, date(2026, 1, 1)), day, text, (text, text))


@pytest.mark.parametrize(
    ("ahead", "set_for"), [(15, [14, 5]), (14, [14, 5]), (13, [5]), (5, [5]), (4, []), (0, []), (-3, [])]
)
def test_alarms_are_set_14_and_5_days_before_unless_those_days_have_passed(
    ahead: int, set_for: list[int]
) -> None:
    """The day before, the day, the day after."""
    data = calendar_bytes("Dates", [entry(date(2026, 6, 1) + timedelta(days=ahead))], RECEIPT)

    assert alarms(events(data)[0]) == set_for


def test_a_timeline_is_a_calendar_of_whole_days(tmp_path: Path) -> None:
    """The 6 and 20 weeks of a request of 12 January 2026, published, with ids that stay."""
    path = tmp_path / "dates.ics"
    run = ehcp("timeline", "request_received=2026-01-12", "--as-at", "2026-02-01", "-o", str(path))
    calendar = READ(path.read_bytes())
    plan = next(one for one in events(path.read_bytes()) if one["summary"] == "Send the finalised plan")

    assert run.returncode == 0
    assert calendar["method"] == "PUBLISH"
    assert days(path.read_bytes())[
        "Tell the family whether an EHC needs assessment will be carried out"
    ] == date(2026, 2, 23)
    assert (plan["dtstart"].dt, plan["dtend"].dt) == (date(2026, 6, 1), date(2026, 6, 2))
    assert alarms(plan) == [14, 5]
    assert "replace that calendar when you import again" in calendar["x-wr-caldesc"]
    assert "Outlook" in said(run)


def test_ids_stay_when_a_day_moves_and_when_the_question_is_asked_again(tmp_path: Path) -> None:
    """A later answer has the same ids, a higher sequence, and replaces the earlier one."""
    found: list[dict[str, int]] = []
    for as_at, more in (("2026-02-01", ()), ("2026-02-02", ()), ("2026-02-02", ("absent_from=2026-03-01",))):
        path = tmp_path / f"{len(found)}.ics"
        ehcp("timeline", "request_received=2026-01-12", *more, "--as-at", as_at, "-o", str(path))
        found.append({str(event["uid"]): event["sequence"] for event in events(path.read_bytes())})

    assert list(found[0]) == list(found[1]) == list(found[2])
    assert all(found[0][uid] < found[1][uid] for uid in found[0])
    assert len(set(found[0])) == len(found[0]) == 4


def test_the_calendars_of_a_file(cases: str, tmp_path: Path) -> None:
    """Check and overdue show the day in the law, next the day of the step, today where that has passed."""
    shown = {}
    for command in ("check", "overdue", "next"):
        path = tmp_path / f"{command}.ics"
        assert ehcp(command, cases, *WHEN, "-o", str(path)).returncode in (0, 1)
        shown[command] = days(path.read_bytes())

    assert shown["check"]["C-1: Send the finalised plan"] == date(2026, 6, 8)
    assert shown["check"]["C-2: OVERDUE: Send the finalised plan"] == date(2026, 3, 23)
    assert list(shown["overdue"]) == ["C-2: OVERDUE: Send the finalised plan"]
    assert shown["overdue"]["C-2: OVERDUE: Send the finalised plan"] == date(2026, 3, 23)
    assert [day for text, day in shown["next"].items() if text.startswith("C-2: OVERDUE")] == [
        date(2026, 6, 1)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("group", "files"),
    [
        ("case", ["C-1.ics", "C-2.ics", "C-3.ics"]),
        ("caseworker", ["Ann-Canary.ics", "Ben-Canary.ics"]),
        ("school", ["Elm-Road.ics", "Oak-Lane.ics"]),
    ],
)
def test_one_calendar_for_each_name(cases: str, tmp_path: Path, group: str, files: list[str]) -> None:
    """From `check` and from `next`, in a folder; the ending of the folder's name may say the format."""
    for command in ("check", "next"):
        run = ehcp(command, cases, *WHEN, "--split-by", group, "-o", str(tmp_path / f"{command}.ics"))
        folder = tmp_path / command

        assert run.returncode in (0, 1), said(run)
        assert sorted(path.name for path in folder.iterdir()) == files
        assert sum(len(events(path.read_bytes())) for path in folder.iterdir()) >= 3


def test_no_name_stands_in_a_calendar_unless_it_is_asked_for(cases: str, tmp_path: Path) -> None:
    """No child, no caseworker, no school and no file; with --names the child."""
    for command, words in (("check", ("--caseworker", "Ann Canary")), ("next", ()), ("overdue", ())):
        path = tmp_path / f"{command}.ics"
        ehcp(command, cases, *WHEN, *words, "-o", str(path))
        text = path.read_bytes().replace(b"\r\n ", b"")
        assert [word for word in (b"Canary", b"Oak Lane", b"North", b"cases.csv") if word in text] == []
    ehcp("overdue", cases, *WHEN, "--names", "-o", str(tmp_path / "named.ics"))

    assert list(days((tmp_path / "named.ics").read_bytes())) == [
        "C-2 Zebedee Canary: OVERDUE: Send the finalised plan"
    ]


def test_the_receipt_of_a_calendar_can_be_read_back(cases: str, tmp_path: Path) -> None:
    """It has the hashes."""
    path = tmp_path / "a.ics"
    ehcp("overdue", cases, *WHEN, "-o", str(path))
    receipt = json.loads(str(READ(path.read_bytes())["x-ehcp-receipt"]))

    assert receipt["input"][0]["name"] is None
    assert len(receipt["input"][0]["sha256"]) == 64


@settings(max_examples=100, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=60),
        st.sampled_from(
            ["a\r\nEND:VEVENT\r\nBEGIN:VEVENT", "x;y,z\\n:", "\u202eA", "\x1b]0;x\x07", "a\u2028b"]
        ),
    )
)
def test_no_text_ends_a_line_or_hides(text: str) -> None:
    """One event comes back, its summary as it is shown; no control or bidi character stands in the file."""
    data = calendar_bytes(text, [entry(date(2026, 7, 1), text)], RECEIPT)
    found = events(data)

    assert len(found) == 1
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]", data.decode())
    if text.isalnum():
        assert found[0]["summary"] == text

"""Due days as a calendar (RFC 5545): one all-day event for each clock, the same event in every run."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as midnight
from typing import TYPE_CHECKING

from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.audit.single.trace import Working
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import AT_ONCE, Line
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.verdict_words import VERDICT_NAMES, WAITS, standing
from ehcp_timeline.text.safe import visible
from ehcp_timeline.text.words import NOT_ADVICE, count
from ehcp_timeline.text.words import day as in_words

if TYPE_CHECKING:
    from icalendar import Event

_OPEN: frozenset[Verdict] = frozenset({"running", "overdue", "excused", "unknown"})
ALARMS = (14, 5)
IMPORT = (
    "Import this file into a calendar of its own, and replace that calendar when you import again: "
    "Outlook's desktop programme adds the events of a file a second time."
)
_DOMAIN = "ehcp-timeline"
_FIRST_DAY = date(2014, 9, 1)  # of the law; a later answer has a higher sequence number


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One day of a calendar.

    Attributes:
        key: What the entry is of, whatever its day becomes: case, deadline, source and start.
        day: The day.
        summary: What a calendar shows.
        lines: What it shows when the entry is opened.
    """

    key: tuple[object, ...]
    day: date
    summary: str
    lines: Sequence[str]


def calendar_bytes(name: str, entries: Iterable[CalendarEntry], receipt: Receipt) -> bytes:
    """Return a calendar to import.

    An alarm is set 14 and 5 days before each day, if that lies ahead.

    Args:
        name: Name of the calendar.
        entries: Its entries.
        receipt: What the answer was made from, of which the calendar keeps no word that may be a name; its
            day stands in the place of the moment of writing.
    """
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//ehcp-timeline//dates//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", visible(name))
    calendar.add("x-wr-caldesc", IMPORT)
    calendar.add("x-ehcp-receipt", receipt.without_people().json)
    as_at = receipt.as_at or _FIRST_DAY
    written, seen = datetime.combine(as_at, midnight.min, UTC), Counter[tuple[object, ...]]()
    for entry in entries:
        seen[entry.key] += 1
        event = Event()
        event.add("uid", _uid(entry.key, seen[entry.key]))
        event.add("dtstamp", written)
        event.add("last-modified", written)
        event.add("sequence", (as_at - _FIRST_DAY).days)
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", visible(entry.summary))
        event.add("description", "\n".join(map(visible, entry.lines)))
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        _add_alarms(event, entry, as_at)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def entries_of(
    lines: Iterable[Line], as_at: date, *, steps: bool = False, names: bool = False
) -> Iterator[CalendarEntry]:
    """Yield an entry for each open clock of a list that has a day.

    Args:
        lines: Lines with the keys of a finding or of work.
        as_at: The day the list was made for.
        steps: Whether the day is that of the next step, today if that has passed, instead of the due day.
        names: Whether children are named; otherwise only the number of the case stands there.
    """
    for line in lines:
        due, verdict = line["due"], line["verdict"]
        if due is None or verdict not in _OPEN:
            continue
        what = line["do"] if steps else line["duty"]
        day = max(line["not_before"] or _day_of(line["by"]) or due, as_at) if steps else due
        whose = f"{line['case_id']} {line['name']}" if names and line.get("name") else line["case_id"]
        days = line["days_late"]
        disputed = ", published readings differ" if line["certainty"] == "disputed" else ""
        lateness = f", {count(days, 'day')} late as at {in_words(as_at)}" if days else ""
        yield CalendarEntry(
            (
                line["case_id"],
                line["deadline"],
                line.get("source"),
                line["start"],
                *(["step"] if steps else []),
            ),
            day,
            f"{whose}: {'OVERDUE: ' if verdict == 'overdue' else ''}{what}",
            (
                f"{what} ({line['deadline']})",
                f"Due {in_words(due)}{lateness}",
                *([f"Last working day to act: {in_words(line['act_by'])}"] if line["act_by"] else []),
                f"{VERDICT_NAMES[verdict]}{disputed}",
                line["law"],
            ),
        )


def _day_of(by: date | str | None) -> date | None:
    """Return the day by which a step is to be done; what is to be done at once has none that lies ahead."""
    if isinstance(by, str):
        return date.min if by == AT_ONCE else date.fromisoformat(by)
    return by


def entries_of_case(judged: Iterable[Working], rulebook: Rulebook, as_at: date) -> Iterator[CalendarEntry]:
    """Yield the days of one case that lie ahead or were missed: duties, what may become one, and rights."""
    for working in judged:
        clock, deadline = working.clock, working.deadline
        waits = clock.ended is None and working.why_not_owed.startswith(WAITS)
        ahead = clock.due is not None and clock.due >= as_at and waits
        if clock.due is None or not (clock.verdict in _OPEN or ahead):
            continue
        how = standing(working, rulebook)
        whose = f"{clock.case_id}: " if clock.case_id else ""
        late = "OVERDUE: " if clock.verdict == "overdue" else ""
        first = "Not before this day: " if deadline.minimum else late
        applies = "" if clock.verdict in _OPEN else "Only if it applies: "
        may = "You may: " if deadline.who == "family" else applies
        yield CalendarEntry(
            (clock.case_id, clock.deadline, clock.source, clock.start),
            clock.due,
            f"{whose}{first}{may}{deadline.duty}",
            (
                f"{deadline.duty}: {how}.",
                f"Who: {deadline.who}",
                *([f"Last working day to act: {in_words(clock.act_by)}"] if clock.act_by else []),
                f"{deadline.law}{'' if deadline.kind == 'statutory' else f' ({deadline.kind}, not law)'}",
                NOT_ADVICE,
            ),
        )


def _uid(key: tuple[object, ...], number: int) -> str:
    """Return an id that is the same in every run; equal keys are numbered."""
    text = "\x1f".join("" if part is None else str(part) for part in (*key, number))
    return f"{hashlib.sha256(text.encode('utf-8', errors='replace')).hexdigest()[:32]}@{_DOMAIN}"


def _add_alarms(event: "Event", entry: CalendarEntry, as_at: date) -> None:
    """Add an alarm for each day of `ALARMS` that has not passed."""
    from icalendar import Alarm

    for days in ALARMS:
        if entry.day - timedelta(days=days) >= as_at:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", visible(f"In {days} days: {entry.summary}"))
            alarm.add("trigger", timedelta(days=-days))
            event.add_component(alarm)

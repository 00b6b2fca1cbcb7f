"""Due days as a calendar (RFC 5545): one all-day event for each clock, the same event in every run."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as midnight

from ehcp_timeline.audit.verdicts import Verdict, Working
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import AT_ONCE, Line
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.verdict_words import VERDICT_NAMES, standing
from ehcp_timeline.record import record
from ehcp_timeline.text import NOT_ADVICE, count, visible
from ehcp_timeline.text import day as in_words

_OPEN: frozenset[Verdict] = frozenset({"running", "overdue", "excused", "unknown"})
ALARMS = (14, 5)  # days before
IMPORT = (
    "Import this file into a calendar of its own, and replace that calendar when you import again: "
    "Outlook's desktop programme adds the events of a file a second time."
)
_FIRST_DAY = date(2014, 9, 1)  # of the law; a later answer has a higher sequence number


@record(frozen=True, slots=True)
class CalendarEntry:
    """One day of a calendar: its summary, and the lines that are shown when it is opened.

    Attributes:
        key: What the entry is of, whatever its day becomes: case, deadline, source and start.
    """

    key: tuple[object, ...]
    day: date
    summary: str
    lines: Sequence[str]


def calendar_bytes(name: str, entries: Iterable[CalendarEntry], receipt: Receipt) -> bytes:
    """Return a calendar to import, with an alarm before each day, 14 and 5 days, if that lies ahead.

    The calendar keeps no word of the receipt that may be a name; the receipt's day stands instead of the
    moment of writing. The id of an entry is the same in every run; equal keys are numbered.
    """
    from icalendar import Alarm, Calendar, Event

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
        key = "\x1f".join("" if part is None else str(part) for part in (*entry.key, seen[entry.key]))
        digest = hashlib.sha256(key.encode("utf-8", errors="replace")).hexdigest()
        event = Event()
        event.add("uid", f"{digest[:32]}@ehcp-timeline")
        event.add("dtstamp", written)
        event.add("last-modified", written)
        event.add("sequence", (as_at - _FIRST_DAY).days)
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", visible(entry.summary))
        event.add("description", "\n".join(map(visible, entry.lines)))
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        for days in ALARMS:
            if entry.day - timedelta(days=days) >= as_at:
                alarm = Alarm()
                alarm.add("action", "DISPLAY")
                alarm.add("description", visible(f"In {days} days: {entry.summary}"))
                alarm.add("trigger", timedelta(days=-days))
                event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def entries_of(
    lines: Iterable[Line], as_at: date, *, steps: bool = False, names: bool = False
) -> Iterator[CalendarEntry]:
    """Yield an entry for each open clock of a list of findings or of work that has a day.

    With `steps` its day is that of the next step, today if that has passed, instead of the due day. Without
    `names` only the number of the case stands there.
    """
    for line in lines:
        due, verdict = line["due"], line["verdict"]
        if due is None or verdict not in _OPEN:
            continue
        what, day = line["duty"], due
        if steps:
            by = line["by"]
            last = as_at if by == AT_ONCE else date.fromisoformat(by) if by else due
            what, day = line["do"], max(line["not_before"] or last, as_at)
        whose = f"{line['case_id']} {line['name']}" if names and line.get("name") else line["case_id"]
        disputed = ", published readings differ" if line["certainty"] == "disputed" else ""
        days = line["days_late"]
        lateness = f", {count(days, 'day')} late as at {in_words(as_at)}" if days else ""
        key = (line["case_id"], line["deadline"], line.get("source"), line["start"])
        yield CalendarEntry(
            (*key, "step") if steps else key,
            day,
            f"{whose}: {'OVERDUE: ' if verdict == 'overdue' else ''}{what}",
            (
                f"{what} ({line['deadline']})",
                f"Due {in_words(due)}{lateness}",
                *_act_by(line["act_by"]),
                f"{VERDICT_NAMES[verdict]}{disputed}",
                line["law"],
            ),
        )


def _act_by(day: date | None) -> tuple[str, ...]:
    return (f"Last working day to act: {in_words(day)}",) if day else ()


def entries_of_case(judged: Iterable[Working], rulebook: Rulebook, as_at: date) -> Iterator[CalendarEntry]:
    """Yield the days of one case that are ahead or were missed: duties, what may become one, and rights."""
    for working in judged:
        clock, deadline = working.clock, working.deadline
        is_open = clock.verdict in _OPEN
        if clock.due is None or not (is_open or (working.may_become_owed and clock.due >= as_at)):
            continue
        whose = f"{clock.case_id}: " if clock.case_id else ""
        late = "OVERDUE: " if clock.verdict == "overdue" else ""
        first = "Not before this day: " if deadline.minimum else late
        may = "You may: " if deadline.who == "family" else "" if is_open else "Only if it applies: "
        yield CalendarEntry(
            (clock.case_id, clock.deadline, clock.source, clock.start),
            clock.due,
            f"{whose}{first}{may}{deadline.duty}",
            (
                f"{deadline.duty}: {standing(working, rulebook)}.",
                f"Who: {deadline.who}",
                *_act_by(clock.act_by),
                f"{deadline.law}{'' if deadline.kind == 'statutory' else f' ({deadline.kind}, not law)'}",
                NOT_ADVICE,
            ),
        )

"""Why a clock has its verdict: numbered steps, each with its finding and the days it rests on.

Together the steps of a clock give every word of its `Circumstances`, which lead to the same verdict.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated

from ehcp_timeline.audit.verdicts import CountedPeriod, Working
from ehcp_timeline.cases.headers import one_line
from ehcp_timeline.clock import ONE_DAY, Count, roll_for_tribunal
from ehcp_timeline.law.deadline import Limit
from ehcp_timeline.record import Ge, record, replace
from ehcp_timeline.text import REASONS, days_named, listed, quoted, said_count, said_day

Facts = Mapping[str, date | int | bool | str | None]


@record(frozen=True, slots=True)
class ExplanationStep:
    """One step from the file to the verdict.

    Attributes:
        law: The words or the provision it rests on.
        gives: Circumstances that it establishes; all of them lead to the verdict (docs/rules.md).
        facts: The days, ids and numbers it rests on.
    """

    number: Annotated[int, Ge(1)]
    title: str
    text: str
    law: str | None
    gives: Mapping[str, str]
    facts: Facts


AT_ITS_END = Count("not_before_end_of", 0, "days")
APPLIES = {
    "yes": "",
    "blank": "The fact that it depends on is blank, so it has not started.",
    "no": "The facts or dates of this row mean that another deadline applies instead.",
    "unreadable": "The fact that it depends on could not be read.",
}

CONTRADICTION = {
    "none": "",
    "two-answers": "The rows of this request give different answers, so none is used.",
    "unread-heading": "A date under a heading that is not read may have answered or ended it: ",
    "before-request": "Every decision on this request is dated before it: one of the dates is wrong.",
}


def explain(working: Working, as_at: date) -> tuple[ExplanationStep, ...]:
    """Return the numbered steps that lead to the verdict of a clock."""
    return tuple(replace(step, number=number) for number, step in enumerate(_steps(working, as_at), 1))


def _steps(working: Working, as_at: date) -> Iterator[ExplanationStep]:
    deadline = working.deadline
    text = f"{deadline.duty} ({deadline.who}, {deadline.kind})."
    law = f"{deadline.law}: {quoted(deadline.says, deadline.means)}"
    yield _step(working, "Duty", text, facts={"deadline": deadline.id}, law=law)
    yield from _start(working, as_at)
    started = working.clock.start if working.circumstances.start == "stands" else None
    if started:
        yield _version(working, started)
    yield from _count(working)
    if started:
        yield from _due(working, started)
    yield from _owed(working)
    if started:
        yield from _answer(working, as_at)
    yield from _excuses(working)
    yield from _readings(working)
    yield _verdict(working)


def _step(
    working: Working,
    title: str,
    text: str,
    gives: Iterable[str] = (),
    facts: Facts | None = None,
    law: str = "",
) -> ExplanationStep:
    given = {name: getattr(working.circumstances, name) for name in gives}
    return ExplanationStep(0, title, text, law or None, given, facts or {})


def _start(working: Working, as_at: date) -> Iterator[ExplanationStep]:
    start = working.clock.start
    names = working.columns_named(working.deadline.start_events)
    event = working.columns_named([working.start_event])
    match working.circumstances.start:
        case "none":
            text = f"Nothing has started it: no {names}."
        case "unreadable":
            text = f"Its start could not be read: {listed(working.unread)}."
        case "future":
            text = f"{names} is after the as-at date {as_at}, so it has not happened yet."
        case _ if start:
            text = f"{event} on {said_day(start)} started the clock."
        case _:
            text = f"{event} is there."
    yield _step(working, "Start", text, ["start"], {"event": event, "start": start} if start else {})
    if text := APPLIES[working.circumstances.applies]:
        facts = ", ".join(fact for fact, _ in working.deadline.only_if)
        yield _step(working, "Applies", text + (f" ({facts})" if facts else ""), ["applies"])


def _version(working: Working, start: date) -> ExplanationStep:
    version = working.version
    if version is None:
        text = f"No version of this time limit was in force on {start}."
        return _step(working, "Version", text, ["known"])
    until = f"to {version.until}" if version.until else "on"
    text = f"The version in force from {version.since} {until} applies to clocks started on {start}."
    if version.overlay:
        text += f" It comes from the local rulebook {version.overlay}."
    facts = {"from": version.since, "to": version.until, "overlay": version.overlay or None}
    words = quoted(version.says, version.means)
    law = f"{version.law}: {words}" if words else version.law
    return _step(working, "Version", text, facts=facts, law=law)


def _count(working: Working) -> Iterator[ExplanationStep]:
    version, due = working.version, working.clock.due
    if version is None or working.clock.start is None:
        return
    for counted in working.limbs:
        yield _limb(working, counted)
    if version.limit.rolls and version.limit.minimum:
        firsts = [limb.to for limb in working.limbs if limb.count.kind == "not_before_end_of"]
        last = max(firsts, default=date.max) - ONE_DAY
        if firsts and (to := roll_for_tribunal(last)) != last:
            after = CountedPeriod("", to, to + ONE_DAY, AT_ITS_END)
            text = (
                f"That time ends on {said_day(last)}, and rolls to {said_day(to)} under the Tribunal Rules."
            )
            yield replace(_limb(working, after), text=text)
    elif len(version.limit.limbs) > 1 and due and not working.set_by:
        rolled = " and rolled forward under the Tribunal Rules" if version.limit.rolls else ""
        text = f"The later of these counts{rolled}: {said_day(due)}."
        yield _step(working, "Count", text, facts={"latest": due, "rolls": version.limit.rolls or None})


def _limb(working: Working, counted: CountedPeriod) -> ExplanationStep:
    count, event = counted.count, working.columns_named([counted.event or working.start_event])
    named = days_named(count, counted.since)
    text = f"From {event} on {said_day(counted.since)}: {said_count(count)}: {said_day(counted.to)}."
    period = {"number": count.number, "unit": count.unit, "start_day": count.start_day}
    day = {"month": count.month, "day": count.day, "start_day": count.start_day}
    facts = {
        "event": event,
        "since": counted.since,
        "kind": count.kind,
        **(day if count.kind == "before" else period),
        "calendar": count.calendar,
        "to": counted.to,
    }
    return _step(working, "Count", f"{text} {named}".rstrip(), facts=facts)


def _due(working: Working, start: date) -> Iterator[ExplanationStep]:
    clock = working.clock
    if clock.due is None and working.circumstances.known == "yes":
        yield _step(working, "Due", _open_ended(working), ["known", "nature"])
        return
    if clock.due is None:
        text = f"Its due day cannot be found: it needs {listed(working.needs, 'or')}."
        yield _step(working, "Due", text, ["known"])
        return
    if working.set_by:
        text = f"{working.deadline.set_by} sets the due day instead: {said_day(working.set_by)}."
        facts: Facts = {"set_by": working.deadline.set_by, "set_to": working.set_by}
        yield _step(working, "Due", text, facts=facts)
    text = f"{'First' if working.deadline.minimum else 'Last'} lawful day: {said_day(clock.due)}."
    if clock.act_by and clock.act_by != clock.due:
        text += f" Last working day before it: {said_day(clock.act_by)}; the due day itself does not move."
    if working.deadline.falls_after_event(start, clock.due):
        text += f" That is after {working.start_event} itself."
    if clock.provisional:
        text += " Bank holidays of that year have not been announced yet."
    facts = {"due": clock.due, "act_by": clock.act_by, "provisional": clock.provisional}
    yield _step(working, "Due", text, ["known", "nature"], facts)


def _open_ended(working: Working) -> str:
    limit = working.version.limit if working.version else Limit(())
    if limit.words:
        return f"The law gives no number of days: {limit.words}."
    if limit.missing == "unknown":
        return f"Its last day is {said_day(max(limb.to for limb in working.limbs))} or later."
    open_limbs = (limb.since for limb in limit.limbs if limb.missing == "open" and limb.since)
    waits = {name: None for since in open_limbs for name in since.events}
    return f"The first lawful day has not come: it waits for {' or '.join(waits)}."


def _owed(working: Working) -> Iterator[ExplanationStep]:
    clock = working.clock
    if working.circumstances.readable == "no":
        yield _step(working, "Cells", f"{listed(working.unread)} could not be read.", ["readable"])
    if working.months:
        text = (
            f"{listed(working.months)}: a month without a day. At both of its ends the verdict is the same."
        )
        if clock.earliest_reading and clock.latest_reading:
            first, last = map(said_day, (clock.earliest_reading, clock.latest_reading))
            text += f" The last lawful day is between {first} and {last}."
        yield _step(working, "Month", text)
    if working.circumstances.owed == "no":
        why = working.why_not_owed
        yield _step(working, "Owed", f"Not owed: {why}.", ["owed"])


def _answer(working: Working, as_at: date) -> Iterator[ExplanationStep]:
    clock = working.clock
    for early in working.too_early:
        text = f"An answer of {said_day(early)} came before the start, so it does not answer it."
        yield _step(working, "Too early", text, facts={"came": early})
    gives = ("answer", "unseen", "implied", "ended", "now", "contradiction")
    facts = {"answered": clock.answered, "ended": clock.ended, "as_at": as_at}
    yield _step(working, "Answer", _answer_text(working, as_at), gives, facts)
    if working.revived:
        undone = working.columns_named(working.deadline.revived_by)
        yield _step(working, "Revived", f"What had ended it was undone by {undone}.")


def _answer_text(working: Working, as_at: date) -> str:
    clock = working.clock
    if text := CONTRADICTION[working.circumstances.contradiction]:
        named = listed([f'"{one_line(heading)}"' for heading in working.unread_headings]) + "."
        return text + (named if working.circumstances.contradiction == "unread-heading" else "")
    if clock.answered:
        beside = _beside(clock.answered, working)
        text = f"{working.answer_event} on {said_day(clock.answered)} answered it{beside}."
        if working.circumstances.implied == "released":
            text += f" {REASONS['released'].capitalize()}."
        if working.circumstances.unseen == "yes":
            text += " Years in between are not in the file, so that review year cannot be judged."
        return text
    if working.implied_by in working.columns:
        shows = working.columns[working.implied_by]
        return f"{shows} needs an earlier decision whose date is not in the file."
    if working.implied_by:
        return f"{working.implied_by} shows that it was done; the day is not recorded."
    if clock.ended:
        beside = _beside(clock.ended, working)
        return f"{working.end_event} {working.ended_on} {said_day(clock.ended)} ended it unanswered{beside}."
    names = " or ".join(working.deadline.answers)
    text = f"No {names} by the as-at date, {said_day(as_at)}{_beside(as_at, working)}."
    if working.circumstances.implied == "released":
        text += f" {REASONS['released'].capitalize()}."
    if working.circumstances.implied == "lapsed":
        text += f" {' or '.join(working.deadline.lapses_with)} has come, so it can no longer be done."
    return text


def _beside(day: date, working: Working) -> str:
    if working.clock.due is None:
        return ""
    apart = (day - working.clock.due).days
    named = "the first lawful day" if working.deadline.minimum else "the due day"
    if apart == 0:
        return f", on {named}"
    days = "1 day" if abs(apart) == 1 else f"{abs(apart)} days"
    return f", {days} {'after' if apart > 0 else 'before'} {named}"


def _excuses(working: Working) -> Iterator[ExplanationStep]:
    for excuse in working.excuses:
        text = f"{excuse.excuse.id}: {excuse.strength}: {excuse.why}."
        facts = {"excuse": excuse.excuse.id, "strength": excuse.strength}
        yield _step(working, "Excuse", text, facts=facts, law=excuse.excuse.law)
    if working.excuses:
        said = {
            "stands": "A ground for not complying applies; the due day does not move.",
            "none": "No ground applies.",
        }
        text = said.get(working.circumstances.excuse, "Whether a ground applies could not be read.")
        yield _step(working, "Excuses", text, ["excuse"])


def _readings(working: Working) -> Iterator[ExplanationStep]:
    if working.doubt and working.clock.certainty == "disputed":
        text = f"The start is disputed: {working.doubt}."
        facts: Facts = {"reading": "start", "since": working.clock.start, "disputes": True}
        yield _step(working, "Other reading", text, facts=facts)
    for read in working.read:
        due = "not before" if working.deadline.minimum else "due"
        text = f"{read.reading.id}: {due} {said_day(read.due)}: {read.verdict}."
        if read.reading.always_disputed:
            text += " Two authorities disagree about the duty itself, so the clock is disputed in any case."
        facts = {
            "reading": read.reading.id,
            "since": read.start,
            "due": read.due,
            "verdict": read.verdict,
            "disputes": read.doubtful or read.verdict != working.clock.verdict,
        }
        yield _step(working, "Other reading", text, facts=facts, law=read.reading.source)


def _verdict(working: Working) -> ExplanationStep:
    clock = working.clock
    days = ""
    if clock.days_late is not None:
        days = f", {clock.days_late} {'day' if clock.days_late == 1 else 'days'} late"
    elif clock.days_left is not None and clock.verdict == "running":
        days = f", {clock.days_left} {'day' if clock.days_left == 1 else 'days'} left"
    disputed = "" if clock.certainty == "certain" else "; published readings differ, so it is disputed"
    facts = {
        "verdict": clock.verdict,
        "days_late": clock.days_late,
        "days_left": clock.days_left,
        "certainty": clock.certainty,
    }
    return _step(working, "Verdict", f"{clock.verdict}{days}{disputed}.", facts=facts)

"""Why a clock has its verdict: numbered steps, each with what it establishes.

The steps of a clock give, between them, every word of its `Circumstances`; whoever looks those up in the
decision table reaches the same verdict. `replay` does, and a test holds every golden case to it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from ehcp_timeline.audit.circumstances import Circumstances
from ehcp_timeline.audit.clocks import Clock, Verdict
from ehcp_timeline.audit.verdicts import decide
from ehcp_timeline.audit.working import Working
from ehcp_timeline.clock.counting import Count
from ehcp_timeline.law.clauses import Limb

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
UNIT_WORDS = {"days": "day", "weeks": "week", "months": "month", "working_days": "working day"}
APPLIES = {
    "yes": "",
    "blank": "The fact that it depends on is blank, so it has not started.",
    "no": "The facts or dates of this row make another deadline the right one, so it does not apply.",
    "unreadable": "The fact that it depends on could not be read.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step from the file to the verdict.

    Attributes:
        number: 1 for the first.
        title: What the step is about, in a few words.
        text: What was found, as a sentence.
        law: The words or provision it rests on; may be empty.
        gives: Field of `Circumstances` to the word that this step establishes.
    """

    number: int
    title: str
    text: str
    law: str = ""
    gives: Mapping[str, str] = field(default_factory=dict)


def said_day(day: date) -> str:
    """Return a day as a person says it.

    >>> said_day(date(2025, 5, 26))
    'Monday 26 May 2025'
    """
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def said_count(count: Count) -> str:
    """Return how a period is counted, in words.

    >>> said_count(Count("within", 6, "weeks"))
    '6 weeks, the first day not counted'
    """
    if count.kind == "before":
        edge = "before" if count.start_day == "excluded" else "by"
        return f"{edge} {count.day} {MONTHS[count.month - 1]} of that calendar year"
    unit = UNIT_WORDS[count.unit] + ("" if count.number == 1 else "s")
    if count.kind == "at_least_before":
        return f"at least {count.number} {unit} before"
    if count.number == 0:
        return "at once, on the same day"
    counted = "the first day not counted" if count.start_day == "excluded" else "the first day counted"
    vacation = "; August and 25 December to 1 January not counted" if count.calendar == "tribunal" else ""
    end = ", and only after its end" if count.kind == "not_before_end_of" else ""
    return f"{count.number} {unit}, {counted}{vacation}{end}"


def explain(working: Working, as_at: date) -> tuple[Step, ...]:
    """Return the numbered steps that lead to the verdict of a clock."""
    steps = [step for part in _PARTS for step in part(working, as_at)]
    return tuple(
        Step(number, step.title, step.text, step.law, step.gives) for number, step in enumerate(steps, 1)
    )


def replay(steps: Iterable[Step]) -> Verdict:
    """Return the verdict that the steps lead to, from what they give and nothing else."""
    given = {name: word for step in steps for name, word in step.gives.items()}
    return decide(Circumstances(**given)).verdict


def _given(working: Working, *names: str) -> dict[str, str]:
    return {name: getattr(working.circumstances, name) for name in names}


def _duty(working: Working, _: date) -> Iterator[Step]:
    deadline = working.deadline
    yield Step(
        0, "Duty", f"{deadline.duty} ({deadline.who}, {deadline.kind}).", f"{deadline.law}: “{deadline.says}”"
    )


def _start(working: Working, as_at: date) -> Iterator[Step]:
    clock, gives = working.clock, _given(working, "start")
    names = " or ".join(working.deadline.start_events)
    match working.circumstances.start:
        case "none":
            yield Step(0, "Start", f"Nothing has started it: no {names}.", gives=gives)
        case "unreadable":
            yield Step(0, "Start", f"Its start could not be read: {names}.", gives=gives)
        case "future":
            yield Step(
                0,
                "Start",
                f"{names} is after the as-at date {as_at}, so it has not happened yet.",
                gives=gives,
            )
        case _ if clock.start:
            text = f"{working.start_event} on {said_day(clock.start)} started the clock."
            yield Step(0, "Start", text, gives=gives)
        case _:
            yield Step(0, "Start", f"{working.start_event} is there.", gives=gives)


def _applies(working: Working, _: date) -> Iterator[Step]:
    if text := APPLIES[working.circumstances.applies]:
        facts = ", ".join(fact for fact, _ in working.deadline.only_if)
        yield Step(0, "Applies", text + (f" ({facts})" if facts else ""), gives=_given(working, "applies"))


def _version(working: Working, _: date) -> Iterator[Step]:
    clock, version = working.clock, working.version
    if clock.start is None or working.circumstances.start != "stands":
        return
    if version is None:
        text = f"No version of this time limit was in force on {clock.start}."
        yield Step(0, "Version", text, gives=_given(working, "known"))
        return
    until = f"to {version.until}" if version.until else "on"
    text = f"The version in force from {version.since} {until} governs clocks started on {clock.start}."
    yield Step(0, "Version", text, version.law)


def _count(working: Working, _: date) -> Iterator[Step]:
    version = working.version
    if version is None or working.clock.start is None:
        return
    limbs = {_named(limb): limb for limb in version.limit.limbs}
    for counted in working.limbs:
        limb = limbs.get(counted.event) or limbs.get("") or version.limit.limbs[-1]
        since = f"{counted.event or working.start_event} on {said_day(counted.since)}"
        text = f"From {since}: {said_count(limb.count)}: {said_day(counted.to)}."
        yield Step(0, "Count", text)
    if len(version.limit.limbs) > 1 and working.clock.due and not working.set_by:
        rolled = " and rolled forward under the Tribunal Rules" if version.limit.rolls else ""
        yield Step(0, "Count", f"The later of these counts{rolled}: {said_day(working.clock.due)}.")


def _named(limb: Limb) -> str:
    return limb.since.events[0] if limb.since and len(limb.since.events) == 1 else ""


def _due(working: Working, _: date) -> Iterator[Step]:
    clock = working.clock
    if clock.start is None or working.circumstances.start != "stands":
        return
    if clock.due is None:
        text = "Its due day cannot be found: a date that it is counted from is missing."
        yield Step(0, "Due", text, gives=_given(working, "known"))
        return
    if working.set_by:
        text = f"{working.deadline.set_by} sets the due day instead: {said_day(working.set_by)}."
        yield Step(0, "Due", text)
    minimum = working.deadline.minimum
    text = f"{'First' if minimum else 'Last'} lawful day: {said_day(clock.due)}."
    if clock.act_by and clock.act_by != clock.due:
        text += f" Last working day before it: {said_day(clock.act_by)}; the due day itself does not move."
    if clock.provisional:
        text += " Bank holidays of that year have not been announced yet."
    yield Step(0, "Due", text, gives=_given(working, "known", "nature"))


def _readable(working: Working, _: date) -> Iterator[Step]:
    if working.circumstances.readable == "no":
        yield Step(0, "Cells", "A cell that matters could not be read.", gives=_given(working, "readable"))


def _owed(working: Working, _: date) -> Iterator[Step]:
    if working.circumstances.owed == "no":
        yield Step(0, "Owed", f"Not owed: {working.why_not_owed}.", gives=_given(working, "owed"))


def _answer(working: Working, as_at: date) -> Iterator[Step]:
    clock, circumstances = working.clock, working.circumstances
    if clock.start is None or circumstances.start != "stands":
        return
    gives = _given(working, "answer", "unseen", "implied", "ended", "now")
    for day in working.too_early:
        yield Step(
            0, "Too early", f"An answer of {said_day(day)} came before the start, so it does not answer it."
        )
    yield Step(0, "Answer", _answer_text(working, clock, as_at), gives=gives)
    if working.revived:
        yield Step(
            0, "Revived", f"What had ended it was undone by {' or '.join(working.deadline.revived_by)}."
        )


def _answer_text(working: Working, clock: Clock, as_at: date) -> str:
    if clock.answered:
        beside = _beside(clock.answered, clock.due)
        text = f"{working.answer_event} on {said_day(clock.answered)} answered it{beside}."
        if working.circumstances.unseen == "yes":
            text += " Years in between are not in the file, so that review year cannot be judged."
        return text
    if clock.ended:
        beside = _beside(clock.ended, clock.due)
        return f"{working.end_event} on {said_day(clock.ended)} ended it unanswered{beside}."
    names = " or ".join(working.deadline.answers)
    text = f"No {names} by the as-at date, {said_day(as_at)}{_beside(as_at, clock.due)}."
    if working.implied_by:
        text += f" But {working.implied_by} shows that it must have been done; its date is not recorded."
    return text


def _beside(day: date, due: date | None) -> str:
    if due is None:
        return ""
    apart = (day - due).days
    if apart == 0:
        return ", on the due day"
    days = "1 day" if abs(apart) == 1 else f"{abs(apart)} days"
    return f", {days} {'after' if apart > 0 else 'before'} the due day"


def _excuses(working: Working, _: date) -> Iterator[Step]:
    for looked in working.looked:
        text = f"{looked.excuse.id}: {looked.strength}: {looked.why}."
        yield Step(0, "Excuse", text, looked.excuse.law)
    if working.looked:
        said = {
            "stands": "A ground for not complying stands; the due day does not move.",
            "none": "No ground stands.",
        }
        text = said.get(working.circumstances.excuse, "Whether a ground stands could not be read.")
        yield Step(0, "Excuses", text, gives=_given(working, "excuse"))


def _readings(working: Working, _: date) -> Iterator[Step]:
    for read in working.read:
        text = f"{read.reading.id}: due {said_day(read.due)}: {read.verdict}."
        yield Step(0, "Other reading", text, read.reading.source)


def _verdict(working: Working, _: date) -> Iterator[Step]:
    clock = working.clock
    days = ""
    if clock.days_late is not None:
        days = f", {clock.days_late} {'day' if clock.days_late == 1 else 'days'} late"
    elif clock.days_left is not None and clock.verdict == "running":
        days = f", {clock.days_left} {'day' if clock.days_left == 1 else 'days'} left"
    disputed = "" if clock.certainty == "certain" else "; published readings differ, so it is disputed"
    yield Step(0, "Verdict", f"{clock.verdict}{days}{disputed}.")


_PARTS = (
    _duty,
    _start,
    _applies,
    _version,
    _count,
    _due,
    _readable,
    _owed,
    _answer,
    _excuses,
    _readings,
    _verdict,
)

"""The boundaries of a deadline, and which of them no golden case tests.

A boundary is a sentence, and whether one of the clocks of the golden cases is at it: a side of the last day,
of a version, of a reading or an excuse, or a day on which a conditional word decides.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Final

from ehcp_timeline.audit.single.events import with_derived
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.verdicts import Clock, Working
from ehcp_timeline.cases.model import Row
from ehcp_timeline.clock import ONE_DAY, apply, last_working_day, next_working_day
from ehcp_timeline.commands.rules.golden.cases import Golden
from ehcp_timeline.commands.rules.golden.run import in_question
from ehcp_timeline.law.deadline import BLANK, Absence, Excuse, Limb, Reading
from ehcp_timeline.law.rulebook import Deadline, Rulebook, part_of
from ehcp_timeline.record import record

A_YEAR: Final = 366
BARE: Final[frozenset[str]] = frozenset()
READINGS: Final = frozenset({"earliest_reading", "latest_reading"})


@record(frozen=True, slots=True)
class Asserted:
    """One clock that a golden case asserts.

    Attributes:
        expected: What the case expects of the clock; a verdict at least.
        working: How the single reader judged it.
        events: The dates of its row; of the whole case for a repeating duty.
    """

    as_at: date
    expected: Mapping[str, Any]
    working: Working
    row: Row
    events: Mapping[str, date]

    @property
    def clock(self) -> Clock:
        """The answer."""
        return self.working.clock

    @property
    def applied(self) -> bool:
        """Whether the duty applies and has started."""
        return self.working.circumstances.applies == "yes" and self.clock.start is not None

    @property
    def owed(self) -> bool:
        """Whether it is owed, if it applies."""
        return self.working.circumstances.owed == "yes"

    def has(self, events: Iterable[str]) -> bool:
        """Return whether one of these events has a date."""
        return not self.events.keys().isdisjoint(events)

    def is_(self, verdict: str, **values: object) -> bool:
        """Return whether its due day is asserted, and it has this verdict and these values."""
        return (
            self.clock.verdict == verdict
            and "due" in self.expected
            and all(getattr(self.clock, name) == value for name, value in values.items())
        )

    def moved_by(self, reading: Reading) -> bool:
        """Return whether this reading gives it another day."""
        return any(read.reading == reading and read.due != self.clock.due for read in self.working.read)

    def side_of(self, event: str) -> str:
        """Return on which side of an event it starts; an empty string if the event has no date."""
        day = self.events.get(event)
        if day is None:
            return ""
        starts = (self.events[name] for name in self.working.deadline.start_events if name in self.events)
        start = self.clock.start or min(starts, default=day)
        return "on" if start == day else "before" if start < day else "after"


Clocks = Sequence[Asserted]
Edges = Iterator[tuple[str, bool]]


def _one_is(clocks: Clocks, verdict: str, **values: object) -> bool:
    return any(case.is_(verdict, **values) for case in clocks)


def _dated(clocks: Iterable[Asserted]) -> set[str | None]:
    """Return the events that have a date in one of the cases."""
    return {event for case in clocks for event in case.events}


def _each(says: str, names: Iterable[str], covered: AbstractSet[str | None]) -> Edges:
    """Yield a boundary for each event or deadline, whose name stands where `says` has `{}`."""
    return ((says.format(name), name in covered) for name in names)


def uncovered(rulebook: Rulebook, goldens: Iterable[Golden]) -> tuple[str, ...]:
    """Return a sentence for every boundary on which no golden case expects a verdict, in rulebook order.

    A case covers a boundary if it expects a verdict of a clock there: on both sides of the due day, of every
    version, reading and excuse, and wherever a conditional word decides.
    """
    asserted: defaultdict[str, list[Asserted]] = defaultdict(list)
    for golden in goldens:
        for case in _asserted_by(golden, rulebook):
            asserted[case.clock.deadline].append(case)
    return tuple(
        f"{deadline.id}: no golden case {says}"
        for deadline in rulebook.deadlines
        for edges in EDGES
        for says, covered in edges(deadline, asserted[deadline.id])
        if not covered
    )


def _asserted_by(golden: Golden, rulebook: Rulebook) -> Iterator[Asserted]:
    part = part_of(rulebook, golden.expect)
    rows = {row.number: with_derived(row, part.derived.values()) for row in golden.rows}
    whole = {name: day for row in rows.values() for name, day in row.events.items()}
    workings = {working.clock: working for working in judge_case(part, tuple(rows.values()), golden.as_at)}
    for deadline, expected in golden.expect.items():
        clocks = in_question((clock for clock in workings if clock.deadline == deadline), expected)
        for wanted, clock in zip(expected, clocks, strict=False):
            if "verdict" in wanted:
                row, working = rows[clock.row], workings[clock]
                events = whole if working.deadline.repeats else row.events
                yield Asserted(golden.as_at, wanted, working, row, events)


def _never_runs(deadline: Deadline) -> bool:
    """Return whether a duty is owed only once it is answered, so that it cannot run unanswered."""
    return bool(deadline.owed_when) and set(deadline.met_by.events) <= set(deadline.owed_when)


def _numberless(deadline: Deadline) -> bool:
    return not any(version.limit.limbs for version in deadline.versions)


def _can_be_told(deadline: Deadline) -> bool:
    """Return whether the law gives a time limit, as a number or in words."""
    return any(version.limit.limbs or version.limit.words for version in deadline.versions)


def _due_day(deadline: Deadline, clocks: Clocks) -> Edges:
    if not _can_be_told(deadline):
        yield "has a time limit that is not known", any(case.clock.reason == "no-due-day" for case in clocks)
        return
    on_due = any(case.clock.due and case.is_("met", answered=case.clock.due) for case in clocks)
    if deadline.minimum:
        yield "is answered on the day before its first lawful day", _one_is(clocks, "early", days_left=1)
        yield "is answered on its first lawful day", on_due
        yield "is asked on the day before its first lawful day", _one_is(clocks, "running", days_left=1)
        over = any(case.is_("met", answered=None, due=case.as_at) for case in clocks)
        yield "is asked on its first lawful day", over
        return
    if _numberless(deadline):
        yield "is answered, and has no last day", _one_is(clocks, "met", due=None)
        yield "is asked unanswered, and has no last day", _one_is(clocks, "running", due=None)
        return
    yield "is answered on its last day", on_due
    yield "is answered on the day after its last", _one_is(clocks, "late", days_late=1, ended=None)
    if not _never_runs(deadline):
        yield "is asked on its last day", _one_is(clocks, "running", days_left=0)
        passed = (case.is_("not-owed", reason="time-passed", due=case.as_at - ONE_DAY) for case in clocks)
        yield "is asked on the day after its last", _one_is(clocks, "overdue", days_late=1) or any(passed)


def _versions(deadline: Deadline, clocks: Clocks) -> Edges:
    if not _can_be_told(deadline):
        return
    due = [case for case in clocks if "due" in case.expected]
    outside = {case.clock.start for case in due if case.working.version is None}
    before = deadline.versions[0].since - ONE_DAY
    yield f"starts on {before}, the day before its first version", before in outside
    for version in deadline.versions:
        inside = {case.clock.start for case in due if case.clock.due or not version.limit.limbs}
        yield f"starts on {version.since}, the first day of a version", version.since in inside
        if version.until:
            yield f"starts on {version.until}, the last day of a version", version.until in inside
    if last := deadline.versions[-1].until:
        after = last + ONE_DAY
        yield f"starts on {after}, the day after its last version", after in outside


def _readings(deadline: Deadline, clocks: Clocks) -> Edges:
    asserted = [case for case in clocks if case.expected.keys() >= READINGS]
    for reading in deadline.readings:
        name = f"the reading {reading.id}"
        moved = [case for case in clocks if case.moved_by(reading)]
        inside = {case.clock.start for case in moved if READINGS & case.expected.keys()}
        disputed = (case.clock.certainty == "disputed" and "certainty" in case.expected for case in moved)
        yield f"has another day on {name}", bool(inside)
        yield f"is disputed by {name}", any(disputed)
        unread = [case for case in asserted if all(read.reading != reading for read in case.working.read)]
        outside = {case.clock.start for case in unread}
        if reading.since:
            before = reading.since - ONE_DAY
            yield f"starts on {reading.since}, the first day of {name}", reading.since in inside
            yield f"starts on {before}, before {name}", before in outside
        if reading.until:
            after = reading.until + ONE_DAY
            yield f"starts on {reading.until}, the last day of {name}", reading.until in inside
            yield f"starts on {after}, after {name}", after in outside
        if reading.season:
            first, last = ((count.month, count.day) for count in reading.season)
            years = {(start.month, start.day) for start in inside if start}
            yield f"starts on the first day of a year of {name}", first in years
            yield f"starts on the last day of a year of {name}", last in years
            around = [case.clock.start for case in asserted if case.clock.start]
            before_it = {((day := start + ONE_DAY).month, day.day) for start in around}
            after_it = {((day := start - ONE_DAY).month, day.day) for start in around}
            yield f"starts the day before a year's days of {name}", first in before_it
            yield f"starts the day after a year's days of {name}", last in after_it
        starts = reading.starts.events if reading.starts else ()
        answered = [case for case in clocks if "certainty" in case.expected and case.has(starts)]
        for event in reading.after:
            lacks = any(event not in case.events for case in answered)
            yield f"has the answer of {name} without {event}", lacks


def _excuses(deadline: Deadline, clocks: Clocks) -> Edges:
    shown = {case.expected.get("excuse") for case in clocks}
    unexcused = not {("late", None), ("overdue", None)}.isdisjoint(
        (case.clock.verdict, case.clock.excuse) for case in clocks
    )
    for excuse in deadline.excuses:
        for strength in ("claimed", "evidenced", "refuted") if excuse.evidence else ("claimed",):
            yield f"has the excuse {excuse.id}, {strength}", f"{excuse.id} ({strength})" in shown
        if excuse.flag and not isinstance(excuse.evidence, Absence):
            yield f"has the excuse {excuse.id} unclaimed, and is late", unexcused
        claims = [case for case in clocks if excuse.flag and case.row.flags.get(excuse.flag, False)]
        due = {(case.clock.due, case.expected.get("excuse")) for case in claims}
        for day, inside in _days_of(excuse, deadline):
            says = "on an outer day of" if inside else "just outside"
            wanted = f"{excuse.id} (claimed)" if inside else "none"
            yield f"is due on {day}, {says} the excuse {excuse.id}", (day, wanted) in due


def _days_of(excuse: Excuse, deadline: Deadline) -> Iterator[tuple[date, bool]]:
    """Yield the outer days of an excuse and the nearest outside on which the deadline can be due."""
    working = all(
        limb.count.unit == "working_days" for version in deadline.versions for limb in version.limit.limbs
    )
    if excuse.since:
        before = excuse.since - ONE_DAY
        yield (last_working_day(before) if working else before), False
        yield (next_working_day(excuse.since) if working else excuse.since), True
    if excuse.until:
        after = excuse.until + ONE_DAY
        yield (last_working_day(excuse.until) if working else excuse.until), True
        yield (next_working_day(after) if working else after), False


def _starts(deadline: Deadline, clocks: Clocks) -> Edges:
    starts = deadline.starts
    started = {case.working.start_event for case in clocks if case.clock.start is not None}
    yield from _each("is started by {}", starts.events, started)
    if len(starts.events) > 1 and not deadline.repeats:
        days = ({case.events.get(name) for name in starts.events} - {None} for case in clocks)
        yield f"has several starts, of which the {starts.which} counts", any(len(day) > 1 for day in days)
    for where in deadline.starts_where:
        later, absent = where.starts.events, where.absent
        named, given = " or ".join(later), " and ".join(where.given)
        rows = [case for case in clocks if case.events.keys() >= set(where.given) and case.has(later)]
        without = (case.working for case in rows if absent not in case.events)
        started_by = {working.start_event for working in without if working.doubt == where.doubt}
        yield f"is started later by {named}, with {given}", not started_by.isdisjoint(later)
        yield f"has {named} with {given} beside {absent}", absent in _dated(rows)
        if where.doubt:
            disputed = any(
                case.working.doubt == where.doubt
                and case.expected.get("certainty") == "disputed"
                and not any(read.doubtful for read in case.working.read)
                for case in clocks
            )
            yield f"is disputed because it is started by {named}", disputed


def _outcomes(deadline: Deadline, clocks: Clocks) -> Edges:
    owed = [case.working for case in clocks if case.owed]
    ended = {(working.end_event, working.circumstances.ended) for working in owed}
    never_late = deadline.minimum or _never_runs(deadline) or _numberless(deadline)
    yield from _each("is answered by {}", deadline.met_by.events, {working.answer_event for working in owed})
    for event in (*deadline.ends, *((deadline.ended_while.first,) if deadline.ended_while else ())):
        yield f"is ended in time by {event}", not ended.isdisjoint({(event, "before"), (event, "on")})
        if not never_late:
            yield f"is ended too late by {event}", (event, "after") in ended
    if span := deadline.ended_while:
        if span.then == "unknown":
            released = any(case.clock.reason == "released" for case in clocks)
            yield f"is open when {span.first} comes, and unknown after {span.last}", released
        else:
            due = [(case.clock, case.events[span.last]) for case in clocks if span.last in case.events]
            past = {((clock.due - day).days, clock.verdict) for clock, day in due if clock.due}
            yield f"is due on the day of {span.last}", (0, "not-owed") in past
            yield f"is due the day after {span.last}", (1, "overdue") in past
    revived = _dated(case for case in clocks if case.working.revived)
    yield from _each("is revived by {}", deadline.revived_by, revived)
    unless = deadline.revived_unless
    stands = [case for case in clocks if case.working.end_event and case.working.end_event not in unless]
    kept = _dated(case for case in stands if case.has(deadline.revived_by))
    yield from _each("is not revived because of {}", unless, kept)
    implied = {case.working.implied_by for case in clocks if case.clock.reason == "implied"}
    yield from _each("is shown to be done by {}", deadline.implied_by, implied)
    lapsed = [case for case in clocks if case.clock.reason == "lapsed"]
    overdue = _dated(
        case for case in clocks if case.clock.verdict == "overdue" and "days_late" in case.expected
    )
    for event in deadline.lapses_with:
        on_its_day = any(case.events.get(event) == case.as_at for case in lapsed)
        yield f"can no longer be done on the day of {event}", on_its_day
        yield f"can still be done before {event}", event in overdue


def _applies(deadline: Deadline, clocks: Clocks) -> Edges:
    applied = [case for case in clocks if case.applied]
    reasons = {case.clock.reason for case in clocks}
    unreadable = any(case.working.circumstances.applies == "unreadable" for case in clocks)
    by_fact = [case.row.codes for case in applied if not case.has(deadline.shown_by)]
    for fact, codes in deadline.only_if:
        for code in codes:
            alone = any(held.get(fact) == frozenset({code}) for held in by_fact)
            yield f"applies where {fact} is {code}", alone
        yield f"does not apply where {fact} is another", "does-not-apply" in reasons
        yield f"has not started where {fact} is blank", "blank-fact" in reasons
        yield f"is unknown where {fact} cannot be read", unreadable
    in_spite = _dated(
        case
        for case in applied
        if all(case.row.codes.get(fact, BARE).isdisjoint(codes) for fact, codes in deadline.only_if)
    )
    yield from _each("applies because of {} alone", deadline.shown_by, in_spite)
    yield from _each("applies after {}", deadline.after, _dated(applied))
    if deadline.after:
        yield f"does not apply without {' or '.join(deadline.after)}", "does-not-apply" in reasons
    for event, side in zip(deadline.during or (), ("before", "after"), strict=False):
        beyond = (case.side_of(event) == side and case.clock.reason == "does-not-apply" for case in clocks)
        yield f"starts on the day of {event}", any(case.side_of(event) == "on" for case in applied)
        yield f"starts {side} {event}", any(beyond)


def _owed(deadline: Deadline, clocks: Clocks) -> Edges:
    owed = [case for case in clocks if case.owed and case.applied]
    not_owed = [why for case in clocks if (why := case.working.not_owed)]
    yield from _each("is owed once {} has a date", deadline.owed_when, _dated(owed))
    if deadline.owed_when:
        yield "is not owed yet", any(why.awaits for why in not_owed)
    yield from _each("gives way to {}", deadline.displaced_by, {why.displaced_by for why in not_owed})
    if deadline.set_by:
        is_set = any(case.working.set_by is not None and "due" in case.expected for case in clocks)
        yield f"has its due day set by {deadline.set_by}", is_set
    if not _can_be_told(deadline):
        return
    if plan := deadline.plan_by_due:
        doubts = (*plan.made, *plan.before_plan)
        on_its_day = {
            event
            for case in owed
            for event, day in case.events.items()
            if day == getattr(case.clock, plan.by)
        }
        planless = _dated(case for case in clocks if (why := case.working.not_owed) and why.no_plan_by)
        shown = _dated(case for case in owed if case.has(doubts))
        yield from _each("is owed with {} on its last day", plan.made, on_its_day)
        yield from _each("is not owed with {}, and no plan by its last day", doubts, planless)
        yield from _each("is owed because of {}", plan.shown_by, shown)
    if count := deadline.answers_from:
        answers = deadline.met_by.events
        first = any(
            case.clock.start and case.clock.answered == apply(count, case.clock.start) for case in clocks
        )
        unanswered = (case.clock.due and not case.clock.answered and case.has(answers) for case in clocks)
        yield "is answered on the first day on which an answer counts", first
        yield "is answered before the first day on which an answer counts", any(unanswered)


def _limbs(deadline: Deadline, clocks: Clocks) -> Edges:
    for limit in (version.limit for version in deadline.versions if len(version.limit.limbs) > 1):
        several = (case.working.limbs for case in clocks if len(case.working.limbs) > 1)
        latest = {max(limbs, key=lambda limb: limb.to).event or "its start" for limbs in several}
        for limb in limit.limbs:
            sources = limb.since.events if limb.since else ("its start",)
            yield from _each("has its due day from {}, the later limb", sources, latest)
            yield from _conditional(limb, clocks)
        lacks = any(
            case.working.version is not None
            and len(case.working.limbs) < len(limit.limbs)
            and (case.clock.due is not None) == (limit.missing == "skip")
            for case in clocks
        )
        yield "lacks a date of a limb", lacks
        if limit.rolls:
            counted = [case for case in clocks if case.working.limbs]
            rolled = any(case.clock.due != max(limb.to for limb in case.working.limbs) for case in counted)
            yield "has a last day that rolls", rolled


def _conditional(limb: Limb, clocks: Clocks) -> Edges:
    known = "yes" if limb.missing == "open" else "no"
    waits = [case for case in clocks if not case.clock.due and case.working.circumstances.known == known]
    named = " or ".join(limb.since.events) if limb.since else "its start"
    for event in limb.after:
        facts = [case.row.codes for case in waits if event in case.events]
        for fact, codes in limb.only_if:
            for code in codes:
                held = any(code in row.get(fact, frozenset({BLANK})) for row in facts)
                yield f"waits for {named} after {event} where {fact} is {code}", held


def _repeats(deadline: Deadline, clocks: Clocks) -> Edges:
    if not (repeats := deadline.repeats):
        return
    unseen = {(case.working.answer_event, case.working.circumstances.unseen) for case in clocks}
    later = {
        (case.working.start_event, case.working.circumstances.unseen)
        for case in clocks
        if case.clock.answered and case.clock.due and (case.clock.answered - case.clock.due).days > A_YEAR
    }
    for event in repeats.first:
        yield f"is started by {event}, with the only answer years later", (event, "yes") in later
        yield f"is started by {event}, with an answer years later among others", (event, "no") in later
    for event in repeats.unseen:
        yield f"is answered by {event}, within a year more", (event, "no") in unseen
        yield f"is answered by {event}, years later", (event, "yes") in unseen
    closed = {
        event
        for case in clocks
        for event, day in case.events.items()
        if case.clock.start and day < case.clock.start
    }
    yield from _each("starts anew after {}", repeats.closed_by, closed)
    yield "starts again", any(case.working.start_event in repeats.again for case in clocks)


EDGES: Final[tuple[Callable[[Deadline, Clocks], Edges], ...]] = (
    *(_due_day, _versions, _readings, _excuses),
    *(_starts, _outcomes, _applies, _owed, _limbs, _repeats),
)

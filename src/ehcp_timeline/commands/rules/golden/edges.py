"""The boundaries of a deadline, and which of them no golden case tests.

A boundary is a sentence, and whether one of the clocks of the golden cases is at it: a side of the last day,
of a version, of a reading or an excuse, or a day on which a conditional word decides.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
        return any(event in self.events for event in events)

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
        untold = any(case.clock.reason == "no-due-day" for case in clocks)
        yield "has a time limit that is not known", untold
        return
    on_due = any(case.clock.due and case.is_("met", answered=case.clock.due) for case in clocks)
    if deadline.minimum:
        early = any(case.is_("early", days_left=1) for case in clocks)
        yield "is answered on the day before its first lawful day", early
        yield "is answered on its first lawful day", on_due
        running = any(case.is_("running", days_left=1) for case in clocks)
        yield "is asked on the day before its first lawful day", running
        over = any(case.is_("met", answered=None, due=case.as_at) for case in clocks)
        yield "is asked on its first lawful day", over
        return
    if _numberless(deadline):
        running = any(case.is_("running", due=None) for case in clocks)
        yield "is answered, and has no last day", any(case.is_("met", due=None) for case in clocks)
        yield "is asked unanswered, and has no last day", running
        return
    late = any(case.is_("late", days_late=1, ended=None) for case in clocks)
    yield "is answered on its last day", on_due
    yield "is answered on the day after its last", late
    if not _never_runs(deadline):
        yield "is asked on its last day", any(case.is_("running", days_left=0) for case in clocks)
        passed = (case.is_("not-owed", reason="time-passed", due=case.as_at - ONE_DAY) for case in clocks)
        overdue = (case.is_("overdue", days_late=1) for case in clocks)
        yield "is asked on the day after its last", any(passed) or any(overdue)


def _versions(deadline: Deadline, clocks: Clocks) -> Edges:
    if not _can_be_told(deadline):
        return
    due = [case for case in clocks if "due" in case.expected]
    known = {case.clock.start for case in due if case.clock.due is not None}
    started = {case.clock.start for case in due}
    outside = {case.clock.start for case in due if case.working.version is None}
    before = deadline.versions[0].since - ONE_DAY
    yield f"starts on {before}, the day before its first version", before in outside
    for version in deadline.versions:
        inside = known if version.limit.limbs else started
        yield f"starts on {version.since}, the first day of a version", version.since in inside
        if version.until:
            yield f"starts on {version.until}, the last day of a version", version.until in inside
    if last := deadline.versions[-1].until:
        after = last + ONE_DAY
        yield f"starts on {after}, the day after its last version", after in outside


def _readings(deadline: Deadline, clocks: Clocks) -> Edges:
    asserted = [case for case in clocks if case.expected.keys() >= READINGS]
    for reading in deadline.readings:
        moved = [case for case in clocks if case.moved_by(reading)]
        inside = {case.clock.start for case in moved if READINGS & case.expected.keys()}
        read_otherwise = (
            case for case in asserted if all(read.reading != reading for read in case.working.read)
        )
        outside = {case.clock.start for case in read_otherwise}
        disputed = (case.clock.certainty == "disputed" and "certainty" in case.expected for case in moved)
        name = f"the reading {reading.id}"
        yield f"has another day on {name}", bool(inside)
        yield f"is disputed by {name}", any(disputed)
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
            spans = [case.clock.start for case in asserted if case.clock.start]
            years = {(start.month, start.day) for start in inside if start}
            yield f"starts on the first day of a year of {name}", first in years
            yield f"starts on the last day of a year of {name}", last in years
            before_it = {((day := start + ONE_DAY).month, day.day) for start in spans}
            after_it = {((day := start - ONE_DAY).month, day.day) for start in spans}
            yield f"starts the day before a year's days of {name}", first in before_it
            yield f"starts the day after a year's days of {name}", last in after_it
        starts = reading.starts.events if reading.starts else ()
        answered = [case for case in clocks if "certainty" in case.expected and case.has(starts)]
        for event in reading.after:
            lacks = any(event not in case.events for case in answered)
            yield f"has the answer of {name} without {event}", lacks


def _excuses(deadline: Deadline, clocks: Clocks) -> Edges:
    shown = {case.expected.get("excuse") for case in clocks}
    late = (case.clock for case in clocks if case.clock.verdict in ("late", "overdue"))
    unexcused = any(clock.excuse is None for clock in late)
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
    for event in starts.events:
        yield f"is started by {event}", event in started
    if len(starts.events) > 1 and not deadline.repeats:
        days = ({case.events.get(name) for name in starts.events} - {None} for case in clocks)
        yield f"has several starts, of which the {starts.which} counts", any(len(day) > 1 for day in days)
    for where in deadline.starts_where:
        later, given = where.starts.events, " and ".join(where.given)
        named, absent = " or ".join(later), where.absent
        rows = [case for case in clocks if case.events.keys() >= set(where.given) and case.has(later)]
        without = (case.working for case in rows if absent not in case.events)
        started_by = {working.start_event for working in without if working.doubt == where.doubt}
        yield f"is started later by {named}, with {given}", not started_by.isdisjoint(later)
        yield f"has {named} with {given} beside {absent}", any(absent in case.events for case in rows)
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
    answered = {working.answer_event for working in owed}
    ended = {(working.end_event, working.circumstances.ended) for working in owed}
    never_late = deadline.minimum or _never_runs(deadline) or _numberless(deadline)
    for event in deadline.met_by.events:
        yield f"is answered by {event}", event in answered
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
    for event in deadline.revived_by:
        yield f"is revived by {event}", any(event in case.events and case.working.revived for case in clocks)
    unless = deadline.revived_unless
    stands = [case for case in clocks if case.working.end_event and case.working.end_event not in unless]
    for event in unless:
        kept = any(event in case.events and case.has(deadline.revived_by) for case in stands)
        yield f"is not revived because of {event}", kept
    implied = {case.working.implied_by for case in clocks if case.clock.reason == "implied"}
    for event in deadline.implied_by:
        yield f"is shown to be done by {event}", event in implied
    for event in deadline.lapses_with:
        held = [case for case in clocks if event in case.events]
        lapsed = any(case.clock.reason == "lapsed" and case.events[event] == case.as_at for case in held)
        runs_over = any(case.clock.verdict == "overdue" and "days_late" in case.expected for case in held)
        yield f"can no longer be done on the day of {event}", lapsed
        yield f"can still be done before {event}", runs_over


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
    for event in deadline.shown_by:
        with_it = (case.row.codes for case in applied if event in case.events)
        in_spite = (
            all(held.get(fact, BARE).isdisjoint(codes) for fact, codes in deadline.only_if)
            for held in with_it
        )
        yield f"applies because of {event} alone", any(in_spite)
    for event in deadline.after:
        yield f"applies after {event}", any(event in case.events for case in applied)
    if deadline.after:
        yield f"does not apply without {' or '.join(deadline.after)}", "does-not-apply" in reasons
    for event, side in zip(deadline.during or (), ("before", "after"), strict=False):
        beyond = (case.side_of(event) == side and case.clock.reason == "does-not-apply" for case in clocks)
        yield f"starts on the day of {event}", any(case.side_of(event) == "on" for case in applied)
        yield f"starts {side} {event}", any(beyond)


def _owed(deadline: Deadline, clocks: Clocks) -> Edges:
    owed = [case for case in clocks if case.owed and case.applied]
    not_owed = [why for case in clocks if (why := case.working.not_owed)]
    for event in deadline.owed_when:
        yield f"is owed once {event} has a date", any(event in case.events for case in owed)
    if deadline.owed_when:
        yield "is not owed yet", any(why.awaits for why in not_owed)
    for name in deadline.displaced_by:
        yield f"gives way to {name}", any(why.displaced_by == name for why in not_owed)
    if deadline.set_by:
        is_set = any(case.working.set_by is not None and "due" in case.expected for case in clocks)
        yield f"has its due day set by {deadline.set_by}", is_set
    if _can_be_told(deadline):
        yield from _by_a_day(deadline, clocks)


def _by_a_day(deadline: Deadline, clocks: Clocks) -> Edges:
    """Yield the boundaries of what must be there by the due day, and of the first day that answers count."""
    owed = [case for case in clocks if case.owed and case.applied]
    if plan := deadline.plan_by_due:
        doubts = (*plan.made, *plan.before_plan)
        last = "start" if plan.by == "start" else "due"
        for event in plan.made:
            dated = (case for case in owed if event in case.events)
            on_the_day = any(case.events[event] == getattr(case.clock, last) for case in dated)
            yield f"is owed with {event} on its last day", on_the_day
        without = [case for case in clocks if (why := case.working.not_owed) and why.no_plan_by]
        for event in doubts:
            planless = any(event in case.events for case in without)
            yield f"is not owed with {event}, and no plan by its last day", planless
        for event in plan.shown_by:
            shown = any(event in case.events and case.has(doubts) for case in owed)
            yield f"is owed because of {event}", shown
    if count := deadline.answers_from:
        answers = deadline.met_by.events
        started = [case.clock for case in clocks if case.clock.start]
        first = any(clock.start and clock.answered == apply(count, clock.start) for clock in started)
        unanswered = (case.clock.due and not case.clock.answered and case.has(answers) for case in clocks)
        yield "is answered on the first day on which an answer counts", first
        yield "is answered before the first day on which an answer counts", any(unanswered)


def _limbs(deadline: Deadline, clocks: Clocks) -> Edges:
    for limit in (version.limit for version in deadline.versions if len(version.limit.limbs) > 1):
        several = (case.working.limbs for case in clocks if len(case.working.limbs) > 1)
        latest = {max(limbs, key=lambda limb: limb.to).event for limbs in several}
        for limb in limit.limbs:
            for event in limb.since.events if limb.since else ("",):
                yield f"has its due day from {event or 'its start'}, the later limb", event in latest
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
    started = [(case.clock.start, case.events) for case in clocks if case.clock.start]
    for event in repeats.closed_by:
        anew = any(event in events and events[event] < start for start, events in started)
        yield f"starts anew after {event}", anew
    yield "starts again", any(case.working.start_event in repeats.again for case in clocks)


EDGES: Final[tuple[Callable[[Deadline, Clocks], Edges], ...]] = (
    *(_due_day, _versions, _readings, _excuses),
    *(_starts, _outcomes, _applies, _owed, _limbs, _repeats),
)

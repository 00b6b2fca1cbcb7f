"""The edges that the conditional words of a deadline have, and which of them no golden case stands on."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain

from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.clock.counting import apply
from ehcp_timeline.commands.rules.golden.edges import (
    Asserted,
    Covers,
    Edges,
    edges_of_due_day,
    edges_of_excuses,
    edges_of_readings,
    edges_of_versions,
    never_runs,
)
from ehcp_timeline.commands.rules.golden.model import Golden, in_question
from ehcp_timeline.law.deadline import Dates, Limit, PlanByDue, Repeats, StartWhere
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.law.subset import part_of


def edges_of_conditions(deadline: Deadline) -> Edges:
    """Yield the edges of every conditional word that the deadline uses."""
    return chain(
        _starts(deadline),
        _outcomes(deadline),
        _applies(deadline),
        _owed(deadline),
        *(_limbs(version.limit) for version in deadline.versions if len(version.limit.limbs) > 1),
        _repeats(deadline.repeats) if deadline.repeats else (),
    )


def _with(event: str, then: Covers) -> Covers:
    return lambda one: event in one.events and then(one)


def _starts(deadline: Deadline) -> Edges:
    for event in deadline.starts.events:
        yield f"is started by {event}", _started_by(event)
    if len(deadline.starts.events) > 1 and not deadline.repeats:
        yield f"has several starts, of which the {deadline.starts.which} counts", _several(deadline.starts)
    for where in deadline.starts_where:
        yield f"has {' and '.join(where.given)} without {where.absent}", _given(where, absent=False)
        yield f"has {' and '.join(where.given)} beside {where.absent}", _given(where, absent=True)


def _started_by(event: str) -> Covers:
    return lambda one: one.working.start_event == event and one.clock.start is not None


def _several(starts: Dates) -> Covers:
    return lambda one: len({one.events[name] for name in starts.events if name in one.events}) > 1


def _given(where: StartWhere, *, absent: bool) -> Covers:
    return lambda one: (
        all(name in one.events for name in where.given) and (where.absent in one.events) == absent
    )


def _outcomes(deadline: Deadline) -> Edges:
    for event in deadline.met_by.events:
        yield f"is answered by {event}", _answered_by(event)
    for event in deadline.ends:
        yield f"is ended in time by {event}", _ended_by(event, ("before", "on"))
        if not deadline.minimum and not never_runs(deadline):
            yield f"is ended too late by {event}", _ended_by(event, ("after",))
    for event in deadline.revived_by:
        yield f"is revived by {event}", _with(event, _revived)
    for event in deadline.revived_unless:
        yield f"is not revived because of {event}", _with(event, _not_revived)
    for event in deadline.implied_by:
        yield f"is shown to be done by {event}", _implied_by(event)


def _answered_by(event: str) -> Covers:
    return lambda one: one.working.answer_event == event and one.working.circumstances.owed == "yes"


def _ended_by(event: str, when: Iterable[str]) -> Covers:
    return lambda one: (
        one.working.end_event == event
        and one.working.circumstances.ended in when
        and one.working.circumstances.owed == "yes"
    )


def _revived(one: Asserted) -> bool:
    return one.working.revived


def _not_revived(one: Asserted) -> bool:
    deadline = one.working.deadline
    return (
        any(event in one.events for event in deadline.revived_by)
        and bool(one.working.end_event)
        and one.working.end_event not in deadline.revived_unless
    )


def _implied_by(event: str) -> Covers:
    return lambda one: one.working.implied_by == event and one.clock.reason == "implied"


def _applies(deadline: Deadline) -> Edges:
    for fact, codes in deadline.only_if:
        for code in codes:
            yield f"applies where {fact} is {code}", _with_code(fact, code)
        yield f"does not apply where {fact} is another", _reason("does-not-apply")
        yield f"has not started where {fact} is blank", _reason("blank-fact")
        yield f"is unknown where {fact} cannot be read", _unreadable_fact
    for event in deadline.shown_by:
        yield f"applies because of {event} alone", _with(event, _in_spite_of_the_fact)
    for event in deadline.after:
        yield f"applies after {event}", _with(event, _applied)
    if deadline.after:
        yield f"does not apply without {' or '.join(deadline.after)}", _reason("does-not-apply")
    if deadline.during:
        yield from _during(*deadline.during)


def _applied(one: Asserted) -> bool:
    return one.working.circumstances.applies == "yes" and one.clock.start is not None


def _reason(reason: str) -> Covers:
    return lambda one: one.clock.reason == reason


def _unreadable_fact(one: Asserted) -> bool:
    return one.working.circumstances.applies == "unreadable"


def _with_code(fact: str, code: str) -> Covers:
    return lambda one: (
        one.codes.get(fact) == frozenset({code})
        and _applied(one)
        and not any(event in one.events for event in one.working.deadline.shown_by)
    )


def _in_spite_of_the_fact(one: Asserted) -> bool:
    conditions = one.working.deadline.only_if
    return _applied(one) and not any(
        one.codes.get(fact, frozenset()).intersection(codes) for fact, codes in conditions
    )


def _during(first: str, last: str) -> Edges:
    yield f"starts on the day of {first}", _with(first, _start_beside(first, "on", _applied))
    yield f"starts before {first}", _with(first, _start_beside(first, "before", _reason("does-not-apply")))
    yield f"starts on the day of {last}", _with(last, _start_beside(last, "on", _applied))
    yield f"starts after {last}", _with(last, _start_beside(last, "after", _reason("does-not-apply")))


def _start_beside(event: str, side: str, then: Covers) -> Covers:
    def beside(one: Asserted) -> bool:
        day, start = one.events[event], one.clock.start or _row_start(one)
        found = "on" if start == day else "before" if start < day else "after"
        return found == side and then(one)

    return beside


def _row_start(one: Asserted) -> date:
    return min(one.events[name] for name in one.working.deadline.start_events if name in one.events)


def _owed(deadline: Deadline) -> Edges:
    for event in deadline.owed_when:
        yield f"is owed once {event} stands", _with(event, _is_owed)
    if deadline.owed_when:
        yield "is not owed yet", _not_owed("not until")
    for name in deadline.displaced_by:
        yield f"gives way to {name}", _not_owed(f"{name} takes its place")
    if deadline.set_by:
        yield f"has its due day set by {deadline.set_by}", _due_is_set
    if deadline.plan_by_due:
        yield from _plan_by_due(deadline.plan_by_due)
    if deadline.answers_from:
        yield "is answered on the first day on which an answer counts", _first_answer
        yield "is answered before the first day on which an answer counts", _before_answers


def _is_owed(one: Asserted) -> bool:
    return one.working.circumstances.owed == "yes" and _applied(one)


def _not_owed(because: str) -> Covers:
    return lambda one: one.working.why_not_owed.startswith(because)


def _due_is_set(one: Asserted) -> bool:
    return one.working.set_by is not None and "due" in one.expected


def _plan_by_due(plan: PlanByDue) -> Edges:
    for event in plan.made:
        yield f"is owed with {event} on its last day", _with(event, _on_its_last_day(event))
    for event in (*plan.made, *plan.before_plan):
        yield f"is not owed with {event}, and no plan by its last day", _with(event, _not_owed("no plan"))
    for event in plan.shown_by:
        doubts = (*plan.made, *plan.before_plan)
        yield f"is owed because of {event}", _with(event, _owed_in_spite_of(doubts))


def _on_its_last_day(event: str) -> Covers:
    return lambda one: one.events[event] == one.clock.due and _is_owed(one)


def _owed_in_spite_of(events: tuple[str, ...]) -> Covers:
    return lambda one: _is_owed(one) and any(event in one.events for event in events)


def _first_answer(one: Asserted) -> bool:
    count, start = one.working.deadline.answers_from, one.clock.start
    return count is not None and start is not None and one.clock.answered == apply(count, start)


def _before_answers(one: Asserted) -> bool:
    answers = one.working.deadline.met_by.events
    return (
        one.clock.due is not None and not one.clock.answered and any(name in one.events for name in answers)
    )


def _limbs(limit: Limit) -> Edges:
    for limb in limit.limbs:
        for event in limb.since.events if limb.since else ("",):
            yield f"has its due day from {event or 'its start'}, the later limb", _later_limb(event)
    yield "lacks a date of a limb", _missing_limb(limit)
    if limit.rolls:
        yield "has a last day that rolls", _rolled


def _later_limb(event: str) -> Covers:
    def later(one: Asserted) -> bool:
        limbs = one.working.limbs
        return len(limbs) > 1 and max(limbs, key=lambda limb: limb.to).event == event

    return later


def _missing_limb(limit: Limit) -> Covers:
    known = limit.missing == "skip"
    return lambda one: (
        one.working.version is not None
        and len(one.working.limbs) < len(limit.limbs)
        and (one.clock.due is not None) == known
    )


def _rolled(one: Asserted) -> bool:
    return bool(one.working.limbs) and one.clock.due != max(limb.to for limb in one.working.limbs)


def _repeats(repeats: Repeats) -> Edges:
    for event in repeats.unseen:
        yield f"is answered by {event}, within a year more", _unseen(event, "no")
        yield f"is answered by {event}, years later", _unseen(event, "yes")
    for event in repeats.closed_by:
        yield f"starts anew after {event}", _with(event, _starts_after(event))
    yield "starts again", lambda one: one.working.start_event in repeats.again


def _unseen(event: str, word: str) -> Covers:
    return lambda one: one.working.answer_event == event and one.working.circumstances.unseen == word


def _starts_after(event: str) -> Covers:
    return lambda one: one.clock.start is not None and one.events[event] < one.clock.start


EDGES = (edges_of_due_day, edges_of_versions, edges_of_readings, edges_of_excuses, edges_of_conditions)


def uncovered(rulebook: Rulebook, goldens: Iterable[Golden]) -> tuple[str, ...]:
    """Return a sentence for every edge that no golden case asserts a verdict on, in rulebook order.

    A case covers an edge if it expects a verdict of a clock that stands there: on both sides of the due
    day, of every version, reading and excuse, and wherever a conditional word decides.
    """
    asserted: dict[str, list[Asserted]] = {}
    for golden in goldens:
        for one in asserted_by(golden, rulebook):
            asserted.setdefault(one.clock.deadline, []).append(one)
    return tuple(
        f"{deadline.id}: no golden case {says}"
        for deadline in rulebook.deadlines
        for edges in EDGES
        for says, covered_by in edges(deadline)
        if not any(covered_by(one) for one in asserted.get(deadline.id, ()))
    )


def asserted_by(golden: Golden, rulebook: Rulebook) -> Iterator[Asserted]:
    """Yield every clock of a golden case of which it expects a verdict, with its working."""
    part = part_of(rulebook, golden.expect)
    workings = {working.clock: working for working in judge_case(part, golden.rows, golden.as_at)}
    for deadline, expected in golden.expect.items():
        clocks = in_question((clock for clock in workings if clock.deadline == deadline), expected)
        for wanted, clock in zip(expected, clocks, strict=False):
            if "verdict" in wanted:
                yield Asserted(golden, wanted, workings[clock])

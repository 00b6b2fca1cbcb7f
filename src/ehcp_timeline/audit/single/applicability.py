"""Whether a deadline starts, applies, is owed and is excused, by the facts and dates of one case."""

from datetime import date

from ehcp_timeline.audit.single.events import EventHistory
from ehcp_timeline.audit.verdicts import AppliesWord, ExcuseResult, NotOwed, StartWord
from ehcp_timeline.cases.model import Row
from ehcp_timeline.clock import ONE_DAY, apply
from ehcp_timeline.law.deadline import Absence, Closure, Excuse, StartWhere
from ehcp_timeline.law.rulebook import Deadline, Rulebook


def start_of(deadline: Deadline, seen: EventHistory) -> date | None:
    """Return the day on which a clock of this row started, planned days included."""
    where = later_start(deadline, seen)
    return seen.pick(where.starts if where else deadline.starts)


def later_start(deadline: Deadline, seen: EventHistory) -> StartWhere | None:
    """Return the first of the later starts that this row has, if any."""
    ordinary = seen.pick(deadline.starts)
    for where in deadline.starts_where:
        start = seen.pick(where.starts)
        fits = all(seen.first(name) for name in where.given) and not seen.first(where.absent)
        if fits and start and (ordinary is None or start > ordinary):
            return where
    return None


def answers_since(deadline: Deadline, seen: EventHistory, start: date) -> date:
    """Return the first day from which an answer or an end counts: the ordinary start, if another is later."""
    ordinary = seen.pick(deadline.starts) if deadline.starts_where else None
    return min(start, ordinary) if ordinary else start


def start_state(deadline: Deadline, seen: EventHistory, start: date | None) -> StartWord:
    """Return whether a clock has a start, as `Circumstances` says it."""
    if seen.unreadable.intersection(deadline.start_events):
        return "unreadable"
    if start:
        return "stands"
    return "future" if any(name in seen.later for name in deadline.start_events) else "none"


def start_event(deadline: Deadline, seen: EventHistory, start: date) -> str:
    """Return which event started the clock."""
    names = deadline.start_events
    come = seen.name_of(names, start)
    return come or next((name for name in names if start in seen.later.get(name, ())), "")


def applies(deadline: Deadline, row: Row, seen: EventHistory, start: date) -> AppliesWord:
    """Return whether a deadline applies, as `Circumstances` says it."""
    facts, before, during = _facts_allow(deadline, row, seen, start), deadline.after, deadline.during
    if facts != "yes":
        return facts
    if before and not any(day <= start for day in seen.happened(before)):
        return "unreadable" if seen.unreadable.intersection(before) else "no"
    if not during:
        return "yes"
    if seen.unreadable.intersection(during):
        return "unreadable"
    first, last = (seen.first(name) for name in during)
    return "yes" if first and first <= start and (last is None or start <= last) else "no"


def could_apply(deadline: Deadline, row: Row, seen: EventHistory) -> AppliesWord:
    """Return the same word for a clock whose start cannot be read: whatever day it was."""
    facts = _facts_allow(deadline, row, seen, date.min)
    if facts != "yes":
        return facts
    needed = [deadline.after, deadline.during[:1]] if deadline.during else [deadline.after]
    for names in needed:
        if names and not seen.given(names):
            return "unreadable" if seen.unreadable.intersection(names) else "no"
    return "yes"


def awaits(deadline: Deadline, seen: EventHistory) -> bool:
    """Return whether none of the events that make the duty owed has come, whatever day the clock started."""
    waiting = deadline.owed_when and not seen.happened(deadline.owed_when)
    return bool(waiting) and not seen.unreadable.intersection(deadline.owed_when)


def _facts_allow(deadline: Deadline, row: Row, seen: EventHistory, since: date) -> AppliesWord:
    is_shown = any(day >= since for day in seen.happened(deadline.shown_by))
    for fact, codes in deadline.only_if:
        if is_shown:
            continue
        if fact in row.unreadable:
            return "unreadable"
        if fact not in row.codes:
            return "blank"
        if not row.codes[fact].intersection(codes):
            return "no"
    return "yes"


def stands(deadline: Deadline, row: Row, seen: EventHistory) -> bool:
    """Return whether a clock of this deadline has started on this row and applies to it."""
    start = start_of(deadline, seen)
    return start is not None and applies(deadline, row, seen, start) == "yes"


def why_not_owed(
    rulebook: Rulebook, deadline: Deadline, row: Row, seen: EventHistory, due: date | None, *, doubtful: bool
) -> NotOwed | None:
    """Return why the duty is not owed; None if it is.

    Where the day of the request is `doubtful`, what makes the duty owed may have come since.
    """
    for name in deadline.displaced_by:
        other = rulebook.by_id.get(name)
        if stands(other, row, seen) if other else _took_place(deadline, name, seen):
            return NotOwed(displaced_by=name)
    start = start_of(deadline, seen)
    since = answers_since(deadline, seen, start) if start else None
    came = any(since and day >= since for day in seen.happened(deadline.owed_when))
    if deadline.owed_when and not (came or doubtful):
        return why_waiting(rulebook, deadline)
    return why_without_plan(deadline, seen, start, due)


def _took_place(deadline: Deadline, name: str, seen: EventHistory) -> bool:
    """Return whether an event that takes the duty's place came, and nothing undid it since."""
    undone = seen.happened(deadline.revived_by)
    return any(not undone or day > undone[-1] for day in seen.happened((name,)))


def is_restored(deadline: Deadline, seen: EventHistory) -> bool:
    """Return whether an event that took the duty's place was undone."""
    return any(
        seen.happened((name,)) and not _took_place(deadline, name, seen) for name in deadline.displaced_by
    )


def why_waiting(rulebook: Rulebook, deadline: Deadline) -> NotOwed:
    """Return which columns could make the duty owed."""
    named = tuple(name for name in deadline.owed_when if name in rulebook.events)
    return NotOwed(awaits=named or deadline.owed_when)


def why_without_plan(
    deadline: Deadline, seen: EventHistory, start: date | None, due: date | None
) -> NotOwed | None:
    """Return that there was no plan by the due day or the start; None if there was, or none is needed."""
    plan = deadline.plan_by_due
    if plan is None or start is None or deadline.version_on(start) is None:
        return None
    by = start if plan.by == "start" else due
    if by is None:
        return None
    made, shown = seen.happened(plan.made), seen.happened(plan.shown_by)
    had_plan = (
        any(day <= by for day in (*made, *shown))
        or (plan.by == "start" and made and shown and shown[0] < made[0])
        or (not made and (shown or not seen.happened(plan.before_plan)))
    )
    return None if had_plan else NotOwed(no_plan_by=by)


def columns_looked_at(rulebook: Rulebook, deadline: Deadline) -> frozenset[str]:
    """Return the columns of a file that a deadline looks at."""
    named = (*cells_that_matter(deadline), *deadline.start_events, *deadline.after, *(deadline.during or ()))
    facts = [fact for fact, _ in deadline.only_if]
    derived = (rulebook.derived[name] for name in named if name in rulebook.derived)
    facts += [where.fact for event in derived for where in event.earliest if where.fact]
    return frozenset((*rulebook.columns_of(named), *facts))


def cells_that_matter(deadline: Deadline, *, ended: bool = True, answered: bool = False) -> frozenset[str]:
    """Return the columns without which a clock that has started cannot be judged.

    If something `ended` it, what would undo that matters too. If it was answered, what would only show that
    it was answered does not matter.
    """
    plan = deadline.plan_by_due
    span = deadline.ended_while
    limbs = tuple(limb for version in deadline.versions for limb in version.limit.limbs)
    return frozenset(
        (
            *deadline.answers,
            *deadline.ends,
            *((span.first, span.last) if span else ()),
            *(deadline.revived_by if ended else ()),
            *deadline.revived_unless,
            *(() if answered else (*deadline.implied_by, *deadline.lapses_with)),
            *deadline.owed_when,
            *deadline.displaced_by,
            *(deadline.start_events if deadline.repeats else ()),
            *(name for where in deadline.starts_where for name in (*where.given, where.absent)),
            *((deadline.set_by,) if deadline.set_by else ()),
            *(name for limb in limbs if limb.since for name in limb.since.events),
            *(name for limb in limbs for name in (*limb.after, *(fact for fact, _ in limb.only_if))),
            *((*plan.made, *plan.shown_by, *plan.before_plan) if plan else ()),
        )
    )


STRONGEST_FIRST = ("evidenced", "claimed", "unreadable", "refuted")


def look_at(
    deadline: Deadline, row: Row, seen: EventHistory, start: date, due: date
) -> tuple[tuple[ExcuseResult, ...], ExcuseResult | None]:
    """Consider every excuse of a deadline; return all, and the strongest claimed, the first of equals."""
    excuses = tuple(_look(excuse, row, seen, start, due) for excuse in deadline.excuses)
    claimed = [excuse for excuse in excuses if excuse.strength in STRONGEST_FIRST]
    return excuses, min(claimed, key=lambda excuse: STRONGEST_FIRST.index(excuse.strength), default=None)


def _look(excuse: Excuse, row: Row, seen: EventHistory, start: date, due: date) -> ExcuseResult:
    if (excuse.since and due < excuse.since) or (excuse.until and due > excuse.until):
        return ExcuseResult(
            excuse, "unclaimed", f"it applied only to due days from {excuse.since} to {excuse.until}"
        )
    if excuse.flag is None:
        return _look_at_absence(excuse, seen, start, due)
    if excuse.flag in row.unreadable:
        return ExcuseResult(excuse, "unreadable", f"{excuse.flag} could not be read")
    if isinstance(excuse.evidence, Closure):
        shown = _look_at_closure(excuse, excuse.evidence, seen, start, due)
    else:
        shown = ExcuseResult(excuse, "claimed", f"{excuse.flag} is yes; no date can prove or refute it")
    if row.flags.get(excuse.flag, False):
        return shown
    why = f"{excuse.flag} is {'no' if excuse.flag in row.flags else 'blank'}"
    if shown.strength != "evidenced":
        return ExcuseResult(excuse, "unclaimed", why)
    why += f", though the dates support it: {shown.why}"
    return ExcuseResult(excuse, "unclaimed", why, borne_out=True)


def _look_at_closure(
    excuse: Excuse, closure: Closure, seen: EventHistory, start: date, due: date
) -> ExcuseResult:
    """Compare a closure with the days on which a request for advice could be the reason.

    Those days are both in the clock's own time and in the time that the law sets around the closure.
    """
    first, last = (seen.first(name) for name in closure.closed)
    asked = next((day for name in closure.asked if (day := seen.first(name))), None)
    if first and last and last < apply(closure.length, first):
        return ExcuseResult(excuse, "refuted", f"closed only from {first} to {last}")
    earliest = max(start, apply(closure.margin, first)) if first else start
    latest = min(due, apply(closure.margin, last + ONE_DAY)) if last else due
    if asked and not earliest <= asked <= latest:
        where = f"outside this deadline's own time, {start} to {due}"
        if start <= asked <= due:
            too_soon = first is not None and asked < first
            where = f"too {f'long before {first}' if too_soon else f'near the re-opening after {last}'}"
        return ExcuseResult(excuse, "refuted", f"advice was asked for on {asked}, {where}")
    if earliest > latest:
        return ExcuseResult(excuse, "refuted", f"no day from {start} to {due} is near enough to the closure")
    if asked and first and last:
        return ExcuseResult(
            excuse, "evidenced", f"advice asked for on {asked}, closed from {first} to {last}"
        )
    return ExcuseResult(
        excuse, "claimed", f"{excuse.flag} is yes; not all the dates that would prove it are given"
    )


def _look_at_absence(excuse: Excuse, seen: EventHistory, start: date, due: date) -> ExcuseResult:
    absence = excuse.evidence
    assert isinstance(absence, Absence)  # noqa: S101  the rulebook's reader sees to it
    first, last = (seen.first(name) for name in absence.absent)
    if any(name in seen.unreadable for name in absence.absent):
        return ExcuseResult(excuse, "unreadable", f"{' or '.join(absence.absent)} could not be read")
    if first is None:
        return ExcuseResult(excuse, "unclaimed", f"{absence.absent[0]} is blank")
    needed = apply(absence.length, max(first, start))
    until = f"to {last}" if last else "with no last day"
    if needed > due or (last and needed > last):
        return ExcuseResult(
            excuse, "refuted", f"absent from {first} {until}: too short between start and due day"
        )
    if last:
        return ExcuseResult(excuse, "evidenced", f"absent from {first} to {last}")
    return ExcuseResult(excuse, "claimed", f"absent from {first}, with no last day")

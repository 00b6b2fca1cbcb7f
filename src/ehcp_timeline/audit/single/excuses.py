"""What a case's own dates show about a claimed excuse: proved, refuted, or neither."""

from collections.abc import Sequence
from datetime import date

from ehcp_timeline.audit.single.dates import EventHistory
from ehcp_timeline.cases.model import Row
from ehcp_timeline.clock import Count, apply
from ehcp_timeline.law.deadline import Absence, Closure, Excuse
from ehcp_timeline.law.rulebook import Deadline
from ehcp_timeline.record import record

NEXT_DAY = Count("within", 1, "days")
STRONGEST_FIRST = ("evidenced", "claimed", "unreadable", "refuted")


@record(frozen=True, slots=True)
class ExcuseResult:
    """One excuse that was considered.

    Attributes:
        strength: `claimed`, `evidenced`, `refuted`, `unreadable` (its cell could not be read), or
            `unclaimed`.
        why: The same in words.
        borne_out: Whether the dates prove an excuse that nobody claims.
    """

    excuse: Excuse
    strength: str
    why: str
    borne_out: bool = False


def look_at(
    deadline: Deadline, row: Row, seen: EventHistory, start: date, due: date
) -> tuple[tuple[ExcuseResult, ...], ExcuseResult | None]:
    """Consider every excuse of a deadline; return all, and the strongest that was claimed."""
    excuses = tuple(_look(excuse, row, seen, start, due) for excuse in deadline.excuses)
    return excuses, strongest(excuses)


def strongest(excuses: Sequence[ExcuseResult]) -> ExcuseResult | None:
    """Return the strongest claimed excuse, the first of equals."""
    claimed = [excuse for excuse in excuses if excuse.strength in STRONGEST_FIRST]
    return min(claimed, key=lambda excuse: STRONGEST_FIRST.index(excuse.strength), default=None)


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
    return shown if row.flags.get(excuse.flag, False) else _unclaimed(shown, excuse.flag, row)


def _unclaimed(shown: ExcuseResult, flag: str, row: Row) -> ExcuseResult:
    """Return an excuse that nobody claims, with what its dates say if they prove it."""
    why = f"{flag} is {'no' if flag in row.flags else 'blank'}"
    if shown.strength != "evidenced":
        return ExcuseResult(shown.excuse, "unclaimed", why)
    why = f"{why}, though the dates support it: {shown.why}"
    return ExcuseResult(shown.excuse, "unclaimed", why, borne_out=True)


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
    latest = min(due, apply(closure.margin, apply(NEXT_DAY, last))) if last else due
    if asked and not earliest <= asked <= latest:
        return ExcuseResult(excuse, "refuted", _why_not(asked, start, due, first, last))
    if earliest > latest:
        return ExcuseResult(excuse, "refuted", f"no day from {start} to {due} is near enough to the closure")
    if asked and first and last:
        return ExcuseResult(
            excuse, "evidenced", f"advice asked for on {asked}, closed from {first} to {last}"
        )
    return ExcuseResult(
        excuse, "claimed", f"{excuse.flag} is yes; not all the dates that would prove it are given"
    )


def _why_not(asked: date, start: date, due: date, first: date | None, last: date | None) -> str:
    said = f"advice was asked for on {asked}"
    if not start <= asked <= due:
        return f"{said}, outside this deadline's own time, {start} to {due}"
    too_soon = first is not None and asked < first
    return f"{said}, too {f'long before {first}' if too_soon else f'near the re-opening after {last}'}"


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

"""A report that may be published: nobody named, and no number from which fewer than five could be found.

Every number of children stands in a table of its own with its total. What two tables say of the same
children, the plans that are overdue, is hidden in both or in neither.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from ehcp_timeline.commands.report.answer import LateDuty, Number, ReportAnswer, WaitingCount, YearRate
from ehcp_timeline.measure.counts import ISSUE, percent
from ehcp_timeline.privacy.secondary import Cell
from ehcp_timeline.privacy.suppress import CountTable, to_hide

HIDDEN: Number = "[c]"
_FEW = "too few children are overdue to publish one"
_TOO_LITTLE = "the file records too little of what was finished"
_OVERDUE, _TOTAL = 1, 2  # columns of a table of those in time and those overdue


def published(answer: ReportAnswer, threshold: int) -> ReportAnswer:
    """Return a report without anything that tells of one child.

    Raises:
        UsageError: The threshold hides nothing.
    """
    now = answer.waiting[-1]
    duties = _duties(answer.duties, threshold, hide_plans=_waiting(now, threshold).overdue == HIDDEN)
    plans = next((duty.overdue for duty in duties if duty.deadline == ISSUE[0]), 0)
    waiting = [_waiting(point, threshold) for point in answer.waiting]
    if plans == HIDDEN:
        waiting[-1] = replace(waiting[-1], overdue=HIDDEN)
    few = waiting[-1].overdue == HIDDEN
    return replace(
        answer,
        input=tuple(replace(file, name=f"case file {n}") for n, file in enumerate(answer.input, 1)),
        waiting=tuple(waiting),
        stages=dict(zip(answer.stages, _row(tuple(answer.stages.values()), threshold), strict=False)),
        duties=duties,
        rates=tuple(_rate(rate, threshold) for rate in answer.rates),
        unclear=_row((answer.unclear,), threshold)[0],
        no_forecast=_FEW if few else answer.no_forecast and _TOO_LITTLE,
        policies=() if few else answer.policies,
        oldest=(),
        work=(),
        changed=None,
        not_judged=(),
        problems=(),
        forecast=None,
    )


def _grid(
    rows: Sequence[Sequence[Number]], threshold: int, also: Collection[Cell] = ()
) -> list[list[Number]]:
    """Return counts with their totals at the end of each row, `[c]` where one must be hidden."""
    counts = tuple(tuple(int(number) for number in row) for row in rows)
    names = tuple(str(number) for number in range(len(counts)))
    if not counts:
        return []
    columns = tuple(str(number) for number in range(len(counts[0])))
    hidden = to_hide(CountTable(names, columns, counts, adds_down=False), threshold, also)
    return [
        [
            HIDDEN if hidden is None or (place, column) in hidden else number
            for column, number in enumerate((*row, sum(row)))
        ]
        for place, row in enumerate(counts)
    ]


def _row(counts: Sequence[Number], threshold: int) -> list[Number]:
    return _grid((counts,), threshold)[0]


def _waiting(point: WaitingCount, threshold: int) -> WaitingCount:
    row = _row((int(point.open) - int(point.overdue), point.overdue), threshold)
    return replace(point, open=row[_TOTAL], overdue=row[_OVERDUE])


def _duties(duties: Sequence[LateDuty], threshold: int, *, hide_plans: bool) -> tuple[LateDuty, ...]:
    bands = [tuple(duty.by_age.values()) for duty in duties]
    also = [
        (place, len(bands[place]))
        for place, duty in enumerate(duties)
        if hide_plans and duty.deadline == ISSUE[0]
    ]
    protected = (
        replace(duty, by_age=dict(zip(duty.by_age, row, strict=False)), overdue=row[-1], oldest_days=None)
        for duty, row in zip(duties, _grid(bands, threshold, also), strict=True)
    )
    return tuple(sorted(protected, key=_printed_order))


def _printed_order(duty: LateDuty) -> tuple[bool, int, str]:
    """Return where a duty stands: by its number if that is printed, else by its name."""
    hidden = isinstance(duty.overdue, str)
    return hidden, 0 if isinstance(duty.overdue, str) else -duty.overdue, duty.deadline


def _rate(rate: YearRate, threshold: int) -> YearRate:
    if rate.plans is None or rate.in_time is None:
        return rate
    in_time, _, plans = _row((rate.in_time, int(rate.plans) - int(rate.in_time)), threshold)
    share = HIDDEN if HIDDEN in (in_time, plans) else percent(int(in_time), int(plans))
    return replace(rate, plans=plans, in_time=in_time, rate=share)

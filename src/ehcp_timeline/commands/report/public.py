"""A report that may be published: nobody named, and no number that gives away fewer than five children.

Every number of children is in a table of its own with its total. Two tables count the same plans that are
overdue; these are hidden in both or in neither.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ehcp_timeline.commands.report.answer import (
    ChangedSince,
    LateDuty,
    Number,
    ReportAnswer,
    WaitingCount,
    YearRate,
)
from ehcp_timeline.measure.counts import ISSUE, percent
from ehcp_timeline.privacy.suppress import HIDDEN, CountTable, to_hide

_FEW = "too few children are overdue to publish one"
_TOO_LITTLE = "the file records too little of what was finished"
_OVERDUE, _TOTAL = 1, 2  # columns of a table of those in time and those overdue


def published(answer: ReportAnswer, threshold: int) -> ReportAnswer:
    """Return a report without anything that gives away one child.

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
    kept = answer.kept_overdue
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
        kept_overdue=None if few or (kept and kept[1] < threshold) else kept,
        oldest=(),
        longest=None,
        work=(),
        changed=answer.changed and _changed(answer.changed, waiting, answer.as_at, threshold),
        not_judged=(),
        problems=(),
        forecast=None,
    )


def report_lines(report: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the numbers of a report from its JSON, to compare them with an earlier one."""
    *past, now = report["waiting"]
    yield {"part": "Children waiting", "open": now["open"], "overdue": now["overdue"]}
    for point in past:
        yield {
            "part": f"Children waiting on {point['day']}",
            **{key: point[key] for key in ("open", "overdue")},
        }
    yield {"part": "Stages", **report["stages"]}
    for duty in report["duties"]:
        yield {"part": duty["duty"], "overdue": duty["overdue"], **duty["by_age"]}
    for rate in report["rates"]:
        yield {"part": f"Plans issued in {rate['year']}", "all": rate["plans"], "in time": rate["in_time"]}
    yield {"part": "Unclear deadlines", "all": report["unclear"]}


def _changed(
    changed: ChangedSince, waiting: Sequence[WaitingCount], as_at: date, threshold: int
) -> ChangedSince:
    """Return what happened to the plans that were overdue, all of it or nothing.

    The numbers add up to how many were overdue on either day. So they are printed only if both days may be
    printed and each number is of enough children.
    """
    days = [point.overdue for point in waiting if point.day in (as_at, changed.as_at)]
    if changed.fewest >= threshold and HIDDEN not in days:
        return changed
    return replace(changed, counts=dict.fromkeys(changed.counts, HIDDEN))


def _row(counts: Sequence[Number], threshold: int, *, hide_total: bool = False) -> list[Number]:
    """Return counts with their total at the end, `[c]` where one must be hidden.

    Where no way of hiding some of them is safe, all are hidden and the total is printed. That is safe: the
    same is printed for each table in which everybody is in one place, so every place can be 0 or all.
    """
    numbers = tuple(map(int, counts))
    total = len(numbers)
    also = frozenset({(0, total)} if hide_total else ())
    table = CountTable(("",), tuple(map(str, range(total))), (numbers,), adds_down=False)
    hidden = to_hide(table, threshold, also)
    if hidden is None:
        small = [(0, total)] if 0 < sum(numbers) < threshold else []
        hidden = frozenset((*((0, place) for place in range(total)), *also, *small))
    return [
        HIDDEN if (0, place) in hidden else number for place, number in enumerate((*numbers, sum(numbers)))
    ]


def _waiting(point: WaitingCount, threshold: int) -> WaitingCount:
    row = _row((int(point.open) - int(point.overdue), point.overdue), threshold)
    return replace(point, open=row[_TOTAL], overdue=row[_OVERDUE])


def _duties(duties: Sequence[LateDuty], threshold: int, *, hide_plans: bool) -> tuple[LateDuty, ...]:
    protected = []
    for duty in duties:
        hide_total = hide_plans and duty.deadline == ISSUE[0]
        *ages, overdue = _row(tuple(duty.by_age.values()), threshold, hide_total=hide_total)
        by_age = dict(zip(duty.by_age, ages, strict=True))
        order = (1, 0) if isinstance(overdue, str) else (0, -overdue)  # by its number if that is printed
        shown = replace(duty, by_age=by_age, overdue=overdue, oldest_days=None)
        protected.append((order, duty.deadline, shown))
    return tuple(duty for *_, duty in sorted(protected, key=lambda line: line[:2]))


def _rate(rate: YearRate, threshold: int) -> YearRate:
    if rate.plans is None or rate.in_time is None:
        return rate
    in_time, _, plans = _row((rate.in_time, int(rate.plans) - int(rate.in_time)), threshold)
    known = HIDDEN not in (in_time, plans)
    return replace(
        rate, plans=plans, in_time=in_time, rate=percent(int(in_time), int(plans)) if known else HIDDEN
    )

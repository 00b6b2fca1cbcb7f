"""What stands behind a forecast: every quarter, the stages, the queue arithmetic."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ehcp_timeline.measure.forecast.answer import ForecastAnswer
from ehcp_timeline.measure.forecast.model.stages import StageLine
from ehcp_timeline.measure.forecast.results.outlook import Outlook, Quarter
from ehcp_timeline.output.sections import Section, TableColumn

_FORMS = (
    "load: what comes over what leaves; at 1 or more the queue grows without end",
    "target queue: cases that may wait if the timetable is to be kept",
    "relief: cases a week that bring the queue there in 26 weeks",
    "to keep: cases a week that keep the timetable for good",
    "pressure: twice the mean wait over the timetable; above 1 it is most likely missed",
)
_STAGE_NOTE = (
    "* cases wait for staff here. Waiting: there for longer than it takes at least. In, out: cases a week. "
    "Weeks: half of all cases take no longer, 85% no longer than the next column."
)
_MEASURES = {
    "Plans issued within 20 weeks, %": "rate",
    "The same without exceptions, %": "rate_ex",
    "Overdue at the quarter's end": "overdue_p50",
    "Overdue at the quarter's end: 85 of 100 runs have no more": "overdue_p85",
    "Oldest case, weeks": "oldest_p50",
    "Families past 52 weeks": "over_52_p50",
}


def detail_sections(answer: ForecastAnswer, weeks: int) -> Iterator[Section]:
    """Yield one table for each measure, quarters down and orders of work across; then the stages.

    Args:
        answer: The forecast.
        weeks: The weeks behind.
    """
    for title, measure in _MEASURES.items():
        table = quarters_table(title, answer.policies, partial(_cell, measure))
        if any(any(row[1:]) for row in table.rows):
            yield table
    yield Section(
        title=f"The stages over the last {weeks} weeks",
        columns=_columns("stage", "in hand", "waiting", "in", "out", "weeks", "for 85%", "by law"),
        rows=tuple(
            (
                f"{stage.stage} *" if stage.narrowest else stage.stage,
                *map(_number, (
                    stage.in_hand, stage.waiting, stage.arrivals_per_week, stage.completions_per_week,
                    stage.weeks_p50, stage.weeks_p85, stage.law_weeks,
                )),
            )
            for stage in answer.stages
        ),
        after=(_STAGE_NOTE,),
    )  # fmt: skip
    yield _queues(answer.stages)


def quarters_table(
    title: str, outlooks: Sequence[Outlook], cell: Callable[[Quarter], str], many: int | None = None
) -> Section:
    """Return a table with the first `many` quarters down, and orders of work across."""
    return Section(
        title=title,
        columns=_columns("quarter", *(outlook.policy for outlook in outlooks)),
        rows=tuple(
            (quarters[0].quarter, *map(cell, quarters))
            for quarters in zip(*(outlook.quarters[:many] for outlook in outlooks), strict=True)
        ),
    )


def _cell(measure: str, quarter: Quarter) -> str:
    return _number(getattr(quarter, measure))


def _columns(first: str, *numbers: str) -> tuple[TableColumn, ...]:
    return (TableColumn(first, "fixed"), *(TableColumn(name, "number") for name in numbers))


def _queues(stages: Sequence[StageLine]) -> Section:
    """Return the queue forms for the stages that they apply to, and why not for the others."""
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for stage in stages:
        for words in stage.why:
            reasons[words].append(stage.stage)
    why = tuple(f"{', '.join(names)}: {words}" for words, names in reasons.items())
    title = "Queue arithmetic, stage by stage"
    rows = tuple(
        (
            stage.stage,
            _ratio(stage.load),
            *map(_number, (stage.target_queue, stage.relief_capacity, stage.target_capacity)),
            _ratio(stage.pressure),
        )
        for stage in stages
        if stage.target_capacity is not None
    )
    if not rows:
        return Section(title=title, before=why)
    columns = _columns("stage", "load", "target queue", "relief", "to keep", "pressure")
    return Section(title=title, before=_FORMS, columns=columns, rows=rows, after=why)


def _number(value: float | None) -> str:
    """Return a number with no more decimals than it needs; nothing of none."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _ratio(value: float | None) -> str:
    """Return a ratio to two decimals; nothing of none."""
    return "" if value is None else f"{value:.2f}"

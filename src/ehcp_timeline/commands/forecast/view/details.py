"""What stands behind a forecast: every quarter, the stages, the queue arithmetic."""

from collections.abc import Callable, Iterator, Sequence

from ehcp_timeline.commands.forecast.forecast import Forecast
from ehcp_timeline.commands.forecast.model.stages import StageLine
from ehcp_timeline.commands.forecast.results.outlook import Outlook, Quarter
from ehcp_timeline.output.sections import Section, TableColumn

_FORMS = (
    "load: what comes over what leaves; at 1 or more the queue grows without end",
    "target queue: cases that may wait if the timetable is to be kept",
    "relief: cases a week that bring the queue there in 26 weeks",
    "to keep: cases a week that keep the timetable for good",
    "pressure: twice the mean wait over the timetable; above 1 it is most likely missed",
)
_STAGE_NOTE = (
    "* cases wait for hands here. Waiting: there for longer than it takes at least. In, out: cases a week. "
    "Weeks: half of all cases take no longer, 85% no longer than the next column."
)


def detail_sections(found: Forecast, stages: Sequence[StageLine]) -> Iterator[Section]:
    """Yield one table for each measure, quarters down and orders of work across; then the stages."""
    yield from _beside(found.outlooks)
    yield _stages(stages, found.now.past.weeks)
    yield _queues(stages)


def _beside(outlooks: Sequence[Outlook]) -> Iterator[Section]:
    columns = (
        TableColumn("quarter", "fixed"),
        *(TableColumn(outlook.policy, "number") for outlook in outlooks),
    )
    for title, cell in _MEASURES:
        rows = tuple(
            (quarter.quarter, *(cell(outlook.quarters[place]) for outlook in outlooks))
            for place, quarter in enumerate(outlooks[0].quarters)
        )
        if any(any(row[1:]) for row in rows):
            yield Section(title=title, columns=columns, rows=rows)


_MEASURES: tuple[tuple[str, Callable[[Quarter], str]], ...] = (
    ("Plans issued within 20 weeks, %", lambda one: _number(one.rate)),
    ("The same without exceptions, %", lambda one: _number(one.rate_ex)),
    ("Overdue at the quarter's end", lambda one: _number(one.overdue_p50)),
    ("Overdue at the quarter's end: 85 of 100 runs have no more", lambda one: _number(one.overdue_p85)),
    ("Oldest case, weeks", lambda one: _number(one.oldest_p50)),
    ("Families past 52 weeks", lambda one: _number(one.over_52_p50)),
)


def _stages(stages: Sequence[StageLine], weeks: int) -> Section:
    """Return the stages in the weeks behind."""
    headings = ("in hand", "waiting", "in", "out", "weeks", "for 85%", "by law")
    return Section(
        title=f"The stages over the last {weeks} weeks",
        columns=(TableColumn("stage", "fixed"), *(TableColumn(name, "number") for name in headings)),
        rows=tuple(
            (
                f"{stage.stage} *" if stage.narrowest else stage.stage,
                *map(_number, (
                    stage.in_hand, stage.waiting, stage.arrivals_per_week, stage.completions_per_week,
                    stage.weeks_p50, stage.weeks_p85, stage.law_weeks,
                )),
            )
            for stage in stages
        ),
        after=(_STAGE_NOTE,),
    )  # fmt: skip


def _queues(stages: Sequence[StageLine]) -> Section:
    """Return the queue forms for the stages that they apply to, and why not for the others."""
    headings = ("load", "target queue", "relief", "to keep", "pressure")
    lines = [stage for stage in stages if stage.target_capacity is not None]
    why = tuple(_why(stages))
    return Section(
        title="Queue arithmetic, stage by stage",
        before=_FORMS if lines else why,
        columns=(TableColumn("stage", "fixed"), *(TableColumn(name, "number") for name in headings))
        if lines
        else (),
        rows=tuple(
            (
                line.stage, _ratio(line.load),
                *map(_number, (line.target_queue, line.relief_capacity, line.target_capacity)),
                _ratio(line.pressure),
            )
            for line in lines
        ),
        after=why if lines else (),
    )  # fmt: skip


def _why(stages: Sequence[StageLine]) -> Iterator[str]:
    """Yield why a form does not apply, stages with the same reason together."""
    reasons: dict[str, list[str]] = {}
    for stage in stages:
        for words in stage.why:
            reasons.setdefault(words, []).append(stage.stage)
    for words, names in reasons.items():
        yield f"{', '.join(names)}: {words}"


def _number(value: float | None) -> str:
    """Return a number with no more decimals than it needs; nothing of none."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _ratio(value: float | None) -> str:
    """Return a ratio to two decimals; nothing of none."""
    return "" if value is None else f"{value:.2f}"

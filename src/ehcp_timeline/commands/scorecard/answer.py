"""The answer of `ehcp scorecard`: a line for each group and period, targets, definitions."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

import polars as pl

from ehcp_timeline.law.kpi import Kpis, Measure, Unit
from ehcp_timeline.measure.answer import JsonText, Problems, RowsOf, RulebookUsed
from ehcp_timeline.measure.kpi.cases import GROUP
from ehcp_timeline.measure.kpi.lines import OF_ALL, OF_GROUP, PERIOD, RANK, above, below
from ehcp_timeline.measure.kpi.periods import PERIODS_OF_A_YEAR, Period, PeriodKind
from ehcp_timeline.measure.kpi.scorecard import Scorecard
from ehcp_timeline.measure.kpi.targets import Reached, Target, reached
from ehcp_timeline.measure.kpi.trends import MeasureTrend, record_since, trends
from ehcp_timeline.measure.result import Input
from ehcp_timeline.output.data import json_value
from ehcp_timeline.record import Ge, record
from ehcp_timeline.text import day, listed

NO_CASES = "no cases"
_TREND = " trend"
_BLOCK_LINES = 2_000


@record(frozen=True, slots=True)
class MeasureMeant:
    """What one measure means.

    Attributes:
        id: DfE's own column name where DfE has the measure.
        dfe: The names that DfE's files have used, the latest first.
        denominator: Null for a count or a wait.
        dated_by: Null: it is of the as-at day.
    """

    id: str
    dfe: tuple[str, ...]
    name: str
    topic: str
    unit: Unit
    better: Literal["higher", "lower"] | None
    numerator: str
    denominator: str | None
    dated_by: str | None
    source: str
    note: str | None

    @classmethod
    def of(cls, measure: Measure, kpis: Kpis) -> Self:
        """Return what a measure of the rulebook means."""
        return cls(
            *(measure.id, measure.dfe, measure.name, measure.topic, measure.unit, measure.better or None),
            numerator=kpis.numerator(measure),
            denominator=kpis.denominator(measure) or None,
            dated_by=kpis.populations[measure.counts].dated or None,
            source=measure.source,
            note=measure.note or None,
        )


@record(frozen=True, slots=True)
class MeasureList:
    """The answer of `ehcp scorecard --list-measures --format json`."""

    SCHEMA: ClassVar = "ehcp-measures/1"

    measures: tuple[MeasureMeant, ...]


@record(frozen=True, slots=True)
class ScorecardLine:
    """One group in one period.

    Attributes:
        period: 2024-03, 2024-Q1, 2024, or 2023/24.
        values: Measure to value; null where there was no case, or where it is of another day.
        of: Percentage to the cases above and below its line.
        no_cases: Measures with nothing to measure: never a 0%.
        trends: Measure to how it moved since the period before.
    """

    by: str | None
    group: str
    period: str
    from_: date
    to: date
    values: Mapping[str, int | float | None]
    of: Mapping[str, tuple[int, ...]]
    no_cases: tuple[str, ...]
    trends: Mapping[str, MeasureTrend]

    @classmethod
    def all_of(cls, card: Scorecard) -> Iterator[JsonText]:
        """Yield the lines of a scorecard, with what moved since the period before.

        A large one has millions of values and trends: they become text column by column.
        """
        about = flat_frame(card).select("by", "group", "period", "from", "to").cast(pl.String)
        words = (
            column.replace_strict({word: json_value(word) for word in column.unique()}) for column in about
        )
        moved = trends(card.lines, card.question).select(pl.all().name.suffix(_TREND))
        numbers = card.lines.drop(GROUP, PERIOD)
        lines = pl.concat([about.select(words), numbers, moved], how="horizontal")
        values, of, went = [], [], []
        for name in (measure.id for measure in card.question.measures):
            number, part, whole = (pl.col(key) for key in (name, above(name), below(name)))
            way, by, says = (pl.col(f"{name}{_TREND}").struct.field(key) for key in ("went", "by", "says"))
            values.append(_text(f'"{name}": ', number.cast(pl.String).fill_null("null")))
            of.append(pl.when(whole != 0).then(_text(f'"{name}": [', part, ", ", whole, "]")))
            went.append(_text(f'"{name}": {{"went": "', way, '", "by": ', by, ', "says": "', says, '"}'))
        nothing = [pl.when(none).then(pl.lit(f'"{name}"')) for name, none in _no_cases(card)]
        line = _text(
            *(part for key in about.columns for part in (f', "{key}": ', pl.col(key))),
            *(', "values": {', _joined(values), '}, "of": {', _joined(of), '}, "no_cases": ['),
            *(_joined(nothing), '], "trends": {', _joined(went), "}}"),
        )
        for block in lines.iter_slices(_BLOCK_LINES):
            yield from (JsonText(f"{{{text[2:]}") for text in block.select(line).to_series())


def _text(*parts: str | pl.Expr) -> pl.Expr:
    """Return text of words and columns; null where a column is."""
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts])


def _joined(parts: Sequence[pl.Expr]) -> pl.Expr:
    """Return the parts that are not null, with commas between."""
    return pl.concat_str([pl.lit(None, dtype=pl.String), *parts], separator=", ", ignore_nulls=True)


@record(frozen=True, slots=True)
class NotMeasured:
    """A measure that no file could give."""

    measure: str
    why: str


@record(frozen=True, slots=True)
class MeasureHistory:
    """The value of a measure for everybody in the last whole period, beside the periods before.

    Attributes:
        value: In the measure's own unit.
        year_before: A year before; null where the file has nothing.
        change: What was added since, in the measure's own unit.
        change_pc: The same in percent of the year before; null for percentages.
        record: Since when it is the highest or the lowest, in words; empty for neither.
    """

    measure: str
    name: str
    period: str
    value: float
    year_before: float | None
    change: float | None
    change_pc: float | None
    record: str


@record(frozen=True, slots=True)
class ScorecardAnswer:
    """The answer of `ehcp scorecard --format json`."""

    SCHEMA: ClassVar = "ehcp-scorecard/1"

    as_at: date
    rulebook: RulebookUsed
    input: tuple[Input, ...]
    by: str | None
    period: PeriodKind
    measures: tuple[MeasureMeant, ...]
    lines: Annotated[Scorecard, RowsOf(ScorecardLine)]
    targets: tuple[Reached, ...]
    not_measured: tuple[NotMeasured, ...]
    problems: Problems
    history: tuple[MeasureHistory, ...] = ()
    notes: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class ScorecardPublication:
    """The answer of `ehcp scorecard --disclosure suppress --format json`.

    Attributes:
        threshold: Numbers of people below it are hidden.
        lines: One for each group and period; [c] stands for what is hidden.
        notes: Why numbers are hidden though nobody asked for it, and how groups are to be read.
    """

    SCHEMA: ClassVar = "ehcp-scorecard-publication/1"

    as_at: date
    rulebook: RulebookUsed
    threshold: Annotated[int, Ge(3)]
    legend: str
    measures: tuple[MeasureMeant, ...]
    lines: tuple[dict[str, int | float | str | date | None], ...]
    notes: tuple[str, ...] = ()


def flat_keys(card: Scorecard) -> tuple[str, ...]:
    """Return the columns of a scorecard as a flat table."""
    return ("by", "group", "period", "from", "to", *(measure.id for measure in card.question.measures))


def flat_frame(card: Scorecard) -> pl.DataFrame:
    """Return a row for each group and period; columns as in `flat_keys`, null where there was no case."""
    by = card.question.group.id if card.question.group else None
    periods = [Period(card.question.kind, number) for number in card.lines[PERIOD].unique()]

    def of_period(part: Literal["label", "first", "last"], kind: type[pl.DataType]) -> pl.Expr:
        """Return the label, the first or the last day of the period of each line."""
        named = {period.number: getattr(period, part) for period in periods}
        return pl.col(PERIOD).replace_strict(named, return_dtype=kind)

    return card.lines.select(
        pl.lit(by, dtype=pl.String).alias("by"),
        "group",
        of_period("label", pl.String),
        of_period("first", pl.Date).alias("from"),
        of_period("last", pl.Date).alias("to"),
        *(measure.id for measure in card.question.measures),
    )


def flat_lines(card: Scorecard, no_cases: str | None = NO_CASES) -> Iterator[dict[str, Any]]:
    """Yield a row for each group and period: a column for each measure, `no_cases` where there was none."""
    columns = flat_frame(card).to_dict(as_series=False)
    if no_cases is not None:
        for name, nothing in _no_cases(card):
            for place in card.lines.select(nothing.arg_true()).to_series():
                columns[name][place] = no_cases
    return (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))


def _no_cases(card: Scorecard) -> Iterator[tuple[str, pl.Expr]]:
    """Yield each measure that some file could give, and where there is no case of it."""
    for measure in card.question.measures:
        if measure.id not in card.files.not_measured:
            yield measure.id, pl.col(measure.id).is_null() & pl.col(above(measure.id)).is_not_null()


def scorecard_answer(
    card: Scorecard, targets: Sequence[Target], history: tuple[MeasureHistory, ...] = ()
) -> ScorecardAnswer:
    """Return a scorecard beside its targets."""
    question = card.question
    return ScorecardAnswer(
        as_at=question.as_at,
        rulebook=RulebookUsed.of(question.rulebook),
        input=card.files.inputs,
        by=question.group.id if question.group else None,
        period=card.question.kind,
        measures=meanings(card),
        lines=card,
        targets=tuple(reached(targets, card.lines, card.question)),
        not_measured=tuple(NotMeasured(*item) for item in card.files.not_measured.items()),
        problems=card.files.problems,
        history=history,
        notes=tuple(group_notes(card)),
    )


def group_notes(card: Scorecard) -> Iterator[str]:
    """Yield how groups of a child's characteristic are to be read: worked out, or no code of the DfE's."""
    group = card.question.group
    if group is None or not group.protected:
        return
    if card.files.group_worked_out:
        yield (
            f"The {group.says} is that on {day(card.question.as_at)}, worked out from the date of birth: "
            "school years run from 1 September to 31 August; Reception is the year of the fifth birthday."
        )
    names = card.lines.filter(pl.col(RANK) == OF_GROUP)["group"].unique(maintain_order=True)
    if strange := [name for name in names if name not in group.labels.values() and name not in group.order]:
        yield f"Not in the DfE's codes for {group.says}, and shown as they stand: {listed(strange)}."


def history_of(card: Scorecard, kept: pl.DataFrame) -> Iterator[MeasureHistory]:
    """Yield the history of every measure up to the last whole period of those that are kept."""
    kind = card.question.kind
    periods = [Period(kind, number) for number in kept[PERIOD].unique().sort()]
    if not card.question.every_state:
        periods = [period for period in periods if period.last <= card.question.as_at]
    if not periods:
        return
    whole = card.lines.filter(pl.col(RANK) == OF_ALL, pl.col(PERIOD) <= periods[-1].number)
    labels = [Period(kind, number).label for number in whole[PERIOD]]
    for measure in card.question.measures:
        values: list[float | None] = whole[measure.id].to_list()
        if (value := values[-1]) is None:
            continue
        begun = next((place for place, number in enumerate(values) if number), 0)
        back = len(values) - 1 - PERIODS_OF_A_YEAR[kind]
        before = values[back] if back >= 0 else None
        relative = before if measure.unit not in ("percent", "share") else None
        yield MeasureHistory(
            measure=measure.id,
            name=measure.name,
            period=labels[-1],
            value=value,
            year_before=before,
            change=None if before is None else round(value - before, 1),
            change_pc=round(100 * (value - relative) / relative, 1) if relative else None,
            record=record_since(values[begun:], labels[begun:]),
        )


def meanings(card: Scorecard) -> tuple[MeasureMeant, ...]:
    """Return what each measure of a scorecard means."""
    return tuple(MeasureMeant.of(measure, card.question.kpis) for measure in card.question.measures)

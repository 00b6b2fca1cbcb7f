"""The shape of the JSON answers about measures: scorecard, comparison."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.commands.scorecard.targets import Status
from ehcp_timeline.law.kpi.model import Unit
from ehcp_timeline.measure.kpi.periods import PeriodKind
from ehcp_timeline.measure.kpi.trends import Direction
from ehcp_timeline.output.schema import FileRead, ProblemFound, RulebookUsed, Shape

Number = int | float | None


class MeasureMeant(Shape):
    """What one measure means."""

    id: Annotated[str, Field(description="DfE's own column name where DfE has the measure")]
    dfe: Annotated[list[str], Field(description="the names that DfE's files have used, the latest first")]
    name: str
    topic: str
    unit: Unit
    better: Literal["higher", "lower"] | None
    numerator: str
    denominator: Annotated[str | None, Field(description="null for a count or a wait")]
    dated_by: Annotated[str | None, Field(description="null: it is of the as-at day")]
    source: str
    note: str | None


class Trend(Shape):
    """How a measure moved since the period before."""

    went: Direction
    by: float
    says: Literal["better", "worse", ""]


class ScorecardLine(Shape):
    """One group in one period."""

    by: str | None
    group: str
    period: Annotated[str, Field(description="2024-03, 2024-Q1, 2024, or 2023/24")]
    from_: Annotated[date, Field(alias="from")]
    to: date
    values: Annotated[
        dict[str, Number],
        Field(description="measure to value; null where there was no case, or where it is of another day"),
    ]
    of: Annotated[dict[str, list[int]], Field(description="percentage to the cases above and below its line")]
    no_cases: Annotated[list[str], Field(description="measures with nothing to measure: never a 0%")]
    trends: dict[str, Trend]


class TargetReached(Shape):
    """How near one line came to its target."""

    measure: str
    group: str
    period: str
    target: float
    value: float | None
    status: Status
    cases: Annotated[int | None, Field(description="how many cases are missing; null for a wait")]
    says: str


class NotMeasured(Shape):
    """A measure that no file could give."""

    measure: str
    why: str


class ScorecardAnswer(Shape):
    """The answer of `ehcp scorecard --format json`."""

    schema_: Annotated[Literal["ehcp-scorecard/1"], Field(alias="schema")]
    as_at: date
    rulebook: RulebookUsed
    input: list[FileRead]
    by: str | None
    period: PeriodKind
    measures: list[MeasureMeant]
    lines: list[ScorecardLine]
    targets: list[TargetReached]
    not_measured: list[NotMeasured]
    problems: list[ProblemFound]


class ComparedMeasure(Shape):
    """One measure in one year, beside what the DfE publishes."""

    measure: str
    name: str
    year: int
    published_year: Annotated[int, Field(description="the published year it is held against, at most `year`")]
    own: Annotated[float | None, Field(description="from the council's own file")]
    own_part: int | None
    own_whole: int | None
    published: Annotated[float | None, Field(description="what the DfE publishes of the council")]
    england: float | None
    region: float | None
    rank: Annotated[int | None, Field(description="of the published figure; 1 is best, ties share the best")]
    of: int | None
    quartile: Annotated[int | None, Field(ge=1, le=4, description="1 for the best quarter")]
    own_rank: Annotated[int | None, Field(description="that the own figure would have in its place")]
    own_quartile: int | None
    top_quartile_from: float | None
    cases_short: Annotated[int | None, Field(description="own cases missing to the top quartile")]
    says: str | None
    others: dict[str, float | None]


class CompareAnswer(Shape):
    """The answer of `ehcp compare --format json`."""

    schema_: Annotated[Literal["ehcp-compare/1"], Field(alias="schema")]
    as_at: date
    rulebook: RulebookUsed
    input: list[FileRead]
    authority: str
    region_name: str
    with_: Annotated[list[str], Field(alias="with")]
    attribution: str
    measures: list[ComparedMeasure]
    problems: list[ProblemFound]


class MeasureList(Shape):
    """The answer of `ehcp scorecard --list-measures --format json`."""

    schema_: Annotated[Literal["ehcp-measures/1"], Field(alias="schema")]
    measures: list[MeasureMeant]


class ScorecardPublication(Shape):
    """The answer of `ehcp scorecard --disclosure suppress --format json`."""

    schema_: Annotated[Literal["ehcp-scorecard-publication/1"], Field(alias="schema")]
    as_at: date
    rulebook: RulebookUsed
    threshold: Annotated[int, Field(ge=3, description="numbers of people below it are hidden")]
    legend: str
    measures: list[MeasureMeant]
    lines: Annotated[
        list[dict[str, int | float | str | date | None]],
        Field(description="one for each group and period; [c] stands for what is hidden"),
    ]


MEASURE_ENVELOPES: dict[str, type[BaseModel]] = {
    "ehcp-scorecard-1": ScorecardAnswer,
    "ehcp-measures-1": MeasureList,
    "ehcp-compare-1": CompareAnswer,
    "ehcp-scorecard-publication-1": ScorecardPublication,
}

"""The shape of the JSON answers about measures: scorecard, comparison, reconciliation."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.law.kpis import Unit
from ehcp_timeline.measure.scorecard.periods import PeriodKind
from ehcp_timeline.measure.scorecard.targets import Status
from ehcp_timeline.measure.scorecard.trends import Direction
from ehcp_timeline.report.envelopes import FileRead, ProblemFound, RulebookUsed, Shape

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


MEASURE_ENVELOPES: dict[str, type[BaseModel]] = {"ehcp-scorecard-1": ScorecardAnswer}

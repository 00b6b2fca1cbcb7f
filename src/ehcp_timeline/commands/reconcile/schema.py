"""The shape of the JSON answer of `ehcp reconcile`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.commands.reconcile.reasons import Counted
from ehcp_timeline.output.schema import FileRead, ProblemFound, RulebookUsed, Shape


class RateOfYear(Shape):
    """One 20-week rate."""

    name: Literal["claimed", "strict", "evidenced", "including", "excluding"]
    says: str
    in_time: int
    plans: int
    percent: Annotated[float | None, Field(description="null: no plan is counted")]


class CountedBoth(Shape):
    """How many plans the law and the DfE's rule count in this way."""

    law: Counted
    dfe: Counted
    plans: int


class PartedPlan(Shape):
    """One plan that the law and the DfE's rule count differently."""

    case_id: str
    row: int
    request_received: date | None
    plan_issued: date | None
    days: int | None
    law: Counted
    dfe: Counted
    kind: Annotated[str, Field(description="permanent word for why")]
    reason: str
    district: str | None
    team: str | None
    caseworker: str | None


class ReconcileAnswer(Shape):
    """The answer of `ehcp reconcile --format json`."""

    schema_: Annotated[Literal["ehcp-reconcile/1"], Field(alias="schema")]
    as_at: date
    rulebook: RulebookUsed
    input: list[FileRead]
    year: int
    rule: Literal["excluding", "including"]
    rates: list[RateOfYear]
    cells: list[CountedBoth]
    cases: list[PartedPlan]
    problems: list[ProblemFound]


RECONCILE_ENVELOPES: dict[str, type[BaseModel]] = {"ehcp-reconcile-1": ReconcileAnswer}

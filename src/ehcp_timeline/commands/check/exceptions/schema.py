"""The shape of the JSON answer of `ehcp check --exceptions`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.output.schema import (
    InTimeShape,
    RulebookUsed,
    Shape,
    Whole,
)


class ClaimMade(Shape):
    """One exception claimed for one clock that was late without it."""

    case_id: str
    row: Annotated[int, Field(ge=1, description="physical line of the file")]
    deadline: str
    due: date | None
    days_late: int | None
    excuse: str
    law: str
    condition: Annotated[str, Field(description="in the words of the law")]
    shows: Literal["proved", "refuted", "cannot be shown", "could not be read"]
    why: Annotated[str, Field(description="the dates that say so")]
    verdict: Verdict
    district: str | None
    team: str | None
    caseworker: str | None


class ClaimShare(Shape):
    """How often an exception is claimed for a deadline."""

    deadline: str
    column: Annotated[str, Field(description="district, team or caseworker; empty for the whole file")]
    name: str
    clocks: Whole
    claimed: Whole
    always: Annotated[bool, Field(description="claimed for every one of at least five clocks")]


class ExceptionsAnswer(Shape):
    """The answer of `ehcp check --exceptions --format json`."""

    schema_: Annotated[Literal["ehcp-exceptions/1"], Field(alias="schema")]
    as_at: date
    rulebook: RulebookUsed
    rates: dict[str, InTimeShape]
    unneeded: Annotated[dict[str, Whole], Field(description="deadline to claims in time, or not yet due")]
    shares: list[ClaimShare]
    claims: list[ClaimMade]


EXCEPTIONS_ENVELOPES: dict[str, type[BaseModel]] = {
    "ehcp-exceptions-1": ExceptionsAnswer,
}

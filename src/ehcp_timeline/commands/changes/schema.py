"""The shape of the JSON answer of `ehcp changes`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.commands.changes.compare import Change
from ehcp_timeline.law.rulebook import DutyKind, Who
from ehcp_timeline.output.schema import (
    Sha256,
    Shape,
    Statement,
    Whole,
)


class Changed(Shape):
    """One clock that changed between two answers."""

    change: Change
    case_id: str
    deadline: str
    duty: str
    law: str
    kind: DutyKind
    who: Who
    source: str | None
    start: date | None
    due: date | None
    answered: date | None
    before: Annotated[Verdict | None, Field(description="null where there was no such clock")]
    now: Annotated[Verdict | None, Field(description="null where there is none any more")]
    days_late: int | None
    note: str | None
    district: str | None
    team: str | None
    caseworker: str | None


class SideTold(Shape):
    """One of two answers that were held against each other."""

    as_at: date
    rulebook_sha256: Sha256
    overlays_sha256: list[Sha256]
    cases: Whole
    clocks: Whole


class ChangesAnswer(Shape):
    """The answer of `ehcp changes --format json`."""

    schema_: Annotated[Literal["ehcp-changes/1"], Field(alias="schema")]
    old: SideTold
    new: SideTold
    statement: Statement
    summary: dict[Change, Whole]
    changes: list[Changed]


CHANGES_ENVELOPES: dict[str, type[BaseModel]] = {
    "ehcp-changes-1": ChangesAnswer,
}

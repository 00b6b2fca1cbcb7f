"""One clock as plain values, under the names that every output gives them."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from ehcp_timeline.audit.clocks import Clock
from ehcp_timeline.law.terms import Deadline

if TYPE_CHECKING:
    import polars as pl

Value = str | int | bool | date | None
Record = dict[str, Value]

FINDING_KEYS = (
    "case_id", "row", "deadline", "duty", "law", "kind", "who", "source", "start", "due", "act_by",
    "earliest_reading", "latest_reading", "answered", "verdict", "days_left", "days_late", "certainty",
    "excuse", "provisional", "district", "team", "caseworker",
)  # fmt: skip
_OF_DEADLINE = ("duty", "law", "kind", "who")
_OF_ROW = ("district", "team", "caseworker")


def records(findings: "pl.DataFrame") -> Iterator[Record]:
    """Yield the findings of an audit, one by one, with the keys of `FINDING_KEYS` in their order."""
    return findings.select(FINDING_KEYS).iter_rows(named=True)


def record(clock: Clock, deadline: Deadline, texts: Mapping[str, str]) -> Record:
    """Return one clock that no file holds: it has no row, and a case number only if one was given.

    Args:
        clock: The clock.
        deadline: What it is a clock of.
        texts: District, team and caseworker, where they were given.
    """
    values: Record = {"case_id": clock.case_id or None, "row": None}
    for key in FINDING_KEYS[2:]:
        if key in _OF_DEADLINE:
            values[key] = getattr(deadline, key)
        elif key in _OF_ROW:
            values[key] = texts.get(key)
        else:
            values[key] = getattr(clock, key)
    return values

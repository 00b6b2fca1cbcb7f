"""What a bank holiday moves, as a person sees it: the day it was to be done by, and the day it is now."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ehcp_timeline.measure.result import Audit
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.output.summary import opening
from ehcp_timeline.text.words import count, day, listed

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = {
    "case_id": TableColumn("case", "fixed"),
    "deadline": TableColumn("deadline", "fixed"),
    "act_by_before": TableColumn("act by, without", "fixed"),
    "act_by": TableColumn("with", "fixed"),
    "due_before": TableColumn("due, without", "fixed"),
    "due": TableColumn("with it", "fixed"),
    "verdict_before": TableColumn("verdict, without", "fixed"),
    "verdict": TableColumn("then", "fixed"),
}
_WHAT = ("case_id", "deadline", "act_by_before", "act_by")
_DUE = ("due_before", "due")
_VERDICT = ("verdict_before", "verdict")


def title_of(days: Sequence[date]) -> str:
    """Return what is supposed.

    >>> title_of([date(2023, 5, 8)])
    'If 8 May 2023 is a bank holiday'
    """
    one = "is a bank holiday" if len(days) == 1 else "are bank holidays"
    return f"If {listed([day(one) for one in days])} {one}"


def holidays_sections(
    audit: Audit, days: Sequence[date], moved: "pl.DataFrame", top: int
) -> Iterator[Section]:
    """Yield what moves, first due first.

    Args:
        audit: The answer with the bank holidays.
        days: The bank holidays.
        moved: What moves.
        top: How many clocks are shown at most.
    """
    yield opening(audit)
    if moved.is_empty():
        yield Section(title=title_of(days), before=("Nothing moves.",))
        return
    due = moved.filter(moved["due"].ne_missing(moved["due_before"])).height
    flipped = moved.filter(moved["verdict"].ne_missing(moved["verdict_before"])).height
    keys = [*_WHAT, *(_DUE if due else ()), *(_VERDICT if flipped else ())]
    shown = moved.head(top)
    cells = shown.select(keys).iter_rows()
    yield Section(
        title=f"{title_of(days)}: {count(moved.height, 'clock')} to be seen to on another day",
        before=(f"{count(due, 'due day')} moved, {count(flipped, 'verdict')} changed.",),
        columns=tuple(_COLUMNS[key] for key in keys),
        rows=tuple(tuple("" if one is None else str(one) for one in row) for row in cells),
        after=(f"{shown.height:,} of {moved.height:,} shown.",) if shown.height < moved.height else (),
    )

"""What moves if a bank holiday is announced: the same file judged without it and with it."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

import polars as pl
from polars import selectors

from ehcp_timeline.clock.workdays import supposing

Answer = TypeVar("Answer")
MOVED_KEYS = (
    "case_id", "row", "deadline", "duty", "law", "kind", "who", "start", "due_before", "due", "act_by_before",
    "act_by", "verdict_before", "verdict", "district", "team", "caseworker",
)  # fmt: skip
_KEY = ("row", "deadline", "start")
_MOVES = ("due", "act_by", "verdict")
_BEFORE = "_before"


def without_and_with(days: Iterable[date], judge: Callable[[], Answer]) -> tuple[Answer, Answer]:
    """Return what `judge` answers where the days are no bank holidays, and where they are."""
    announced = tuple(days)
    with supposing(left_out=announced):
        before = judge()
    with supposing(added=announced):
        return before, judge()


def moved(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return the clocks that are open, or get another verdict, and whose due day or last working day moves.

    Args:
        before: Every clock of a file without the bank holiday, with the columns of a finding.
        after: The same with it.

    Returns:
        Columns as in `MOVED_KEYS`, first due first.
    """
    words = (selectors.enum() | selectors.categorical()).cast(pl.String)
    old = before.select(*_KEY, *_MOVES, "open").with_columns(words)
    both = after.with_columns(words).join(old, on=_KEY, how="left", suffix=_BEFORE, nulls_equal=True)
    moves = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}{_BEFORE}")) for name in _MOVES)
    matters = pl.col("open") | pl.col(f"open{_BEFORE}") | (pl.col("verdict") != pl.col(f"verdict{_BEFORE}"))
    return both.filter(moves, matters).sort("due", "row", "deadline").select(MOVED_KEYS)

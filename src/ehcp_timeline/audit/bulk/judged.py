"""The shape in which a judged batch leaves either reader: one frame of clocks for each deadline."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ehcp_timeline.audit.clocks import VERDICTS
from ehcp_timeline.cases.problems import Problem

VERDICT = pl.Enum(VERDICTS)
CERTAINTY = pl.Enum(["certain", "disputed"])

CLOCKS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.UInt32,
    "start": pl.Date,
    "due": pl.Date,
    "act_by": pl.Date,
    "earliest_reading": pl.Date,
    "latest_reading": pl.Date,
    "answered": pl.Date,
    "ended": pl.Date,
    "verdict": VERDICT,
    "strict": VERDICT,
    "evidenced": VERDICT,
    "days_left": pl.Int32,
    "days_late": pl.Int32,
    "certainty": CERTAINTY,
    "excuse": pl.String,
    "provisional": pl.Boolean,
    "open": pl.Boolean,
    "reason": pl.String,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One batch of rows with the clocks that stand on them.

    Attributes:
        rows: The batch as it was read: `row`, `case_id` and every column of the file.
        clocks: Deadline id to its clocks, columns as in `CLOCKS`, in row order; a clock that has not
            started is left out, and so is a deadline without a clock. The clocks of repeating duties,
            which look across batches, come with the last batch, for all rows of the file.
        problems: What only shows when rows are held beside each other, as a start on two rows of a case.
        last: Whether this is the last batch; its `rows` may be empty.
    """

    rows: pl.DataFrame
    clocks: Mapping[str, pl.DataFrame]
    problems: tuple[Problem, ...] = ()
    last: bool = False

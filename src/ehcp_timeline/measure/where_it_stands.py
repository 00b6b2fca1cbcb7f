"""For each open clock: the step it waits for, the step's last working day, and the day it must not come before."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import partial

import polars as pl

from ehcp_timeline.clock.counting import apply
from ehcp_timeline.clock.workdays import last_working_day
from ehcp_timeline.law.terms import Rulebook
from ehcp_timeline.measure.next_steps import Chain, NextSteps, Step, is_under

STEP_COLUMNS = ("step", "do", "by", "not_before")
_CLOCK = "_clock"
_NO_DAY = pl.lit(None, dtype=pl.Date)


def with_steps(
    clocks: pl.DataFrame, rows: pl.DataFrame, steps: NextSteps, rulebook: Rulebook, as_at: date
) -> pl.DataFrame:
    """Return open clocks with the step that each waits for.

    Args:
        clocks: Every open clock of the file, whoever owes it, with the columns of a finding.
        rows: Every row of the file: `row`, `case_id` and its events.
        steps: The steps.
        rulebook: The law.
        as_at: The day the question is asked about.

    Returns:
        The clocks in their order, with `step` (its name), `do` (in words), `by` (its last working day, which
        may have passed) and `not_before` (null unless it lies ahead).
    """
    numbered = clocks.with_row_index(_CLOCK)
    chained = [_chained(numbered, rows, chain, rulebook, as_at) for chain in steps.chains]
    in_chains = [one for chain in steps.chains for one in chain.deadlines]
    alone = numbered.filter(~pl.col("deadline").is_in(in_chains)).with_columns(
        pl.lit("duty").alias("step"),
        pl.col("duty").alias("do"),
        pl.col("act_by").alias("by"),
        _NO_DAY.alias("not_before"),
    )
    return pl.concat([*chained, alone]).sort(_CLOCK).drop(_CLOCK)


def _chained(
    numbered: pl.DataFrame, rows: pl.DataFrame, chain: Chain, rulebook: Rulebook, as_at: date
) -> pl.DataFrame:
    """Return the clocks of one chain with their steps."""
    mine = numbered.filter(pl.col("deadline").is_in(chain.deadlines))
    key = "case_id" if chain.all_rows else "row"
    happened = _happened(mine, rows, chain, as_at)
    told = mine.join(happened, on=_CLOCK, how="left")
    days: dict[str, Sequence[pl.Expr]] = {"by": [], "not_before": []}
    shown = [told]
    for place, step in enumerate(chain.steps):
        told = told.join(_days_of(step, place, numbered, key), on=key, how="left")
    del days, shown
    step_number = _step_number(chain)
    texts = [
        _of_step(step_number, [pl.lit(getattr(step, name)) for step in chain.steps]).alias(alias)
        for name, alias in (("id", "step"), ("do", "do"))
    ]
    by = _of_step(step_number, [_by(step, place, rulebook, as_at) for place, step in enumerate(chain.steps)])
    after = _of_step(step_number, [pl.col(f"after{place}") for place in range(len(chain.steps))])
    return told.with_columns(
        *texts,
        pl.min_horizontal(by, "act_by").alias("by"),
        pl.when(after > as_at).then(after).alias("not_before"),
    ).select(*numbered.columns, *STEP_COLUMNS)

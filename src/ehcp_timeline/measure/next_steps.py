"""The next lawful step of each open clock and its last working day, as `next-steps.toml` says."""

from datetime import date, timedelta
from functools import cache
from typing import Literal

import polars as pl

from ehcp_timeline.clock import Count, apply, last_working_day
from ehcp_timeline.law.loader.faults import read_shipped
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.counts import first_that_holds
from ehcp_timeline.record import field, record


@record(frozen=True, slots=True)
class NextStep:
    """One step of a chain.

    Attributes:
        id: Permanent name.
        do: What to do.
        until: Over once one of these events stands on or after the start of the clock.
        by: Deadlines whose last working day is the step's own; empty for the clock's own.
        leaves: Minimums of which one must still fit in before the clock is due.
        not_before: Minimums that must be over first.
        while_open: Only for rows with an open clock of this deadline or of one that begins with it.
    """

    id: str
    do: str
    until: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    while_open: str = ""


@record(frozen=True, slots=True)
class Chain:
    """The steps of some deadlines, in order; `all_rows` where events of the whole case count."""

    deadlines: tuple[str, ...]
    steps: tuple[NextStep, ...] = field(metadata={"key": "step"})
    all_rows: bool = False


@record(frozen=True, slots=True)
class Letter:
    """What a family is told when the day of these deadlines will be missed: what was due, and its rights.

    Attributes:
        ahead: How many days before the due day a family is told at the earliest; None for at once.
    """

    deadlines: tuple[str, ...]
    promise: str
    rights: str
    ahead: int | None = None


@record(frozen=True, slots=True)
class NextSteps:
    """Everything that `next-steps.toml` says."""

    chains: tuple[Chain, ...] = field(metadata={"key": "chain"})
    letters: tuple[Letter, ...] = field(metadata={"key": "letter"})

    def chain_for(self, deadline: str) -> Chain | None:
        """Return the steps of this deadline, or None if it has none."""
        return next((chain for chain in self.chains if deadline in chain.deadlines), None)

    def letter_for(self, deadline: str) -> Letter | None:
        """Return what a family is told about this deadline, or None where no letter is written."""
        return next((letter for letter in self.letters if deadline in letter.deadlines), None)


@cache
def next_steps() -> NextSteps:
    """Read the steps and letters that ship with the package."""
    return read_shipped(NextSteps, "measure/next-steps.toml")


STEP_COLUMNS = ("step", "do", "by", "not_before")
ONE_DAY = timedelta(days=1)
_CLOCK = "_clock"
_LOOKED_AT = ("row", "case_id", pl.col("deadline").cast(pl.String), "start", "due", "act_by")
_NO_DAY = pl.lit(None, dtype=pl.Date)


def steps_of(
    clocks: pl.DataFrame,
    every: pl.DataFrame,
    rows: pl.DataFrame,
    steps: NextSteps,
    rulebook: Rulebook,
    as_at: date,
) -> pl.DataFrame:
    """Return the step that each of some open clocks waits for, in their order.

    `every` are all open clocks of the file, whoever owes them, with the columns of a finding; `rows` those of
    the file, with `row`, `case_id` and the events. Columns are `step` (its name), `do` (in words), `by` (its
    last working day, which may have passed) and `not_before` (null unless it lies ahead).
    """
    numbered = clocks.select(*_LOOKED_AT, pl.col("duty").cast(pl.String)).with_row_index(_CLOCK)
    others = every.select(_LOOKED_AT)
    chained = [_chained(chain, numbered, others, rows, rulebook, as_at) for chain in steps.chains]
    in_chains = [deadline for chain in steps.chains for deadline in chain.deadlines]
    alone = numbered.filter(~pl.col("deadline").is_in(in_chains)).select(
        _CLOCK, step=pl.lit("duty"), do=pl.col("duty"), by="act_by", not_before=_NO_DAY
    )
    return pl.concat([*chained, alone]).sort(_CLOCK).drop(_CLOCK)


def last_day_that_leaves(minimum: Count, due: date) -> date:
    """Return the last working day from which a minimum period is over by `due`.

    A draft sent on that day may still be finalised on the due day:

    >>> fifteen_days = Count("not_before_end_of", 15, "days", "included")
    >>> last_day_that_leaves(fifteen_days, date(2025, 8, 20))
    datetime.date(2025, 8, 5)
    """
    day = due
    while apply(minimum, day) > due:
        day -= ONE_DAY
    return last_working_day(day)


def _chained(
    chain: Chain,
    clocks: pl.DataFrame,
    every: pl.DataFrame,
    rows: pl.DataFrame,
    rulebook: Rulebook,
    as_at: date,
) -> pl.DataFrame:
    """Return the clocks of one chain, each with its step: the first after the last that is over."""
    deadline, key = pl.col("deadline"), "case_id" if chain.all_rows else "row"
    frame = _with_what_is_over(chain, clocks.filter(deadline.is_in(chain.deadlines)), rows, as_at)

    def with_earliest(column: str, others: pl.Expr, name: str) -> pl.DataFrame:
        """Add the earliest day of other clocks on the same row, or of the same case."""
        earliest = every.filter(others).group_by(key).agg(pl.col(column).min().alias(name))
        return frame.join(earliest, on=key, how="left")

    waits = []
    for place, step in enumerate(chain.steps):
        by, after = f"by{place}", f"after{place}"
        waiting = ~pl.any_horizontal(f"over{later}" for later in range(place, len(chain.steps)))
        if step.while_open:
            under = (deadline == step.while_open) | deadline.str.starts_with(f"{step.while_open}.")
            frame = with_earliest("act_by", under, by).with_columns(_NO_DAY.alias(after))
            waiting &= pl.col(by).is_not_null()
        else:
            frame = with_earliest("due", deadline.is_in(step.not_before), after)
            if step.leaves:
                frame = frame.with_columns(_leaving(step, frame["due"], rulebook, as_at).alias(by))
            else:
                frame = with_earliest("act_by", deadline.is_in(step.by), by)
                frame = frame.with_columns(pl.coalesce(by, "act_by").alias(by))
        waits.append(waiting)

    def of_its_step(of_each: list[pl.Expr]) -> pl.Expr:
        """Return what belongs to the step a clock waits for."""
        return first_that_holds(*zip(waits, of_each, strict=True), otherwise=of_each[-1])

    places = range(len(chain.steps))
    not_before = of_its_step([pl.col(f"after{place}") for place in places])
    return frame.with_columns(
        step=of_its_step([pl.lit(step.id) for step in chain.steps]),
        do=of_its_step([pl.lit(step.do) for step in chain.steps]),
        by=pl.min_horizontal(of_its_step([pl.col(f"by{place}") for place in places]), "act_by"),
        not_before=pl.when(not_before > as_at).then(not_before),
    ).select(_CLOCK, *STEP_COLUMNS)


def _with_what_is_over(chain: Chain, frame: pl.DataFrame, rows: pl.DataFrame, as_at: date) -> pl.DataFrame:
    """Add `over0`, `over1` ...: whether an event since the start of the clock has ended each step.

    Where the rows of a case count together, an event on the day of the start belongs to what came before.
    """
    key = "case_id" if chain.all_rows else "row"
    closed: Literal["right", "both"] = "right" if chain.all_rows else "both"
    events = {name for step in chain.steps for name in step.until if name in rows.columns}
    seen = frame.select(_CLOCK, key, "start").join(rows.select(key, *sorted(events)), on=key)
    over = []
    for place, step in enumerate(chain.steps):
        ended = (
            pl.col(name).is_between("start", as_at, closed=closed) for name in step.until if name in events
        )
        over.append(pl.any_horizontal(pl.lit(value=False), *ended).any().alias(f"over{place}"))
    return frame.join(seen.group_by(_CLOCK).agg(over), on=_CLOCK, how="left")


def _leaving(step: NextStep, due: pl.Series, rulebook: Rulebook, as_at: date) -> pl.Series:
    """Return the last working day from which the step's minimum is over by each due day."""
    minimum = next((rulebook.by_id[name] for name in step.leaves if name in rulebook.by_id), None)
    version = minimum.version_on(as_at) if minimum else None
    if version is None:
        return due
    count = version.limit.limbs[0].count
    days = {day: last_day_that_leaves(count, day) for day in due.drop_nulls().unique()}
    return due.replace_strict(days, default=None, return_dtype=pl.Date)

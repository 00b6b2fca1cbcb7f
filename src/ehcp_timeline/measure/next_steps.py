"""The next lawful step of each open clock and its last working day, as `next-steps.toml` says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Literal

import polars as pl

from ehcp_timeline.audit.selection import is_under
from ehcp_timeline.clock.counting import Count, apply
from ehcp_timeline.clock.workdays import last_working_day
from ehcp_timeline.law.loader.faults import read_shipped
from ehcp_timeline.law.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps of some deadlines, in order; `all_rows` where events of the whole case count."""

    deadlines: tuple[str, ...]
    steps: tuple[NextStep, ...] = field(metadata={"key": "step"})
    all_rows: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """What a family is told when the day of these deadlines will be missed.

    Attributes:
        deadlines: The deadlines.
        promise: What was due.
        rights: What the family can do.
        ahead: How many days before the due day a family is told at the earliest; None for at once.
    """

    deadlines: tuple[str, ...]
    promise: str
    rights: str
    ahead: int | None = None


@dataclass(frozen=True, slots=True)
class NextSteps:
    """Everything that `next-steps.toml` says."""

    chains: tuple[Chain, ...] = field(metadata={"key": "chain"})
    letters: tuple[Letter, ...] = field(metadata={"key": "letter"})

    def chain_for(self, deadline: str) -> Chain | None:
        """Return the steps of this deadline, or None where it has but its duty."""
        return next((chain for chain in self.chains if deadline in chain.deadlines), None)

    def letter_for(self, deadline: str) -> Letter | None:
        """Return what a family is told about this deadline, or None where no letter is written."""
        return next((letter for letter in self.letters if deadline in letter.deadlines), None)


@cache
def next_steps() -> NextSteps:
    """Read the steps and letters that ship with the package."""
    return read_shipped(NextSteps, "measure", "next-steps.toml")


def unknown_names(steps: NextSteps, rulebook: Rulebook) -> Iterator[str]:
    """Yield every deadline and event that the steps name and the rulebook does not have."""
    for chain in steps.chains:
        named = [*chain.deadlines, *(name for step in chain.steps for name in _deadlines_of(step))]
        yield from (name for name in named if name not in rulebook.by_id)
        yield from (name for step in chain.steps for name in step.until if name not in rulebook.events)
        openable = [step.while_open for step in chain.steps if step.while_open]
        yield from (name for name in openable if not any(is_under(name, known) for known in rulebook.by_id))
    for letter in steps.letters:
        yield from (deadline for deadline in letter.deadlines if deadline not in rulebook.by_id)


def _deadlines_of(step: NextStep) -> tuple[str, ...]:
    return (*step.by, *step.leaves, *step.not_before)


STEP_COLUMNS = ("step", "do", "by", "not_before")
ONE_DAY = timedelta(days=1)
_CLOCK = "_clock"
_NO_DAY = pl.lit(None, dtype=pl.Date)


@dataclass(frozen=True, slots=True)
class _File:
    """What is known of a file: its open `clocks`, numbered, its `rows`, the law and the day."""

    clocks: pl.DataFrame
    rows: pl.DataFrame
    rulebook: Rulebook
    as_at: date


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
    file = _File(numbered, rows, rulebook, as_at)
    chained = [_chained(file, chain) for chain in steps.chains]
    in_chains = [deadline for chain in steps.chains for deadline in chain.deadlines]
    alone = numbered.filter(~pl.col("deadline").is_in(in_chains)).with_columns(
        step=pl.lit("duty"), do=pl.col("duty"), by="act_by", not_before=_NO_DAY
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


def _chained(file: _File, chain: Chain) -> pl.DataFrame:
    """Return the clocks of one chain, each with its step."""
    frame = file.clocks.filter(pl.col("deadline").is_in(chain.deadlines))
    frame = _with_what_is_over(file, frame, chain)
    for place, step in enumerate(chain.steps):
        frame = _with_days(file, frame, step, place, _key(chain))
    places = range(len(chain.steps))
    by = _of_its_step(chain, [pl.col(f"by{place}") for place in places])
    after = _of_its_step(chain, [pl.col(f"after{place}") for place in places])
    return frame.with_columns(
        step=_of_its_step(chain, [pl.lit(step.id) for step in chain.steps]),
        do=_of_its_step(chain, [pl.lit(step.do) for step in chain.steps]),
        by=pl.min_horizontal(by, "act_by"),
        not_before=pl.when(after > file.as_at).then(after),
    ).select(*file.clocks.columns, *STEP_COLUMNS)


def _key(chain: Chain) -> str:
    """Return what holds a clock and its events together."""
    return "case_id" if chain.all_rows else "row"


def _with_what_is_over(file: _File, frame: pl.DataFrame, chain: Chain) -> pl.DataFrame:
    """Add `over0`, `over1` ...: whether an event since the start of the clock has ended each step.

    Where the rows of a case count together, an event on the day of the start belongs to what came before.
    """
    key = _key(chain)
    events = {name for step in chain.steps for name in step.until if name in file.rows.columns}
    seen = frame.select(_CLOCK, key, "start").join(file.rows.select(key, *sorted(events)), on=key)
    closed: Literal["right", "both"] = "right" if chain.all_rows else "both"
    over = [
        pl.any_horizontal(
            pl.lit(value=False),
            *(
                pl.col(name).is_between("start", file.as_at, closed=closed)
                for name in step.until
                if name in events
            ),
        )
        .any()
        .alias(f"over{place}")
        for place, step in enumerate(chain.steps)
    ]
    return frame.join(seen.group_by(_CLOCK).agg(over), on=_CLOCK, how="left")


def _with_days(file: _File, frame: pl.DataFrame, step: NextStep, place: int, key: str) -> pl.DataFrame:
    """Add `by0` ..., the last working day of a step, and `after0` ..., the day it must not come before."""
    by, after = f"by{place}", f"after{place}"
    deadline = pl.col("deadline")
    if step.while_open:
        under = (deadline == step.while_open) | deadline.str.starts_with(f"{step.while_open}.")
        waited_for = _beside(frame, file.clocks.filter(under), "act_by", by, key)
        return waited_for.with_columns(_NO_DAY.alias(after))
    frame = _beside(frame, file.clocks.filter(deadline.is_in(step.not_before)), "due", after, key)
    if step.leaves:
        return frame.with_columns(_leaving(file, frame["due"], step).alias(by))
    frame = _beside(frame, file.clocks.filter(deadline.is_in(step.by)), "act_by", by, key)
    return frame.with_columns(pl.coalesce(by, "act_by").alias(by))


def _beside(frame: pl.DataFrame, others: pl.DataFrame, column: str, alias: str, key: str) -> pl.DataFrame:
    """Add the earliest day of other clocks on the same row, or of the same case."""
    earliest = others.group_by(key).agg(pl.col(column).min().alias(alias))
    return frame.join(earliest, on=key, how="left")


def _leaving(file: _File, due: pl.Series, step: NextStep) -> pl.Series:
    """Return the last working day from which the step's minimum is over by each due day."""
    name = next((leave for leave in step.leaves if leave in file.rulebook.by_id), None)
    version = file.rulebook.by_id[name].version_on(file.as_at) if name else None
    if version is None:
        return due
    count = version.limit.limbs[0].count
    days = {day: last_day_that_leaves(count, day) for day in due.drop_nulls().unique()}
    return due.replace_strict(days, default=None, return_dtype=pl.Date)


def _of_its_step(chain: Chain, of_each: list[pl.Expr]) -> pl.Expr:
    """Return what belongs to the step a clock waits for: the first after the last that is over."""
    places = range(len(chain.steps))
    expression = of_each[-1]
    for place in reversed(places):
        later_over = pl.any_horizontal(f"over{later_place}" for later_place in places[place:])
        waits = ~later_over
        if chain.steps[place].while_open:
            waits &= pl.col(f"by{place}").is_not_null()
        expression = pl.when(waits).then(of_each[place]).otherwise(expression)
    return expression

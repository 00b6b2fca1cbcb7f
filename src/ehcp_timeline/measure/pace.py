"""How long each stage of the work took lately, and the day on which an open clock will be met at that pace.

A stage runs from one step of a chain to the next (`next-steps.toml`): request to decision, decision to draft,
draft to final plan. What is left of a clock is the rest of its present stage, as long as those took that had
already lasted so long, and every stage after it: each at the same percentile of the stages finished in the
52 weeks before the as-at date. Where fewer than three cases finished a stage that is still to come, the clock
is taken as one stage from start to answer; where that too was finished by fewer, the day cannot be told.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from ehcp_timeline.measure.next_steps import Chain

WINDOW = timedelta(weeks=52)
LEAST_SEEN = 3
P15, MEDIAN, P85 = 15, 50, 85
_CLOCK = "_clock"


@dataclass(frozen=True, slots=True)
class PacedStage:
    """One stage of work: the step that ends it, and how many days it took lately, shortest first."""

    step: str
    days: tuple[int, ...]

    @property
    def known(self) -> bool:
        """Whether enough of them were finished lately."""
        return len(self.days) >= LEAST_SEEN

    def left(self, percent: int, spent: int = 0) -> int:
        """Return how many more days it takes after `spent` days, at a percentile of those as long; 0 if none.

        >>> stage = PacedStage("draft", (10, 20, 30, 40, 50, 60))
        >>> stage.left(50), stage.left(85), stage.left(50, spent=35), stage.left(50, spent=60)
        (30, 60, 15, 0)
        """
        longer = self.days[bisect_right(self.days, spent) :] if spent else self.days
        return percentile(longer, percent) - spent if longer else 0


@dataclass(frozen=True, slots=True)
class Pace:
    """The stages of one deadline, in order, and the `whole` from start to answer."""

    deadline: str
    stages: tuple[PacedStage, ...]
    whole: PacedStage

    def days_left(self, percent: int, stage: int, spent: int, waited: int) -> int | None:
        """Return how many days are left of an open clock; None if that cannot be told.

        Args:
            percent: The percentile of the stages finished lately.
            stage: Place of the stage the clock is in.
            spent: Days it has spent in that stage.
            waited: Days since its start.
        """
        here, after = self.stages[stage], self.stages[stage + 1 :]
        if all(stage.known for stage in (here, *after)):
            return here.left(percent, spent) + sum(stage.left(percent) for stage in after)
        return self.whole.left(percent, waited) if self.whole.known else None


def percentile(ordered: Sequence[int], percent: int) -> int:
    """Return the least value that at least `percent` of 100 do not exceed (the nearest rank).

    >>> [percentile((10, 20, 30, 40, 50, 60), one) for one in (50, 85, 100)]
    [30, 60, 60]
    """
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]


def pace_of(
    deadline: str, chain: Chain | None, clocks: pl.DataFrame, rows: pl.DataFrame, as_at: date
) -> Pace:
    """Return how long the stages of a deadline took in the 52 weeks before a day.

    Args:
        deadline: The deadline.
        chain: Its steps; None where it has but its duty.
        clocks: Every clock of the deadline, closed ones too: `row`, `start`, `answered`.
        rows: Every row of the file: `row` and its events.
        as_at: The day the question is asked about.
    """
    names = _stage_names(chain)
    dated = _with_ends(clocks, rows, chain, as_at)
    stages = tuple(
        PacedStage(name, _took(dated, f"end{place}", f"end{place + 1}", as_at))
        for place, name in enumerate(names)
    )
    return Pace(deadline, stages, PacedStage("whole", _took(dated, "end0", f"end{len(names)}", as_at)))


def _took(dated: pl.DataFrame, first: str, last: str, as_at: date) -> tuple[int, ...]:
    """Return the days from one end to another, of those that came to the other lately, shortest first."""
    since, end = pl.col(first), pl.col(last)
    lately = dated.filter(end >= since, end.is_between(as_at - WINDOW, as_at))
    return tuple(lately.select((end - since).dt.total_days().sort()).to_series())


def with_expected(
    clocks: pl.DataFrame, rows: pl.DataFrame, pace: Pace, chain: Chain | None, as_at: date
) -> pl.DataFrame:
    """Add the stage an open clock of one deadline is in, and when it will be met: quick, median, slow.

    Returns:
        The clocks with `stage`, `in_stage_since`, `expected_p15`, `_p50` and `_p85`; the days are null where
        too few cases finished a stage that is still to come.
    """
    ends = range(1, len(pace.stages))
    dated = _with_ends(clocks, rows, chain, as_at)
    reached = pl.max_horizontal(
        pl.lit(0), *(pl.when(pl.col(f"end{place}").is_not_null()).then(place) for place in ends)
    )
    since = pl.col("end0")
    for place in ends:
        since = pl.coalesce(f"end{place}", since)
    stood = dated.select(reached.alias("place"), since.alias("since"), pl.col("end0").alias("start")).rows()
    standing = [(place, (as_at - day).days, (as_at - start).days) for place, day, start in stood]
    return clocks.with_columns(
        pl.Series("stage", [pace.stages[place].step for place, _, _ in stood], dtype=pl.String),
        pl.Series("in_stage_since", [day for _, day, _ in stood], dtype=pl.Date),
        *(
            pl.Series(name, _days_after(as_at, pace, percent, standing), dtype=pl.Date)
            for name, percent in (("expected_p15", P15), ("expected_p50", MEDIAN), ("expected_p85", P85))
        ),
    )


def _days_after(
    as_at: date, pace: Pace, percent: int, standing: Iterable[tuple[int, int, int]]
) -> list[date | None]:
    left = [pace.days_left(percent, *stage) for stage in standing]
    return [None if days is None else as_at + timedelta(days=days) for days in left]


def _stage_names(chain: Chain | None) -> tuple[str, ...]:
    """Return the stages of a chain; a bare duty is one."""
    if chain is None:
        return ("duty",)
    return tuple(step.id for step in chain.steps if step.until)


def _with_ends(clocks: pl.DataFrame, rows: pl.DataFrame, chain: Chain | None, as_at: date) -> pl.DataFrame:
    """Add `end0`, the start of each clock, and `end1` ..., the end of each of its stages; null if not yet.

    Where the rows of a case count together, an event on any of them ends a stage, if it came after the start
    and not after the answer: the meeting of a review stands beside its decision, not beside the one before.
    """
    names = _stage_names(chain)
    steps = {step.id: step for step in chain.steps} if chain else {}
    key, whole_case = ("case_id", True) if chain and chain.all_rows else ("row", False)
    until = [[event for event in steps[name].until if event in rows.columns] for name in names[:-1]]
    events = sorted({event for names_ in until for event in names_})
    numbered = clocks.select("row", *({key} - {"row"}), "start", "answered").with_row_index(_CLOCK)
    latest = pl.min_horizontal("answered", pl.lit(as_at))
    seen = numbered.join(rows.select(key, *events), on=key, how="left").with_columns(
        pl.when(pl.col(event).is_between("start", latest, closed="right" if whole_case else "both"))
        .then(event)
        .alias(event)
        for event in events
    )
    ends = [pl.min_horizontal(stage).min() if stage else pl.lit(None, dtype=pl.Date) for stage in until]
    ended = seen.group_by(_CLOCK).agg(end.alias(f"end{place}") for place, end in enumerate(ends, start=1))
    answered = pl.when(pl.col("answered") <= as_at).then("answered").alias(f"end{len(names)}")
    return (
        numbered.join(ended, on=_CLOCK, how="left", maintain_order="left")
        .with_columns(pl.col("start").alias("end0"), answered)
        .select("row", *(f"end{place}" for place in range(len(names) + 1)))
    )

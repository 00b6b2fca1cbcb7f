"""How long each stage of the work took lately, and the day on which an open clock will be met at that pace.

A stage runs from one step of a chain to the next (`next-steps.toml`): request to decision, decision to draft,
draft to final plan. What is left of a clock is the rest of its present stage, as long as those took that had
already lasted so long, and every stage after it: each at the same percentile of the stages finished in the
52 weeks before the as-at date. Where fewer than three cases finished a stage that is still to come, the clock
is taken as one stage from start to answer; where fewer finished that too, the day is not known.
"""

import math
from bisect import bisect_right
from datetime import date, timedelta
from typing import Any, Protocol

import polars as pl

from ehcp_timeline.measure.next_steps import Chain
from ehcp_timeline.record import record

WINDOW = timedelta(weeks=52)
LEAST_SEEN = 3
P15, MEDIAN, P85 = 15, 50, 85
_CLOCK = "_clock"


@record(frozen=True, slots=True)
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
        return int(percentile(longer, percent)) - spent if longer else 0


@record(frozen=True, slots=True)
class Pace:
    """The stages of one deadline, in order, and the `whole` from start to answer."""

    deadline: str
    stages: tuple[PacedStage, ...]
    whole: PacedStage

    def days_left(self, percent: int, stage: int, spent: int, waited: int) -> int | None:
        """Return how many days are left of an open clock; None if that is not known.

        It has spent so many days in its present stage, and has waited so many since its start.
        """
        here, after = self.stages[stage], self.stages[stage + 1 :]
        if all(stage.known for stage in (here, *after)):
            return here.left(percent, spent) + sum(stage.left(percent) for stage in after)
        return self.whole.left(percent, waited) if self.whole.known else None


class Ordered(Protocol):
    """Numbers from the least to the largest."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __getitem__(self, place: int, /) -> Any:  # noqa: ANN401 - days, weeks, whole or not
        """Return the number at a place, 0 for the least."""


def percentile(ordered: Ordered, percent: int, *, between: bool = False) -> Any:  # noqa: ANN401 - as above
    """Return the least number that at least `percent` of 100 do not exceed (the nearest rank).

    It is one of the numbers, so that half of which never come are never, not a mean with never. `between`
    gives the number in between two neighbours (linear, the default of numpy and of R).

    >>> [percentile((10, 20, 30, 40, 50, 60), one) for one in (50, 85, 100)]
    [30, 60, 60]
    >>> percentile((10, 20, 30, math.inf), 85), percentile((10, 20, 30, 40), 50, between=True)
    (inf, 25.0)
    """
    if not between:
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
    place = (len(ordered) - 1) * (percent / 100)
    low, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    part = place % 1
    return above - (above - low) * (1 - part) if part >= 0.5 else low + (above - low) * part


def pace_of(
    deadline: str, chain: Chain | None, clocks: pl.DataFrame, rows: pl.DataFrame, as_at: date
) -> Pace:
    """Return how long the stages of a deadline took in the 52 weeks before a day.

    `chain` has its steps, None if it has no steps; `clocks` its `row`, `start` and `answered`, closed
    clocks too; `rows` every `row` of the file with its events.
    """
    names = _stage_names(chain)
    dated = _with_ends(clocks, rows, chain, as_at)

    def stage(name: str, first: int, last: int) -> PacedStage:
        since, end = pl.col(f"end{first}"), pl.col(f"end{last}")
        lately = dated.filter(end >= since, end.is_between(as_at - WINDOW, as_at))
        return PacedStage(name, tuple(lately.select((end - since).dt.total_days().sort()).to_series()))

    stages = tuple(stage(name, place, place + 1) for place, name in enumerate(names))
    return Pace(deadline, stages, stage("whole", 0, len(names)))


def with_expected(
    clocks: pl.DataFrame, rows: pl.DataFrame, pace: Pace, chain: Chain | None, as_at: date
) -> pl.DataFrame:
    """Add the stage an open clock of one deadline is in, and when it will be met: quick, median, slow.

    Returns:
        The clocks with `stage`, `in_stage_since`, `expected_p15`, `_p50` and `_p85`; the days are null where
        too few cases finished a stage that is still to come.
    """
    dated = _with_ends(clocks, rows, chain, as_at)
    lines = []
    for ends in dated.select(f"end{place}" for place in range(len(pace.stages))).iter_rows():
        place = max((place for place, end in enumerate(ends) if end is not None), default=0)
        since = ends[place]
        stood = place, (as_at - since).days, (as_at - ends[0]).days
        left = [pace.days_left(percent, *stood) for percent in (P15, MEDIAN, P85)]
        expected = (None if days is None else as_at + timedelta(days=days) for days in left)
        lines.append((pace.stages[place].step, since, *expected))
    names = ("in_stage_since", "expected_p15", "expected_p50", "expected_p85")
    schema = {"stage": pl.String, **dict.fromkeys(names, pl.Date)}
    return clocks.with_columns(pl.DataFrame(lines, schema, orient="row").get_columns())


def _stage_names(chain: Chain | None) -> tuple[str, ...]:
    """Return the stages of a chain; a bare duty is one."""
    return tuple(step.id for step in chain.steps if step.until) if chain else ("duty",)


def _with_ends(clocks: pl.DataFrame, rows: pl.DataFrame, chain: Chain | None, as_at: date) -> pl.DataFrame:
    """Return the start of each clock as `end0`, and the end of each of its stages; null if not yet.

    Where the rows of a case count together, an event on any of them ends a stage, if it came after the start
    and not after the answer: the meeting of a review belongs to its decision, not to the decision before.
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
    return numbered.join(ended, on=_CLOCK, how="left", maintain_order="left").with_columns(
        pl.col("start").alias("end0"), answered
    )

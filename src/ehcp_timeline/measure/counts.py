"""How many clocks have which verdict, how much was in time, and percentages as tables print them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Clocks, Judged
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import InTime

ONE_DECIMAL = Decimal("0.1")


def percent(part: int, whole: int) -> float | None:
    """Return `part` as a percentage of `whole`, to one decimal; None where there is no whole.

    >>> percent(1, 16), percent(3, 0)
    (6.3, None)
    """
    return one_decimal(100 * part, whole)


def one_decimal(part: int, whole: int) -> float | None:
    """Return `part / whole` to one decimal, halves up; None where there is no whole.

    >>> one_decimal(5, 20)
    0.3
    """
    if whole == 0:
        return None
    return float((Decimal(part) / Decimal(whole)).quantize(ONE_DECIMAL, ROUND_HALF_UP))


WAYS: Final = ("strict", "verdict", "evidenced")
IN_TIME: Final = ("met",)
OUT_OF_TIME: Final = ("late", "early", "overdue")


@dataclass(slots=True)
class InTimeTally:
    """Verdicts of one deadline, counted three ways, batch after batch.

    Attributes:
        counts: (column of the clocks, verdict) to how many.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, clocks: Clocks) -> None:
        """Count the clocks of one batch."""
        for way in WAYS:
            for verdict, number in clocks[way].value_counts().iter_rows():
                self.counts[way, verdict] += number

    def rates(self) -> InTime:
        """Return the share that was done in time, each way.

        >>> tally = InTimeTally(Counter({("strict", "met"): 1, ("strict", "late"): 3, ("verdict", "met"): 1}))
        >>> tally.rates()
        InTime(strict=25.0, claimed=100.0, evidenced=None)
        """
        return InTime(*(self._rate(way) for way in WAYS))

    def _rate(self, way: str) -> float | None:
        good = sum(self.counts[way, verdict] for verdict in IN_TIME)
        bad = sum(self.counts[way, verdict] for verdict in OUT_OF_TIME)
        return percent(good, good + bad)


ISSUE = ("plan.issue", "detained.issue")
DECIDE = ("assess.decide", "detained.decide")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of an open assessment: its name, and the event that begins it."""

    name: str
    since: str


STAGES = (
    Stage("draft_not_final", "draft_sent"),
    Stage("agreed_no_draft", "assess_agreed"),
    Stage("no_decision", ""),
)


def clocks_of(judged: Judged, deadlines: Sequence[str], *columns: str) -> pl.DataFrame:
    """Return these columns of the clocks of these deadlines in one batch."""
    frames = [judged.clocks[deadline].frame(*columns) for deadline in deadlines if deadline in judged.clocks]
    return pl.concat(frames) if frames else pl.DataFrame(schema={name: CLOCKS[name] for name in columns})


def with_stage(clocks: pl.DataFrame, rows: pl.DataFrame, as_at: date) -> pl.DataFrame:
    """Return open assessments with `case_id` and the `stage` they have reached.

    A stage is reached by its event, on or after the start and by the as-at date: a draft sent makes it
    `draft_not_final`, else an agreement to assess `agreed_no_draft`, else there is `no_decision`.
    """
    named = [stage.since for stage in STAGES if stage.since in rows.columns]
    joined = clocks.filter("open").join(rows.select("row", "case_id", *named), on="row", how="left")
    stage = pl.lit(STAGES[-1].name)
    for stage_at in reversed(STAGES):
        if stage_at.since in named:
            reached = pl.col(stage_at.since).is_between(pl.col("start"), pl.lit(as_at))
            stage = pl.when(reached).then(pl.lit(stage_at.name)).otherwise(stage)
    return joined.select("case_id", "row", stage.alias("stage"), "start", "due")


def exception_claimed(rulebook: Rulebook, columns: Iterable[str]) -> pl.Expr:
    """Return whether a row claims any exception to the 20 weeks: a flag that is yes, or absence dates.

    Claims that stood only for some due days (2020's) count wherever they are made, as the return's own
    yes or no does (SEN2 item 3.7).
    """
    there = set(columns)
    excuses = [excuse for name in ISSUE if name in rulebook.by_id for excuse in rulebook.by_id[name].excuses]
    flags = {excuse.flag for excuse in excuses if excuse.flag}
    claims = [pl.col(flag).fill_null(value=False) for flag in sorted(flags & there)]
    if "absent_from" in there:
        claims.append(pl.col("absent_from").is_not_null())
    return pl.any_horizontal(claims) if claims else pl.lit(value=False)

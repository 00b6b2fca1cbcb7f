"""How many clocks have which verdict, how much was in time, and percentages as tables print them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Clocks, Judged
from ehcp_timeline.measure.answer import InTime


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
    return float((Decimal(part) / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP))


_WAYS: Final = ("strict", "verdict", "evidenced")
_OUT_OF_TIME: Final = ("late", "early", "overdue")


@dataclass(slots=True)
class InTimeTally:
    """Verdicts of one deadline, counted three ways, batch after batch."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, clocks: Clocks) -> None:
        """Count the clocks of one batch."""
        for way in _WAYS:
            for verdict, number in clocks[way].value_counts().iter_rows():
                self.counts[way, verdict] += number

    def rates(self) -> InTime:
        """Return the share that was done in time, each way.

        >>> tally = InTimeTally(Counter({("strict", "met"): 1, ("strict", "late"): 3, ("verdict", "met"): 1}))
        >>> tally.rates()
        InTime(strict=25.0, claimed=100.0, evidenced=None)
        """
        return InTime(
            *(
                percent(in_time, in_time + sum(self.counts[way, verdict] for verdict in _OUT_OF_TIME))
                for way in _WAYS
                for in_time in [self.counts[way, "met"]]
            )
        )


ISSUE = ("plan.issue", "detained.issue")
DECIDE = ("assess.decide", "detained.decide")
REVIEW = ("review.annual", "move.review")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of an open assessment: its name, and a pattern of the events that begin it."""

    name: str
    since: str


STAGES = (
    Stage("draft_not_final", "draft_sent"),
    Stage("agreed_no_draft", r"assess_agreed|([a-z_]+_)?advice_(requested|received)"),
    Stage("no_decision", ""),
)


def clocks_of(judged: Judged, deadlines: Sequence[str], *columns: str) -> pl.DataFrame:
    """Return these columns of the clocks of these deadlines in one batch."""
    frames = [judged.clocks[deadline].frame(*columns) for deadline in deadlines if deadline in judged.clocks]
    return pl.concat(frames) if frames else pl.DataFrame(schema={name: CLOCKS[name] for name in columns})


def with_stage(clocks: pl.DataFrame, rows: pl.DataFrame, as_at: date) -> pl.DataFrame:
    """Return open assessments with `case_id` and the `stage` they have reached.

    A stage is reached by its event, on or after the start and by the as-at date: a draft sent makes it
    `draft_not_final`, else an agreement to assess, or advice asked for or in, `agreed_no_draft`, else there
    is `no_decision`.
    """
    events = {
        stage.name: [name for name in rows.columns if re.fullmatch(stage.since, name)] for stage in STAGES
    }
    stage = pl.lit(STAGES[-1].name)
    for name, begins in reversed(events.items()):
        if begins:
            reached = pl.any_horizontal(pl.col(begins).is_between(pl.col("start"), pl.lit(as_at)))
            stage = pl.when(reached).then(pl.lit(name)).otherwise(stage)
    named = (name for begins in events.values() for name in begins)
    held = rows.lazy().select("row", "case_id", *named)
    joined = clocks.lazy().filter("open").join(held, on="row", how="left")
    return joined.select("case_id", "row", stage.alias("stage"), "start", "due").collect()


def has_exception(judged: Judged) -> pl.Expr:
    """Return whether a row has an exception to the 20 weeks, as the DfE's rates leave it out.

    The return's own flag (SEN2 item 3.7, `exception_recorded`), or a claim that the dates do not refute;
    where no clock was judged, no date refutes an absence.
    """
    clocks = [judged.clocks[name] for name in ISSUE if name in judged.clocks]
    rows = [these["row"].filter(these.claiming()) for these in clocks]
    there = set(judged.rows.columns)
    recorded = "exception_recorded"
    claims = [pl.col(recorded).fill_null(value=False)] if recorded in there else []
    claims += [pl.col("row").is_in(pl.concat(rows).implode())] if rows else []
    claims += [pl.col("absent_from").is_not_null()] if "absent_from" in there and not rows else []
    return pl.any_horizontal(claims) if claims else pl.lit(value=False)

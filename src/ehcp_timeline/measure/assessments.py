"""The clocks that a first assessment runs against, whichever law it runs under."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.judged import CLOCKS, Judged
from ehcp_timeline.law.terms import Rulebook

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
    frames = [judged.clocks[one].frame(*columns) for one in deadlines if one in judged.clocks]
    return pl.concat(frames) if frames else pl.DataFrame(schema={name: CLOCKS[name] for name in columns})


def with_stage(clocks: pl.DataFrame, rows: pl.DataFrame, as_at: date) -> pl.DataFrame:
    """Return open assessments with `case_id` and the `stage` they have reached.

    A stage is reached by its event, on or after the start and by the as-at date: a draft sent makes it
    `draft_not_final`, else an agreement to assess `agreed_no_draft`, else there is `no_decision`.
    """
    named = [stage.since for stage in STAGES if stage.since in rows.columns]
    joined = clocks.filter("open").join(rows.select("row", "case_id", *named), on="row", how="left")
    stage = pl.lit(STAGES[-1].name)
    for one in reversed(STAGES):
        if one.since in named:
            reached = pl.col(one.since).is_between(pl.col("start"), pl.lit(as_at))
            stage = pl.when(reached).then(pl.lit(one.name)).otherwise(stage)
    return joined.select("case_id", "row", stage.alias("stage"), "start", "due")


def exception_claimed(rulebook: Rulebook, columns: Iterable[str]) -> pl.Expr:
    """Return whether a row claims any exception to the 20 weeks: a flag that is yes, or absence dates.

    Claims that stood only for some due days (2020's) count wherever they are made, as the return's own
    yes or no does (SEN2 item 3.7).
    """
    there = set(columns)
    excuses = [excuse for one in ISSUE if one in rulebook.by_id for excuse in rulebook.by_id[one].excuses]
    flags = {excuse.flag for excuse in excuses if excuse.flag}
    claims = [pl.col(flag).fill_null(value=False) for flag in sorted(flags & there)]
    if "absent_from" in there:
        claims.append(pl.col("absent_from").is_not_null())
    return pl.any_horizontal(claims) if claims else pl.lit(value=False)

"""Lists people work from: what is overdue, what can still be saved, whom to tell, what to do first today."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal, get_args

import polars as pl

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.measure.casework import Casework, chosen_by
from ehcp_timeline.measure.next_steps import Letter, NextSteps, next_steps
from ehcp_timeline.measure.pace import pace_of, with_expected

Policy = Literal["oldest-first", "in-time-first", "worst-first"]
POLICIES: tuple[Policy, ...] = get_args(Policy)
Risk = Literal["expected_p50", "expected_p85"]

_TIES = ("due", "case_id", "deadline", "start")


@dataclass(frozen=True, slots=True)
class AtRisk:
    """In-time clocks that will be missed at the present pace.

    Attributes:
        clocks: Those that will, first due first, with when they are expected.
        in_time: How many in-time clocks were looked at.
        untold: How many of them have too little history for an expected day.
    """

    clocks: pl.DataFrame
    in_time: int
    untold: int


def overdue(work: pl.DataFrame, casework: Casework, selection: Selection) -> pl.DataFrame:
    """Return the overdue clocks that were asked for, worst first."""
    return worst_first(work.filter(chosen_by(selection, casework.rulebook), pl.col("verdict") == "overdue"))


def worst_first(work: pl.DataFrame) -> pl.DataFrame:
    """Return clocks by days late, the most first; those in time after them, first due first."""
    return work.sort("days_late", *_TIES, descending=[True, *[False] * len(_TIES)], nulls_last=True)


def at_risk(casework: Casework, selection: Selection, risk: Risk) -> AtRisk:
    """Return the in-time clocks that will be missed at the present pace.

    Only duties about which families are written to; each from as long before its due day as
    `next-steps.toml` says.

    Args:
        casework: The work in a file, with all its clocks, the closed ones for the pace.
        selection: Which clocks were asked for.
        risk: Whether the median or the 85th percentile of what is still to come goes past the due day.
    """
    steps = next_steps()
    work = casework.open_clocks()
    begun = pl.col("start") <= casework.as_at
    running = work.filter(chosen_by(selection, casework.rulebook), pl.col("verdict") == "running", begun)
    frames = [
        _expected(casework, running, letter, deadline, steps)
        for letter in steps.letters
        for deadline in letter.deadlines
    ]
    in_time = pl.concat(frames)
    missed = in_time.filter(pl.col(risk) > pl.col("due")).sort(_TIES)
    return AtRisk(missed, in_time.height, in_time[risk].null_count())


def _expected(
    casework: Casework, running: pl.DataFrame, letter: Letter, deadline: str, steps: NextSteps
) -> pl.DataFrame:
    """Return the running clocks of one deadline with when they will be met."""
    mine = running.filter(pl.col("deadline") == deadline)
    if letter.ahead is not None:
        mine = mine.filter(pl.col("due") <= casework.as_at + timedelta(days=letter.ahead))
    every = casework.audit.findings.filter(pl.col("deadline") == deadline)
    chain = steps.chain_for(deadline)
    pace = pace_of(deadline, chain, every, casework.rows, casework.as_at)
    return with_expected(mine, casework.rows, pace, chain, casework.as_at)


def order_of_work(work: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return cases in the order in which a policy takes them: each once, with its most pressing clock.

    Args:
        work: Open clocks with their steps; minimums, and what cannot be told, left out.
        policy: `oldest-first`: who has waited longest. `in-time-first`: what can still be met, first due
            first; then the rest, who has waited longest first. `worst-first`: what is most days late, then
            what is due first.
    """
    late = pl.col("verdict") != "running"
    match policy:
        case "oldest-first":
            ordered = work.sort("start", *_TIES)
        case "in-time-first":
            waiting = pl.when(late).then(pl.col("start")).otherwise(pl.col("due"))
            ordered = work.sort(late, waiting, *_TIES)
        case "worst-first":
            ordered = worst_first(work)
    return ordered.unique(subset="case_id", keep="first", maintain_order=True)


def workable(work: pl.DataFrame, casework: Casework, selection: Selection) -> pl.DataFrame:
    """Return the clocks on which there is something to do: overdue, excused or running, no minimums."""
    minimums = [deadline.id for deadline in casework.rulebook.deadlines if deadline.minimum]
    return work.filter(
        chosen_by(selection, casework.rulebook),
        pl.col("verdict").is_in(["overdue", "excused", "running"]),
        ~pl.col("deadline").is_in(minimums),
    )


def before_breach(casework: Casework, selection: Selection) -> AtRisk:
    """Return whom to tell before the day is missed: one line a case, for its first clock to fall due.

    Returns:
        The clocks as `at_risk` gives them at the median, with `also` (the case's other deadlines that will be
        missed), `weeks_waited` (whole weeks since the start) and `days_over` (due to expected day).
    """
    case = at_risk(casework, selection, "expected_p50")
    others = case.clocks.group_by("case_id", maintain_order=True).agg(
        pl.col("deadline").slice(1).alias("also")
    )
    first = case.clocks.unique(subset="case_id", keep="first", maintain_order=True)
    frame = first.join(others, on="case_id", how="left", maintain_order="left").with_columns(
        weeks_waited=(pl.lit(casework.as_at) - pl.col("start")).dt.total_days() // 7,
        days_over=(pl.col("expected_p50") - pl.col("due")).dt.total_days(),
    )
    return replace(case, clocks=frame)


def split(clocks: pl.DataFrame, column: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield each group's own list, in the order of the groups' names; those without a name come first."""
    named = clocks.with_columns(pl.col(column).fill_null("").str.strip_chars())
    for (name,), mine in sorted(
        named.group_by(column, maintain_order=True), key=lambda group: str(group[0][0])
    ):
        yield str(name), mine

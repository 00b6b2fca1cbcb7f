"""Work lists: what is overdue, what can still be saved, which families to tell, what to do today."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, get_args

import polars as pl

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.measure.casework import Casework, chosen_by
from ehcp_timeline.measure.counts import ISSUE
from ehcp_timeline.measure.next_steps import next_steps
from ehcp_timeline.measure.pace import pace_of, with_expected
from ehcp_timeline.record import record, replace

Policy = Literal["oldest-first", "in-time-first", "worst-first"]
POLICIES: tuple[Policy, ...] = get_args(Policy)

AHEAD = 60
"""How many days ahead a duty that still runs is looked at: in letters unless asked, and in a day's work."""
_TIES = ("due", "case_id", "deadline", "start")


@record(frozen=True, slots=True)
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


def overdue(casework: Casework, selection: Selection) -> pl.DataFrame:
    """Return the overdue clocks that were asked for, without their steps, in file order."""
    return casework.without_steps(chosen_by(selection, casework.rulebook), pl.col("verdict") == "overdue")


def worst_first(work: pl.DataFrame) -> pl.DataFrame:
    """Return clocks by days late, the most first; those in time after them, first due first."""
    latest_first = [True, *[False] * len(_TIES)]
    return work.sort("days_late", *_TIES, descending=latest_first, nulls_last=True, maintain_order=True)


def worst(late: pl.DataFrame, top: int) -> pl.DataFrame:
    """Return the first so many overdue clocks of `worst_first`, without putting the others in order."""
    least = late["days_late"].top_k(top).min()
    return worst_first(late.filter(pl.col("days_late") >= least)).head(top)


def at_risk(
    casework: Casework,
    selection: Selection,
    within: int | None = None,
    projected: pl.DataFrame | None = None,
) -> AtRisk:
    """Return the in-time clocks that will more likely than not be missed: at the median of what is to come.

    Only duties about which families are written to. The pace is that of the closed clocks of the casework,
    which has all clocks of a file. A due day may lie `within` so many days ahead; None for what
    `next-steps.toml` says of each duty. `projected` is the forecast of open plans, by `row` and
    `start`: when half of its runs (`p50`) and 85% of them (`p85`) have issued it, and whether it is `likely`
    late. It is taken before the pace.
    """
    steps = next_steps()
    begun = pl.col("start") <= casework.as_at
    asked = chosen_by(selection, casework.rulebook)
    running = casework.open_clocks(asked, pl.col("verdict") == "running", begun)
    frames = []
    for letter in steps.letters:
        ahead = letter.ahead if within is None else within
        soon = True if ahead is None else (pl.col("due") - casework.as_at).dt.total_days() <= ahead
        for deadline in letter.deadlines:
            of_deadline, chain = pl.col("deadline") == deadline, steps.chain_for(deadline)
            every = casework.audit.every_finding.filter(of_deadline)
            pace = pace_of(deadline, chain, every, casework.rows, casework.as_at)
            mine = running.filter(of_deadline, soon)
            frames.append(with_expected(mine, casework.rows, pace, chain, casework.as_at))
    in_time = pl.concat(frames)
    late = pl.col("expected_p50") > pl.col("due")
    if projected is not None:
        in_time = in_time.join(projected, on=["row", "start"], how="left", maintain_order="left")
        known = pl.col("likely").is_not_null() & pl.col("deadline").is_in(ISSUE)
        late = pl.when(known).then("likely").otherwise(late)
        in_time = in_time.with_columns(
            pl.when(known).then(name).otherwise(f"expected_{name}").alias(f"expected_{name}")
            for name in ("p50", "p85")
        )
    missed = in_time.filter(late).sort(_TIES)
    return AtRisk(missed, in_time.height, in_time["expected_p50"].null_count())


def order_of_work(work: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return cases in the order in which a policy takes them: each once, with its worst open clock.

    Overdue duties come first, whatever the policy; what is excused or running comes after them.
    `oldest-first`: who has waited longest. `in-time-first`: what was or is due first. `worst-first`: what is
    most days late, then what is due first.
    """
    ahead = pl.col("verdict") != "overdue"
    late = pl.when(~ahead).then("days_late")
    worst = work.sort(ahead, late, *_TIES, descending=[False, True, *[False] * len(_TIES)], nulls_last=True)
    each = worst.unique(subset="case_id", keep="first", maintain_order=True)
    if policy == "worst-first":
        return each
    return each.sort(ahead, *(("start",) if policy == "oldest-first" else ()), *_TIES)


def workable(work: pl.DataFrame, casework: Casework) -> pl.DataFrame:
    """Return the clocks on which there is something to do: overdue, excused or due within `AHEAD` days.

    A minimum is nothing to do, and neither is what is due months ahead.
    """
    ahead = pl.col("due") > casework.as_at + timedelta(days=AHEAD)
    soon = (pl.col("verdict") != "running") | ~ahead.fill_null(value=False)
    minimums = [deadline.id for deadline in casework.rulebook.deadlines if deadline.minimum]
    return work.filter(
        pl.col("verdict").is_in(["overdue", "excused", "running"]),
        ~pl.col("deadline").is_in(minimums),
        soon,
    )


def before_breach(
    casework: Casework,
    selection: Selection,
    within: int | None = None,
    projected: pl.DataFrame | None = None,
) -> AtRisk:
    """Return the families to tell before the day is missed: a line a case, for its first clock to fall due.

    The clocks and the arguments are those of `at_risk`, with `also` (the case's other deadlines that will be
    missed), `weeks_waited` (whole weeks since the start) and `days_over` (due to expected day).
    """
    case = at_risk(casework, selection, within, projected)
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
    groups = {str(name): mine for (name,), mine in named.group_by(column, maintain_order=True)}
    yield from sorted(groups.items(), key=lambda group: group[0])

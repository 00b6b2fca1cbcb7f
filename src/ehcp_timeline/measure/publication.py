"""How many cases are open in each group, and how they stand: the table of a list that may be published."""

from collections.abc import Mapping

import polars as pl

from ehcp_timeline.measure.disclosure import Published, Table, suppress

STATES: Mapping[str, str] = {
    "overdue": "overdue",
    "unknown": "cannot_be_told",
    "excused": "excused",
    "running": "in_time_so_far",
}
NOT_RECORDED = "not recorded"


def open_cases(work: pl.DataFrame, by: str) -> Table:
    """Return how many open cases each group has, by the worst state of any of their clocks.

    A case is counted once, in one group and one state, so that rows and columns add up.

    Args:
        work: The open clocks that were asked for.
        by: The column of the groups.
    """
    worst_first = pl.Enum(list(STATES))
    cases = (
        work.filter(pl.col("verdict").is_in(list(STATES)))
        .with_columns(state=pl.col("verdict").cast(worst_first), group=pl.col(by).str.strip_chars())
        .with_columns(group=pl.when(pl.col("group") != "").then("group").otherwise(pl.lit(NOT_RECORDED)))
        .sort("state", "group", "case_id")
        .unique(subset="case_id", keep="first", maintain_order=True)
    )
    counts = {(group, state): number for group, state, number in _counted(cases)}
    groups = tuple(sorted({group for group, _ in counts}))
    grid = tuple(tuple(counts.get((group, state), 0) for state in STATES) for group in groups)
    return Table(groups, tuple(STATES.values()), grid)


def _counted(cases: pl.DataFrame) -> list[tuple[str, str, int]]:
    return cases.group_by("group", "state").len().with_columns(pl.col("state").cast(pl.String)).rows()


def open_cases_published(work: pl.DataFrame, by: str, threshold: int) -> Published:
    """Return the same with everything hidden that could say something about one child."""
    return suppress(open_cases(work, by), threshold)

"""How many cases are open in each group: a table that may be published, `[c]` where a number is hidden."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from ehcp_timeline.measure.result import Audit
from ehcp_timeline.output.answers import rulebook_values
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.privacy.suppress import (
    HIDDEN,
    Count,
    CountTable,
    Hidden,
    Published,
    legend,
    share,
    suppress,
)
from ehcp_timeline.text.words import day

STATES: Mapping[str, str] = {
    "overdue": "overdue",
    "unknown": "cannot_be_told",
    "excused": "excused",
    "running": "in_time_so_far",
}
NOT_RECORDED = "not recorded"


def open_cases(work: pl.DataFrame, by: str) -> CountTable:
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
    return CountTable(groups, tuple(STATES.values()), grid)


def _counted(cases: pl.DataFrame) -> list[tuple[str, str, int]]:
    return cases.group_by("group", "state").len().with_columns(pl.col("state").cast(pl.String)).rows()


def open_cases_published(work: pl.DataFrame, by: str, threshold: int) -> Published:
    """Return the same with everything hidden that could say something about one child."""
    return suppress(open_cases(work, by), threshold)


Line = dict[str, Any]
PUBLICATION = "ehcp-publication/1"
TOTAL = "Total"
SHARE = "pc_overdue"
WITHHELD = "The table is withheld: no way of hiding numbers in it would keep them hidden."


def publication_keys(published: Published, by: str) -> tuple[str, ...]:
    """Return the columns of the flat table."""
    return (by, *published.columns, "total", SHARE)


def publication_rows(published: Published, by: str) -> Iterator[Line]:
    """Yield one line for each group and one for all of them."""
    for name, counts in zip((*published.rows, TOTAL), published.grid, strict=True):
        numbers = dict(zip((*published.columns, "total"), counts, strict=True))
        rate = share(numbers["overdue"], numbers["total"])
        yield {by: name, **{key: _value(one) for key, one in numbers.items()}, SHARE: _rate(rate)}


def publication_sections(audit: Audit, published: Published, by: str) -> Iterator[Section]:
    """Yield the table as a person sees it; nothing names the file it was made from."""
    keys = publication_keys(published, by)
    rows = tuple(tuple(_shown(row[key]) for key in keys) for row in publication_rows(published, by))
    yield Section(
        title=f"Open cases by {by} as at {day(audit.as_at)}",
        before=(WITHHELD,) if published.withheld else (),
        columns=(TableColumn(by), *(TableColumn(key.replace("_", " "), "number") for key in keys[1:])),
        rows=() if published.withheld else rows,
        after=(legend(published.threshold),),
    )


def publication_answer(audit: Audit, published: Published, by: str) -> dict[str, Any]:
    """Return the table as `ehcp-publication/1`."""
    return {
        "schema": PUBLICATION,
        "as_at": audit.as_at,
        "rulebook": rulebook_values(audit.rulebook_version, audit.rulebook_sha256, audit.overlays),
        "by": by,
        "threshold": published.threshold,
        "withheld": published.withheld,
        "legend": legend(published.threshold),
        "columns": list(publication_keys(published, by)),
        "rows": list(publication_rows(published, by)),
    }


def publication_lines(published: Published, keys: Sequence[str], rows: Sequence[Line]) -> tuple[str, ...]:
    """Return what should be known beside a table that is written as data."""
    hidden = sum(row[key] == HIDDEN.value for row in rows for key in keys)
    return (f"{hidden} of {len(rows) * (len(keys) - 1)} numbers hidden. {legend(published.threshold)}",)


def _value(number: Count) -> int | str:
    return number.value if isinstance(number, Hidden) else number


def _rate(rate: float | Hidden | None) -> Any:  # noqa: ANN401 - a number, a word or nothing
    return rate.value if isinstance(rate, Hidden) else rate


def _shown(value: object) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return "n/a"
    return f"{value:,}" if isinstance(value, int | float) else str(value)

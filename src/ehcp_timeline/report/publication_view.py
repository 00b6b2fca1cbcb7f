"""A table that may be published: numbers as words, `[c]` where one is hidden, and what that means."""

from collections.abc import Iterator, Sequence
from typing import Any

from ehcp_timeline.audit.result import Audit
from ehcp_timeline.measure.disclosure import HIDDEN, Count, Hidden, Published, share
from ehcp_timeline.report.answers import rulebook_values
from ehcp_timeline.report.phrases import day
from ehcp_timeline.report.sections import Column, Section

Line = dict[str, Any]
PUBLICATION = "ehcp-publication/1"
TOTAL = "Total"
SHARE = "pc_overdue"
WITHHELD = "The table is withheld: no way of hiding numbers in it would keep them hidden."


def legend(threshold: int) -> str:
    """Return what `[c]` stands for."""
    most = threshold - 1
    return (
        f"{HIDDEN.value} = hidden to protect the people counted: a number of 1 to {most}, a group that is "
        "all in one category, or a number from which one of these could be worked out. Percentages built on "
        "a hidden number are hidden. Totals that are shown are exact."
    )


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
        columns=(Column(by), *(Column(key.replace("_", " "), "number") for key in keys[1:])),
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

"""How many cases are open in each group: a table that may be published, `[c]` where a number is hidden."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, cast

import polars as pl

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.commands.worklists.answer import PublicationAnswer
from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.casework import Casework, chosen_by
from ehcp_timeline.measure.result import Audit
from ehcp_timeline.output.document import Document
from ehcp_timeline.output.receipt import MadeFrom, read_of
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.privacy.differencing import TOTAL, warnings
from ehcp_timeline.privacy.suppress import HIDDEN, CountTable, Hidden, Published, legend, share, suppress
from ehcp_timeline.shell.destination import Output, say
from ehcp_timeline.text.words import day

STATES: Mapping[str, str] = {
    "overdue": "overdue",
    "unknown": "cannot_be_told",
    "excused": "excused",
    "running": "in_time_so_far",
}
NOT_RECORDED = "not recorded"
SHARE = "pc_overdue"
WITHHELD = "The table is withheld: no way of hiding numbers in it would keep them hidden."
_MOST_WARNINGS = 10


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
    counted = cases.group_by("group", "state").len().with_columns(pl.col("state").cast(pl.String)).rows()
    counts = {(group, state): number for group, state, number in counted}
    groups = tuple(sorted({group for group, _ in counts}))
    grid = tuple(tuple(counts.get((group, state), 0) for state in STATES) for group in groups)
    return CountTable(groups, tuple(STATES.values()), grid)


def publish(
    to: Output, work: Casework, selection: Selection, by: str, threshold: int, previous: Path | None
) -> None:
    """Write how many cases are open in each group, with everything hidden that tells of one child.

    Args:
        to: Where it goes.
        work: The work in a file.
        selection: Which clocks were asked for.
        by: The column of the groups.
        threshold: Numbers of people below it are hidden.
        previous: The publication before: what the two give away together is said.

    Raises:
        UsageError: The threshold hides nothing, or the groups are people.
    """
    if by == "caseworker":
        raise UsageError("a table by caseworker is about staff: it is not for publication", "--by team")
    clocks = work.open_clocks().filter(chosen_by(selection, work.rulebook))
    table = suppress(open_cases(clocks, by), threshold)
    answer = _answer(work.audit, table, cast("Literal['district', 'team']", by))
    title = f"Open cases by {by}"
    to.write(
        Document(
            title,
            answer,
            answer.columns,
            lambda: answer.rows,
            lambda: publication_sections(answer),
            notes=(answer.legend,),
            nameless=True,
            published=f"This sheet holds one table: open cases by {by}, each in one state.",
            made_from=MadeFrom(work.as_at, answer.rulebook, read_of(work.audit.input)),
        )
    )
    if not to.for_people:
        hidden = sum(value == HIDDEN.value for row in answer.rows for value in row.values())
        numbers = len(answer.rows) * (len(answer.columns) - 1)
        say(f"{hidden} of {numbers} numbers hidden. {answer.legend}")
    if previous is not None:
        say(*warnings(previous, answer.rows, (by,), threshold))


def _answer(audit: Audit, published: Published, by: Literal["district", "team"]) -> PublicationAnswer:
    """Return the table: one line for each group and one for all of them."""
    rows = []
    for name, counts in zip((*published.rows, TOTAL), published.grid, strict=True):
        numbers = dict(zip((*published.columns, "total"), counts, strict=True))
        shared = {**numbers, SHARE: share(numbers["overdue"], numbers["total"])}
        rows.append({by: name, **{key: _value(number) for key, number in shared.items()}})
    return PublicationAnswer(
        as_at=audit.as_at,
        rulebook=audit.rulebook,
        by=by,
        threshold=published.threshold,
        withheld=published.withheld,
        legend=legend(published.threshold),
        columns=(by, *published.columns, "total", SHARE),
        rows=tuple(rows),
    )


def publication_sections(answer: PublicationAnswer) -> Iterator[Section]:
    """Yield the table as a person sees it; nothing names the file it was made from."""
    headings = (TableColumn(key.replace("_", " "), "number") for key in answer.columns[1:])
    rows = tuple(tuple(_shown(row[key]) for key in answer.columns) for row in answer.rows)
    yield Section(
        title=f"Open cases by {answer.by} as at {day(answer.as_at)}",
        before=(WITHHELD,) if answer.withheld else (),
        columns=(TableColumn(answer.by), *headings),
        rows=() if answer.withheld else rows,
        after=(answer.legend,),
    )


def _value(number: float | Hidden | None) -> int | float | str | None:
    return number.value if isinstance(number, Hidden) else number


def _shown(value: object) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return "n/a"
    return f"{value:,}" if isinstance(value, int | float) else str(value)

"""How many cases are open in each group: a table that may be published, `[c]` where a number is hidden."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal, cast

import polars as pl

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.measure.casework import Casework, chosen_by
from ehcp_timeline.measure.kpi.groups import NOT_RECORDED, group_name
from ehcp_timeline.output.document import Document
from ehcp_timeline.output.receipt import MadeFrom, read_of
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.privacy.differencing import TOTAL, warnings
from ehcp_timeline.privacy.suppress import HIDDEN, CountTable, legend, share, suppress
from ehcp_timeline.record import Ge, record
from ehcp_timeline.shell.destination import Output, say
from ehcp_timeline.text import day

_STATES: Mapping[str, str] = {
    "overdue": "overdue",
    "unknown": "cannot_be_told",
    "excused": "excused",
    "running": "in_time_so_far",
}
_SHARE = "pc_overdue"
_WITHHELD = "The table is withheld: no way of hiding numbers in it would keep them hidden."


@record(frozen=True, slots=True)
class PublicationAnswer:
    """The answer of `ehcp overdue --disclosure suppress --format json`.

    Attributes:
        threshold: Numbers of people below it are hidden.
        withheld: Nothing of the table could be published.
        rows: One for each group and one named Total; [c] stands for what is hidden.
    """

    SCHEMA: ClassVar = "ehcp-publication/1"

    as_at: date
    rulebook: RulebookUsed
    by: Literal["district", "team"]
    threshold: Annotated[int, Ge(3)]
    withheld: bool
    legend: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, int | float | str | None], ...]


def open_cases(work: pl.DataFrame, by: str) -> CountTable:
    """Return how many open cases each group of a column has, by the worst state of any of their clocks.

    A case is counted once, in one group and one state, so that rows and columns add up.
    """
    worst_first = pl.Enum(list(_STATES))
    cases = (
        work.filter(pl.col("verdict").is_in(list(_STATES)))
        .with_columns(
            state=pl.col("verdict").cast(worst_first), group=group_name(pl.col(by)).fill_null(NOT_RECORDED)
        )
        .sort("state", "group", "case_id")
        .unique(subset="case_id", keep="first", maintain_order=True)
    )
    counted = cases.group_by("group", "state").len().with_columns(pl.col("state").cast(pl.String)).rows()
    counts = {(group, state): number for group, state, number in counted}
    groups = tuple(sorted({group for group, _ in counts}))
    grid = tuple(tuple(counts.get((group, state), 0) for state in _STATES) for group in groups)
    return CountTable(groups, tuple(_STATES.values()), grid)


def publish(
    to: Output, work: Casework, selection: Selection, by: str, threshold: int, previous: Path | None
) -> None:
    """Write how many cases are open in each group, with everything hidden that tells of one child.

    Numbers of people below the threshold are hidden. What the table gives away together with the publication
    before is said.

    Raises:
        UsageError: The threshold hides nothing, or the groups are people.
    """
    if by == "caseworker":
        raise UsageError("a table by caseworker is about staff: it is not for publication", "--by team")
    clocks = work.open_clocks(chosen_by(selection, work.rulebook))
    cases = open_cases(clocks, by)
    public = suppress(cases, threshold)
    rows: list[dict[str, float | str | None]] = []
    for name, counts in zip((*cases.rows, TOTAL), public.grid, strict=True):
        counted = dict(zip((*cases.columns, "total"), counts, strict=True))
        rows.append({by: name, **counted, _SHARE: share(counted["overdue"], counted["total"])})
    answer = PublicationAnswer(
        as_at=work.as_at,
        rulebook=work.audit.rulebook,
        by=cast("Literal['district', 'team']", by),
        threshold=threshold,
        withheld=public.withheld,
        legend=legend(threshold),
        columns=(by, *cases.columns, "total", _SHARE),
        rows=tuple(rows),
    )

    def sections() -> Iterator[Section]:
        """Yield the table as a person sees it; nothing names the file it was made from."""
        cells = (
            {key.replace("_", " "): "n/a" if row[key] is None else row[key] for key in answer.columns}
            for row in answer.rows
        )
        yield table(
            f"Open cases by {by} as at {day(answer.as_at)}",
            () if answer.withheld else cells,
            text=(by,),
            before=(_WITHHELD,) if answer.withheld else (),
            after=(answer.legend,),
        )

    told = warnings(previous, answer.rows, (by,), threshold)
    to.write(
        Document(
            f"Open cases by {by}",
            answer,
            answer.columns,
            lambda: answer.rows,
            sections,
            notes=(answer.legend,),
            nameless=True,
            published=f"This sheet holds one table: open cases by {by}, each in one state.",
            made_from=MadeFrom(work.as_at, answer.rulebook, read_of(work.audit.input)),
        )
    )
    if not to.for_people:
        hidden = sum(value == HIDDEN for row in answer.rows for value in row.values())
        every = len(answer.rows) * (len(answer.columns) - 1)
        say(f"{hidden} of {every} numbers hidden. {answer.legend}")
    say(*told)

"""`ehcp template`: the header of a case file, and what each of its columns means."""

from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.cli.examples import examples
from ehcp_timeline.cli.options import Force, OutputFile
from ehcp_timeline.cli.output import choose_output, say

if TYPE_CHECKING:
    from ehcp_timeline.cases.columns import Column


@examples("ehcp template -o cases.csv", "ehcp template --rows > cases.csv")
def template(
    *,
    rows: Annotated[
        bool, typer.Option("--rows", help="Say on standard error what each column means.")
    ] = False,
    output: OutputFile = None,
    force: Force = False,
) -> None:
    """Print the header of a case file as CSV. Only case_id must be filled; leave out what you do not have."""
    to = choose_output("csv" if output is None else None, output, force=force, formats=("csv",))
    from ehcp_timeline.cases.columns import vocabulary

    columns = vocabulary().columns
    to.send(f"{','.join(columns)}\n")
    if rows:
        say(*(f"{one.id}: {one.says}{_values(one)}" for one in columns.values()))


def _values(column: "Column") -> str:
    """Return what a column's cells may hold."""
    match column.kind:
        case "event" | "date":
            return " (a date, as 2026-01-31)"
        case "flag":
            return " (yes or no)"
        case "codes":
            several = ", several joined by +" if column.several else ""
            return f" ({', '.join(column.codes)}{several})"
        case "text":
            return ""

"""`ehcp template`: the header of a case file, and what each of its columns means."""

from typing import Annotated

import typer

from ehcp_timeline.shell.destination import choose_output, say
from ehcp_timeline.shell.help_text import examples
from ehcp_timeline.shell.open import law, names, settings
from ehcp_timeline.shell.options import Force, OutputFile


@examples("ehcp template -o cases.csv", "ehcp template -o cases.xlsx", "ehcp template --rows > cases.csv")
def template(
    *,
    rows: Annotated[
        bool, typer.Option("--rows", help="Say on standard error what each column means.")
    ] = False,
    output: OutputFile = None,
    force: Force = False,
) -> None:
    """Print an empty case file, as CSV or an Excel workbook.

    Only case_id must be filled; leave out what you do not have. In the workbook dates and codes are checked
    while they are typed, and a second sheet says what each column means.
    """
    to = choose_output(None if output else "csv", output, force=force, formats=("csv", "xlsx"))
    from ehcp_timeline.commands.template.workbook import template_workbook, values_in_words

    columns = names(law(None, settings(None))).columns
    for target in to:
        book = target.format == "xlsx"
        target.send(template_workbook(columns) if book else f"{','.join(columns)}\n")
    if rows:
        held = {column.id: values_in_words(column) for column in columns.values()}
        say(
            *(
                f"{column.id}: {column.says}{f' ({held[column.id]})' if held[column.id] else ''}"
                for column in columns.values()
            )
        )

"""`ehcp columns`: how a case file is read, what its columns hold, and what to say of it in ehcp.toml."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.shell.destination import choose_output
from ehcp_timeline.shell.help_text import examples, exit_codes
from ehcp_timeline.shell.open import STDIN, case_file, law, names, settings
from ehcp_timeline.shell.options import AsAt, Config, Format, Full, Rules
from ehcp_timeline.shell.parse import day_asked

CANNOT_BE_JUDGED = 2


@exit_codes("0  the file can be judged", "2  it cannot, or cannot be read at all")
@examples(
    "ehcp columns cases.csv",
    "ehcp columns export.xlsx --format toml > ehcp.toml",
    "ehcp columns cases.csv --format json",
)
def columns(
    file: Annotated[Path, typer.Argument(metavar="FILE", hidden=True)],
    *,
    as_at: AsAt = None,
    full: Full = False,
    asked: Format = None,
    overlays: Rules = None,
    config: Config = None,
) -> None:
    """Say how a file is read: what each heading is taken for, what its cells look like, what is left out.

    FILE is a case file; `-` is standard input. No cell is shown, only what cells look like. `toml` prints the
    lines for ehcp.toml that the file calls for. Formats: table, plain, json, toml.
    """
    to = choose_output(asked, (), force=False, formats=("table", "plain", "json", "toml"), full=full)
    when, settled = day_asked(as_at), settings(config)
    rulebook = law(overlays, settled)
    vocabulary = names(rulebook)
    from ehcp_timeline.cases.mapping.model import NO_MAPPINGS
    from ehcp_timeline.commands.columns.profile import profile_of, profile_of_stopped
    from ehcp_timeline.commands.columns.suggest_mapping import mapping_text
    from ehcp_timeline.commands.columns.view import columns_sections
    from ehcp_timeline.measure.date_order import date_order
    from ehcp_timeline.output.document import Document

    said = (settled.mappings or NO_MAPPINGS).of_file(str(file))
    try:
        source = case_file(file, vocabulary, when, settled)
    except CaseFileError as stops:
        if str(file) == STDIN:
            raise  # it can be read only once
        answer = profile_of_stopped(str(file), vocabulary, said, when, stops)
    else:
        answer = profile_of(source, vocabulary, said, when)
        if not answer.stops:
            answer = replace(answer, date_order=date_order(rulebook, source, when))
    mapping = mapping_text(answer, vocabulary.columns, said if settled.mappings else None)
    answer = replace(answer, mapping=mapping)
    to.write(
        Document(
            "Columns",
            answer,
            sections=lambda: columns_sections(answer, vocabulary.columns),
            made={"toml": lambda _: mapping},
        )
    )
    raise typer.Exit(CANNOT_BE_JUDGED if answer.stops else 0)

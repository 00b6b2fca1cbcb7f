"""`ehcp columns`: how a case file is read, what its columns hold, and what to say of it in ehcp.toml."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.shell.destination import choose_output
from ehcp_timeline.shell.help_text import examples, exit_codes
from ehcp_timeline.shell.open import STDIN, case_file, law, names, settings
from ehcp_timeline.shell.options import AsAt, Config, Format, Rules
from ehcp_timeline.shell.parse import day_asked

if TYPE_CHECKING:
    from datetime import date

    from ehcp_timeline.cases.mapping.model import FileMapping
    from ehcp_timeline.commands.columns.profile import Portrait
    from ehcp_timeline.law.rulebook import Rulebook
    from ehcp_timeline.measure.result import DateOrder
    from ehcp_timeline.shell.config import Config as Settings

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
    asked: Format = None,
    overlays: Rules = None,
    config: Config = None,
) -> None:
    """Say how a file is read: what each heading is taken for, what its cells look like, what is left out.

    FILE is a case file; `-` is standard input. No cell is shown, only what cells look like. `toml` prints the
    lines for ehcp.toml that the file calls for. Formats: table, plain, json, toml.
    """
    to = choose_output(asked, None, force=False, formats=("table", "plain", "json", "toml"))
    when, settled = day_asked(as_at), settings(config)
    rulebook = law(overlays, settled)
    known = names(rulebook).columns
    portrait, order = _looked_at(file, rulebook, when, settled)
    from ehcp_timeline.commands.columns.suggest_mapping import mapping_text
    from ehcp_timeline.commands.columns.view import columns_answer, columns_sections
    from ehcp_timeline.output.data import json_text

    mapping = mapping_text(portrait, known, _said(file, settled) if settled.mappings else None, order)
    match to.format:
        case "json":
            to.send(json_text(columns_answer(portrait, order, mapping)))
        case "toml":
            to.send(mapping)
        case _:
            to.show(columns_sections(portrait, known, order, mapping))
    raise typer.Exit(CANNOT_BE_JUDGED if portrait.stops else 0)


def _looked_at(
    file: Path, rulebook: "Rulebook", as_at: "date", settled: "Settings"
) -> "tuple[Portrait, DateOrder | None]":
    """Return what a file looks like, also if it is no case file yet, and what hangs on its order of dates."""
    from ehcp_timeline.commands.columns.profile import portrait_of, portrait_of_stopped
    from ehcp_timeline.measure.date_order import date_order

    vocabulary, said = names(rulebook), _said(file, settled)
    try:
        source = case_file(file, vocabulary, as_at, settled)
    except CaseFileError as stops:
        if str(file) == STDIN:
            raise  # it can be read only once
        return portrait_of_stopped(str(file), vocabulary, said, as_at, stops), None
    portrait = portrait_of(source, vocabulary, said, as_at)
    return portrait, None if portrait.stops else date_order(rulebook, source, as_at)


def _said(file: Path, settled: "Settings") -> "FileMapping":
    """Return what ehcp.toml says about a file."""
    from ehcp_timeline.cases.mapping.model import NO_MAPPINGS

    return (settled.mappings or NO_MAPPINGS).of_file(str(file))

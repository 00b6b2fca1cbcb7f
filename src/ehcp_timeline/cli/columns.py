"""`ehcp columns`: how a case file is read, and what each of its headings is taken for."""

from pathlib import Path
from typing import Annotated

import typer

from ehcp_timeline.cli.examples import examples
from ehcp_timeline.cli.opening import case_file, law, names, settings
from ehcp_timeline.cli.options import Config, Format, Rules
from ehcp_timeline.cli.output import choose_output
from ehcp_timeline.cli.today import today


@examples("ehcp columns cases.csv", "ehcp columns cases.csv --format json")
def columns(
    file: Annotated[Path, typer.Argument(metavar="FILE", hidden=True)],
    *,
    asked: Format = None,
    overlays: Rules = None,
    config: Config = None,
) -> None:
    """Say how a file is read: its encoding, its delimiter, what each heading is taken for, what is left out.

    FILE is a case file; `-` is standard input. Formats: table, plain, json.
    """
    to = choose_output(asked, None, force=False, formats=("table", "plain", "json"))
    settled = settings(config)
    vocabulary = names(law(overlays, settled))
    source = case_file(file, vocabulary, today(), settled)
    from ehcp_timeline.report.columns_view import columns_answer, columns_sections
    from ehcp_timeline.report.flat import json_text

    if to.format == "json":
        to.send(json_text(columns_answer(source)))
    else:
        to.show(columns_sections(source, vocabulary.columns))

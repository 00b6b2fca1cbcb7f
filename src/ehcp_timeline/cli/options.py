"""The options that several commands share, each written once."""

from pathlib import Path
from typing import Annotated

import typer

AsAt = Annotated[
    str | None,
    typer.Option("--as-at", metavar="DATE", help="The day to answer for, as 2026-01-31.  [default: today]"),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help="How to print; `table` on a terminal, `plain` elsewhere."
    ),
]
OutputFile = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to a file; its ending says the format."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace the output file if it is there.")]
Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="FILE", help="Lay a local rulebook over the law. Repeatable."),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Use this ehcp.toml.  [default: the nearest one upward]"),
]

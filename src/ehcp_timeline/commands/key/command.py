"""`ehcp key new`: a secret for pseudonyms."""

from pathlib import Path
from typing import Annotated

import typer

from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.options import examples

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
@examples("ehcp key new ~/keys/ehcp.key")
def key(context: typer.Context) -> None:
    """Make a key for pseudonyms."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command("new")
@examples(
    "ehcp key new ~/keys/ehcp.key", "ehcp overdue cases.csv --pseudonymise ~/keys/ehcp.key -o out/list.csv"
)
def new(path: Annotated[Path, typer.Argument(metavar="PATH", hidden=True)]) -> None:
    """Make a key file that only you can read.

    It never replaces an existing key. Whoever has the key can find the case behind a pseudonym: keep it in
    another folder than the files written with it. Without it nobody can make the same pseudonyms again.
    """
    from ehcp_timeline.output.files import write_whole
    from ehcp_timeline.privacy.pseudonyms import new_key

    write_whole(path, new_key(), force=False)
    say(f"made the key file {path}: keep it safe, and in another folder than the files written with it")

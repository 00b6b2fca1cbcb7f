"""The least that a command line made with Typer can do: `--help`."""

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def check(file: str) -> None:
    """Check a file."""
    typer.echo(file)


@app.command()
def timeline(date: str) -> None:
    """Show a timeline."""
    typer.echo(date)


if __name__ == "__main__":
    app()

"""`ehcp verify`: whether an output can be made again from a file, and what differs."""

import io
import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import choose_output
from ehcp_timeline.shell.open import read_config

if TYPE_CHECKING:
    from ehcp_timeline.output.receipt import Receipt, Typed

_AGAIN = (
    *("check", "timeline", "explain", "overdue", "next", "letters", "changes", "scorecard", "compare"),
    *("reconcile", "forecast", "report", "quality", "columns", "convert", "rules list"),
)
"""Commands that a receipt may have run again: with these options they write to standard output alone."""
_OPTION = re.compile("--(?!output|force|refresh|pack)[a-z]+(-[a-z]+)*")
ReceiptFile = Annotated[
    Path | None, options.option("--receipt", "OTHER", "Use the receipt of this other output of the same run.")
]


@options.exit_codes("0  the same answer", "1  something differs", "2  cannot run")
@options.examples(
    "ehcp verify answer.json cases.csv",
    "ehcp verify findings.csv cases.csv",
    "ehcp verify board.html cases.csv --format json",
)
def verify(
    context: typer.Context,
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", hidden=True)],
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE", hidden=True)] = None,
    *,
    receipt: ReceiptFile = None,
    asked: options.Format = None,
) -> None:
    """Check whether an output can be made again, or what differs.

    OUTPUT is a file that `-o` wrote, FILE what it was made from, if anything. The same command is run again,
    with the options and the day that OUTPUT names, and nothing is written. Formats: table, plain, json.
    """
    to = choose_output(asked, (), force=False, formats=("table", "plain", "json"))
    from ehcp_timeline.commands.verify.compare import compare, verify_sections
    from ehcp_timeline.inputs import read_whole
    from ehcp_timeline.output.document import Document
    from ehcp_timeline.output.receipt import find_receipt, left_beside

    data = read_whole(output)
    form, carried = find_receipt(data)
    carried = find_receipt(read_whole(receipt))[1] if receipt else carried or left_beside(output)
    if carried is None:
        raise UsageError(
            f"{receipt or output} has no receipt, inside it or beside it",
            "name another output of the same run with --receipt: JSON, a workbook, a page or a calendar",
        )
    accepted, again = None, None
    if len(carried.input) > len(files or []):
        said = carried.typed.options if carried.typed else {}
        config, named = (
            Path(str(said[key])) if key in said else None for key in ("--config", "--acknowledged")
        )
        accepted = named or read_config(config, Path.cwd()).acknowledged
    if carried.typed and "--split-by" not in carried.typed.options:
        words = list(_words(carried, carried.typed, files or [], form))
        raw = io.BytesIO()
        written = io.TextIOWrapper(raw, encoding="utf-8")
        root: Any = context.find_root().command  # Typer keeps the type to itself
        with redirect_stdout(written), redirect_stderr(io.StringIO()):
            root.main(args=words, prog_name="ehcp", standalone_mode=False)
        written.flush()
        again = raw.getvalue()
    answer = compare(data, form, carried, files or [], accepted, again)
    to.write(Document("Verification", answer, sections=lambda: verify_sections(answer, str(output))))
    raise typer.Exit(0 if answer.same else options.FOUND)


def _words(receipt: "Receipt", typed: "Typed", files: list[Path], form: str) -> Iterator[str]:
    """Yield the words of the command that made an output, with these files instead of its own.

    Raises:
        UsageError: There are more or fewer files than it was made from.
    """
    if len(files) != typed.arguments.count(None):
        raise UsageError(
            f"the output was made from {typed.arguments.count(None)} files, and {len(files)} are given",
            "name each of them, in the order in which they were given",
        )
    if typed.command not in _AGAIN or any(not _OPTION.fullmatch(name) for name in typed.options):
        raise UsageError(
            "verify does not run the command that the receipt names", "run it yourself and compare"
        )
    yield from typed.command.split()
    for option, value in typed.options.items():
        for word in value if isinstance(value, list) else [value]:
            yield option if word is True else f"{option}={word}"
    yield from ("--format", form)
    if receipt.as_at and typed.command != "rules list":
        yield from ("--as-at", str(receipt.as_at))
    yield "--"  # what follows is not an option, whatever it looks like
    given = iter(files)
    yield from (str(next(given)) if word is None else word for word in typed.arguments)

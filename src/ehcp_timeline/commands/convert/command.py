"""`ehcp convert`: any file that can be read, as the canonical case file, and what that leaves behind."""

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from ehcp_timeline.errors import OutputError, UsageError
from ehcp_timeline.shell.destination import OutputTarget, choose_output, one_path, say, typed
from ehcp_timeline.shell.exit_codes import CANNOT_RUN, NOT_ALL_JUDGED
from ehcp_timeline.shell.help_text import examples, exit_codes
from ehcp_timeline.shell.list_command import key_asked
from ehcp_timeline.shell.options import CaseFilePaths, ExitZero, FileOptions, Force, Pseudonymise, Strict, Top
from ehcp_timeline.shell.parse import choice

if TYPE_CHECKING:
    from datetime import date

    from ehcp_timeline.commands.convert.canonical import ConvertAnswer, Converted

FORMATS = ("csv", "xlsx", "parquet")
REPORT = "json"


@exit_codes(
    "0  everything could be read",
    "2  cannot run, or --strict and the file has a problem",
    "3  written, but some rows or cells could not be read",
)
@examples(
    "ehcp convert SEN2.xml -o cases.csv",
    "ehcp convert export.xlsx -o cases.parquet --format json",
    "ehcp convert cases.csv --pseudonymise ~/keys/ehcp.key -o out/cases.csv",
)
def convert(
    files: CaseFilePaths,
    *,
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to: cases.csv, .xlsx or .parquet."),
    ] = None,
    asked: Annotated[
        str | None,
        typer.Option(
            "--format", "-f", metavar="FORMAT", help="csv, xlsx or parquet; json prints the report instead."
        ),
    ] = None,
    force: Force = False,
    pseudonymise: Pseudonymise = None,
    top: Top = 20,
    exit_zero: ExitZero = False,
    strict: Strict = False,
    about: FileOptions,
) -> None:
    """Write any file that can be read as a plain case file.

    FILE is a case file; `-` is standard input. The report on standard error lists what was left behind:
    headings that no deadline needs, cells that could not be read (the new file holds their own words, and
    they stay unknown), rows that cannot be judged.
    """
    to = _target(asked, one_path(output), force=force)
    key = key_asked(pseudonymise, output)
    asks = about.request()
    from ehcp_timeline.commands.convert.canonical import convert as convert_cases

    converted = convert_cases(asks.sources(files), asks.vocabulary, asks.as_at)
    if key is not None:
        from ehcp_timeline.commands.convert.canonical import pseudonymised_cases

        converted = pseudonymised_cases(converted, key)
    from ehcp_timeline.commands.convert.view import convert_sections
    from ehcp_timeline.output.receipt import Receipt

    answer = _write(to, converted, asks.as_at, pseudonymised=key is not None)
    receipt = Receipt.of(answer, typed())
    to.leave_receipt(receipt if key is None else receipt.without_people())
    if _is_report(asked):
        from ehcp_timeline.output.document import Document

        OutputTarget(REPORT, None, force=False).write(
            Document("Conversion", answer, nameless=pseudonymise is not None)
        )
    else:
        from ehcp_timeline.output.plain import plain_text

        say(*plain_text(convert_sections(answer, top)).splitlines())
    if code := _exit_code(answer, strict=strict, exit_zero=exit_zero):
        raise typer.Exit(code)


def _write(
    to: OutputTarget, converted: "Converted", as_at: "date", *, pseudonymised: bool
) -> "ConvertAnswer":
    """Write the case file, and return what there is to say of it."""
    from ehcp_timeline.commands.convert.canonical import BlankWord, ConvertAnswer, FileWritten, TimesDropped
    from ehcp_timeline.commands.convert.write import apostrophes, case_file_bytes
    from ehcp_timeline.privacy.pseudonyms import STATEMENT

    data = case_file_bytes(converted, to.format)
    to.send(data)
    return ConvertAnswer(
        as_at=as_at,
        input=converted.input,
        output=FileWritten(
            name=str(to.path or "-"),
            format=cast("Literal['csv', 'xlsx', 'parquet']", to.format),
            sha256=hashlib.sha256(data).hexdigest(),
            rows=converted.frame.height,
            columns=tuple(column.id for column in converted.columns),
            copies_told_apart=converted.copies,
            apostrophes=apostrophes(converted) if to.format == "csv" else 0,
        ),
        statement=STATEMENT if pseudonymised else None,
        left_behind=converted.left_behind,
        blank_words=tuple(word for word in converted.rewritten if isinstance(word, BlankWord)),
        times_dropped=tuple(times for times in converted.rewritten if isinstance(times, TimesDropped)),
        cells=converted.cells,
        rows=converted.rows,
        remarks=converted.remarks,
        rewritten=converted.rewritten,
    )


def _is_report(asked: str | None) -> bool:
    return asked is not None and choice("--format", asked, (*FORMATS, REPORT)) == REPORT


def _target(asked: str | None, output: Path | None, *, force: bool) -> OutputTarget:
    """Return where the case file goes.

    Raises:
        UsageError: The format is unknown, or the report and the cases would both go to standard output.
        OutputError: The file cannot be written.
    """
    form = None if _is_report(asked) else asked
    if output is None or str(output) == "-":
        if _is_report(asked):
            raise UsageError("--format json prints the report: the cases need a file", "add -o cases.csv")
        form = form or "csv"
    (to,) = choose_output(form, [output] if output else (), force=force, formats=FORMATS)
    if to.path is None and sys.stdout.isatty():
        raise OutputError("a case file is not for a screen", "add -o cases.csv")
    return to


def _exit_code(answer: "ConvertAnswer", *, strict: bool, exit_zero: bool) -> int:
    """Return what the run ends with; the file is written all the same."""
    if not (answer.rows or answer.cells):
        return 0
    if strict:
        return CANNOT_RUN
    return 0 if exit_zero else NOT_ALL_JUDGED

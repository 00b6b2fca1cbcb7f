"""`ehcp convert`: any file that can be read, as the canonical case file, and what that leaves behind."""

import hashlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from ehcp_timeline.errors import OutputError, UsageError
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import OutputTarget, choose_output, one_path, say, typed
from ehcp_timeline.shell.parse import choice

FORMATS = ("csv", "xlsx", "parquet")
REPORT = "json"


@options.exit_codes(
    "0  everything could be read",
    "2  cannot run, or --strict and the file has a problem",
    "3  written, but some headings, rows or cells could not be read",
)
@options.examples(
    "ehcp convert SEN2.xml -o cases.csv",
    "ehcp convert export.xlsx -o cases.parquet --format json",
    "ehcp convert cases.csv --pseudonymise ~/keys/ehcp.key -o out/cases.csv",
)
def convert(
    files: options.CaseFilePaths,
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
    force: options.Force = False,
    pseudonymise: options.Pseudonymise = None,
    top: options.Top = 20,
    exit_zero: options.ExitZero = False,
    strict: options.Strict = False,
    about: options.FileOptions,
) -> None:
    """Convert any file that can be read to a plain case file.

    FILE is a case file; `-` is standard input. The report on standard error lists what was left behind:
    headings that no deadline needs, cells that could not be read (the new file holds their own words, and
    they stay unknown), rows that cannot be judged.
    """
    reports = asked is not None and choice("--format", asked, (*FORMATS, REPORT)) == REPORT
    path, form = one_path(output), None if reports else asked
    if path is None or str(path) == "-":
        if reports:  # a report and the cases cannot both go to standard output
            raise UsageError("--format json prints the report: the cases need a file", "add -o cases.csv")
        form = form or "csv"
    (to,) = choose_output(form, [path] if path else (), force=force, formats=FORMATS)
    if to.path is None and sys.stdout.isatty():
        raise OutputError("a case file is not for a screen", "add -o cases.csv")
    key = options.key_asked(pseudonymise, output)
    asks = about.request()
    from ehcp_timeline.commands.convert.canonical import (
        UNREAD,
        FileWritten,
        apostrophes,
        case_file_bytes,
        pseudonymised_cases,
    )
    from ehcp_timeline.commands.convert.canonical import convert as convert_cases
    from ehcp_timeline.commands.convert.view import convert_sections
    from ehcp_timeline.output.receipt import Receipt

    converted = convert_cases(asks.sources(files), asks.vocabulary, asks.as_at)
    if key is not None:
        converted = pseudonymised_cases(converted, key)
    data = case_file_bytes(converted, to.format)
    to.send(data)
    written = FileWritten(
        name=str(to.path or "-"),
        format=cast("Literal['csv', 'xlsx', 'parquet']", to.format),
        sha256=hashlib.sha256(data).hexdigest(),
        rows=converted.frame.height,
        columns=tuple(converted.frame.columns),
        copies_told_apart=converted.copies,
        apostrophes=apostrophes(converted) if to.format == "csv" else 0,
    )
    answer = replace(converted.answer, output=written)
    receipt = Receipt.of(answer, typed())
    to.leave_receipt(receipt if key is None else receipt.without_people())
    if reports:
        from ehcp_timeline.output.document import Document

        document = Document("Conversion", answer, nameless=pseudonymise is not None)
        OutputTarget(REPORT, None, force=False).write(document)
    else:
        from ehcp_timeline.output.sections import plain_text

        say(*plain_text(convert_sections(answer, top)).splitlines())
    undecided = any(remark.rule == UNREAD for remark in converted.answer.remarks)
    if (answer.rows or answer.cells or undecided) and (strict or not exit_zero):
        raise typer.Exit(options.CANNOT_RUN if strict else options.NOT_ALL_JUDGED)

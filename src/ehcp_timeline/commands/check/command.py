"""`ehcp check`: what is late, what is due soon and what cannot be judged in one or more case files."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.commands.check.exceptions.command import tell_exceptions
from ehcp_timeline.shell.destination import Output, choose_output, say
from ehcp_timeline.shell.exit_codes import FAIL_ON, exit_code
from ehcp_timeline.shell.help_text import examples, exit_codes
from ehcp_timeline.shell.open import case_files, law, names, settings
from ehcp_timeline.shell.options import (
    AsAt,
    AssumeBlank,
    Caseworker,
    Config,
    DeadlineIds,
    District,
    DueWithin,
    Exceptions,
    ExitZero,
    FailOn,
    Force,
    Format,
    Include,
    Kind,
    Oldest,
    OutputFile,
    Rules,
    Strict,
    Team,
    Top,
    Verify,
    Who,
    chosen,
    known_columns,
)
from ehcp_timeline.shell.parse import choice, day_asked
from ehcp_timeline.shell.progress import progress

if TYPE_CHECKING:
    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.law.rulebook import Rulebook
    from ehcp_timeline.measure.result import Audit

FORMATS = ("table", "plain", "csv", "json", "ndjson", "parquet", "md")


@exit_codes(
    "0  nothing is overdue",
    "1  something is overdue (or what --fail-on names)",
    "2  cannot run, or --strict and the file has a problem",
    "3  nothing is overdue, but some rows could not be judged",
)
@examples(
    "ehcp check cases.csv",
    "ehcp check cases.csv --as-at 2026-01-15 --format json",
    "ehcp check cases.csv --include late --caseworker 'A. Khan' -o late.csv",
    "export-cases | ehcp check - --fail-on none",
)
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", hidden=True)],
    *,
    as_at: AsAt = None,
    due_within: DueWithin = 14,
    oldest: Oldest = 10,
    top: Top = 20,
    include: Include = None,
    kind: Kind = None,
    who: Who = None,
    deadline: DeadlineIds = None,
    district: District = None,
    team: Team = None,
    caseworker: Caseworker = None,
    fail_on: FailOn = "overdue",
    exit_zero: ExitZero = False,
    strict: Strict = False,
    assume_blank: AssumeBlank = None,
    verify: Verify = 20,
    exceptions: Exceptions = False,
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    overlays: Rules = None,
    config_file: Config = None,
) -> None:
    """Say what is overdue, what is due soon, the oldest cases and when the backlog clears.

    FILE is a case file; `-` is standard input. Lists the authority's statutory clocks unless --kind and
    --who say otherwise; every clock is counted. Formats: table, plain, csv, json, ndjson, parquet, md.
    """
    to = choose_output(asked, output, force=force, formats=FORMATS)
    fails = choice("--fail-on", fail_on, tuple(FAIL_ON))
    when, config = day_asked(as_at), settings(config_file)
    rulebook = law(overlays, config)
    vocabulary = names(rulebook)
    whose = {"district": district, "team": team, "caseworker": caseworker}
    asked_for = chosen(rulebook, due_within, include=include, kind=kind, who=who, deadline=deadline, **whose)
    blank = known_columns(assume_blank, vocabulary)
    sources = case_files(files, vocabulary, when, config)
    if exceptions:
        tell_exceptions(to, rulebook, sources, when, top)
        return
    sources[0].begin()  # while what judges is loaded
    from ehcp_timeline.measure.audit import check_files

    on_page = to.format in ("table", "plain")
    with progress(sources) as tell:
        audit = check_files(
            rulebook,
            sources,
            when,
            asked_for,
            oldest=oldest,
            top=max(top, 1) if on_page and _is_about_own(asked_for) else None,
            ranked=on_page,
            assume_blank=blank,
            sample=verify,
            tell=tell,
        )
    _write(to, audit, rulebook, asked_for, top=top, files=files)
    failed = bool(audit.breaches & FAIL_ON[fails])
    raise typer.Exit(exit_code(audit, failed=failed, strict=strict, exit_zero=exit_zero))


def _is_about_own(selection: "Selection") -> bool:
    """Say whether a list is of the authority's own duties: a page of them needs no more than it shows."""
    return selection.kinds == {"statutory"} and selection.who == {"authority"}


def _write(
    to: Output,
    audit: "Audit",
    rulebook: "Rulebook",
    selection: "Selection",
    *,
    top: int,
    files: Sequence[Path],
) -> None:
    """Write the answer in the format that was chosen; what data leave out is said on standard error."""
    if to.format in ("table", "plain"):
        from ehcp_timeline.commands.check.view import check_sections

        all_running = selection.everything or "running" in selection.verdicts
        soon = None if all_running else selection.due_within
        words = shlex.join(map(str, files))
        to.show(check_sections(audit, rulebook, top=top, soon=soon, files=words))
        return
    from ehcp_timeline.output.summary import summary_lines

    to.send(_data(to.format, audit))
    say(*summary_lines(audit))


def _data(form: str, audit: "Audit") -> str | bytes | Iterator[bytes]:
    """Return the answer in one of the formats that are data: complete, and in file order."""
    from ehcp_timeline.cases.prefetch import ahead
    from ehcp_timeline.measure.answer import Finding, keys, lines_of, values
    from ehcp_timeline.output import data

    columns = keys(Finding)
    match form:
        case "json":
            return data.json_text(values(audit))
        case "csv":
            return data.csv_text(lines_of(audit.findings, Finding), columns)
        case "ndjson":
            return ahead(data.ndjson_blocks(audit.findings.select(columns)))
        case "parquet":
            return data.parquet_bytes(audit.findings.select(columns))
        case _:
            title = f"EHC plan time limits as at {audit.as_at}"
            return data.markdown_text(lines_of(audit.findings, Finding), columns, title)

"""`ehcp check`: what is late, what is due soon and what cannot be judged in one or more case files."""

import shlex
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import FOR_PEOPLE, ROW_FORMATS, say
from ehcp_timeline.shell.open import progress, say_unused
from ehcp_timeline.shell.parse import choice, typed_again, typed_options

if TYPE_CHECKING:
    import polars as pl

    from ehcp_timeline.measure.result import Audit
    from ehcp_timeline.output.document import Document

FORMATS = (*options.DATED_FORMATS, "parquet")


@options.exit_codes(
    "0  nothing is overdue",
    "1  something is overdue (or what --fail-on names)",
    "2  cannot run, or --strict and the file has a problem",
    "3  nothing is overdue, but what could not be read left something unknown",
)
@options.examples(
    "ehcp check cases.csv",
    "ehcp check cases.csv --as-at 2026-01-15 --format json",
    "ehcp check cases.csv --include late --caseworker 'A. Khan' -o late.csv",
    "export-cases | ehcp check - --fail-on none",
)
def check(
    files: options.CaseFilePaths,
    *,
    due_within: options.DueWithin = 14,
    lists: Annotated[
        bool, typer.Option("--list", help="List the cases too: one table for each kind of duty.")
    ] = False,
    full: options.Full = False,
    oldest: options.Oldest = 10,
    top: options.Top = 20,
    include: options.Include = None,
    duties: options.DutyOptions,
    groups: options.GroupOptions,
    fail_on: options.FailOn = "overdue",
    exit_zero: options.ExitZero = False,
    strict: options.Strict = False,
    assume_blank: options.AssumeBlank = None,
    verify: options.Verify = 20,
    acknowledged: options.Acknowledged = None,
    exceptions: options.Exceptions = False,
    split_by: options.SplitBy = None,
    output: options.OutputOptions,
    about: options.FileOptions,
) -> None:
    """Show on one screen what is overdue, due soon and unclear.

    FILE is a case file; `-` is standard input. A terminal shows one screen; a pipe or file has everything.
    Counts the authority's statutory deadlines unless --kind and --who say otherwise. Formats: table, plain,
    csv, json, ndjson, parquet, md, xlsx, ics.
    """
    to = output.choose_split(split_by, ROW_FORMATS if exceptions else FORMATS, full=full or not exceptions)
    fails = choice("--fail-on", fail_on, tuple(options.FAIL_ON))
    asks = about.request()
    rulebook, when = asks.rulebook, asks.as_at
    asked_for = options.chosen(rulebook, duties, groups, due_within=due_within, include=include)
    blank = asks.columns(assume_blank)
    sources = asks.sources(files)
    if exceptions:
        from ehcp_timeline.commands.check.exceptions import exceptions_of, exceptions_sections
        from ehcp_timeline.output.document import Document

        answer = exceptions_of(rulebook, sources, when)
        shown = partial(exceptions_sections, answer, top)
        to.write(Document.of_list(f"Exceptions claimed as at {when}", answer, "claims", shown))
        return
    accepted = asks.acknowledged(acknowledged)
    sources[0].begin()  # while what judges is loaded
    from ehcp_timeline.measure.audit import check_files

    rows: list[pl.DataFrame] | None = [] if split_by == "school" else None
    if rows is not None and len(sources) > 1:
        raise UsageError("--split-by school is for one file", "check the files one by one")
    with progress(sources) as tell:
        audit = check_files(
            rulebook,
            sources,
            when,
            asked_for,
            oldest=oldest,
            top=max(top, 1) if to.for_people else None,
            ranked=to.for_people or (None if to.formats() & set(FOR_PEOPLE) else False),
            assume_blank=blank,
            sample=verify,
            tell=tell,
            keep=rows,
            acknowledged=accepted,
        )
    say_unused(audit.acknowledged)
    document = _document(audit)
    if rows is not None:
        from ehcp_timeline.measure.casework import rows_with_contacts

        document = replace(document, lines=partial(rows_with_contacts, audit.findings, rows))
    for target in to:
        if target.for_people:
            from ehcp_timeline.commands.check.view import Page, check_sections

            all_running = asked_for.everything or "running" in asked_for.verdicts
            page = Page(
                top=top,
                soon=None if all_running else asked_for.due_within,
                files=shlex.join(map(str, files)),
                again=typed_again(),
                law=typed_options(
                    {"--as-at": about.as_at, "--rules": about.overlays, "--config": about.config_file}
                ),
                whose=tuple(sorted(name for names in asked_for.groups.values() for name in names)),
                lists=lists,
                full=full or (target.format == "plain" and not lists),
            )
            ranked = audit if audit.ranked is None else replace(audit, findings=audit.ranked)
            sections = partial(check_sections, ranked, rulebook, page, target.fits_screen)
            target.write(replace(document, sections=sections))
        else:
            target.write(document)
    if not to.for_people:
        from ehcp_timeline.output.summary import summary_lines

        say(*summary_lines(audit))
    failed = bool(audit.breaches & options.FAIL_ON[fails])
    raise typer.Exit(options.exit_code(audit, failed=failed, strict=strict, exit_zero=exit_zero))


def _document(audit: "Audit") -> "Document":
    from ehcp_timeline.measure.answer import Finding, keys
    from ehcp_timeline.output import data
    from ehcp_timeline.output.calendar import entries_of
    from ehcp_timeline.output.document import Document

    columns = keys(Finding)
    return Document.of_list(
        f"EHC plan time limits as at {audit.as_at}",
        audit,
        "findings",
        entries=partial(entries_of, as_at=audit.as_at),
        made={
            "parquet": lambda receipt: data.parquet_bytes(audit.findings.select(columns), receipt.json),
        },
    )

"""`ehcp check`: what is late, what is due soon and what cannot be judged in one or more case files."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.cli.check_options import (
    AssumeBlank,
    Caseworker,
    DeadlineIds,
    District,
    DueWithin,
    ExitZero,
    FailOn,
    Include,
    Kind,
    Oldest,
    Strict,
    Team,
    Top,
    Who,
    chosen,
)
from ehcp_timeline.cli.examples import examples
from ehcp_timeline.cli.exits import FAIL_ON, exit_code
from ehcp_timeline.cli.options import AsAt, Config, Force, Format, OutputFile, Rules
from ehcp_timeline.cli.output import Output, choose_output, say
from ehcp_timeline.cli.words import choice, day_asked

if TYPE_CHECKING:
    from ehcp_timeline.audit.result import Audit

FORMATS = ("table", "plain", "csv", "json", "ndjson", "parquet", "md")


@examples(
    "ehcp check cases.csv",
    "ehcp check cases.csv --as-at 2026-01-15 --format json",
    "ehcp check cases.csv --include late --caseworker 'A. Khan' -o late.csv",
    "export-cases | ehcp check - --fail-on none",
)
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Case files; `-` is standard input.")
    ],
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
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    overlays: Rules = None,
    config: Config = None,
) -> None:
    """Say what is overdue, what is due soon, the oldest cases and when the backlog clears.

    Lists the authority's statutory clocks unless --kind and --who say otherwise; all are counted.
    Formats: table, plain, csv, json, ndjson, parquet, md. Exit 0: nothing overdue. 1: something is.
    2: cannot run. 3: nothing overdue, but some rows could not be judged.
    """
    to = choose_output(asked, output, force=force, formats=FORMATS)
    fails = choice("--fail-on", fail_on, FAIL_ON)
    rulebook = load_law(overlays, config)
    selection = chosen(
        rulebook,
        due_within=due_within,
        include=include,
        kind=kind,
        who=who,
        deadline=deadline,
        district=district,
        team=team,
        caseworker=caseworker,
    )
    audit = ...
    _write(to, audit, top, files)
    raise typer.Exit(
        exit_code(audit, fail_on=fails, due_within=due_within, strict=strict, exit_zero=exit_zero)
    )

"""`ehcp overdue`: what is late, worst first, with what to do next; and what can still be saved."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.destination import Output, prepare_folder, say
from ehcp_timeline.shell.disclosure import Disclosure, Previous, Threshold, asked_to_suppress
from ehcp_timeline.shell.exit_codes import exit_code
from ehcp_timeline.shell.help_text import examples, exit_codes
from ehcp_timeline.shell.list_command import (
    By,
    CaseFileArgument,
    Pseudonymise,
    group_asked,
    key_asked,
    list_output,
    question,
    sheet_of,
    without_people,
)
from ehcp_timeline.shell.options import (
    AsAt,
    AssumeBlank,
    Caseworker,
    Config,
    DeadlineIds,
    District,
    ExitZero,
    Force,
    Format,
    Full,
    Kind,
    OutputFile,
    Rules,
    Strict,
    Team,
    Top,
    Who,
    chosen,
)
from ehcp_timeline.shell.parse import choice

if TYPE_CHECKING:
    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.measure.casework import Casework
    from ehcp_timeline.privacy.pseudonyms import Key

SPLIT_FORMATS = ("csv", "xlsx", "md", "ndjson")


@dataclass(frozen=True, slots=True)
class _Asked:
    """How a list is to be shown.

    Attributes:
        selection: Which clocks.
        by: The column of the groups, if any.
        top: How many lines a page shows.
        key: The key for pseudonyms, if any.
    """

    selection: "Selection"
    by: str | None
    top: int
    key: "Key | None"


@exit_codes(
    "0  nothing that was asked for is overdue",
    "1  something is",
    "2  cannot run, or --strict and the file has a problem",
    "3  nothing is overdue, but some rows could not be judged",
)
@examples(
    "ehcp overdue cases.csv --by team",
    "ehcp overdue cases.csv --split-by caseworker -o lists/",
    "ehcp overdue cases.csv --save-list -o save.xlsx",
    "ehcp overdue cases.csv --by district --disclosure suppress -o public.csv",
)
def overdue(
    file: CaseFileArgument,
    *,
    as_at: AsAt = None,
    by: By = None,
    split_by: Annotated[
        str | None,
        typer.Option("--split-by", metavar="GROUP", help="One file for each, in the folder of -o."),
    ] = None,
    save_list: Annotated[
        bool, typer.Option("--save-list", help="In-time cases at risk instead: first due first.")
    ] = False,
    top: Top = 20,
    kind: Kind = None,
    who: Who = None,
    deadline: DeadlineIds = None,
    district: District = None,
    team: Team = None,
    caseworker: Caseworker = None,
    pseudonymise: Pseudonymise = None,
    disclosure: Disclosure = "none",
    threshold: Threshold = 5,
    previous: Previous = None,
    exit_zero: ExitZero = False,
    strict: Strict = False,
    assume_blank: AssumeBlank = None,
    full: Full = False,
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    overlays: Rules = None,
    config_file: Config = None,
) -> None:
    """List what is overdue, worst first: what to do next and by when, whom to ask, the law.

    FILE is a case file; `-` is standard input. With --disclosure suppress nobody is listed: a table of open
    cases by group is printed that may be published. Formats: table, plain, csv, json, ndjson, md, xlsx.
    """
    group, files = group_asked("--by", by), group_asked("--split-by", split_by)
    public = asked_to_suppress(disclosure, threshold)
    _check_together(
        files, public=public, pseudonyms=pseudonymise is not None, save_list=save_list, output=output
    )
    key = key_asked(pseudonymise, output)
    to = _folder(asked, output, force=force) if files else list_output(asked, output, force=force, full=full)
    asks = question(as_at, overlays, config_file)
    selection = chosen(
        asks.rulebook,
        kind=kind,
        who=who,
        deadline=deadline,
        district=district,
        team=team,
        caseworker=caseworker,
    )
    from ehcp_timeline.measure.casework import ALL, OPEN

    work = asks.work(asks.source(file), ALL if save_list else OPEN, assume_blank)
    work.check_filters(selection)
    if public:
        from ehcp_timeline.commands.worklists.publication import publish

        publish(to, work, selection, group or "district", threshold, previous)
    elif files:
        _split(to, work, selection, files)
    elif save_list:
        _save_list(to, work, _Asked(selection, group, top, key))
    else:
        _overdue(to, work, _Asked(selection, group, top, key))
    raise typer.Exit(
        exit_code(work.audit, failed=_is_late(work, selection), strict=strict, exit_zero=exit_zero)
    )


def _is_late(work: "Casework", selection: "Selection") -> bool:
    """Say whether the authority has an overdue clock of a statutory duty among those that were asked for."""
    from ehcp_timeline.measure.casework import chosen_by

    frame = work.audit.findings.filter(chosen_by(selection, work.rulebook))
    own = (frame["kind"] == "statutory") & (frame["who"] == "authority") & (frame["verdict"] == "overdue")
    return bool(own.any())


def _check_together(
    files: str | None, *, public: bool, pseudonyms: bool, save_list: bool, output: Path | None
) -> None:
    """Raise UsageError if the options do not fit together."""
    if files and output is None:
        raise UsageError(
            "--split-by writes a file for each name, and there is no folder for them", "add -o lists/"
        )
    if files and (public or pseudonyms):
        raise UsageError("--split-by names people in its file names", "leave it out, or list with --by")
    if public and (save_list or pseudonyms):
        raise UsageError("--disclosure suppress lists nobody", "leave out --save-list and --pseudonymise")


def _folder(asked: str | None, folder: Path | None, *, force: bool) -> Output:
    """Return the folder that lists are written to, one file for each name."""
    form = choice("--format", asked or "csv", SPLIT_FORMATS)
    if folder is not None:
        prepare_folder(folder)
    return Output(form, folder, force)


def _overdue(to: Output, work: "Casework", asked: _Asked) -> None:
    """Write the list of what is overdue."""
    from ehcp_timeline.commands.worklists.answer import OverdueAnswer, OverdueCounts, Work
    from ehcp_timeline.commands.worklists.view import overdue_sections
    from ehcp_timeline.measure.worklists import overdue, worst_first

    late = overdue(work.open_clocks(), work, asked.selection)
    audit, frame = without_people(work.audit, late, asked.key)
    clocks = worst_first(frame)
    sheet = sheet_of("Overdue, worst first", work.as_at, clocks, Work, asked.key)
    counts = OverdueCounts(clocks.height, clocks["case_id"].n_unique())
    sheet.send(
        to,
        OverdueAnswer.of(audit, counts, clocks, sheet.statement),
        lambda: overdue_sections(audit, clocks, asked.by, asked.top),
    )


def _save_list(to: Output, work: "Casework", asked: _Asked) -> None:
    """Write the list of in-time cases at risk."""
    from ehcp_timeline.commands.worklists.answer import RiskCounts, SaveListAnswer, WorkAtRisk
    from ehcp_timeline.commands.worklists.view import risk_sections
    from ehcp_timeline.measure.worklists import at_risk

    case = at_risk(work, asked.selection, "expected_p85")
    audit, clocks = without_people(work.audit, case.clocks, asked.key)
    sheet = sheet_of("In time so far, and at risk", work.as_at, clocks, WorkAtRisk, asked.key)
    counts = RiskCounts(clocks.height, case.in_time, case.untold)
    sheet.send(
        to,
        SaveListAnswer.of(audit, counts, clocks, sheet.statement),
        lambda: risk_sections(audit, clocks, case.untold, asked.top),
    )


def _split(to: Output, work: "Casework", selection: "Selection", column: str) -> None:
    """Write one list for each name, and say which file is whose."""
    from ehcp_timeline.commands.worklists.answer import Work
    from ehcp_timeline.measure.worklists import overdue, split
    from ehcp_timeline.output.files import safe_names, write_folder

    lists = dict(split(overdue(work.open_clocks(), work, selection), column))
    files = safe_names(lists, f".{to.format}", f"no-{column}")
    sheets = {name: sheet_of(f"Overdue: {name}", work.as_at, mine, Work) for name, mine in lists.items()}
    if to.path is not None:
        data = {files[name]: sheet.data(to.format) for name, sheet in sheets.items()}
        write_folder(to.path, data, force=to.force)
        say(f"{len(files)} lists in {to.path}:")
        about = ((files[name], name or f"no {column}", mine.height) for name, mine in lists.items())
        say(*(f"  {file}: {name}, {height} overdue" for file, name, height in about))

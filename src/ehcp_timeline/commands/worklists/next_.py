"""`ehcp next`: one caseworker's order of work for today, on one page."""

from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.help_text import examples
from ehcp_timeline.shell.list_command import (
    CaseFileArgument,
    Pseudonymise,
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
    Force,
    Format,
    Kind,
    OutputFile,
    Rules,
    Team,
    chosen,
)
from ehcp_timeline.shell.parse import choice

if TYPE_CHECKING:
    import polars as pl

    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.measure.casework import Casework


@examples(
    "ehcp next cases.csv --caseworker 'A. Khan'",
    "ehcp next cases.csv --caseworker 'A. Khan' --policy in-time-first",
    "ehcp next cases.csv --team Assessment --top 40 -o today.xlsx",
)
def next_(
    file: CaseFileArgument,
    *,
    caseworker: Caseworker = None,
    policy: Annotated[
        str,
        typer.Option("--policy", metavar="POLICY", help="oldest-first, in-time-first or worst-first."),
    ] = "oldest-first",
    top: Annotated[
        int, typer.Option("--top", min=1, metavar="N", help="How many cases `table` and `plain` show.")
    ] = 15,
    as_at: AsAt = None,
    kind: Kind = None,
    deadline: DeadlineIds = None,
    district: District = None,
    team: Team = None,
    pseudonymise: Pseudonymise = None,
    assume_blank: AssumeBlank = None,
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    overlays: Rules = None,
    config_file: Config = None,
) -> None:
    """Say what to do today, in order: each case once, its next lawful step, by when, and why.

    FILE is a case file; `-` is standard input. oldest-first takes who has waited longest, in-time-first what
    can still be met, worst-first what is most days late. Formats: table, plain, csv, json, ndjson, md, xlsx.
    """
    from ehcp_timeline.measure.worklists import POLICIES

    chosen_policy = choice("--policy", policy, POLICIES)
    key, to = key_asked(pseudonymise, output), list_output(asked, output, force=force)
    asks = question(as_at, overlays, config_file)
    selection = chosen(
        asks.rulebook, kind=kind, deadline=deadline, district=district, team=team, caseworker=caseworker
    )
    from ehcp_timeline.commands.worklists.view import next_sections
    from ehcp_timeline.measure.casework import OPEN
    from ehcp_timeline.measure.worklists import WORK_KEYS, order_of_work
    from ehcp_timeline.output.answers import NEXT, list_answer

    work = asks.work(asks.source(file), OPEN, assume_blank)
    _check_known(work, selection)
    clocks, untold = _todays(work, selection)
    audit, ordered = without_people(
        work.audit, order_of_work(clocks, next(one for one in POLICIES if one == chosen_policy)), key
    )
    title = f"{_whose(selection)}, {chosen_policy}"
    sheet = sheet_of(title, audit, ordered, WORK_KEYS, key)
    summary = {"policy": chosen_policy, "cases": ordered.height, "cannot_be_told": untold}
    sheet.send(
        to,
        lambda: list_answer(NEXT, audit, summary, sheet.statement, work=sheet.lines),
        lambda: next_sections(title, asks.as_at, ordered, untold, top),
    )


def _todays(work: "Casework", selection: "Selection") -> "tuple[pl.DataFrame, int]":
    """Return the clocks on which there is something to do, and how many cannot be told."""
    from ehcp_timeline.measure.casework import chosen_by
    from ehcp_timeline.measure.worklists import workable

    clocks = work.open_clocks()
    mine = clocks.filter(chosen_by(selection, work.rulebook))
    return workable(clocks, work, selection), mine.filter(mine["verdict"] == "unknown").height


def _check_known(work: "Casework", selection: "Selection") -> None:
    """Raise UsageError if no row is of the caseworker that was named."""
    if not selection.caseworkers:
        return
    if "caseworker" not in work.rows.columns:
        raise UsageError("the file has no column for the caseworker", "leave out --caseworker")
    if not selection.caseworkers & set(work.rows["caseworker"].unique()):
        raise UsageError(
            "--caseworker: no row of the file has that name", "write it as the file does; capitals count"
        )


def _whose(selection: "Selection") -> str:
    """Return whose work it is."""
    named = sorted(selection.caseworkers | selection.teams | selection.districts)
    return f"Today for {', '.join(named)}" if named else "Today for everyone"

"""`ehcp next`: one caseworker's order of work for today, on one page."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.exit_codes import exit_code
from ehcp_timeline.shell.help_text import examples, exit_codes
from ehcp_timeline.shell.list_command import document_of, key_asked, without_people
from ehcp_timeline.shell.options import (
    AssumeBlank,
    CaseFilePath,
    DeadlineIds,
    DutyOptions,
    ExitZero,
    FileOptions,
    GroupOptions,
    Kind,
    Names,
    Pseudonymise,
    ScreenOptions,
    SplitBy,
    chosen,
)
from ehcp_timeline.shell.parse import choice

if TYPE_CHECKING:
    from ehcp_timeline.measure.worklists import Policy


@exit_codes(
    "0  nothing that was asked for is overdue",
    "1  something is",
    "2  cannot run",
    "3  nothing is overdue, but what could not be read left something unknown",
)
@examples(
    "ehcp next cases.csv --caseworker 'A. Marsh'",
    "ehcp next cases.csv --caseworker 'A. Marsh' --policy in-time-first",
    "ehcp next cases.csv --team 'Assessment A' --top 40 -o today.xlsx",
)
def next_(
    file: CaseFilePath,
    *,
    policy: Annotated[
        str,
        typer.Option("--policy", metavar="POLICY", help="oldest-first, in-time-first or worst-first."),
    ] = "oldest-first",
    top: Annotated[
        int, typer.Option("--top", min=1, metavar="N", help="How many cases `table` and `plain` show.")
    ] = 15,
    split_by: SplitBy = None,
    names: Names = False,
    kind: Kind = None,
    deadline: DeadlineIds = None,
    groups: GroupOptions,
    pseudonymise: Pseudonymise = None,
    exit_zero: ExitZero = False,
    assume_blank: AssumeBlank = None,
    output: ScreenOptions,
    about: FileOptions,
) -> None:
    """List today's work in order: each case once, its next step.

    FILE is a case file; `-` is standard input. Overdue duties come first, then what is due within 60 days.
    oldest-first takes who has waited longest, in-time-first what is due first, worst-first what is most days
    late. Formats: table, plain, csv, json, ndjson, md, xlsx, ics.
    """
    from ehcp_timeline.measure.worklists import POLICIES

    chosen_policy = cast("Policy", choice("--policy", policy, POLICIES))
    key = key_asked(pseudonymise, output.outputs)
    if split_by and key:
        raise UsageError("--split-by names people in its file names", "leave one of the two out")
    to = output.choose_split(split_by)
    asks = about.request()
    selection = chosen(asks.rulebook, DutyOptions(kind, None, deadline), groups)
    from ehcp_timeline.commands.worklists.answer import NextAnswer, NextCounts, Work
    from ehcp_timeline.commands.worklists.view import next_sections
    from ehcp_timeline.measure.casework import OPEN, chosen_by
    from ehcp_timeline.measure.worklists import order_of_work, workable
    from ehcp_timeline.output.calendar import entries_of
    from ehcp_timeline.privacy.pseudonyms import STATEMENT

    work = asks.work(asks.source(file), OPEN, assume_blank)
    work.check_filters(selection)
    mine = work.open_clocks(chosen_by(selection, work.rulebook))
    untold = mine.filter(mine["verdict"] == "unknown").height
    todays = order_of_work(workable(mine, work), chosen_policy)
    audit, ordered = without_people(work.audit, todays, key)
    named = sorted(selection.caseworkers | selection.teams | selection.districts)
    title = f"Today for {', '.join(named) or 'everyone'}, {chosen_policy}"
    statement, counts = STATEMENT if key else "", NextCounts(chosen_policy, ordered.height, untold)
    answer = NextAnswer.of(audit, counts, ordered, statement)
    sections = partial(next_sections, title, ordered, untold, top)
    document = document_of(title, answer, ordered, Work, sections, statement)
    to.write(replace(document, entries=partial(entries_of, as_at=asks.as_at, steps=True, names=names)))
    raise typer.Exit(exit_code(work.audit, failed=work.is_late(selection), strict=False, exit_zero=exit_zero))

"""`ehcp rules holidays`: what moves in a file if a bank holiday is announced."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.help_text import examples
from ehcp_timeline.shell.list_command import ListOutput, list_output, question
from ehcp_timeline.shell.options import (
    AsAt,
    AssumeBlank,
    Config,
    DeadlineIds,
    Force,
    Format,
    Kind,
    OutputFile,
    Rules,
    Top,
    Who,
    chosen,
)
from ehcp_timeline.shell.parse import day_asked

Add = Annotated[
    list[str],
    typer.Option("--add", metavar="DATE", help="The day that is announced, as 2023-05-08. Repeatable."),
]


@examples(
    "ehcp rules holidays --add 2023-05-08 cases.csv",
    "ehcp rules holidays --add 2027-06-21 cases.csv -o moved.csv",
)
def holidays(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A case file; `-` is standard input.")],
    *,
    add: Add,
    as_at: AsAt = None,
    top: Top = 20,
    kind: Kind = None,
    who: Who = None,
    deadline: DeadlineIds = None,
    assume_blank: AssumeBlank = None,
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    overlays: Rules = None,
    config_file: Config = None,
) -> None:
    """Show what a late-announced bank holiday moves: last working days, and limits in working days.

    The file is judged without the day and with it; a day that is a bank holiday already is taken out of the
    list first. Weeks and months do not move. Formats: table, plain, csv, json, ndjson, md, xlsx.
    """
    to = list_output(asked, output, force=force)
    days = [day_asked(word, "--add") for word in add]
    asks = question(as_at, overlays, config_file)
    selection = chosen(asks.rulebook, kind=kind or ["all"], who=who or ["all"], deadline=deadline)
    from ehcp_timeline.commands.rules.announcement import MOVED_KEYS, moved, without_and_with
    from ehcp_timeline.commands.rules.view.holidays import holidays_sections, title_of
    from ehcp_timeline.measure.casework import ALL, chosen_by
    from ehcp_timeline.output.answers import HOLIDAYS, lines_of, list_answer

    source = asks.source(file)
    before, after = without_and_with(days, lambda: asks.work(source, ALL, assume_blank))
    found = moved(before.audit.findings, after.audit.findings).filter(chosen_by(selection, asks.rulebook))
    _say_of(days)
    sheet = ListOutput(title_of(days), MOVED_KEYS, lines_of(found, MOVED_KEYS), asks.as_at)
    summary = {"added": days, "moved": found.height, "cases": found["case_id"].n_unique()}
    sheet.send(
        to,
        lambda: list_answer(HOLIDAYS, after.audit, summary, "", moved=sheet.lines),
        lambda: holidays_sections(after.audit, days, found, top),
    )


def _say_of(days: Sequence[date]) -> None:
    """Say which of the days are bank holidays already, and which are no working days anyhow."""
    from ehcp_timeline.clock.workdays import is_bank_holiday, is_weekend

    for day in days:
        if is_bank_holiday(day):
            say(f"{day} is a bank holiday already: shown is what its announcement moved")
        elif is_weekend(day):
            say(f"{day} is a {day:%A}: it moves nothing")

"""`ehcp timeline`: every deadline of one case from the dates that are typed, no file needed."""

from typing import Annotated

import typer

from ehcp_timeline.shell.destination import ROW_FORMATS, choose_output
from ehcp_timeline.shell.help_text import examples
from ehcp_timeline.shell.open import law, names, settings
from ehcp_timeline.shell.options import AsAt, Config, Force, Format, Full, OutputFile, Rules
from ehcp_timeline.shell.parse import day_asked


@examples(
    "ehcp timeline request_received=2026-01-12",
    "ehcp timeline draft_sent=2026-02-01",
    "ehcp timeline order_made=2026-03-02 order_kind=make --format json",
)
def timeline(
    words: Annotated[
        list[str],
        typer.Argument(metavar="NAME=VALUE", hidden=True),
    ],
    *,
    as_at: AsAt = None,
    full: Full = False,
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    overlays: Rules = None,
    config: Config = None,
) -> None:
    """Give every deadline of one case, with its law. No file needed; nothing is kept.

    NAME is a column of a case file (`ehcp template --rows` lists them), VALUE a date, a code or yes or no.
    Formats: table, plain, json, csv, ndjson, md, xlsx, ics.
    """
    to = choose_output(asked, output, force=force, formats=(*ROW_FORMATS, "ics"), full=full)
    when = day_asked(as_at)
    from ehcp_timeline.audit.single.judge import judge_case
    from ehcp_timeline.cases.inline import row_from_words
    from ehcp_timeline.commands.timeline.view import TimelineAnswer, TimelineClock, timeline_sections
    from ehcp_timeline.measure.answer import RulebookUsed, keys, values
    from ehcp_timeline.output.calendar import entries_of_case
    from ehcp_timeline.output.document import Document

    rulebook = law(overlays, settings(config))
    row = row_from_words(words, names(rulebook), when)
    judged = judge_case(rulebook, [row], when, foresee=True)
    lines = tuple(
        TimelineClock.of(working.clock, working.deadline, row.texts, row=None) for working in judged
    )
    to.write(
        Document(
            f"Timeline as at {when}",
            TimelineAnswer(when, RulebookUsed.of(rulebook), lines),
            keys(TimelineClock),
            lambda: values(lines),
            lambda: timeline_sections(rulebook, judged, when),
            entries=lambda _: entries_of_case(judged, rulebook, when),
        )
    )

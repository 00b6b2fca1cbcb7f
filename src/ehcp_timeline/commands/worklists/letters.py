"""`ehcp letters`: families to tell before a day is missed, ready for a mail merge; no letter is sent."""

from typing import Annotated

from ehcp_timeline.shell import options

Within = Annotated[
    int, options.option("--within", "DAYS", "Families whose day is at most so many days ahead.", min=0)
]


@options.examples(
    "ehcp letters cases.csv",
    "ehcp letters cases.csv -o letters.xlsx",
    "ehcp letters cases.csv --within 120 -o letters.csv",
)
def letters(
    file: options.CaseFilePath,
    *,
    top: options.Top = 20,
    within: Within = 60,
    deadline: options.DeadlineIds = None,
    groups: options.GroupOptions,
    assume_blank: options.AssumeBlank = None,
    acknowledged: options.Acknowledged = None,
    output: options.ScreenOptions,
    about: options.LawOptions,
) -> None:
    """List cases that will miss their date, to tell each family.

    FILE is a case file; `-` is standard input. A plan is expected when `ehcp forecast --per-case` expects it,
    anything else at the median pace of the last 52 weeks. One line for each family whose day is within 60
    days (--within), for a mail merge; no letter is sent. Formats: table, plain, csv, json, ndjson, md, xlsx.
    """
    to = output.choose()
    asks = about.request()
    selection = options.chosen(asks.rulebook, options.DutyOptions(deadline=deadline), groups)
    from ehcp_timeline.commands.worklists.family_letters import letters_document, projected_plans
    from ehcp_timeline.measure.casework import ALL

    source = asks.source(file)
    work = asks.work(source, ALL, assume_blank, accepted=asks.acknowledged(acknowledged))
    work.check_filters(selection)
    projected = projected_plans(asks.rulebook, source, asks.config, asks.as_at)
    to.write(letters_document(work, selection, top, within, projected))

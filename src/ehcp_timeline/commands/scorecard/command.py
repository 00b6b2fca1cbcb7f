"""`ehcp scorecard`: the numbers councils are judged by, by period and group, beside their targets."""

from dataclasses import replace
from typing import Annotated

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell import destination, kpi_request, options
from ehcp_timeline.shell.open import GROUPS
from ehcp_timeline.shell.parse import choice, day_asked, was_typed

_WHY_HIDDEN = (
    "Small numbers are hidden because a breakdown by {} could tell what one child is; targets and changes "
    "are left out. --disclosure none shows every number, --threshold N hides those below N."
)
By = Annotated[str | None, options.option("--by", "GROUP", f"A line for each {', '.join(GROUPS)}.")]
PeriodWord = Annotated[
    str, options.option("--period", "KIND", "week, month, quarter, year, academic or financial.")
]
Last = Annotated[int | None, options.option("--last", "N", "Only the last N periods.", min=1)]
Series = Annotated[
    str | None, options.option("--series", "monthly", "How things stood at every month's end.")
]
From = Annotated[str | None, options.option("--from", "DATE", "The first period is the one with this day.")]
To = Annotated[str | None, options.option("--to", "DATE", "The last period is the one with this day.")]
Layout = Annotated[
    str, options.option("--layout", "KIND", "wide: periods across, the % beside its #, for a paper.")
]
History = Annotated[
    bool, typer.Option("--history", help="Add the change on a year before, and since when it is the highest.")
]
PackName = Annotated[
    str | None, options.option("--pack", "NAME", "foi or inspection: sheets with definitions.")
]
ListMeasures = Annotated[
    bool, typer.Option("--list-measures", help="Say what every measure counts, and stop.")
]


@options.exit_codes("0  done", "2  cannot run", "3  done, but some rows could not be judged")
@options.examples(
    "ehcp scorecard cases.csv",
    "ehcp scorecard cases.csv --by district --period month -o scorecard.csv",
    "ehcp scorecard cases.csv --by team --period month --layout wide -o paper.md",
    "ehcp scorecard cases.csv --series monthly --format json",
    "ehcp scorecard cases.csv --pack foi -o foi.xlsx",
    "ehcp scorecard cases.csv --by district --disclosure suppress -o out.csv",
)
def scorecard(
    files: options.SomeCaseFilePaths = None,
    *,
    by: By = None,
    period: PeriodWord = "quarter",
    measure: kpi_request.Measures = None,
    last: Last = None,
    series: Series = None,
    since: From = None,
    to_day: To = None,
    layout: Layout = "long",
    history: History = False,
    pack: PackName = None,
    list_measures: ListMeasures = False,
    disclosure: options.DisclosureOptions,
    output: options.ScreenOptions,
    about: options.LawOptions,
) -> None:
    """Count the DfE's measures, beside the council's targets.

    One line for each group and period. What is not recorded is a group of its own; where there is no case
    there is no percentage. Targets, the population and the order of groups stand in ehcp.toml. By sex,
    ethnicity, year_group or setting_type small numbers are hidden unless you say --disclosure none.
    Formats: table, plain, csv, json, ndjson, md, xlsx, html; with --pack .xlsx or a folder of CSV files.
    """
    if list_measures:
        from ehcp_timeline.commands.scorecard.view import measures_document

        output.choose().write(measures_document())
        return
    if not files:
        raise UsageError("no file was given", "ehcp scorecard cases.csv")
    public = disclosure.suppress()
    if pack is not None:
        if disclosure.previous is not None:
            raise UsageError("--previous is for one table, not for a pack", "leave out --pack")
        from ehcp_timeline.commands.scorecard.packs import write_pack

        what = kpi_request.asked_for(files, about, period="year")
        hidden = options.hides(public or (pack == "foi" and not was_typed("--disclosure")))
        hide = disclosure.threshold if hidden else None
        raise typer.Exit(
            write_pack(what, pack, destination.one_path(output.outputs), hide, force=output.force)
        )
    monthly = bool(series and choice("--series", series, ("monthly",)))
    to = output.choose((*destination.ROW_FORMATS, "html"))
    wide = choice("--layout", layout, ("long", "wide")) == "wide"
    kind = "month" if monthly else period
    what = kpi_request.asked_for(files, about, period=kind, by=by, measure=measure)
    group, why = what.question.group, tuple[str, ...]()
    if group and group.protected and not public and not was_typed("--disclosure"):
        why = (_WHY_HIDDEN.format(group.says),)
    if public := options.hides(public or bool(why)):  # a part hides what the whole hides
        from ehcp_timeline.commands.scorecard.public import bound_to

        question = what.question
        measures = bound_to(question.measures, question.kpis.measures, question.kpis.populations)
        what = replace(what, question=replace(question, measures=measures))
    from ehcp_timeline.measure.kpi.lines import PeriodRange
    from ehcp_timeline.measure.kpi.scorecard import make_series

    first = day_asked(since, "--from") if since else None
    end = day_asked(to_day, "--to") if to_day else None
    if first and end and first > end:
        raise UsageError("--from is after --to", "--from 2024-01-01 --to 2024-12-31")
    window = PeriodRange(first, end, last)
    card = make_series(what.question, what.sources, window.since) if monthly else what.counted()
    counted = {wanted.id for wanted in card.question.measures}  # a series counts states alone
    chosen = tuple(
        wanted for wanted in kpi_request.measures_asked(card.question.kpis, measure) if wanted.id in counted
    )
    every = measure or card.question.every_state
    shown = tuple(wanted for wanted in chosen if every or wanted.headline)
    if public:
        from ehcp_timeline.commands.scorecard.public import publish

        publish(to, card, chosen, shown, window, disclosure, wide=wide, why=why)
    else:
        from ehcp_timeline.commands.scorecard.view import write_scorecard

        targets = what.config.targets
        write_scorecard(to, card, shown, window, targets, wide=wide, history=history, full=output.full)
    if why or not (to.for_people or public):
        destination.say(*kpi_request.left_out(card.files))
    raise typer.Exit(kpi_request.exit_code(card.files.inputs))

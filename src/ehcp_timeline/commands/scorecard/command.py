"""`ehcp scorecard`: the numbers councils are judged by, by period and group, beside their targets."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.commands.scorecard.publish import publish_card
from ehcp_timeline.errors import OutputError, UsageError
from ehcp_timeline.shell.destination import ROW_FORMATS, Output, choose_output, say
from ehcp_timeline.shell.disclosure import Disclosure, Threshold, asked_to_suppress
from ehcp_timeline.shell.help_text import examples, exit_codes
from ehcp_timeline.shell.kpi_request import (
    GROUPS,
    FileNames,
    KpiRequest,
    Measures,
    asked_for,
    exit_code,
    left_out,
)
from ehcp_timeline.shell.options import AsAt, Config, Force, Format, OutputFile, Rules
from ehcp_timeline.shell.parse import choice, day_asked

if TYPE_CHECKING:
    import polars as pl

    from ehcp_timeline.law.kpi.model import Measure
    from ehcp_timeline.measure.kpi.scorecard import Scorecard
    from ehcp_timeline.shell.config import Config as Settings

_LAST = {True: 2, False: 5}
"""How many periods a screen shows: broken down by group, and not."""
By = Annotated[
    str | None, typer.Option("--by", metavar="GROUP", help=f"A line for each {', '.join(GROUPS)}.")
]
PeriodWord = Annotated[
    str,
    typer.Option("--period", metavar="KIND", help="month, quarter, year, academic or financial."),
]
Last = Annotated[
    int | None,
    typer.Option("--last", min=1, metavar="N", help="Only the last N periods."),
]
Series = Annotated[
    str | None,
    typer.Option("--series", metavar="monthly", help="How things stood at every month's end."),
]
From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first month of --series.")]
PackName = Annotated[
    str | None,
    typer.Option("--pack", metavar="NAME", help="foi or inspection: sheets with definitions."),
]
ListMeasures = Annotated[
    bool, typer.Option("--list-measures", help="Say what every measure counts, and stop.")
]


@exit_codes("0  done", "2  cannot run", "3  done, but some rows could not be judged")
@examples(
    "ehcp scorecard cases.csv",
    "ehcp scorecard cases.csv --by district --period month -o scorecard.csv",
    "ehcp scorecard cases.csv --period financial --as-at 2025-03-31",
    "ehcp scorecard cases.csv --series monthly --format json",
    "ehcp scorecard cases.csv --pack foi -o foi.xlsx",
    "ehcp scorecard cases.csv --by district --disclosure suppress -o out.csv",
)
def scorecard(
    files: FileNames = None,
    *,
    by: By = None,
    period: PeriodWord = "quarter",
    measure: Measures = None,
    last: Last = None,
    series: Series = None,
    since: From = None,
    pack: PackName = None,
    list_measures: ListMeasures = False,
    disclosure: Disclosure = "none",
    threshold: Threshold = 5,
    as_at: AsAt = None,
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    overlays: Rules = None,
    config_file: Config = None,
) -> None:
    """Count DfE's own measures, and what else councils are asked for, beside the council's targets.

    One line for each group and period. What is not recorded is a group of its own; where there is no case
    there is no percentage. Targets and the population stand in ehcp.toml.
    Formats: table, plain, csv, json, ndjson, md; with --pack a workbook (.xlsx) or a folder of CSV files.
    """
    if list_measures:
        _list_measures(choose_output(asked, output, force=force, formats=ROW_FORMATS))
        return
    if not files:
        raise UsageError("there is no file to count in", "ehcp scorecard cases.csv")
    public = asked_to_suppress(disclosure, threshold)
    if public and pack is not None:
        raise UsageError("a pack is not for publication", "leave out --pack, or --disclosure")
    if pack is not None:
        what = asked_for(files, as_at, overlays, config_file, period="year")
        raise typer.Exit(_pack(what, pack, output, force=force))
    monthly = bool(series and choice("--series", series, ("monthly",)))
    to = choose_output(asked, output, force=force, formats=ROW_FORMATS)
    kind = "month" if monthly else period
    what = asked_for(files, as_at, overlays, config_file, period=kind, by=by, measure=measure)
    card = _card(what, monthly=monthly, since=since)
    if public:
        card = card if last is None else replace(card, lines=_newest(card, last))
        publish_card(to, card, _shown(card, chosen=bool(measure)), threshold)
        raise typer.Exit(exit_code(card.files))
    _write(to, card, what.config, last, chosen=bool(measure))
    raise typer.Exit(exit_code(card.files))


def _card(what: KpiRequest, *, monthly: bool, since: str | None) -> "Scorecard":
    """Count, once or for every month."""
    if not monthly:
        return what.counted()
    from ehcp_timeline.measure.kpi.scorecard import make_series

    first = day_asked(since, "--from") if since else None
    return make_series(what.question, what.sources, what.layout, first)


def _write(to: Output, card: "Scorecard", config: "Settings", last: int | None, *, chosen: bool) -> None:
    """Write the scorecard in the format that was chosen."""
    from ehcp_timeline.commands.scorecard import answer, view
    from ehcp_timeline.commands.scorecard.targets import reached, read_targets
    from ehcp_timeline.measure.kpi.lines import newest
    from ehcp_timeline.measure.kpi.trends import trends

    targets = read_targets(config.targets, card.question.kpis, str(config.path))
    on_screen = to.format in ("table", "plain")
    if not on_screen and last is not None:
        card = replace(card, lines=newest(card.lines, last))
    compared = on_screen or to.format == "json"
    moved = trends(card.lines, card.layout, card.question.measures) if compared else []
    came = list(reached(targets, card.lines, card.layout)) if compared else []
    keys = answer.scorecard_keys(card)
    rows = list(answer.scorecard_rows(card, no_cases=None if to.format == "ndjson" else "no cases"))
    drawn = to.format == "table"
    most = last or (_LAST[card.question.group is not None] if drawn else None)
    across = drawn and card.question.group is None
    shown = view.Shown(_shown(card, chosen=chosen), most, across)
    to.send_rows(
        rows,
        keys,
        answer.scorecard_answer(card, moved, came) if to.format == "json" else {},
        lambda: view.scorecard_sections(card, shown, moved, came),
        f"Scorecard as at {card.question.as_at}",
    )
    if not on_screen:
        say(*left_out(card.files))


def _newest(card: "Scorecard", periods: int) -> "pl.DataFrame":
    """Return the lines of the last so many periods."""
    from ehcp_timeline.measure.kpi.lines import newest

    return newest(card.lines, periods)


def _shown(card: "Scorecard", *, chosen: bool) -> "tuple[Measure, ...]":
    """Return the measures that a screen shows: those that were asked for, or the headlines."""
    return tuple(
        measure for measure in card.question.measures if chosen or measure.headline or card.layout.every_state
    )


def _pack(what: KpiRequest, name: str, path: Path | None, *, force: bool) -> int:
    """Write a pack as a workbook or a folder, and return the exit code."""
    kpis = what.question.kpis
    pack = kpis.packs[choice("--pack", name, tuple(kpis.packs))]
    if path is None:
        raise OutputError("a pack is a workbook or a folder", f"add -o {pack.id}.xlsx, or -o {pack.id}/")
    from ehcp_timeline.commands.scorecard.pack_files import pack_book, pack_csvs
    from ehcp_timeline.measure.kpi.packs import measures_of
    from ehcp_timeline.measure.kpi.scorecard import make_pack
    from ehcp_timeline.output.files import check_folder, check_target, write_folder, write_whole

    as_book = path.suffix.lower() == ".xlsx"
    if as_book:
        check_target(path, force=force)
    else:
        check_folder(path)
    wanted = tuple(measure for measure in kpis.measures if measure.id in measures_of(pack))
    sheets, files = make_pack(pack, replace(what.question, measures=wanted), what.sources, what.layout)
    if as_book:
        notes = [f"{input_.name}: {input_.rows:,} rows, {input_.judged:,} judged." for input_ in files.inputs]
        book = pack_book(pack.says, sheets, as_at=what.question.as_at, notes=notes)
        write_whole(path, book, force=force)
    else:
        write_folder(path, pack_csvs(pack.id, sheets), force=force)
    say(f"{path}: {len(sheets)} sheets as at {what.question.as_at}.")
    return exit_code(files)


def _list_measures(to: Output) -> None:
    """Say what every measure counts."""
    from ehcp_timeline.commands.scorecard import view
    from ehcp_timeline.law.kpi.loader import load_kpis

    kpis = load_kpis()
    to.send_rows(
        list(view.measure_rows(kpis)),
        view.MEASURE_KEYS,
        view.measures_answer(kpis),
        lambda: view.measure_sections(kpis),
        "Measures",
    )

"""`ehcp scorecard`: the numbers councils are judged by, by period and group, beside their targets."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ehcp_timeline.errors import OutputError, UsageError
from ehcp_timeline.output.document import Document
from ehcp_timeline.shell import destination, kpi_request, options
from ehcp_timeline.shell.open import GROUPS
from ehcp_timeline.shell.parse import choice, day_asked, was_typed
from ehcp_timeline.text import day

if TYPE_CHECKING:
    from ehcp_timeline.commands.scorecard.answer import ScorecardAnswer
    from ehcp_timeline.law.kpi import Measure
    from ehcp_timeline.measure.kpi.groups import Group
    from ehcp_timeline.measure.kpi.lines import PeriodRange
    from ehcp_timeline.measure.kpi.scorecard import Scorecard

_RATE = "pc_plans_issued_within_20_weeks"
_LAST = {True: 2, False: 5}
"""How many periods a screen shows: broken down by group, and not."""
_LAST_WIDE = 3
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
        _list_measures(output.choose())
        return
    if not files:
        raise UsageError("no file was given", "ehcp scorecard cases.csv")
    public = disclosure.suppress()
    if pack is not None:
        if disclosure.previous is not None:
            raise UsageError("--previous is for one table, not for a pack", "leave out --pack")
        what = kpi_request.asked_for(files, about, period="year")
        hide = disclosure.threshold if public or (pack == "foi" and not was_typed("--disclosure")) else None
        raise typer.Exit(_pack(what, pack, destination.one_path(output.outputs), hide, force=output.force))
    monthly = bool(series and choice("--series", series, ("monthly",)))
    to = output.choose((*destination.ROW_FORMATS, "html"))
    wide = choice("--layout", layout, ("long", "wide")) == "wide"
    kind = "month" if monthly else period
    what = kpi_request.asked_for(files, about, period=kind, by=by, measure=measure)
    why = () if public or was_typed("--disclosure") else _why_hidden(what.question.group)
    if public := public or bool(why):  # a part hides what the whole hides
        from ehcp_timeline.commands.scorecard.public import bound_to

        question = what.question
        measures = bound_to(question.measures, question.kpis.measures)
        what = replace(what, question=replace(question, measures=measures))
    from ehcp_timeline.commands.scorecard.answer import history_of, scorecard_answer
    from ehcp_timeline.measure.kpi.scorecard import make_series

    window = _periods(since, to_day, last)
    card = make_series(what.question, what.sources, window.since) if monthly else what.counted()
    counted = {wanted.id for wanted in card.question.measures}  # a series counts states alone
    chosen = tuple(
        wanted for wanted in kpi_request.measures_asked(card.question.kpis, measure) if wanted.id in counted
    )
    every = measure or card.question.every_state
    shown = tuple(wanted for wanted in chosen if every or wanted.headline)
    if public:
        _publish(to, card, chosen, shown, window, disclosure, wide=wide, why=why)
    else:
        if to.for_people:
            window = _on_screen(window, wide=wide, full=output.full)
        kept = window.of(card.lines, card.question.kind)
        past = tuple(history_of(card, kept)) if history else ()
        card = replace(card, lines=kept)
        answer = scorecard_answer(card, what.config.targets, past)
        _write(to, card, answer, shown, last, wide=wide)
    if why or not (to.for_people or public):
        destination.say(*kpi_request.left_out(card.files))
    raise typer.Exit(kpi_request.exit_code(card.files))


def _on_screen(window: "PeriodRange", *, wide: bool, full: bool) -> "PeriodRange":
    """Return the periods to lay out for a person: across, few enough for a screen unless some were named."""
    if not wide:  # what moved into the first period shown needs the one before
        return replace(window, last=None)
    if full or window.since or window.last:
        return window
    destination.say(f"The last {_LAST_WIDE} periods are shown; --last N, --from DATE or --full shows more.")
    return replace(window, last=_LAST_WIDE)


def _periods(since: str | None, to: str | None, last: int | None) -> "PeriodRange":
    from ehcp_timeline.measure.kpi.lines import PeriodRange

    first, end = day_asked(since, "--from") if since else None, day_asked(to, "--to") if to else None
    if first and end and first > end:
        raise UsageError("--from is after --to", "--from 2024-01-01 --to 2024-12-31")
    return PeriodRange(first, end, last)


def _why_hidden(group: "Group | None") -> tuple[str, ...]:
    """Return why small numbers of a breakdown are hidden unless a person says otherwise; empty if not."""
    if group is None or not group.protected:
        return ()
    said = (
        f"Small numbers are hidden because a breakdown by {group.says} could tell what one child is; targets "
        "and changes are left out. --disclosure none shows every number, --threshold N hides those below N."
    )
    return (said,)


def _write(
    to: destination.Output,
    card: "Scorecard",
    answer: "ScorecardAnswer",
    shown: "tuple[Measure, ...]",
    last: int | None,
    *,
    wide: bool,
) -> None:
    from ehcp_timeline.commands.scorecard.answer import flat_frame, flat_keys, flat_lines
    from ehcp_timeline.commands.scorecard.view import (
        blank_before_first_case,
        scorecard_sections,
        wide_document,
        wide_tables,
    )
    from ehcp_timeline.output.html import page_of
    from ehcp_timeline.output.workbook import ListChart

    grouped, keys = card.question.group is not None, flat_keys(card)
    tables = tuple(wide_tables(card, shown)) if wide else ()
    chart = ListChart(
        title="Plans issued within 20 weeks",
        alt="Plans issued within 20 weeks, in each period. The numbers are in the table above.",
        across="period",
        lines={_RATE: "within 20 weeks"},
        unit="% of plans issued",
    )
    title = f"Scorecard as at {answer.as_at}"
    for target in to:
        on_terminal = target.format == "table"
        few = last or (_LAST[grouped] if on_terminal and not wide else None)
        across = on_terminal and not grouped
        sections = partial(scorecard_sections, card, answer, shown, last=few, across=across, tables=tables)
        lines: Mapping[str, Callable[[], Any]] = {
            "md": partial(flat_lines, card),
            "xlsx": lambda: blank_before_first_case(card, list(flat_lines(card, None))),
        }
        document = Document(
            title,
            answer,
            keys,
            lines.get(target.format, partial(flat_frame, card)),
            sections,
            chart=chart if _RATE in keys and not grouped else None,
            made={"html": page_of(f"Scorecard as at {day(answer.as_at)}", sections)},
        )
        target.write(wide_document(document, tables, tuple(sections()), card) if wide else document)


def _publish(
    to: destination.Output,
    whole: "Scorecard",
    measures: "tuple[Measure, ...]",
    shown: "tuple[Measure, ...]",
    window: "PeriodRange",
    disclosure: options.DisclosureOptions,
    *,
    wide: bool,
    why: tuple[str, ...],
) -> None:
    """Write a scorecard without the numbers that give away a child, and without targets and trends.

    The whole is protected first: a part of its measures and periods hides what the whole hides. What is
    hidden in a period, and in measures that share no number, does not depend on any other.

    Raises:
        UsageError: The threshold hides nothing, or the groups are people.
    """
    if whole.question.group is not None and whole.question.group.id == "caseworker":
        raise UsageError("a table by caseworker is about staff: it is not for publication", "--by team")
    from ehcp_timeline.commands.scorecard.answer import NO_CASES, flat_keys, group_notes
    from ehcp_timeline.commands.scorecard.public import (
        hidden_numbers,
        part_of,
        public_sections,
        public_table,
        publication,
    )
    from ehcp_timeline.commands.scorecard.view import wide_document, wide_tables
    from ehcp_timeline.output.html import page_of
    from ehcp_timeline.output.receipt import MadeFrom, read_of
    from ehcp_timeline.privacy.differencing import warnings
    from ehcp_timeline.privacy.suppress import legend

    threshold = disclosure.threshold
    whole = replace(whole, lines=window.of(whole.lines, whole.question.kind))
    every_hidden = hidden_numbers(whole.lines, whole.question.measures, threshold)
    card, hidden = part_of(whole, every_hidden, measures, window)
    tables = tuple(wide_tables(card, shown, hidden)) if wide else ()
    lines = publication(card, hidden, threshold, None).lines
    told = warnings(disclosure.previous, lines, ("group", "period"), threshold)
    for target in to:
        no_cases = None if target.format in ("json", "ndjson") else NO_CASES
        answer = publication(card, hidden, threshold, no_cases, why)
        title = f"Scorecard as at {answer.as_at}"
        sections = partial(public_sections, card, answer, shown, tables)
        document = Document(
            title,
            answer,
            flat_keys(card),
            answer.lines.__iter__,
            sections,
            notes=(
                answer.legend,
                *answer.notes,
                *(f"{measure.id}: {measure.name}" for measure in answer.measures),
            ),
            nameless=True,
            published="This sheet holds one table: a line for each group and period.",
            made_from=MadeFrom(answer.as_at, answer.rulebook, read_of(card.files.inputs)),
            made={
                "html": page_of(f"Scorecard as at {day(answer.as_at)}", sections),
                "md": partial(public_table, answer, flat_keys(card), title),
            },
        )
        target.write(wide_document(document, tables, tuple(sections()), card) if wide else document)
    if not to.for_people:
        destination.say(f"{len(hidden)} numbers hidden. {legend(threshold)}", *why, *group_notes(card))
    destination.say(*told)


def _pack(
    what: kpi_request.KpiRequest, name: str, path: Path | None, threshold: int | None, *, force: bool
) -> int:
    question = what.question
    pack = question.kpis.packs[choice("--pack", name, tuple(question.kpis.packs))]
    if path is None:
        raise OutputError("a pack is a workbook or a folder", f"add -o {pack.id}.xlsx, or -o {pack.id}/")
    from ehcp_timeline.commands.scorecard.packs import make_pack, pack_book, pack_csvs
    from ehcp_timeline.measure.answer import RulebookUsed
    from ehcp_timeline.output.files import write_folder, write_whole
    from ehcp_timeline.output.receipt import MadeFrom, Receipt, read_of
    from ehcp_timeline.privacy.suppress import legend

    as_book = path.suffix.lower() == ".xlsx"
    if as_book:
        destination.prepare_file(path, force=force)
    else:
        destination.prepare_folder(path)
    sheets, files = make_pack(pack, question, what.sources, threshold)
    hidden = [] if threshold is None else [legend(threshold)]
    if pack.id == "inspection":
        if threshold is None:
            from ehcp_timeline.commands.scorecard.children import children_sheet

            sheets = (*sheets, children_sheet(question.rulebook, what.sources, question.as_at))
            hidden.append("The sheet `children` lists each child with a plan: do not publish it.")
        else:
            hidden.append("The list of children is left out: --disclosure suppress lists nobody.")
    if as_book:
        read = (f"{file.name}: {file.rows:,} rows, {file.judged:,} judged." for file in files.inputs)
        made_from = MadeFrom(question.as_at, RulebookUsed.of(question.rulebook), read_of(files.inputs))
        book = pack_book(pack.says, sheets, Receipt.of(made_from, destination.typed()), [*hidden, *read])
        write_whole(path, book, force=force)
    else:
        write_folder(path, pack_csvs(pack.id, sheets), force=force)
    destination.say(f"{path}: {len(sheets)} sheets as at {question.as_at}.", *hidden)
    return kpi_request.exit_code(files)


def _list_measures(to: destination.Output) -> None:
    from ehcp_timeline.commands.scorecard.answer import MeasureList, MeasureMeant
    from ehcp_timeline.commands.scorecard.view import measure_sections
    from ehcp_timeline.law.kpi import load_kpis
    from ehcp_timeline.measure.answer import keys, values

    kpis = load_kpis()
    answer = MeasureList(tuple(MeasureMeant.of(measure, kpis) for measure in kpis.measures))
    lines = [values(measure) | {"dfe": ", ".join(measure.dfe) or None} for measure in answer.measures]
    sections = partial(measure_sections, kpis.topics, answer.measures)
    to.write(Document("Measures", answer, keys(MeasureMeant), lines.__iter__, sections))

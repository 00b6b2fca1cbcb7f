"""A pack of sheets as files: one CSV each, or one workbook that may be published.

Each sheet shows some measures, with what is counted of what, through the last so many periods.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import polars as pl

from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.scorecard.answer import NO_CASES
from ehcp_timeline.commands.scorecard.children import children_sheet
from ehcp_timeline.commands.scorecard.public import hidden_numbers
from ehcp_timeline.errors import OutputError
from ehcp_timeline.law.kpi import Pack, PackSection
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.measure.kpi.lines import OF_ALL, PERIOD, RANK, above, lines
from ehcp_timeline.measure.kpi.periods import Period, PeriodKind, period_of
from ehcp_timeline.measure.kpi.question import KpiQuestion
from ehcp_timeline.measure.kpi.scorecard import Files, count_files
from ehcp_timeline.output.data import csv_text
from ehcp_timeline.output.files import write_folder, write_whole
from ehcp_timeline.output.publication import PublishedTable, publication_bytes
from ehcp_timeline.output.receipt import MadeFrom, Receipt, read_of
from ehcp_timeline.privacy.suppress import HIDDEN, legend
from ehcp_timeline.shell.destination import prepare_file, prepare_folder, say, typed
from ehcp_timeline.shell.kpi_request import KpiRequest, exit_code
from ehcp_timeline.shell.parse import choice

NOT_MEASURED = "not measured"
BEFORE_THE_FILE = "no such case in the file yet"
_PURPOSE = (
    "This sheet holds one table. Each line says what is counted, and out of what. "
    f"{NO_CASES}: there was nothing to measure. {BEFORE_THE_FILE}: the file holds none of that time or "
    "before, which may be because it does not reach back so far."
)
_WIDE = {"measure": 44, "counted": 56, "out of": 44, "DfE's name": 34, "source": 44, "note": 60}


def write_pack(what: KpiRequest, name: str, path: Path | None, threshold: int | None, *, force: bool) -> int:
    """Write a pack to a workbook or a folder, and return the exit code; None hides nothing.

    Raises:
        OutputError: No path is given, or it cannot be written.
        UsageError: There is no such pack, or the threshold hides nothing.
    """
    question = what.question
    pack = question.kpis.packs[choice("--pack", name, tuple(question.kpis.packs))]
    if path is None:
        raise OutputError("a pack is a workbook or a folder", f"add -o {pack.id}.xlsx, or -o {pack.id}/")
    as_book = path.suffix.lower() == ".xlsx"
    if as_book:
        prepare_file(path, force=force)
    else:
        prepare_folder(path)
    sheets, files = make_pack(pack, question, what.sources, threshold)
    hidden = [] if threshold is None else [legend(threshold)]
    if pack.id == "inspection":
        if threshold is None:
            sheets = (*sheets, children_sheet(question.rulebook, what.sources, question.as_at))
            hidden.append("The sheet `children` lists each child with a plan: do not publish it.")
        else:
            hidden.append("The list of children is left out: --disclosure suppress lists nobody.")
    if as_book:
        # a table of measures says how to read it; the list of children says so itself
        described = [
            sheet if sheet.widths else replace(sheet, purpose=_PURPOSE, widths=_WIDE) for sheet in sheets
        ]
        read = (f"{file.name}: {file.rows:,} rows, {file.judged:,} judged." for file in files.inputs)
        made_from = MadeFrom(question.as_at, RulebookUsed.of(question.rulebook), read_of(files.inputs))
        receipt = Receipt.of(made_from, typed())
        book = publication_bytes(pack.says, described, receipt=receipt, notes=[*hidden, *read])
        write_whole(path, book, force=force)
    else:
        write_folder(path, pack_csvs(pack.id, sheets), force=force)
    say(f"{path}: {len(sheets)} sheets as at {question.as_at}.", *hidden)
    return exit_code(files.inputs)


def make_pack(
    pack: Pack,
    question: KpiQuestion,
    sources: Sequence[CaseFile],
    threshold: int | None,
) -> tuple[tuple[PublishedTable, ...], Files]:
    """Return the sheets of a pack, all from one count, and what was read for them.

    Numbers of people below the threshold are hidden, and what would tell them; None hides nothing.
    """
    needed = {name for sheet in pack.sheets for name in sheet.measures}
    asked = replace(
        question, measures=tuple(measure for measure in question.kpis.measures if measure.id in needed)
    )
    tallies, files = count_files(asked, sources)
    sheets = []
    for sheet in pack.sheets:
        of_sheet = replace(asked, kind=cast("PeriodKind", sheet.period or "year"))
        numbers = lines(of_sheet, tallies).filter(pl.col(RANK) == OF_ALL)
        by_period = {line[PERIOD]: line for line in numbers.iter_rows(named=True)}
        if threshold is not None:
            measured = [measure for measure in asked.measures if measure.id not in files.not_measured]
            periods = numbers[PERIOD].to_list()
            for place, name in hidden_numbers(numbers, measured, threshold, question.populations):
                by_period[periods[place]][name] = HIDDEN
        sheets.append(_sheet(sheet, of_sheet, by_period, files.not_measured))
    return tuple(sheets), files


def _sheet(
    sheet: PackSection,
    question: KpiQuestion,
    by_period: Mapping[int, Mapping[str, Any]],
    lacking: Mapping[str, str],
) -> PublishedTable:
    """Return a sheet with a line for each measure: how it stands, or how it was through some periods."""
    last = period_of(question.kind, question.as_at).number
    periods = range(last - sheet.last + 1, last + 1) if sheet.period else range(last, last + 1)
    labels = [Period(question.kind, number).label for number in periods]
    columns = labels if sheet.period else [question.as_at.isoformat()]

    def cells(name: str, population: str) -> Iterator[object]:
        alike = [above(measure.id) for measure in question.measures if measure.counts == population]
        counted = (number for number, line in by_period.items() if any(line[column] for column in alike))
        first = min(counted, default=last + 1)
        for number in periods:
            if name in lacking:
                yield NOT_MEASURED
            elif sheet.period and number < first:
                yield BEFORE_THE_FILE
            else:
                value = by_period[number][name]
                yield NO_CASES if value is None else value

    measures = [question.kpis.by_id[name] for name in sheet.measures]
    rows = [
        {
            "measure": measure.name,
            "counted": question.kpis.numerator(measure),
            "out of": question.kpis.denominator(measure) or "not a share",
            **dict(zip(columns, cells(measure.id, measure.counts), strict=True)),
            "DfE's name": ", ".join(measure.dfe) or "none",
            "source": measure.source,
            "note": lacking.get(measure.id) or measure.note or "none",
        }
        for measure in measures
    ]
    keys = ("measure", "counted", "out of", *columns, "DfE's name", "source", "note")
    return PublishedTable(sheet.id, sheet.title, keys, tuple(rows))


def pack_csvs(name: str, sheets: Sequence[PublishedTable]) -> Mapping[str, bytes]:
    """Return one CSV file for each sheet, by file name, and one that lists them.

    A cell without a number is blank: a machine reads columns of numbers.
    """
    blank = (NO_CASES, NOT_MEASURED, BEFORE_THE_FILE)
    files = {f"{name}-{number:02}-{sheet.id}.csv": sheet for number, sheet in enumerate(sheets, start=1)}
    contents = [{"file": file, "about": sheet.title} for file, sheet in files.items()]
    texts = {f"{name}-00-contents.csv": csv_text(contents, ("file", "about"))}
    for file, sheet in files.items():
        rows = [{key: None if value in blank else value for key, value in row.items()} for row in sheet.rows]
        texts[file] = csv_text(rows, sheet.keys)
    return {file: text.encode("utf-8") for file, text in texts.items()}

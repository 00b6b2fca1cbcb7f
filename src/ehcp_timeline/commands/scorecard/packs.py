"""A pack of sheets as files: one CSV each, or one workbook that may be published.

Each sheet shows some measures, with what is counted of what, through the last so many periods.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import polars as pl

from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.scorecard.answer import NO_CASES
from ehcp_timeline.commands.scorecard.public import hidden_numbers
from ehcp_timeline.law.kpi import Pack, PackSection
from ehcp_timeline.measure.kpi.lines import OF_ALL, PERIOD, RANK, above, lines
from ehcp_timeline.measure.kpi.periods import Period, PeriodKind, period_of
from ehcp_timeline.measure.kpi.question import KpiQuestion
from ehcp_timeline.measure.kpi.scorecard import Files, count_files
from ehcp_timeline.output.data import csv_text
from ehcp_timeline.output.publication import PublishedTable, publication_bytes
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.privacy.suppress import HIDDEN

NOT_MEASURED = "not measured"
BEFORE_THE_FILE = "no such case in the file yet"
_PURPOSE = (
    "This sheet holds one table. Each line says what is counted, and out of what. "
    f"{NO_CASES}: there was nothing to measure. {BEFORE_THE_FILE}: the file holds none of that time or "
    "before, which may be because it does not reach back so far."
)
_WIDE = {"measure": 44, "counted": 56, "out of": 44, "DfE's name": 34, "source": 44, "note": 60}


def make_pack(
    pack: Pack,
    question: KpiQuestion,
    sources: Sequence[CaseFile],
    threshold: int | None = None,
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
            for place, name in hidden_numbers(numbers, measured, threshold):
                by_period[periods[place]][name] = HIDDEN.value
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


def pack_book(title: str, sheets: Sequence[PublishedTable], receipt: Receipt, notes: Sequence[str]) -> bytes:
    """Return the pack as a workbook that may be published; `notes` say what a reader should know."""
    described = [
        sheet if sheet.widths else replace(sheet, purpose=_PURPOSE, widths=_WIDE) for sheet in sheets
    ]
    return publication_bytes(title, described, receipt=receipt, notes=notes)

"""A pack of sheets as files: one CSV each, or one workbook that may be published.

Each sheet shows some measures, with what is counted of what, through the last so many periods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import polars as pl

from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.scorecard.answer import NO_CASES
from ehcp_timeline.commands.scorecard.public import hidden_numbers
from ehcp_timeline.law.kpi.model import Pack, PackSection
from ehcp_timeline.measure.kpi.count import KpiQuestion
from ehcp_timeline.measure.kpi.lines import LineLayout, above, lines
from ehcp_timeline.measure.kpi.periods import Period, PeriodKind, period_of
from ehcp_timeline.measure.kpi.rollup import OF_ALL, PERIOD, RANK
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
    layout: LineLayout,
    threshold: int | None = None,
) -> tuple[tuple[PublishedTable, ...], Files]:
    """Return the sheets of a pack, all from one count, and what was read for them.

    Args:
        pack: The pack.
        question: The law and the day.
        sources: The files.
        layout: The population.
        threshold: Numbers of people below it are hidden, and what would tell them; None hides nothing.
    """
    needed = {name for sheet in pack.sheets for name in sheet.measures}
    asked = replace(
        question, measures=tuple(measure for measure in question.kpis.measures if measure.id in needed)
    )
    tallies, files = count_files(asked, sources)
    sheets = []
    for sheet in pack.sheets:
        laid_out = replace(layout, kind=cast("PeriodKind", sheet.period or "year"), group=None)
        numbers = lines(laid_out, tallies, asked.populations, asked.measures).filter(pl.col(RANK) == OF_ALL)
        by_period = {line[PERIOD]: line for line in numbers.iter_rows(named=True)}
        if threshold is not None:
            shown = numbers.drop([*files.not_measured], strict=False)
            measures = [measure for measure in asked.measures if measure.id in shown.columns]
            periods = numbers[PERIOD].to_list()
            for place, name in hidden_numbers(shown, measures, threshold):
                by_period[periods[place]][name] = HIDDEN.value
        sheets.append(_sheet(sheet, asked, by_period, files.not_measured, laid_out))
    return tuple(sheets), files


def _sheet(
    sheet: PackSection,
    question: KpiQuestion,
    by_period: Mapping[int, Mapping[str, Any]],
    lacking: Mapping[str, str],
    layout: LineLayout,
) -> PublishedTable:
    """Return a sheet with a line for each measure: how it stands, or how it was through some periods."""
    last = period_of(layout.kind, layout.as_at).number
    periods = range(last - sheet.last + 1, last + 1) if sheet.period else range(last, last + 1)
    labels = [Period(layout.kind, number).label for number in periods]
    columns = labels if sheet.period else [layout.as_at.isoformat()]
    rows = []
    for name in sheet.measures:
        measure = question.kpis.by_id[name]
        alike = [other.id for other in question.measures if other.counts == measure.counts]
        first = min(
            (number for number, line in by_period.items() if any(line[above(other)] for other in alike)),
            default=last + 1,
        )
        shown = [
            NOT_MEASURED
            if name in lacking
            else BEFORE_THE_FILE
            if sheet.period and number < first
            else NO_CASES
            if by_period[number][name] is None
            else by_period[number][name]
            for number in periods
        ]
        rows.append({
            "measure": measure.name,
            "counted": question.kpis.numerator(measure),
            "out of": question.kpis.denominator(measure) or "not a share",
            **dict(zip(columns, shown, strict=True)),
            "DfE's name": ", ".join(measure.dfe) or "none",
            "source": measure.source,
            "note": lacking.get(name) or measure.note or "none",
        })  # fmt: skip
    keys = ("measure", "counted", "out of", *columns, "DfE's name", "source", "note")
    return PublishedTable(sheet.id, sheet.title, keys, tuple(rows))


def pack_csvs(name: str, sheets: Sequence[PublishedTable]) -> Mapping[str, bytes]:
    """Return one CSV file for each sheet, by file name, and one that lists them.

    A cell without a number is blank: a machine reads columns of numbers.
    """
    files = {f"{name}-{number:02}-{sheet.id}.csv": sheet for number, sheet in enumerate(sheets, start=1)}
    contents = [{"file": file, "about": sheet.title} for file, sheet in files.items()]
    texts = {
        file: csv_text(
            [
                {
                    key: None if value in (NO_CASES, NOT_MEASURED, BEFORE_THE_FILE) else value
                    for key, value in row.items()
                }
                for row in sheet.rows
            ],
            sheet.keys,
        )
        for file, sheet in files.items()
    }
    texts[f"{name}-00-contents.csv"] = csv_text(contents, ("file", "about"))
    return {file: text.encode("utf-8") for file, text in sorted(texts.items())}


def pack_book(title: str, sheets: Sequence[PublishedTable], receipt: Receipt, notes: Sequence[str]) -> bytes:
    """Return the pack as a workbook that may be published; `notes` say what a reader should know."""
    described = [replace(sheet, purpose=_PURPOSE, widths=_WIDE) for sheet in sheets]
    return publication_bytes(title, described, receipt=receipt, notes=notes)

"""A pack of sheets as files: one CSV each, or one workbook that may be published.

Each sheet shows some measures, with what is counted of what, through the last so many periods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import polars as pl

from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.scorecard.answer import NO_CASES
from ehcp_timeline.law.kpi.model import Pack, PackSection
from ehcp_timeline.measure.kpi.count import KpiQuestion
from ehcp_timeline.measure.kpi.lines import LineLayout, lines
from ehcp_timeline.measure.kpi.periods import Period, PeriodKind, period_of
from ehcp_timeline.measure.kpi.rollup import OF_ALL, PERIOD, RANK
from ehcp_timeline.measure.kpi.scorecard import Files, count_files
from ehcp_timeline.output.data import csv_text
from ehcp_timeline.output.publication import PublishedTable, publication_bytes
from ehcp_timeline.output.receipt import Receipt

NOT_MEASURED = "not measured"
_PURPOSE = (
    "This sheet holds one table. Each line says what is counted, and out of what. "
    f"{NO_CASES}: there was nothing to measure."
)
_WIDE = {"measure": 44, "counted": 56, "out of": 44, "DfE's name": 34, "source": 44, "note": 60}


def make_pack(
    pack: Pack, question: KpiQuestion, sources: Sequence[CaseFile], layout: LineLayout
) -> tuple[tuple[PublishedTable, ...], Files]:
    """Return the sheets of a pack, all from one count, and what was read for them."""
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
        sheets.append(_sheet(sheet, asked, by_period, files.not_measured, laid_out))
    return tuple(sheets), files


def _sheet(
    sheet: PackSection,
    question: KpiQuestion,
    by_period: Mapping[int, Mapping[str, float | None]],
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
        numbers = [by_period.get(number, {}).get(name) for number in periods]
        shown = [
            NOT_MEASURED if name in lacking else NO_CASES if number is None else number for number in numbers
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
                {key: None if value in (NO_CASES, NOT_MEASURED) else value for key, value in row.items()}
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

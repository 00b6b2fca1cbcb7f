"""A canonical case file as bytes: CSV that a spreadsheet opens safely, an Excel workbook, Parquet."""

import io
from datetime import date, datetime, time
from typing import Any, Final

import polars as pl

from ehcp_timeline.cases.sheet import address
from ehcp_timeline.commands.convert.canonical import Converted
from ehcp_timeline.errors import OutputError
from ehcp_timeline.output.workbook import safe_book

COPY: Final = "copy"

_FORMULA: Final = r"^\s*[=+\-@＝＋－＠]"
_MADE = datetime(2014, 9, 1)  # noqa: DTZ001 - the day the law came into force: every copy is the same
_MOST_CELLS: Final = 5_000_000  # of a workbook, as they are read
_LONGEST_CELL: Final = 32_767  # characters, of Excel's own
_LAST_ROW: Final = 1_048_576
_INSTEAD: Final = "write cases.csv or cases.parquet"


def case_file_bytes(converted: Converted, form: str) -> bytes:
    """Return the canonical file as csv, xlsx or parquet.

    CSV and the workbook have no type for a date that could not be read, so that cell is text; a column of a
    Parquet file with such a cell is text throughout. Copies are counted in a column of their own.

    Raises:
        OutputError: A workbook cannot hold so much.
    """
    copies: list[pl.Series] = []
    if converted.copies:
        number = pl.int_range(1, pl.len() + 1).over(converted.frame.columns)
        judged = pl.col("case_id").is_not_null()
        copies = [converted.frame.select(pl.when(judged).then(number).alias(COPY))[COPY]]
    if form == "xlsx":
        return _workbook(converted, [*converted.frame, *copies])
    page = io.BytesIO()
    if form == "csv":
        texts = pl.DataFrame([_as_text(converted, name) for name in converted.frame.columns])
        safe = (
            pl.when(pl.col(name).str.contains(_FORMULA)).then("'" + pl.col(name)).otherwise(name).alias(name)
            for name in _may_be_formulas(converted)
        )
        texts.with_columns(*safe, *copies).write_csv(page)
    else:
        columns = [
            _as_text(converted, column.name) if column.name in converted.texts else column
            for column in converted.frame
        ]
        pl.DataFrame([*columns, *copies]).write_parquet(page)
    return page.getvalue()


def apostrophes(converted: Converted) -> int:
    """Return how many cells of the CSV file have an apostrophe in front, lest they be run as a formula."""
    texts = (_as_text(converted, name) for name in _may_be_formulas(converted))
    return sum(int(column.str.contains(_FORMULA).sum()) for column in texts)


def _may_be_formulas(converted: Converted) -> list[str]:
    return [
        name
        for name, dtype in converted.frame.schema.items()
        if name in converted.texts or dtype == pl.String
    ]


def _as_text(converted: Converted, name: str) -> pl.Series:
    """Return a column as words: dates as 2026-01-31, flags as yes and no."""
    value = pl.col(name)
    if converted.frame.schema[name] == pl.Date:
        value = value.dt.to_string("%Y-%m-%d")
    elif converted.frame.schema[name] == pl.Boolean:
        value = pl.when(value).then(pl.lit("yes")).when(~value).then(pl.lit("no")).alias(name)
    column = converted.frame.select(value).to_series()
    kept = converted.text_of(name)
    return column if kept is None else kept.zip_with(kept.is_not_null(), column).alias(name)


def _workbook(converted: Converted, columns: list[pl.Series]) -> bytes:
    rows = converted.frame.height
    if rows >= _LAST_ROW or (rows + 1) * len(columns) > _MOST_CELLS:
        raise OutputError(f"{rows:,} rows of {len(columns)} columns are too many for a workbook", _INSTEAD)
    with safe_book("Case file", _MADE) as (book, page):
        dated = book.add_format({"num_format": "dd/mm/yyyy"})
        bold, sheet = book.add_format({"bold": True}), book.add_worksheet("Cases")
        for place, column in enumerate(columns):
            sheet.set_column(place, place, 16)
            sheet.write_string(0, place, column.name, bold)
            _write_column(sheet, place, column, dated)
            kept = converted.text_of(column.name)
            if kept is not None:
                _write_column(sheet, place, kept, dated)
        sheet.freeze_panes(1, 1)
    return page.getvalue()


def _write_column(sheet: Any, place: int, column: pl.Series, dated: Any) -> None:  # noqa: ANN401
    for row, value in enumerate(column, start=1):
        if isinstance(value, date):
            sheet.write_datetime(row, place, datetime.combine(value, time.min), dated)
        elif isinstance(value, bool):
            sheet.write_string(row, place, "yes" if value else "no")
        elif isinstance(value, int):
            sheet.write_number(row, place, value)
        elif value is not None:
            if len(value) > _LONGEST_CELL:
                said = f"{address(row + 1, place + 1)} would be longer than a cell of a workbook can be"
                raise OutputError(said, _INSTEAD)
            sheet.write_string(row, place, value)

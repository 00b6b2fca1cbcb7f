"""Reads a Parquet file, each cell as text; rows are numbered as if it had been written as CSV."""

import io
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress

import polars as pl

from ehcp_timeline.cases.formats.stream import Raw
from ehcp_timeline.cases.sheet import ROW, Block, Dtypes, Sheet
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import limit, reading, too_much

MOST_ROWS = 5_000_000
MOST_CELLS = 500_000_000
MOST_BYTES = 500_000_000
_CELLS = 10_000_000  # at a time
_FIRST_ROW = 2  # the headings stand where row 1 of a CSV file is
_WHOLE = 1e15  # below it, every whole number is exact


def find_parquet_sheet(raw: Raw) -> Sheet:
    """Find the columns of a Parquet file; its rows are read when they are asked for.

    Raises:
        CaseFileError: It is damaged, has no columns, or more rows than there can be cases.
    """
    digest = raw.sha256()
    with reading(raw.shown):
        data = raw.file.read(limit(MOST_BYTES) + 1)
    if len(data) > limit(MOST_BYTES):
        raise too_much(f"{raw.shown} has more than {MOST_BYTES // 1_000_000} million bytes")
    with _damage_named(raw.shown):
        schema = pl.scan_parquet(io.BytesIO(data)).collect_schema()
        height = pl.scan_parquet(io.BytesIO(data)).select(pl.len()).collect().item()
    if not schema:
        raise CaseFileError(f"{raw.shown} is empty", "export the cases again")
    if height > limit(MOST_ROWS) or height * len(schema) > limit(MOST_CELLS):
        said = f"{raw.shown} has {height:,} rows and {len(schema):,} columns"
        raise too_much(said, f"at most {limit(MOST_ROWS):,} rows and {limit(MOST_CELLS):,} cells are read")

    def blocks(rows: int, _: Dtypes = dict) -> Generator[Block]:
        size = max(1, min(rows, _CELLS // len(schema)))
        for begin in range(0, max(1, height), size):
            with _damage_named(raw.shown):
                part = pl.scan_parquet(io.BytesIO(data)).slice(begin, size).collect()
                texts = (_text(column).alias(str(n)) for n, column in enumerate(part.iter_columns()))
                cells = part.select(texts)
            yield Block(cells.with_row_index(ROW, offset=begin + _FIRST_ROW))

    return Sheet(
        name=raw.name,
        shown=raw.shown,
        sha256=digest,
        encoding="Parquet",
        headings=tuple(schema.names()),
        blocks=blocks,
        expected=height,
    )


@contextmanager
def _damage_named(shown: str) -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        said = f"{shown} is a Parquet file that is damaged or was cut short"
        raise CaseFileError(said, "write it again") from None


def _text(column: pl.Series) -> pl.Series:
    if column.dtype.is_float():
        whole = (column == column.round(0)) & (column.abs() < _WHOLE)
        figures = column.cast(pl.Int64, strict=False).cast(pl.String)
        return figures.zip_with(whole, column.cast(pl.String))
    if not column.dtype.is_nested() and column.dtype not in {pl.Binary, pl.Object}:
        with suppress(pl.exceptions.InvalidOperationError):  # polars has no text for it, as for a Duration
            return column.cast(pl.String)
    return pl.Series([None if value is None else str(value) for value in column.to_list()], dtype=pl.String)

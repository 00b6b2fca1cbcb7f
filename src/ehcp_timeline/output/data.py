"""Answers as data: CSV, JSON, NDJSON, Markdown and Parquet, complete and in the order they came in."""

import csv
import io
import json
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from ehcp_timeline.measure.answer import FrameRows, JsonText
from ehcp_timeline.output.sections import markdown_cell, markdown_line
from ehcp_timeline.text import HIDDEN_IN_A_FRAME, escaped_json, visible

if TYPE_CHECKING:
    import polars as pl

    from ehcp_timeline.output.receipt import Receipt

Value = str | int | float | bool | date | None
BLOCK_LINES = 50_000
_FIRST_ENTRY, _NEXT_ENTRY = "[\n    ", ",\n    "
_FORMULA_STARTS = "=+-@＝＋－＠"
_NOT_AS_IN_JSON = rf'{HIDDEN_IN_A_FRAME}|["\\\x00-\x1f]'
_NOT_AS_IT_IS = rf"{HIDDEN_IN_A_FRAME}|^\s*[{re.escape(_FORMULA_STARTS)}]"


def json_text(answer: Mapping[str, Any]) -> str:
    """Return the answer as JSON: one line for each key, one for each entry of a list.

    Dates stand as `2026-01-31`; characters that steer a screen are escaped.
    """
    return "".join(json_parts(answer))


def json_parts(answer: Mapping[str, Any]) -> Iterator[str]:
    """Yield the answer as `json_text` returns it, part by part; a list may be an iterator."""
    for place, (key, value) in enumerate(answer.items()):
        yield f"{',' if place else '{'}\n  {json_value(key)}: "
        if isinstance(value, list | Iterator):
            begun = False
            for entry in _json_rows(value.frame) if isinstance(value, FrameRows) else value:
                yield f"{_NEXT_ENTRY if begun else _FIRST_ENTRY}{json_value(entry)}"
                begun = True
            yield "\n  ]" if begun else "[]"
        else:
            yield json_value(value)
    yield "\n}\n"


def _json_rows(frame: "pl.DataFrame") -> Iterator[object]:
    """Yield the rows of a frame as entries of a JSON list, many thousand at a time, made column by column.

    Where some hold a number that is not whole, or a list, the rows are yielded as they are.
    """
    import polars as pl

    plain = (pl.String, pl.Categorical, pl.Enum, pl.Date, pl.Boolean)
    if not all(kind in plain or kind.is_integer() for kind in frame.dtypes):
        yield from frame.iter_rows(named=True)
        return
    keys = [f", {json_value(name)}: " for name in frame.columns]
    keys[:1] = [f"{{{key[2:]}" for key in keys[:1]]
    parts = [
        part for key, name in zip(keys, frame.columns, strict=True) for part in (pl.lit(key), pl.col(name))
    ]
    for part in frame.iter_slices(BLOCK_LINES):
        lines = part.select(map(_json_column, part)).select(pl.concat_str([*parts, pl.lit("}")])).to_series()
        yield JsonText(lines.str.join(_NEXT_ENTRY)[0])


def _json_column(column: "pl.Series") -> "pl.Series":
    """Return a column of plain values as JSON."""
    import polars as pl

    text = column.cast(pl.String)
    if _holds(column, _NOT_AS_IN_JSON):
        words = column.unique().drop_nulls().cast(pl.String)
        text = text.replace_strict(words, list(map(json_value, words)), default=None)
    elif not (column.dtype.is_integer() or column.dtype == pl.Boolean):
        text = ('"' + text + '"').alias(column.name)
    return text.fill_null("null")


def ndjson_text(rows: Iterable[Mapping[str, Value]]) -> str:
    """Return one JSON object a line, without a blank between its parts."""
    return "".join(f"{json_value(row, ',', ':')}\n" for row in rows)


def ndjson_blocks(frame: "pl.DataFrame") -> Generator[bytes]:
    """Yield the rows of a frame as `ndjson_text` would write them, many thousand lines at a time."""
    for part in frame.iter_slices(BLOCK_LINES):
        page = io.BytesIO()
        part.write_ndjson(page)
        raw = page.getvalue()
        odd = not raw.isascii() or b"\x7f" in raw  # what else is hidden, JSON itself writes as escapes
        yield (
            escaped_json(raw.decode()).encode()
            if odd and any(_holds(column, HIDDEN_IN_A_FRAME) for column in part)
            else raw
        )


def csv_blocks(frame: "pl.DataFrame") -> Generator[bytes]:
    """Yield the rows of a frame as `csv_text` would write them, many thousand lines at a time."""
    yield csv_text((), frame.columns).encode()
    for part in frame.iter_slices(BLOCK_LINES):
        page = io.BytesIO()
        safe = part.select(map(_unformulated_column, part))
        safe.write_csv(page, include_header=False, quote_style="non_numeric", null_value='""')
        yield page.getvalue()


IN_BLOCKS = {"csv": csv_blocks, "ndjson": ndjson_blocks}
"""What writes a frame, where its rows need not be taken one by one."""


_BARE = frozenset((int, float))  # not bool, which is written as a word


def csv_text(rows: Iterable[Mapping[str, Value]], keys: Sequence[str]) -> str:
    """Return rows as CSV that a spreadsheet opens safely.

    All text is quoted, and text that a spreadsheet would run as a formula begins with an apostrophe;
    numbers stand bare. Hidden characters are spelled out: JSON keeps them as they are.
    """
    page = io.StringIO()
    writer = csv.writer(page, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(keys)
    for row in rows:
        cells = map(row.__getitem__, keys)
        writer.writerow(
            [
                cell if type(cell) in _BARE else "" if cell is None else unformulated(_text(cell))
                for cell in cells
            ]
        )
    return page.getvalue()


def markdown_text(rows: Iterable[Mapping[str, Value]], keys: Sequence[str], title: str = "") -> str:
    """Return rows as a Markdown table; nothing in a cell is read as markup."""
    lines = [markdown_line(map(markdown_cell, keys)), markdown_line(["---"] * len(keys))]
    cell = lru_cache(maxsize=4096, typed=True)(lambda value: markdown_cell(_text(value)))
    lines += [markdown_line(map(cell, map(row.__getitem__, keys))) for row in rows]
    heading = f"# {markdown_cell(title)}\n\n" if title else ""
    return heading + "".join(f"{line}\n" for line in lines)


def markdown_receipt(receipt: "Receipt") -> str:
    """Return a receipt as the end of a Markdown page: in words, and for `ehcp verify` in a comment."""
    return "\n" + "\n".join(map(markdown_cell, receipt.lines())) + f"\n\n<!-- receipt: {receipt.json} -->\n"


def parquet_bytes(frame: "pl.DataFrame", receipt: str) -> bytes:
    """Return a frame as a Parquet file, with real dates; `receipt` stands in its metadata."""
    page = io.BytesIO()
    frame.write_parquet(page, metadata={"receipt": receipt})
    return page.getvalue()


@lru_cache(maxsize=4096)  # districts, deadlines and the like come again and again
def unformulated(text: str) -> str:
    """Return text that no spreadsheet takes for a formula.

    >>> unformulated("=1+1"), unformulated("C-12")
    ("'=1+1", 'C-12')
    """
    shown = visible(text)
    return f"'{shown}" if shown.lstrip()[:1] in _FORMULA_STARTS and shown.strip() else shown


def _unformulated_column(column: "pl.Series") -> "pl.Series":
    """Return a column of which a spreadsheet takes no text for a formula."""
    import polars as pl

    if not _holds(column, _NOT_AS_IT_IS):
        return column
    words = column.unique().drop_nulls().cast(pl.String)
    safe = [unformulated(word) for word in words]
    return column.cast(pl.String).replace_strict(words, safe, default=None)


def _holds(column: "pl.Series", pattern: str) -> bool:
    """Return whether a pattern matches some text of a column, of other types than text never."""
    import polars as pl

    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.unique().cast(pl.String)
    return column.dtype == pl.String and bool(column.str.contains(pattern).any())


def json_value(value: object, comma: str = ", ", colon: str = ": ") -> str:
    """Return a value as JSON on one line; of other types than JSON's own only dates have a place there."""
    if isinstance(value, JsonText):
        return value
    return escaped_json(_encoder(comma, colon).encode(value))


@cache
def _encoder(comma: str, colon: str) -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=False, default=date.isoformat, separators=(comma, colon))


def _text(value: Value) -> str:
    """Return a value as text: yes and no are `true` and `false`, nothing is empty."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)

"""Whole columns are read as the definition reads one cell, and polars cuts cells as the csv module does."""

import io
from datetime import date
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from ehcp_timeline.cases.cells import vectorised
from ehcp_timeline.cases.cells.parser import cell_reader
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, WHITE, CellFault, blank_words
from ehcp_timeline.cases.cells.vectorised import CellReading, Lookup, clean_text, untimed
from ehcp_timeline.cases.formats.csv import reader as csv_reader
from ehcp_timeline.cases.formats.csv.reader import CsvLayout, read_blocks
from ehcp_timeline.cases.headers import load_spellings
from ehcp_timeline.cases.model import Column, joined, vocabulary
from ehcp_timeline.cases.sheet import Block, as_text
from ehcp_timeline.errors import CaseFileError
from tests.cases.made import AS_AT

KNOWN = vocabulary()
SPELLINGS = load_spellings(KNOWN)
BLANKS = blank_words(DEFAULT_BLANKS)

_DATES = st.dates(date(1990, 1, 1), date(2035, 12, 31))
_LAYOUTS = st.sampled_from(
    [
        "%Y-%m-%d",
        "%d/%m/%Y",
        "%d/%m/%y",
        "%m/%d/%Y",
        "%d-%b-%Y",
        "%d %B %Y",
        "%A %d %B %Y",
        "%d.%m.%Y",
        "%Y-%b-%d",
    ]
)
_TIMES = st.sampled_from(
    [
        "",
        "",
        "",
        " 00:00:00",
        "T10:15",
        " 9:05 pm",
        "T00:00:00Z",
        " 10:00 10:00",
        ", 10:00",
        " 25:00",
        "T10:00:00.123",
    ]
)
_DATED = st.builds(lambda day, layout, time: f"{day:{layout}}{time}", _DATES, _LAYOUTS, _TIMES)
_ODD = st.sampled_from(
    [
        *DEFAULT_BLANKS,
        "#N/A",
        "#ref!",
        "##",
        "#team",
        "45352",
        "31/02/2024",
        "yes",
        "0",
        "amend;cease",
        "M",
        "TBC",
        "ß",
    ]
)
_SPACE = st.text(st.sampled_from(WHITE), max_size=2)
_CELL = st.one_of(
    st.none(), st.builds(lambda a, b, c: a + b + c, _SPACE, st.one_of(_DATED, _ODD, st.text()), _SPACE)
)


def _value(column: Column, text: str | None) -> object:
    """Return what the definition gives for one cell of a frame."""
    read = None if text is None else cell_reader(column, KNOWN.absorbs, SPELLINGS, AS_AT, BLANKS)(text)
    if isinstance(read, CellFault):
        return None
    return joined(read) if isinstance(read, frozenset) else read


@pytest.mark.parametrize(
    "name", ["plan_issued", "date_of_birth", "order_kind", "review_outcome", "coronavirus", "team", "name"]
)
@pytest.mark.parametrize("many", [0, 20_000])
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(_CELL, max_size=6), min_size=1, max_size=3),
    st.sampled_from(["text", "codes", "old codes"]),
)
def test_columns_are_read_as_cells_are(
    name: str, many: int, batches: list[list[str | None]], given_as: str
) -> None:
    """Batch after batch, with few texts or so many that dates are rewritten first, values agree.

    So they do if the texts come numbered, and if numbers come that have been forgotten since.
    """
    column = KNOWN.columns[name]
    reading = CellReading(
        [KNOWN.columns["case_id"], column],
        lambda one: cell_reader(one, KNOWN.absorbs, SPELLINGS, AS_AT, BLANKS),
        BLANKS,
    )

    first = reading.takes().get(name, pl.String())
    with patch.object(vectorised, "MANY", many), patch.object(vectorised, "AT_MOST", 5 if many else 200_000):
        for texts in batches:
            numbers = pl.Series("row", range(len(texts)), pl.UInt32)
            now = {"text": pl.String(), "old codes": first, "codes": reading.takes().get(name, first)}
            cells = pl.Series(name, texts, pl.String).cast(now[given_as])
            read = reading.read(
                pl.DataFrame([numbers, cells, pl.Series("case_id", ["C1"] * len(texts), pl.String)])
            )

            assert read.frame[name].to_list() == [_value(column, text) for text in texts]
            reader = cell_reader(column, KNOWN.absorbs, SPELLINGS, AS_AT, BLANKS)
            faults = [
                row
                for row, text in enumerate(texts)
                if text is not None and isinstance(reader(text), CellFault)
            ]
            assert [row for rows in read.unreadable.values() for row in rows] == faults


@settings(deadline=None)
@given(st.lists(_CELL), st.sampled_from([BLANKS, blank_words(["x1", "ÉTÉ"]), frozenset[str]()]))
def test_free_text_is_cleaned_as_the_definition_cleans_it(
    texts: list[str | None], blanks: frozenset[str]
) -> None:
    """With the quick way for plain case numbers and without it."""
    reader = cell_reader(KNOWN.columns["case_id"], KNOWN.absorbs, SPELLINGS, AS_AT, blanks)
    plain = [text for text in texts if text and reader(text) == text]

    for some in (texts, plain):
        read = [None if text is None else reader(text) for text in some]
        expected = [None if isinstance(value, CellFault) else value for value in read]
        assert clean_text(pl.Series(some, dtype=pl.String), blanks).to_list() == expected


@settings(deadline=None)
@given(st.lists(st.one_of(_DATED, st.text("0123456789:/-T ,.apmAPM", max_size=24))))
def test_dropping_the_time_first_changes_no_date(texts: list[str]) -> None:
    """A rewritten text is read as the text itself."""
    column = KNOWN.columns["plan_issued"]
    cells = pl.DataFrame({"x": pl.Series(texts, dtype=pl.String)})
    rewritten = cells.select(untimed(pl.col("x"))).to_series()

    assert [_value(column, text) for text in rewritten] == [_value(column, text) for text in texts]


def test_what_was_learned_is_not_asked_again() -> None:
    """The definition is asked once for each distinct text, until there are too many."""
    asked: list[str] = []

    def read(text: str) -> str | None:
        asked.append(text)
        return text.upper() or None

    learned = Lookup(read, pl.String)
    for texts in (["a", "b", None], ["b", "c"], ["c", "a"]):
        values = learned.values(pl.DataFrame({"x": texts, "y": texts}))
        assert values["x"].to_list() == values["y"].to_list() == [text and text.upper() for text in texts]
    assert sorted(asked) == ["a", "b", "c"]

    with patch.object(vectorised, "AT_MOST", 3):
        assert learned.values(pl.DataFrame({"x": ["a", "d"]}))["x"].to_list() == ["A", "D"]
        assert learned.values(pl.DataFrame({"x": ["b"]}))["x"].to_list() == ["B"]
    assert sorted(asked) == ["a", "a", "b", "b", "c", "d"]


def test_a_number_without_a_text_is_learnt_when_it_turns_up() -> None:
    """Polars may take a number for a text, in another thread, a moment before it writes the text down."""
    learned = Lookup(str.upper, pl.String)
    texts = pl.Series("x", ["a", "b", "c"], learned.takes)
    held = dict(enumerate(["a", None, "c"]))

    with patch.object(pl.Categories, "__getitem__", lambda _, number: _text_of(held, number)):
        assert learned.values(texts[[0, 2]].to_frame())["x"].to_list() == ["A", "C"]
        held[1] = "b"
        assert learned.values(texts.to_frame())["x"].to_list() == ["A", "B", "C"]


def _text_of(held: dict[int, str | None], number: int) -> str:
    text = held[number]
    if text is None:
        raise IndexError(number)
    return text


_LINES = st.text(st.sampled_from('ab ,"\n'), max_size=24)
_PIECES = st.lists(
    st.sampled_from(['"', ",", "\n", "\r\n", "a", '"x"', '"x,y"', '"x\ny"', '"x""y"', " ", '""']), max_size=16
)


def _blocks(data: bytes, rows: int, *, coded: bool = False) -> list[Block] | str:
    """Return the blocks of some rows of three columns, or why there are none."""
    layout = CsvLayout(",", headings=3, needed=3, width=4, first_line=2, begin=0, row_bytes=3)
    dtype = pl.Categorical(pl.Categories.random())
    dtypes = {0: dtype, 2: dtype} if coded else {}
    try:
        return list(read_blocks(io.BytesIO(data), layout, rows, "x.csv", lambda: dtypes))
    except CaseFileError as error:
        return str(error)


def _told(blocks: list[Block] | str) -> object:
    """Return the rows and problems of blocks, blank rows left out."""
    if isinstance(blocks, str):
        return blocks
    rows = [
        row
        for block in blocks
        for row in as_text(block.cells).rows()
        if any((cell or "").strip() for cell in row[1:])
    ]
    return rows, sorted(problem for block in blocks for problem in block.problems)


@settings(deadline=None)
@given(st.one_of(_LINES, _PIECES.map("".join)), st.integers(1, 12))
def test_polars_cuts_cells_as_the_csv_module_does(text: str, rows: int) -> None:
    """By polars or by hand, in one block or in many: the same rows on the same lines, the same problems."""
    data = text.encode()

    with patch.object(csv_reader, "_by_polars", return_value=None):
        by_hand = _told(_blocks(data, 1000))

    assert _told(_blocks(data, 1000)) == by_hand
    assert _told(_blocks(data, rows)) == by_hand
    assert _told(_blocks(data, 1000, coded=True)) == by_hand
    assert _told(_blocks(data, rows, coded=True)) == by_hand


def test_both_ways_give_the_same_frame() -> None:
    """Names and types are those of a block, whoever cuts it."""
    data = b'a,"b",c\n"d\ne",,f\n'
    quick = _blocks(data, 1000)
    with patch.object(csv_reader, "_by_polars", return_value=None):
        slow = _blocks(data, 1000)

    assert not isinstance(quick, str)
    assert not isinstance(slow, str)
    assert_frame_equal(quick[0].cells, slow[0].cells)
    assert quick[0].cells.rows() == [(2, "a", "b", "c"), (3, "d\ne", None, "f")]

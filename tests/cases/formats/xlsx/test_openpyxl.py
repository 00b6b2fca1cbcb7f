"""Two readers of Excel workbooks that share no code find the same cells."""

import io
import warnings
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ehcp_timeline.cases.formats.detect import find_sheet
from ehcp_timeline.cases.headers import load_spellings
from ehcp_timeline.cases.model import vocabulary
from tests.cases.made import write

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
MOMENTS = st.builds(datetime.combine, DAYS, st.builds(time, st.integers(0, 23), st.integers(0, 59)))
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff_"),
    max_size=8,
).filter(lambda text: not text.startswith("="))
NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9).map(lambda x: round(x, 3)))
ERRORS = st.sampled_from(["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"])
CELLS = st.one_of(st.none(), TEXTS, NUMBERS, st.booleans(), DAYS, MOMENTS, ERRORS)


def as_openpyxl_reads(content: bytes) -> list[list[str | None]]:
    """Return the rows below the header as openpyxl finds them, in our words for each kind of cell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
    return [[in_words(cell.value) for cell in row] for row in sheet.iter_rows(min_row=2)]


def in_words(value: Any) -> str | None:
    """Return a value as a case file would have it."""
    match value:
        case None | "":
            return None
        case bool():
            return "true" if value else "false"
        case datetime():
            midnight = value.time() == time()
            return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
        case int() | float():
            return str(int(value)) if float(value).is_integer() else repr(value)
        case _:
            return str(value)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=6),
    above=st.integers(0, 3),
    from_1904=st.booleans(),
)
def test_every_cell_is_the_same(tmp_path: Path, rows: list[list[Any]], above: int, from_1904: bool) -> None:
    """Text, numbers, yes and no, dates, times and errors, in either calendar, below a banner or not."""
    made = openpyxl.Workbook()
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904 if from_1904 else made.epoch
    sheet = made.active
    assert sheet is not None
    sheet.append(["case_id", "remark", "note", "other"])
    for _ in range(above):
        sheet.append([])
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    made.save(file)
    content = file.getvalue()

    found = find_sheet(write(tmp_path, content), load_spellings(vocabulary()), vocabulary())
    (block,) = found.blocks(1000)

    expected = [(n, *row) for n, row in enumerate(as_openpyxl_reads(content), 2) if any(t for t in row)]
    assert [(row[0], *(text or None for text in row[1:])) for row in block.cells.iter_rows()] == expected

"""A list as a workbook: text stays text, dates are dates, and the same list gives the same bytes."""

import io
import re
import zipfile
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_timeline.measure.answer import Line
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.workbook import workbook_bytes

KEYS = ("case_id", "due", "days_late", "note", "provisional")
RECEIPT = Receipt("0.1.0", None, "f" * 64, date(2025, 6, 30), None, ())
LINE: Line = {"case_id": "C-1", "due": date(2025, 8, 20), "days_late": 7, "note": None, "provisional": True}


def _parts(*lines: Line) -> dict[str, str]:
    book = workbook_bytes(lines, KEYS, title="Overdue", receipt=RECEIPT, notes=("Mind this.",))
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        return {name: parts.read(name).decode("utf-8") for name in parts.namelist()}


def test_dates_are_dates_and_numbers_are_numbers() -> None:
    """20 August 2025 is day 45889 of Excel's own count; a blank cell is not a cell."""
    sheet = _parts(LINE)["xl/worksheets/sheet1.xml"]

    assert re.search(r'<c r="B2" s="\d+"><v>45889</v>', sheet)
    assert '<c r="C2"><v>7</v></c>' in sheet
    assert 'r="D2"' not in sheet


def test_a_percentage_is_a_number() -> None:
    """A rate to one decimal can be counted with, like a whole number."""
    sheet = _parts({**LINE, "days_late": 18.5})["xl/worksheets/sheet1.xml"]

    assert '<c r="C2"><v>18.5</v></c>' in sheet


def test_the_headings_are_frozen_and_can_be_filtered() -> None:
    """The first line is the headings, where a mail merge looks for them."""
    sheet = _parts(LINE, LINE)["xl/worksheets/sheet1.xml"]

    assert 'ySplit="1"' in sheet
    assert '<autoFilter ref="A1:E3"/>' in sheet


def test_it_says_that_it_is_internal() -> None:
    """A list of people is labelled as one."""
    assert "Internal working file: it names people." in _parts(LINE)["xl/sharedStrings.xml"]


def test_the_same_list_gives_the_same_bytes() -> None:
    """No clock on the wall, no name of a user."""
    parts = _parts(LINE)

    assert parts == _parts(LINE)
    assert "2025-06-30T00:00:00Z" in parts["docProps/core.xml"]


def test_a_list_without_lines_is_a_workbook_all_the_same() -> None:
    """Headings, and nothing below them."""
    assert '<autoFilter ref="A1:E1"/>' in _parts()["xl/worksheets/sheet1.xml"]


@settings(max_examples=60, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=40), st.sampled_from(["=1+1", "@x", "http://x.org", "mailto:x", "+1", "1"])
    )
)
def test_text_stays_text(text: str) -> None:
    """No formula, no link, no number is made of what a person typed, and no part is broken XML."""
    parts = _parts({**LINE, "note": text})

    assert [name for name, part in parts.items() if "<f>" in part or "hyperlink" in part] == []
    assert [name for name, part in parts.items() if 'TargetMode="External"' in part] == []
    assert [name for name, part in parts.items() if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", part)] == []


def test_a_cell_longer_than_a_cell_can_be_is_cut() -> None:
    """Excel takes 32,767 characters; a longer text is cut rather than dropped."""
    strings = _parts({**LINE, "note": "x" * 40_000})["xl/sharedStrings.xml"]

    assert f">{'x' * 32_767}<" in strings

"""Answers as data: complete, typed and safe to open."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_timeline.measure.answer import Finding, FrameRows, Line, keys, lines_of, streamed, values
from ehcp_timeline.output import data
from ehcp_timeline.output.data import (
    csv_text,
    json_text,
    markdown_text,
    ndjson_text,
    parquet_bytes,
    unformulated,
)
from tests.output.made import OVERDUE, UNKNOWN, WORST, audit, findings

FINDING_KEYS = keys(Finding)


def test_csv_quotes_text_and_leaves_numbers_bare() -> None:
    """One line for each finding, every key, dates as text, nothing where there is nothing."""
    text = csv_text(lines_of(findings(OVERDUE), Finding), FINDING_KEYS)
    header, line = text.splitlines()

    assert header == ",".join(f'"{key}"' for key in FINDING_KEYS)
    assert line == (
        '"C-1",2,"plan.issue","Send the finalised plan","SEND-Regs-2014 reg 13(2)","statutory","authority",'
        '"","2025-04-02","2025-08-20","2025-08-20","2025-08-19","2025-08-20","","overdue","",148,"certain","",'
        '"false","","",""'
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "  =1", "\t=1"])
def test_a_formula_is_text(text: str) -> None:
    """What a spreadsheet would run begins with an apostrophe, or with a tab spelled out."""
    shown = next(csv.reader(io.StringIO(csv_text([{"case_id": text}], ["case_id"]).splitlines()[1])))[0]

    assert shown.startswith(("'", "\\u{9}"))


@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    """No text at all comes out with a formula's first character, blanks before it or not."""
    assert unformulated(text).lstrip()[:1] not in set("=+-@＝＋－＠\t\r\0")


def test_json_has_dates_as_iso_and_nulls() -> None:
    """A date is written as 2025-08-20 and what does not apply as null."""
    first = json.loads(json_text(values(audit(OVERDUE))))["findings"][0]

    assert list(first) == list(FINDING_KEYS)
    assert first["due"] == "2025-08-20"
    assert first["answered"] is None
    assert first["provisional"] is False


def test_json_has_one_entry_a_line() -> None:
    """Two answers can be compared line by line: a key, or an entry of a list, is one line."""
    assert json_text({"a": 1, "b": [], "c": [{"d": date(2026, 1, 31)}, {"d": None}]}) == (
        '{\n  "a": 1,\n  "b": [],\n  "c": [\n    {"d": "2026-01-31"},\n    {"d": null}\n  ]\n}\n'
    )


def test_a_list_in_the_json_may_come_one_by_one() -> None:
    """An answer's long list is never held as JSON: as an iterator it gives the same text, empty or not."""
    answer = audit(OVERDUE, WORST)
    one_by_one = streamed(answer)

    assert isinstance(one_by_one["findings"], Iterator)
    assert "".join(data.json_parts(one_by_one)) == json_text(values(answer))
    assert json_text({"none": iter([])}) == '{\n  "none": []\n}\n'


def test_json_refuses_what_is_no_answer() -> None:
    """A value that is neither text, number, date nor null is a fault of ours, never guessed at."""
    with pytest.raises(TypeError, match="set"):
        json_text({"a": {1}})


def test_ndjson_is_one_object_a_line() -> None:
    """Two findings are two lines, in their order."""
    lines = ndjson_text(lines_of(findings(OVERDUE, WORST), Finding)).splitlines()

    assert [json.loads(line)["case_id"] for line in lines] == ["C-1", "C-2"]


@pytest.mark.parametrize("lines", [1, 2, 50_000])
@pytest.mark.parametrize(
    "text",
    [
        "C-1",
        "Łukasz",
        "a\u202eb",
        "a\x7f",
        "a\x1b[2J\n",
        "\U000e0041\u2028",
        'q"\\/',
        "",
        "=1",
        "\xa0＋1",
        "a-1",
    ],
)
def test_a_frame_is_written_as_its_rows_are(text: str, lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks by polars or row by row, the bytes are the same: nulls, dates, what is hidden, formulas."""
    monkeypatch.setattr(data, "BLOCK_LINES", lines)
    plain = findings(OVERDUE, WORST, UNKNOWN)
    for column, kind in (("case_id", pl.String), ("district", pl.Categorical), ("duty", pl.Enum([text]))):
        frame = plain.with_columns(pl.lit(text).cast(kind).alias(column)).select(FINDING_KEYS)

        assert b"".join(data.ndjson_blocks(frame)).decode() == ndjson_text(lines_of(frame, Finding))
        assert b"".join(data.csv_blocks(frame)).decode() == csv_text(lines_of(frame, Finding), FINDING_KEYS)
        rows = frame.to_dicts()
        assert json_text({"at once": FrameRows(frame)}) == json_text({"at once": rows})


def test_numbers_in_a_frame_are_written_as_they_are_in_rows() -> None:
    """Whole numbers, one decimal, large and small, and none."""
    numbers = [0.0, 0.1, 62.5, 100.0, 1234567.8, 1e15, None]
    frame = pl.DataFrame({"share": numbers, "count": [0, 1, 1000, 10**15, -3, None, None]})

    assert b"".join(data.csv_blocks(frame)).decode() == csv_text(frame.iter_rows(named=True), frame.columns)
    assert b"".join(data.ndjson_blocks(frame)).decode() == ndjson_text(frame.iter_rows(named=True))
    assert json_text({"a": FrameRows(frame)}) == json_text({"a": frame.to_dicts()})
    counts = frame.select("count", yes=pl.Series([True, False, None, True, None, None, False]))
    assert json_text({"a": FrameRows(counts)}) == json_text({"a": counts.to_dicts()})
    assert json_text({"a": FrameRows(counts.clear())}) == '{\n  "a": []\n}\n'


def test_ndjson_has_no_hidden_character_and_no_blank() -> None:
    """A character that steers a screen stands as an escape, wherever in the frame it is."""
    north = pl.lit("N\u202eorth").cast(pl.Categorical)
    frame = findings(OVERDUE).with_columns(district=north).select(FINDING_KEYS)

    [block] = data.ndjson_blocks(frame)

    assert block.startswith(b'{"case_id":"C-1","row":2,"deadline":"plan.issue",')
    assert b'"district":"N\\u202eorth"' in block
    assert block.isascii()


def test_markdown_marks_are_escaped() -> None:
    """A cell cannot end its column, begin a link or start a line."""
    row: Line = {"case_id": "a|b [x](y) <i>\n# z", "due": date(2026, 1, 31)}
    text = markdown_text([row], ["case_id", "due"], "T")

    assert text == (
        "# T\n\n| case\\_id | due |\n| --- | --- |\n| a\\|b \\[x\\](y) \\<i\\>\\\\u{a}\\# z | 2026-01-31 |\n"
    )


def test_parquet_holds_every_finding_with_real_dates() -> None:
    """The file read back has the keys in order, dates as dates, and the same rows."""
    frame = pl.read_parquet(io.BytesIO(parquet_bytes(findings(OVERDUE, UNKNOWN).select(FINDING_KEYS), "{}")))

    assert tuple(frame.columns) == FINDING_KEYS
    assert frame.schema["due"] == pl.Date
    assert frame["due"].to_list() == [date(2025, 8, 20), None]

"""The empty workbook is a case file that is understood, and checks what is typed into it."""

import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from ehcp_timeline.cases.model import NO_ROWS, vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.commands.template.command import template_workbook
from tests.cases.made import one_batch

COLUMNS = vocabulary().columns
BOOK = template_workbook(COLUMNS)


def test_its_header_is_every_column(tmp_path: Path) -> None:
    """Read back as a case file, every heading is taken, no row is there; its notes are not named."""
    path = tmp_path / "cases.xlsx"
    path.write_bytes(BOOK)

    source = open_case_file(str(path), vocabulary(), as_at=date(2026, 1, 15))
    batch = one_batch(source)

    assert [one.column for one in source.headings] == list(COLUMNS)
    assert (source.sheet.worksheet, batch.read) == ("Cases", 0)
    assert batch.problems == (NO_ROWS,)


def test_what_is_typed_is_checked() -> None:
    """A list of one code, yes or no, and a day after 1995; several codes in one cell cannot be checked."""
    sheet = openpyxl.load_workbook(io.BytesIO(BOOK))["Cases"]
    places = {cell.column_letter: cell.value for cell in sheet[1]}
    rules = {places[str(rule.sqref).split("2:")[0]]: rule for rule in sheet.data_validations.dataValidation}

    assert rules["review_outcome"].formula1 == '"maintain,amend,cease"'
    assert rules["exception_recorded"].formula1 == '"yes,no"'
    assert (rules["plan_issued"].type, rules["plan_issued"].formula1) == ("date", "34700")
    assert (rules["date_of_birth"].type, rules["date_of_birth"].formula1) == ("date", "31048")
    assert {rule.errorStyle for rule in rules.values()} == {"warning"}
    assert {"order_kind", "agreement_kind", "case_id", "district"}.isdisjoint(rules)


def test_a_second_sheet_says_what_each_column_means() -> None:
    """One line a column."""
    notes = list(openpyxl.load_workbook(io.BytesIO(BOOK))["Notes"].values)

    assert [line[0] for line in notes] == ["column", *COLUMNS]
    assert ("draft_sent", "the draft plan was served on the family", "a date, as 2026-01-31") in notes
    assert ("review_outcome", "what the review decided", "maintain, amend, cease") in notes


@pytest.mark.parametrize("mark", [b"<f>", b"<hyperlink", b'TargetMode="External"'])
def test_no_formula_and_no_link(mark: bytes) -> None:
    """Nothing in it does anything."""
    with zipfile.ZipFile(io.BytesIO(BOOK)) as parts:
        assert not any(mark in parts.read(name) for name in parts.namelist())


def test_every_copy_is_the_same() -> None:
    """Byte for byte."""
    assert template_workbook(COLUMNS) == BOOK

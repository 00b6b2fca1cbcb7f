"""Excel workbooks made by hand, for the tests of how they are read."""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

Rows = Sequence[Sequence[Any]]


def book(*sheets: tuple[str, Rows], hidden: Iterable[str] = (), **options: Any) -> bytes:
    """Return a workbook with these sheets, its cells written as Excel would; `options` go to xlsxwriter."""
    file = io.BytesIO()
    made = xlsxwriter.Workbook(file, {"default_date_format": "dd/mm/yyyy", **options})
    for name, rows in sheets:
        sheet = made.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, place, value)
                elif value is not None:
                    sheet.write(number, place, value)
        if name in hidden:
            sheet.hide()
    made.close()
    return file.getvalue()


def cases(*rows: Sequence[Any], **options: Any) -> bytes:
    """Return a workbook with one sheet of these rows."""
    return book(("Cases", rows), **options)


def changed(workbook: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook with one of its parts changed."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename == part else data)
    return file.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """Return a workbook whose only worksheet is this XML."""
    return changed(cases(["case_id"]), "xl/worksheets/sheet1.xml", lambda _: xml)


def sheet_xml(cells: str) -> bytes:
    """Return the XML of a worksheet around its rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'.encode()


FIRST_MARCH = date(2024, 3, 1)

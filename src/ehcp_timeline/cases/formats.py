"""Finds out what kind of file a case file is by its bytes, never by its name, and reads it as that kind."""

from ehcp_timeline.cases.csv_file import find_sheet as find_csv_sheet
from ehcp_timeline.cases.headings import Spellings
from ehcp_timeline.cases.raw import Raw, failures_named, open_raw, pieces
from ehcp_timeline.cases.sheet import Sheet
from ehcp_timeline.cases.survey import survey
from ehcp_timeline.cases.xlsx_preflight import WORKBOOK
from ehcp_timeline.cases.zipped import members, opened_zip
from ehcp_timeline.errors import CaseFileError

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_AS_XLSX = "save it as an Excel workbook (.xlsx)"
_OTHER_ZIPS = (
    ("xl/workbook.bin", "is a binary Excel workbook (.xlsb)", _AS_XLSX),
    ("content.xml", "is an OpenDocument file", _AS_XLSX),
    ("word/document.xml", "is a Word document", "export the cases as CSV or as an Excel workbook"),
)


def find_sheet(name: str, spellings: Spellings, dated: frozenset[str]) -> Sheet:
    """Open a case file of any kind and find its header row.

    Args:
        name: The file; `-` is standard input.
        spellings: What its headings may mean.
        dated: The columns that hold dates.

    Raises:
        CaseFileError: It cannot be read as a case file at all.
    """
    raw = open_raw(name)
    head = raw.head()
    if head.startswith((*_ZIP, _OLE)):
        with raw.file:
            return _zipped(raw, spellings, dated) if head.startswith(_ZIP) else _refuse_ole(raw)
    return find_csv_sheet(survey(raw), spellings)


def _zipped(raw: Raw, spellings: Spellings, dated: frozenset[str]) -> Sheet:
    """Read what a zip file holds: an Excel workbook."""
    from ehcp_timeline.cases.xlsx_file import find_xlsx_sheet

    with opened_zip(raw) as archive:
        held = members(archive)
    if WORKBOOK in held:
        return find_xlsx_sheet(raw, spellings, dated)
    for member, what, hint in _OTHER_ZIPS:
        if member in held:
            raise CaseFileError(f"{raw.shown} {what}, not a case file", hint)
    raise CaseFileError(f"{raw.shown} is a zip file without an Excel workbook in it", "unpack it first")


def _refuse_ole(raw: Raw) -> Sheet:
    """Say which kind of file it is that begins as old Office files and locked ones do."""
    held = b""
    with failures_named(raw.shown):
        for piece in pieces(raw.file):
            if _ENCRYPTED in held + piece:
                said = f"{raw.shown} is protected by a password"
                raise CaseFileError(said, "open it in Excel and save a copy without the password")
            held = piece[-len(_ENCRYPTED) :]
    raise CaseFileError(f"{raw.shown} is an old Excel workbook (.xls)", _AS_XLSX)

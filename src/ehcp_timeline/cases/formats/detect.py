"""Detects what kind of file a case file is from its bytes, never from its name, and reads it."""

import gzip
import os
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from ehcp_timeline.cases.formats import stream
from ehcp_timeline.cases.formats.annex_a import with_open_review
from ehcp_timeline.cases.formats.csv.encoding import survey
from ehcp_timeline.cases.formats.csv.reader import find_csv_sheet
from ehcp_timeline.cases.formats.xlsx.workbook import WORKBOOK
from ehcp_timeline.cases.headers import Spellings
from ehcp_timeline.cases.mapping.model import NOTHING_SAID, FileMapping
from ehcp_timeline.cases.model import Vocabulary
from ehcp_timeline.cases.sheet import Sheet
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import PIECE, pieces, reading, spool

MOST_SPOOLED = 500_000_000  # bytes that a packed file may unpack to

_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_AS_XLSX = "save it as an Excel workbook (.xlsx)"
_OTHER_ZIPS = (
    ("xl/workbook.bin", "is a binary Excel workbook (.xlsb)", _AS_XLSX),
    ("content.xml", "is an OpenDocument file", _AS_XLSX),
    ("word/document.xml", "is a Word document", "export the cases as CSV or as an Excel workbook"),
)

_AS_TABLE = "export the cases as CSV, as an Excel workbook or as Parquet"
_JSON = re.compile(rb'(\xef\xbb\xbf)?\s*(\[\s*)?\{\s*"')


def find_sheet(
    name: str, spellings: Spellings, vocabulary: Vocabulary, mapping: FileMapping = NOTHING_SAID
) -> Sheet:
    """Open a case file of any kind, or a folder with the files of one SEN2 return, and find its header row.

    The name `-` is standard input.

    Raises:
        CaseFileError: It cannot be read as a case file at all.
    """
    if name != stream.STDIN and os.path.isdir(name):  # noqa: PTH112 - a name that is too long is not a folder
        from ehcp_timeline.cases.formats.sen2.files import return_in_folder

        inside = partial(find_sheet, spellings=spellings, vocabulary=vocabulary, mapping=mapping)
        return return_in_folder(name, spellings, inside)
    raw = stream.open_raw(name)
    read = partial(_of_kind, spellings=spellings, vocabulary=vocabulary, mapping=mapping)
    if not raw.head().startswith((_GZIP, *_ZIP)):
        return with_open_review(read(raw), spellings)
    digest = raw.sha256()
    with raw.file:
        sheet = replace(_packed(raw, spellings, read), sha256=digest)
    return with_open_review(sheet, spellings)


def _packed(raw: stream.Raw, spellings: Spellings, read: Callable[[stream.Raw], Sheet]) -> Sheet:
    """Read a gzip file, an Excel workbook, or the one file or the SEN2 return that a zip file holds."""
    if raw.head().startswith(_GZIP):
        with reading(raw.shown):
            file = spool(_gunzipped(raw))
        return read(replace(raw, file=file, spooled=True))
    with stream.opened_zip(raw) as archive:
        held = stream.members(archive)
        for member, what, hint in () if WORKBOOK in held else _OTHER_ZIPS:
            if member in held:
                raise CaseFileError(f"{raw.shown} {what}, not a case file", hint)
        ours = (
            info for name, info in held.items() if not name.startswith("__macosx/") and "/." not in f"/{name}"
        )
        files = [info for info in ours if not info.is_dir()]
        if WORKBOOK not in held and len(files) != 1:
            from ehcp_timeline.cases.formats.sen2.files import return_in_zip

            return return_in_zip(raw, archive, files, spellings, read, MOST_SPOOLED)
        if WORKBOOK not in held:
            parts = stream.unpacked(archive, files[0], stream.Allowance(raw.shown, MOST_SPOOLED), raw.shown)
            with reading(raw.shown):
                raw = replace(raw, file=spool(parts), spooled=True)
    return read(raw)


def _gunzipped(raw: stream.Raw) -> Iterator[bytes]:
    allowance = stream.Allowance(raw.shown, MOST_SPOOLED)
    raw.file.seek(0)
    try:
        with gzip.GzipFile(fileobj=raw.file) as packed:
            while piece := packed.read(PIECE):
                allowance.take(len(piece))
                yield piece
    except (OSError, EOFError, zlib.error):
        raise stream.damaged(raw.shown) from None


def _of_kind(raw: stream.Raw, spellings: Spellings, vocabulary: Vocabulary, mapping: FileMapping) -> Sheet:
    """Read a file that is not packed, or was unpacked; what reads each kind is loaded only for it."""
    head = raw.head()
    if stream.is_xml(head):
        from ehcp_timeline.cases.formats.sen2.xml import find_sen2_sheet

        return find_sen2_sheet(raw)
    if _JSON.match(head):
        raw.file.close()
        raise CaseFileError(f"{raw.shown} is JSON, not a table of cases", _AS_TABLE)
    if not head.startswith((_GZIP, *_ZIP, _OLE, _PARQUET)):
        return find_csv_sheet(survey(raw), spellings, mapping)
    with raw.file:
        if head.startswith(_OLE):
            raise _locked_or_old(raw)
        if head.startswith(_PARQUET):
            from ehcp_timeline.cases.formats.parquet import find_parquet_sheet

            return find_parquet_sheet(raw)
        if head.startswith(_ZIP):
            with stream.opened_zip(raw) as archive:
                is_book = WORKBOOK in stream.members(archive)
            if is_book:
                from ehcp_timeline.cases.formats.xlsx.reader import find_xlsx_sheet

                return find_xlsx_sheet(raw, spellings, vocabulary, mapping)
    raise CaseFileError(f"{raw.shown} is packed twice", "unpack it first")


def _locked_or_old(raw: stream.Raw) -> CaseFileError:
    held = b""
    with reading(raw.shown):
        for piece in pieces(raw.file):
            if _ENCRYPTED in held + piece:
                said = f"{raw.shown} is protected by a password"
                return CaseFileError(said, "open it in Excel and save a copy without the password")
            held = piece[-len(_ENCRYPTED) :]
    return CaseFileError(f"{raw.shown} is an old Excel workbook (.xls)", _AS_XLSX)

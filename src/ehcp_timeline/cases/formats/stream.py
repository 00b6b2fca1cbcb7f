"""Opens a file, standard input or a zip file's member to be read more than once; streams XML safely."""

import hashlib
import re
import struct
import sys
import weakref
import zipfile
import zlib
from collections.abc import Callable, Generator, Mapping
from pyexpat import ExpatError
from typing import IO
from xml.parsers import expat

from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import PIECE, limit, open_input, pieces, reading, spool, too_much
from ehcp_timeline.record import record

STDIN = "-"
MOST_MEMBERS = 10_000
MOST_UNPACKED = 256_000_000  # bytes of the members that are read, together

_ENTRY = b"PK\x01\x02"  # zip keeps such an entry for every member
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, OverflowError, OSError),
    RuntimeError,  # a way of packing that Python does not know
)


@record(frozen=True, slots=True, weakref_slot=True)
class Raw:
    """An open file that is at its first byte.

    Attributes:
        name: The file as the user named it; `-` is standard input.
        shown: The same for messages.
        file: Its bytes; whoever takes the record closes it, unless it is spooled.
        spooled: It is an unlinked copy that only its owner can read, because the original can be read only
            once, or had to be transcoded. It is closed with the record.
    """

    name: str
    shown: str
    file: IO[bytes]
    spooled: bool

    def __post_init__(self) -> None:
        if self.spooled:
            weakref.finalize(self, self.file.close)

    def head(self) -> bytes:
        """Return its first bytes, up to 1,024, and go back to the first."""
        with reading(self.shown):
            head = self.file.read(1024)
            self.file.seek(0)
        return head

    def sha256(self) -> str:
        """Return the SHA-256 of its bytes in hexadecimal, and go back to the first."""
        with reading(self.shown):
            digest = hashlib.sha256()
            self.file.seek(0)
            for piece in pieces(self.file):
                digest.update(piece)
            self.file.seek(0)
        return digest.hexdigest()


def open_raw(name: str) -> Raw:
    """Open a file, or standard input where `name` is `-`.

    Raises:
        CaseFileError: It is missing, a folder, not ours to read, or breaks off.
    """
    if name != STDIN:
        with reading(name):
            return Raw(name, name, *open_input(name))
    shown = "standard input"
    if sys.stdin is None:
        raise CaseFileError(f"{shown} is closed", "name a file")
    with reading(shown):
        return Raw(name, shown, spool(pieces(sys.stdin.buffer)), spooled=True)


class Allowance:
    """How many bytes may still be unpacked from one file."""

    def __init__(self, shown: str, most: int = MOST_UNPACKED) -> None:
        self._shown = shown
        self._left = self._most = limit(most)

    def take(self, size: int) -> None:
        """Use up some bytes.

        Raises:
            CaseFileError: There are not so many left.
        """
        self._left -= size
        if self._left < 0:
            said = f"{self._shown} unpacks to more than {self._most // 1_000_000} million bytes"
            raise too_much(said, "a file of cases is smaller; save the sheet with the cases by itself")


def opened_zip(raw: Raw) -> zipfile.ZipFile:
    """Return the zip file that an open file holds.

    Raises:
        CaseFileError: It is damaged or cut short, or has too many members.
    """
    entries, held = 0, b""
    raw.file.seek(0)
    for piece in pieces(raw.file):
        entries += (held + piece).count(_ENTRY)
        held = piece[-len(_ENTRY) + 1 :]
    raw.file.seek(0)
    if entries > MOST_MEMBERS:
        said = f"{raw.shown} holds more than {MOST_MEMBERS:,} files"
        raise CaseFileError(said, "give the case file itself")
    try:
        return zipfile.ZipFile(raw.file)
    except _BROKEN:
        raise damaged(raw.shown) from None


def members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the members by their names in small letters, with `/` between folders."""
    return {info.filename.replace("\\", "/").lower(): info for info in archive.infolist()}


def unpacked(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance, shown: str
) -> Generator[bytes]:
    """Yield a member piece by piece.

    Raises:
        CaseFileError: It is damaged, has a password, or is larger than allowed, whatever size it declares.
    """
    if info.flag_bits & 1:
        raise CaseFileError(f"{shown} is protected by a password", "save a copy without the password")
    try:
        with archive.open(info) as member:
            while piece := member.read(PIECE):
                allowance.take(len(piece))
                yield piece
    except _BROKEN:
        raise damaged(shown) from None


def damaged(shown: str) -> CaseFileError:
    """Return the error for a zip file, as an Excel workbook is one, that cannot be unpacked."""
    return CaseFileError(
        f"{shown} is damaged or was cut short", "copy it again, or open it and save it again"
    )


Start = Callable[[str, Mapping[str, str]], object]
Text = Callable[[str], object]

_AMPERSAND = re.compile(rb"&\w*\Z")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class BrokenXmlError(Exception):
    """XML that is not well formed: on which line, whether a bare ampersand breaks it, or it ends early."""

    def __init__(self, line: int, *, ampersand: bool, early: bool) -> None:
        super().__init__(line)
        self.line, self.ampersand, self.early = line, ampersand, early


class XmlStream:
    """Puts XML to handlers while it goes by.

    Args:
        shown: The file, with which an error begins.
        start: Takes each element's name, as the file writes it, and its attributes.
        text: Takes text between tags, perhaps in several pieces.
        end: Takes the name of each element that ends.
    """

    def __init__(
        self, shown: str, start: Start | None = None, text: Text | None = None, end: Text | None = None
    ) -> None:
        self._shown = shown
        self._passed = 0
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
        parser.StartDoctypeDeclHandler = self._refuse

    @property
    def at(self) -> int:
        """The byte of the part at hand where the parser is; below 0 in the part before it."""
        return self._parser.CurrentByteIndex - self._passed

    def feed(self, part: bytes) -> None:
        """Take the next part of the XML; an empty one is the end.

        Raises:
            BrokenXmlError: It is not well formed.
            CaseFileError: It has a document type (with which small files declare gigabytes, or ask for other
                files), or an encoding that cannot be read.
        """
        try:
            self._parser.Parse(part, not part)
        except ExpatError as error:
            at = max(self._parser.ErrorByteIndex - self._passed, 0)
            ampersand = _AMPERSAND.search(part[max(at - 40, 0) : at]) is not None
            raise BrokenXmlError(error.lineno, ampersand=ampersand, early=not part) from None
        except (LookupError, ValueError):
            said = f"{self._shown} names an encoding that does not exist or cannot be read"
            raise CaseFileError(said, "export it again as UTF-8") from None
        self._passed += len(part)

    def _refuse(self, *_: object) -> None:
        said = f"{self._shown} declares a document type, which no case file needs"
        raise CaseFileError(said, "export it again, or open it in Excel and save it again")


def local(name: str) -> str:
    """Return an element's name in small letters, without the prefix of its namespace.

    >>> local("ns:ReceivedDate")
    'receiveddate'
    """
    return name.rpartition(":")[2].lower()


def is_xml(head: bytes) -> bool:
    """Return whether a file that begins so is XML, or a web page."""
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").lstrip().startswith(b"<")

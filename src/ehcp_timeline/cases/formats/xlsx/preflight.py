"""Looks through an Excel workbook before it is read: its size, its XML, how far its cells reach.

A few kilobytes of zip can unpack to gigabytes, and two cells in opposite corners make a reader reserve room
for seventeen thousand million. What has been looked at is copied, and only the copy is read.
"""

import posixpath
import re
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from ehcp_timeline.cases.formats.stream import MOST_UNPACKED, Allowance, Raw, damaged, members, unpacked
from ehcp_timeline.cases.formats.xlsx.cells import Cells, MalformedError
from ehcp_timeline.cases.formats.xml import Start, Text, run, streamed
from ehcp_timeline.errors import CaseFileError

WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_AS_THEY_ARE = ("[Content_Types].xml", "_rels/.rels")
_STYLES = "xl/styles.xml"
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|\[[^]]*\]')
_STRINGS = "xl/sharedStrings.xml"


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook that may be read.

    Attributes:
        file: A copy of what was looked at, an uncompressed zip without a name.
        cells: Worksheet to what its cells look like, the visible ones only, in the workbook's order; where
            one was asked for by its name, that one only.
        hidden: The worksheets that are hidden.
        from_1904: Its days are counted from 1 January 1904, as Excel for Mac once did.
    """

    file: IO[bytes]
    cells: Mapping[str, Cells]
    hidden: tuple[str, ...]
    from_1904: bool


@dataclass(slots=True)
class _Contents:
    """What `workbook.xml` and its relations say.

    Attributes:
        sheets: Name, state and relation of each sheet.
        targets: Relation to the part of the workbook that it means.
        from_1904: As in `Workbook`.
    """

    sheets: list[tuple[str, str, str]] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)
    from_1904: bool = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take note of an element of either file."""
        match name.rpartition(":")[2]:
            case "sheet":
                relation = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
                self.sheets.append((attributes.get("name", ""), attributes.get("state", "visible"), relation))
            case "workbookPr":
                self.from_1904 = attributes.get("date1904", "0").lower() in {"1", "true", "on"}
            case "Relationship":
                target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
                self.targets[attributes.get("Id", "")] = target.lstrip("/")


class _Styles:
    """What `styles.xml` says of how cells are shown."""

    def __init__(self) -> None:
        self._formats: dict[str, str] = {"17": "mmm-yy"}
        self._cells: list[str] = []
        self._of_cells = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take note of a format, and of the format that each style of cells has."""
        local = name.rpartition(":")[2]
        if local == "numFmt":
            self._formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif local == "xf" and self._of_cells:
            self._cells.append(attributes.get("numFmtId", ""))
        elif local in {"cellXfs", "cellStyleXfs", "cellStyles"}:
            self._of_cells = local == "cellXfs"

    def months(self) -> frozenset[str]:
        """Return the styles of cells that show a month and a year, and no day."""
        shown = {number: set(_NOT_SHOWN.sub("", text.lower())) for number, text in self._formats.items()}
        return frozenset(
            str(place)
            for place, number in enumerate(self._cells)
            if {"m", "y"} <= shown.get(number, set()) and not shown[number] & set("dhs")
        )


class _Copying:
    """Copies parts of one zip file into another while they are looked at."""

    def __init__(self, source: zipfile.ZipFile, target: zipfile.ZipFile, shown: str) -> None:
        self._source, self._target, self._shown = source, target, shown
        self._members = members(source)
        self._allowance = Allowance(shown)

    def has(self, part: str) -> bool:
        """Return whether there is such a part, however its name is written."""
        return part.lower() in self._members

    def pieces(self, part: str, start: Start | None = None, text: Text | None = None) -> Iterator[bytes]:
        """Yield a part while its XML is put to handlers."""
        info = self._members[part.lower()]
        raw = unpacked(self._source, info, self._allowance, self._shown)
        return streamed(raw, self._shown, start=start, text=text, malformed=lambda *_: damaged(self._shown))

    def copy(self, part: str, start: Start | None = None, text: Text | None = None) -> None:
        """Copy a part, if there is one, while its XML is put to handlers."""
        if self.has(part):
            with self._target.open(part, "w") as target:
                for piece in self.pieces(part, start, text):
                    target.write(piece)


@contextmanager
def looked_through(archive: zipfile.ZipFile, raw: Raw, worksheet: str = "") -> Iterator[Workbook]:
    """Look through the parts of a workbook that are read, and give a copy of them.

    Args:
        archive: The workbook.
        raw: The same as a file.
        worksheet: The only worksheet to read, hidden or not; empty for every visible one.

    Raises:
        CaseFileError: It is too large, reaches too far, is damaged, or declares a document type.
    """
    contents = _Contents()
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as target:
            copying = _Copying(archive, target, raw.shown)
            copying.copy(WORKBOOK, contents.start)
            copying.copy(_RELATIONS, contents.start)
            for part in _AS_THEY_ARE:
                copying.copy(part)
            styles = _Styles()
            copying.copy(_STYLES, styles.start)
            wanted = {
                name: relation
                for name, state, relation in contents.sheets
                if (name == worksheet if worksheet else state == "visible")
            }
            if worksheet and not wanted:
                raise _no_such_sheet(raw.shown, worksheet, [name for name, _, _ in contents.sheets])
            cells = _sheets(copying, wanted, contents.targets, raw.shown, styles.months())
            lengths = _Lengths()
            copying.copy(_STRINGS, lengths.start, lengths.text)
        if max(lengths.each, default=0) * sum(cell.referring for cell in cells.values()) > MOST_UNPACKED:
            _add_up_texts(file, [contents.targets[wanted[name]] for name in cells], lengths.each, raw.shown)
        file.seek(0)
        hidden = tuple(name for name, state, _ in contents.sheets if state != "visible")
        yield Workbook(file, cells, hidden, contents.from_1904)


def _no_such_sheet(shown: str, worksheet: str, names: Sequence[str]) -> CaseFileError:
    """Return the error for a worksheet that a workbook does not have."""
    held = ", ".join(f'"{name}"' for name in names)
    said = f'{shown} has no sheet "{worksheet}"'
    return CaseFileError(said, f"its sheets are {held}; correct --sheet, or sheet in ehcp.toml")


def _sheets(
    copying: _Copying,
    wanted: Mapping[str, str],
    targets: Mapping[str, str],
    shown: str,
    months: Collection[str],
) -> dict[str, Cells]:
    """Copy the worksheets that are wanted, and return what the cells of each look like."""
    cells_of: dict[str, Cells] = {}
    copied: set[str] = set()
    for name, relation in wanted.items():
        part = targets.get(relation, "")
        if not copying.has(part) or part.lower() in copied:
            continue
        copied.add(part.lower())
        cells = Cells(shown, months)
        try:
            copying.copy(part, cells.start, cells.text)
        except MalformedError:
            raise damaged(shown) from None
        cells.close()
        cells_of[name] = cells
    return cells_of


def _add_up_texts(file: IO[bytes], parts: Sequence[str], lengths: Sequence[int], shown: str) -> None:
    """Refuse a workbook whose cells repeat long texts until they fill the memory.

    A workbook keeps each text once and its cells refer to it. The sum is worked out only where the longest
    text in every such cell would be too much.
    """
    with zipfile.ZipFile(file) as copied:
        again = _Copying(copied, copied, shown)
        for part in parts:
            referred = _Referred(lengths, Allowance(shown))
            run(again.pieces(part, referred.start, referred.text))


class _Lengths:
    """How long each text is that a workbook keeps once."""

    def __init__(self) -> None:
        self.each: list[int] = []

    def start(self, name: str, _: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self.each.append(0)

    def text(self, text: str) -> None:
        if self.each:
            self.each[-1] += len(text)


class _Referred:
    """Adds up the texts that the cells of a worksheet refer to."""

    def __init__(self, lengths: Sequence[int], allowance: Allowance) -> None:
        self._lengths, self._allowance = lengths, allowance
        self._refers = self._watched = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._refers = attributes.get("t") == "s"
        self._watched = self._refers and local == "v"

    def text(self, text: str) -> None:
        place = text.strip()
        if self._watched and place.isdigit() and int(place[:9]) < len(self._lengths):
            self._allowance.take(self._lengths[int(place[:9])])

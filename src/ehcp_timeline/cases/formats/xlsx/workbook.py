"""Checks an Excel workbook before it is read: its size, its XML, how far its cells reach, where Excel failed.

A few kilobytes of zip can unpack to gigabytes, and two cells in opposite corners make a reader reserve memory
for seventeen thousand million. What has been checked is copied, and only the copy is read.
"""

import posixpath
import re
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from ehcp_timeline.cases.cells.values import UNCALCULATED
from ehcp_timeline.cases.formats import stream
from ehcp_timeline.cases.sheet import address
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import reading
from ehcp_timeline.record import record

MOST_CELLS = 5_000_000
LAST_COLUMN, LAST_ROW = 16_384, 1_048_576

_FIGURES = "0123456789"
_IN_ONE_COLUMN = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):\1([1-9][0-9]{0,6})")


class MalformedError(Exception):
    """The XML is not that of a worksheet."""


class Cells:
    """The cells of one worksheet, put to `start` and `text` element by element.

    Attributes:
        high: The last row that holds something, counted from 1.
        wide: The last column that holds something, counted from 1.
        failed: Row and column, from 1, to what is there instead of a value: an Excel error, or
            `UNCALCULATED` where a formula was saved without its result.
        referring: How many cells hold a text that stands once in the workbook.
        hidden: The rows that are hidden, as a filter hides them.
        months: Row and column, from 1, of the cells that show a month without its day.
        merged: Column, first and last row, from 1, of cells of one column that are merged over several rows.
    """

    def __init__(self, shown: str, month_styles: Collection[str] = ()) -> None:
        self.high = self.wide = self.referring = 0
        self.failed: dict[tuple[int, int], str] = {}
        self.hidden: set[int] = set()
        self.months: list[tuple[int, int]] = []
        self.merged: list[tuple[int, int, int]] = []
        self._month_styles = month_styles
        self._shown = shown
        self._row = self._column = 0
        self._row_text = ""
        self._kind: str | None = None
        self._formula = False
        self._watched = False
        self._value = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take note of an element that begins."""
        local = name.rpartition(":")[2] if ":" in name else name
        if local == "c":
            self.close()
            self._kind = attributes.get("t")
            self.referring += self._kind == "s"
            if place := attributes.get("r"):
                letters = place.rstrip(_FIGURES)
                self._column = _column(letters)
                figures = place[len(letters) :]
                if figures != self._row_text:
                    self._row_text, self._row = figures, _row(figures)
            else:
                self._column += 1
            if self._month_styles and attributes.get("s") in self._month_styles:
                self.months.append((self._row, self._column))
        elif local in {"v", "is"}:
            self._fill()
            self._watched = local == "v" and (self._formula or self._kind == "e")
        elif local == "f":
            self._fill()
            self._formula, self._watched = True, False
        elif local == "row":
            self.close()
            self._row_text = attributes.get("r") or str(self._row + 1)
            self._row, self._column = _row(self._row_text), 0
            if attributes.get("hidden") in {"1", "true"}:
                self.hidden.add(self._row)
        elif local == "mergeCell" and (match := _IN_ONE_COLUMN.fullmatch(attributes.get("ref", ""))):
            self.merged.append((_column(match[1]), _row(match[2]), _row(match[3])))

    def text(self, text: str) -> None:
        """Take note of text inside an element; it counts where it may be an error or a missing result."""
        if self._watched:
            self._value += text[:40]

    def close(self) -> None:
        """End the cell that was begun."""
        value = self._value.strip()
        if self._kind == "e":
            self.failed[self._row, self._column] = value or "#N/A"
        elif self._formula and not value and self._kind != "str":
            self.failed[self._row, self._column] = UNCALCULATED
        self._kind, self._formula, self._watched, self._value = None, False, False, ""

    def _fill(self) -> None:
        if self._row > self.high or self._column > self.wide:
            self.high, self.wide = max(self.high, self._row), max(self.wide, self._column)
            if self.high * self.wide > MOST_CELLS:
                said = f"{self._shown} reaches to {address(self._row, self._column)}"
                raise CaseFileError(
                    f"{said}, more than {MOST_CELLS:,} cells from A1",
                    "delete the cells far below or beside the cases, or save them as CSV UTF-8",
                )


_COLUMNS: dict[str, int] = {}


def _column(letters: str) -> int:
    if number := _COLUMNS.get(letters):
        return number
    number = 0
    for letter in letters if letters.isascii() and letters.isalpha() and len(letters) <= 3 else "":
        number = number * 26 + ord(letter.upper()) - ord("A") + 1
    if not 1 <= number <= LAST_COLUMN:
        raise MalformedError
    return _COLUMNS.setdefault(letters, number)


def _row(figures: str) -> int:
    number = int(figures) if figures.isascii() and figures.isdigit() and len(figures) <= 7 else 0
    if not 1 <= number <= LAST_ROW:
        raise MalformedError
    return number


WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_AS_THEY_ARE = ("[Content_Types].xml", "_rels/.rels")
_STYLES = "xl/styles.xml"
_STRINGS = "xl/sharedStrings.xml"
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|\[[^]]*\]')


@record(frozen=True, slots=True)
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


class _Contents:
    """What the parts of a workbook say, but for its worksheets."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []  # name, state and relation
        self.targets: dict[str, str] = {}  # relation to the part that it means
        self.from_1904 = False
        self.lengths: list[int] = []  # of the texts that the workbook keeps once
        self._formats: dict[str, str] = {"17": "mmm-yy"}
        self._cell_formats: list[str] = []
        self._of_cells = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "sheet":
                relation = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
                self.sheets.append((attributes.get("name", ""), attributes.get("state", "visible"), relation))
            case "workbookPr":
                self.from_1904 = attributes.get("date1904", "0").lower() in {"1", "true", "on"}
            case "Relationship":
                target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
                self.targets[attributes.get("Id", "")] = target.lstrip("/")
            case "numFmt":
                self._formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            case "xf" if self._of_cells:
                self._cell_formats.append(attributes.get("numFmtId", ""))
            case "cellXfs" | "cellStyleXfs" | "cellStyles" as styles:
                self._of_cells = styles == "cellXfs"

    def start_text(self, name: str, _: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self.lengths.append(0)

    def text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)

    def month_styles(self) -> frozenset[str]:
        shown = {number: set(_NOT_SHOWN.sub("", text.lower())) for number, text in self._formats.items()}
        return frozenset(
            str(place)
            for place, number in enumerate(self._cell_formats)
            if {"m", "y"} <= shown.get(number, set()) and not shown[number] & set("dhs")
        )


class _Parts:
    def __init__(self, archive: zipfile.ZipFile, shown: str) -> None:
        self.by_name = stream.members(archive)
        self._archive, self._shown = archive, shown
        self._allowance = stream.Allowance(shown)

    def pieces(
        self, part: str, start: stream.Start | None = None, text: stream.Text | None = None
    ) -> Iterator[bytes]:
        """Yield a part, if there is one, however its name is written, once its XML was put to handlers."""
        if part.lower() not in self.by_name:
            return
        xml = stream.XmlStream(self._shown, start, text)
        info = self.by_name[part.lower()]
        try:
            for piece in stream.unpacked(self._archive, info, self._allowance, self._shown):
                xml.feed(piece)
                yield piece
            xml.feed(b"")
        except (stream.BrokenXmlError, MalformedError):
            raise stream.damaged(self._shown) from None


@contextmanager
def looked_through(archive: zipfile.ZipFile, raw: stream.Raw, worksheet: str) -> Iterator[Workbook]:
    """Look through the parts of a workbook that are read, and give a copy of them.

    The worksheet is the only one to read, hidden or not; empty for every visible one.

    Raises:
        CaseFileError: It is too large, reaches too far, is damaged, or declares a document type.
    """
    parts, contents = _Parts(archive, raw.shown), _Contents()
    cells_of: dict[str, Cells] = {}
    copied: list[str] = []
    with reading(raw.shown), tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as target:

            def copy(part: str, start: stream.Start | None = None, text: stream.Text | None = None) -> None:
                if part.lower() in parts.by_name:
                    with target.open(part, "w") as written:
                        written.writelines(parts.pieces(part, start, text))

            for part in (WORKBOOK, _RELATIONS, *_AS_THEY_ARE, _STYLES):
                copy(part, None if part in _AS_THEY_ARE else contents.start)
            wanted = {
                name: contents.targets.get(relation, "")
                for name, state, relation in contents.sheets
                if (name == worksheet if worksheet else state == "visible")
            }
            if worksheet and not wanted:
                held = ", ".join(f'"{name}"' for name, _, _ in contents.sheets)
                said = f'{raw.shown} has no sheet "{worksheet}"'
                raise CaseFileError(said, f"its sheets are {held}; correct --sheet, or sheet in ehcp.toml")
            months = contents.month_styles()
            for name, part in wanted.items():
                if part.lower() not in parts.by_name or part.lower() in map(str.lower, copied):
                    continue
                cells_of[name] = cells = Cells(raw.shown, months)
                copy(part, cells.start, cells.text)
                cells.close()
                copied.append(part)
            copy(_STRINGS, contents.start_text, contents.text)
        # The sum is worked out only where the longest text in every such cell would be too much.
        referring = sum(cells.referring for cells in cells_of.values())
        if max(contents.lengths, default=0) * referring > stream.MOST_UNPACKED:
            _refuse_repeated_texts(file, copied, contents.lengths, raw.shown)
        file.seek(0)
        hidden = tuple(name for name, state, _ in contents.sheets if state != "visible")
        yield Workbook(file, cells_of, hidden, contents.from_1904)


def _refuse_repeated_texts(file: IO[bytes], sheets: list[str], lengths: list[int], shown: str) -> None:
    """Refuse a workbook whose cells repeat long texts until they fill the memory: it keeps each text once."""
    refers = watched = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal refers, watched
        local = name.rpartition(":")[2]
        if local == "c":
            refers = attributes.get("t") == "s"
        watched = refers and local == "v"

    def text(text: str) -> None:
        place = text.strip()
        if watched and place.isdigit() and int(place[:9]) < len(lengths):
            allowance.take(lengths[int(place[:9])])

    with zipfile.ZipFile(file) as archive:
        parts = _Parts(archive, shown)
        for sheet in sheets:
            allowance = stream.Allowance(shown)
            for _ in parts.pieces(sheet, start, text):
                pass

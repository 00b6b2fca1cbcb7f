"""Scans the cells of a worksheet as its XML is streamed: how far they reach, and where Excel failed."""

from collections.abc import Collection, Mapping

from ehcp_timeline.cases.cells.values import UNCALCULATED
from ehcp_timeline.cases.sheet import address
from ehcp_timeline.errors import CaseFileError

MOST_CELLS = 5_000_000
LAST_COLUMN, LAST_ROW = 16_384, 1_048_576

_FIGURES = "0123456789"


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
    """

    def __init__(self, shown: str, month_styles: Collection[str] = ()) -> None:
        self.high = self.wide = self.referring = 0
        self.failed: dict[tuple[int, int], str] = {}
        self.hidden: set[int] = set()
        self.months: list[tuple[int, int]] = []
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
            self._begin_cell(attributes)
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

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
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

"""What one cell is: blank, an Excel error, a code, a yes or no, or something that cannot be read."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from ehcp_timeline.cases.headers import fold
from ehcp_timeline.cases.model import Column, Problem
from ehcp_timeline.record import record

# Python and polars differ about what is white space, so both are told.
WHITE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
DEFAULT_BLANKS = (
    frozenset(("n/a", "na", "n.a.", "n.a", "n\\a", "tbc", "t.b.c.", "tba", "tbd", "(blank)"))
    | frozenset(("null", "none", "nil", "nan", "nat", "-", "--", "–", "—", "."))
    | frozenset(("00/00/0000", "00-00-0000", "00.00.0000", "0000-00-00"))
)
SHOWN = 40
UNCALCULATED = "#UNCALCULATED"  # a formula that was saved without its result: our own word, not Excel's

_EXCEL_ERRORS = (
    *("N/A", "REF!", "VALUE!", "DIV/0!", "NAME?", "NULL!", "NUM!", "SPILL!", "CALC!", "FIELD!", "BLOCKED!"),
    *("CONNECT!", "BUSY!", "UNKNOWN!", "EXTERNAL!", "PYTHON!", "GETTING_DATA"),
    UNCALCULATED[1:],
)
# A column too narrow for its date is saved as a row of hashes. Python and polars understand this alike.
EXCEL_ERROR_PATTERN = "#(?:#+|{})".format(
    "|".join("".join(f"[{letter}{letter.lower()}]" for letter in error) for error in _EXCEL_ERRORS)
)
_EXCEL_ERROR = re.compile(EXCEL_ERROR_PATTERN, re.ASCII)
GUARDED_PATTERN = """="([^"]*)"|'([0-9=+@-].*)"""
_GUARDED = re.compile(GUARDED_PATTERN)
_BETWEEN_CODES = re.compile(r"[;,+&|/\n]")
_YES = frozenset(("yes", "y", "true", "1", "1.0"))
_NO = frozenset(("no", "n", "false", "0", "0.0"))


@record(frozen=True, slots=True)
class CellFault:
    """Why a cell cannot be read.

    Attributes:
        says: What is wrong, worded to follow the cell's text.
        cell: What is shown instead of the cell's text; empty to show the text.
        month: The first day of the month, if the cell is a month without a day.
    """

    rule: str
    says: str
    try_: str
    cell: str = ""
    month: date | None = None

    def problem(self, row: int, column: Column, text: str) -> Problem:
        """Return the problem of one cell; the text of a personal column is not shown."""
        cell = "the cell" if column.personal else self.cell or shown(text)
        return Problem(row, column.id, self.rule, f"{cell} {self.says}", self.try_, "cell")


EXCEL_ERROR = CellFault(
    "excel-error", "is an Excel error, not a blank", "correct the formula, or clear the cell"
)
TOO_NARROW = CellFault(
    "excel-error",
    "is what Excel shows where a column is too narrow",
    "widen the column and export again",
    "########",
)
NOT_CALCULATED = CellFault(
    "excel-error",
    "holds a formula that was never calculated",
    "open the workbook in Excel and save it",
    "the cell",
)


def shown(text: str) -> str:
    r"""Return a cell's text in quotes, on one line and not too long.

    >>> shown("to be\nconfirmed")
    '"to be confirmed"'
    """
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= SHOWN else f'"{line[:SHOWN]}…"'


def blank_words(words: Iterable[str]) -> frozenset[str]:
    """Return the words that count as a blank, as `is_blank` wants them."""
    return frozenset(word.strip(WHITE).lower() for word in words)


def is_blank(text: str, blanks: frozenset[str]) -> bool:
    """Return whether a cell is empty, or is one of the `blank_words`."""
    word = text.strip(WHITE).lower()
    return not word or (word in blanks and not is_excel_error(text))


def is_excel_error(text: str) -> bool:
    """Return whether a cell is what Excel writes where a formula failed or a column is too narrow."""
    return "#" in text and _EXCEL_ERROR.fullmatch(text.strip(WHITE)) is not None


def excel_error(text: str) -> CellFault | None:
    """Return the fault of a cell that holds an Excel error, None for any other."""
    if not is_excel_error(text):
        return None
    word = text.strip(WHITE)
    return TOO_NARROW if word.strip("#") == "" else NOT_CALCULATED if word == UNCALCULATED else EXCEL_ERROR


def unguarded(cell: str) -> str:
    """Return a cell without what makes Excel take it for text: `="0123"`, or an apostrophe before a number.

    >>> unguarded('="06/10/2025"'), unguarded("'0123")
    ('06/10/2025', '0123')
    """
    guarded = _GUARDED.fullmatch(cell)
    return (guarded[1] or guarded[2] or "").strip(WHITE) if guarded else cell


def read_flag(cell: str) -> bool | CellFault:
    """Read a yes or no."""
    word = cell.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    return CellFault("unknown-flag", "is neither yes nor no", "use yes or no")


def code_reader(
    column: Column, absorbs: Mapping[str, str], words: Mapping[str, str]
) -> Callable[[str], frozenset[str] | CellFault]:
    """Return the function that reads a cell of a fact with a closed list of codes.

    `absorbs` is a code to the code that it takes in where both are in one cell, `words` every folded word
    for a code to the code.
    """

    def read(cell: str) -> frozenset[str] | CellFault:
        several = column.several and fold(cell) not in words
        pieces = [fold(piece) for piece in (_BETWEEN_CODES.split(cell) if several else [cell])]
        pieces = [piece for piece in pieces if piece or not several]
        unknown = [piece for piece in pieces if piece not in words]
        if pieces and not unknown:
            codes = frozenset(words[piece] for piece in pieces)
            return codes - {taken for code, taken in absorbs.items() if code in codes}
        close = difflib.get_close_matches(unknown[0], words, n=1, cutoff=0.75) if unknown else []
        hint = f"did you mean {words[close[0]]}? " if close else ""
        allowed = f"{'one or more' if column.several else 'one'} of {', '.join(column.codes)}"
        return CellFault("unknown-code", f"is not a code of {column.id}", f"{hint}use {allowed}")

    return read

"""Reads whole columns of text by asking the definition about each distinct text once."""

import re
from collections.abc import Callable
from datetime import date

import polars as pl

from ehcp_timeline.cases.cells import Reader, Value
from ehcp_timeline.cases.date_order import DateOrders
from ehcp_timeline.cases.dates import TIME_PATTERN, TIMED_PATTERN
from ehcp_timeline.cases.sheet import as_text
from ehcp_timeline.cases.values import EXCEL_ERROR_PATTERN, WHITE, Fault, joined

Plain = date | str | bool

# A council's dates are some thousands of distinct texts; a column of times of day may have a million.
MANY = 20_000
AT_MOST = 200_000

# Most case numbers: without white space around them, and with a digit that no Excel error and hardly any
# word for a blank has.
_PLAIN = "^(?:[!-~][ -~]*)?[1-9](?:[ -~]*[!-~])?$"
_NUMBERED = re.compile("[1-9]")
_ZERO = pl.Series([0], dtype=pl.UInt32)


def untimed(texts: pl.Expr) -> pl.Expr:
    """Return dates without the time of day after them: fewer texts, the same dates."""
    timed = texts.str.contains(f"^{TIMED_PATTERN}$")
    return pl.when(timed).then(texts.str.replace(f"{TIME_PATTERN}$", "")).otherwise(texts)


class Lookup:
    """Learns what each distinct text of some columns means, and reads the columns by it.

    polars gives each text a number, the same in every column and block: the place of its value.
    """

    def __init__(
        self,
        read: Reader,
        dtype: type[pl.DataType],
        fewer: Callable[[pl.Expr], pl.Expr] | None = None,
        orders: DateOrders | None = None,
    ) -> None:
        """Begin without knowing any text.

        Args:
            read: The definition: one text to its value, None for a blank, or a fault.
            dtype: Of the values; several codes are one String, as `values.joined` gives it.
            fewer: Rewrites a column to fewer distinct texts with the same values, used where there are many.
            orders: Watches whether dates are day-first.
        """
        self._orders = orders
        self._read = read
        self._fewer = fewer
        self._rewrites = False
        self._nothing = pl.Series([None], dtype=dtype)
        self._forget()

    @property
    def takes(self) -> pl.DataType:
        """Return as what the next texts had best be given; any other kind of text will do as well."""
        return pl.String() if self._rewrites else self._held.dtype

    def values(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return the values of columns of text; blank and unreadable cells are null."""
        coded = self._coded(texts)
        numbers = coded.select(pl.all().to_physical())
        new = self._new(numbers)
        many = len(new) > MANY and self._fewer and not self._rewrites
        if many or (self._learnt and self._learnt + len(new) > AT_MOST):
            self._rewrites |= bool(many)
            self._forget()
            return self.values(texts)
        self._learn(new)
        if self._orders:
            self._orders.look(coded)
        return pl.DataFrame([self._of(column) for column in numbers])

    def _forget(self) -> None:
        """Begin again without knowing any text."""
        self._categories = pl.Categories.random()
        # Kept because polars forgets categories that no column uses.
        self._held = pl.Series([], dtype=pl.Categorical(self._categories))
        self._values = self._nothing.clear()
        self._learnt = 0

    def _coded(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return columns of text with a number for each text."""
        if self._rewrites and self._fewer:
            texts = as_text(texts).with_columns(self._fewer(pl.all()))
        if all(dtype == self._held.dtype for dtype in texts.dtypes):
            return texts
        return as_text(texts).cast(self._held.dtype)

    def _new(self, numbers: pl.DataFrame) -> list[str | None]:
        """Return the texts with these numbers that are not learnt yet, and those with numbers before them.

        Where several threads number texts, polars may have taken a number for a text that it has not written
        down yet; that text is asked for when it turns up.
        """
        held = (column.max() for column in numbers)
        last = max((number for number in held if isinstance(number, int)), default=-1)
        return [self._text(number) for number in range(self._learnt, last + 1)]

    def _text(self, number: int) -> str | None:
        try:
            return str(self._categories[number])
        except IndexError:
            return None

    def _learn(self, new: list[str | None]) -> None:
        """Ask the definition about new texts."""
        texts = [text for text in new if text is not None]
        if self._orders:
            self._orders.learn(texts)
        read = [None if text is None else _plain(self._read(text)) for text in new]
        known = self._values.head(self._learnt)
        self._values = pl.concat([known, pl.Series(read, dtype=known.dtype)], rechunk=True)
        self._learnt += len(texts) if len(texts) == len(new) else new.index(None)

    def _of(self, numbers: pl.Series) -> pl.Series:
        """Return the values of one column; looking up columns without nulls is much faster."""
        there = numbers.is_not_null()
        if not there.any():
            return self._nothing.new_from_index(0, len(numbers)).alias(numbers.name)
        found = self._values[numbers.zip_with(there, _ZERO)]
        return found.zip_with(there, self._nothing).alias(numbers.name)


def clean_text(texts: pl.Series, blanks: frozenset[str]) -> pl.Series:
    """Return a column of free text without white space around it; blanks and Excel errors are null.

    For columns in which few texts repeat; the same as asking the definition about each.
    """
    if texts.str.contains(_PLAIN).all() and not any(_NUMBERED.search(word) for word in blanks):
        return texts
    stripped = texts.str.strip_chars(WHITE)
    blank = stripped.str.to_lowercase().is_in(["", *sorted(blanks)])
    error = stripped.str.contains(f"^(?:{EXCEL_ERROR_PATTERN})$")
    return stripped.set(blank | error, None)


def _plain(read: Value | Fault | None) -> Plain | None:
    """Return what was read as it stands in a frame."""
    if isinstance(read, Fault):
        return None
    return joined(read) if isinstance(read, frozenset) else read

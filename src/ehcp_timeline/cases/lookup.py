"""Reads whole columns of text by asking the definition about each distinct text once."""

import re
from collections.abc import Callable
from datetime import date

import polars as pl

from ehcp_timeline.cases.cells import Reader, Value
from ehcp_timeline.cases.date_order import DateOrders
from ehcp_timeline.cases.dates import TIME_PATTERN, TIMED_PATTERN
from ehcp_timeline.cases.values import EXCEL_ERROR_PATTERN, WHITE, Fault, joined

Plain = date | str | bool

# A council's dates are some thousands of distinct texts; a column of times of day may have a million.
MANY = 20_000
AT_MOST = 200_000

# Most case numbers: without white space around them, and with a digit that no Excel error and hardly any
# word for a blank has.
_PLAIN = "^(?:[!-~][ -~]*)?[1-9](?:[ -~]*[!-~])?$"
_NUMBERED = re.compile("[1-9]")


def untimed(texts: pl.Expr) -> pl.Expr:
    """Return dates without the time of day after them: fewer texts, the same dates."""
    timed = texts.str.contains(f"^{TIMED_PATTERN}$")
    return pl.when(timed).then(texts.str.replace(f"{TIME_PATTERN}$", "")).otherwise(texts)


class Lookup:
    """Learns what each distinct text of some columns means, and reads the columns by it."""

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
        self._dtype = dtype
        self._fewer = fewer
        self._rewrites = False
        self._known: dict[str, Plain | None] = {}
        self._texts = pl.Enum([])
        self._values = pl.Series(dtype=dtype)

    def values(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return the values of columns of text; blank and unreadable cells are null."""
        if self._rewrites and self._fewer:
            texts = texts.with_columns(self._fewer(pl.all()))
        codes = self._codes(texts)
        lacking = [name for name in texts.columns if codes[name].null_count() > texts[name].null_count()]
        new = _unknown(texts.select(lacking), codes.select(lacking)) if lacking else []
        if len(new) > MANY and self._fewer and not self._rewrites:
            self._rewrites = True
            return self.values(texts)
        if new:
            codes = codes.with_columns(self._codes(self._learned(texts, lacking, new)).get_columns())
        if self._orders:
            self._orders.look(texts)
        values = pl.lit(self._values)
        return codes.select(values.gather(pl.col(name)).alias(name) for name in codes.columns)

    def _codes(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return the place of each text among the known ones, null where it is not known."""
        return texts.select(pl.all().cast(self._texts, strict=False).to_physical())

    def _learned(self, texts: pl.DataFrame, lacking: list[str], new: list[str]) -> pl.DataFrame:
        """Ask the definition about new texts, and return the columns whose codes are to be looked up again.

        The places of known texts stay what they are, unless the old texts are forgotten because there would
        be too many.
        """
        forget = len(self._known) + len(new) > AT_MOST
        if forget:
            self._known, self._texts = {}, pl.Enum([])
            new = _unknown(texts, self._codes(texts))
        if self._orders:
            self._orders.learn(new)
        self._known |= {text: _plain(self._read(text)) for text in new}
        self._texts = pl.Enum(list(self._known))
        self._values = pl.Series(list(self._known.values()), dtype=self._dtype)
        return texts if forget else texts.select(lacking)


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


def _unknown(texts: pl.DataFrame, codes: pl.DataFrame) -> list[str]:
    """Return the distinct texts that have no code."""
    beside = texts.hstack(codes.select(pl.all().is_null().name.suffix("?")))
    distinct = beside.select(
        pl.col(name).filter(pl.col(f"{name}?")).drop_nulls().unique().implode() for name in texts.columns
    )
    return list(dict.fromkeys(text for texts in distinct.row(0) for text in texts))

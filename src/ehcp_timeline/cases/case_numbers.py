"""Which case numbers are one case: those that differ only in case, kind of hyphen or kind of blank.

A blank for a hyphen, `00123` for `123` and `123.0` for `123` give a warning, and count as different cases.
"""

from collections.abc import Iterator

import polars as pl

from ehcp_timeline.cases.cells.values import WHITE
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW

_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_MARKS = {**dict.fromkeys(_HYPHENS, "-"), **dict.fromkeys(WHITE, " ")}
_AS_PLAIN = str.maketrans(_MARKS)
_ODD = " |(?:^|[^0-9])0[0-9]|[.]0+$"
_ALIKE = (
    (" ", " ", "-"),
    (" ", " ", ""),
    ("(?:^|[^0-9])0[0-9]", "(^|[^0-9])0+([0-9])", "$1$2"),
    ("[.]0+$", "[.]0+$", ""),
)
_KEY, _CASE = "key", "case_id"


def case_key(text: str) -> str:
    r"""Return the form in which a case number is compared.

    >>> case_key(" SEN\u201145 "), case_key("SEN\u00a046")
    ('sen-45', 'sen 46')
    """
    return text.translate(_AS_PLAIN).strip().lower()


def key_of(texts: pl.Series) -> pl.Series:
    """Return the form in which each case number is compared."""
    return texts.str.replace_many(list(_MARKS), list(_MARKS.values())).str.strip_chars(" ").str.to_lowercase()


class CaseNumbers:
    """The case numbers of one file as it is read, each spelt as the file first spells it."""

    def __init__(self) -> None:
        self._seen: list[pl.DataFrame] = []
        self._known: pl.DataFrame | None = None  # once some number may be spelt in two ways
        self._small = self._large = False
        self._spelt: list[pl.DataFrame] = []

    def spelt(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return `row`, `case_id` and other cells with every `case_id` as it was first spelt."""
        own = cells.select(ROW, _CASE)
        texts = own.get_column(_CASE)
        plain = self._known is None and not self._small  # most are capitals and figures
        if plain and not texts.str.contains("[^ -`{-~]").any():
            self._seen.append(own)
            return cells
        self._small = self._small or bool(texts.str.contains("[a-z]").any())
        if self._small and not self._large:
            before = (seen.get_column(_CASE) for seen in self._seen)
            self._large = any(seen.str.contains("[A-Z]").any() for seen in (texts, *before))
        if self._known is None and not (self._large or texts.str.contains("[^ -~]").any()):
            self._seen.append(own)
            return cells
        keyed = _keyed(own)
        known = [self._known] if self._known is not None else [_keyed(seen) for seen in self._seen]
        self._known = pl.concat([*known, keyed]).unique(_KEY, keep="first", maintain_order=True)
        joined = keyed.join(self._known, on=_KEY, how="left", maintain_order="left", suffix="_first")
        other = joined.filter(pl.col(_CASE) != pl.col(f"{_CASE}_first"))
        self._spelt.append(other.unique(_CASE, keep="first"))
        first = joined.get_column(f"{_CASE}_first").alias(_CASE)
        self._seen.append(own.with_columns(first))
        return cells.with_columns(first)

    def at_the_end(self) -> Iterator[Problem]:
        """Yield what is odd about the numbers once every row has been read."""
        if self._spelt:
            again = pl.concat(self._spelt).unique(_CASE, keep="first", maintain_order=True).sort(ROW)
            for row, text, _, first_row, first in again.iter_rows():
                says = f'"{text}" and "{first}" (row {first_row}) are read as one case'
                tip = "write the number in one way"
                yield Problem(row, _CASE, "case-number-spelling", says, tip, "nothing")
        if self._seen:
            for row, text, other_row, other in alike(pl.concat(self._seen)):
                says = f'"{text}" and "{other}" (row {other_row}) may be one case; they are kept apart'
                tip = "if they are one case, write the number in one way"
                yield Problem(row, _CASE, "alike-case-numbers", says, tip, "nothing")


def _keyed(own: pl.DataFrame) -> pl.DataFrame:
    return own.with_columns(key_of(own.get_column(_CASE)).alias(_KEY))


def alike(numbers: pl.DataFrame) -> Iterator[tuple[int, str, int, str]]:
    """Yield the pairs of different numbers that may be one case, each with its row."""
    texts = numbers.get_column(_CASE)
    if not texts.str.contains(_ODD).any():
        return
    one_length = texts.str.len_bytes().n_unique() == 1  # as where all are padded with noughts
    for pattern, old, new in _ALIKE[: 1 if one_length else None]:
        odd = texts.str.contains(pattern)
        if not odd.any() or odd.all():
            continue
        variants = numbers.filter(odd).unique(_CASE, keep="first")
        variants = variants.with_columns(
            pl.col(_CASE).str.replace_all(old, new).str.to_lowercase().alias(_KEY)
        )
        others = numbers.filter(~odd).unique(_CASE, keep="first")
        others = others.with_columns(pl.col(_CASE).str.to_lowercase().alias(_KEY))
        pairs = variants.join(others, on=_KEY, suffix="_other").sort(ROW)
        yield from pairs.drop(_KEY).iter_rows()

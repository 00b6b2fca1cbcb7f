"""What the cells of each column of a file look like, without showing any of them."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import polars as pl

from ehcp_timeline.cases.cells.dates import FIRST_BIRTH, Window, event_window, read_date
from ehcp_timeline.cases.cells.values import EXCEL_ERROR_PATTERN, WHITE, CellFault

Kind = Literal["blank", "dates", "numbers", "yes or no", "text", "dates and others", "Excel errors"]

LONG = "long text"
ERROR = "Excel error"
_LONGEST = 30  # characters
_MOST_SHAPES = 2_000
_YES_NO = ("yes", "no", "y", "n", "true", "false")
_NUMBER = re.compile(r"[-+£]? ?9[9,]*(?:\.9+)?%?")
_TIME = re.compile(r"(?:a|,? )99?:99(?::99(?:[.,]9+)?)?(?: ?a)?$")
_DATES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"9999([-/.])99\1(99)"), r"YYYY\1MM\1DD"),
    (re.compile(r"9999([-/.])99?\1(99?)"), r"YYYY\1M\1D"),
    (re.compile(r"99([-/.])99\1(9999)"), r"DD\1MM\1YYYY"),
    (re.compile(r"99?([-/.])99?\1(9999)"), r"D\1M\1YYYY"),
    (re.compile(r"99([-/.])99\1(99)"), r"DD\1MM\1YY"),
    (re.compile(r"99?([-/.])99?\1(99)"), r"D\1M\1YY"),
    (re.compile(r"99?([-/. ]?)a\1(9999)"), r"D\1Mon\1YYYY"),
    (re.compile(r"99?([-/. ]?)a\1(99)"), r"D\1Mon\1YY"),
    (re.compile(r"9999([-/ ])a\1(99?)"), r"YYYY\1Mon\1D"),
    (re.compile(r"9{5}(?:\.9+)?()()"), r"Excel day number\1\2"),
)


@dataclass(frozen=True, slots=True)
class Look:
    """What the cells of one column look like.

    Attributes:
        filled: Cells with something in them, words that mean a blank left out.
        blank_words: Word that means a blank to how many cells hold it.
        kind: What they hold.
        formats: Layout to how many cells have it, the most frequent first. In a layout of a date `D` is a
            day, `M` a month, `Y` a year and `Mon` a month in words; in others `9` is a figure and `a` a
            letter or several.
        years: The first and the last year that the dates name; None where there are none.
    """

    filled: int
    blank_words: Mapping[str, int]
    kind: Kind
    formats: Mapping[str, int]
    years: tuple[int, int] | None

    def month_first(self) -> "Look":
        """Return the same with dates in figures called month-first."""
        named: Counter[str] = Counter()
        for layout, cells in self.formats.items():
            named[_month_first(layout) if layout.startswith("D") and "Mon" not in layout else layout] += cells
        return replace(self, formats=dict(named))


@dataclass(slots=True)
class _Seen:
    """What has been seen of one column: layout to cells, and one cell of each layout."""

    shapes: Counter[str] = field(default_factory=Counter)
    example: dict[str, str] = field(default_factory=dict)
    blank_words: Counter[str] = field(default_factory=Counter)
    yes_no: int = 0
    years: set[int] = field(default_factory=set)


class Looking:
    """Looks at the cells of a file as they go by."""

    def __init__(self, columns: int, blanks: frozenset[str], as_at: date) -> None:
        """Get ready for a file with so many columns.

        Args:
            columns: How many headings there are.
            blanks: Words that count as a blank.
            as_at: A date long after it is none.
        """
        self._seen = [_Seen() for _ in range(columns)]
        self._blanks = sorted(blanks)
        self._window = Window(FIRST_BIRTH, event_window(as_at).last)
        self.rows = 0

    def add(self, cells: pl.DataFrame) -> None:
        """Look at some rows: `row`, then each column by its place from "0"; blank rows do not count."""
        places = [str(place) for place in range(len(self._seen))]
        stripped = pl.col(places).str.strip_chars(WHITE)
        held = cells.select(pl.when(stripped != "").then(stripped).name.keep())
        self.rows += int(held.select(pl.any_horizontal(pl.all().is_not_null()).sum()).item())
        for place, seen in zip(places, self._seen, strict=True):
            texts = held.get_column(place)
            if texts.null_count() < texts.len():
                self._look(texts, seen)

    def looks(self) -> tuple[Look, ...]:
        """Return what has been seen."""
        return tuple(map(self._of, self._seen))

    def _look(self, texts: pl.Series, seen: _Seen) -> None:
        """Look at the cells of one column; some hold something."""
        text, folded = pl.col("text"), pl.col("text").str.to_lowercase()
        found = (
            texts.alias("text")
            .to_frame()
            .lazy()
            .drop_nulls()
            .with_columns(
                shape=pl.when(folded.is_in(self._blanks)).then(None).otherwise(_shape(text)),
                yes_no=folded.is_in(_YES_NO),
                year=text.str.extract(r"(?:^|[^0-9])((?:19|20)[0-9]{2})(?:[^0-9]|$)"),
            )
            .group_by("shape", maintain_order=True)
            .agg(pl.len(), text.first(), pl.col("yes_no").sum(), pl.col("year").drop_nulls().unique())
            .collect()
        )
        for shape, cells, example, yes_no, years in found.iter_rows():
            if shape is None:
                words = texts.filter(texts.str.to_lowercase().is_in(self._blanks))
                seen.blank_words.update(dict(words.value_counts().iter_rows()))
                continue
            known = shape if shape in seen.shapes or len(seen.shapes) < _MOST_SHAPES else LONG
            seen.shapes[known] += cells
            seen.example.setdefault(known, example)
            seen.yes_no += yes_no
            seen.years.update(map(int, years))

    def _of(self, seen: _Seen) -> Look:
        """Return what a column looks like."""
        dated = {shape: layout for shape in seen.shapes if (layout := self._date(shape, seen.example[shape]))}
        filled = seen.shapes.total()
        dates = sum(seen.shapes[shape] for shape in dated)
        kind = _kind(seen, dates, filled)
        named: Counter[str] = Counter()
        for shape, cells in seen.shapes.items():
            named[dated.get(shape, shape) if kind in ("dates", "dates and others") else shape] += cells
        formats = dict(sorted(named.items(), key=lambda one: (-one[1], one[0])))
        spread = (min(seen.years), max(seen.years)) if seen.years and dates else None
        return Look(filled, dict(sorted(seen.blank_words.items())), kind, formats, spread)

    def _date(self, shape: str, example: str) -> str:
        """Return the layout of dates that a shape stands for, or an empty string."""
        timed = _TIME.search(shape)
        bare = shape[: timed.start()] if timed else shape
        for pattern, layout in _DATES:
            if found := pattern.fullmatch(bare):
                read = read_date(example, self._window)
                if isinstance(read, CellFault) and read.rule != "month-first-date":
                    return ""
                named = found.expand(layout)
                named = _month_first(named) if isinstance(read, CellFault) else named
                return f"{named} and a time" if timed else named
        return ""


def _shape(texts: pl.Expr) -> pl.Expr:
    """Return the layout of cells: figures as 9, letters as a."""
    plain = texts.str.replace_all(r"\p{L}[\p{L}\p{M}'’]*", "a").str.replace_all(r"[0-9]", "9")
    error = texts.str.contains(f"^(?:{EXCEL_ERROR_PATTERN})$")
    return (
        pl.when(error)
        .then(pl.lit(ERROR))
        .when(texts.str.len_chars() > _LONGEST)
        .then(pl.lit(LONG))
        .otherwise(plain.str.replace_all(r"\s+", " "))
    )


def _kind(seen: _Seen, dates: int, filled: int) -> Kind:
    """Return what a column holds."""
    if not filled:
        return "blank"
    numbers = sum(cells for shape, cells in seen.shapes.items() if _NUMBER.fullmatch(shape))
    if seen.yes_no == filled:
        return "yes or no"
    if seen.shapes[ERROR] == filled:
        return "Excel errors"
    if dates > numbers or (dates and dates + seen.shapes[ERROR] == filled and numbers < filled):
        return "dates" if dates * 10 >= filled * 9 else "dates and others"
    return "numbers" if numbers == filled else "text"


def _month_first(layout: str) -> str:
    """Return a layout with the month before the day."""
    return layout.translate(str.maketrans("DM", "MD"))

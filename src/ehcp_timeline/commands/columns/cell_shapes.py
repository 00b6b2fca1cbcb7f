"""What the cells of each column of a file look like, without showing any of them."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

import polars as pl

from ehcp_timeline.cases.cells.dates import FIRST_BIRTH, Window, event_window, read_date
from ehcp_timeline.cases.cells.values import EXCEL_ERROR_PATTERN, WHITE, CellFault
from ehcp_timeline.measure.answer import NOT_IN_JSON
from ehcp_timeline.record import Ge, Le, Whole, field, record, replace

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


@record(frozen=True, slots=True)
class LayoutSeen:
    """How some cells are written; no cell is shown.

    Attributes:
        format: D, M, Y: day, month, year; Mon: a month in words; 9: a figure; a: letters.
    """

    format: str
    cells: Annotated[int, Ge(1)]


@record(frozen=True, slots=True)
class WordSeen:
    """A word that means a blank, or that is not a code of its column."""

    word: str
    cells: Annotated[int, Ge(1)]


@record(frozen=True, slots=True)
class CellProfile:
    """What the cells below a heading look like.

    Attributes:
        filled: Words that mean a blank left out.
        share: Of the rows; null where there are none.
        formats: The most frequent first.
        first: First day of an event that is read.
        words: Words that are no code, or neither yes nor no.
        years: The first and the last year that the dates name; None where there are none.
    """

    kind: Kind
    filled: Whole
    share: Annotated[float | None, Ge(0), Le(1)]
    formats: tuple[LayoutSeen, ...]
    first: date | None = None
    last: date | None = None
    blank_words: tuple[WordSeen, ...] = ()
    unreadable: Whole = 0
    words: tuple[WordSeen, ...] = ()
    years: tuple[int, int] | None = field(default=None, metadata=NOT_IN_JSON)

    def month_first(self) -> "CellProfile":
        """Return the same with dates in figures called month-first."""
        named: Counter[str] = Counter()
        for layout in self.formats:
            turns = layout.format.startswith("D") and "Mon" not in layout.format
            named[_month_first(layout.format) if turns else layout.format] += layout.cells
        return replace(self, formats=tuple(LayoutSeen(*item) for item in named.items()))


@record(slots=True)
class _Shapes:
    """What has been seen of one column: layout to cells, and one cell of each layout."""

    shapes: Counter[str] = field(default_factory=Counter)
    example: dict[str, str] = field(default_factory=dict)
    blank_words: Counter[str] = field(default_factory=Counter)
    yes_no: int = 0
    years: set[int] = field(default_factory=set)


class CellShapes:
    """Looks at the cells of a file as they go by."""

    def __init__(self, columns: int, blanks: frozenset[str], as_at: date) -> None:
        """Prepare for a file with so many columns; a day long after the as-at date is not read as a date."""
        self._seen = [_Shapes() for _ in range(columns)]
        self._blanks = sorted(blanks)
        self._window = Window(FIRST_BIRTH, event_window(as_at).last)
        self.rows = 0

    def add(self, cells: pl.DataFrame) -> None:
        """Look at some rows: `row`, then each column by its place from "0"; blank rows do not count.

        Blank headings at the end that no row reaches have no cells.
        """
        present = set(cells.columns)
        places = [place for place in map(str, range(len(self._seen))) if place in present]
        stripped = pl.col(places).str.strip_chars(WHITE)
        held = cells.select(pl.when(stripped != "").then(stripped).name.keep())
        self.rows += int(held.select(pl.any_horizontal(pl.all().is_not_null()).sum()).item())
        for texts in held:
            if texts.null_count() < texts.len():
                self._look(texts, self._seen[int(texts.name)])

    def profiles(self) -> Iterator[CellProfile]:
        """Yield what has been seen of each column."""
        for seen in self._seen:
            layouts = {shape: self._date(shape, seen.example[shape]) for shape in seen.shapes}
            filled = seen.shapes.total()
            dates = sum(cells for shape, cells in seen.shapes.items() if layouts[shape])
            kind = _kind(seen, dates, filled)
            named: Counter[str] = Counter()
            for shape, cells in seen.shapes.items():
                layout = layouts[shape] if kind in ("dates", "dates and others") else ""
                named[layout or shape] += cells
            most_first = sorted(named.items(), key=lambda item: (-item[1], item[0]))
            yield CellProfile(
                kind,
                filled,
                round(filled / self.rows, 4) if self.rows else None,
                tuple(LayoutSeen(*item) for item in most_first),
                blank_words=tuple(WordSeen(*item) for item in sorted(seen.blank_words.items())),
                years=(min(seen.years), max(seen.years)) if seen.years and dates else None,
            )

    def _look(self, texts: pl.Series, seen: _Shapes) -> None:
        text, folded = pl.col("text"), pl.col("text").str.to_lowercase()
        plain = text.str.replace_all(r"\p{L}[\p{L}\p{M}'’]*", "a").str.replace_all(r"[0-9]", "9")
        shape = (  # the layout of a cell: figures as 9, letters as a; none for a word that means a blank
            pl.when(folded.is_in(self._blanks))
            .then(None)
            .when(text.str.contains(f"^(?:{EXCEL_ERROR_PATTERN})$"))
            .then(pl.lit(ERROR))
            .when(text.str.len_chars() > _LONGEST)
            .then(pl.lit(LONG))
            .otherwise(plain.str.replace_all(r"\s+", " "))
        )
        frame = (
            texts.alias("text")
            .to_frame()
            .lazy()
            .drop_nulls()
            .with_columns(
                shape=shape,
                yes_no=folded.is_in(_YES_NO),
                year=text.str.extract(r"(?:^|[^0-9])((?:19|20)[0-9]{2})(?:[^0-9]|$)"),
            )
            .group_by("shape", maintain_order=True)
            .agg(pl.len(), text.first(), pl.col("yes_no").sum(), pl.col("year").drop_nulls().unique())
            .collect()
        )
        for shape, cells, example, yes_no, years in frame.iter_rows():
            if shape is None:
                words = texts.filter(texts.str.to_lowercase().is_in(self._blanks))
                seen.blank_words.update(dict(words.value_counts().iter_rows()))
                continue
            known = shape if shape in seen.shapes or len(seen.shapes) < _MOST_SHAPES else LONG
            seen.shapes[known] += cells
            seen.example.setdefault(known, example)
            seen.yes_no += yes_no
            seen.years.update(map(int, years))

    def _date(self, shape: str, example: str) -> str:
        """Return the layout of dates that a shape stands for, or an empty string."""
        timed = _TIME.search(shape)
        bare = shape[: timed.start()] if timed else shape
        named = next((match.expand(how) for pattern, how in _DATES if (match := pattern.fullmatch(bare))), "")
        read = read_date(example, self._window) if named else None
        if isinstance(read, CellFault):
            named = _month_first(named) if read.rule == "month-first-date" else ""
        return f"{named} and a time" if named and timed else named


def _kind(seen: _Shapes, dates: int, filled: int) -> Kind:
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
    return layout.translate(str.maketrans("DM", "MD"))

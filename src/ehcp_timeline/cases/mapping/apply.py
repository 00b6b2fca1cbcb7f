"""Adds the columns that a council's mapping works out: constants, and dates chosen by an outcome."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import polars as pl

from ehcp_timeline.cases.cells.values import EXCEL_ERROR_PATTERN, WHITE
from ehcp_timeline.cases.headers import Spellings, fold, match
from ehcp_timeline.cases.mapping.model import FileMapping, SharedDate
from ehcp_timeline.cases.mapping.validate import undated, unnamed
from ehcp_timeline.cases.sheet import Sheet, widened
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.record import field, record, replace


@record(frozen=True, slots=True)
class Laid:
    """A file with the columns that were added to its own.

    Attributes:
        places: Added column to its place among the cells, from 0.
        seen: Event whose date is chosen by an outcome to the place of the date's own cell.
        chosen: Event whose date is chosen by an outcome to the place of the outcome's own cell.
        constants: Columns that have one value on every row, as text.
    """

    sheet: Sheet
    places: Mapping[str, int] = field(default_factory=dict)
    seen: Mapping[str, int] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    def given(self, place: int) -> tuple[str, ...]:
        """Return the events whose date or outcome is at a place."""
        return tuple(name for name in self.seen if place in (self.seen[name], self.chosen[name]))


def lay(sheet: Sheet, mapping: FileMapping, spellings: Spellings, blanks: frozenset[str]) -> Laid:
    """Return a file with the columns that its mapping works out.

    Raises:
        CaseFileError: An event has a heading of its own beside its outcome, or half of an outcome is missing.
    """
    held = match(sheet.headings, spellings)
    chosen = dict(_chosen(sheet, mapping, held))
    words = defaultdict[tuple[int, int], set[str]](set)  # that are named for some event with this outcome
    for name, pair in chosen.items():
        words[pair].update(map(_key, mapping.outcomes[name].words))
    constants = {
        name: text for name, text in mapping.constants.items() if name not in held and name not in chosen
    }
    if not chosen and not constants:
        return Laid(sheet)
    first = len(sheet.headings)
    places = {name: first + number for number, name in enumerate((*chosen, *constants))}
    columns = [
        _dates(mapping.outcomes[name], *pair, words[pair], blanks).alias(str(places[name]))
        for name, pair in chosen.items()
    ]
    columns += [pl.lit(text).alias(str(places[name])) for name, text in constants.items()]
    seen = {name: date for name, (date, _) in chosen.items()}
    placed = {name: where for name, (_, where) in chosen.items()}
    return Laid(replace(sheet, blocks=widened(sheet, columns)), places, seen, placed, constants)


def _chosen(
    sheet: Sheet, mapping: FileMapping, held: Sequence[str | None]
) -> Iterable[tuple[str, tuple[int, int]]]:
    """Yield each event whose date is chosen by an outcome, with the places of its date and the outcome."""
    for name, outcome in mapping.outcomes.items():
        date, where = (_place(sheet, text) for text in (outcome.date, outcome.where))
        if date is None and where is None:
            continue
        if date is None or where is None:
            lacks, has = (outcome.date, outcome.where) if date is None else (outcome.where, outcome.date)
            said = f'{sheet.where}: {name} is taken from "{outcome.date}" where "{outcome.where}" says so'
            raise CaseFileError(f'{said}; the file has "{has}" but no "{lacks}"', "correct ehcp.toml")
        if name in held:
            said = f'{sheet.where}: "{sheet.headings[held.index(name)]}" and ehcp.toml both give {name}'
            raise CaseFileError(said, "remove one of them, or name the heading under ignore in ehcp.toml")
        yield name, (date, where)


def _place(sheet: Sheet, heading: str) -> int | None:
    places = [place for place, text in enumerate(sheet.headings) if fold(text) == fold(heading)]
    if len(places) > 1:
        raise CaseFileError(f'{sheet.where}: there are two headings "{heading}"', "rename one of them")
    return places[0] if places else None


def _dates(
    outcome: SharedDate, date: int, where: int, known: Collection[str], blanks: frozenset[str]
) -> pl.Expr:
    """Return the cells of an event: its date where the outcome is its own, else blank.

    A date with an outcome that is named for no event, and an outcome without its date, are not left blank:
    what happened is not known then, and a blank would say that nothing did.
    """
    day, expression = pl.col(str(date)), pl.col(str(where)).fill_null("")
    stripped = expression.str.strip_chars(WHITE)
    word = stripped.str.replace_all(r"\s+", " ").str.to_lowercase()
    mine = word.is_in(sorted(map(_key, outcome.words)))
    blank = day.fill_null("").str.strip_chars(WHITE).str.to_lowercase().is_in(["", *sorted(blanks)])
    nothing = pl.lit(None, pl.String)
    without = nothing if outcome.undated == "not-yet" else expression + pl.lit(undated(outcome))
    nobodys = pl.when(word == "").then(pl.lit("blank")).otherwise(stripped)
    without_outcome = stripped.str.contains(f"^(?:{EXCEL_ERROR_PATTERN})$")
    return (
        pl.when(mine & blank)
        .then(without)
        .when(mine)
        .then(day)
        .when(without_outcome)
        .then(stripped)
        .when(blank | word.is_in(sorted(known)))
        .then(nothing)
        .otherwise(nobodys + pl.lit(unnamed(outcome)))
    )


def _key(word: str) -> str:
    return " ".join(word.split()).lower()

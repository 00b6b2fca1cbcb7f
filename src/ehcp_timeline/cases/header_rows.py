"""Finds the header of a file among its first rows: one row, or two where groups are above the headings."""

from collections.abc import Sequence
from itertools import zip_longest

from ehcp_timeline.cases.headers import Score, Spellings, fold, header_score, looks_like_data, match
from ehcp_timeline.record import record

HEADER_WITHIN = 20  # rows that are not blank, from the top
HEADER_SEARCHED = 200  # where none of those has a case_id
DELIMITERS = ",;\t|"

_FEW_KNOWN = 2


@record(frozen=True, slots=True)
class Header:
    """The header among the first rows, which are counted from 0; the cells of two rows are joined."""

    first: int
    last: int
    headings: tuple[str, ...]
    score: Score


NO_HEADER = Header(-1, -1, (), (False, 0, 0))


def find_header(
    rows: Sequence[Sequence[str]], spellings: Spellings, places: Sequence[int] | None = None
) -> Header:
    """Return the header among the first rows; at `places`, or in any row that is not blank."""
    filled = [place for place, cells in enumerate(rows) if any(map(fold, cells))]
    possible = filled[:HEADER_WITHIN] if places is None else places
    scores = {place: header_score(rows[place], spellings) for place in possible}
    best = max(scores, key=lambda place: scores[place], default=-1)
    if best < 0:
        return NO_HEADER
    if places is None and not scores[best][0]:
        more = filled[HEADER_WITHIN:HEADER_SEARCHED]
        further = {place: header_score(rows[place], spellings) for place in more}
        lower = max(further, key=lambda place: further[place], default=-1)
        if lower >= 0 and further[lower][0] and further[lower][1] >= _FEW_KNOWN:
            best, scores = lower, further
    above = [place for place in filled if place < best][-1:]
    below = [place for place in filled if place > best][:1]
    headings = tuple(rows[best])
    if below and _continues(headings, rows[below[0]], spellings):
        headings = _joined(_spread(headings, rows[below[0]]), rows[below[0]], spellings)
        return Header(best, below[0], headings, header_score(headings, spellings))
    if above and sum(bool(fold(cell)) for cell in rows[above[0]]) > 1:
        grouped = _under_groups(_spread(rows[above[0]], headings), headings, spellings)
        if grouped != headings:
            return Header(best, best, grouped, header_score(grouped, spellings))
    return Header(best, best, headings, scores[best])


def in_one_cell(rows: Sequence[Sequence[str]], spellings: Spellings) -> bool:
    """Return whether a row holds a whole header in one cell, as where each line is in one pair of quotes."""
    alone = (cells[0] for cells in rows[:HEADER_WITHIN] if cells and not any(map(fold, cells[1:])))
    return any(
        header_score(text.split(cut), spellings)[:2] > (True, 1) for text in alone for cut in DELIMITERS
    )


def _continues(upper: Sequence[str], lower: Sequence[str], spellings: Spellings) -> bool:
    """Return whether a row goes on with the headings above it: it holds no data, and no case number."""
    columns = match(upper, spellings)
    if "case_id" not in columns or len(lower) <= (place := columns.index("case_id")) or fold(lower[place]):
        return False
    filled = [at for at, cell in enumerate(lower) if fold(cell)]
    if len(filled) < _FEW_KNOWN or any(looks_like_data(lower[at]) for at in filled):
        return False
    return any(at >= len(upper) or not fold(upper[at]) for at in filled) or any(
        columns[at] is None and match([lower[at]], spellings) != (None,) for at in filled
    )


def _spread(groups: Sequence[str], headings: Sequence[str]) -> list[str]:
    """Return the group above each heading: its cell, or the last one to its left, as in merged cells."""
    spread: list[str] = []
    last = ""
    for own, below in zip_longest(groups, headings, fillvalue=""):
        last = own if fold(own) else last if fold(below) else ""
        spread.append(last)
    return spread


def _joined(groups: Sequence[str], headings: Sequence[str], spellings: Spellings) -> tuple[str, ...]:
    """Return headings with their group before them, but for those that mean a column only by themselves."""
    joined: list[str] = []
    for group, text in zip_longest(groups, headings, fillvalue=""):
        whole = f"{group} {text}".strip()
        alone, grouped = match([text, whole], spellings)
        joined.append(text if alone and not grouped and list(headings).count(text) == 1 else whole)
    return tuple(joined)


def _under_groups(groups: Sequence[str], headings: Sequence[str], spellings: Spellings) -> tuple[str, ...]:
    """Return headings, with their group before those that mean a column only so."""
    own = match(headings, spellings)
    whole = [f"{group} {text}" for group, text in zip(groups, headings, strict=False)]
    grouped = match(whole, spellings)
    return tuple(
        whole[at] if own[at] is None and fold(text) and grouped[at] not in {None, *own} else text
        for at, text in enumerate(headings)
    )

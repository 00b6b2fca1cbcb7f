"""Writes lines of `ehcp.toml` for a file, ready to paste; lines that need a choice are comments."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from pathlib import PurePath

from ehcp_timeline.cases.cells.values import is_excel_error
from ehcp_timeline.cases.headers import fold, load_spellings
from ehcp_timeline.cases.mapping.loader import lines_for, quoted
from ehcp_timeline.cases.mapping.model import FileMapping
from ehcp_timeline.cases.model import Column, vocabulary
from ehcp_timeline.commands.columns.cell_shapes import WordSeen
from ehcp_timeline.commands.columns.profile import ColumnsAnswer
from ehcp_timeline.text import count

_DAY_FIRST, _MONTH_FIRST = "%d/%m/%Y", "%m/%d/%Y"
_NEAR = 0.9  # one wrong letter in a heading of ten
_A_WORD = 2  # letters: a heading that lacks a word is not misspelt


def mapping_text(
    answer: ColumnsAnswer,
    known: Mapping[str, Column],
    said: FileMapping | None,
    chosen: Mapping[str, str],
) -> str:
    """Return the lines; TOML that can be read, and that does what it says when it is put into ehcp.toml.

    Where ehcp.toml says something about files already, `said` is what it says about this one, and the lines
    are a section for the file's name, to be put at its end. `chosen` is the column that a person chose for
    a heading; an empty one leaves the heading out.
    """
    at = "" if said is None else f"files.{quoted(PurePath(answer.name).name or answer.name)}"
    below = [("columns", tuple(_columns(answer, known, said or FileMapping(), chosen)))]
    for profile in answer.headings:
        if profile.column:
            words = tuple(_words(known[profile.column], profile.looks.words))
            below.append((f"values.{profile.column}", words))
    read_by = said.date_formats if said else {}
    formats = [
        f"{name} = {quoted(_DAY_FIRST if name in read_by else _MONTH_FIRST)}  # they make sense only so"
        for name in answer.turned
    ]
    formats += [
        f"# {either.column} = {quoted(_DAY_FIRST)}  # or {quoted(_MONTH_FIRST)}: it could be either"
        for either in (answer.date_order.columns if answer.date_order else ())
        if either.column not in answer.turned
    ]
    below.append(("date_formats", tuple(formats)))
    times = Counter(heading.column for heading in answer.headings if heading.column)
    claims = [
        f"# ignore = [{quoted(rival.text)}]  # one of the headings that mean {name}"
        for name, number in times.items()
        if number > 1
        for rival in answer.headings
        if rival.column == name
    ]
    if left_out := [quoted(text) for text, column in chosen.items() if not column]:
        claims.append(f"ignore = [{', '.join(left_out)}]")
    if not claims and not any(body for _, body in below):
        return ""
    several = '", "' in (answer.worksheet or "")  # they are read together
    place = [f"# sheet = {quoted(answer.worksheet)}"] if answer.worksheet and not several else []
    place += [f"# header_row = {answer.header_row}"] if answer.header_row > 1 else []
    lines: list[str] = []
    for name, body in (("", (*place, *claims)), *below):
        if body:
            path = ".".join(part for part in (at, name) if part)
            lines += [*([""] if lines else []), *([f"[{path}]"] if path else []), *body]
    return "".join(f"{line}\n" for line in lines)


def added_to(held: str, lines: str) -> str:
    """Return the text of an ehcp.toml with more lines: below the header of their table, or at its end.

    Nothing that is there is changed, and no line that is there is added again.
    """
    there = held.splitlines()
    for table in re.split(r"(?m)^(?=\[)", lines):
        header, *body = table.splitlines() if table.startswith("[") else ("", *table.splitlines())
        new = [line for line in body if line and line not in there]
        if header in there:
            place = there.index(header) + 1
            there[place:place] = new
        elif new:
            there += [*([""] if there else []), *([header] if header else []), *new]
    return "".join(f"{line}\n" for line in there)


def _columns(
    answer: ColumnsAnswer, known: Mapping[str, Column], said: FileMapping, chosen: Mapping[str, str]
) -> Iterator[str]:
    """Yield a line for every heading that is not read and that may be meant to be."""
    headings = answer.headings
    taken = {*said.outcomes, *(heading.column for heading in headings if heading.column)}
    texts = [heading.text for heading in headings]
    times = Counter(map(fold, texts))
    spellings = load_spellings(vocabulary()).columns
    offered = Counter(name for heading in headings if not heading.column for name in heading.suggestions[:1])
    date_columns = {name for name, column in known.items() if column.kind in ("event", "date")}
    guesses: list[str] = []
    for heading in headings:
        if heading.column or heading.gives or not fold(heading.text):
            continue
        if heading.text in chosen:
            if column := chosen[heading.text]:
                taken.add(column)
                yield f"{column} = [{quoted(heading.text)}]"
            continue
        look = heading.looks
        dated = look.kind in ("dates", "dates and others", "blank")
        suggested = heading.suggestions[0] if heading.suggestions else ""
        surely = [name for name in heading.suggestions if _is_sure(heading.text, name, spellings)]
        reasons = {
            "the heading is there twice": times[fold(heading.text)] > 1,
            "another heading may mean it too": suggested in taken or offered[suggested] > 1,
            "is it meant?": surely != [suggested],
            "its cells are not dates": suggested in date_columns and not dated,
        }
        if why_not := next((why for why, applies in reasons.items() if applies), ""):
            guesses += lines_for(heading, texts, taken, dated=dated and look.kind != "blank", why_not=why_not)
        else:
            taken.add(suggested)
            own = [quoted(text) for text in (*said.columns.get(suggested, ()), heading.text)]
            yield f"{suggested} = [{', '.join(own)}]"
    if "case_id" not in taken:
        for heading in answer.headings if answer.rows else ():  # figures on each row that are no date
            looks = heading.looks
            figures = all("9" in layout.format for layout in looks.formats)
            if looks.kind in ("text", "numbers") and looks.filled == answer.rows and figures:
                guesses.append(f"case_id = [{quoted(heading.text)}]")
    yield from (f"# {guess}" for guess in guesses)


def _is_sure(heading: str, column: str, spellings: Mapping[str, str]) -> bool:
    """Return whether a heading is a known one for a column, misspelt at most."""
    known = (alias for alias, meant in spellings.items() if meant == column)
    word = fold(heading)
    return any(
        SequenceMatcher(None, word, alias).ratio() >= _NEAR and abs(len(word) - len(alias)) < _A_WORD
        for alias in (fold(column), *known)
    )


def _words(column: Column, words: Sequence[WordSeen]) -> Iterator[str]:
    """Yield a line for every word that is not a code of a column, with the nearest code as a suggestion."""
    codes = list(column.codes) or ["yes", "no"]
    for seen in words:
        if not seen.word.strip() or is_excel_error(seen.word):
            continue
        cells = count(seen.cells, "cell")
        close = get_close_matches(fold(seen.word), map(fold, codes), n=1, cutoff=0.75)
        if near := next((code for code in codes if fold(code) in close), ""):
            yield f"{quoted(seen.word)} = {quoted(near)}  # {cells}"
        else:
            yield f'# {quoted(seen.word)} = ""  # {cells}: {", ".join(codes)}, or "" for a blank'

"""What fixture files would have to say to expect what comes: their text with those values changed alone."""

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import unified_diff
from pathlib import Path
from typing import Any

from ehcp_timeline.commands.rules.golden.expectations import BETWEEN_CLOCKS, write_expected
from ehcp_timeline.commands.rules.golden.files import CASE_LINE, EXPECT
from ehcp_timeline.commands.rules.golden.model import Failure
from ehcp_timeline.commands.rules.golden.run import FixtureResult
from ehcp_timeline.text.safe import visible_lines

_BEGINS = re.compile(r'\s*(?:\[\[?case|expect\.|")')
VALUE = r'(\d{4}-\d{2}-\d{2}|"[^"\n]*"|-?\d+|true|false)'


@dataclass(frozen=True, slots=True)
class Update:
    """One file as it would have to be.

    Attributes:
        path: The file.
        content: Its new bytes.
        diff: The change, as a unified diff.
        changed: How many cases expect something else in it.
        by_hand: The cases that cannot be changed so, each with its place.
    """

    path: Path
    content: bytes
    diff: str
    changed: int
    by_hand: tuple[str, ...]


def updates(wrong: Iterable[FixtureResult]) -> Iterator[Update]:
    """Yield each file that holds a case with a wrong answer, as it would have to be."""
    files: dict[str, list[FixtureResult]] = {}
    for one in wrong:
        files.setdefault(one.fixture.path, []).append(one)
    for name, outcomes in files.items():
        yield _update(Path(name), outcomes)


def _update(path: Path, outcomes: Sequence[FixtureResult]) -> Update:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    change = _in_csv if path.suffix.lower() == ".csv" else _in_toml
    new, by_hand = text, []
    for outcome in outcomes:
        changed = change(new, outcome)
        if changed is None:
            by_hand.append(f"{path}:{outcome.fixture.golden.line}: {outcome.fixture.golden.name}")
        new = changed or new
    old_lines, new_lines = (part.splitlines(keepends=True) for part in (text, new))
    diff = "".join(unified_diff(old_lines, new_lines, str(path), str(path)))
    content = new.encode("utf-8", "surrogateescape")
    return Update(path, content, visible_lines(diff), len(outcomes) - len(by_hand), tuple(by_hand))


def _in_toml(text: str, outcome: FixtureResult) -> str | None:
    """Return the file with what a case expects changed; None where that cannot be done line by line."""
    golden = outcome.fixture.golden
    lines = text.splitlines(keepends=True)
    begin = golden.line - 1
    end = next((n for n in range(begin + 1, len(lines)) if lines[n].strip() == CASE_LINE), len(lines))
    block = "".join(lines[begin:end])
    for one in outcome.wrong:
        place = _place(golden.expect[one.failure.deadline], one.failure)
        changed = None if place is None else _in_block(block, one.failure, place)
        if changed is None:
            return None
        block = changed
    return "".join(lines[:begin]) + block + "".join(lines[end:])


def _place(expected: Sequence[Mapping[str, Any]], failure: Failure) -> int | None:
    """Return which of a deadline's clocks a failure is about; None where their number is what is wrong."""
    return next((place for place, one in enumerate(expected) if one is failure.expected), None)


def _in_block(block: str, failure: Failure, place: int) -> str | None:
    begin, end = _span(block, failure.deadline)
    part = block[begin:end]
    earlier = failure.golden.expect[failure.deadline][:place]
    for key, value in failure.got.items():
        found = list(re.finditer(rf"(?<![\w.]){key}\s*=\s*{VALUE}", part))
        which = sum(key in one for one in earlier)
        if which >= len(found):
            return None
        here = found[which]
        part = f"{part[: here.start(1)]}{_literal(value)}{part[here.end(1) :]}"
    changed = block[:begin] + part + block[end:]
    return changed if _expects(changed, failure, place) else None


def _span(block: str, deadline: str) -> tuple[int, int]:
    """Return where a case speaks of a deadline: from its name to where it speaks of another, or the end."""
    name = f'"{deadline}"'
    begin = block.find(name)
    if begin < 0:
        return 0, 0
    place = block.find("\n", begin) + 1 or len(block)
    for line in block[place:].splitlines(keepends=True):
        if _BEGINS.match(line) and name not in line:
            break
        place += len(line)
    return begin, place


def _expects(block: str, failure: Failure, place: int) -> bool:
    """Say whether a changed case now expects of this clock what came, read back as TOML."""
    try:
        expect = tomllib.loads(block)["case"][0]["expect"][failure.deadline]
    except (tomllib.TOMLDecodeError, KeyError):
        return False
    clocks = expect if isinstance(expect, list) else [expect]
    return bool(clocks[place] == {key: _none(value) for key, value in failure.got.items()})


def _none(value: object) -> object:
    return "none" if value is None else value


def _literal(value: object) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | date) else f'"{_none(value)}"'


def _in_csv(text: str, outcome: FixtureResult) -> str | None:
    """Return the file with the cells of a row changed; None where the row runs over several lines."""
    golden = outcome.fixture.golden
    lines = text.splitlines(keepends=True)
    header = next((n for n, line in enumerate(lines) if EXPECT in line.casefold()), None)
    if header is None or golden.line > len(lines):
        return None
    ending = lines[golden.line - 1][len(lines[golden.line - 1].rstrip("\r\n")) :]
    delimiter = max(",;\t|", key=lines[header].count)
    headings, cells = (next(csv.reader([lines[n]], delimiter=delimiter)) for n in (header, golden.line - 1))
    if len(cells) != len(headings):
        return None
    for name in {one.failure.deadline for one in outcome.wrong}:
        cell = _cell(outcome, name)
        place = [heading.strip().casefold() for heading in headings].index(f"{EXPECT}{name}")
        if cell is None:
            return None
        cells[place] = cell
    page = io.StringIO()
    csv.writer(page, delimiter=delimiter, lineterminator=ending).writerow(cells)
    lines[golden.line - 1] = page.getvalue()
    return "".join(lines)


def _cell(outcome: FixtureResult, deadline: str) -> str | None:
    """Return what a cell would have to say of all clocks of a deadline."""
    clocks = list(outcome.fixture.golden.expect[deadline])
    for one in outcome.wrong:
        if one.failure.deadline == deadline:
            place = _place(clocks, one.failure)
            if place is None:
                return None
            clocks[place] = one.failure.got
    return f"{BETWEEN_CLOCKS} ".join(map(write_expected, clocks))

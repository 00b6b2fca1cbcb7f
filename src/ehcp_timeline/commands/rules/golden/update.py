"""Changes the expected values of fixture files to what comes, and nothing else."""

import csv
import io
import re
import tomllib
from collections.abc import Sequence
from datetime import date
from difflib import unified_diff
from itertools import groupby
from pathlib import Path

from ehcp_timeline.commands.rules.golden.cases import (
    BETWEEN_CLOCKS,
    CASE_LINE,
    EXPECT,
    Expected,
    Golden,
    write_expected,
)
from ehcp_timeline.commands.rules.golden.run import Failure
from ehcp_timeline.shell.destination import OutputTarget, say
from ehcp_timeline.text import count, visible_lines

_BEGINS = re.compile(r'\s*(?:\[\[?case|expect\.|")')
_VALUE = r'(\d{4}-\d{2}-\d{2}|"[^"\n]*"|-?\d+|true|false)'


def update_fixtures(wrong: Sequence[tuple[Golden, Sequence[Failure]]], *, yes: bool) -> int:
    """Show what the fixtures would have to expect; write it if told so. Return how many stay wrong."""
    stay = 0
    for name in dict.fromkeys(golden.path for golden, _ in wrong):
        path = Path(name)
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        change = _in_csv if path.suffix.lower() == ".csv" else _in_toml
        mine = [(golden, failures) for golden, failures in wrong if golden.path == name]
        new, by_hand = text, []
        for golden, failures in mine:
            changed = change(new, golden, failures)
            if changed is None:
                by_hand.append(f"{path}:{golden.line}: {golden.name}")
            new = changed or new
        old_lines, new_lines = (part.splitlines(keepends=True) for part in (text, new))
        diff = visible_lines("".join(unified_diff(old_lines, new_lines, name, name)))
        OutputTarget("plain", None, force=False).send(diff)
        changes = len(mine) - len(by_hand)
        stay += len(by_hand) + (0 if yes else changes)
        if yes and changes:
            path.write_bytes(new.encode("utf-8", "surrogateescape"))
            say(f"{path}: {count(changes, 'expectation')} changed")
        say(*(f"{place}: change this one by hand" for place in by_hand))
    if stay and not yes:
        say("nothing is written; read the difference, then add --yes")
    return stay


def _in_toml(text: str, golden: Golden, failures: Sequence[Failure]) -> str | None:
    """Return the file with what a case expects changed; None where that cannot be done line by line."""
    lines = text.splitlines(keepends=True)
    begin = golden.line - 1
    end = next((n for n in range(begin + 1, len(lines)) if lines[n].strip() == CASE_LINE), len(lines))
    block = "".join(lines[begin:end])
    for failure in failures:
        expected = golden.expect[failure.deadline]
        place = _place(expected, failure)
        changed = None if place is None else _in_block(block, failure, expected[:place])
        if changed is None:
            return None
        block = changed
    return "".join(lines[:begin]) + block + "".join(lines[end:])


def _place(expected: Sequence[Expected], failure: Failure) -> int | None:
    """Return which of a deadline's clocks a failure is about; None where their number is what is wrong."""
    return next((place for place, item in enumerate(expected) if item is failure.expected), None)


def _in_block(block: str, failure: Failure, earlier: Sequence[Expected]) -> str | None:
    begin, end = _span(block, failure.deadline)
    part = block[begin:end]
    for key, value in failure.got.items():
        matches = list(re.finditer(rf"(?<![\w.]){key}\s*=\s*{_VALUE}", part))
        which = sum(key in other for other in earlier)
        if which >= len(matches):
            return None
        here = matches[which]
        written = str(value) if isinstance(value, int | date) else f'"{_none(value)}"'
        written = written.lower() if isinstance(value, bool) else written
        part = f"{part[: here.start(1)]}{written}{part[here.end(1) :]}"
    changed = block[:begin] + part + block[end:]
    return changed if _expects(changed, failure, len(earlier)) else None


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
    try:
        expect = tomllib.loads(block)["case"][0]["expect"][failure.deadline]
    except (tomllib.TOMLDecodeError, KeyError):
        return False
    clocks = expect if isinstance(expect, list) else [expect]
    return bool(clocks[place] == {key: _none(value) for key, value in failure.got.items()})


def _none(value: object) -> object:
    return "none" if value is None else value


def _in_csv(text: str, golden: Golden, failures: Sequence[Failure]) -> str | None:
    """Return the file with the cells of a row changed; None where the row runs over several lines."""
    lines = text.splitlines(keepends=True)
    header = next((n for n, line in enumerate(lines) if EXPECT in line.casefold()), None)
    if header is None or golden.line > len(lines):
        return None
    line = lines[golden.line - 1]
    delimiter = max(",;\t|", key=lines[header].count)
    headings, cells = (next(csv.reader([line], delimiter=delimiter)) for line in (lines[header], line))
    if len(cells) != len(headings):
        return None
    names = [heading.strip().casefold() for heading in headings]
    for deadline, mine in groupby(failures, lambda failure: failure.deadline):
        clocks = list(golden.expect[deadline])
        for failure in mine:
            place = _place(clocks, failure)
            if place is None:
                return None
            clocks[place] = failure.got
        cells[names.index(f"{EXPECT}{deadline}")] = f"{BETWEEN_CLOCKS} ".join(map(write_expected, clocks))
    page = io.StringIO()
    csv.writer(page, delimiter=delimiter, lineterminator=line[len(line.rstrip("\r\n")) :]).writerow(cells)
    lines[golden.line - 1] = page.getvalue()
    return "".join(lines)

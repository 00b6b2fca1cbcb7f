"""Golden cases: what the law must answer, written as sentences with dates, and the runner that asks."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ehcp_timeline.audit.clock import Clock
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.cases.model import Row
from ehcp_timeline.errors import RulebookError
from ehcp_timeline.law.loader.faults import Location, did_you_mean
from ehcp_timeline.law.rulebook import Rulebook

Judge = Callable[[Rulebook, Sequence[Row], date], Sequence[Clock]]

CASE_KEYS = ("name", "as_at", "given", "expect", "source")
EXPECT_KEYS = tuple(name for name in Clock.__slots__ if name not in ("case_id", "deadline", "source"))


@dataclass(frozen=True, slots=True)
class Golden:
    """One golden case.

    Attributes:
        name: The claim, as a sentence.
        file: The file it stands in.
        line: The line on which it begins.
        as_at: The day the question is asked about.
        rows: The case.
        expect: Deadline to what its clocks must be, in order of their start; keys are fields of `Clock`.
        source: Where the case was published; may be empty.
    """

    name: str
    file: str
    line: int
    as_at: date
    rows: tuple[Row, ...]
    expect: Mapping[str, tuple[Mapping[str, Any], ...]]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One answer that is not the expected one."""

    golden: Golden
    deadline: str
    expected: Mapping[str, Any]
    got: Mapping[str, Any]

    def __str__(self) -> str:
        """Say where, which case, what was expected and what came."""
        place = f"{self.golden.file}:{self.golden.line}"
        answers = f"expected {_said(self.expected)}, got {_said(self.got)}"
        return f"{place}: {self.golden.name}: {self.deadline}: {answers}"


def _said(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items()) or "no clock"


def load_golden(path: Path, rulebook: Rulebook) -> tuple[Golden, ...]:
    """Read the golden cases of a file, or of every `.toml` file below a folder, in order of their names.

    Raises:
        RulebookError: With every fault of every file: an unknown event, a misspelt key, no case at all.
    """
    faults: list[str] = []
    files = sorted(path.rglob("*.toml")) if path.is_dir() else [path]
    found = tuple(golden for file_ in files for golden in _read_file(file_, rulebook, faults))
    if not found and not faults:
        faults.append(f"{path}: holds no golden case; a case begins with [[case]]")
    if faults:
        raise RulebookError(tuple(faults))
    return found


def _read_file(path: Path, rulebook: Rulebook, faults: list[str]) -> Iterator[Golden]:
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        faults.append(f"{path}: cannot be read ({error.strerror})")
        return
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"{path}: is not TOML: {error}")
        return
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[case]]"]
    for number, body in enumerate(table.get("case", [])):
        line = lines[number] if number < len(lines) else 0
        yield _read_case(Location(f"{path.name}:{line}:", faults), body, rulebook, path.name, line)


def _read_case(place: Location, body: Mapping[str, Any], rulebook: Rulebook, file: str, line: int) -> Golden:
    place.keys(body, CASE_KEYS)
    given = body.get("given", {})
    rows = given if isinstance(given, list) else [given]
    expect = {}
    for deadline, clocks in place.want(body, "expect", dict, {}).items():
        place.known("expect", deadline, rulebook.by_id, "deadline")
        here = place.at(f'expect."{deadline}"')
        expect[deadline] = tuple(clocks if isinstance(clocks, list) else [clocks])
        for clock in expect[deadline]:
            here.keys(clock, EXPECT_KEYS)
        if not all(expect[deadline]):
            here.fault("expects nothing; give a due day or a verdict")
    if not expect:
        place.fault("expects nothing; name a deadline")
    return Golden(
        name=place.want(body, "name", str, ""),
        file=file,
        line=line,
        as_at=place.want(body, "as_at", date, date.min),
        rows=tuple(_read_row(place, row, rulebook, number) for number, row in enumerate(rows, 2)),
        expect=expect,
        source=place.maybe(body, "source", str, ""),
    )


def _read_row(place: Location, given: Mapping[str, Any], rulebook: Rulebook, number: int) -> Row:
    events, codes, flags, unreadable = {}, {}, {}, set()
    for name, value in given.items():
        if value == "unreadable":
            unreadable.add(name)
        elif name in rulebook.events and type(value) is date:
            events[name] = value
        elif name in rulebook.codes and isinstance(value, str):
            codes[name] = frozenset(value.split("+"))
        elif name in rulebook.flags and isinstance(value, bool):
            flags[name] = value
        else:
            known = (*rulebook.events, *rulebook.codes, *rulebook.flags)
            place.at(f"given.{name}").fault(
                f"is no event, code or flag with such a value{did_you_mean(name, known)}"
            )
    return Row(number, "golden", events, codes, {}, flags, frozenset(unreadable))


def single_reader(rulebook: Rulebook, rows: Sequence[Row], as_at: date) -> tuple[Clock, ...]:
    """Judge one case with the single reader: its clocks, without their workings."""
    return tuple(working.clock for working in judge_case(rulebook, rows, as_at))


def failures(
    goldens: Iterable[Golden], rulebook: Rulebook, judge: Judge = single_reader
) -> Iterator[Failure]:
    """Yield every answer of a reader that is not the expected one.

    Args:
        goldens: The golden cases.
        rulebook: The law.
        judge: The reader. It may leave out clocks that have not started.
    """
    for golden in goldens:
        clocks = judge(rulebook, golden.rows, golden.as_at)
        for deadline, expected in golden.expect.items():
            mine = [clock for clock in clocks if clock.deadline == deadline]
            yield from _compare(golden, deadline, expected, in_question(mine, expected))


def in_question(clocks: Iterable[Clock], expected: Sequence[Mapping[str, Any]]) -> list[Clock]:
    """Return the clocks that stand beside the expected ones, in order of their start.

    Clocks that have not started are left out unless one is expected: a case of three rows has one clock of
    a deadline that only one row starts.
    """
    started = [clock for clock in clocks if clock.verdict != "not-started" or _waits(expected)]
    return sorted(started, key=lambda clock: clock.start or date.min)


def _waits(expected: Sequence[Mapping[str, Any]]) -> bool:
    return any(wanted.get("verdict") == "not-started" for wanted in expected)


def _compare(
    golden: Golden, deadline: str, expected: Sequence[Mapping[str, Any]], clocks: Sequence[Clock]
) -> Iterator[Failure]:
    if not any(clock.verdict == "not-started" for clock in clocks):  # this reader leaves them out
        expected = [wanted for wanted in expected if wanted.get("verdict") != "not-started"]
    if len(expected) != len(clocks):
        yield Failure(golden, deadline, {"clocks": len(expected)}, {"clocks": len(clocks)})
    for wanted, clock in zip(expected, clocks, strict=False):
        got = {key: getattr(clock, key) for key in wanted}
        if any(got[key] != _none(value) for key, value in wanted.items()):
            yield Failure(golden, deadline, wanted, got)


def _none(value: object) -> object:
    """Return None for the word `none`: TOML has no null."""
    return None if value == "none" else value

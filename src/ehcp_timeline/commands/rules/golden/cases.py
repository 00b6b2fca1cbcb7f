"""Golden cases: the answers that the law requires, as sentences with dates in TOML or as a case file."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from ehcp_timeline.audit.verdicts import VERDICTS, Clock
from ehcp_timeline.cases.cells.dates import Window, event_window, read_date
from ehcp_timeline.cases.model import Column, Row
from ehcp_timeline.errors import EhcpError, RulebookError
from ehcp_timeline.inputs import MOST_WRITTEN, parse_toml, read_text
from ehcp_timeline.law.loader.faults import Location, Table, suggestion
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.record import record, replace

CASE_KEYS: Final = ("name", "as_at", "given", "expect", "source")
EXPECT_KEYS: Final = tuple(
    name for name in Clock.__slots__ if name not in ("case_id", "deadline", "source")
)  # fmt: skip
CASE_LINE: Final = "[[case]]"
EXPECT: Final = "expect."
AS_AT: Final = "as_at"
MARKS: Final = {".toml": CASE_LINE.encode(), ".csv": EXPECT.encode()}
BETWEEN_CLOCKS: Final = ";"
Expected = Mapping[str, Any]


@record(frozen=True, slots=True)
class Golden:
    """One golden case.

    Attributes:
        expect: Deadline to what its clocks must be, in order of their start; keys are fields of `Clock`.
        row: The row whose clocks are expected, where a file has a line of its own for each; None for all.
    """

    name: str
    path: str
    line: int
    as_at: date
    rows: tuple[Row, ...]
    expect: Mapping[str, tuple[Expected, ...]]
    row: int | None = None


def load_fixtures(paths: Sequence[Path], rulebook: Rulebook, as_at: date) -> tuple[Golden, ...]:
    """Read every golden case of some files and folders, in order of their names.

    Of a folder, those `.toml` files count that hold a `[[case]]`, and those `.csv` files that have a column
    `expect.<deadline>`; where that has no column `as_at`, the day asked about is `as_at`.

    Raises:
        RulebookError: With every fault of every file; one of them is that there is no golden case at all.
    """
    goldens: list[Golden] = []
    faults: list[str] = []
    for path in _files(paths):
        try:
            if path.suffix.lower() == ".csv":
                goldens += _read_csv(path, rulebook, as_at)
            else:
                goldens += load_golden(path, rulebook)
        except RulebookError as error:
            faults += error.faults
        except EhcpError as error:
            faults.append(str(error))
    if not goldens and not faults:
        named = ", ".join(map(str, paths))
        faults.append(f"{named}: holds no fixture; a case begins with {CASE_LINE}, a CSV has {EXPECT}columns")
    if faults:
        raise RulebookError(tuple(faults))
    return tuple(goldens)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for below in sorted(path.rglob("*")):
            mark = MARKS.get(below.suffix.lower())
            if mark and below.is_file() and mark in below.read_bytes():
                yield below


def load_golden(path: Path, rulebook: Rulebook) -> tuple[Golden, ...]:
    """Read the golden cases of a TOML file.

    Raises:
        RulebookError: With every fault: an unknown event, a misspelt key, no case at all.
        EhcpError: The file cannot be read.
    """
    text = read_text(path, most=MOST_WRITTEN)
    try:
        table = parse_toml(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RulebookError((f"{path}: is not TOML: {error}",)) from None
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == CASE_LINE]
    whole = Location(f"{path.name}:", vocabulary={"deadline": rulebook.by_id})
    cases = whole.tables(table, "case")
    goldens = tuple(
        _read_case(replace(whole, path=f"{path.name}:{line}:"), body, rulebook, str(path), line)
        for (_, body), line in zip(cases, (*lines, *[0] * len(cases)), strict=False)
    )
    if not goldens and not whole.faults:
        whole.faults.append(f"{path}: holds no golden case; a case begins with {CASE_LINE}")
    whole.refuse()
    return goldens


def _read_case(place: Location, body: Mapping[str, Any], rulebook: Rulebook, path: str, line: int) -> Golden:
    place.keys(body, CASE_KEYS)
    expect: dict[str, tuple[Expected, ...]] = {}
    for deadline in place.want(body, "expect", dict):
        place.at("expect").known(deadline, "deadline")
        here = place.at(f'expect."{deadline}"')
        clocks = tuple(_one_or_more(here, body["expect"][deadline]))
        for clock in clocks:
            here.keys(clock, EXPECT_KEYS)
        if not all(clocks):
            here.fault("expects nothing; give a due day or a verdict")
        expect[deadline] = clocks
    if not expect:
        place.fault("expects nothing; name a deadline")
    name, as_at = place.want(body, "name", str), place.want(body, "as_at", date)
    here = place.at("given")
    given = _one_or_more(here, body.get("given", {}))
    rows = tuple(_read_row(here, row, rulebook, number) for number, row in enumerate(given, 2))
    place.maybe(body, "source", str)
    return Golden(name, path, line, as_at, rows, expect)


def _one_or_more(place: Location, value: object) -> list[Table]:
    """Return a table, or a list of tables; what is not a table is reported and left out."""
    listed = value if isinstance(value, list) else [value]
    for body in listed:
        if not isinstance(body, dict):
            place.fault(f"must be a table, not {body!r}")
    return [body for body in listed if isinstance(body, dict)]


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
            hint = suggestion(name, known)
            place.at(name).fault(f"is not an event, code or flag with that value{hint}")
    return Row(number, "golden", events, codes, {}, flags, frozenset(unreadable))


def _read_csv(path: Path, rulebook: Rulebook, as_at: date) -> Sequence[Golden]:
    from ehcp_timeline.cases.sheet import rows_of
    from ehcp_timeline.cases.source import open_case_file
    from ehcp_timeline.shell.open import names

    vocabulary = names(rulebook)
    expected = (AS_AT, *(f"{EXPECT}{deadline.id}" for deadline in rulebook.deadlines))
    columns = {name: Column(name, "what a fixture expects", "text") for name in expected}
    known = replace(vocabulary, columns={**vocabulary.columns, **columns})
    source = open_case_file(str(path), known, as_at=as_at)
    place = Location(f"{path}:")
    for heading in source.headings:
        name = heading.text.removeprefix(EXPECT)
        if name != heading.text and not heading.column:
            place.at(heading.text).fault(f"unknown deadline {name!r}{suggestion(name, rulebook.by_id)}")
    if not any(name.startswith(EXPECT) for name in source.columns):
        place.fault(f"has no column {EXPECT}<deadline>, as {EXPECT}plan.issue")
    cases: dict[str, list[Row]] = {}
    for batch in source.batches():
        for row in rows_of(batch):
            cases.setdefault(row.case_id, []).append(row)
        for problem in batch.problems:
            if problem.stops == "row":
                place.at(f"line {problem.row}").fault(f"{problem.problem}; {problem.try_}")
    rows = sorted((row for case in cases.values() for row in case), key=lambda row: row.number)
    goldens = [_of_row(path, row, cases[row.case_id], as_at, place) for row in rows]
    place.refuse()
    return [golden for golden in goldens if golden.expect]


def _of_row(path: Path, row: Row, case: Sequence[Row], as_at: date, place: Location) -> Golden:
    here = place.at(f"line {row.number}")
    expect = {
        name.removeprefix(EXPECT): read_expected(here.at(name), text)
        for name, text in row.texts.items()
        if name.startswith(EXPECT)
    }
    text = row.texts.get(AS_AT)
    read = as_at if text is None else read_date(text, event_window(as_at))
    if not isinstance(read, date):
        here.at(AS_AT).fault(f"{text} {read.says}; {read.try_}")
        read = as_at
    return Golden(f"case {row.case_id}", str(path), row.number, read, tuple(case), expect, row.number)


CERTAINTIES: Final = ("certain", "disputed")
LATE: Final = ("late", "overdue", "excused")
LEFT: Final = ("running", "early")
FILLERS: Final = frozenset(("due", "by", "day", "days"))
ANY_DAY: Final = Window(date(1995, 1, 1), date(2199, 12, 31))


def read_expected(place: Location, text: str) -> tuple[Expected, ...]:
    """Read one cell: `late`, `late 90`, `2025-07-23`, `overdue 1 2025-05-26`, `met; running 12`.

    Returns:
        What each clock must be, in order of their start; keys are fields of `Clock`.

    >>> read_expected(Location("line 2"), "late 90")
    ({'verdict': 'late', 'days_late': 90},)
    """
    return tuple(_read_clock(place, part) for part in text.split(BETWEEN_CLOCKS) if part.strip())


def _read_clock(place: Location, text: str) -> Expected:
    clock: dict[str, Any] = {}
    days: int | None = None
    for word in text.casefold().replace(",", " ").replace("not ", "not-").split():
        if word in VERDICTS:
            clock["verdict"] = word
        elif word in CERTAINTIES:
            clock["certainty"] = word
        elif word.isascii() and word.isdecimal():
            days = int(word)
        elif word not in FILLERS:
            read = read_date(word, ANY_DAY)
            clock["due"] = read if isinstance(read, date) else None
            if not isinstance(read, date):
                says = "is not a verdict, number of days or date as 2025-07-23"
                place.fault(f"{word!r} {says}{suggestion(word, VERDICTS)}")
    if days is not None:
        verdict = clock.get("verdict", "")
        if verdict not in LATE + LEFT:
            place.fault(f"{days} needs a verdict that has days; write late {days}, or running {days}")
        clock["days_left" if verdict in LEFT else "days_late"] = days
    return clock


def write_expected(clock: Expected) -> str:
    """Return what a cell says of one clock: the inverse of `read_expected`.

    >>> write_expected({"verdict": "late", "days_late": 90, "due": date(2025, 7, 23)})
    'late 90 2025-07-23'
    """
    keys = ("verdict", "days_late", "days_left", "certainty", "due")
    return " ".join(str(clock[key]) for key in keys if clock.get(key) is not None)

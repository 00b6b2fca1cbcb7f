"""Read fixture cases: golden cases in TOML, and case files with a column `expect.<deadline>`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ehcp_timeline.cases.cells.dates import event_window, read_date
from ehcp_timeline.cases.model import Row
from ehcp_timeline.cases.schema import Column, Vocabulary
from ehcp_timeline.commands.rules.golden.expectations import read_expected
from ehcp_timeline.commands.rules.golden.model import Golden, load_golden
from ehcp_timeline.commands.rules.golden.run import Fixture
from ehcp_timeline.errors import EhcpError, RulebookError
from ehcp_timeline.law.loader.faults import Location, did_you_mean
from ehcp_timeline.law.rulebook import Rulebook

if TYPE_CHECKING:
    from ehcp_timeline.cases.source import CaseFile

EXPECT = "expect."
AS_AT = "as_at"
CASE_LINE = "[[case]]"
SUFFIXES = (".toml", ".csv")


def load_fixtures(
    paths: Sequence[Path], rulebook: Rulebook, vocabulary: Vocabulary, as_at: date
) -> tuple[Fixture, ...]:
    """Read every fixture of some files and folders, in order of their names.

    Of a folder, those `.toml` files count that hold a `[[case]]`, and those `.csv` files that have a column
    `expect.<deadline>`.

    Args:
        paths: Files and folders.
        rulebook: The law.
        vocabulary: The columns that a case file may have.
        as_at: The day asked about where a CSV file has no column `as_at`.

    Raises:
        RulebookError: With every fault of every file; one of them is that there is no fixture at all.
    """
    found: list[Fixture] = []
    faults: list[str] = []
    for path in _files(paths):
        try:
            if path.suffix.lower() == ".csv":
                found += _read_csv(path, rulebook, vocabulary, as_at)
            else:
                found += (Fixture(golden, str(path)) for golden in load_golden(path, rulebook))
        except RulebookError as error:
            faults += error.faults
        except EhcpError as error:
            faults.append(str(error))
    if not found and not faults:
        named = ", ".join(map(str, paths))
        faults.append(f"{named}: holds no fixture; a case begins with {CASE_LINE}, a CSV has {EXPECT}columns")
    if faults:
        raise RulebookError(tuple(faults))
    return tuple(found)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            below = sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES)
            yield from (one for one in below if _holds_fixtures(one))
        else:
            yield path


def _holds_fixtures(path: Path) -> bool:
    mark = EXPECT if path.suffix.lower() == ".csv" else CASE_LINE
    return path.is_file() and mark.encode() in path.read_bytes()


def _read_csv(path: Path, rulebook: Rulebook, vocabulary: Vocabulary, as_at: date) -> Sequence[Fixture]:
    from ehcp_timeline.cases.batch import rows_of
    from ehcp_timeline.cases.source import open_case_file

    names = (AS_AT, *(f"{EXPECT}{deadline.id}" for deadline in rulebook.deadlines))
    columns = {name: Column(name, "what a fixture expects", "text") for name in names}
    known = replace(vocabulary, columns={**vocabulary.columns, **columns})
    source = open_case_file(str(path), known, as_at=as_at)
    place = Location(f"{path}:")
    _check_headings(place, source, rulebook)
    cases: dict[str, list[Row]] = {}
    for batch in source.batches():
        for row in rows_of(batch):
            cases.setdefault(row.case_id, []).append(row)
        for problem in batch.problems:
            if problem.stops == "row":
                place.at(f"line {problem.row}").fault(f"{problem.problem}; {problem.try_}")
    rows = sorted((row for case in cases.values() for row in case), key=lambda row: row.number)
    found = [_fixture(path, row, cases[row.case_id], as_at, place) for row in rows]
    if place.faults:
        raise RulebookError(tuple(place.faults))
    return [one for one in found if one.golden.expect]


def _check_headings(place: Location, source: "CaseFile", rulebook: Rulebook) -> None:
    """Report headings that expect something of a deadline that there is not, and a file without any."""
    for heading in source.understood.headings:
        name = heading.text.removeprefix(EXPECT)
        if name != heading.text and not heading.column:
            place.at(heading.text).fault(f"unknown deadline {name!r}{did_you_mean(name, rulebook.by_id)}")
    if not any(name.startswith(EXPECT) for name in source.columns):
        place.fault(f"has no column {EXPECT}<deadline>, as {EXPECT}plan.issue")


def _fixture(path: Path, row: Row, case: Sequence[Row], as_at: date, place: Location) -> Fixture:
    here = place.at(f"line {row.number}")
    expect: dict[str, tuple[Mapping[str, Any], ...]] = {
        name.removeprefix(EXPECT): read_expected(here.at(name), text)
        for name, text in row.texts.items()
        if name.startswith(EXPECT)
    }
    when = _as_at(here, row, as_at)
    golden = Golden(f"case {row.case_id}", path.name, row.number, when, tuple(case), expect)
    return Fixture(golden, str(path), row.number)


def _as_at(here: Location, row: Row, as_at: date) -> date:
    text = row.texts.get(AS_AT)
    if text is None:
        return as_at
    read = read_date(text, event_window(as_at))
    if isinstance(read, date):
        return read
    here.at(AS_AT).fault(f"{text} {read.says}; {read.try_}")
    return as_at

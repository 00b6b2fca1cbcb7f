"""SEN2 returns in which a request may have gone every way, opened in any shape."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import polars as pl

from ehcp_timeline.cases.model import Problem, vocabulary
from ehcp_timeline.cases.sheet import Batch
from ehcp_timeline.cases.source import CaseFile, open_case_files
from tests.cases.formats.sen2.made import Assessment, Person, person, request
from tests.cases.made import AS_AT

OUTCOMES = ("Y", "N", "A", "W", "H")
ASSESSMENTS: tuple[Assessment | None, ...] = (
    None,
    Assessment({"assessmentoutcome": "Y", "assessmentoutcomedate": "2025-05-19", "week20": "1"}, {}),
    Assessment({"assessmentoutcome": "Y", "week20": "0"}),
    Assessment({"assessmentoutcome": "N", "assessmentoutcomedate": "2025-05-12", "assessmenttribunal": "1"}),
    Assessment({"assessmentoutcome": "A"}),
    Assessment({"assessmentoutcome": "W", "assessmentoutcomedate": "2025-04-01"}),
    Assessment({"assessmentoutcome": "H"}, {"startdate": "2024-02-29", "ceasedate": "2025-12-31"}),
)
ACTIVE: tuple[Mapping[str, str] | None, ...] = (
    None,
    {"reviewmeeting": "2025-10-01", "lastreview": "2025-10-20", "reviewoutcome": "M"},
    {"reviewmeeting": "2025-10-01", "lastreview": "2024-10-20", "phasetransferfinaldate": "2025-02-14"},
    {"transferla": "886", "reviewdraft": "2025-11-03", "reviewoutcome": "A", "reviewmeeting": "2025-10-06"},
)
STANDS = [
    person("X0", request({"receiveddate": "2025-12-01", "requestoutcome": "A"})),
    person(
        "X1",
        request(
            {"receiveddate": "2025-01-06", "requestoutcome": "Y", "requestoutcomedate": "2025-02-30"},
            Assessment(
                {"assessmentoutcome": "Y", "assessmentoutcomedate": "soon"}, {"ceasedate": "31/02/2025"}
            ),
            active={"reviewmeeting": "2025-13-01", "reviewoutcome": "X", "lastreview": "never"},
        ),
    ),
]


def persons() -> Iterator[Person]:
    """Yield a person for each way in which a request, an assessment and a review may have gone."""
    for number, (outcome, assessed, active) in enumerate(product(OUTCOMES, ASSESSMENTS, ACTIVE)):
        items = {
            "receiveddate": "2025-01-06",
            "requestsource": str(number % 5 + 1),
            "requestoutcomedate": "2025-02-10" if outcome in "YN" else None,
            "requestoutcome": outcome,
            "exported": "330" if number % 20 == 3 else None,
        }
        upn = f"X{number:012}" if number % 3 else None
        yield person(
            upn,
            request(items, *([assessed] if assessed else []), active=active, needs=("ASD", "SLCN")),
            surname="Lee",
            forename=f"N{number}",
            personbirthdate="2015-06-01",
            uniquelearnernumber="9876543210" if number % 30 == 0 else None,
        )


def source(*paths: Path | str) -> CaseFile:
    """Open files that are one return."""
    (found,) = open_case_files([str(path) for path in paths], vocabulary(), as_at=AS_AT)
    return found


def frame(found: CaseFile) -> pl.DataFrame:
    """Return the rows of a file without their numbers, and assert that there is nothing to put right."""
    batches = list(found.batches())
    assert [one for batch in batches for one in batch.problems if one.row] == undated(batches)
    return pl.concat(batch.frame for batch in batches).drop("row")


def undated(batches: list[Batch]) -> list[Problem]:
    """Return the problems of what happened on a day that the return does not hold."""
    return [one for batch in batches for one in batch.problems if "undated: " in one.problem]


def problems_of(found: CaseFile) -> list[Problem]:
    """Return everything to put right in a file."""
    return [one for batch in found.batches() for one in batch.problems]


def told(found: CaseFile) -> list[tuple[int, str, str]]:
    """Return row, column and text of each problem of a row."""
    return [(one.row, one.column, one.problem) for one in problems_of(found) if one.row]


def written(folder: Path, content: bytes, name: str) -> Path:
    """Write a file, and return its path."""
    (folder / name).write_bytes(content)
    return folder / name

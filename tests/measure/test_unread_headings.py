"""Nothing is overdue, and nothing is all clear, because of a heading that was not read."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_files
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.audit import check_files
from ehcp_timeline.measure.result import Audit
from ehcp_timeline.shell.options import exit_code
from tests.cases.books import book
from tests.cases.formats.sen2.made import Assessment, Request, person, xml

AS_AT = date(2026, 6, 1)
LAW = load_rulebook()
EXAMPLES = Path(__file__).parents[2] / "examples"
REFUSED = """Case no,Date of request,Date No to Assess,Date No to Issue,Date closed,Final EHCP issued
A-1,06/10/2025,14/11/2025,,,
A-2,13/10/2025,,30/01/2026,,
A-3,14/10/2025,,,20/11/2025,
A-4,15/10/2025,,,,20/02/2026
A-5,15/10/2025,,,01/10/2025,
"""


def checked(path: Path, *, everything: bool = False) -> Audit:
    """Return what `ehcp check` answers about a file; a sample is judged by the other reader too."""
    sources = open_case_files([str(path)], vocabulary(), as_at=AS_AT)
    return check_files(LAW, sources, AS_AT, Selection(everything=everything), sample=60)


def written(folder: Path, text: str | bytes, name: str = "cases.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def verdicts(audit: Audit, deadline: str) -> dict[str, str]:
    """Return the verdict of each case about one deadline."""
    frame = audit.findings.filter(audit.findings["deadline"] == deadline)
    return dict(frame.select("case_id", "verdict").iter_rows())


def code(audit: Audit, *, strict: bool = False) -> int:
    """Return the exit code of `ehcp check`."""
    return exit_code(audit, failed="overdue" in audit.breaches, strict=strict, exit_zero=False)


def test_a_closure_under_an_unread_heading_is_no_breach(tmp_path: Path) -> None:
    """A refusal and a no-plan notice are read; a closure since the request is doubt, one before it is not."""
    audit = checked(written(tmp_path, REFUSED), everything=True)

    assert verdicts(audit, "plan.issue") == {
        "A-1": "not-owed",
        "A-2": "not-owed",
        "A-3": "unknown",
        "A-4": "met",
        "A-5": "overdue",
    }
    assert [(one.heading, one.holds, one.cells, one.decides) for one in audit.unread] == [
        ("Date closed", "dates", 2, True)
    ]
    assert audit.unread[0].may_be == ("withdrawn", "moved_away", "plan_ceased")
    assert audit.unread[0].lines[0].startswith('withdrawn = ["Date closed"]')
    assert (code(audit), audit.summary.closures) == (1, None)
    assert audit.summary.stages.no_decision == 1  # A-5 alone


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        ("2025-10-05", "overdue"),
        ("2025-10-06", "unknown"),
        ("2026-06-01", "unknown"),
        ("2026-06-02", "overdue"),
    ],
)
def test_only_a_date_that_could_have_closed_it_raises_doubt(tmp_path: Path, day: str, verdict: str) -> None:
    """Not one before the request, nor one after the as-at date."""
    path = written(tmp_path, f"Case no,Date of request,Plan issued,Xyz\nA-1,2025-10-06,,{day}\n")

    assert verdicts(checked(path), "plan.issue") == {"A-1": verdict}


@pytest.mark.parametrize(("day", "verdict"), [("2026-02-23", "unknown"), ("2026-02-24", "late")])
def test_done_late_hangs_on_a_date_in_time(tmp_path: Path, day: str, verdict: str) -> None:
    """The plan is due on 23 February 2026: an unread date by then may be what met the deadline."""
    path = written(tmp_path, f"Case no,Date of request,Plan issued,Xyz\nA-1,2025-10-06,2026-03-02,{day}\n")

    assert verdicts(checked(path, everything=True), "plan.issue") == {"A-1": verdict}


def test_a_date_that_a_column_says_raises_no_doubt(tmp_path: Path) -> None:
    """The issue date of a plan may be that of the current plan; where the first plan has its date, it is."""
    lines = "A-1,2024-01-08,2024-05-20,2025-05-01\nA-2,2025-10-06,,2025-12-01\n"
    path = written(tmp_path, f"Case no,Date of request,Plan issued,EHCP issue date\n{lines}")
    audit = checked(path, everything=True)

    assert verdicts(audit, "plan.issue") == {"A-1": "met", "A-2": "unknown"}
    assert [(one.heading, one.cells) for one in audit.unread] == [("EHCP issue date", 1)]


def test_a_heading_that_is_known_to_mean_nothing_raises_no_doubt(tmp_path: Path) -> None:
    """A computed due date, a note of the record, and what ehcp.toml says to leave out."""
    path = written(
        tmp_path,
        "Case no,Date of request,Assessment refused,Plan issued,20 wk due,Last edited,Notes\n"
        "A-1,2025-10-06,,,2026-02-23,2026-01-01,2026\n",
    )
    audit = checked(path)

    assert (verdicts(audit, "plan.issue"), audit.unread, code(audit)) == ({"A-1": "overdue"}, (), 1)


def test_where_no_column_could_close_a_request_the_breach_stands_and_that_is_said(tmp_path: Path) -> None:
    """No heading says when requests were refused or closed."""
    path = written(tmp_path, "Case no,Date of request,Plan issued\nA-1,2025-10-06,\n")
    audit = checked(path)
    said = "No column says when requests were refused or closed; some of these may be closed."

    assert (code(audit), audit.summary.closures) == (1, said)


def test_headings_that_are_asked_about_give_no_all_clear(tmp_path: Path) -> None:
    """A file whose start and decision are not understood is not clear, nor is it with --strict."""
    path = written(
        tmp_path,
        "Case no,Date Received,Decision Date,Date Final,Annual Review\n"
        "A-1,06/10/2025,10/11/2025,20/02/2026,\nA-2,01/12/2025,09/01/2026,,\n",
    )
    audit = checked(path)

    assert [(one.heading, one.may_be[0]) for one in audit.unread] == [
        ("Date Received", "request_received"),
        ("Decision Date", "assess_agreed"),
    ]
    assert (code(audit), code(audit, strict=True)) == (3, 2)


def test_a_file_of_which_no_event_is_read_is_an_error(tmp_path: Path) -> None:
    """It lists the headings and what they may mean."""
    path = written(tmp_path, "Case no,Date Received,Colour\nA-1,06/10/2025,x\n")

    with pytest.raises(CaseFileError) as error:
        checked(path)
    assert 'found "Case no", "Date Received" (request_received?), "Colour"' in str(error.value)


def test_one_column_for_each_year_of_review_is_named(tmp_path: Path) -> None:
    """Nothing is judged, and that is no all-clear."""
    sheet: list[list[Any]] = [
        ["Case no", "Final plan issued", "Annual review 2024", "Annual review 2025", "Next AR due"],
        ["A-1", date(2022, 3, 1), date(2024, 2, 10), date(2025, 2, 5), date(2026, 2, 4)],
    ]
    audit = checked(written(tmp_path, book(("Sheet", sheet)), "wide.xlsx"))

    assert [one.heading for one in audit.unread] == ["Annual review 2024", "Annual review 2025"]
    assert code(audit) == 3


@pytest.mark.parametrize(
    ("cells", "exit_"),
    [
        ("14/03/24 (chased),,", 3),  # the start cannot be read
        ("2026-05-01,,", 0),  # running
        ("2025-10-06,2025-11-03,2026-02-20", 0),  # done
        ("2025-10-06,,2026-02-20", 0),  # the day of the decision is lost
        ("2025-10-06,,see notes", 3),  # the cell may be the plan
        ("2025-10-06,,", 1),
    ],
)
def test_the_exit_code(tmp_path: Path, cells: str, exit_: int) -> None:
    """3 only if a cell left a clock unknown and nothing is overdue."""
    header = "Case no,Date of request,Date assessment agreed,Final plan issued"

    assert code(checked(written(tmp_path, f"{header}\nA-1,{cells}\nTotal,,,\n"))) == exit_


def table(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


FIXTURES = [
    (path, place)
    for path in (EXAMPLES / "cases.csv", EXAMPLES / "council-export" / "canonical-north.csv")
    for place, cells in enumerate(zip(*table(path), strict=True))
    if cells[0] in vocabulary().of_kind("event") and any(cells[1:])
]


@cache
def overdue(path: Path) -> frozenset[tuple[object, ...]]:
    """Return the clocks of a file that are overdue."""
    return overdue_in(checked(path))


def overdue_in(audit: Audit) -> frozenset[tuple[object, ...]]:
    """Return the clocks that are overdue: row, deadline and start."""
    frame = audit.findings.filter(audit.findings["verdict"] == "overdue")
    return frozenset(frame.select("row", "deadline", "start").rows())


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a table as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def as_workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a table as a workbook with real dates."""
    header, *lines = rows
    return book(("Cases", [header, *([day(cell) for cell in cells] for cells in lines)]))


def as_parquet(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a table as Parquet with columns of dates."""
    header, *lines = rows
    columns = dict(zip(header, zip(*lines, strict=True), strict=True))
    file = io.BytesIO()
    pl.DataFrame({name: [day(cell) for cell in cells] for name, cells in columns.items()}).write_parquet(file)
    return file.getvalue()


def day(cell: str) -> date | str | None:
    """Return a cell as a database holds it."""
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return cell or None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "place", "name", "make"),
    [
        *((*fixture, "a.csv", as_csv) for fixture in FIXTURES),
        *((*fixture, "a.xlsx", as_workbook) for fixture in FIXTURES[::3]),
        *((*fixture, "a.parquet", as_parquet) for fixture in FIXTURES[1::3]),
    ],
)
def test_a_date_heading_that_nobody_knows_is_named(
    tmp_path: Path, path: Path, place: int, name: str, make: Callable[[Sequence[Sequence[str]]], bytes]
) -> None:
    """Any one date heading renamed: it is named, no all-clear follows, and no new breach."""
    header, *lines = table(path)
    header[place] = "Xyz"
    audit = checked(written(tmp_path, make([header, *lines]), name))

    assert [unread.heading for unread in audit.unread if unread.decides] == ["Xyz"]
    assert code(audit) in (1, 3)
    assert overdue_in(audit) <= overdue(path)


RETURNED = date(2026, 1, 15)
RETURN = xml(
    [
        person(
            "A123456789012",
            Request(
                {"receiveddate": "2025-09-01", "requestoutcome": "Y", "requestoutcomedate": "2025-10-14"},
                [
                    Assessment(
                        {"assessmentoutcome": "Y", "assessmentoutcomedate": "2026-01-09"},
                        {"startdate": "2026-01-09"},
                    )
                ],
            ),
        )
    ]
)


def test_the_return_is_all_clear(tmp_path: Path) -> None:
    """Nothing of it is overdue, so what follows is not said for another reason."""
    path = written(tmp_path, RETURN, "sen2.xml")
    sources = open_case_files([str(path)], vocabulary(), as_at=RETURNED)
    audit = check_files(LAW, sources, RETURNED, Selection())

    assert (code(audit), [problem.rule for problem in audit.problems]) == (0, [])


@pytest.mark.parametrize(
    "tag",
    [
        "receiveddate", "requestoutcomedate", "assessmentoutcomedate", "startdate",
        "requestoutcome", "assessmentoutcome",
    ],
)  # fmt: skip
def test_an_element_of_a_return_that_nobody_knows_is_named(tmp_path: Path, tag: str) -> None:
    """Any one date or outcome renamed: it is named by its line, and no all-clear follows."""
    renamed = re.sub(rf"(</?){tag}>".encode(), rb"\1xyz>", RETURN, flags=re.IGNORECASE)
    path = written(tmp_path, renamed, "sen2.xml")
    sources = open_case_files([str(path)], vocabulary(), as_at=RETURNED)
    audit = check_files(LAW, sources, RETURNED, Selection())

    assert renamed != RETURN
    named = [problem.problem for problem in audit.problems if problem.rule == "unknown-item"]
    assert len(named) == 1
    assert re.search(
        r"^line [0-9]+: Message/\S*/xyz is not an element of a SEN2 return", named[0], re.IGNORECASE
    )
    assert code(audit) == 3


def test_an_element_that_can_decide_nothing_is_named_too(tmp_path: Path) -> None:
    """A text that is neither a date nor an outcome: it is named, and the return stays all clear."""
    path = written(tmp_path, RETURN.replace(b"<Requests>", b"<Shoe>size 4</Shoe><Requests>"), "sen2.xml")
    sources = open_case_files([str(path)], vocabulary(), as_at=RETURNED)
    audit = check_files(LAW, sources, RETURNED, Selection())

    assert [problem.problem for problem in audit.problems] == [
        "line 13: Message/Persons/Person/Shoe is not an element of a SEN2 return, and is not read"
    ]
    assert code(audit) == 0

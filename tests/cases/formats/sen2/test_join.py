"""The tables of a return are joined to one row for each request, and nothing is dropped in silence."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_timeline.cases.formats.sen2.items import sen2
from ehcp_timeline.cases.formats.sen2.table import ReturnTable, joined, module_of, table_of
from ehcp_timeline.cases.headers import load_spellings
from ehcp_timeline.cases.model import Problem, vocabulary
from ehcp_timeline.cases.sheet import Block
from ehcp_timeline.errors import CaseFileError

SPELLINGS = load_spellings(vocabulary())

PERSON = ("persontableid,upn", "11,X1", "12,X2")
REQUESTS = ("requeststableid,persontableid,requestoutcome", "21,11,Y", "22,12,A")
ASSESSMENT = "assessmenttableid,requeststableid,assessmentoutcome"
NAMEDPLAN = "namedplantableid,assessmenttableid,startdate"
ACTIVEPLANS = "activeplanstableid,requeststableid,reviewmeeting"
SENNEED = "senneedtableid,activeplanstableid,sentype,sentyperank"

Lines = Sequence[str]


def table(module: str, lines: Lines) -> ReturnTable:
    """Return a table of these lines, the headings in row 1."""
    headings, *rows = (line.split(",") for line in lines)
    columns = zip(*rows, strict=True) if rows else ([] for _ in headings)
    cells = {str(place): list(column) for place, column in enumerate(columns)}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)).with_row_index("row", offset=2)
    return table_of(sen2().modules[module], f"{module}.csv", headings, [Block(frame)])


class Joined(NamedTuple):
    """What `joined` returns, by name."""

    flat: pl.DataFrame
    problems: list[Problem]


def join(person: Lines = PERSON, requests: Lines = REQUESTS, **others: Lines) -> Joined:
    """Join some tables."""
    every = {"person": person, "requests": requests, **others}
    return Joined(*joined({module: table(module, lines) for module, lines in every.items()}))


def flat(found: Joined, *items: str) -> list[tuple[Any, ...]]:
    """Return `row` and some items of what was joined."""
    return found.flat.select("row", *items).rows()


def said(found: Joined) -> list[tuple[int, str, str, str]]:
    """Return row, rule, text and what it stops of each problem."""
    return [(one.row, one.rule, one.problem, one.stops) for one in found.problems]


def test_the_export_names_the_row_above() -> None:
    """Each table hangs on the one that its number names, however deep."""
    found = join(
        assessment=(ASSESSMENT, "31,21,Y"),
        namedplan=(NAMEDPLAN, "41,31,2025-05-19"),
        activeplans=(ACTIVEPLANS, "51,22,2025-09-01", "52,21,"),
        senneed=(SENNEED, "61,51,ASD,2", "62,51,SLCN,1"),
    )

    assert flat(found, "person", "upn", "assessmentoutcome", "startdate", "reviewmeeting", "sentype") == [
        (2, 1, "X1", "Y", "2025-05-19", None, None),
        (3, 2, "X2", None, None, "2025-09-01", "SLCN"),
    ]
    assert flat(found, "person_row", "assessment_row", "namedplan_row", "activeplans_row", "senneed_row") == [
        (2, 2, 2, 2, 3, None),
        (3, 3, None, None, 2, 3),
    ]
    assert found.problems == []


def test_other_shapes_name_the_person_and_the_request() -> None:
    """Two persons may each have a request 1, and a number of Excel's has a point and a nought."""
    found = join(
        person=("persontableid,upn", "11,X1", "12,X2"),
        requests=("persontableid,requeststableid,requestoutcome", "11,1,Y", "12,1,A"),
        assessment=("persontableid,requeststableid,assessmentoutcome", "12.0,1.0,N"),
        namedplan=("persontableid,requeststableid,startdate", "11.0,1,2025-05-19"),
    )

    assert flat(found, "assessmentoutcome", "startdate") == [(2, None, "2025-05-19"), (3, "N", None)]
    assert found.problems == []


def test_the_row_of_another_request_is_not_taken() -> None:
    """What belongs to no request is said with its table and row, and counts as not judged."""
    found = join(
        assessment=(ASSESSMENT, "31,99,Y", "32,,N"),
        namedplan=(NAMEDPLAN, "41,77,2025-05-19"),
        activeplans=(ACTIVEPLANS, "51,99,2025-09-01"),
        senneed=(SENNEED, "61,99,ASD,1"),
    )

    assert flat(found, "assessmentoutcome", "startdate", "reviewmeeting", "sentype") == [
        (2, "lost", None, None, None),
        (3, None, None, None, None),
    ]
    text = "the row belongs to no row of the requests table"
    assert said(found) == [
        (0, "orphan-row", f"assessment.csv, row 2: {text}", "row"),
        (0, "orphan-row", f"assessment.csv, row 3: {text}", "row"),
        (0, "orphan-row", f"namedplan.csv, row 2: {text}", "row"),
        (0, "orphan-row", f"activeplans.csv, row 2: {text}", "row"),
        (0, "orphan-row", f"senneed.csv, row 2: {text}", "nothing"),
    ]


def test_what_may_stand_in_a_lost_row_is_not_blank() -> None:
    """A request that was agreed to may have the assessment that belongs to none; others cannot."""
    requests = (*REQUESTS, "23,12,y", "24,12,N", "25,11,Y")
    found = join(requests=requests, assessment=(ASSESSMENT, "31,25,A", "32,99,Y"))

    assert flat(found, "assessmentoutcome") == [(2, "lost"), (3, None), (4, "lost"), (5, None), (6, "A")]


def test_a_lost_row_of_a_known_person() -> None:
    """Where the row names its person, only that person's requests are in doubt."""
    found = join(
        requests=("persontableid,requeststableid,requestoutcome", "11,1,Y", "12,1,Y"),
        assessment=("persontableid,requeststableid,assessmentoutcome", "12,7,Y"),
    )

    assert flat(found, "assessmentoutcome") == [(2, None), (3, "lost")]


def test_a_lost_review() -> None:
    """A plan without an active plan may have the review that belongs to none."""
    found = join(
        requests=(*REQUESTS, "23,12,Y"),
        assessment=(ASSESSMENT, "31,21,Y", "32,22,A", "33,23,H"),
        activeplans=("activeplanstableid,requeststableid,lastreview", "51,99,2025-09-01", "52,23,"),
    )

    assert flat(found, "lastreview") == [(2, "undated: lost"), (3, None), (4, None)]


def test_a_person_without_a_request() -> None:
    """There is nothing to judge, and that is said."""
    found = join(person=(*PERSON, "13,X3"))

    assert said(found) == [(0, "no-request", "person.csv, row 4: the person has no request", "row")]
    assert found.problems[0].try_ == (
        "add the request that led to the plan; outcome H if it was decided in an earlier year"
    )


def test_requests_of_somebody_who_is_not_in_the_person_table() -> None:
    """They are judged as those of one more person for each number."""
    found = join(requests=(*REQUESTS, "23,98,A", "24,99,A", "25,98,A"))

    assert flat(found, "person", "upn") == [
        (2, 1, "X1"),
        (3, 2, "X2"),
        (4, 3, None),
        (5, 4, None),
        (6, 3, None),
    ]
    text = "the request belongs to nobody in the person table"
    assert said(found) == [
        (row, "no-person", f"requests.csv, row {row}: {text}", "nothing") for row in (4, 5, 6)
    ]


def test_a_number_that_stands_twice() -> None:
    """The first row counts; a second request is not judged, a second record of a person changes nothing."""
    found = join(
        person=(*PERSON, "11,X9"), requests=(*REQUESTS, "21,12,N"), assessment=(ASSESSMENT, "31,21,Y")
    )

    assert flat(found, "upn", "requestoutcome", "assessmentoutcome") == [
        (2, "X1", "Y", "Y"),
        (3, "X2", "A", None),
    ]
    assert said(found) == [
        (0, "duplicate-id", "person.csv, row 4: its persontableid is already in row 2", "nothing"),
        (4, "duplicate-id", "requests.csv, row 4: its requeststableid is already in row 2", "row"),
    ]


@pytest.mark.parametrize(
    ("lines", "counts", "left"),
    [
        (("31,21,A", "32,21,N"), "N", (2, 3)),
        (("31,21,", "32,21,Y"), "Y", (2, 3)),
        (("31,21,N", "32,21,a"), "N", (3, 2)),
        (("31,21,N", "32,21,Y"), "N", (3, 2)),
        (("31,21,A", "32,21,A"), "A", (3, 2)),
    ],
)
def test_two_assessments_of_one_request(lines: Lines, counts: str, left: tuple[int, int]) -> None:
    """A decision counts before what is not decided, and the first decision before a later one."""
    found = join(assessment=(ASSESSMENT, *lines))

    row, first = left
    assert flat(found, "assessmentoutcome")[0] == (2, counts)
    text = f"assessment.csv, row {row}: row {first} belongs to the same request"
    assert said(found) == [(0, "duplicate-id", text, "row")]


def test_two_primary_needs_stop_nothing() -> None:
    """No deadline rests on a need."""
    found = join(
        activeplans=(ACTIVEPLANS, "51,21,"), senneed=(SENNEED, "61,51,ASD,1", "62,51,MLD,1", "63,51,VI,2")
    )

    assert flat(found, "sentype")[0] == (2, "ASD")
    assert said(found) == [
        (0, "duplicate-id", "senneed.csv, row 3: row 2 belongs to the same request", "nothing")
    ]


def test_plans_without_the_assessments_they_belong_to() -> None:
    """In the export the plan hangs on the assessment, and without it on nothing."""
    found = join(namedplan=(NAMEDPLAN, "41,31,2025-05-19"))

    assert "startdate" not in found.flat.columns
    text = "namedplan.csv: it cannot be joined without the table above it, and is not read"
    assert said(found) == [(0, "missing-table", text, "nothing")]


_ID = st.sampled_from(["", "1", "2", "3"])
_OUTCOME = st.sampled_from(["Y", "A", ""])


def _lines(header: str, *cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    row = st.tuples(*cells).map(",".join)
    return st.lists(row, max_size=5).map(lambda rows: [header, *rows])


@given(
    person=_lines("persontableid,upn", _ID, st.just("X")),
    requests=_lines(
        "requeststableid,persontableid,requestoutcome", _ID, _ID, _OUTCOME.map(lambda o: o or "W")
    ),
    assessment=_lines(ASSESSMENT, _ID, _ID, _OUTCOME),
    namedplan=_lines(NAMEDPLAN, st.just("7"), _ID, _OUTCOME),
    activeplans=_lines(ACTIVEPLANS, _ID, _ID, _OUTCOME),
)
def test_every_row_is_joined_or_said(**lines: Lines) -> None:
    """Whatever the numbers are: no row is lost, and none is counted twice."""
    tables = {module: table(module, rows) for module, rows in lines.items()}

    found = Joined(*joined(tables))

    assert found.flat["row"].to_list() == sorted(set(found.flat["row"]))
    for module in ("requests", "assessment", "namedplan", "activeplans"):
        joined_rows = found.flat["row" if module == "requests" else f"{module}_row"].drop_nulls().to_list()
        stopped = [row for one in found.problems if one.stops == "row" for row in _rows(one, module)]
        assert Counter(joined_rows + stopped) == Counter(tables[module].cells["row"].to_list())


def _rows(problem: Problem, module: str) -> list[int]:
    return [int(row) for row in re.findall(rf"^{module}\.csv, row (\d+): ", problem.problem)]


@pytest.mark.parametrize(
    ("headings", "module"),
    [
        ("sen2tableid,NativeId,collection,year,referencedate,lea", "sen2"),
        ("persontableid,sen2tableid,surname,forename,upn", "person"),
        ("requeststableid,persontableid,receiveddate,rquestsource", "requests"),
        ("assessmenttableid,requeststableid,assessmentoutcome,week20", "assessment"),
        ("namedplantableid,assessmenttableid,startdate,planres", "namedplan"),
        ("plandetailtableid,namedplantableid,urn,ukprn,sensetting,placementrank", "plandetail"),
        ("activeplanstableid,requeststableid,transferla,lastreview", "activeplans"),
        (
            "placementdetailtableid,activeplanstableid,urn,ukprn,sensetting,entrydate,res,wbp",
            "placementdetail",
        ),
        ("senneedtableid,activeplanstableid,sentype,sentyperank", "senneed"),
        ("PersonTableID,RequestsTableID,SENtype,SENtypeRank", "senneed"),
        ("persontableid,requeststableid,urn,ukprn,sensetting", "plandetail"),
        ("persontableid,requeststableid,urn,ukprn,sensetting,entrydate,leavingdate", "placementdetail"),
        ("Person ID,Surname,Forename,Dob (ccyy-mm-dd)", "person"),
        ("Person ID,Request Records ID,EHC Plan Start Date,Residential Settings", "namedplan"),
        ("Person ID,Request Records ID,EHC Plan (Transfer),Residential Settings", "activeplans"),
    ],
)
def test_a_table_is_known_by_its_headings(headings: str, module: str) -> None:
    """Whatever its file is called."""
    found = module_of(headings.split(","), SPELLINGS)

    assert found is not None
    assert found.id == module


@pytest.mark.parametrize(
    "headings",
    [
        "case_id,request_received,plan_issued",
        "Person ID,Surname,plan_issued",
        "Person ID,Requests Record ID,Date request was received,Plan issued",
        "Person ID,Requests Record ID",
        "Unique ID,UPN,Date of birth",
        "receiveddate,requestoutcome",
        "Surname,Forename,UPN",
        "",
    ],
)
def test_what_is_no_table_of_a_return(headings: str) -> None:
    """A case file, or a list without the numbers that tie the tables together."""
    assert module_of(headings.split(","), SPELLINGS) is None


def test_two_headings_for_one_item() -> None:
    """Both are named; neither is guessed."""
    with pytest.raises(CaseFileError) as error:
        table("requests", ("persontableid,requeststableid,requestsource,rquestsource", "1,2,3,4"))

    assert str(error.value) == (
        'requests.csv: columns 3 ("requestsource") and 4 ("rquestsource") both mean requestsource. '
        "rename or remove one of them"
    )


@pytest.mark.parametrize(("cell", "read"), [(" N/A ", None), ("TBC", None), ("17.0", "17"), ("17.5", "17.5")])
def test_words_for_a_blank_and_numbers_of_excel(cell: str, read: str | None) -> None:
    """A date that is to be confirmed is a blank date, and numbers lose the point that Excel adds."""
    found = join(
        requests=("requeststableid,persontableid,requestoutcome", f"21,11,{cell}"), person=PERSON[:2]
    )

    assert flat(found, "requestoutcome") == [(2, read)]


def test_a_word_for_a_blank_may_be_a_name() -> None:
    """Nobody loses it."""
    found = join(person=("persontableid,surname,forename", "11,Null,Na", "12,None,Nil"))

    assert flat(found, "surname", "forename") == [(2, "Null", "Na"), (3, "None", "Nil")]


def test_the_place_of_a_cell() -> None:
    """A file and its heading, or a worksheet and the address that Excel shows."""
    of_file = table("requests", REQUESTS)
    of_sheet = ReturnTable(
        "requests", 'sheet "Requests"', of_file.cells, of_file.headings, of_file.places, "Requests"
    )

    assert of_file.cell(7, "requestoutcome") == "requests.csv, row 7, requestoutcome"
    assert of_sheet.cell(7, "requestoutcome") == "'Requests'!C7"

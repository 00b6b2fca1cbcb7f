"""`ehcp` on the tables of a SEN2 return: one case file, whatever its shape, with the verdicts of the XML."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cases.formats.sen2.made import Assessment, person, request, xml
from tests.cases.formats.sen2.opened import persons
from tests.cases.formats.sen2.shapes import EXPORT, blade, five, laid, packed, template, workbook
from tests.cli.command import ehcp, ehcp_apart, printed, said

DAY = ("--as-at", "2026-01-15")


def checked(*files: Path | str) -> Mapping[str, Any]:
    """Return what `ehcp check` says of files, every clock of it."""
    run = ehcp("check", *map(str, files), *DAY, "--include", "all", "--format", "json")
    answer: Mapping[str, Any] = json.loads(printed(run))
    return answer


def findings(answer: Mapping[str, Any], *left_out: str) -> list[Mapping[str, Any]]:
    """Return the findings without their rows, and without deadlines that a shape cannot judge."""
    return [
        {**one, "row": 0, "source": None} for one in answer["findings"] if one["deadline"] not in left_out
    ]


@pytest.fixture
def from_xml(tmp_path: Path) -> Mapping[str, Any]:
    """What is said of the XML of the persons."""
    path = tmp_path / "return.xml"
    path.write_bytes(xml(persons()))
    return checked(path)


@pytest.mark.slow
def test_every_shape_has_the_verdicts_of_the_xml(tmp_path: Path, from_xml: Mapping[str, Any]) -> None:
    """Clock by clock, and the counts, the rates and the stages too."""
    names = laid(tmp_path / "export", blade(persons()))
    made = laid(tmp_path, {"export.zip": packed(blade(persons())), "book.xlsm": template(persons())})

    for answer in (checked(*names), checked(tmp_path / "export"), *map(checked, made)):
        assert findings(answer) == findings(from_xml)
        assert {**answer["summary"], "clearance": None} == {**from_xml["summary"], "clearance": None}
        assert [(one["rows"], one["judged"]) for one in answer["input"]] == [(140, 140)]


@pytest.mark.slow
def test_a_workbook_that_does_not_say_its_year(tmp_path: Path, from_xml: Mapping[str, Any]) -> None:
    """It cannot judge whether a blank draft of amendments means anything; all else is the same."""
    (book,) = laid(tmp_path, {"book.xlsx": workbook(persons())})

    assert findings(checked(book)) == findings(from_xml, "review.amendments")


@pytest.mark.slow
def test_what_five_files_cannot_say_is_no_breach(tmp_path: Path, from_xml: Mapping[str, Any]) -> None:
    """They have no review meeting; a decision whether to assess is judged as in the XML.

    Of one case the XML alone has the plan of a phase transfer, which shows that the request was decided.
    """
    answer = checked(*laid(tmp_path / "five", five(persons())))

    assert not any(one["deadline"] in {"review.decide", "review.amendments"} for one in answer["findings"])
    of_five, of_xml = (
        {one["case_id"]: one["verdict"] for one in said["findings"] if one["deadline"] == "assess.decide"}
        for said in (answer, from_xml)
    )
    assert of_xml["X000000000058"] == "unknown"
    assert of_five == {**of_xml, "X000000000058": "overdue"}
    assert answer["summary"]["verdicts"]["assess.decide"] == {"met": 25, "overdue": 2, "unknown": 101}


@pytest.mark.slow
def test_a_zip_file_through_a_pipe(tmp_path: Path) -> None:
    """Standard input is read as a file is."""
    run = ehcp_apart("check", "-", *DAY, "--format", "json", stdin=packed(blade(persons())), cwd=tmp_path)

    assert json.loads(printed(run))["input"][0]["rows"] == 140
    assert run.returncode == 1


@pytest.mark.slow
def test_other_commands_read_a_folder(tmp_path: Path) -> None:
    """One case of it is explained, and the whole of it converted with the same verdicts."""
    laid(tmp_path / "export", blade(persons()))
    folder, new = str(tmp_path / "export"), str(tmp_path / "cases.csv")

    explained = ehcp("explain", "X000000000001", folder, *DAY)
    converted = ehcp("convert", folder, "-o", new, *DAY)

    assert "assess.decide" in printed(explained)
    assert "140 rows" in said(converted)
    assert checked(new)["summary"]["verdicts"] == checked(folder)["summary"]["verdicts"]


def test_one_table_by_itself(tmp_path: Path) -> None:
    """It is refused in one line, with what to give."""
    laid(tmp_path, blade(persons()))

    run = ehcp("check", str(tmp_path / f"{EXPORT}requests.csv"))

    assert run.returncode == 2
    lacks = f"{EXPORT}requests.csv: a SEN2 return without its person table; found {EXPORT}requests.csv"
    assert said(run).splitlines()[-2:] == [
        f"ehcp: {tmp_path}/{lacks}",
        "try: give all the tables of the return together, or the folder they are in",
    ]


def test_rows_that_belong_to_nothing(tmp_path: Path) -> None:
    """With nothing overdue they make exit code 3, and each is said with its file and row."""
    asked = request(
        {"receiveddate": "2026-01-05", "requestoutcome": "A"}, Assessment({"assessmentoutcome": "A"})
    )
    files = blade([person("X1", asked)])
    files[f"{EXPORT}assessment.csv"] += b"99,1,1,1,77,Y,2025-Mar-01 00:00:00,0,0,0,0,0\r\n"
    names = laid(tmp_path / "export", files)

    run = ehcp("check", *names, *DAY)

    assert run.returncode == 3
    assert f"{EXPORT}assessment.csv, row 3: the row belongs to no row of the requests table" in printed(run)
    assert "2 rows, 1 judged, 1 not judged" in printed(run)


@pytest.mark.slow
@pytest.mark.parametrize(
    "lost",
    [b"99,1,1,1,77,Y,2025-Mar-01 00:00:00,0,0,0,0,0\r\n", b"99,1,1,1,21,Y,2025-Mar-01,0,0,0,0,0,0\r\n"],
)
def test_a_lost_assessment_makes_no_breach(tmp_path: Path, lost: bytes) -> None:
    """The plan that may have been issued in a row that is lost is unknown, not overdue."""
    asked = {"receiveddate": "2025-01-06", "requestoutcome": "Y", "requestoutcomedate": "2025-02-10"}
    other = Assessment({"assessmentoutcome": "Y", "assessmentoutcomedate": "2025-05-19"})
    files = blade([person("X1", request(asked)), person("X2", request(asked, other))])
    verdicts = []
    for more in (b"", lost):
        files[f"{EXPORT}assessment.csv"] += more
        answer = checked(*laid(tmp_path / "export", files))
        found = {one["case_id"]: one for one in answer["findings"] if one["deadline"] == "plan.issue"}
        verdicts.append({case: one["verdict"] for case, one in found.items()})

    assert verdicts == [{"X1": "overdue", "X2": "met"}, {"X1": "unknown", "X2": "met"}]
    (problem,) = (one["problem"] for one in answer["problems"] if one["column"] == "plan_issued")
    assert problem == f'{EXPORT}requests.csv, row 2: "undated: its AssessmentOutcome is lost" has no date'


def test_nobody_is_named_in_a_problem(tmp_path: Path) -> None:
    """Neither a birth date nor a name is shown, whatever is wrong with it."""
    items = {"surname": "Canary", "forename": "#REF!", "personbirthdate": "31/02/2199"}
    asked = request({"receiveddate": "soon", "requestoutcome": "A"})
    names = laid(tmp_path / "export", blade([person("X1", asked, **items)]))

    run = ehcp("check", *names, *DAY, "--format", "json")

    told = json.dumps(json.loads(printed(run))["problems"]) + said(run)
    assert f"{EXPORT}person.csv, row 2, personbirthdate: the cell" in told
    assert not any(word in told for word in ("Canary", "2199"))

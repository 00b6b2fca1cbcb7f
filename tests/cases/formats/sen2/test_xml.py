"""The XML of a SEN2 return is read as it comes from COLLECT, streamed."""

import gzip
import hashlib
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.cases.formats.sen2 import xml as sen2_xml
from tests.cases.formats.sen2.made import Assessment, person, request, xml
from tests.cases.made import briefly, column, opened, read, rows

PLAN = Assessment({"assessmentoutcome": "Y", "assessmentoutcomedate": "2025-05-19", "week20": "0"})
ASKED = {"receiveddate": "2025-01-06", "requestoutcomedate": "2025-02-10", "requestoutcome": "Y"}
REVIEWED = {"reviewmeeting": "2025-10-01", "lastreview": "2025-10-20", "reviewoutcome": "M"}
ONE = xml([person("A1", request(ASKED, PLAN, active=REVIEWED, needs=("ASD", "SLCN")))])


def test_a_person_with_a_plan(tmp_path: Path) -> None:
    """The request, the plan and the latest review stand on one row, on the line where the request begins."""
    batch = read(tmp_path, ONE)

    assert rows(batch) == [
        {
            "row": 14,
            "case_id": "A1",
            "sen_need": "ASD",
            "review_outcome": "maintain",
            "exception_recorded": False,
            "request_received": date(2025, 1, 6),
            "assess_agreed": date(2025, 2, 10),
            "assess_refused": None,
            "no_plan_notified": None,
            "plan_issued": date(2025, 5, 19),
            "withdrawn": None,
            "previous_review_decided": None,
            "review_meeting": date(2025, 10, 1),
            "review_decided": date(2025, 10, 20),
        }
    ]
    assert ONE.splitlines()[13].strip() == b"<ReceivedDate>2025-01-06</ReceivedDate>"
    assert (batch.read, batch.frame.height, batch.problems) == (1, 1, ())


@pytest.mark.parametrize(
    "content",
    [
        xml([person("A1", request(ASKED, PLAN, active=REVIEWED, needs=("ASD", "SLCN")))], namespace="ns"),
        ONE.replace(b"<Message>", b'<Message xmlns="urn:sen2">'),
        ONE.upper().replace(b'<?XML VERSION="1.0" ENCODING="UTF-8"?>', b""),
        ONE.lower(),
        ONE.replace(b"\n", b"\r\n"),
        ONE.replace(b"</UPN>", b"</UPN><!-- <UPN>B2</UPN> -->").replace(b"A1", b"<![CDATA[A1]]>"),
        ONE.replace(b"A1", b"&#65;&#x31;"),
        b"\xef\xbb\xbf" + ONE,
        ONE.decode().replace("utf-8", "utf-16").encode("utf-16"),
        ONE.replace(b"utf-8", b"windows-1252"),
        gzip.compress(ONE),
    ],
)
def test_however_it_is_written(tmp_path: Path, content: bytes) -> None:
    """Namespaces, capitals, line ends, comments, encodings and packing change nothing."""
    found, expected = rows(read(tmp_path, content)), rows(read(tmp_path / "..", ONE))

    assert [{**row, "row": 0, "case_id": row["case_id"].upper()} for row in found] == [
        {**row, "row": 0, "sen_need": found[0]["sen_need"]} for row in expected
    ]


def test_a_zip_of_one_return(tmp_path: Path) -> None:
    """As it is mailed; the digest is of what was given."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("return.xml", ONE)

    source = opened(tmp_path, file.getvalue())

    assert source.sha256 == hashlib.sha256(file.getvalue()).hexdigest()
    assert [column(batch, "case_id") for batch in source.batches()] == [["A1"]]


def test_how_it_was_understood(tmp_path: Path) -> None:
    """The kind of file is told, and what the return holds beyond a case file."""
    made = xml(
        [person("A1", request({}, Assessment({"assessmentoutcome": "H"}, {"startdate": "2025-05-20"})))]
    )

    source = opened(tmp_path, made)

    assert source.sheet.encoding == "SEN2 return of 2026, XML"
    assert [one.text for one in source.headings if one.column is None] == ["StartDate"]


def test_a_file_on_one_line(tmp_path: Path) -> None:
    """Rows that share a line are numbered on, so that no two have one number."""
    persons = [
        person(f"A{n}", request({"receiveddate": "2025-01-06", "requestoutcome": "A"})) for n in range(3)
    ]
    made = xml(persons).replace(b"\n", b"").replace(b"  ", b"")

    assert column(read(tmp_path, made), "row") == [1, 2, 3]


def test_blank_elements_between_others(tmp_path: Path) -> None:
    """The text of one element is never taken for that of an empty one beside it."""
    made = xml([person("A1", request({"receiveddate": "2025-01-06", "requestoutcome": "A"}))])
    made = made.replace(
        b"</ReceivedDate>", b"</ReceivedDate><RYA>0</RYA><RequestOutcomeDate></RequestOutcomeDate>"
    )
    made = made.replace(b"\n", b"").replace(b"  ", b"").replace(b"</UPN>", b"</UPN><Surname/>")

    (row,) = rows(read(tmp_path, made))

    assert (row["case_id"], row["assess_agreed"], row["assess_refused"]) == ("A1", None, None)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_rows_add_up_in_blocks_of_any_size(tmp_path: Path, size: int) -> None:
    """Requests in the file's order, a further assessment by itself, a person without any request said."""
    again = request(
        ASKED, PLAN, Assessment({"assessmentoutcome": "Y", "assessmentoutcomedate": "2025-12-01"})
    )
    made = xml(
        [
            person("A1", request(ASKED), again),
            person(None),
            person(
                None, request({"receiveddate": "2025-03-03", "requestoutcome": "A"}), uniquelearnernumber="77"
            ),
            person(None, request({"receiveddate": "2025-04-04", "requestoutcome": "A"})),
        ]
    )
    batches = list(opened(tmp_path, made).batches(size))

    found = [row for batch in batches for row in rows(batch)]
    assert [(row["case_id"], row["request_received"], row["plan_issued"]) for row in found] == [
        ("A1", date(2025, 1, 6), None),
        ("A1", date(2025, 1, 6), date(2025, 5, 19)),
        ("A1", None, date(2025, 12, 1)),
        ("77", date(2025, 3, 3), None),
        ("person 4", date(2025, 4, 4), None),
    ]
    assert (sum(batch.read for batch in batches), sum(batch.frame.height for batch in batches)) == (6, 5)
    (problem,) = [one for batch in batches for one in batch.problems]
    assert (problem.rule, problem.stops) == ("no-request", "row")
    assert problem.problem == "the person has no request"


@pytest.mark.parametrize("waiting", [{"assessmentoutcome": "A"}, {"assessmentoutcome": "a"}, {"week20": "0"}])
def test_of_two_assessments_the_first_that_decides_stands_with_the_request(
    tmp_path: Path, waiting: dict[str, str]
) -> None:
    """One that is not decided is a leftover of the export: beside it the plan's own day is kept, not lost."""
    later = Assessment({"assessmentoutcome": "N", "assessmentoutcomedate": "2025-12-01"})
    made = xml([person("A1", request(ASKED, Assessment(waiting), PLAN, later))])

    found = rows(read(tmp_path, made))

    assert [(row["request_received"], row["plan_issued"], row["no_plan_notified"]) for row in found] == [
        (date(2025, 1, 6), date(2025, 5, 19), None),
        (None, None, None),
        (None, None, date(2025, 12, 1)),
    ]


def test_an_element_given_twice(tmp_path: Path) -> None:
    """Neither date is taken for the truth; the same date twice is one."""
    made = xml([person("A1", request(ASKED, PLAN))])
    twice = made.replace(b"</ReceivedDate>", b"</ReceivedDate><ReceivedDate>2025-01-07</ReceivedDate>")
    same = made.replace(b"</ReceivedDate>", b"</ReceivedDate><ReceivedDate>2025-01-06</ReceivedDate>")

    (problem,) = read(tmp_path, twice).problems

    assert problem.problem == '"2025-01-06 and 2025-01-07" is not a date'
    assert column(read(tmp_path, same), "request_received") == [date(2025, 1, 6)]


def test_what_it_leaves_undated_is_a_problem_of_its_cell(tmp_path: Path) -> None:
    """The row is judged; what needs the date is unknown."""
    asked = ASKED | {"requestoutcome": "W", "requestoutcomedate": ""}
    made = xml([person("A1", request(asked)), person("A2", request(ASKED, PLAN))])

    batch = read(tmp_path, made)

    assert batch.unreadable["withdrawn"].to_list() == [14]
    assert [(one.problem, one.stops) for one in batch.problems] == [
        ('"undated: withdrawn before the decision" has no date', "cell")
    ]


@pytest.mark.parametrize(
    ("year", "reviewdraft", "columns"),
    [
        (2026, "2025-10-20", {"review_meeting", "review_decided", "amendment_notice_sent"}),
        (2025, "2025-10-20", {"review_meeting", "review_decided"}),
        (None, "2025-10-20", {"review_meeting", "review_decided"}),
        (2026, "", {"review_meeting", "review_decided"}),
        (2026, " \n ", {"review_meeting", "review_decided"}),
    ],
)
def test_what_the_file_knows(tmp_path: Path, year: int | None, reviewdraft: str, columns: set[str]) -> None:
    """An item that no person has, or that was voluntary, has no column, so nothing is judged by it."""
    active = REVIEWED | {"reviewdraft": reviewdraft}
    source = opened(tmp_path, xml([person("A1", request(ASKED, PLAN, active=active))], year=year))

    every = {"review_meeting", "review_decided", "amendment_notice_sent"}
    assert source.columns & every == columns


@pytest.mark.parametrize(
    ("outcomes", "knows"), [("A", True), ("AN", True), ("AY", False), ("Y", False), ("y", False)]
)
def test_a_file_without_assessments(tmp_path: Path, outcomes: str, knows: bool) -> None:
    """Where none was agreed to, none is missing, and what is undecided has no plan; else nobody can say."""
    asked = [{"receiveddate": "2025-01-06", "requestoutcome": outcome} for outcome in outcomes]
    made = xml([person(f"A{n}", request(items)) for n, items in enumerate(asked)])

    assert ("plan_issued" in opened(tmp_path, made).columns) == knows


def test_a_return_of_2023(tmp_path: Path) -> None:
    """It knows decisions of reviews and no meetings."""
    made = xml([person("A1", request(ASKED, PLAN, active={"lastreview": "2022-10-20"}))], year=2023)

    batch = read(tmp_path, made)

    assert column(batch, "review_decided") == [date(2022, 10, 20)]
    assert "review_meeting" not in batch.columns


def test_a_late_item_is_found_wherever_it_first_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An item that only the last person has, or that is cut between two pieces, is known all the same."""
    from ehcp_timeline.cases.formats import stream

    monkeypatch.setattr(stream, "PIECE", 300)
    persons = [person(f"A{n}", request(ASKED, PLAN)) for n in range(9)]

    for place in range(3):
        last = person("B" * (1 + 100 * place), request(ASKED | {"exported": "886"}, PLAN))
        assert "moved_away" in opened(tmp_path, xml([*persons, last])).columns


@pytest.mark.parametrize(
    ("reference", "told"), [("2026-01-15", False), ("2026-01-14", True), ("soon", False)]
)
def test_a_return_knows_nothing_after_its_reference_date(tmp_path: Path, reference: str, told: bool) -> None:
    """It is said once that what was done since is not in it."""
    made = ONE.replace(b"<ReferenceDate>2026-01-15", f"<ReferenceDate>{reference}".encode())

    batches = opened(tmp_path, made * 1).batches()

    problems = [one for batch in batches for one in batch.problems]
    assert briefly(problems) == ([(0, "", "outdated")] if told else [])
    assert all("2026-01-14" in one.problem and "2026-01-15" in one.problem for one in problems)


def test_a_large_person_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts is the distance between the ends of two persons."""
    monkeypatch.setattr(sen2_xml, "LONGEST_PERSON", 600_000)
    large = ONE.replace(b"</UPN>", b"</UPN><Surname>" + b"x" * 500_000 + b"</Surname>")

    assert column(read(tmp_path, large), "case_id") == ["A1"]


def test_no_personal_value_stands_in_a_problem(tmp_path: Path) -> None:
    """Neither the name nor the date of birth of a child is shown."""
    made = xml(
        [
            person("A1", request(ASKED), personbirthdate="31/31/2015", surname="Zephyrine"),
            person("A2", surname="Zephyrine"),
        ]
    )

    problems = read(tmp_path, made).problems

    assert briefly(problems) == [(16, "date_of_birth", "impossible-date"), (22, "", "no-request")]
    assert "Zephyrine" not in str(problems)
    assert "31/31" not in str(problems)

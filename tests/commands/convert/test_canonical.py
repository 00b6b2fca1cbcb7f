"""A converted file is judged as the file that it was made from, whatever the format of either."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ehcp_timeline.audit.bulk.clocks import CLOCKS
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.cases.mapping.model import FileMapping, SharedDate
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import CaseFile, open_case_file
from ehcp_timeline.commands.convert.canonical import (
    BlankWord,
    Converted,
    HeadingLeft,
    TimesDropped,
    apostrophes,
    case_file_bytes,
    convert,
)
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.cases import books
from tests.cases.formats.sen2.made import Assessment, person, request, xml
from tests.cases.made import AS_AT, opened, write

FORMS = ("csv", "xlsx", "parquet")
SAMPLE = Path(__file__).parents[2] / "data" / "annexA_fake_sen.xlsx"
MESSY = """\
Our list;;;;;;;;
Case ID;Name;Date request received;Plan issued;Remarks;exception recorded;order_kind;order_made;team
C-1;Zoë;01/02/2025;TBC;x;Y;;;North
C-1;Zoë;2025-02-01;TBC;y;Y;;;North
C-2;=1+1;13/25/2025;03/04/2025 14:30;;maybe;;;#N/A
;Nobody;02/02/2025;;;;;;
C-1;Zoë;01/02/2025;TBC;x;Y;;;North
;;;;only a remark;;;;
Total;;4;;;;;;
-4;"two
lines";1/6/2025;;;no;name school / amend;1 Dec 2025;"  South "
C-5;a;45352;n/a;;;perhaps;2025-12-01;=cmd
C-6;a;soon;;;;;;
C-7;one;;;;;;;;too;many
"""


def converted(source: CaseFile) -> Converted:
    """Return one file as at the day of these tests."""
    return convert([source], vocabulary(), AS_AT)


def reopened(folder: Path, made: Converted, form: str) -> CaseFile:
    """Write a converted file and open it."""
    name = write(folder, case_file_bytes(made, form), f"converted.{form}")
    return open_case_file(name, vocabulary(), as_at=AS_AT)


def verdicts(source: CaseFile) -> list[tuple[Any, ...]]:
    """Return every clock of a file, without its row and an apostrophe before the case number."""
    found: list[tuple[Any, ...]] = []
    for judged in judge(load_rulebook(), source.batches(), AS_AT):
        for deadline, clocks in judged.clocks.items():
            told = clocks.frame(*CLOCKS).join(judged.rows.select("row", "case_id"), on="row", how="left")
            kept = told.with_columns(pl.col("case_id").str.strip_prefix("'")).drop("row")
            found += ((deadline, *map(str, row)) for row in kept.select(sorted(kept.columns)).rows())
    return sorted(found)


def counts(source: CaseFile) -> tuple[int, int]:
    """Return how many rows were read, and how many of them judged."""
    batches = list(source.batches())
    return sum(one.read for one in batches), sum(one.frame.height for one in batches)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_the_verdicts_are_the_same(tmp_path: Path, form: str) -> None:
    """Unreadable cells stay unknown, rows that were told apart stay apart, every verdict is there again."""
    source = opened(tmp_path, MESSY)
    made = converted(source)

    assert verdicts(reopened(tmp_path, made, form)) == verdicts(source)
    assert len(verdicts(source)) > 20


@pytest.mark.parametrize("form", FORMS)
def test_the_rows_add_up(tmp_path: Path, form: str) -> None:
    """Of 10 rows 6 are judged; a total, the repeat, the bare remark and the over-long row are not kept."""
    source = opened(tmp_path, MESSY)

    assert counts(source) == (10, 6)
    assert counts(reopened(tmp_path, converted(source), form)) == (7, 6)


def test_the_canonical_csv(tmp_path: Path) -> None:
    """Rulebook order, ISO dates, codes joined by plus, yes and no, the file's own words where unreadable."""
    made = converted(opened(tmp_path, MESSY))

    assert case_file_bytes(made, "csv").decode().splitlines() == [
        "case_id,name,team,order_kind,request_received,plan_issued,order_made,exception_recorded,copy",
        "C-1,Zoë,North,,2025-02-01,,,yes,1",
        "C-1,Zoë,North,,2025-02-01,,,yes,2",
        "C-2,'=1+1,#N/A,,13/25/2025,2025-04-03,,maybe,1",
        ",Nobody,,,02/02/2025,,,,",
        "Total,,,,4,,,,",
        "'-4,\"two",
        'lines",South,amend,2025-06-01,,2025-12-01,no,1',
        "C-5,a,'=cmd,perhaps,2024-03-01,,2025-12-01,,1",
        "C-6,a,,,soon,,,,1",
    ]
    assert apostrophes(made) == 3


def test_what_is_left_behind_is_said(tmp_path: Path) -> None:
    """Headings with their filled cells, blanks by word, times, cells, and rows with whether they are kept."""
    source = opened(tmp_path, MESSY)
    made = converted(source)
    name = source.name

    assert made.answer.left_behind == (HeadingLeft(name, 5, "Remarks", 4),)
    assert made.answer.rewritten == (
        BlankWord(name, "plan_issued", "TBC", 2),
        BlankWord(name, "plan_issued", "n/a", 1),
        TimesDropped(name, "plan_issued", 1),
    )
    assert [(one.row, one.column) for one in made.answer.cells] == [
        (5, "exception_recorded"),
        (5, "request_received"),
        (5, "team"),
        (12, "order_kind"),
        (13, "request_received"),
    ]
    assert [(one.row, one.rule, one.kept) for one in made.answer.rows] == [
        (6, "no-case-id", True),
        (7, "duplicate-row", False),
        (8, "no-case-id", False),
        (9, "total-row", True),
        (14, "over-long-row", False),
    ]


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_a_second_conversion_changes_nothing(tmp_path: Path, form: str) -> None:
    """What is canonical already is written again cell for cell, a formula too, `copy` aside."""
    once = converted(reopened(tmp_path, converted(opened(tmp_path, MESSY)), "xlsx"))
    twice = converted(reopened(tmp_path, once, form))

    assert case_file_bytes(twice, "parquet") == case_file_bytes(once, "parquet")


def test_types_of_a_parquet_file(tmp_path: Path) -> None:
    """Real dates and booleans, but text throughout where one cell could not be read."""
    made = converted(
        opened(tmp_path, "case_id,request_received,plan_issued,missed_appointment\nA,x,1/2/2025,y\n")
    )
    (tmp_path / "made.parquet").write_bytes(case_file_bytes(made, "parquet"))

    assert dict(pl.read_parquet(tmp_path / "made.parquet").schema) == {
        "case_id": pl.String,
        "request_received": pl.String,
        "plan_issued": pl.Date,
        "missed_appointment": pl.Boolean,
    }


def test_a_stray_month_first_date_does_not_stop_the_new_file(tmp_path: Path) -> None:
    """25/03 shows that the column is day-first; in ISO nothing does, so the odd one is marked."""
    source = opened(tmp_path, "case_id,request_received\nA,25/03/2025\nB,03/25/2025\n")
    made = converted(source)

    assert case_file_bytes(made, "csv") == (
        b"case_id,request_received\nA,2025-03-25\nB,unreadable: 03/25/2025\n"
    )
    assert verdicts(reopened(tmp_path, made, "csv")) == verdicts(source)


def test_a_blank_of_the_settings_is_a_blank_for_everyone(tmp_path: Path) -> None:
    """A word that only ehcp.toml calls a blank is empty in the canonical file, and named."""
    source = opened(tmp_path, "case_id,plan_issued\nA,wait\nB,1/2/2025\n", blanks=["wait"])
    made = converted(source)

    assert case_file_bytes(made, "csv") == b"case_id,plan_issued\nA,\nB,2025-02-01\n"
    assert made.answer.rewritten == (BlankWord(source.name, "plan_issued", "wait", 1),)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_the_annex_a_list(tmp_path: Path, form: str) -> None:
    """The open review of each plan is overdue in the canonical file as in the list."""
    source = open_case_file(str(SAMPLE), vocabulary(), as_at=AS_AT)
    again = reopened(tmp_path, converted(source), form)

    assert verdicts(again) == verdicts(source)
    assert again.columns == source.columns


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 2, 100])
def test_batches_do_not_show(tmp_path: Path, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the file is cut, the canonical file is the same."""
    whole = case_file_bytes(converted(opened(tmp_path, MESSY)), "csv")
    by_few = CaseFile.batches
    monkeypatch.setattr(CaseFile, "batches", lambda source: by_few(source, batch))

    assert case_file_bytes(converted(opened(tmp_path, MESSY)), "csv") == whole


def test_several_files_of_one_kind(tmp_path: Path) -> None:
    """Their rows stand one after another, whatever the order of their columns."""
    one = open_case_file(
        write(tmp_path, "case_id,plan_issued\nA,1/2/2025\nB,x\n", "1.csv"), vocabulary(), as_at=AS_AT
    )
    two = open_case_file(write(tmp_path, "plan_issued,case_id\ny,C\n", "2.csv"), vocabulary(), as_at=AS_AT)
    made = convert([one, two], vocabulary(), AS_AT)

    assert case_file_bytes(made, "csv") == b"case_id,plan_issued\nA,2025-02-01\nB,x\nC,y\n"
    assert [(read.rows, read.judged, read.not_judged) for read in made.answer.input] == [(2, 2, 0), (1, 1, 0)]
    assert [Path(cell.file).name for cell in made.answer.cells] == ["1.csv", "2.csv"]


def test_files_with_other_columns_are_not_mixed(tmp_path: Path) -> None:
    """A column that one file lacks would make a false breach of each of its rows."""
    one = open_case_file(
        write(tmp_path, "case_id,plan_issued\nA,1/2/2025\n", "1.csv"), vocabulary(), as_at=AS_AT
    )
    two = open_case_file(write(tmp_path, "case_id\nB\n", "2.csv"), vocabulary(), as_at=AS_AT)

    with pytest.raises(CaseFileError) as error:
        convert([one, two], vocabulary(), AS_AT)
    assert error.value.message == f"{two.name} has no column plan_issued, {one.name} has"
    assert error.value.hint == "convert them one by one: in one file it would read as not yet done"


def test_a_workbook_with_days_as_numbers_and_failed_formulas(tmp_path: Path) -> None:
    """Real dates, serials and text become dates; #REF! and a formula without its result stay unreadable."""
    rows: list[list[Any]] = [
        ["case_id", "request_received", "plan_issued"],
        ["A", date(2025, 3, 1), 45700],
        ["B", "1 March 2025", "#REF!"],
    ]
    source = opened(tmp_path, books.cases(*rows))
    made = converted(source)

    assert case_file_bytes(made, "csv") == (
        b"case_id,request_received,plan_issued\nA,2025-03-01,2025-02-12\nB,2025-03-01,#REF!\n"
    )
    assert verdicts(reopened(tmp_path, made, "xlsx")) == verdicts(source)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_file_read_by_the_councils_own_words(tmp_path: Path, form: str) -> None:
    """Formats, words, outcomes and constants of the settings are canonical words in the new file."""
    mapping = FileMapping(
        outcomes={
            "assess_agreed": SharedDate("Decided", "Decision", ("Agreed",)),
            "assess_refused": SharedDate("Decided", "Decision", ("Refused",)),
        },
        constants={"team": "North"},
        values={"exception_recorded": {"Exc agreed": "yes"}},
        date_formats={"request_received": ("%m/%d/%Y",)},
    )
    text = """\
case_id,request_received,Decided,Decision,exception_recorded
A,02/01/2025,3/3/2025,Agreed,exc agreed
B,13/01/2025,3/3/2025,Refused,no
C,01/13/2025,,Agreed,odd
D,01/14/2025,3/3/2025,Odd,
"""
    source = opened(tmp_path, text, mapping=mapping)
    made = converted(source)

    assert case_file_bytes(made, "csv").decode().splitlines() == [
        "case_id,team,request_received,assess_agreed,assess_refused,exception_recorded",
        "A,North,2025-02-01,2025-03-03,,yes",
        "B,North,unreadable: 13/01/2025,,2025-03-03,no",
        "C,North,2025-01-13,unreadable,,odd",
        "D,North,2025-01-14,unreadable,unreadable,",
    ]
    assert verdicts(reopened(tmp_path, made, form)) == verdicts(source)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lines", [True, False])
def test_a_sen2_return(tmp_path: Path, form: str, lines: bool) -> None:
    """What the return leaves undated stays so; rows that share one line of XML are rows of their own."""
    agreed = {"receiveddate": "2025-01-06", "requestoutcomedate": "2025-02-10", "requestoutcome": "Y"}
    issued = Assessment({"assessmentoutcome": "Y", "assessmentoutcomedate": "2025-05-19", "week20": "0"})
    undecided = Assessment({"assessmentoutcome": "Y", "week20": "1"})
    reviewed = {"reviewmeeting": "2025-10-01", "lastreview": "2025-10-20", "reviewoutcome": "M"}
    made_up = xml(
        [
            person("A1", request(agreed, issued, active=reviewed, needs=("ASD", "SLCN"))),
            person("A2", request({**agreed, "requestoutcome": "N"})),
            person("A3", request({**agreed, "receiveddate": "2025-31-06"})),
            person("A4", request({**agreed, "requestoutcomedate": None}, undecided)),
            person("A5"),
        ],
        year=2025,
    )
    source = opened(tmp_path, made_up if lines else made_up.replace(b"\n", b""))
    made = converted(source)

    assert verdicts(reopened(tmp_path, made, form)) == verdicts(source)
    assert counts(reopened(tmp_path, made, form)) == (4, 4)
    assert [one.rule for one in made.answer.rows] == ["no-request"]
    assert [one.rule for one in made.answer.remarks] == ["outdated"]

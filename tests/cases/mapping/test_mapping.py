"""What a council says about its files is done: words, formats, outcomes, constants, place, leaving out."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ehcp_timeline.cases.mapping.model import FileMapping, Mappings, SharedDate
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import CaseFile, open_case_file
from ehcp_timeline.errors import CaseFileError, ConfigError
from tests.cases.books import book
from tests.cases.made import AS_AT, briefly, column, one_batch, opened, read, write

OUTCOMES = {
    "assess_agreed": SharedDate("Decision date", "Decision", ("Agreed", "A")),
    "assess_refused": SharedDate("Decision date", "Decision", ("Refused", "R2")),
}


def said(**words: Any) -> FileMapping:
    """Return a mapping of these."""
    return FileMapping(**words)


def test_words_of_the_councils_own(tmp_path: Path) -> None:
    """A code, a flag, a district and a blank are read from other words, whatever their case and blanks."""
    mapping = said(
        values={
            "transfer_kind": {"Y6 to Y7": "primary_secondary"},
            "exception_recorded": {"Exc  agreed": "yes", "None": "no"},
            "district": {"01": "North"},
            "plan_issued": {"not issued": ""},
        }
    )
    batch = read(
        tmp_path,
        "case_id,transfer_kind,exception_recorded,coronavirus,district,plan_issued\n"
        "C1,y6  TO y7,exc agreed,yes,01,Not Issued\nC2,infant junior,NONE,no,South,01/02/2024\n",
        mapping=mapping,
    )

    assert column(batch, "transfer_kind") == ["primary_secondary", "infant_junior"]
    assert column(batch, "exception_recorded") == [True, False]
    assert column(batch, "coronavirus") == [True, False]
    assert column(batch, "district") == ["North", "South"]
    assert column(batch, "plan_issued") == [None, date(2024, 2, 1)]
    assert batch.problems == ()


def test_a_word_for_a_blank_is_counted(tmp_path: Path) -> None:
    """What a mapping calls a blank is a blank and is said, as TBC is."""
    source = opened(
        tmp_path,
        "case_id,plan_issued\nC1,Not issued\nC2,Not issued\n",
        mapping=said(values={"plan_issued": {"Not issued": ""}}),
    )
    list(source.batches())

    assert source.counts["plan_issued"].blank_words == {"Not issued": 2}


def test_a_word_that_is_not_mapped_is_a_problem_still(tmp_path: Path) -> None:
    """Only exact words are translated: nothing near them."""
    mapping = said(values={"transfer_kind": {"Y6 to Y7": "primary_secondary"}})
    batch = read(tmp_path, "case_id,transfer_kind\nC1,Y6-Y7\n", mapping=mapping)

    assert briefly(batch.problems) == [(2, "transfer_kind", "unknown-code")]


@pytest.mark.parametrize("rows", [1, 100_000])
def test_formats_of_one_column_and_of_all(tmp_path: Path, rows: int) -> None:
    """One column is month-first, the others have points and short years."""
    mapping = said(date_formats={"*": ("%d.%m.%y",), "draft_sent": ("%m/%d/%Y",)})
    source = opened(
        tmp_path,
        "case_id,request_received,draft_sent,plan_issued\nC1,1.2.24,02/03/2024,3.4.24\nC2,13.2.24,02/13/2024,2024-04-13\n",
        mapping=mapping,
    )
    batches = list(source.batches(rows))

    assert [day for batch in batches for day in column(batch, "request_received")] == [
        date(2024, 2, 1),
        date(2024, 2, 13),
    ]
    assert [day for batch in batches for day in column(batch, "draft_sent")] == [
        date(2024, 2, 3),
        date(2024, 2, 13),
    ]
    assert [day for batch in batches for day in column(batch, "plan_issued")] == [
        date(2024, 4, 3),
        date(2024, 4, 13),
    ]


def test_dates_that_are_day_first_against_what_was_said(tmp_path: Path) -> None:
    """They stop the file: a wrong date_formats is no more guessed away than a wrong file."""
    source = opened(
        tmp_path,
        "case_id,draft_sent\nC1,14/03/2024\n",
        mapping=said(date_formats={"draft_sent": ("%m/%d/%Y",)}),
    )
    with pytest.raises(CaseFileError) as error:
        list(source.batches())

    assert str(error.value) == (
        f"{tmp_path / 'cases.csv'}: the dates of draft_sent make sense only day-first: in row 2, "
        '"14/03/2024" is a date only if the day comes first. '
        "ehcp.toml says that they are month-first; correct date_formats.draft_sent"
    )


def test_constants_fill_what_the_file_lacks(tmp_path: Path) -> None:
    """A column that the file has keeps its own cells, blank ones too."""
    mapping = said(
        constants={"transfer_kind": "primary secondary", "exception_recorded": "no", "district": "North"}
    )
    source = opened(tmp_path, "case_id,district\nC1,South\nC2,\n", mapping=mapping)
    batch = one_batch(source)

    assert column(batch, "transfer_kind") == ["primary_secondary"] * 2
    assert column(batch, "exception_recorded") == [False] * 2
    assert column(batch, "district") == ["South", None]
    assert source.columns == {"case_id", "district", "transfer_kind", "exception_recorded"}
    assert source.constants == {"transfer_kind": "primary secondary", "exception_recorded": "no"}


def test_a_date_chosen_by_an_outcome(tmp_path: Path) -> None:
    """One heading gives two events; a date of no known outcome, or an outcome without date, is unreadable."""
    lines = [
        "01/02/2024,Agreed",
        "02/02/2024,r2",
        "03/02/2024,Deferred",
        "04/02/2024,",
        ",Agreed",
        ",Deferred",
        ",",
        "TBC,A",
        "#N/A,A",
        ",#REF!",
    ]
    content = "\n".join(["Case ID,Decision date,Decision", *(f"C{n},{line}" for n, line in enumerate(lines))])
    batch = read(tmp_path, content, mapping=said(outcomes=OUTCOMES))

    assert column(batch, "assess_agreed") == [date(2024, 2, 1), *[None] * 9]
    assert column(batch, "assess_refused") == [None, date(2024, 2, 2), *[None] * 8]
    assert {name: rows.to_list() for name, rows in batch.unreadable.items()} == {
        "assess_agreed": [4, 5, 6, 9, 10, 11],
        "assess_refused": [4, 5, 11],
    }
    assert [(one.row, one.problem) for one in batch.problems if one.column == "assess_agreed"] == [
        (4, '"Deferred (Decision)" is an outcome that ehcp.toml does not name'),
        (5, '"blank (Decision)" is an outcome that ehcp.toml does not name'),
        (6, '"Agreed (no Decision date)" has an outcome without its date'),
        (9, '"A (no Decision date)" has an outcome without its date'),
        (10, '"#N/A" is an Excel error, not a blank'),
        (11, '"#REF!" is an Excel error, not a blank'),
    ]


def test_an_outcome_without_its_date_may_mean_not_yet(tmp_path: Path) -> None:
    """Where the council says so: decided to issue, and not issued yet."""
    outcomes = {"plan_issued": SharedDate("Outcome date", "Outcome", ("Issue",), "not-yet")}
    batch = read(tmp_path, "Case ID,Outcome date,Outcome\nC1,,Issue\n", mapping=said(outcomes=outcomes))

    assert (column(batch, "plan_issued"), batch.problems) == ([None], ())


def test_half_of_an_outcome_stops_the_file(tmp_path: Path) -> None:
    """A date whose outcome the file does not have cannot be given to an event."""
    with pytest.raises(CaseFileError) as error:
        opened(tmp_path, "Case ID,Decision date\nC1,01/02/2024\n", mapping=said(outcomes=OUTCOMES))

    assert str(error.value) == (
        f'{tmp_path / "cases.csv"}, line 1: assess_agreed is taken from "Decision date" where "Decision" '
        'says so; the file has "Decision date" but no "Decision". correct ehcp.toml'
    )


def test_a_file_without_either_heading_is_left_alone(tmp_path: Path) -> None:
    """One ehcp.toml serves files of several shapes."""
    assert opened(tmp_path, "Case ID,Plan issued\nC1,\n", mapping=said(outcomes=OUTCOMES)).columns == {
        "case_id",
        "plan_issued",
    }


def test_two_claims_on_one_event(tmp_path: Path) -> None:
    """A heading of its own beside an outcome is an error that names both."""
    with pytest.raises(
        CaseFileError, match=r'"Date refused to assess" and ehcp.toml both give assess_refused'
    ):
        opened(
            tmp_path,
            "Case ID,Decision date,Decision,Date refused to assess\n1,,,\n",
            mapping=said(outcomes=OUTCOMES),
        )


def test_a_heading_may_be_left_out(tmp_path: Path) -> None:
    """Of two headings that claim one event the user names the one that is not read."""
    content = "Case ID,Date request received,Request date (dd/mm/yyyy)\nC1,01/02/2024,02/02/2024\n"
    with pytest.raises(CaseFileError, match="both mean request_received"):
        opened(tmp_path, content)
    source = opened(tmp_path, content, mapping=said(ignore=("request date (DD/MM/YYYY)",)))

    assert column(next(source.batches()), "request_received") == [date(2024, 2, 1)]
    assert source.headings[2].reason == "ehcp.toml says to leave it out"


def test_a_heading_may_mean_another_column_than_its_own(tmp_path: Path) -> None:
    """What the user says wins over a column's own name: this council's "Team" is a district."""
    batch = read(tmp_path, "Case ID,Team\nC1,North\n", mapping=said(columns={"district": ("Team",)}))

    assert (batch.frame.columns, column(batch, "district")) == (["row", "case_id", "district"], ["North"])


def test_the_header_row_may_be_named(tmp_path: Path) -> None:
    """The row that looks most like a header is not always the one."""
    content = "Case ID,Request received,Plan issued\nnot these\nCase ID,Day in\nC1,01/02/2024\n"
    mapping = said(header_row=3, columns={"request_received": ("Day in",)})
    batch = read(tmp_path, content, mapping=mapping)

    assert batch.frame.rows() == [(4, "C1", date(2024, 2, 1))]


@pytest.mark.parametrize("row", [2, 9])
def test_a_header_row_that_is_blank_or_beyond_the_end(tmp_path: Path, row: int) -> None:
    """There are no headings where the user says."""
    with pytest.raises(CaseFileError) as error:
        opened(tmp_path, "Case ID\n\nC1\n", mapping=said(header_row=row))

    assert str(error.value) == (
        f"{tmp_path / 'cases.csv'}: row {row}, given as the row of the headings, has none. "
        "correct --header-row, or header_row in ehcp.toml"
    )


def sheeted(folder: Path, mapping: FileMapping) -> CaseFile:
    """Open a workbook with two sheets of cases, one of them hidden, both with a banner."""
    top: tuple[tuple[Any, ...], ...] = (("Cases",), (), ("Case ID", "Plan issued"))
    sheets = [(name, (*top, (name, date(2024, 2, 1)))) for name in ("Old", "New")]
    path = write(folder, book(*sheets, hidden=["New"]), "cases.xlsx")
    return open_case_file(path, vocabulary(), as_at=AS_AT, mapping=mapping)


@pytest.mark.parametrize("name", ["Old", "New"])
def test_the_sheet_may_be_named(tmp_path: Path, name: str) -> None:
    """A sheet that is named is read even if it is hidden."""
    source = sheeted(tmp_path, said(sheet=name, header_row=3))

    assert next(source.batches()).frame.rows() == [(4, name, date(2024, 2, 1))]


def test_a_sheet_or_a_row_that_a_workbook_does_not_have(tmp_path: Path) -> None:
    """The error names the sheets that there are."""
    with pytest.raises(CaseFileError) as error:
        sheeted(tmp_path, said(sheet="new"))
    assert str(error.value).endswith(
        'has no sheet "new". its sheets are "Old", "New"; correct --sheet, or sheet in ehcp.toml'
    )
    with pytest.raises(CaseFileError, match='sheet "Old": row 2, given as the row of the headings, has none'):
        sheeted(tmp_path, said(header_row=2))


def test_problems_of_a_chosen_date_have_the_address_of_its_cell(tmp_path: Path) -> None:
    """Not of the column that was laid beside the sheet's own."""
    rows = (("Case ID", "Decision date", "Decision"), ("C1", "soon", "Agreed"))
    path = write(tmp_path, book(("Cases", rows)), "cases.xlsx")
    source = open_case_file(path, vocabulary(), as_at=AS_AT, mapping=said(outcomes=OUTCOMES))

    assert [one.problem for one in next(source.batches()).problems] == ['B2: "soon" is not a date']


def test_numbers_of_a_chosen_date_count_from_1904_where_the_workbook_does(tmp_path: Path) -> None:
    """As those of any other column of dates."""
    rows = (("Case ID", "Decision date", "Decision"), ("C1", 43890, "Agreed"))
    path = write(tmp_path, book(("Cases", rows), date_1904=True), "cases.xlsx")
    source = open_case_file(path, vocabulary(), as_at=AS_AT, mapping=said(outcomes=OUTCOMES))

    assert column(next(source.batches()), "assess_agreed") == [date(2024, 3, 1)]


def test_what_is_said_of_some_files_is_laid_over_what_is_said_of_all() -> None:
    """By the file's name alone, in whatever case; column by column, word by word; the last one wins."""
    every = said(
        columns={"plan_issued": ("Day", "Done"), "draft_sent": ("Draft",)},
        values={"district": {"1": "North", "2": "South"}},
        blanks=("awaiting",),
        constants={"team": "A"},
        sheet="Cases",
    )
    capita = said(
        columns={"draft_sent": ("DAY",)}, values={"district": {"2": "West"}}, blanks=("?",), header_row=3
    )
    late = said(constants={"team": "B"})
    mappings = Mappings("ehcp.toml", every, {"Capita-*.csv": capita, "*-late.csv": late})

    assert mappings.of_file("reports/CAPITA-may-late.csv") == said(
        columns={"plan_issued": ("Done",), "draft_sent": ("DAY",)},
        values={"district": {"1": "North", "2": "West"}},
        blanks=("awaiting", "?"),
        constants={"team": "B"},
        sheet="Cases",
        header_row=3,
    )
    assert mappings.of_file("capita-/other.csv") == every


def test_a_mapping_with_faults_is_refused_by_the_library_too(tmp_path: Path) -> None:
    """Whoever opens a file with one."""
    with pytest.raises(ConfigError, match=r'values.exception_recorded."x" cannot be "perhaps"'):
        opened(tmp_path, "Case ID\n1\n", mapping=said(values={"exception_recorded": {"x": "perhaps"}}))

"""`ehcp scorecard --layout wide`: the table that a committee prints."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from tests.cli.command import ehcp, printed, said

# Two requests of January 2024 from schools, one of March from a parent; an older one of 2022 elsewhere.
ROWS = """case_id,district,referrer,date_of_birth,request_received,assess_agreed
A,West,School,2012-03-01,2024-01-08,2024-01-31
B,East,School,2020-03-01,2024-01-14,2024-03-15
C,East,Parent,2020-03-02,2024-03-01,
D,North,,2012-03-01,2022-02-01,2022-02-02
"""
AS_AT = ("--as-at", "2024-03-31", "--period", "month")
SHARE = ("--by", "referrer", "--measure", "requests_received,requests_share", "--layout", "wide")


@pytest.fixture
def cases(tmp_path: Path) -> str:
    """The file."""
    path = tmp_path / "cases.csv"
    path.write_text(ROWS, encoding="utf-8")
    return str(path)


def _lines(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_the_number_stands_beside_its_percentage(cases: str) -> None:
    """A row for each referrer, two columns for each month; the count is not printed a second time."""
    lines = _lines(
        printed(ehcp("scorecard", cases, *AS_AT, *SHARE, "--from", "2024-01-31", "--format", "csv"))
    )

    assert lines == [
        ["measure", "group", *(f"2024-0{month} {unit}" for month in (1, 2, 3) for unit in "#%")],
        ["requests_share", "Parent", "0", "0.0", "0", "", "1", "100.0"],
        ["requests_share", "School", "2", "100.0", "0", "", "0", "0.0"],
        ["requests_share", "Total recorded", "2", "100.0", "0", "", "1", "100.0"],
        ["requests_share", "Total", "2", "", "0", "", "1", ""],
    ]


@pytest.mark.parametrize(
    ("words", "months"),
    [
        ((), [1, 2, 3]),
        (("--last", "1"), [3]),
        (("--from", "2024-01-01", "--to", "2024-02-29"), [1, 2]),
    ],
)
def test_months_that_were_named_are_all_shown(cases: str, words: tuple[str, ...], months: list[int]) -> None:
    """A page for people has three months, or those that were asked for."""
    wanted = ("--by", "referrer", "--measure", "requests_received", "--layout", "wide", "--format", "plain")
    page = printed(run := ehcp("scorecard", cases, *AS_AT, *wanted, *words))

    (heading,) = (line for line in page.splitlines() if line.startswith("referrer"))
    assert [int(month[-2:]) for month in heading.split()[1:]] == months
    assert ("periods are shown" in run.stderr.decode()) == (not words)


def test_empty_leading_periods_are_left_out(cases: str) -> None:
    """The first decision of the year is of January, whatever other measures count before."""
    words = ("--by", "district", "--measure", "decisions,requests_received", "--layout", "wide")
    lines = _lines(printed(ehcp("scorecard", cases, *AS_AT, *words, "--format", "csv", "--last", "5")))

    assert lines[0] == ["measure", "group", "2024-01", "2024-02", "2024-03"]
    assert ["decisions", "West", "1", "0", "0"] in lines


def test_each_table_begins_in_its_own_first_period_with_a_case(tmp_path: Path) -> None:
    """Requests begin in 2021, plans in 2023, whose 0 in between stays; open assessments have one day."""
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_id,request_received,plan_issued\nA,2021-01-04,2023-02-01\nB,2024-06-03,2025-01-06\n",
        encoding="utf-8",
    )
    words = ("scorecard", str(path), "--as-at", "2025-03-01", "--period", "year")
    page = printed(ehcp(*words, "--format", "plain"))

    tables = {table.splitlines()[0]: table for table in page.split("\n\n")}
    periods = {title: re.findall(r"^Total +(\d{4})", table, re.MULTILINE) for title, table in tables.items()}
    assert periods["Requests"] == ["2021", "2022", "2023", "2024", "2025"]
    assert "Counted from" not in tables["Requests"]
    assert periods["Plans issued"] == ["2023", "2024", "2025"]
    assert "Counted from 2023: no case in the periods before it.\n" in tables["Plans issued"]
    assert periods["Open assessments"] == ["2025"]
    assert "Counted on 1 March 2025.\n" in tables["Open assessments"]

    assert printed(ehcp(*words, "-o", str(tmp_path / "card.xlsx"))) == ""
    sheet = openpyxl.load_workbook(tmp_path / "card.xlsx")["list"]
    head, *rows = sheet.iter_rows(values_only=True)
    plans = [row[head.index("Plans issued den")] for row in rows]
    assert plans == [None, None, 1, 0, 1]
    with zipfile.ZipFile(tmp_path / "card.xlsx") as book:
        drawn = book.read("xl/charts/chart1.xml").decode()
    assert re.findall(r"<c:f>list!(\S+?)</c:f>", drawn)[0] == "$C$4:$C$6"


def test_ages_stand_in_the_order_of_numbers_and_districts_in_the_councils_own(
    cases: str, tmp_path: Path
) -> None:
    """Age 3 before age 11; West before East where ehcp.toml says so."""
    words = ("scorecard", cases, *AS_AT, "--measure", "requests_received", "--layout", "wide", "-f", "csv")
    ages = [line[1] for line in _lines(printed(ehcp(*words, "--by", "age", "--last", "3")))]
    assert ages == ["group", "3", "11", "Total"]

    config = tmp_path / "ehcp.toml"
    config.write_text('[order]\ndistrict = ["West"]\n', encoding="utf-8")
    districts = printed(ehcp(*words, "--by", "district", "--config", str(config)))
    assert [line[1] for line in _lines(districts)] == ["group", "West", "East", "North", "Total"]

    config.write_text('order = "West"\n', encoding="utf-8")
    assert "order is not a table" in said(ehcp(*words, "--by", "district", "--config", str(config)))


@pytest.mark.parametrize("ending", ["md", "html", "xlsx"])
def test_a_page_and_a_workbook_hold_the_table(cases: str, tmp_path: Path, ending: str) -> None:
    """The same row in Markdown, on a page and in a sheet."""
    out = tmp_path / f"out.{ending}"
    ehcp("scorecard", cases, *AS_AT, *SHARE, "--last", "3", "-o", str(out))

    if ending == "md":
        assert "| School | 2 | 100.0 | 0 |  | 0 | 0.0 |" in out.read_text(encoding="utf-8")
    elif ending == "html":
        assert '<th scope="row">School</th>\n<td class="number">2</td>' in out.read_text(encoding="utf-8")
    else:
        with zipfile.ZipFile(out) as book:
            assert "2024-03 %" in book.read("xl/sharedStrings.xml").decode()


@pytest.mark.slow
def test_what_is_hidden_is_hidden_in_both_columns(cases: str) -> None:
    """Two requests from schools are fewer than five: neither they nor their share are printed."""
    words = (*SHARE, "--disclosure", "suppress", "--format", "csv", "--from", "2024-01-01")
    text = printed(ehcp("scorecard", cases, *AS_AT, *words))

    assert '"School","[c]","[c]"' in text


def test_a_week_begins_on_monday_and_a_range_ends_with_its_day(cases: str) -> None:
    """8 and 14 January 2024 are one week; the requests of 2022 and of March lie outside."""
    words = ("--period", "week", "--from", "2024-01-14", "--to", "2024-01-15", "--measure", "requests_rec")
    lines = _lines(printed(ehcp("scorecard", cases, "--as-at", "2024-03-31", *words, "--format", "csv")))

    assert [line[2:] for line in lines[1:]] == [
        ["2024-W02", "2024-01-08", "2024-01-14", "2"],
        ["2024-W03", "2024-01-15", "2024-01-21", "0"],
    ]
    asked = ehcp("scorecard", cases, "--from", "2024-02-01", "--to", "2024-01-31")
    assert "--from is after --to" in said(asked)


def test_a_group_called_as_a_line_of_totals_has_a_line_of_its_own(tmp_path: Path) -> None:
    """A cell that says `Not recorded` is not recorded; one that says `Total` is no total."""
    names = ["West", "Total", "total recorded", "Not recorded", "not recorded", "", "Total"]
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_id,district,request_received\n"
        + "".join(f"C{place},{name},2024-01-08\n" for place, name in enumerate(names)),
        encoding="utf-8",
    )
    words = ("--by", "district", "--measure", "requests_received", "--format", "csv")
    expected = [
        ["Total (as recorded)", "2"], ["total recorded (as recorded)", "1"], ["West", "1"],
        ["Total recorded", "4"], ["not recorded", "3"], ["Total", "7"],
    ]  # fmt: skip
    wide = ehcp(
        "scorecard", str(path), "--as-at", "2024-01-31", "--period", "year", *words, "--layout", "wide"
    )
    long = ehcp("scorecard", str(path), "--as-at", "2024-01-31", "--period", "year", *words)

    assert [line[1:] for line in _lines(printed(wide))[1:]] == expected
    assert [[line[1], line[5]] for line in _lines(printed(long))[1:]] == expected
    quality = printed(
        ehcp("quality", str(path), "--by", "district", "--as-at", "2024-01-31", "--format", "json")
    )
    assert {line["name"]: line["rows"] for line in json.loads(quality)["groups"]} == {
        "Total (as recorded)": 2, "total recorded (as recorded)": 1, "West": 1, "not recorded": 3,
    }  # fmt: skip

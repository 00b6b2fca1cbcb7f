"""A scorecard by sex, ethnicity, year group or setting: DfE's names, nobody dropped, small numbers hidden."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ehcp_timeline.measure.kpi.groups import GROUPS
from tests.cases.formats.sen2.made import Assessment, Person, Request, person, request, xml
from tests.cases.formats.sen2.opened import source, written
from tests.cases.formats.sen2.shapes import blade, five, laid, workbook
from tests.cases.made import one_batch
from tests.cli.command import ehcp, printed, said

AS_AT = ("--as-at", "2026-08-31", "--period", "year", "--measure", "requests_received")
PLACE = {"urn": "100000", "placementrank": "1"}


def _rows(*counts: tuple[str, int], heading: str = "Ethnicity") -> str:
    lines = [f"{value}-{n},2026-01-05,{value}" for value, many in counts for n in range(many)]
    return "\n".join((f"case_id,request_received,{heading}", *lines))


def _counts(path: Path | str, by: str, *words: str) -> dict[str, Any]:
    run = ehcp("scorecard", str(path), *AS_AT, "--by", by, "--format", "json", *words)
    return {
        line["group"]: line.get("values", line)["requests_received_in_year"]
        for line in json.loads(printed(run))["lines"]
    }


def _group(by: str, *, as_at: date = date(2026, 8, 31), **cells: list[Any]) -> list[str | None]:
    frame = pl.DataFrame(cells)
    return frame.select(GROUPS[by].of(frame.columns, as_at)).to_series().to_list()


@pytest.mark.parametrize(
    ("born", "year"),
    [
        (date(2021, 9, 1), "before Reception"),
        (date(2021, 8, 31), "Reception"),
        (date(2020, 9, 1), "Reception"),
        (date(2020, 8, 31), "Year 1"),
        (date(2008, 8, 31), "Year 13"),
        (date(2007, 9, 1), "Year 13"),
        (date(2007, 8, 31), "after Year 13"),
        (date(2026, 9, 1), None),
        (None, None),
    ],
)
def test_a_year_group_from_a_date_of_birth(born: date | None, year: str | None) -> None:
    """On the last day of a school year; who is not born yet has none."""
    dates = pl.Series([born], dtype=pl.Date)
    assert _group("year_group", date_of_birth=list(dates)) == [year] if born else year is None


def test_the_first_day_of_a_school_year_moves_everybody_on() -> None:
    """31 August, and 1 September."""
    born = [date(2020, 8, 31), date(2021, 8, 31)]

    assert _group("year_group", date_of_birth=born) == ["Year 1", "Reception"]
    assert _group("year_group", date_of_birth=born, as_at=date(2026, 9, 1)) == ["Year 2", "Year 1"]


def test_a_column_of_year_groups_comes_before_dates_of_birth() -> None:
    """However it writes them; what is no year stands as it is, and a blank is not filled up."""
    cells = ["7", "Y7", "Year 07", "7.0", "R", "reception", "Key stage 5", "70", ""]

    found = _group("year_group", year_group=cells, date_of_birth=[date(2020, 8, 31)] * len(cells))
    assert found == [*["Year 7"] * 4, "Reception", "Reception", "Key stage 5", "70", None]


def test_codes_of_the_dfe_stand_under_their_names() -> None:
    """In any case, and as the lists of an area inspection letter them."""
    assert _group("sex", sex=["M", "f", "Female", "X"]) == ["male", "female", "female", "X"]
    assert _group("ethnicity", ethnicity=["a) WBRI", "wbri", "Kentish"]) == ["White British"] * 2 + [
        "Kentish"
    ]
    assert _group("setting_type", setting_type=["EHE", "Special"]) == ["elective home education", "Special"]


@pytest.mark.slow
def test_small_numbers_are_hidden_unless_a_person_says_otherwise(tmp_path: Path) -> None:
    """Three of 23 are hidden with another group, the total stands, and the page says why."""
    path = written(tmp_path, _rows(("WBRI", 14), ("WIRI", 6), ("ZZZZ", 3)).encode(), "cases.csv")

    assert _counts(path, "ethnicity") == {
        "White British": 14, "White Irish": "[c]", "ZZZZ": "[c]", "Total": 23
    }  # fmt: skip
    every = {"White British": 14, "White Irish": 6, "ZZZZ": 3, "Total": 23}
    assert _counts(path, "ethnicity", "--disclosure", "none") == every
    assert _counts(path, "ethnicity", "--threshold", "3") == every
    for form in ("plain", "md", "html"):
        page = printed(ehcp("scorecard", str(path), *AS_AT, "--by", "ethnicity", "--format", form))
        assert "could tell what one child is" in page
        assert "Not in the DfE&#39;s codes" in page or "Not in the DfE's codes" in page
        assert "ZZZZ" in page


@pytest.mark.slow
def test_what_is_not_recorded_is_a_group_and_all_add_up(tmp_path: Path) -> None:
    """In the file as in a wide table, where periods stand across."""
    text = _rows(("M", 14), ("F", 6), ("", 5), heading="Gender")
    path = written(tmp_path, text.encode(), "cases.csv")

    assert _counts(path, "sex") == {
        "male": 14, "female": 6, "Total recorded": 20, "not recorded": 5, "Total": 25
    }  # fmt: skip
    run = ehcp("scorecard", str(path), *AS_AT, "--by", "gender", "--layout", "wide", "--format", "csv")
    wide = {line["group"]: line["2026"] for line in csv.DictReader(io.StringIO(printed(run)))}
    assert wide == {"male": "14", "female": "6", "Total recorded": "20", "not recorded": "5", "Total": "25"}
    assert "Small numbers are hidden because" in said(run)


@pytest.mark.slow
def test_a_file_without_the_column_says_what_to_try(tmp_path: Path) -> None:
    """Two headings for one of them keep no file from being judged."""
    path = written(tmp_path, b"case_id,request_received\nA,2026-01-05\n", "cases.csv")
    run = ehcp("scorecard", str(path), "--by", "sex")
    assert run.returncode == 2
    assert f"{path} has no column sex: it cannot be broken down by the child's sex" in said(run)
    run = ehcp("scorecard", str(path), "--by", "year_group")
    assert "has no column year_group and no column date_of_birth" in said(run)

    both = written(
        tmp_path, b"case_id,request_received,Placement type,Type of school\nA,2026-01-05,,\n", "two.csv"
    )
    assert ehcp("check", str(both), "--as-at", "2026-01-06").returncode == 0
    assert "has no column setting_type" in said(ehcp("scorecard", str(both), "--by", "setting"))


def _persons() -> list[Person]:
    asked = {"receiveddate": "2025-01-06", "requestoutcome": "Y", "requestoutcomedate": "2025-02-03"}
    issued = {"assessmentoutcome": "Y", "assessmentoutcomedate": "2025-05-19"}
    plan = Assessment(issued, {}, details=[{"sensetting": "EYP", "placementrank": "1"}])
    left = [
        {"sensetting": "EHE", "leavingdate": "2025-03-01", "placementrank": "1"},
        {**PLACE, "placementrank": "2"},
    ]
    return [
        person("A1", request(asked, plan), sex="M", ethnicity="WBRI"),
        person("A2", request(asked, plan, active={}, needs=["ASD"]), sex="F", ethnicity="AIND"),
        person("A3", request(asked, plan), sex="F"),
        person("A4", request(asked), sex="F", ethnicity="WBRI"),
        Person({"upn": "A5"}, [Request(asked, [plan], {}, placements=left)]),
    ]


@pytest.mark.parametrize("shape", ["xml", "blade", "workbook"])
def test_a_return_says_sex_ethnicity_and_setting(tmp_path: Path, shape: str) -> None:
    """The placement that was not left, else the plan's; a number stands for its school or college."""
    if shape == "xml":
        opened = source(written(tmp_path, xml(_persons()), "return.xml"))
    elif shape == "blade":
        opened = source(*laid(tmp_path, blade(_persons())))
    else:
        opened = source(written(tmp_path, workbook(_persons()), "return.xlsx"))
    rows = pl.concat(batch.frame for batch in opened.batches())

    said_of = rows.select("case_id", "sex", "ethnicity", "setting_type").sort("case_id").rows()
    assert said_of == [
        ("A1", "M", "WBRI", "EYP"),
        ("A2", "F", "AIND", "EYP"),
        ("A3", "F", None, "EYP"),
        ("A4", "F", "WBRI", None),
        ("A5", None, None, "URN"),
    ]


def test_the_numbers_of_2023_and_the_five_files(tmp_path: Path) -> None:
    """GenderCurrent had numbers; the tool's five files call it Gender and have no settings."""
    text = xml(_persons(), year=2023).replace(b"<Sex>M</Sex>", b"<GenderCurrent>1</GenderCurrent>")
    text = text.replace(b"<Sex>F</Sex>", b"<GenderCurrent>9</GenderCurrent>")
    opened = source(written(tmp_path, text, "return.xml"))
    assert one_batch(opened).frame["sex"].to_list() == ["M", *["neither"] * 3, None]

    opened = source(*laid(tmp_path / "five", five(_persons())))
    assert {"sex", "ethnicity"} <= opened.columns
    assert "setting_type" not in opened.columns

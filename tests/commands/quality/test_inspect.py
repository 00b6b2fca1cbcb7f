"""Every rule of data quality finds its fault, on the day and not the day before, and nothing else."""

import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import polars as pl
import pytest

from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import CaseFile, open_case_file, open_case_files
from ehcp_timeline.commands.quality.inspect import Inspected, inspect
from ehcp_timeline.commands.quality.rules import Found, PatternRule, Rules, quality_rules, rules_of
from ehcp_timeline.errors import RulebookError
from tests.cases.formats.sen2.made import Assessment, person, request, xml
from tests.cases.made import AS_AT, opened, write

SAMPLE = Path(__file__).parents[2] / "data" / "annexA_fake_sen.xlsx"
RULES = quality_rules()
LIST_1 = (
    "Unique ID,UPN,ULN,Date of birth,Gender,Ethnicity,Date initial EHC plan issued,"
    "Date updated EHC plan issued,Date EHC plan last reviewed,SEN primary need,"
    "Main education establishment – URN,Main education establishment – phase,Elective home education,"
    "Suspensions,Permanent exclusions,Does the child or young person have a disability?"
)
SOUND = (
    "A,A123456789012,1234567890,02/02/2015,a) Male,a) WBRI,02/03/2020,02/03/2024,03/03/2025,"
    "d) ASD,123456,c) Primary,b) No,0,0,a) Yes"
)
ROWS_OF_CASES = """\
case_id,request_received,plan_issued,review_meeting,team
A,1/2/2025,31/2/2025,,x
B,,,1/2/2025,x
A,1/2/2025,,1/3/2025,y
,,,,z
B,,1/1/2024,,y
A,1/2/2025,31/2/2025,,x
"""
Fault = tuple[int | None, str]


def looked(source: CaseFile, rules: Rules = RULES, **options: Any) -> Inspected:
    """Return a file, looked through as at 15 January 2026."""
    return inspect(source, vocabulary(), rules, AS_AT, **options)


def faults(found: Inspected, rule: str) -> list[Fault]:
    """Return row and column of the faults of one rule."""
    mine = found.faults.filter(pl.col("rule").cast(pl.String) == rule)
    return list(mine.select("row", pl.col("column").cast(pl.String).fill_null("")).iter_rows())


def listed(**cells: str) -> str:
    """Return an Annex A list with the sound child and one more that differs from it in these cells."""
    header = LIST_1.split(",")
    places = {
        "upn": 1, "uln": 2, "born": 3, "gender": 4, "ethnicity": 5, "issued": 6, "updated": 7, "reviewed": 8,
        "need": 9, "urn": 10, "phase": 11, "home": 12, "suspensions": 13, "exclusions": 14, "disability": 15,
    }  # fmt: skip
    other = SOUND.replace("A,A123456789012,1234567890", "B,B123456789012,2345678901").split(",")
    for name, cell in cells.items():
        other[places[name]] = cell
    return "\n".join((",".join(header), SOUND, ",".join(other))) + "\n"


FOUND = tomllib.loads((Path(__file__).parent / "quality_cases.toml").read_text(encoding="utf-8"))["case"]
IN_THE_LIST: list[tuple[str, str, list[Fault]]] = [
    ("annex-a-101a", listed(born=""), [(3, "date_of_birth")]),
    ("annex-a-101b", listed(gender=""), [(3, "gender")]),
    ("annex-a-101c", listed(ethnicity=""), [(3, "ethnicity")]),
    ("annex-a-101d", listed(need=""), [(3, "sen_need")]),
    ("annex-a-103", listed(disability="b) No"), [(3, "disability")]),
    ("annex-a-106a", listed(issued="02/03/2024", updated="01/03/2024"), [(3, "amended_plan_issued")]),
    ("annex-a-107", listed(upn="", uln=""), [(3, "upn")]),
    ("annex-a-107", listed(upn="", uln="", born="16/01/2020"), []),
    ("annex-a-107", listed(upn=""), []),
    ("annex-a-108a", listed(urn="", phase="", home=""), [(3, "main_urn")]),
    ("annex-a-108a", listed(urn="", phase="", home="", born="15/01/2010"), []),
    ("annex-a-109", listed(upn="A123456789012"), [(3, "upn")]),
    ("annex-a-codes", listed(gender="1", ethnicity="WBRI"), [(3, "gender"), (3, "ethnicity")]),
    ("annex-a-urn", listed(urn="School"), [(3, "main_urn")]),
    ("annex-a-upn", listed(upn="wills_upn"), [(3, "upn")]),
    ("annex-a-uln", listed(uln="fjkndkj"), [(3, "uln")]),
    ("annex-a-counts", listed(suspensions="many"), [(3, "suspensions")]),
    ("annex-a-excluded-often", listed(exclusions="2"), [(3, "exclusions")]),
    ("unreadable-date", listed(updated="soon"), [(3, "amended_plan_issued")]),
    ("review-order", listed(issued="04/03/2025", updated="05/03/2025"), [(3, "previous_review_decided")]),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", FOUND, ids=lambda case: case["rule"])
def test_a_rule_finds_its_fault(tmp_path: Path, case: dict[str, Any]) -> None:
    """The rows and columns at fault, and not those just on the right side."""
    found = faults(looked(opened(tmp_path, case["file"])), case["rule"])

    assert [[row or 0, column] for row, column in found] == case["faults"]


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "text", "expected"), IN_THE_LIST)
def test_a_rule_of_the_annex_a_list(tmp_path: Path, rule: str, text: str, expected: list[Fault]) -> None:
    """The same for what only that list is asked; the sound child beside it has no fault."""
    found = looked(opened(tmp_path, text))

    assert faults(found, rule) == expected
    assert found.faults.filter(pl.col("row") == 2).height == (rule == "annex-a-109") * 0


@pytest.mark.parametrize(
    ("rule", "year", "expected"),
    [
        ("undated", 2026, [(True, "assess_agreed")]),
        ("broken-return", 2026, [(True, "")]),
        ("outdated", 2026, []),
        ("outdated", 2025, [(False, "")]),
    ],
)
def test_a_rule_of_the_sen2_return(
    tmp_path: Path, rule: str, year: int, expected: list[tuple[bool, str]]
) -> None:
    """An outcome without its date, a person without a request, a return made up to the year before."""
    agreed = request(
        {"receiveddate": "2024-09-02", "requestoutcome": "Y"}, Assessment({"assessmentoutcome": "Y"})
    )
    found = looked(opened(tmp_path, xml([person("A1", agreed), person("A2")], year=year)))

    assert [(row is not None, column) for row, column in faults(found, rule)] == expected


def test_the_plan_that_stands_in_a_return_is_the_plan_of_its_review(tmp_path: Path) -> None:
    """A plan of earlier years is known by its start date alone; a review without even that is an orphan."""
    old = {"requestoutcome": "H"}
    review = {"reviewmeeting": "2025-05-01", "lastreview": "2025-05-20", "reviewoutcome": "M"}
    planned = Assessment({"assessmentoutcome": "H"}, {"startdate": "2019-06-03"})
    unplanned = Assessment({"assessmentoutcome": "H"}, {})
    made = xml(
        [
            person("A1", request(old, planned, active=review)),
            person("A2", request(old, unplanned, active=review)),
        ]
    )

    found = looked(opened(tmp_path, made))

    cases = found.faults.filter(pl.col("rule").cast(pl.String) == "review-without-plan")
    assert [column for _, column in faults(found, "review-without-plan")] == [
        "review_meeting",
        "review_decided",
    ]
    assert cases.get_column("row").n_unique() == 1


def test_every_rule_has_such_a_case() -> None:
    """None is untried but the one for what no rule names."""
    tried = {*(case["rule"] for case in FOUND), *(rule for rule, _, _ in IN_THE_LIST)}

    assert {rule.id for rule in RULES.rules} - tried == {
        "other-problem", "undated", "broken-return", "outdated", "mixed-encodings", "missing-table",
        "other-sheet", "hidden-sheet",
    }  # fmt: skip


def test_what_a_workbook_hides_is_asked_about(tmp_path: Path) -> None:
    """A sheet that is not read has another rule than a row that is."""
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("Leavers")):
        for row in (("case_id", "plan_issued"), ("A", date(2025, 1, 2))):
            sheet.append(row)
    book["Leavers"].sheet_state = "hidden"
    book.active.row_dimensions[2].hidden = True
    book.save(tmp_path / "cases.xlsx")

    found = looked(open_case_file(str(tmp_path / "cases.xlsx"), vocabulary(), as_at=AS_AT))

    assert faults(found, "hidden-sheet") == [(None, "")]
    assert faults(found, "other-sheet") == [(None, "")]


def test_what_no_rule_names_is_told_all_the_same(tmp_path: Path) -> None:
    """A problem of the reader under a name that no rule has is `other-problem`."""
    fewer = replace(RULES, rules=tuple(one for one in RULES.rules if one.id != "excel-error"))

    found = looked(opened(tmp_path, "case_id,plan_issued\nA,#N/A\n"), fewer)

    assert faults(found, "other-problem") == [(2, "plan_issued")]


def test_the_sound_list_has_no_fault(tmp_path: Path) -> None:
    """Nothing at all is said of two children whose every cell is as it should be."""
    assert looked(opened(tmp_path, listed())).faults.height == 0


def test_the_published_sample_is_dirty() -> None:
    """Gender 1 and 2, `School` for a URN, made-up UPNs, a man of 33, 200 exclusions: all found."""
    found = looked(open_case_file(str(SAMPLE), vocabulary(), as_at=AS_AT))

    counts = found.faults.group_by(pl.col("rule").cast(pl.String)).len().sort("rule")
    assert dict(counts.iter_rows()) == {
        "annex-a-codes": 18,
        "annex-a-excluded-often": 1,
        "annex-a-uln": 2,
        "annex-a-upn": 2,
        "annex-a-urn": 2,
        "new-years-day": 1,
        "too-old": 1,
        "twenty-five": 1,
        "unread-table": 1,
    }


def test_a_rule_without_its_columns_is_not_looked_at(tmp_path: Path) -> None:
    """A file without dates of birth says nothing of ages, and the list's rules are not put to other files."""
    found = looked(opened(tmp_path, "case_id,plan_issued\nA,1/2/2025\n"))

    assert {"too-old", "born-after", "same-child", "annex-a-101b"}.isdisjoint(found.looked_at)
    assert {"future-date", "empty-column", "impossible-date"} <= found.looked_at


@pytest.mark.parametrize("size", [1, 2, 3])
def test_batches_do_not_show(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the file is cut, the same faults are found in the same order."""
    whole = looked(opened(tmp_path, ROWS_OF_CASES))
    plain = CaseFile.batches
    monkeypatch.setattr(CaseFile, "batches", lambda source: plain(source, size))
    cut = looked(opened(tmp_path, ROWS_OF_CASES))

    assert cut.faults.with_columns(pl.col(pl.Categorical).cast(pl.String)).equals(
        whole.faults.with_columns(pl.col(pl.Categorical).cast(pl.String))
    )
    assert (cut.source.rows, cut.source.judged) == (6, 4)


def test_the_dates_that_show_a_fault(tmp_path: Path) -> None:
    """First, second, weeks and the other column are kept for the words."""
    found = looked(opened(tmp_path, "case_id,request_received,plan_issued\nA,1/1/2003,20/12/2024\n"))
    (fault,) = found.faults.filter(pl.col("rule").cast(pl.String) == "too-many-weeks").to_dicts()

    assert (fault["first"], fault["second"], fault["number"]) == (date(2003, 1, 1), date(2024, 12, 20), 1146)


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_every_rule_says_what_why_and_who(rule: Any) -> None:
    """Its words are there, in one line, and name only what can be filled in; patterns are whole."""
    names = set(re.findall(r"\{(\w+)\}", rule.says))

    assert names <= {"column", "other", "first", "second", "number"}
    assert all(text and "\n" not in text for text in (rule.says, rule.why, rule.source, rule.try_))
    assert re.compile(rule.check.pattern if isinstance(rule.check, PatternRule) else "") is not None


def test_every_column_of_a_rule_exists() -> None:
    """A misspelt column would be a rule that is never looked at."""
    elsewhere = (*RULES.annex_a.values(), *RULES.elsewhere.values())
    known = {*vocabulary().columns, *(one.id for one in elsewhere), "as-at", "case", "row"}
    named: set[str] = set()
    for rule in (one for one in RULES.rules if not isinstance(one.check, Found)):
        for field in ("when", "any_of", "where", "begin", "to", "unless", "columns"):
            named |= set(getattr(rule.check, field, ()))
        named |= {name for pair in getattr(rule.check, "pairs", ()) for name in pair}
        named |= {
            name for name in (getattr(rule.check, field, "") for field in ("on", "flag", "apart")) if name
        }

    assert named <= known


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (
            {"severity": "grave", "found": {"ids": []}},
            "odd.severity: must be one of error, warning, query, not 'grave'",
        ),
        ({"severity": "error"}, "odd: needs exactly one of found, order, plain"),
        (
            {"severity": "error", "found": {"ids": []}, "plain": "empty"},
            "odd: needs exactly one of found, order",
        ),
        ({"severity": "error", "found": {"names": []}}, "odd.found.names: not a word of the rulebook"),
        ({"severity": "error", "found": {"ids": []}, "law": "none"}, "odd.law: not a word of the rulebook"),
        (
            {"severity": "error", "age": {"on": "plan_issued", "least": "x"}},
            "odd.age.least: must be a whole number, not 'x'",
        ),
    ],
)
def test_a_broken_rule_is_refused(broken: dict[str, Any], fault: str) -> None:
    """No severity, no check, two checks, a word that there is not: the error names the rule and the key."""
    words = dict.fromkeys(("says", "why", "source", "try"), "x")

    with pytest.raises(RulebookError) as stopped:
        rules_of({"annex_a": {}, "rule": [{"id": "odd", **words, **broken}]})

    assert stopped.value.faults[0].startswith(f"quality.toml: {fault}")


def test_a_return_without_all_its_tables(tmp_path: Path) -> None:
    """Seven tables that are not there are worth a look, and cost nothing."""
    names = {
        "person.csv": "persontableid,upn\n11,X1\n",
        "requests.csv": "requeststableid,persontableid,receiveddate,requestoutcome\n21,11,2025-03-06,A\n",
    }
    paths = [write(tmp_path, text, name) for name, text in names.items()]
    (source,) = open_case_files(paths, vocabulary(), as_at=AS_AT)

    assert faults(looked(source), "missing-table") == [(None, "")] * 7


def test_lines_in_two_encodings(tmp_path: Path) -> None:
    """One in UTF-8 and one in Windows-1252 are one fault of the file; all in either are none."""
    lines = ["case_id,name\nA,Zoë\n", "B,Zoë\n"]
    mixed = lines[0].encode() + lines[1].encode("cp1252")

    assert faults(looked(opened(tmp_path, mixed)), "mixed-encodings") == [(None, "")]
    assert faults(looked(opened(tmp_path, "".join(lines).encode("cp1252"))), "mixed-encodings") == []
    assert faults(looked(opened(tmp_path, "".join(lines))), "mixed-encodings") == []

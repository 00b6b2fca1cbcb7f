"""`ehcp scorecard`, `compare` and `reconcile` as a person meets them."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from tests.cli.command import check_schema, ehcp, printed, said

ROOT = Path(__file__).parents[3]
CASES = str(ROOT / "tests" / "commands" / "scorecard" / "sixty_cases.csv")
SCHEMAS = ROOT / "docs" / "schemas"
AS_AT = ("--as-at", "2024-12-31")
OPENLY = ("--disclosure", "none")
MEASURED = ("requests_received_in_year", "pc_decisions_within_6_weeks")


@pytest.fixture
def requests(tmp_path: Path) -> str:
    """Two requests of January and one of March 2024: nothing in February."""
    path = tmp_path / "requests.csv"
    path.write_text(
        "case_id,district,request_received,assess_agreed\n"
        "1,North,2024-01-02,2024-02-13\n2,,2024-01-03,2024-03-20\n3,North,2024-03-05,\n",
        encoding="utf-8",
    )
    return str(path)


def _csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def _valid(name: str, text: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(text)
    assert answer["schema"].replace("/", "-") == name
    check_schema(answer)
    return answer


def test_one_line_for_each_group_and_period(requests: str) -> None:
    """Groups in order, what is not recorded, the totals; every month, also the one without a request."""
    run = ehcp("scorecard", requests, "--as-at", "2024-03-31", "--by", "district", "--period", "month",
               "--measure", "requests_received,pc_decisions_within", "--format", "csv")  # fmt: skip
    lines = [
        (
            line["group"],
            line["period"],
            line["requests_received_in_year"],
            line["pc_decisions_within_6_weeks"],
        )
        for line in _csv(printed(run))
    ]

    assert run.returncode == 0
    assert lines == [
        ("North", "2024-01", "1", ""),
        ("North", "2024-02", "0", "100.0"),
        ("North", "2024-03", "1", ""),
        ("Total recorded", "2024-01", "1", ""),
        ("Total recorded", "2024-02", "0", "100.0"),
        ("Total recorded", "2024-03", "1", ""),
        ("not recorded", "2024-01", "1", ""),
        ("not recorded", "2024-02", "0", ""),
        ("not recorded", "2024-03", "0", "0.0"),
        ("Total", "2024-01", "2", ""),
        ("Total", "2024-02", "0", "100.0"),
        ("Total", "2024-03", "1", "0.0"),
    ]


def test_a_period_without_cases_is_null_in_json(requests: str) -> None:
    """Never a silent 0%: null, and the measure named among those without a case."""
    run = ehcp("scorecard", requests, "--as-at", "2024-03-31", "--period", "month", "--format", "json")
    answer = _valid("ehcp-scorecard-1", printed(run))
    january, february, _ = answer["lines"]

    assert january["values"]["pc_decisions_within_6_weeks"] is None
    assert "pc_decisions_within_6_weeks" in january["no_cases"]
    assert february["values"]["request_outcome_six_weeks_pc"] is None
    assert "request_outcome_six_weeks_pc" in february["no_cases"]
    assert february["values"]["requests_received_in_year"] == 0
    assert february["of"]["pc_decisions_within_6_weeks"] == [1, 1]


def test_lines_in_json_are_written_as_any_other_json(tmp_path: Path) -> None:
    """A line is what the encoder would write, whatever a group is called, and its keys are in one order."""
    path = tmp_path / "requests.csv"
    rows = [f'{number},"No""r\u202eth",2024-0{1 + number % 3}-02,2024-04-01\n' for number in range(1, 6)]
    path.write_text(f"case_id,district,request_received,assess_agreed\n{''.join(rows)}", encoding="utf-8")
    words = ("--as-at", "2024-04-30", "--by", "district", "--period", "month", "--format", "json")
    text = printed(ehcp("scorecard", str(path), *words))
    lines = _valid("ehcp-scorecard-1", text)["lines"]
    march = next(line for line in lines if line["period"] == "2024-03" and "r\u202eth" in line["group"])

    for line in lines:
        assert f"    {json.dumps(line, ensure_ascii=False)}".replace("\u202e", "\\u202e") in text
        assert list(line) == [*("by", "group", "period", "from", "to", "values", "of", "no_cases", "trends")]
    assert march["trends"]["requests_received_in_year"] == {"went": "level", "by": 0, "says": ""}
    assert march["values"].keys() == lines[0]["values"].keys() > march["trends"].keys()


def test_what_the_file_cannot_give_is_said_once(requests: str) -> None:
    """No column, no number: null, and the reason."""
    answer = json.loads(printed(ehcp("scorecard", requests, "--as-at", "2024-03-31", "--format", "json")))
    why = {one["measure"]: one["why"] for one in answer["not_measured"]}

    assert why["plans_issued_den"] == "the file has no column plan_issued"
    assert why["pc_contacts_answered_in_time"] == "no rulebook promises an answer by a day: --rules"
    assert why["requests_share"] == "it needs a group: --by"
    assert all(line["values"]["plans_issued_den"] is None for line in answer["lines"])
    assert not any("plans_issued_den" in line["no_cases"] for line in answer["lines"])


@pytest.mark.slow
def test_the_same_run_twice_is_the_same() -> None:
    """Same input, same as-at: the same bytes."""
    words = ("scorecard", CASES, *AS_AT, "--by", "district", "--format", "json")

    assert ehcp(*words).stdout == ehcp(*words).stdout


@pytest.mark.slow
@pytest.mark.parametrize("form", ["plain", "csv", "ndjson", "md"])
def test_every_format(form: str) -> None:
    """Each format holds the hand-counted rate of 2024."""
    run = ehcp("scorecard", CASES, *AS_AT, "--period", "year", "--measure", "pc_plans_issued", "-f", form)

    assert run.returncode == 0
    assert "44.4" in printed(run)


@pytest.mark.slow
def test_targets_of_the_settings(tmp_path: Path) -> None:
    """Status as a word, what is missing in cases."""
    settings = tmp_path / "ehcp.toml"
    settings.write_text(
        'population = 22000\n[targets.pc_plans_issued_within_20_weeks]\ntarget = 80\n"2024" = 60\n',
        encoding="utf-8",
    )
    words = ("scorecard", CASES, *AS_AT, "--period", "year", "--config", str(settings))
    answer = _valid("ehcp-scorecard-1", printed(ehcp(*words, "--format", "json")))
    found = [one for one in answer["targets"] if one["period"] == "2024"]

    assert found == [
        {"measure": "pc_plans_issued_within_20_weeks", "group": "Total", "period": "2024", "target": 60.0,
         "value": 35.7, "status": "red", "cases": 4, "says": "4 more plans this year"}
    ]  # fmt: skip
    assert answer["lines"][-1]["values"]["requests_per_10000"] == 10.0
    assert re.search(r"2024 +60\.0 +35\.7 +RED +4 more plans this year", printed(ehcp(*words)))


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--by", "team"), "has no column team: it cannot be broken down by team"),
        (("--by", "age"), "has no column date_of_birth: it cannot be broken down by age at the request"),
        (("--by", "ward"), "--by: `ward` is not one of district, team, caseworker"),
        (
            ("--period", "fortnight"),
            "--period: `fortnight` is not one of week, month, quarter, year, academic, financial",
        ),
        (("--measure", "pc_plan_issued"), "--measure: there is no `pc_plan_issued`"),
        (("--series", "weekly"), "--series: `weekly` is not one of monthly"),
        (("--pack", "foi"), "a pack is a workbook or a folder"),
        (("--pack", "press", "-o", "x.xlsx"), "--pack: `press` is not one of foi, inspection"),
        (("--series", "monthly", "--from", "soon"), "--from soon:"),
    ],
)
def test_words_that_cannot_be_followed(requests: str, words: tuple[str, ...], line: str) -> None:
    """One clear line, exit 2, nothing printed."""
    run = ehcp("scorecard", requests, "--as-at", "2024-03-31", *words)

    assert run.returncode == 2
    assert line in said(run)
    assert "Traceback" not in said(run)
    assert printed(run) == ""


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("pc_plan_issued", "plans_issued_den or pc_plans_issued_gt_1_year or pc_plans_issued_20_weeks_ex"),
        ("wait", "reviews_waiting or mean_weeks_open_over_20 or contacts_outstanding"),
        ("late", "pc_plans_in_time_claimed or pc_plans_in_time_evidenced"),
    ],
)
def test_a_measure_that_there_is_not_names_the_nearest(requests: str, word: str, hint: str) -> None:
    """Those that are spelt alike, else those with a word that begins so in their id, name or heading."""
    run = ehcp("scorecard", requests, "--as-at", "2024-03-31", "--measure", word)

    assert said(run) == f"ehcp: --measure: there is no `{word}`\ntry: did you mean {hint}?\n"
    assert run.returncode == 2


def test_a_measure_that_nothing_is_near_to(requests: str) -> None:
    """The list of all measures is named instead."""
    run = ehcp("scorecard", requests, "--as-at", "2024-03-31", "--measure", "zebra")

    hint = "`ehcp scorecard --list-measures` lists them"
    assert said(run) == f"ehcp: --measure: there is no `zebra`\ntry: {hint}\n"


def test_a_target_for_no_measure(requests: str, tmp_path: Path) -> None:
    """A mistyped measure in ehcp.toml is one line with a suggestion."""
    settings = tmp_path / "ehcp.toml"
    settings.write_text("[targets]\npc_decision_within_6_weeks = 90\n", encoding="utf-8")
    run = ehcp("scorecard", requests, "--config", str(settings))

    assert run.returncode == 2
    assert "there is no measure `pc_decision_within_6_weeks`" in said(run)
    assert "did you mean pc_decisions_within_6_weeks" in said(run)


def test_no_file() -> None:
    """Each command says what it needs."""
    for command in ("scorecard", "compare", "reconcile"):
        run = ehcp(command)
        assert run.returncode == 2
        assert f"ehcp {command} cases.csv" in said(run)


def test_a_series() -> None:
    """One line for each month, how things stood at its end."""
    run = ehcp("scorecard", CASES, "--as-at", "2024-03-31", "--series", "monthly", "--from", "2024-01-01",
               "--measure", "open_no_decision", "--format", "csv")  # fmt: skip

    assert [line["period"] for line in _csv(printed(run))] == ["2024-01", "2024-02", "2024-03"]


@pytest.mark.slow
def test_a_series_on_a_screen() -> None:
    """A screen shows the measures that a series counts, and no others."""
    run = ehcp("scorecard", CASES, "--as-at", "2024-03-31", "--series", "monthly", "--format", "plain")

    assert re.search(r"2024-03 .*\d", printed(run))


def test_list_measures() -> None:
    """Every measure says what it counts, out of what, by which day."""
    answer = _valid("ehcp-measures-1", printed(ehcp("scorecard", "--list-measures", "--format", "json")))
    found = {one["id"]: one for one in answer["measures"]}

    assert found["pc_plans_issued_20_weeks_ex"]["dated_by"] == "the day the plan was issued"
    assert "148,753" in found["request_outcome_over_6_weeks"]["note"]
    assert "139,934" in found["request_outcome_over_6_weeks"]["note"]


def test_a_pack_is_a_workbook_that_may_be_published(tmp_path: Path) -> None:
    """One table a sheet with its definition, nothing empty, no filter, no frozen pane, no formula."""
    path = tmp_path / "foi.xlsx"
    run = ehcp("scorecard", CASES, *AS_AT, "--pack", "foi", *OPENLY, "-o", str(path))
    book = openpyxl.load_workbook(path)
    psychology = list(book["3 late-plans-psychology"].iter_rows(min_row=3, values_only=True))
    with zipfile.ZipFile(path) as file:
        pages = [name for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
        inside = "".join(file.read(name).decode() for name in pages)

    assert run.returncode == 0
    assert book.sheetnames[:2] == ["Cover", "Contents"]
    assert [row[3] for row in psychology] == ["2024-12-31", 3, 1, 1, 1]
    for sheet in book.worksheets[2:]:
        cells = [cell for row in sheet.iter_rows(min_row=3, values_only=True) for cell in row]
        assert None not in cells
        assert sheet.freeze_panes is None
        assert len(sheet.tables) == 1
    assert "<f>" not in inside
    assert "autoFilter" not in inside
    assert "mergeCell" not in inside


def test_a_pack_is_a_folder_of_files(tmp_path: Path) -> None:
    """One CSV file a sheet, and one that lists them; six years of transfers, the last with its cases."""
    run = ehcp("scorecard", CASES, *AS_AT, "--pack", "foi", *OPENLY, "-o", str(tmp_path / "foi"))
    transfers = _csv((tmp_path / "foi" / "foi-01-phase-transfers.csv").read_text(encoding="utf-8"))
    reviews = _csv((tmp_path / "foi" / "foi-02-reviews-not-completed.csv").read_text(encoding="utf-8"))

    assert run.returncode == 0
    assert list(transfers[0])[3:9] == ["2019", "2020", "2021", "2022", "2023", "2024"]
    assert [row["2024"] for row in transfers[:3]] == ["4", "2", "50.0"]
    assert [row["2024-12-31"] for row in reviews] == ["5", "4", "2", "1"]
    assert all(row["counted"] and row["source"] for row in transfers)
    assert len(list((tmp_path / "foi").iterdir())) == 6


@pytest.mark.slow
def test_the_inspection_pack(tmp_path: Path) -> None:
    """Every sheet of the inspection pack is written."""
    ehcp("scorecard", CASES, *AS_AT, "--pack", "inspection", "-o", str(tmp_path / "pack"))

    assert len(list((tmp_path / "pack").iterdir())) == 13


@pytest.mark.slow
def test_compare() -> None:
    """Own figures beside the published, in every format's own words."""
    asked = ("--measure", "pc_plans_issued_20", "--year", "2024")
    words = ("compare", CASES, *AS_AT, "--authority", "Kent", "--with", "Essex, Bristol, City of", *asked)
    answer = _valid("ehcp-compare-1", printed(ehcp(*words, "--format", "json")))
    (found,) = answer["measures"]
    (line,) = _csv(printed(ehcp(*words, "--format", "csv")))

    assert answer["with"] == ["Essex", "Bristol, City of"]
    assert (found["own"], found["own_part"], found["own_whole"]) == (44.4, 4, 9)
    assert (found["published"], found["england"], found["region"]) == (33.3, 46.4, 38.2)
    assert (found["rank"], found["of"], found["quartile"]) == (107, 151, 3)
    assert found["says"] == "4 more plans for the top quartile"
    assert (line["Essex"], line["rank"]) == ("15.0", "107")
    assert "Open Government Licence v3.0" in answer["attribution"]
    assert "107 of 151" in printed(ehcp(*words))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--authority", "Kemt"), "there is no local authority `Kemt`"),
        (("--authority", "Kent", "--with", "Essex,Sufolk"), "--with: there is no local authority `Sufolk`"),
        (("--authority", "Kent", "--measure", "open_"), "the DfE publishes none of these as a percentage"),
        (("--authority", "Kent", "--figures", CASES), "is not a file of figures"),
        (("--authority", "Kent", "--figures", "nowhere.csv"), "nowhere.csv: there is no such file"),
        (("--refresh", CASES, "-o", "FOLDER/figures.csv"), "is not a file of the DfE's release"),
        (("--refresh", CASES), "--refresh needs a file to write to"),
    ],
)
def test_what_cannot_be_compared(words: tuple[str, ...], line: str, tmp_path: Path) -> None:
    """One clear line, exit 2."""
    run = ehcp("compare", CASES, *AS_AT, *(word.replace("FOLDER", str(tmp_path)) for word in words))

    assert run.returncode == 2
    assert line in said(run)
    assert "Traceback" not in said(run)


def test_an_unknown_authority_is_suggested() -> None:
    """The nearest names stand in the hint."""
    assert "did you mean Kent" in said(ehcp("compare", CASES, *AS_AT, "--authority", "Kemt"))


def test_refreshed_figures_are_used(tmp_path: Path) -> None:
    """The documented two steps: make a file of figures, then compare with it."""
    downloaded = tmp_path / "timeliness_20_week.csv"
    downloaded.write_text(
        "\ufefftime_period,time_identifier,geographic_level,region_name,new_la_code,old_la_code,la_name,breakdown,"
        "pc_plans_issued_20_weeks_ex\n"
        "2025,Calendar year,Local authority,South East,E10000016,886,Kent,All EHC plans,56.9\n"
        "2025,Calendar year,National,,,,,All EHC plans,46.1\n",
        encoding="utf-8",
    )
    figures = tmp_path / "figures.csv"
    made = ehcp("compare", "--refresh", str(downloaded), "-o", str(figures))
    run = ehcp("compare", CASES, *AS_AT, "--authority", "Kent", "--figures", str(figures), "--year", "2025",
               "--measure", "pc_plans_issued_20", "--format", "csv")  # fmt: skip

    assert made.returncode == 0
    assert [(line["published"], line["england"]) for line in _csv(printed(run))] == [("56.9", "46.1")]


def test_reconcile() -> None:
    """Two rates and the cases between them."""
    answer = _valid("ehcp-reconcile-1", printed(ehcp("reconcile", CASES, *AS_AT, "--format", "json")))
    rates = {one["name"]: one["percent"] for one in answer["rates"]}

    assert rates["claimed"] == 63.6
    assert rates["excluding"] == 44.4
    assert [one["case_id"] for one in answer["cases"]] == ["P03", "P08", "P09", "P14"]
    assert "P14" in printed(ehcp("reconcile", CASES, *AS_AT))

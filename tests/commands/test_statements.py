"""Every statement with a number in Kent's papers comes out of one command.

The statements stand in `tests/data/kent/statements.csv`. Most are asked of the file of
`examples/make_kent.py`, which holds what the papers print; the others of the DfE's figures, which ship with
the package.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import ehcp, printed

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "kent"
KENT = ROOT / "examples" / "kent"
Check = Callable[[str, Path], None]
CHECKS: dict[str, Check] = {}
ELSEWHERE = {
    "annual review backlog clear by September 2025: rate needed": "tests/commands/forecast/test_snapshots.py",
    "vacancies by team to capacity": "no file holds vacancies; forecast --shrinkage takes a share",
}
"""Statements that are not asked here, and where they are or why not."""


@pytest.fixture(scope="module")
def kent(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The invented county's file."""
    path = tmp_path_factory.mktemp("kent") / "kent.csv"
    subprocess.run(
        [sys.executable, ROOT / "examples" / "make_kent.py", path], check=True, capture_output=True
    )
    return str(path)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _states(name: str) -> Callable[[Check], Check]:
    def put(check: Check) -> Check:
        CHECKS[name] = check
        return check

    return put


def _json(*words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(printed(ehcp(*words, "--format", "json")))
    return answer


def _values(kent: str, as_at: str, measures: str, *words: str) -> dict[tuple[str, str], dict[str, float]]:
    lines = _json("scorecard", kent, "--as-at", as_at, "--measure", measures, *words)["lines"]
    return {(line["group"], line["period"]): line["values"] for line in lines}


def _last(kent: str, as_at: str, measures: str, *words: str) -> dict[str, float]:
    return list(_values(kent, as_at, measures, *words).values())[-1]


def _wide(*words: str) -> dict[str, dict[str, str]]:
    lines = csv.DictReader(printed(ehcp(*words, "--layout", "wide", "--format", "csv")).splitlines())
    return {line.get("group") or line["authority"]: line for line in lines}


MONTHLY = ("--as-at", "2024-02-29", "--period", "month")


@_states("open assessments in May 2023 by stage")
def _open_by_stage(kent: str, _: Path) -> None:
    values = _last(kent, "2023-05-31", "open_assessments,open_no_decision,open_agreed,open_draft")
    assert [values[f"open_{name}"] for name in ("assessments", "no_decision")] == [2062, 492]
    assert [values[f"open_{name}"] for name in ("agreed_no_draft", "draft_not_final")] == [852, 718]


@_states("annual reviews past 12 months of plans")
def _reviews(kent: str, _: Path) -> None:
    values = _last(kent, "2023-05-31", "reviews_overdue,plans_maintained")
    assert (values["reviews_overdue"], values["plans_maintained"]) == (12419, 19078)


@_states("requests by referrer and month with #and %")
def _referrers(kent: str, _: Path) -> None:
    words = ("--by", "referrer", "--measure", "requests_share", "--from", "2022-12-01", "--to", "2023-04-30")
    table = _wide("scorecard", kent, *MONTHLY, *words)
    for row in _table(KENT / "requests_by_referrer.csv"):
        mine = table["Total recorded" if row["referrer"] == "Total" else row["referrer"]]
        sign, none = ("#", "0") if row["measure"] == "count" else ("%", "0.0")
        for month in (key for key in row if key.startswith("20")):
            assert mine[f"{month} {sign}"] == (row[month] or none)


@_states("requests by age and month")
def _ages(kent: str, _: Path) -> None:
    words = ("--by", "age_at_request", "--measure", "requests_received", "--from", "2022-05-01")
    table = _wide("scorecard", kent, *MONTHLY, *words, "--to", "2023-04-30")
    assert list(table)[:3] == ["1", "2", "3"]
    for row in _table(KENT / "requests_by_age.csv")[:-1]:
        for month in (key for key in row if key.startswith("20")):
            assert table[row["age_at_request"]][month] == (row[month] or "0")


@_states("decisions within six weeks by district and month")
def _six_weeks(kent: str, folder: Path) -> None:
    rows = _table(KENT / "decisions_within_6_weeks_pct_by_district.csv")
    order = [row["district"] for row in rows[:-1]]
    config = folder / "ehcp.toml"
    config.write_text(f"[order]\ndistrict = {json.dumps(order)}\n", encoding="utf-8")
    words = ("--by", "district", "--measure", "pc_decisions_within_6_weeks", "--config", str(config))
    table = _wide("scorecard", kent, *MONTHLY, *words, "--from", "2022-11-01", "--to", "2023-04-30")
    assert list(table) == [*order, "Total"]
    for row in rows:
        for month in (key for key in row if key.startswith("20")):
            assert table[row["district"]][f"{month} %"] == row[month]


@_states("plans within 20 weeks by authority and year with England")
def _by_authority(_: str, __: Path) -> None:
    rows = _table(DATA / "issued_within_20_weeks_pct_by_authority.csv")
    others = [row["authority"] for row in rows]
    names = ",".join(name for name in others if name not in ("England", "South East", "Kent"))
    words = ("--authority", "Kent", "--with", names, "--measure", "pc_plans_issued_20_weeks_ex")
    table = _wide("compare", *words, "--as-at", "2023-06-06")
    for row in rows:
        for year in (key for key in row if key.startswith("20")):
            assert table[row["authority"]][year] == row[year]


@_states("plans up 7% in a year (18422 to 19124 is 3.8%)")
def _growth(kent: str, _: Path) -> None:
    """The file holds the other figure of the paper for May 2023, 19,078 plans: 3.6% more."""
    words = ("--series", "monthly", "--from", "2022-05-01", "--history", "--measure", "plans_maintained")
    (history,) = (
        item
        for item in _json("scorecard", kent, "--as-at", "2023-05-31", *words)["history"]
        if item["measure"] == "plans_maintained"
    )
    assert (history["year_before"], history["value"], history["change_pc"]) == (18422, 19078, 3.6)


@_states("outlier: requests / parental share / agreement / plans per 10000 against neighbours")
def _outlier(_: str, __: Path) -> None:
    measures = "requests_per_10000_children,pc_requests_from,request_assess_pc,plans_maintained_per_10000_c"
    answer = _json("compare", "--authority", "Kent", "--measure", measures, "--as-at", "2026-06-01")
    by = {(line["measure"], line["year"]): line for line in answer["measures"]}
    plans, agreed = by["plans_maintained_per_10000_children", 2025], by["request_assess_pc", 2024]
    assert len(plans["others"]) == 10
    assert (plans["published"], plans["england"], plans["neighbours_median"]) == (580.6, 524.3, 508.9)
    assert (agreed["published"], agreed["neighbours_median"]) == (40.0, 63.9)
    assert by["requests_per_10000_children", 2024]["published"] == 112.6
    assert by["pc_requests_from_parents", 2025]["published"] == 40.3


@_states("oldest case in weeks")
def _oldest(kent: str, _: Path) -> None:
    """The later figures, 29 and 20 weeks, are of days after the last of the file."""
    assert _last(kent, "2023-08-31", "oldest_open_weeks")["oldest_open_weeks"] == 124


@_states("backlog of assessments")
def _backlog(kent: str, _: Path) -> None:
    days = ("2023-09-30", "2024-01-31")
    assert [_last(kent, day, "advice_psychology_overdue") for day in days] == [
        {"advice_psychology_overdue": 1080},
        {"advice_psychology_overdue": 397},
    ]


@_states("outstanding cases")
def _outstanding(kent: str, _: Path) -> None:
    series = _values(kent, "2024-01-31", "open_assessments", "--series", "monthly", "--from", "2023-12-01")
    assert [values["open_assessments"] for values in series.values()] == [2192, 2066]


@_states("share of requests from parents / schools in a month")
def _share(kent: str, _: Path) -> None:
    values = _values(kent, "2024-01-31", "requests_share", "--by", "referrer", "--period", "month")
    shares = [values[group, "2024-01"]["requests_share"] for group in ("Parent/Guardian", "School")]
    assert shares == [38.2, 56.0]


@_states("plans issued in December: most since March 2021")
def _december(kent: str, _: Path) -> None:
    """The paper knows the months since March 2021; the file begins in May 2022, its fullest month."""
    words = ("--period", "month", "--to", "2023-12-31", "--history", "--measure", "assess_issued")
    (history,) = _json("scorecard", kent, "--as-at", "2024-01-31", *words)["history"]
    assert history["value"] >= 300
    assert history["record"] == "highest since 2022-05"


@_states("phase transfers final two weeks before the day")
def _two_weeks_before(kent: str, _: Path) -> None:
    name = "pc_transfers_primary_secondary_in_time"
    assert round(_values(kent, "2024-02-01", name, "--period", "year")["Total", "2024"][name]) == 81


@_states("secondary phase transfers in time")
def _secondary(kent: str, _: Path) -> None:
    name = "pc_transfers_primary_secondary_in_time"
    values = _values(kent, "2024-02-29", name, "--period", "year")
    assert [round(values["Total", year][name]) for year in ("2023", "2024")] == [70, 92]


@_states("post-16 phase transfers in time")
def _post16(kent: str, _: Path) -> None:
    """Of 2023; the 70% of 2024 are of a day after the last of the file."""
    name = "pc_transfers_secondary_post16_in_time"
    assert round(_values(kent, "2023-12-31", name, "--period", "year")["Total", "2023"][name]) == 25


@_states("issued in 20 weeks against England")
def _against_england(_: str, __: Path) -> None:
    """The 64% are of September 2024 alone; of years, 2025 is the first above England."""
    words = ("--authority", "Kent", "--measure", "pc_plans_issued_within_20_weeks", "--as-at", "2026-06-01")
    latest = _json("compare", *words)["measures"][-1]
    assert (latest["published"], latest["england"], latest["gap_to_england"]) == (56.8, 45.5, 11.3)


@_states("refusal-to-assess appeals by outcome")
def _appeals(_: str, folder: Path) -> None:
    """The petition's 172 appeals as rows; one of another ground is not among them."""
    path = folder / "appeals.csv"
    outcomes = {"conceded": 97, "family": 69, "authority": 6}
    rows = [f"{word}{n},2024-02-01,assess,{word}" for word, number in outcomes.items() for n in range(number)]
    text = "\n".join(
        ("case_id,appeal_lodged,appeal_ground,appeal_outcome", *rows, "X,2024-02-01,make,family")
    )
    path.write_text(f"{text}\n", encoding="utf-8")
    names = ",".join(f"appeals_{word}" for word in outcomes)
    values = _values(str(path), "2024-12-31", names, "--by", "appeal_ground", "--period", "year")
    assert values["assess", "2024"] == {f"appeals_{word}": number for word, number in outcomes.items()}


@_states("families contacted: reply in 5 days")
def _replies(kent: str, _: Path) -> None:
    rules = str(ROOT / "examples" / "local-promises.toml")
    values = _values(kent, "2024-02-29", "pc_contacts", "--rules", rules, "--period", "year")
    assert 0 < values["Total", "2023"]["pc_contacts_answered_in_time"] <= 100


@_states("52+ week cases")
def _long_waits(kent: str, _: Path) -> None:
    values = _last(kent, "2024-01-31", "open_over_52_weeks,open_assessments")
    assert 0 < values["open_over_52_weeks"] < values["open_assessments"] == 2066


@_states("scorecard with quarterly targets")
def _targets(kent: str, folder: Path) -> None:
    config = folder / "ehcp.toml"
    config.write_text('[targets.pc_plans_issued_within_20_weeks]\n"2023-Q2" = 40\n', encoding="utf-8")
    words = ("--as-at", "2023-06-30", "--measure", "pc_plans_issued_within_20_weeks", "--config", str(config))
    (reached,) = _json("scorecard", kent, *words)["targets"]
    assert (reached["period"], reached["target"], reached["status"]) == ("2023-Q2", 40.0, "red")


@_states("top quartile")
def _quartile(_: str, __: Path) -> None:
    words = ("--authority", "Kent", "--measure", "pc_plans_issued_20_weeks_ex", "--as-at", "2025-06-30")
    (of_2024,) = (line for line in _json("compare", *words)["measures"] if line["year"] == 2024)
    assert (of_2024["rank"], of_2024["of"], of_2024["quartile"]) == (107, 151, 3)
    assert of_2024["top_quartile_from"] == 80.4


def test_no_statement_is_left_out() -> None:
    """Each is asked here, or stands among those that are not."""
    statements = {row["statement"] for row in _table(DATA / "statements.csv")}

    assert statements == CHECKS.keys() | ELSEWHERE.keys()


@pytest.mark.parametrize("statement", CHECKS)
def test_a_statement_comes_out_of_one_command(statement: str, kent: str, tmp_path: Path) -> None:
    """As the paper prints it."""
    CHECKS[statement](kent, tmp_path)

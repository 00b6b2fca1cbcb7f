"""Every statement with a number in Kent's papers comes out of one command.

The statements stand in `tests/data/kent/statements.csv`. Most are asked of the file of
`examples/make_kent.py`, which holds what the papers print up to February 2024, or of the DfE's figures, which
ship with the package. Where a figure is of a later day, or its file is not to be had, the paper's number is
written as rows, and the command must find it in them.

One figure cannot come out: that 64% in September 2024 is 27 points above England. The DfE publishes England's
rate for calendar years alone, 45.9% in 2024.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import ehcp, printed
from tests.commands.forecast.files import staged
from tests.commands.forecast.forecasted import QUICK

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "kent"
KENT = ROOT / "examples" / "kent"
Check = Callable[[str, Path], None]
CHECKS: dict[str, Check] = {}


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


def _file(folder: Path, columns: str, rows: Iterable[str]) -> str:
    path = folder / "cases.csv"
    path.write_text("\n".join((columns, *rows, "")), encoding="utf-8")
    return str(path)


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
    for row in _table(KENT / "requests_by_age.csv"):
        age = row["age_at_request"]
        for month in (key for key in row if key.startswith("20")):
            lost_in_print = 2 if (age, month) == ("total", "2023-04") else 0
            mine = table["Total recorded" if age == "total" else age][month]
            assert int(mine) == int(row[month] or 0) - lost_in_print


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
def _growth(kent: str, folder: Path) -> None:
    """The Kent file holds the paper's other figure for May 2023, 19,078 plans: 3.6% more."""
    days = ["2021-06-01"] * 18422 + ["2022-10-03"] * 702
    rows = (f"G{n},{day}," for n, day in enumerate(days))
    printed_file = _file(folder, "case_id,plan_issued,review_decided", rows)
    words = ("--series", "monthly", "--from", "2022-05-01", "--history", "--measure", "plans_maintained")
    for file, now, change in ((printed_file, 19124, 3.8), (kent, 19078, 3.6)):
        histories = _json("scorecard", file, "--as-at", "2023-05-31", *words)["history"]
        (history,) = (item for item in histories if item["measure"] == "plans_maintained")
        assert (history["year_before"], history["value"], history["change_pc"]) == (18422, now, change)


@_states("outlier: requests / parental share / agreement / plans per 10000 against neighbours")
def _outlier(_: str, __: Path) -> None:
    measures = "requests_per_10000_children,pc_requests_from,request_assess_pc,plans_maintained_per_10000_c"
    answer = _json("compare", "--authority", "Kent", "--measure", measures, "--as-at", "2026-06-01")
    by = {(line["measure"], line["year"]): line for line in answer["measures"]}
    figures = {
        ("plans_maintained_per_10000_children", 2025): (580.6, 524.3, 508.9),
        ("requests_per_10000_children", 2024): (112.6, 126.8, 131.9),
        ("request_assess_pc", 2024): (40.0, 65.4, 63.9),
        ("pc_requests_from_parents", 2025): (40.3, None, None),  # of the rows of 2026 that were transcribed
    }
    for place, figure in figures.items():
        line = by[place]
        assert (line["published"], line["england"], line["neighbours_median"]) == figure
    assert len(by["plans_maintained_per_10000_children", 2025]["others"]) == 10


@_states("oldest case in weeks")
def _oldest(kent: str, folder: Path) -> None:
    """29 and 20 weeks are of days after the last of the Kent file."""
    rows = ("A,2024-03-11,2024-10-01", "B,2024-11-11,")
    later = _file(folder, "case_id,request_received,plan_issued", rows)
    for file, day, weeks in (
        (kent, "2023-08-31", 124), (later, "2024-09-29", 28), (later, "2024-09-30", 29),
        (later, "2025-03-30", 19), (later, "2025-03-31", 20),
    ):  # fmt: skip
        assert _last(file, day, "oldest_open_weeks") == {"oldest_open_weeks": weeks}


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


@_states("annual review backlog clear by September 2025: rate needed")
def _rate_needed(_: str, __: Path) -> None:
    words = ("--measure", "annual_reviews_past_12_months", "--target", "2025-09-30")
    answer = _json("forecast", "--snapshots", str(KENT / "published_series.csv"), *words)
    assert round(answer["target"]["needed_per_week"], 1) == 95.7


@_states("plans issued in December: most since March 2021")
def _december(kent: str, folder: Path) -> None:
    """The paper knows the months since March 2021; the Kent file begins in May 2022."""
    months = {f"{year}-{month:02}": 10 for year in (2021, 2022, 2023) for month in range(1, 13)}
    months |= {"2021-03": 320, "2023-12": 305}
    rows = (f"D{month}{n},2020-10-05,{month}-15" for month, number in months.items() for n in range(number))
    since_2021 = _file(folder, "case_id,request_received,plan_issued", rows)
    words = ("--period", "month", "--to", "2023-12-31", "--history", "--measure", "plans_issued_den")
    for file, record in (
        (since_2021, "highest since 2021-03"),
        (kent, "highest of all since 2022-05, where the figures begin"),
    ):
        history = _json("scorecard", file, "--as-at", "2024-01-31", *words)["history"][0]
        assert (history["period"], history["value"], history["record"]) == ("2023-12", 305, record)


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
def _post16(kent: str, folder: Path) -> None:
    """70% by 31 March 2024 is after the last day of the Kent file; the law says before that day."""
    name = "pc_transfers_secondary_post16_in_time"
    rows = (f"T{n},secondary_post16,2024-09-02,2024-03-{30 if n < 70 else 31}" for n in range(100))
    later = _file(folder, "case_id,transfer_kind,transfer_date,transfer_plan_issued", rows)
    assert round(_values(kent, "2023-12-31", name, "--period", "year")["Total", "2023"][name]) == 25
    assert _values(later, "2024-04-30", name, "--period", "year")["Total", "2024"] == {name: 70.0}


@_states("issued in 20 weeks against England")
def _against_england(_: str, folder: Path) -> None:
    """Of September 2024 alone, beside England's whole year; by years 2025 is the first above England."""
    rows = (f"S{n},2024-{'05-13' if n < 64 else '01-15'},2024-09-16" for n in range(100))
    september = _file(folder, "case_id,request_received,plan_issued", rows)
    words = ("--authority", "Kent", "--measure", "pc_plans_issued_within_20_weeks")
    of_2024 = _json("compare", september, *words, "--as-at", "2024-09-30", "--year", "2024")["measures"][0]
    assert (of_2024["own"], of_2024["own_part"], of_2024["england"]) == (64.0, 64, 45.9)
    years = _json("compare", *words, "--as-at", "2026-06-01")["measures"]
    first = next(line for line in reversed(years) if line["gap_to_england"] < 0)
    assert (first["year"], years[-1]["year"]) == (2024, 2025)
    assert [years[-1][key] for key in ("published", "england", "gap_to_england")] == [56.8, 45.5, 11.3]


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
    """As counted by hand from the rows: due in the year, answered by the fifth working day."""
    holidays = json.loads((ROOT / "tests/data/bank-holidays-england-and-wales-2012-2028.json").read_bytes())
    closed = {event["date"] for event in holidays["england-and-wales"]["events"]}
    in_time = []
    for row in _table(Path(kent)):
        if row["contact_received"]:
            due, left = date.fromisoformat(row["contact_received"]), 5
            while left:
                due += timedelta(days=1)
                left -= due.weekday() < 5 and due.isoformat() not in closed
            if due.year == 2023:
                in_time.append("" < row["contact_answered"] <= due.isoformat())
    assert (sum(in_time), len(in_time)) == (141, 235)
    rules = str(ROOT / "examples" / "local-promises.toml")
    values = _values(kent, "2024-02-29", "pc_contacts", "--rules", rules, "--period", "year")
    assert values["Total", "2023"]["pc_contacts_answered_in_time"] == 60.0


@_states("52+ week cases")
def _long_waits(kent: str, _: Path) -> None:
    """As counted by hand from the rows: received on or before 1 February 2023 and not ended."""

    def is_open(row: dict[str, str]) -> bool:
        ends = ("no_plan_notified", "plan_issued", "withdrawn", "moved_away")
        refused, agreed, last = row["assess_refused"], row["assess_agreed"], "2024-01-31"
        return not any("" < row[end] <= last for end in ends) and (
            not "" < refused <= last or refused < agreed <= last
        )

    opened = [row for row in _table(Path(kent)) if "" < row["request_received"] <= "2024-01-31"]
    by_hand = sum(is_open(row) and row["request_received"] <= "2023-02-01" for row in opened)
    values = _last(kent, "2024-01-31", "open_over_52_weeks,open_assessments")
    assert by_hand == values["open_over_52_weeks"] == 199
    assert values["open_assessments"] == sum(map(is_open, opened)) == 2066


@_states("vacancies by team to capacity")
def _vacancies(_: str, folder: Path) -> None:
    """As posts; the papers do not print the teams' own figures. What they cost is that share of the time."""
    scenarios = folder / "vacancies.toml"
    scenarios.write_text('[Now]\nvacancies = "52.4 of 125"\n', encoding="utf-8")
    cases = str(staged(folder / "c.csv"))
    lost = _json("forecast", cases, *QUICK, "--shrinkage", "41.92%", "--policy", "observed")
    line = _json("forecast", cases, *QUICK, "--scenarios", str(scenarios))["scenarios"][-1]
    assert list(line["vacancies"].values()) == [41.92]
    assert line["outlook"]["clearance"] == lost["policies"][0]["clearance"]


@_states("scorecard with quarterly targets")
def _targets(kent: str, folder: Path) -> None:
    config = folder / "ehcp.toml"
    config.write_text('[targets.pc_plans_issued_within_20_weeks]\n"2023-Q2" = 40\n', encoding="utf-8")
    words = ("--as-at", "2023-06-30", "--measure", "pc_plans_issued_within_20_weeks", "--config", str(config))
    (reached,) = _json("scorecard", kent, *words)["targets"]
    assert [reached[key] for key in ("period", "value", "target", "status")] == ["2023-Q2", 28.8, 40.0, "red"]


@_states("top quartile")
def _quartile(_: str, __: Path) -> None:
    words = ("--authority", "Kent", "--measure", "pc_plans_issued_20_weeks_ex", "--as-at", "2025-06-30")
    (of_2024,) = (line for line in _json("compare", *words)["measures"] if line["year"] == 2024)
    assert (of_2024["rank"], of_2024["of"], of_2024["quartile"]) == (107, 151, 3)
    assert of_2024["top_quartile_from"] == 80.4


def test_no_statement_is_left_out() -> None:
    """Each is asked here."""
    statements = {row["statement"] for row in _table(DATA / "statements.csv")}

    assert statements == CHECKS.keys()


@pytest.mark.parametrize("statement", CHECKS)
def test_a_statement_comes_out_of_one_command(statement: str, kent: str, tmp_path: Path) -> None:
    """As the paper prints it."""
    CHECKS[statement](kent, tmp_path)

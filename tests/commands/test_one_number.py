"""A number that several commands give has one value under one name."""

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ehcp_timeline.law.kpi.loader import load_kpis
from tests.cli.command import ehcp, printed
from tests.commands.scorecard.counted import EXAMPLES

DAY = ("--as-at", "2024-01-31")
COMMANDS = (
    ("check",),
    ("scorecard", "--period", "year"),
    ("forecast", "--runs", "100", "--horizon", "26"),
    ("overdue",),
    ("next",),
    ("letters",),
    ("reconcile",),
    ("compare", "--authority", "Kent"),
    ("report",),
)


@pytest.fixture(scope="module")
def kent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example of a whole county."""
    path = tmp_path_factory.mktemp("kent") / "kent.csv"
    subprocess.run([sys.executable, EXAMPLES / "make_kent.py", path], check=True, capture_output=True)
    return path


def _labelled(answer: Any, name: str, parent: str = "") -> Iterator[tuple[frozenset[str], float]]:
    """Yield every number with the words of its key and its kind; one word takes those of its parent."""
    if isinstance(answer, dict):
        for key, value in answer.items():
            yield from _labelled(value, key, parent if name == "summary" else name)
    elif isinstance(answer, int | float) and not isinstance(answer, bool):
        words = re.split(r"[\W_]+", name)
        more = re.split(r"[\W_]+", parent) if len(words) == 1 else []
        yield frozenset((*words, *more, type(answer).__name__)), answer


def _numbers(command: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer's numbers of the as-at year and day; lists of cases and other years are no numbers."""
    if command == "scorecard":
        return dict(answer["lines"][-1]["values"])
    if command == "compare":
        return {one["measure"]: one["own"] for one in answer["measures"] if one["year"] == 2024}
    return answer


def test_one_label_has_one_value_in_every_command(kent: Path) -> None:
    """What two commands call by the same words is the same number on the county's file."""
    found: dict[frozenset[str], dict[str, set[float]]] = defaultdict(lambda: defaultdict(set))
    for command, *words in COMMANDS:
        run = ehcp(command, str(kent), *DAY, *words, "--format", "json")
        for label, number in _labelled(_numbers(command, json.loads(printed(run))), command):
            found[label][command].add(number)
    shared = {label: by_command for label, by_command in found.items() if len(by_command) > 1}
    apart = {
        " ".join(sorted(label)): {name: sorted(values) for name, values in by_command.items()}
        for label, by_command in shared.items()
        if len(set.union(*by_command.values())) > 1
    }

    assert apart == {}
    for told in ("overdue plans int", "overdue reviews int", "decisions within 6 weeks int"):
        assert len(shared[frozenset(told.split())]) >= 2


def test_letters_and_the_forecast_name_the_same_late_plans(kent: Path) -> None:
    """Who is likely late and due within 60 days gets a letter about the plan, and nobody else does."""
    words = ("--as-at", "2024-01-31", "--format", "json")
    letters = json.loads(printed(ehcp("letters", str(kent), *words, "--deadline", "plan.issue")))["letters"]
    cases = json.loads(printed(ehcp("forecast", str(kent), *words, "--per-case")))["cases"]
    late = {one["case_id"] for one in cases if one["breach"] == "likely" and one["due"] <= "2024-03-31"}

    assert late
    assert {one["case_id"] for one in letters} == late


# published examples, made by hand after reports of people who do this work; no real person is in them
EXCEPTIONS = """case_id,request_received,assess_agreed,plan_issued,exception_recorded,absent_from,absent_to
A1,2025-01-06,2025-02-10,2025-08-01,,2025-03-01,2025-03-03
A2,2025-01-06,2025-02-10,2025-08-01,N,2025-09-01,2025-09-03
A3,2025-01-06,2025-02-10,2025-05-01,,,
A4,2025-01-06,2025-02-10,2025-09-01,,,
"""
REPEATED = """case_id,request_received,assess_agreed,plan_issued,review_meeting,review_decided
H1,2024-01-08,2024-02-12,2024-05-27,,
H1,2024-01-08,2024-02-12,2024-05-27,2025-04-14,2025-05-12
H1,2024-01-08,2024-02-12,2024-05-27,2026-04-13,2026-05-11
H2,2024-02-05,2024-03-11,2024-09-30,,
"""
ADVICE = """case_id,request_received,assess_agreed,plan_issued,advice_requested,advice_received
G1,2025-06-30,2025-08-01,,2025-08-03,
G2,2025-07-01,2025-08-01,,2025-08-03,
G3,2025-09-01,,,2025-10-15,2025-12-01
"""
ORDERED = """case_id,request_received,order_made,order_kind,order_plan_issued,plan_issued,review_decided
O1,2022-01-10,2022-06-01,assess,2022-08-05,,
O2,2022-01-10,2022-06-01,assess,,2022-08-05,
"""


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Return how a file is written."""

    def written(text: str) -> str:
        path = tmp_path / "cases.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


def _year(path: str, day: str, year: str) -> dict[str, Any]:
    """Return the scorecard's line of one year."""
    run = ehcp("scorecard", path, "--as-at", day, "--period", "year", "--format", "json")
    return next(line["values"] for line in json.loads(printed(run))["lines"] if line["period"] == year)


def test_a_claim_that_the_dates_refute_is_no_exception(write: Any) -> None:
    """Three days of absence, absence after the plan and a recorded no leave the rate as it is, everywhere."""
    path, day = write(EXCEPTIONS), ("--as-at", "2025-12-31", "--format", "json")
    check = json.loads(printed(ehcp("check", path, *day)))["summary"]["rates"]
    rates = json.loads(printed(ehcp("reconcile", path, *day)))["rates"]
    claims = json.loads(printed(ehcp("check", path, "--exceptions", *day)))["claims"]

    assert _year(path, "2025-12-31", "2025")["pc_plans_issued_20_weeks_ex"] == 25.0
    assert check["pc_plans_issued_20_weeks_ex"] == 25.0
    assert [one["percent"] for one in rates if one["name"] == "excluding"] == [25.0]
    assert {one["shows"] for one in claims} == {"refuted"}


def test_an_absence_of_28_days_is_an_exception(write: Any) -> None:
    """From 27 to 28 days the plan leaves both sides of the rate."""
    for last, rate in (("2025-03-27", 25.0), ("2025-03-28", 33.3)):
        path = write(EXCEPTIONS.replace("2025-03-03", last))
        assert _year(path, "2025-12-31", "2025")["pc_plans_issued_20_weeks_ex"] == rate


def test_a_request_on_several_rows_is_one(write: Any) -> None:
    """Two requests, one plan in time, and a problem names the rows."""
    path = write(REPEATED)
    line = _year(path, "2026-06-01", "2024")
    answer = json.loads(printed(ehcp("check", path, "--as-at", "2026-06-01", "--format", "json")))
    repeated = [one["row"] for one in answer["problems"] if one["column"] == "request_received"]

    assert (line["requests_received_in_year"], line["pc_plans_issued_within_20_weeks"]) == (2, 50.0)
    assert answer["summary"]["verdicts"]["plan.issue"] == {"met": 1, "late": 1}
    assert repeated == [3, 4]


def test_advice_asked_for_is_no_wait_for_a_decision(write: Any) -> None:
    """The psychologist has answered: the case is being assessed, in every command."""
    spelt = ADVICE.replace("advice_r", "psychology_advice_r")
    path, day = write(spelt), ("--as-at", "2026-01-15")
    answer = json.loads(printed(ehcp("check", path, *day, "--format", "json")))

    assert answer["summary"]["stages"] == {"no_decision": 0, "agreed_no_draft": 3, "draft_not_final": 0}
    assert _year(path, "2026-01-15", "2026")["open_no_decision"] == 0


def test_an_ordered_plan_is_maintained_whatever_its_column(write: Any) -> None:
    """Both have a plan whose review is overdue; only the plan of the request is in the 20-week rate."""
    path = write(ORDERED)
    then, now = (_year(path, "2026-06-01", year) for year in ("2022", "2026"))

    assert (then["assess_issued"], then["plans_issued_den"]) == (2, 1)
    assert (now["plans_maintained"], now["reviews_overdue"]) == (2, 2)


def test_a_team_sees_its_own_numbers(write: Any) -> None:
    """With --team the page and `group` count that team; the summary still counts the whole file."""
    path = write(
        "case_id,team,request_received,assess_agreed,plan_issued\n"
        "T1,A,2025-01-06,2025-02-10,\nT2,B,2025-01-06,2025-02-10,\nT3,B,2025-06-02,2025-06-30,2025-10-20\n"
    )
    words = ("check", path, "--as-at", "2025-12-31", "--team", "A")
    answer = json.loads(printed(ehcp(*words, "--format", "json")))

    assert answer["summary"]["clearance"]["overdue_plans"] == 2
    assert answer["group"]["clearance"]["overdue_plans"] == 1
    assert answer["group"]["rates"]["plans_issued_den"] == 0
    assert [one["case_id"] for one in answer["group"]["oldest"]] == ["T1"]
    assert "T2" not in printed(ehcp(*words))


def test_every_measure_that_a_note_names_exists() -> None:
    """Words of two parts or more in notes are ids of measures or columns, spelt as they are."""
    kpis = load_kpis()
    notes = " ".join(measure.note for measure in kpis.measures)
    named = set(
        re.findall(r"\b(?:pc_)?(?:advice|plans|requests?|decisions|assess|appeals)_[a-z0-9_]+", notes)
    )

    assert "advice_social_care_overdue" in named
    assert named <= kpis.by_id.keys()

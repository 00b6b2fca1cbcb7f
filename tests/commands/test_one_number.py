"""A number that several commands give has one value under one name."""

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from ehcp_timeline.law.kpi import load_kpis
from tests.cli.command import ehcp, printed
from tests.commands.scorecard.counted import EXAMPLES

DAY = ("--as-at", "2024-01-31")
COMMANDS = (
    ("check",),
    ("check", "--exceptions"),
    ("scorecard", "--period", "year"),
    ("forecast",),
    ("overdue",),
    ("overdue", "--save-list"),
    ("next",),
    ("letters",),
    ("reconcile",),
    ("compare", "--authority", "Kent"),
    ("report",),
    ("quality",),
    ("columns",),
)
PLACES = {"row", "year"}
"""Whole numbers that say what a record is about, not how much."""
KEYED = "{}"
Label = frozenset[str]
Record = tuple[dict[str, str], dict[Label, float]]


@pytest.fixture(scope="module")
def kent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example of a whole county."""
    path = tmp_path_factory.mktemp("kent") / "kent.csv"
    subprocess.run([sys.executable, EXAMPLES / "make_kent.py", path], check=True, capture_output=True)
    return path


def _label(key: str, path: str, number: float) -> Label:
    """Return the words of a key and the kind of its number.

    A key that names no thing takes its parent's words, and one of an object of objects those of what has it.
    """
    words, (*around, parent) = re.split(r"[\W_]+", key), path.replace(".summary", "").split(".")
    if parent.endswith(KEYED):
        parent = "" if len(around) == 1 else around[-1]
    elif parent.endswith("]") or not (len(words) == 1 or words == ["in", "time"]):
        parent = ""
    more = re.split(r"[\W_]+", parent) if parent else []
    return frozenset((*words, *more, type(number).__name__))


def _records(value: Any, name: str, about: dict[str, str]) -> Iterator[tuple[str, Record]]:
    """Yield each object of an answer under its path: the texts that say what it is about, and its numbers.

    An object is also about what the objects around it are about.
    """
    if isinstance(value, list):
        for item in value:
            yield from _records(item, f"{name}[]", about)
    elif isinstance(value, dict):
        texts = {key: str(item) for key, item in value.items() if isinstance(item, str) or key in PLACES}
        about = about | {"year" if key in {"period", "time_period"} else key: texts[key] for key in texts}
        numbers = {
            _label(value["measure"] if key == "own" else key, name, item): item
            for key, item in value.items()
            if isinstance(item, int | float) and not isinstance(item, bool) and key not in PLACES
        }
        yield name, (about, numbers)
        for key in value.keys() - {"receipt", "problems", "recent"}:  # `recent` is another forecast
            inner = value[key]
            if isinstance(inner, dict) and inner and all(isinstance(each, dict) for each in inner.values()):
                for keyed, each in inner.items():
                    yield from _records(each, f"{name}.{key}{KEYED}", {**about, KEYED: keyed})
            else:
                yield from _records(inner, f"{name}.{key}", about)


def _tables(kent: Path) -> dict[str, list[Record]]:
    """Return the records of every command's JSON, by command and path."""
    tables: dict[str, list[Record]] = defaultdict(list)
    for command, *words in COMMANDS:
        answer = json.loads(printed(ehcp(command, str(kent), *DAY, *words, "--format", "json")))
        for name, record in _records(answer, " ".join((command, *words)), {"year": "2024"}):
            tables[name].append(record)
    records = [about for table in tables.values() for about, _ in table]
    keys = {text: key for about in records for key, text in about.items() if key != KEYED}
    for about in records:
        if each := about.pop(KEYED, ""):
            about.setdefault(keys.get(each, KEYED), each)
    return tables


def _by_place(
    table: list[Record], shared: set[str]
) -> dict[tuple[Label, tuple[str | None, ...]], set[float]]:
    """Return the values of each label of what some texts say it is about."""
    values: dict[tuple[Label, tuple[str | None, ...]], set[float]] = defaultdict(set)
    for about, numbers in table:
        place = tuple(about.get(key) for key in sorted(shared))
        for label, number in numbers.items():
            values[label, place].add(number)
    return values


@pytest.mark.slow
def test_one_label_has_one_value_in_every_command(kent: Path) -> None:
    """What two commands call by the same words, of the same thing, is one number, in lists too."""
    tables = _tables(kent)
    texts = {name: {key for about, _ in table for key in about} for name, table in tables.items()}
    labels = {name: {label for _, numbers in table for label in numbers} for name, table in tables.items()}
    compared: dict[Label, int] = Counter()
    apart = []
    for one, other in combinations(tables, 2):
        if labels[one].isdisjoint(labels[other]):
            continue
        shared = (texts[one] & texts[other]) - {"as_at", "schema"}
        mine, theirs = (_by_place(tables[name], shared) for name in (one, other))
        for label, place in mine.keys() & theirs.keys():
            values = mine[label, place], theirs[label, place]
            if len(values[0]) == len(values[1]) == 1:
                compared[label] += 1
                if values[0] != values[1]:
                    apart.append((one, other, sorted(label), place, values))

    assert apart == []
    for words in ("overdue plans int", "overdue reviews int", "decisions within 6 weeks int"):
        assert compared[frozenset(words.split())]
    assert compared[frozenset(("days", "late", "int"))] > 100


@pytest.mark.slow
def test_letters_and_the_forecast_name_the_same_late_plans(kent: Path) -> None:
    """Who is likely late and due within 60 days gets a letter about the plan, and nobody else does."""
    words = (*DAY, "--format", "json")
    letters = json.loads(printed(ehcp("letters", str(kent), *words, "--deadline", "plan.issue")))["letters"]
    cases = json.loads(printed(ehcp("forecast", str(kent), *words, "--per-case")))["cases"]
    late = {one["case_id"] for one in cases if one["breach"] == "likely" and one["due"] <= "2024-03-31"}

    assert late
    assert {one["case_id"] for one in letters} == late


@pytest.mark.slow
def test_a_day_of_a_county_begins_with_what_is_overdue(kent: Path) -> None:
    """Whatever the order of work: overdue first, the worst duty of each case, nothing due in 61 days."""
    words = (str(kent), *DAY, "--format", "json")
    worst: dict[str, int] = {}
    for one in json.loads(printed(ehcp("overdue", *words)))["work"]:
        worst[one["case_id"]] = max(one["days_late"], worst.get(one["case_id"], 0))
    for policy in ("oldest-first", "in-time-first", "worst-first"):
        work = json.loads(printed(ehcp("next", *words, "--policy", policy)))["work"]
        overdue = [one for one in work if one["verdict"] == "overdue"]

        assert work[: len(overdue)] == overdue
        assert {one["case_id"]: one["days_late"] for one in overdue} == worst
        assert len({one["case_id"] for one in work}) == len(work) > len(overdue)
        assert max(one["due"] for one in work if one["verdict"] == "running") == "2024-03-30"


@pytest.mark.slow
def test_letters_of_a_county_are_about_the_next_60_days(kent: Path) -> None:
    """Each family once, for a day from today to the 60th; a review after its meeting is days from done."""
    letters = json.loads(printed(ehcp("letters", str(kent), *DAY, "--format", "json")))["letters"]
    held = [one["days_over"] for one in letters if one["still_to_do"].startswith("Decide after the review")]

    assert {letters[0]["due"], letters[-1]["due"]} == {"2024-01-31", "2024-03-30"}
    assert len({one["case_id"] for one in letters}) == len(letters)
    assert max(held) < 60


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_an_absence_of_28_days_is_an_exception(write: Any) -> None:
    """From 27 to 28 days the plan leaves both sides of the rate."""
    for last, rate in (("2025-03-27", 25.0), ("2025-03-28", 33.3)):
        path = write(EXCEPTIONS.replace("2025-03-03", last))
        assert _year(path, "2025-12-31", "2025")["pc_plans_issued_20_weeks_ex"] == rate


@pytest.mark.slow
def test_a_request_on_several_rows_is_one(write: Any) -> None:
    """Two requests, one plan in time, and a problem names the rows."""
    path = write(REPEATED)
    line = _year(path, "2026-06-01", "2024")
    answer = json.loads(printed(ehcp("check", path, "--as-at", "2026-06-01", "--format", "json")))
    repeated = [one["row"] for one in answer["problems"] if one["column"] == "request_received"]

    assert (line["requests_received_in_year"], line["pc_plans_issued_within_20_weeks"]) == (2, 50.0)
    assert answer["summary"]["verdicts"]["plan.issue"] == {"met": 1, "late": 1}
    assert repeated == [3, 4]


@pytest.mark.slow
def test_advice_asked_for_is_no_wait_for_a_decision(write: Any) -> None:
    """The psychologist has answered: the case is being assessed, in every command."""
    spelt = ADVICE.replace("advice_r", "psychology_advice_r")
    path, day = write(spelt), ("--as-at", "2026-01-15")
    answer = json.loads(printed(ehcp("check", path, *day, "--format", "json")))

    assert answer["summary"]["stages"] == {"no_decision": 0, "agreed_no_draft": 3, "draft_not_final": 0}
    assert _year(path, "2026-01-15", "2026")["open_no_decision"] == 0


@pytest.mark.slow
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

"""The same 2,000 cases give the same verdicts in every format, wherever it can hold the facts."""

import csv
import io
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import CaseFile, open_case_file
from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.cases.books import book
from tests.cases.formats.sen2.made import Assessment, Person, person, request, xml
from tests.cases.formats.sen2.shapes import blade, five, packed, template, workbook
from tests.cases.made import AS_AT, write

CASES = 2_000
TOLD = ("start", "due", "answered", "ended", "verdict", "strict", "evidenced", "days_left", "days_late")
ASSESSMENT = ("assess.decide", "assess.no_plan", "plan.issue")
Case = Mapping[str, Any]


@cache
def cases() -> tuple[Case, ...]:
    """Return the cases: every way a request can go, on time and late, with and without a review."""
    chance = random.Random(20250106)  # noqa: S311 - cases, not secrets
    return tuple(_case(number, chance) for number in range(CASES))


def _case(number: int, chance: random.Random) -> Case:
    asked = date(2025, 1, 1) + timedelta(days=chance.randrange(370))
    case: dict[str, Any] = {
        "case_id": f"A8012{number:07}Z",
        "team": chance.choice(["Zoë's team", "Ynys Môn", "North; East", 'The "B" team', "“South”"]),
        "request_received": asked,
        **_decided(asked, chance),
    }
    if chance.random() < 0.3:
        meeting = date(2025, 2, 1) + timedelta(days=chance.randrange(300))
        case["review_meeting"] = meeting
        written = meeting + timedelta(days=chance.choice([-400, 0, 27, 28, 29, 60]))
        case["previous_review_decided" if written < meeting else "review_decided"] = written
        if written >= meeting:
            case["review_outcome"] = chance.choice(["maintain", "amend", "cease"])
    return {name: value for name, value in case.items() if value not in (None, "")}


def _decided(asked: date, chance: random.Random) -> dict[str, Any]:
    """Return what became of a request made on a day, nothing of it after the day of these tests."""
    told = asked + timedelta(days=chance.choice([20, 41, 42, 43, 90]))
    if told > AS_AT:
        return {}
    match chance.choice("YYYYYNW-"):
        case "N":
            return {"assess_refused": told}
        case "W":
            return {"withdrawn": told}
        case "Y":
            return {"assess_agreed": told, **_assessed(asked, told, chance)}
        case _:
            return {}


def _assessed(asked: date, told: date, chance: random.Random) -> dict[str, Any]:
    finished = max(told, asked + timedelta(days=chance.choice([100, 112, 113, 139, 140, 141, 300])))
    if finished > AS_AT or chance.random() < 0.2:
        return {}
    excepted = {"exception_recorded": chance.choice([True, False])}
    if chance.random() < 0.15:
        return {"no_plan_notified": finished, **excepted}
    draft = finished - timedelta(days=chance.choice([10, 16, 40]))
    return {"plan_issued": finished, "draft_sent": max(draft, told), **excepted}


COLUMNS = (
    *("case_id", "team", "review_outcome", "exception_recorded", "request_received", "assess_agreed"),
    *("assess_refused", "no_plan_notified", "draft_sent", "plan_issued", "withdrawn"),
    *("previous_review_decided", "review_meeting", "review_decided"),
)
HELD_BY_RETURN = tuple(name for name in COLUMNS if name not in {"team", "draft_sent"})


def rows(layout: str, columns: Sequence[str] = COLUMNS) -> Iterator[list[str]]:
    """Yield the heading and the cases as text, dates in a layout."""
    yield list(columns)
    for case in cases():
        yield [_text(case.get(name), layout) for name in columns]


def _text(value: object, layout: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case date():
            return f"{value:{layout}}"
        case _:
            return str(value)


def csv_text(layout: str = "%Y-%m-%d", between: str = ",", columns: Sequence[str] = COLUMNS) -> str:
    """Return the cases as CSV, every cell quoted."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=between, quoting=csv.QUOTE_ALL).writerows(rows(layout, columns))
    return file.getvalue()


def excel(cell: Callable[[date], object]) -> bytes:
    """Return the cases as a workbook, each date as `cell` gives it."""
    held = (
        [cell(value) if isinstance(value, date) else value for value in map(case.get, COLUMNS)]
        for case in cases()
    )
    return book(("Cases", [COLUMNS, *held]))


def serial(day: date) -> int:
    """Return the number by which Excel knows a day."""
    return (day - date(1899, 12, 30)).days


def parquet(layout: str | None) -> bytes:
    """Return the cases as Parquet, dates as dates or as text in a layout."""
    frame = pl.DataFrame([{name: case.get(name) for name in COLUMNS} for case in cases()])
    if layout:
        frame = frame.with_columns(pl.selectors.date().dt.strftime(layout))
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def bannered() -> bytes:
    """Return the cases as CSV below a title, as case systems print it."""
    return (BANNER + csv_text("%d/%m/%y", ";")).encode()


BANNER = "Kent;;;\r\nRun: 15/01/2026;;;\r\n;;;\r\n"
FILES: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "byte-order mark": ("a.csv", lambda: csv_text().encode("utf-8-sig")),
    "cp1252": ("a.csv", lambda: csv_text("%d/%m/%Y").encode("cp1252")),
    "UTF-16": ("a.csv", lambda: csv_text().encode("utf-16")),
    "semicolon": ("a.csv", lambda: csv_text("%d/%m/%Y", ";").encode()),
    "tab": ("a.txt", lambda: csv_text("%d-%b-%Y", "\t").encode()),
    "pipe": ("a.csv", lambda: csv_text("%d %B %Y", "|").encode()),
    "banner": ("a.csv", bannered),
    "Excel dates": ("a.xlsx", lambda: excel(lambda day: day)),
    "Excel text": ("a.xlsx", lambda: excel(lambda day: f"{day:%d/%m/%Y}")),
    "Excel serials": ("a.xlsx", lambda: excel(serial)),
    "Parquet": ("a.parquet", lambda: parquet(None)),
    "Parquet text": ("a.parquet", lambda: parquet("%d/%m/%Y")),
}


def returned() -> Iterator[Person]:
    """Yield each case as a person of a SEN2 return."""
    for case in cases():
        day = {name: value.isoformat() for name, value in case.items() if isinstance(value, date)}
        asked = {
            "receiveddate": day["request_received"],
            "requestoutcome": next((code for name, code in _REQUEST.items() if name in case), "A"),
            "requestoutcomedate": next((day[name] for name in _REQUEST if name in case), None),
        }
        assessment = {
            "assessmentoutcome": next((code for name, code in _ASSESSED.items() if name in case), "A"),
            "assessmentoutcomedate": next((day[name] for name in _ASSESSED if name in case), None),
            "week20": {True: "1", False: "0"}.get(case.get("exception_recorded", "")),
        }
        review = {
            "reviewmeeting": day.get("review_meeting"),
            "lastreview": day.get("review_decided", day.get("previous_review_decided")),
            "reviewoutcome": case.get("review_outcome", "")[:1].upper() or None,
        }
        followed = [Assessment(assessment)] if "assess_agreed" in case else []
        active = review if "review_meeting" in case else None
        yield person(case["case_id"], request(asked, *followed, active=active))


_REQUEST = {"assess_agreed": "Y", "assess_refused": "N", "withdrawn": "W"}
_ASSESSED = {"plan_issued": "Y", "no_plan_notified": "N"}
RETURNS: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "XML": ("sen2.xml", lambda: xml(returned())),
    "XML with a namespace": ("sen2.xml", lambda: xml(returned(), namespace="urn:sen2")),
    "COLLECT's export": ("export.zip", lambda: packed(blade(returned()))),
    "pre-submission workbook": ("sen2.xlsx", lambda: workbook(returned())),
    "the DfE's template": ("sen2.xlsm", lambda: template(returned())),
}


def opened(folder: Path, data: bytes, name: str = "a.csv") -> CaseFile:
    """Write a file and open it."""
    return open_case_file(write(folder, data, name), vocabulary(), as_at=AS_AT)


def verdicts(source: CaseFile) -> pl.DataFrame:
    """Return every clock of a file: case, deadline and what is said of it, whatever row it stands on."""
    rulebook = load_rulebook()
    told, whose = [], []
    for judged in judge(rulebook, source.batches(), AS_AT):
        whose.append(judged.rows.select("row", "case_id"))
        told += [
            clocks.frame("row", *TOLD).with_columns(pl.lit(name).alias("deadline"))
            for name, clocks in judged.clocks.items()
        ]
    found = pl.concat(told).join(pl.concat(whose), on="row").drop("row")
    return found.select("case_id", "deadline", *TOLD).sort("case_id", "deadline", "start")


def read(source: CaseFile) -> tuple[int, int, int]:
    """Return how many rows were read, judged and not judged."""
    counted: Counter[str] = Counter()
    for batch in source.batches():
        counted.update(read=batch.read, judged=batch.frame.height, lost=batch.read - batch.frame.height)
    return counted["read"], counted["judged"], counted["lost"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The verdicts of the plain file: UTF-8, commas, ISO dates."""
    return verdicts(opened(tmp_path_factory.mktemp("plain"), csv_text().encode()))


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The verdicts of a plain file with only the columns that a return can fill."""
    text = csv_text(columns=HELD_BY_RETURN)
    return verdicts(opened(tmp_path_factory.mktemp("held"), text.encode()))


def test_the_cases_are_of_every_kind(whole: pl.DataFrame) -> None:
    """Every verdict that a plan can have stands among them, or the comparison would show little."""
    plans = dict(whole.filter(pl.col("deadline") == "plan.issue")["verdict"].value_counts().iter_rows())

    assert set(plans) == {"met", "late", "overdue", "running", "excused", "not-owed", "unknown"}
    assert min(plans.values()) >= 30
    assert sum(plans.values()) == CASES


@pytest.mark.slow
@pytest.mark.parametrize("form", FILES)
def test_a_format_changes_no_verdict(tmp_path: Path, whole: pl.DataFrame, form: str) -> None:
    """Every clock of every case is the same, and every row is judged."""
    name, data = FILES[form]
    source = opened(tmp_path, data(), name)

    assert_frame_equal(verdicts(source), whole)
    assert read(source) == (CASES, CASES, 0)


@pytest.mark.slow
@pytest.mark.parametrize("form", RETURNS)
def test_a_return_changes_no_verdict_that_it_can_give(tmp_path: Path, held: pl.DataFrame, form: str) -> None:
    """Every clock is the same as from a case file with the columns that the return can fill."""
    name, data = RETURNS[form]
    source = opened(tmp_path, data(), name)

    assert_frame_equal(verdicts(source), held)
    assert read(source) == (CASES, CASES, 0)


def test_the_five_files_change_no_verdict_of_an_assessment(tmp_path: Path, held: pl.DataFrame) -> None:
    """They have no review meetings: of children without a review all is the same."""
    source = opened(tmp_path, packed(five(returned())), "five.zip")
    reviewed = [case["case_id"] for case in cases() if "review_meeting" in case]
    mine = pl.col("deadline").is_in(ASSESSMENT) & ~pl.col("case_id").is_in(reviewed)

    assert_frame_equal(verdicts(source).filter(mine), held.filter(mine))
    assert read(source) == (CASES, CASES, 0)
    assert held.filter(mine).height == len(ASSESSMENT) * (CASES - len(reviewed))
    assert CASES // 4 < len(reviewed) < CASES // 3

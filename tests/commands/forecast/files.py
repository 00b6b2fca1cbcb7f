"""Case files made for a claim: requests that come and plans that go at a steady pace, in a chosen order."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import numpy as np

from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.forecast.caseload import Caseload, timetable, work_of
from ehcp_timeline.measure.forecast.days import NEVER, day_of

EVENTS = {
    "decision": ("assess_agreed",),
    "advice": ("advice_requested", "advice_received"),
    "draft": ("draft_sent",),
    "final": ("plan_issued",),
    "plan": ("plan_issued",),
}
AS_AT = date(2025, 6, 1)
WEEK = timedelta(days=7)


def illustrative(path: Path) -> Path:
    """Write the illustrative council: 493 open, 220 of them late, 15 in and 17 out a week for 60 weeks.

    A request came every 7/15 of a day; a plan went every 7/17 of one, the oldest first but for 35 lately, and
    none in less than 14 weeks.
    """
    young = [*range(243, 303, 2), *range(303, 528, 45)]
    issued = dict(zip([*young, *range(528, 1513)], range(60 * 17), strict=True))
    came = {number: AS_AT - timedelta(days=number * 7 // 15) for number in range(1513)}
    gone = {number: AS_AT - timedelta(days=place * 7 // 17) for number, place in issued.items()}
    return write(path, [(f"C{number}", day, gone.get(number)) for number, day in came.items()])


def write(path: Path, rows: Sequence[tuple[str, date, date | None]]) -> Path:
    """Write a case file with requests and plans only."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("case_id", "request_received", "plan_issued"))
        writer.writerows((name, came, went or "") for name, came, went in rows)
    return path


def work_in(path: Path, as_at: date) -> Caseload:
    """Return the assessments of a case file, read and judged as `ehcp forecast` does it."""
    law = load_rulebook()
    source = open_case_file(str(path), vocabulary(), as_at=as_at)
    judged = list(judge(law, source.batches(), as_at, deadlines=[law.by_id["plan.issue"]]))
    return work_of(judged, law, timetable(law, source.columns, as_at), as_at)


def write_work(path: Path, work: Caseload) -> Path:
    """Write the case file in which a council keeps its work; without a plan is refused."""
    names = [EVENTS[name] for name in work.timetable.names]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("case_id", "request_received", "assess_refused", *chain.from_iterable(names)))
        writer.writerows(_lines(work, names))
    return path


def _lines(work: Caseload, names: Sequence[Sequence[str]]) -> Iterator[tuple[object, ...]]:
    refused = np.where(work.issued, NEVER, work.done)
    for number, (start, no, ends) in enumerate(
        zip(work.start.tolist(), refused.tolist(), work.ends.tolist(), strict=True)
    ):
        days = ["" if day == NEVER else day_of(day) for day in (start, no, *ends)]
        told = [day for day, columns in zip(days[2:], names, strict=True) for _ in columns]
        yield f"C{number}", *days[:2], *told


def staged(path: Path, *, weeks: int = 90, each: int = 6) -> Path:
    """Write a council with every stage: so many requests a week, drafts the narrowest, oldest first.

    The draft team does one case a week less than comes to it, so that cases pile up there.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((
            "case_id", "request_received", "assess_agreed", "psychology_advice_requested",
            "psychology_advice_received", "draft_sent", "plan_issued", "team", "exception_recorded",
        ))  # fmt: skip
        writer.writerows(_staged_rows(weeks, each))
    return path


def _staged_rows(weeks: int, each: int) -> Iterator[tuple[object, ...]]:
    for number in range(weeks * each):
        came = AS_AT - WEEK * weeks + timedelta(days=number * 7 // each)
        agreed = came + timedelta(days=35)
        advised = agreed + timedelta(days=38 + number % 9)
        drafted = AS_AT - WEEK * (weeks - 13) + timedelta(days=number * 7 // (each - 1))
        drafted = max(drafted, advised + timedelta(days=5))
        issued = drafted + timedelta(days=25)
        told = [day if day <= AS_AT else "" for day in (agreed, agreed, advised, drafted, issued)]
        yield (f"S{number}", came, *told, "North", "yes" if number % 10 == 0 else "no")

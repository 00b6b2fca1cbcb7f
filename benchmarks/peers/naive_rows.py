"""The authority's deadlines of the generated file row by row: csv, pydantic and dateutil, as most begin."""

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

from appeals import may_cease_from
from dateutil.relativedelta import relativedelta
from pydantic import BaseModel, BeforeValidator


def parsed(text: str) -> date | None:
    """Return a date of a council's file."""
    return datetime.strptime(text, "%d/%m/%Y").date() if text else None  # noqa: DTZ007  a day, no time


Day = Annotated[date | None, BeforeValidator(parsed)]
Clock = tuple[str, date | None, date | None, date | None, bool]
DEADLINES = (
    "assess.decide", "assess.no_plan", "plan.window", "plan.issue", "review.annual", "review.decide",
    "review.amendments", "review.final", "amend.window", "amend.final", "cease.keep", "phase.school",
    "phase.post16", "phase.between_post16", "order.assess.notify", "order.assess.no_plan",
    "order.assess.issue",
)  # fmt: skip


class Row(BaseModel):
    """One row of the file."""

    case_id: str
    request_received: Day
    assess_agreed: Day
    assess_refused: Day
    advice_requested: Day
    advice_received: Day
    no_plan_notified: Day
    draft_sent: Day
    plan_issued: Day
    withdrawn: Day
    order_made: Day
    previous_review_decided: Day
    review_meeting: Day
    review_report_sent: Day
    review_decided: Day
    amendment_notice_sent: Day
    amended_plan_issued: Day
    cease_notified: Day
    plan_ceased: Day
    transfer_date: Day
    transfer_plan_issued: Day
    exception_recorded: str
    order_kind: str
    review_outcome: str
    transfer_kind: str


def first(*days: date | None) -> date | None:
    """Return the earliest of the days that are there."""
    return min((day for day in days if day), default=None)


def named_since(row: Row, start: date) -> bool:
    """Return whether a plan that names the next school was sent from a day on."""
    return row.transfer_plan_issued is not None and row.transfer_plan_issued >= start


def limits(row: Row) -> Iterator[Clock]:
    """Yield deadline, due day, answer, end and whether it must have been done, of the limits of one row."""
    if row.request_received:
        yield from of_request(row, row.request_received)
    if row.review_meeting:
        yield from of_meeting(row, row.review_meeting)
    if row.amendment_notice_sent:
        due = row.amendment_notice_sent + relativedelta(weeks=8)
        named = named_since(row, row.amendment_notice_sent)
        yield "amend.final", due, row.amended_plan_issued, row.plan_ceased, named
    if row.transfer_date:
        yield of_transfer(row, row.transfer_date)
    if row.order_made and row.order_kind == "assess":
        yield from of_order(row, row.order_made)


def of_request(row: Row, start: date) -> Iterator[Clock]:
    """Yield what follows a request."""
    done = bool(row.draft_sent or row.no_plan_notified or row.plan_issued)
    decided = first(row.assess_agreed, row.assess_refused)
    yield "assess.decide", start + relativedelta(weeks=6), decided, row.withdrawn, done
    refused = first(row.assess_refused, row.order_made, row.withdrawn)
    if row.no_plan_notified:
        yield "assess.no_plan", start + relativedelta(weeks=16), row.no_plan_notified, refused, False
    if row.exception_recorded != "yes":
        ended = first(refused, row.no_plan_notified)
        yield "plan.issue", start + relativedelta(weeks=20), row.plan_issued, ended, False


def of_meeting(row: Row, start: date) -> Iterator[Clock]:
    """Yield what follows a review meeting."""
    four = start + relativedelta(weeks=4)
    named = named_since(row, start)
    done = bool(row.amendment_notice_sent or row.amended_plan_issued or row.cease_notified or named)
    yield "review.decide", four, row.review_decided, row.plan_ceased, done
    if row.review_outcome == "amend" or row.amendment_notice_sent:
        amended = row.amended_plan_issued
        yield "review.amendments", four, row.amendment_notice_sent, row.plan_ceased, bool(amended or named)
        yield "review.final", start + relativedelta(weeks=12), amended, row.plan_ceased, named


def of_transfer(row: Row, start: date) -> Clock:
    """Return the naming of the next school."""
    amended = row.amended_plan_issued
    since = start - relativedelta(months=12)
    answer = first(row.transfer_plan_issued, amended if amended and amended >= since else None)
    match row.transfer_kind:
        case "primary_secondary":
            name, due = "phase.school", date(start.year, 2, 14)
        case "secondary_post16":
            name, due = "phase.post16", date(start.year, 3, 30)
        case _:
            name, due = "phase.between_post16", start - relativedelta(months=5)
    return name, due, answer, row.plan_ceased, False


def of_order(row: Row, start: date) -> Iterator[Clock]:
    """Yield what follows an order to assess."""
    done = bool(row.draft_sent or row.no_plan_notified or row.plan_issued)
    yield "order.assess.notify", start + relativedelta(weeks=2), row.assess_agreed, row.withdrawn, done
    if row.no_plan_notified:
        due = start + relativedelta(weeks=10)
        yield "order.assess.no_plan", due, row.no_plan_notified, row.withdrawn, False
    ended = first(row.no_plan_notified, row.withdrawn)
    yield "order.assess.issue", start + relativedelta(weeks=14), row.plan_issued, ended, False


def minima(row: Row) -> Iterator[str]:
    """Yield the minima that a row did not wait for."""
    if row.draft_sent and row.plan_issued and row.plan_issued < row.draft_sent + relativedelta(days=15):
        yield "plan.window"
    notice, amended = row.amendment_notice_sent, row.amended_plan_issued
    if notice and amended and amended < notice + relativedelta(days=15):
        yield "amend.window"
    told, ceased = row.cease_notified, row.plan_ceased
    if told and ceased and ceased < may_cease_from(told):
        yield "cease.keep"


def year(start: date) -> date:
    """Return the last day of twelve months that begin with a day; 29 February ends on 28 February."""
    on = start + relativedelta(months=12)
    return on - timedelta(days=1) if on.day == start.day else on


def chain(steps: dict[date, tuple[int, bool]], ceased: date | None) -> Iterator[tuple[int, Clock]]:
    """Yield the yearly reviews of one case, each with its row."""
    starts = sorted(steps)
    for place, start in enumerate(starts):
        answer = starts[place + 1] if place + 1 < len(starts) else None
        due = year(start)
        if answer and not steps[answer][1] and answer > due + relativedelta(months=12):
            continue
        yield steps[start][0], ("review.annual", due, answer, ceased, False)


def verdict(clock: Clock, today: date) -> str:
    """Return `late`, `overdue` or nothing."""
    _, due, answer, ended, done = clock
    if due is None:
        return ""
    if answer and not (ended and ended < answer):
        return "late" if answer > due else ""
    if done:
        return ""
    if ended:
        return "late" if ended > due else ""
    return "overdue" if due < today else ""


class Found:
    """What has been found so far.

    Args:
        today: The as-at date.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.worst: list[tuple[int, int, int]] = []
        self.steps: dict[str, dict[date, tuple[int, bool]]] = defaultdict(dict)
        self.ceased: dict[str, date] = {}

    def judge(self, number: int, clock: Clock) -> None:
        """Count one time limit."""
        word = verdict(clock, self.today)
        if word:
            self.counts[clock[0]][word] += 1
        if word == "overdue" and clock[1]:
            self.worst.append((-(self.today - clock[1]).days, number, DEADLINES.index(clock[0])))

    def read(self, number: int, row: Row) -> None:
        """Judge what stands on one row, and keep what the case as a whole needs."""
        for clock in limits(row):
            self.judge(number, clock)
        for name in minima(row):
            self.counts[name]["early"] += 1
        self._keep(number, row.case_id, row.plan_issued, recorded=False)
        self._keep(number, row.case_id, row.previous_review_decided, recorded=False)
        self._keep(number, row.case_id, row.review_decided, recorded=True)
        if row.plan_ceased:
            self.ceased[row.case_id] = row.plan_ceased

    def _keep(self, number: int, case: str, day: date | None, *, recorded: bool) -> None:
        if day:
            first, before = self.steps[case].get(day, (number, False))
            self.steps[case][day] = (min(first, number), before or recorded)

    def judge_chains(self) -> None:
        """Judge the yearly reviews of every case."""
        for case, steps in self.steps.items():
            for number, clock in chain(steps, self.ceased.get(case)):
                self.judge(number, clock)


def main(file: str, as_at: str) -> None:
    """Print how many clocks of each deadline are late, overdue or early, and the twenty worst."""
    found = Found(date.fromisoformat(as_at))
    with Path(file).open(encoding="utf-8", newline="") as lines:
        for number, cells in enumerate(csv.DictReader(lines), 2):
            found.read(number, Row.model_validate(cells))
    found.judge_chains()
    worst = [(row, DEADLINES[place], -days) for days, row, place in sorted(found.worst)[:20]]
    verdicts = {name: found.counts[name] for name in DEADLINES if found.counts[name]}
    print(json.dumps({"verdicts": verdicts, "worst": worst}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

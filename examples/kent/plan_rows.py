"""The rows of plans: their reviews, the amendments that follow, and how plans end."""

from datetime import date
from random import Random

from kent.assessments import MOVED_AWAY
from kent.days import LAST_DAY, pick, plus
from kent.people import Child
from kent.reviews import Plan
from kent.rows import Row

AMENDED = (
    "amendment_notice_sent",
    "amendment_representations_received",
    "amended_plan_issued",
    "no_amendment_notified",
)


def plan_rows(rng: Random, plan: Plan, child: Child) -> list[Row]:
    """The rows of one plan: its start with the first review, then one row for each later review.

    The start of a plan that was made in the file stands on the row of its assessment.
    """
    rows: list[Row] = []
    if not plan.assessment:
        rows.append(Row(child, dates={plan.start_column: plan.start}))
    reviewed_before = plan.start
    for number, decided in enumerate(plan.reviews):
        if number or plan.assessment:
            rows.append(Row(child))
        ceases = decided == plan.notified
        _put_review(rng, rows[-1], decided, reviewed_before, "cease" if ceases else _outcome(rng, plan))
        reviewed_before = decided
    if not plan.reviews and not plan.ended and not plan.assessment:
        _put_undecided_meeting(rng, rows[0], plan.start)
    if plan.ended:
        rows[-1].put("cease_notified", plan.notified)
        rows[-1].put("plan_ceased" if plan.notified else MOVED_AWAY, plan.ended)
    return rows


def _outcome(rng: Random, plan: Plan) -> str:
    return "amend" if not plan.ended and rng.random() < 0.45 else "maintain"


def _put_review(rng: Random, row: Row, decided: date, before: date, outcome: str) -> None:
    """A review: a third are decided within four weeks of the meeting."""
    first, last = plus(decided, -28), plus(decided, -7)
    if rng.random() > 0.336:
        first, last = max(plus(before, 60), plus(decided, -120)), plus(decided, -29)
    meeting = pick(rng, first, last)
    _put_meeting(rng, row, meeting, decided)
    row.put("review_decided", decided)
    row.facts["review_outcome"] = outcome
    if outcome == "amend":
        _put_amendment(rng, row, decided)


def _put_meeting(rng: Random, row: Row, meeting: date, latest: date) -> None:
    """The meeting, its notice (one in ten too short), and the report, if it came before the latest day."""
    row.dates["review_meeting"] = meeting
    in_time = rng.random() < 0.9
    row.put(
        "review_notice_sent",
        pick(rng, plus(meeting, -35 if in_time else -13), plus(meeting, -14 if in_time else -1)),
    )
    report = pick(rng, plus(meeting, 3), plus(meeting, 14 if rng.random() < 0.75 else 40))
    if report <= latest:
        row.put("review_report_sent", report)


def _put_amendment(rng: Random, row: Row, decided: date) -> None:
    """The notice of amendment, half of them with the decision; then mostly an amended plan, often late."""
    notice = decided if rng.random() < 0.5 else pick(rng, decided, plus(decided, 40))
    row.put("amendment_notice_sent", notice)
    in_time = rng.random() < 0.6
    done = pick(rng, plus(notice, 16 if in_time else 57), plus(notice, 56 if in_time else 150))
    if rng.random() < 0.6:
        row.put("amendment_representations_received", pick(rng, plus(notice, 1), plus(notice, 15)))
    row.put("no_amendment_notified" if rng.random() < 0.06 else "amended_plan_issued", done)


def _put_undecided_meeting(rng: Random, row: Row, start: date) -> None:
    """Of plans not reviewed, some had a meeting and still wait for the decision; some have one planned."""
    chance = rng.random()
    if chance < 0.2:
        _put_meeting(
            rng, row, pick(rng, max(plus(start, 250), date(2023, 6, 5)), plus(LAST_DAY, -8)), LAST_DAY
        )
    elif chance < 0.28:
        _put_meeting(rng, row, pick(rng, plus(LAST_DAY, 4), plus(LAST_DAY, 90)), LAST_DAY)

"""What families bring: appeals, mediation, complaints, messages; and children who move in with a plan."""

from collections.abc import Iterable
from datetime import date
from random import Random

from kent.assessments import PLAN
from kent.days import LAST_DAY, pick, plus
from kent.people import Child
from kent.rows import Row

APPEAL_DAYS = 58
"""An appeal is lodged within two months of the decision letter."""
FIRST_ORDERS = date(2023, 3, 31)
"""Orders and agreements to assess lead to plans after 31 May 2023: the papers' count on that day is drawn."""


def put_disputes(rng: Random, rows: Iterable[Row]) -> None:
    """Put appeals, mediation, complaints and messages on some rows of assessments."""
    for row in rows:
        chance = rng.random()
        refused, issued = row.dates.get("assess_refused"), row.dates.get(PLAN)
        if refused and "assess_agreed" not in row.dates and chance < 0.08:
            _appeal_refusal(rng, row, refused)
        elif issued and chance < 0.04:
            _appeal_contents(rng, row, issued)
        elif issued and chance < 0.07:
            _mediate(rng, row, issued)
        if rng.random() < 0.06:
            _write(rng, row, "contact", plus(row.dates["request_received"], 30), 12)
        if rng.random() < 0.02:
            _write(rng, row, "complaint", plus(row.dates["request_received"], 150), 40)


def _put_after(rng: Random, row: Row, column: str, day: date, days: tuple[int, int]) -> date:
    """Set a date so many days after another, from the least to the most; return it even if it is to come."""
    drawn = pick(rng, plus(day, days[0]), plus(day, days[1]))
    row.put(column, drawn)
    return drawn


def _write(rng: Random, row: Row, what: str, after: date, longest: int) -> None:
    """A message or a complaint, and mostly its answer."""
    received = _put_after(rng, row, f"{what}_received", after, (0, 90))
    if f"{what}_received" in row.dates and rng.random() < 0.85:
        _put_after(rng, row, f"{what}_answered", received, (0, longest))


def _lodge(rng: Random, row: Row, decision: date, ground: str) -> date | None:
    """The decision letter, the mediation certificate, the appeal; None where it is yet to come."""
    row.put("decision_sent", decision)
    contacted = _put_after(rng, row, "mediation_contacted", decision, (3, 30))
    declined = _put_after(rng, row, "mediation_declined", contacted, (0, 10))
    _put_after(rng, row, "mediation_certificate", declined, (0, 4))
    lodged = pick(rng, plus(declined, 5), plus(decision, APPEAL_DAYS))
    if lodged > LAST_DAY:
        return None
    row.put("appeal_lodged", lodged)
    row.facts["appeal_ground"] = ground
    return lodged


def _appeal_refusal(rng: Random, row: Row, refused: date) -> None:
    """An appeal against a refusal to assess: conceded, decided, or not decided yet."""
    lodged = _lodge(rng, row, refused, "assess")
    if lodged is None:
        return
    if rng.random() < 0.4:
        told = _put_after(rng, row, "tribunal_told_unopposed", lodged, (12, 38))
        if told <= LAST_DAY:
            row.facts["appeal_outcome"] = "conceded"
            _comply(rng, row, told, "assess")
        return
    _put_after(rng, row, "appeal_response_sent", lodged, (25, 50))
    _decide(rng, row, lodged, "assess", for_family=rng.random() < 0.9)


def _appeal_contents(rng: Random, row: Row, issued: date) -> None:
    """An appeal about what is in the plan, or only about the school it names."""
    ground = "amend" if rng.random() < 0.6 else "name_school"
    lodged = _lodge(rng, row, issued, ground)
    if lodged is None:
        return
    _put_after(rng, row, "appeal_response_sent", lodged, (25, 50))
    _decide(rng, row, lodged, ground, for_family=rng.random() < 0.95)


def _decide(rng: Random, row: Row, lodged: date, kind: str, *, for_family: bool) -> None:
    """The order, if it was made before the file ends, and what was done about it."""
    made = _put_after(rng, row, "order_made", lodged, (150, 330))
    if kind == "assess" and made < FIRST_ORDERS:
        made = plus(made, 182)
        row.put("order_made", made)
    if made > LAST_DAY:
        return
    row.facts["appeal_outcome"] = "family" if for_family else "authority"
    if for_family:
        row.facts["order_kind"] = kind
        _comply(rng, row, made, kind)


def _comply(rng: Random, row: Row, from_: date, kind: str) -> None:
    """Do what the order asks, three times in four within its weeks."""
    slow = 0 if rng.random() < 0.75 else 21
    if kind == "assess":
        _put_after(rng, row, "order_assessment_notified", from_, (2 + slow, 14 + slow))
        if from_ < FIRST_ORDERS:
            _put_after(rng, row, "order_no_plan_notified", from_, (42 + slow, 70 + slow))
        else:
            _put_after(rng, row, "order_plan_issued", from_, (70 + slow, 98 + slow))
    else:
        weeks = 5 if kind == "amend" else 2
        _put_after(rng, row, "order_plan_issued", from_, (2 + slow, 7 * weeks + slow))


def _mediate(rng: Random, row: Row, issued: date) -> None:
    """Mediation about a plan, and what was agreed."""
    row.put("decision_sent", issued)
    contacted = _put_after(rng, row, "mediation_contacted", issued, (3, 45))
    wanted = _put_after(rng, row, "mediation_requested", contacted, (0, 10))
    arranged = _put_after(rng, row, "mediation_arranged", wanted, (3, 38))
    held = _put_after(rng, row, "mediation_held", arranged, (7, 28))
    _put_after(rng, row, "mediation_certificate", held, (0, 4))
    if held <= LAST_DAY and rng.random() < 0.6:
        row.put("mediation_agreed", held)
        row.facts["agreement_kind"] = "amend"
        _put_after(rng, row, "agreement_done", held, (7, 50))


def move_in(rng: Random, child: Child) -> Row:
    """A child who moved into the county with a plan, after a review by the old authority."""
    row = Row(child)
    moved = pick(rng, date(2023, 11, 6), date(2024, 2, 2))
    known = pick(rng, plus(moved, -30), plus(moved, 10))
    row.put("previous_review_decided", pick(rng, date(2023, 6, 5), date(2023, 9, 29)))
    row.put("moved_in", moved)
    row.put("move_known", known)
    _put_after(rng, row, "plan_transferred", max(moved, known), (0, 25))
    if "plan_transferred" in row.dates:
        _put_after(rng, row, "move_notice_sent", row.dates["plan_transferred"], (10, 60))
    return row

"""Put the whole case file together: header and lines."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from kent import assessments, flows, people, published, reviews
from kent.assessments import Assessment
from kent.dirt import spoil
from kent.families import move_in, put_disputes
from kent.people import Register
from kent.plan_rows import plan_rows
from kent.published import Published
from kent.reviews import Plan
from kent.rows import Row, assessment_row
from kent.stages import set_stages
from kent.transfers import put_transfers

FACTS = (
    *("case_id", "name", "date_of_birth", "district", "team", "caseworker", "school", "referrer", "sen_need"),
    *("review_outcome", "transfer_kind", "order_kind", "agreement_kind", "appeal_ground", "appeal_outcome"),
)
EVENTS = (
    *("request_received", "assess_agreed", "assess_refused"),
    *("education_advice_requested", "education_advice_received"),
    *("medical_advice_requested", "medical_advice_received"),
    *("psychology_advice_requested", "psychology_advice_received"),
    *("social_care_advice_requested", "social_care_advice_received"),
    *("no_plan_notified", "draft_sent", "representations_received"),
    *("consultation_sent", "consultation_replied", "plan_issued", "withdrawn", "moved_away"),
    *(
        "previous_review_decided",
        "review_notice_sent",
        "review_meeting",
        "review_report_sent",
        "review_decided",
    ),
    *("amendment_notice_sent", "amendment_representations_received", "no_amendment_notified"),
    *("amended_plan_issued", "cease_notified", "plan_ceased", "transfer_date", "transfer_plan_issued"),
    *("moved_in", "move_known", "plan_transferred", "move_notice_sent"),
    *("decision_sent", "mediation_contacted", "mediation_declined", "mediation_certificate"),
    *("mediation_requested", "mediation_arranged", "mediation_held", "mediation_agreed", "agreement_done"),
    *("appeal_lodged", "appeal_response_sent", "tribunal_told_unopposed", "order_made"),
    *("order_assessment_notified", "order_no_plan_notified", "order_plan_issued"),
    *("contact_received", "contact_answered", "complaint_received", "complaint_answered"),
)
EXCUSES = (
    *("exception_recorded", "advice_sought_near_closure", "closure_from", "closure_to"),
    *("exceptional_circumstances", "absent_from", "absent_to"),
)
HEADER = (*FACTS, *EVENTS, *EXCUSES)
COLUMN = {column: number for number, column in enumerate(HEADER)}


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case file as text."""

    header: tuple[str, ...]
    lines: list[list[str]]


def make(seed: int, *, dirty: bool) -> CaseFile:
    """Make the file; the same seed makes the same file."""
    rng = Random(seed)
    tables = published.read()
    asked = assessments.draw(rng, tables, flows.flows(tables))
    set_stages(rng, tables, asked)
    plans = reviews.draw(rng, tables, asked)
    register = people.invent(rng, tables, asked, plans)
    rows = _rows(rng, tables, asked, plans, register)
    lines = [_line(row) for row in sorted(rows, key=lambda row: row.child.case_id)]
    if dirty:
        spoil(rng, HEADER, lines)
    return CaseFile(HEADER, lines)


def _rows(
    rng: Random, tables: Published, asked: list[Assessment], plans: list[Plan], register: Register
) -> list[Row]:
    requests = [
        assessment_row(rng, each, register.children[id(each)], register.referrers[id(each)]) for each in asked
    ]
    put_disputes(rng, requests)
    caseload: list[Row] = []
    staying: list[Row] = []
    for plan in plans:
        rows = plan_rows(rng, plan, register.children[id(plan)])
        caseload += rows
        if not plan.assessment and not plan.ended:
            staying.append(rows[0])
    put_transfers(rng, tables, staying)
    return [*requests, *caseload, *(move_in(rng, child) for child in register.moved_in)]


def _line(row: Row) -> list[str]:
    child = row.child
    line = [""] * len(HEADER)
    line[:5] = [child.case_id, child.name, _iso(child.born) if child.born else "", child.district, child.team]
    line[5:9] = [child.caseworker, child.school, row.referrer, child.need]
    for column, day in row.dates.items():
        line[COLUMN[column]] = _iso(day)
    for column, fact in row.facts.items():
        line[COLUMN[column]] = fact
    return line


@cache
def _iso(day: date) -> str:
    return day.isoformat()

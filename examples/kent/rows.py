"""A row of the case file, and the rows of assessments."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from kent.assessments import PLAN, SIX_WEEKS, TWENTY_WEEKS, Assessment
from kent.days import LAST_DAY, pick, plus, room
from kent.people import Child

OTHER_ADVICE = ("education", "medical", "social_care")
SUMMERS = ((date(2022, 7, 25), date(2022, 9, 1)), (date(2023, 7, 24), date(2023, 9, 1)))
"""First and last days on which the schools were closed."""


@dataclass(slots=True, eq=False)
class Row:
    """One row: a child, who asked, dates by column, and facts by column."""

    child: Child
    referrer: str = ""
    dates: dict[str, date] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)

    def put(self, column: str, day: date | None) -> None:
        """Set a date, unless there is none or it lies after the file's last day."""
        if day is not None and day <= LAST_DAY:
            self.dates[column] = day


def assessment_row(rng: Random, assessment: Assessment, child: Child, referrer: str) -> Row:
    """The row of one request."""
    row = Row(child, referrer)
    row.put("request_received", assessment.request)
    row.put("assess_refused", assessment.refused)
    row.put("assess_agreed", assessment.agreed)
    if assessment.psychology_asked:
        _put_advice(rng, row, assessment, assessment.psychology_asked)
    if assessment.draft:
        _put_draft(rng, row, assessment, assessment.draft)
    if assessment.ended:
        row.put(assessment.ending, assessment.ended)
    if assessment.ending == PLAN:
        row.facts["exception_recorded"] = "yes" if assessment.exception else "no"
        if assessment.exception:
            _give_grounds(rng, row, assessment)
    return row


def _put_advice(rng: Random, row: Row, assessment: Assessment, asked: date) -> None:
    """All advice is asked for on one day; what others send comes before the draft or the end."""
    row.put("psychology_advice_requested", asked)
    row.put("psychology_advice_received", assessment.psychology_in)
    latest = plus(assessment.draft or assessment.ended or LAST_DAY, -1)
    for source in OTHER_ADVICE:
        row.put(f"{source}_advice_requested", asked)
        in_time = rng.random() < 0.8
        first, last = plus(asked, 9 if in_time else 43), plus(asked, 42 if in_time else 90)
        if room(first, min(last, latest)):
            row.put(f"{source}_advice_received", pick(rng, first, min(last, latest)))
        elif assessment.draft or assessment.ended:
            row.put(f"{source}_advice_received", pick(rng, plus(asked, 1), latest))


def _put_draft(rng: Random, row: Row, assessment: Assessment, draft: date) -> None:
    """The draft, what the family said to it, and the school that was asked."""
    row.put("draft_sent", draft)
    latest = plus(assessment.ended or LAST_DAY, -1)
    if rng.random() < 0.7:
        _put_after(rng, row, "representations_received", draft, latest=latest)
    sent = pick(rng, draft, plus(draft, 4))
    row.put("consultation_sent", sent)
    _put_after(rng, row, "consultation_replied", sent, latest=latest)


def _put_after(rng: Random, row: Row, column: str, day: date, *, latest: date) -> None:
    """Set a date 4 to 20 days after another, unless it falls after the latest."""
    day = pick(rng, plus(day, 4), plus(day, 20))
    if day <= latest:
        row.put(column, day)


def _give_grounds(rng: Random, row: Row, assessment: Assessment) -> None:
    """Say for some exceptions what they rest on.

    Only where decision and advice were in time: so no late decision or advice is excused, and the printed
    six-week rates and the backlog are the same with excuses and without.
    """
    asked, came = assessment.psychology_asked, assessment.psychology_in
    advice_dates = [(asked, came)] + [
        (row.dates.get(f"{source}_advice_requested"), row.dates.get(f"{source}_advice_received"))
        for source in OTHER_ADVICE
    ]
    decided_late = (assessment.decided - assessment.request).days > SIX_WEEKS
    if decided_late or not asked or any(b and a and (b - a).days > SIX_WEEKS for a, b in advice_dates):
        return
    for first, last in SUMMERS:
        if plus(first, -7) <= asked <= plus(last, -7):
            row.facts["advice_sought_near_closure"] = "yes"
            row.dates |= {"closure_from": first, "closure_to": last}
            return
    if rng.random() < 0.6:
        row.facts["exceptional_circumstances"] = "yes"
    else:
        away = pick(rng, plus(assessment.request, 3), plus(assessment.request, TWENTY_WEEKS - 60))
        row.dates |= {"absent_from": away, "absent_to": plus(away, rng.randint(30, 45))}

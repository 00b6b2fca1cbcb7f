"""The intake planner: where the weeks of requests to come will fall against school closures and holidays."""

from collections.abc import Sequence
from datetime import date, timedelta

from ehcp_timeline.clock import apply, is_bank_holiday, is_working_day, last_working_day
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import decimals
from ehcp_timeline.measure.terms import SchoolDays
from ehcp_timeline.record import Whole, field, record

MILESTONES = {"decide": "assess.decide", "no_plan": "assess.no_plan", "issue": "plan.issue"}
_WEEKDAYS = 5


@record(frozen=True, slots=True)
class IntakeMilestone:
    """One day that the law sets for the requests of a week.

    Attributes:
        name: `decide` (6 weeks), `no_plan` (16 weeks) or `issue` (20 weeks).
        due: Its last lawful day, for a request received on the first day of the week.
        act_by: The last working day on or before it.
        closure: Name of a school closure that one of the five days from `due` lies in, on which requests of
            the other days of the week are due; null if none does.
        bank_holiday: Whether one of these five days is a bank holiday.
    """

    name: str
    due: date
    act_by: date
    closure: str | None
    bank_holiday: bool


@record(frozen=True, slots=True)
class IntakeWeek:
    """One week of requests to come.

    Attributes:
        week: The Monday it begins with.
        expected: Requests expected; null where the history cannot say.
        milestones: The days of weeks 6, 16 and 20.
        school_days_lost: Working days from the request to week 20 on which schools are closed; null where the
            closures that are known end before week 20.
        bank_holidays: Bank holidays from the request to week 20.
    """

    week: date
    expected: float | None = field(metadata=decimals(2))
    milestones: tuple[IntakeMilestone, ...]
    school_days_lost: Whole | None
    bank_holidays: Whole


def intake(
    rulebook: Rulebook, as_at: date, expected: Sequence[float], closures: Sequence[SchoolDays], weeks: int
) -> tuple[IntakeWeek, ...]:
    """Return the weeks of requests that begin after the as-at date, from the next Monday on.

    `expected` holds the requests of each coming week; it is shorter than `weeks`, or empty, where unknown.
    """
    planned = []
    for number in range(weeks):
        monday = as_at + timedelta(days=7 * (number + 1) - as_at.weekday())
        milestones = []
        for name, deadline in MILESTONES.items():
            version = rulebook.by_id[deadline].version_on(monday) if deadline in rulebook.by_id else None
            if version is not None:
                due = apply(version.limit.limbs[0].count, monday)
                five = _days(due, _WEEKDAYS)
                closure = next(filter(None, (_closure_on(day, closures) for day in five)), None)
                holiday = any(map(is_bank_holiday, five))
                milestones.append(IntakeMilestone(name, due, last_working_day(due), closure, holiday))
        last = max((milestone.due for milestone in milestones), default=monday)
        days = _days(monday, (last - monday).days + 1)
        closed = sum(is_working_day(day) and _closure_on(day, closures) is not None for day in days)
        planned.append(
            IntakeWeek(
                week=monday,
                expected=expected[number] if number < len(expected) else None,
                milestones=tuple(milestones),
                school_days_lost=closed if any(closure.last >= last for closure in closures) else None,
                bank_holidays=sum(map(is_bank_holiday, days)),
            )
        )
    return tuple(planned)


def _days(first: date, many: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(many)]


def _closure_on(day: date, closures: Sequence[SchoolDays]) -> str | None:
    return next((closure.name for closure in closures if closure.first <= day <= closure.last), None)

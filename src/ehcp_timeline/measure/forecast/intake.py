"""The intake planner: where the weeks of requests to come will fall against school closures and holidays."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from ehcp_timeline.clock import apply, is_bank_holiday, is_working_day, last_working_day
from ehcp_timeline.errors import ConfigError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import decimals
from ehcp_timeline.measure.forecast.request import SchoolDays
from ehcp_timeline.record import Whole, field, record

MILESTONES = {"decide": "assess.decide", "no_plan": "assess.no_plan", "issue": "plan.issue"}
EXAMPLE = 'closed = [{ name = "Summer 2026", from = 2026-07-23, to = 2026-09-01 }]'
TERMS = 'open = [{ name = "Autumn 2026", from = 2026-09-02, to = 2026-12-18 }]'
_KEYS = (("closed", EXAMPLE), ("open", TERMS))
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


def read_terms(table: object, file: str) -> tuple[tuple[SchoolDays, ...], tuple[SchoolDays, ...]]:
    """Return the school closures and the terms of a settings table `[terms]`, the terms in their order.

    Each entry of `closed` and of `open` has a `name`, a first day `from` and a last day `to`. Closures do not
    say which of them is a half-term, so terms are never made from them.

    Raises:
        ConfigError: It is none of these, or two terms overlap.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(f"{file}: terms is not a table", f"write  [terms]  and below it  {EXAMPLE}")
    if unknown := [key for key in table if key not in ("closed", "open")]:
        raise ConfigError(f"{file}: there is no `terms.{unknown[0]}`", f"write  {EXAMPLE}")
    closed, open_ = (_entries(table.get(key, []), f"{file}: terms.{key}", example) for key, example in _KEYS)
    terms = sorted(open_, key=lambda term: term.first)
    for before, after in pairwise(terms):
        if after.first <= before.last:
            said = f"{file}: terms.open: {after.name} begins before {before.name} ends"
            raise ConfigError(said, "change from and to")
    return tuple(closed), tuple(terms)


def _entries(entries: object, where: str, example: str) -> list[SchoolDays]:
    if not isinstance(entries, list):
        raise ConfigError(f"{where} is not a list", f"write  {example}")
    read = []
    for place, entry in enumerate(entries, 1):
        this = f"{where} entry {place}"
        if not isinstance(entry, Mapping) or entry.keys() != {"name", "from", "to"}:
            raise ConfigError(f"{this} needs name, from and to, and nothing else", f"write  {example}")
        first, last = entry["from"], entry["to"]
        if type(first) is not date or type(last) is not date:
            raise ConfigError(f"{this}: from and to must be dates", f"write  {example}")
        if last < first:
            raise ConfigError(f"{this} ends before it begins", "change from and to")
        read.append(SchoolDays(str(entry["name"]), first, last))
    return read

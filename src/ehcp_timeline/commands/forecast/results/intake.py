"""The intake planner: where the weeks of requests to come will fall against school closures and holidays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ehcp_timeline.clock.counting import apply
from ehcp_timeline.clock.workdays import is_bank_holiday, is_working_day, last_working_day
from ehcp_timeline.commands.forecast.model.seasons import Closed
from ehcp_timeline.errors import ConfigError
from ehcp_timeline.law.rulebook import Rulebook

MILESTONES = (("decide", "assess.decide"), ("no_plan", "assess.no_plan"), ("issue", "plan.issue"))
_WEEK = timedelta(days=7)
_WEEKDAYS = 5


@dataclass(frozen=True, slots=True)
class SchoolClosure:
    """A school closure as the settings name it, first and last day inclusive."""

    name: str
    first: date
    last: date

    @property
    def closed(self) -> Closed:
        """The days alone."""
        return Closed(self.first, self.last)


@dataclass(frozen=True, slots=True)
class IntakeMilestone:
    """One day that the law sets for requests of a week.

    Attributes:
        name: `decide` (6 weeks), `no_plan` (16 weeks) or `issue` (20 weeks).
        due: Its last lawful day, for a request received on the first day of the week.
        act_by: The last working day on or before it.
        closure: Name of a school closure that one of the five days from `due` lies in, on which requests of
            the other days of the week are due; None if none does.
        bank_holiday: Whether one of these five days is a bank holiday.
    """

    name: str
    due: date
    act_by: date
    closure: str | None
    bank_holiday: bool


@dataclass(frozen=True, slots=True)
class IntakeWeek:
    """One week of requests to come.

    Attributes:
        week: The Monday it begins with.
        expected: Requests expected; None where the history cannot say.
        milestones: The days of weeks 6, 16 and 20.
        school_days_lost: Working days from the request to week 20 on which schools are closed; None where the
            closures that are known end before week 20.
        bank_holidays: Bank holidays from the request to week 20.
    """

    week: date
    expected: float | None
    milestones: tuple[IntakeMilestone, ...]
    school_days_lost: int | None
    bank_holidays: int


def intake(
    rulebook: Rulebook, as_at: date, expected: Sequence[float], closures: Sequence[SchoolClosure], weeks: int
) -> tuple[IntakeWeek, ...]:
    """Return the weeks of requests that begin after the as-at date, from the next Monday on.

    Args:
        rulebook: The law.
        as_at: The day the question is asked about.
        expected: Requests expected in each coming week; shorter than `weeks`, or empty, where unknown.
        closures: School closures.
        weeks: How many weeks.
    """
    monday = as_at + timedelta(days=7 - as_at.weekday())
    return tuple(
        _week(
            rulebook, monday + number * _WEEK, expected[number] if number < len(expected) else None, closures
        )
        for number in range(weeks)
    )


def _week(
    rulebook: Rulebook, monday: date, expected: float | None, closures: Sequence[SchoolClosure]
) -> IntakeWeek:
    found = tuple(_milestones(rulebook, monday, closures))
    last = max((one.due for one in found), default=monday)
    days = [monday + timedelta(days=number) for number in range((last - monday).days + 1)]
    known = any(closure.last >= last for closure in closures)
    closed = sum(is_working_day(day) and _closure_on(day, closures) is not None for day in days)
    lost = closed if known else None
    return IntakeWeek(monday, expected, found, lost, sum(is_bank_holiday(day) for day in days))


def _milestones(
    rulebook: Rulebook, monday: date, closures: Sequence[SchoolClosure]
) -> Iterator[IntakeMilestone]:
    for name, deadline in MILESTONES:
        version = rulebook.by_id[deadline].version_on(monday) if deadline in rulebook.by_id else None
        if version is not None:
            due = apply(version.limit.limbs[0].count, monday)
            week = [due + timedelta(days=number) for number in range(_WEEKDAYS)]
            closed = next(filter(None, (_closure_on(day, closures) for day in week)), None)
            yield IntakeMilestone(name, due, last_working_day(due), closed, any(map(is_bank_holiday, week)))


def _closure_on(day: date, closures: Sequence[SchoolClosure]) -> str | None:
    return next((closure.name for closure in closures if closure.first <= day <= closure.last), None)


def read_closures(table: object, file: str) -> tuple[SchoolClosure, ...]:
    """Return the school closures of a settings table `[terms]`.

    Each entry of `closed` has a `name`, a first day `from` and a last day `to`.

    Raises:
        ConfigError: It is none of these.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(f"{file}: terms is not a table", f"write  [terms]  and below it  {EXAMPLE}")
    for key in table:
        if key != "closed":
            raise ConfigError(f"{file}: there is no `terms.{key}`", f"write  {EXAMPLE}")
    entries = table.get("closed", [])
    if not isinstance(entries, list):
        raise ConfigError(f"{file}: terms.closed is not a list", f"write  {EXAMPLE}")
    return tuple(_closure(one, place, file) for place, one in enumerate(entries, 1))


EXAMPLE = 'closed = [{ name = "Summer 2026", from = 2026-07-23, to = 2026-09-01 }]'


def _closure(entry: Any, place: int, file: str) -> SchoolClosure:  # noqa: ANN401 - any TOML value
    if not isinstance(entry, Mapping) or not {"name", "from", "to"} <= entry.keys():
        raise ConfigError(f"{file}: terms.closed entry {place} needs name, from and to", f"write  {EXAMPLE}")
    first, last = entry["from"], entry["to"]
    if type(first) is not date or type(last) is not date:
        raise ConfigError(
            f"{file}: terms.closed entry {place}: from and to must be dates", f"write  {EXAMPLE}"
        )
    if last < first:
        raise ConfigError(f"{file}: terms.closed entry {place} ends before it begins", "change from and to")
    return SchoolClosure(str(entry["name"]), first, last)

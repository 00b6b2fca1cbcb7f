"""The answer of `ehcp report`: what a page says, with the numbers that disclosure control allows."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

from ehcp_timeline.measure.acknowledged import Acknowledged
from ehcp_timeline.measure.answer import NOT_IN_JSON, Problems, RulebookUsed
from ehcp_timeline.measure.changes import Change
from ehcp_timeline.measure.forecast.forecast import ForecastAnswer
from ehcp_timeline.measure.forecast.outlook import Outlook
from ehcp_timeline.measure.result import Input, NotJudged, OpenCase, StageName
from ehcp_timeline.record import Ge, Whole, field, record

Audience = Literal["board", "team", "public"]
Number = Whole | Literal["[c]"]
AgeBand = Literal["to_4_weeks", "to_13_weeks", "to_26_weeks", "over_26_weeks"]


@record(frozen=True, slots=True)
class WaitingCount:
    """How many assessments were open on a day, and how many of them are overdue."""

    day: date
    open: Number
    overdue: Number


@record(frozen=True, slots=True)
class LateDuty:
    """One duty of the authority with clocks past their due day.

    Attributes:
        overdue: How many.
        by_age: The same by how long ago they were due.
        oldest_days: How many days ago the first of them was due; null where that is not published.
    """

    deadline: str
    duty: str
    law: str
    overdue: Number
    by_age: Mapping[AgeBand, Number]
    oldest_days: int | None


@record(frozen=True, slots=True)
class YearRate:
    """Plans issued within 20 weeks in one calendar year, exceptions included.

    Attributes:
        plans: Plans issued, from the file; null if it has none.
        rate: Percent of them within 20 weeks.
        published: What the DfE publishes of the authority.
        others: Of the neighbours, by name.
        first: The first day of the year that the file records.
        last: The last day.
    """

    year: int
    first: date
    last: date
    plans: Number | None
    in_time: Number | None
    rate: float | Literal["[c]"] | None
    published: float | None
    england: float | None
    others: Mapping[str, float | None]


@record(frozen=True, slots=True)
class LongWait(OpenCase):
    """One of the assessments that have been open longest."""

    team: str | None
    caseworker: str | None


@record(frozen=True, slots=True)
class LateWork:
    """One overdue clock, for those who do the work."""

    case_id: str
    duty: str
    due: date
    days_late: Whole
    team: str | None
    caseworker: str | None


Lost = Literal["no-longer"]
LOST: Lost = "no-longer"


@record(frozen=True, slots=True)
class ChangedSince:
    """What happened to the clocks since an earlier file.

    Attributes:
        counts: Of a public page those of the plans: `new`, `still-late` and `no-longer`, which is every other
            one that was overdue.
        fewest: Of how many children the smallest number is that a public page would give away.
    """

    as_at: date
    counts: Mapping[Change | Lost, Number]
    fewest: int = field(default=0, metadata=NOT_IN_JSON)


@record(frozen=True, slots=True)
class ReportAnswer:
    """The answer of `ehcp report --format json`; `[c]` is hidden to protect the children counted.

    Attributes:
        authority: Whose report it is, as the DfE knows it; null unless asked.
        threshold: Numbers of people below it are hidden; null where none are.
        sentences: What a reader should know first.
        waiting: Now, and on the same day of the twelve months before, as far as the file records them.
        stages: Open assessments by stage.
        not_counted: Why the number waiting is not known; null if it is.
        unclear: Deadlines of the council of which the file does not say whether they are overdue.
        not_judged_duties: Duties that no column of the file could answer.
        unread_headings: Headings that are not read although they could decide a deadline.
        acknowledged: What the lists leave out; null where nothing was given.
        longest: Who has waited longest, listed or not; null on a public page.
        undecided: Whether something that could not be read left a deadline unclear.
        pace_moved: Whether the pace of the past has changed, so that no share of simulations is sure.
        no_forecast: Why there is no forecast; null if there is one.
        policies: Forecast by order of work; "observed" is today's.
        clear_at: The backlog is clear once no more than so many are overdue.
        oldest: Empty on a public page.
        work: The clocks that are most days late; only on a page for the team.
        changed: Null unless asked.
        kept_overdue: Where recruiting at one stage alone cannot clear the backlog: that stage, and about how
            many plans the other stages keep overdue.
    """

    SCHEMA: ClassVar = "ehcp-report/1"

    as_at: date
    audience: Audience
    authority: str | None
    threshold: Annotated[int, Ge(3)] | None
    rulebook: RulebookUsed
    input: tuple[Input, ...]
    waiting: tuple[WaitingCount, ...]
    stages: Mapping[StageName, Number]
    duties: tuple[LateDuty, ...]
    rates: tuple[YearRate, ...]
    not_counted: str | None
    unclear: Number
    not_judged_duties: Whole
    unread_headings: Whole
    no_forecast: str | None
    clear_at: Whole
    policies: tuple[Outlook, ...]
    oldest: tuple[LongWait, ...]
    work: tuple[LateWork, ...]
    changed: ChangedSince | None
    not_judged: tuple[NotJudged, ...]
    problems: Problems
    sentences: tuple[str, ...] = ()
    acknowledged: Acknowledged | None = None
    longest: OpenCase | None = field(default=None, metadata=NOT_IN_JSON)
    undecided: bool = field(default=False, metadata=NOT_IN_JSON)
    pace_moved: bool = field(default=False, metadata=NOT_IN_JSON)
    kept_overdue: tuple[str, int] | None = field(default=None, metadata=NOT_IN_JSON)
    forecast: ForecastAnswer | None = field(default=None, metadata=NOT_IN_JSON)

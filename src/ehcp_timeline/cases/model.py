"""One row of a case file as the single reader sees it, and a problem: where, what, and what to try."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date

from ehcp_timeline.errors import UsageError
from ehcp_timeline.record import field, record

BLANK: frozenset[str] = frozenset()
# Stands in the name of a date under a heading that is not read: after it the heading, before it the event
# that the date may be; with nothing before it, it may be any.
UNREAD = "?"


def heading_of(name: str) -> str:
    """Return the heading that a date under an unread heading is named after.

    >>> heading_of("plan_issued?7 Date EHCP")
    'Date EHCP'
    """
    return name.partition(UNREAD)[2].partition(" ")[2]


def require_date(name: str, day: object) -> None:
    """Raise UsageError for what is not a date: a text, or a time of a day."""
    if type(day) is not date:
        raise UsageError(f"{name} is {day!r}, not a date", "give it as date(2026, 1, 31)")


def month_end(first: date) -> date:
    """Return the last day of the month that begins on a day.

    >>> month_end(date(2024, 2, 1))
    datetime.date(2024, 2, 29)
    """
    return first.replace(day=monthrange(first.year, first.month)[1])


def joined(codes: frozenset[str]) -> str:
    """Return several codes as one text: sorted, with a plus between them."""
    return "+".join(sorted(codes))


def parted(text: str) -> frozenset[str]:
    """Return the codes of a text that `joined` gave."""
    return frozenset(text.split("+"))


@record(frozen=True, slots=True)
class Row:
    """One episode of a case: dated events, facts and flags.

    Attributes:
        number: Physical line of the file, 1 for its first line.
        case_id: The authority's own number for the case.
        events: Event id to its date; an event without a date is absent. Dates under unread headings are here
            too, under such names as `plan_issued?7 Date EHCP`.
        codes: Fact id to its codes (facts with a closed list only); a blank fact is absent.
        texts: Fact id to its text (district, team, caseworker and so on); a blank fact is absent.
        unreadable: Columns whose cell could not be read: a date that is not a date, an unknown code.
        months: Those of them that hold a month without a day, to its first day.
    """

    number: int
    case_id: str
    events: Mapping[str, date] = field(default_factory=dict)
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)
    unreadable: frozenset[str] = BLANK
    months: Mapping[str, date] = field(default_factory=dict)


@record(frozen=True, slots=True, order=True)
class Problem:
    """One thing in a case file that a person should correct.

    Attributes:
        row: Physical line of the file, 1 for its first line; 0 where the whole file is meant.
        column: The column's own name, or an empty string where the whole row is meant.
        rule: Short permanent id of the check that found it, as `impossible-date`.
        problem: What is wrong. Never the value of a personal column.
        stops: `row` if the row could not be judged at all, `cell` if the clocks that need this cell could not
            be judged, `nothing` if everything was judged.
    """

    row: int
    column: str
    rule: str
    problem: str
    try_: str
    stops: str


NO_ROWS = Problem(
    0, "", "no-rows", "there is no row below the headings", "export it again if there are cases", "nothing"
)

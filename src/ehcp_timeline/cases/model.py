"""What a case file says: the columns it may hold, a row as the single reader sees it, and a problem."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from ehcp_timeline.errors import UsageError
from ehcp_timeline.inputs import shipped
from ehcp_timeline.record import field, record

Kind = Literal["event", "date", "codes", "text", "flag"]


@record(frozen=True, slots=True)
class Column:
    """One column that a case file may hold.

    Attributes:
        id: The name in the rulebook, as `request_received`.
        says: What it records, in words.
        kind: `event` for something that happens on a day, `date` for a dated fact (date of birth), `codes`
            for a fact with a closed list, `text` for any other fact, `flag` for yes or no.
        planned: An event that may lie after the as-at date.
        sets_due: A due day that somebody set, not something that happens.
        personal: Its values are never printed.
        several: A fact that may hold more than one code.
        labels: Codes of the DfE that a text may hold, to what each is called.
    """

    id: str
    says: str
    kind: Kind
    planned: bool = False
    sets_due: bool = False
    personal: bool = False
    several: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@record(frozen=True, slots=True)
class Vocabulary:
    """Every column that a case file may hold, in the rulebook's order.

    A code `absorbs` another where both are in one cell.
    """

    columns: Mapping[str, Column]
    absorbs: Mapping[str, str]

    def of_kind(self, *kinds: Kind) -> tuple[str, ...]:
        """Return the ids of the columns of these kinds, in the rulebook's order."""
        return tuple(column.id for column in self.columns.values() if column.kind in kinds)


@cache
def vocabulary() -> Vocabulary:
    """Read the vocabulary that ships with the package: events, codes, and what no deadline rests on."""
    names = ("rulebook/events.toml", "rulebook/codes.toml", "cases/characteristics.toml")
    events, codes, characteristics = map(shipped, names)
    return vocabulary_of(events, {**codes, "fact": [*codes["fact"], *characteristics["fact"]]})


def vocabulary_of(events: Mapping[str, Any], codes: Mapping[str, Any]) -> Vocabulary:
    """Build a vocabulary from the parsed `events.toml` and `codes.toml`."""
    columns: list[Column] = []
    for fact in codes["fact"]:
        listed = fact.get("codes", {})
        allowed = codes[listed] if isinstance(listed, str) else listed
        kind: Kind = "codes" if allowed else "date" if fact.get("is_date", False) else "text"
        columns.append(
            Column(
                fact["id"],
                fact["says"],
                kind,
                personal=fact.get("personal", False),
                several=fact.get("several", False),
                codes=MappingProxyType(dict(allowed)),
                labels=MappingProxyType(fact.get("labels", {})),
            )
        )
    for event in events["event"]:
        planned, sets_due = event.get("planned", False), event.get("sets_due", False)
        columns.append(Column(event["id"], event["says"], "event", planned=planned, sets_due=sets_due))
    columns += [Column(flag["id"], flag["says"], "flag") for flag in codes["flag"]]
    return Vocabulary(
        columns=MappingProxyType({column.id: column for column in columns}),
        absorbs=MappingProxyType({rule["code"]: rule["takes_in"] for rule in codes.get("absorbs", ())}),
    )


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

    @property
    def affects(self) -> str:
        """What it `stops`, but `nothing` for a date of birth: no deadline needs one."""
        return "nothing" if self.column == "date_of_birth" else self.stops


NO_ROWS = Problem(
    0, "", "no-rows", "there is no row below the headings", "export it again if there are cases", "nothing"
)

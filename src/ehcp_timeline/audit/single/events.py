"""When what happened in a case: on one row, on all rows of one request, along a repeating duty."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from ehcp_timeline.cases.model import Problem, Row
from ehcp_timeline.law.deadline import BLANK, Dates, Repeats
from ehcp_timeline.law.rulebook import Deadline, DerivedEvent, EventWhere
from ehcp_timeline.record import field, record, replace


@record(frozen=True, slots=True)
class EventHistory:
    """Dated events as known on the as-at date.

    Attributes:
        events: Event id to its dates, ascending: past dates, and planned dates whenever they are.
        later: The same for dates that are not planned and have not come yet; they have not happened.
        unreadable: Columns whose cell could not be read.
        codes: Fact to its codes, for one row; empty for several.
    """

    as_at: date
    events: Mapping[str, tuple[date, ...]]
    later: Mapping[str, tuple[date, ...]]
    unreadable: frozenset[str]
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def given(self, names: Iterable[str]) -> list[date]:
        """Return the dates of these events, planned ones too, ascending."""
        return sorted(day for name in names for day in self.events.get(name, ()))

    def happened(self, names: Iterable[str]) -> list[date]:
        """Return the dates of these events that have come, ascending."""
        return [day for day in self.given(names) if day <= self.as_at]

    def first(self, name: str) -> date | None:
        """Return the first date of one event, planned or not."""
        days = self.events.get(name)
        return days[0] if days else None

    def pick(self, dates: Dates) -> date | None:
        """Return the earliest or the latest of several events, planned ones too."""
        days = self.given(dates.first)[-1:] or self.given(dates.events)
        if not days:
            return None
        return days[-1] if dates.which == "latest" else days[0]

    def spans(self, dates: Dates) -> "tuple[EventHistory, ...]":
        """Return, for each date that starts its own clock, the dates from it until the next such date."""
        days = set(self.given(dates.events))
        before_all = [day for day in self.given(dates.first) if day < min(days, default=date.max)]
        starts = [*sorted({*days, *before_all[:1]}), date.max]
        spans = []
        for start, until in pairwise(starts):
            events = {name: [day for day in of if start <= day < until] for name, of in self.events.items()}
            spans.append(replace(self, events={name: tuple(of) for name, of in events.items() if of}))
        return tuple(spans)

    def name_of(self, names: Iterable[str], day: date) -> str:
        """Return which of these events has this date."""
        return next((name for name in names if day in self.events.get(name, ())), "")


def seen_on(rows: Sequence[Row], as_at: date, planned: frozenset[str]) -> EventHistory:
    """Gather the dates of one row, or of all rows of a case, as known on the as-at date."""
    events: dict[str, set[date]] = {}
    later: dict[str, set[date]] = {}
    for row in rows:
        for name, day in row.events.items():
            held = events if day <= as_at or name in planned else later
            held.setdefault(name, set()).add(day)
    return EventHistory(
        as_at,
        {name: tuple(sorted(days)) for name, days in events.items()},
        {name: tuple(sorted(days)) for name, days in later.items()},
        frozenset(name for row in rows for name in row.unreadable),
        rows[0].codes if len(rows) == 1 else {},
    )


def with_derived(row: Row, derived: Iterable[DerivedEvent]) -> Row:
    """Return a row with the events that have no column.

    A derived event is unreadable if a cell that it depends on is: a date, the fact beside a date, or an event
    that would rule that date out. If the event is ruled out whatever the cell holds, it does not depend on
    it.
    """
    for event in derived:
        dated = (row.events.get(where.event) for where in event.earliest if _holds(where, row))
        days = [day for day in dated if day and not _is_ruled_out(day, event, row)]
        if days:
            row = replace(row, events={**row.events, event.id: min(days)})
        if any(_is_in_doubt(where, event, row) for where in event.earliest):
            row = replace(row, unreadable=row.unreadable | {event.id})
    return row


def _holds(where: EventWhere, row: Row) -> bool:
    if where.fact is None:
        return True
    held = row.codes.get(where.fact, frozenset())
    return bool(held.intersection(where.codes)) or (not held and BLANK in where.codes)


def _is_ruled_out(day: date, event: DerivedEvent, row: Row) -> bool:
    before = any(row.events.get(name, date.max) <= day for name in event.unless)
    return before or any(row.events.get(name, date.min) >= day for name in event.undone_by)


def _is_in_doubt(where: EventWhere, event: DerivedEvent, row: Row) -> bool:
    if where.event in row.unreadable:
        return not any(name in row.events for name in event.unless)
    day = row.events.get(where.event)
    if day is None or _is_ruled_out(day, event, row):
        return False
    others = (*event.unless, *event.undone_by)
    return where.fact in row.unreadable or (_holds(where, row) and not row.unreadable.isdisjoint(others))


REQUEST: Final = "request_received"
ASKED: Final = (("assess_agreed", "assess_refused"), ("no_plan_notified",), ("draft_sent",), ("plan_issued",))
DECISIONS: Final = tuple(name for names in ASKED for name in names)
DECIDED: Final = ("assess_agreed", "assess_refused", "no_plan_notified")
# With one of these the decisions may belong to something else than the request of their row: a move, an
# appeal, a re-assessment, an earlier request that ended.
EXPLAIN: Final = (
    *("became_responsible", "moved_in", "moved_away", "withdrawn", "plan_transferred"),
    *("reassessment_requested", "reassessment_agreed"),
    *("appeal_lodged", "tribunal_told_unopposed", "order_made", "mediation_agreed"),
)
OLDER_PLAN: Final = (
    *("previous_review_decided", "review_meeting", "review_decided", "amendment_notice_sent"),
    *("amended_plan_issued", "transfer_plan_issued", "cease_notified", "plan_ceased"),
)


def is_of_request(deadline: Deadline) -> bool:
    """Return whether a request starts this deadline, which then looks at every row of the request."""
    return REQUEST in deadline.start_events and not deadline.repeats


def requests_on_rows(rows: Sequence[Row]) -> Mapping[int, tuple[Row, ...]]:
    """Return, for each row of a case whose request is on other rows too, every row of that request."""
    by_request: dict[date, list[Row]] = {}
    for row in rows:
        if REQUEST in row.events:
            by_request.setdefault(row.events[REQUEST], []).append(row)
    return {row.number: tuple(same) for same in by_request.values() if len(same) > 1 for row in same}


def one_row(rows: Sequence[Row]) -> Row:
    """Return the rows of one request as one, on the line of the first.

    An event has its earliest date on or after the request, or else its earliest. A flag is yes if it is on
    any row; a fact has the codes of all.
    """
    received = rows[0].events[REQUEST]
    days: dict[str, list[date]] = {}
    codes: dict[str, frozenset[str]] = {}
    flags: dict[str, bool] = {}
    for row in rows:
        for name, day in row.events.items():
            days.setdefault(name, []).append(day)
        for name, some in row.codes.items():
            codes[name] = codes.get(name, frozenset()) | some
        for name, flag in row.flags.items():
            flags[name] = flags.get(name, False) or flag
    return Row(
        number=rows[0].number,
        case_id=rows[0].case_id,
        events={name: min(dates, key=lambda day: (day < received, day)) for name, dates in days.items()},
        codes=codes,
        texts=rows[0].texts,
        flags=flags,
        unreadable=frozenset(name for row in rows for name in row.unreadable),
    )


def answered_twice(deadline: Deadline, rows: Sequence[Row], as_at: date) -> bool:
    """Return whether the rows of one request answer a deadline differently: no row has all their answers."""
    answers = [_answers(deadline.met_by.events, row, as_at) for row in rows]
    return len(set().union(*answers)) > max(map(len, answers))


def _answers(names: Iterable[str], row: Row, as_at: date) -> list[tuple[str, date]]:
    """Return the answers to a request that a row records: what came since, by the as-at date."""
    answers = [(name, row.events[name]) for name in names if name in row.events]
    return [(name, day) for name, day in answers if row.events[REQUEST] <= day <= as_at]


def decided_before(deadline: Deadline, seen: EventHistory, start: date) -> bool:
    """Return whether every decision on a request is dated before it, and nothing else explains them.

    A plan by itself, or its draft, may be an older one.
    """
    if not is_of_request(deadline) or seen.first(REQUEST) != start:
        return False
    decisions = seen.happened(DECISIONS)
    if not seen.happened(DECIDED) or decisions[-1] >= start or seen.given(EXPLAIN):
        return False
    return not any(day < start for day in seen.happened(OLDER_PLAN))


def request_problems(rows: Sequence[Row], as_at: date) -> Iterator[Problem]:
    """Yield a problem for each repeated row of a request, and for each decision on which its rows differ."""
    received = rows[0].events[REQUEST]
    yield from _twice(REQUEST, ((received, row.number) for row in rows))
    for names in ASKED:
        answers = [(row.number, some) for row in rows if (some := _answers(names, row, as_at))]
        different = {answer for _, some in answers for answer in some}
        if len(different) <= max((len(some) for _, some in answers), default=0):
            continue
        (first, (earliest, *_)), *others = answers
        other = f"{earliest[0]} is {earliest[1]} on row {first}"
        for row, name, day in ((row, *answer) for row, some in others for answer in some):
            if (name, day) != earliest:
                said = f"{name} is {day} here and {other}, for one request of {received}"
                yield Problem(row, name, "two-answers", said, "correct the row that is wrong", "cell")


@record(frozen=True, slots=True)
class Link:
    """One clock of a repeating duty.

    Attributes:
        start: The day it started.
        row: Physical line of the first row with that start.
        answer: The next answer of the case after the start.
        unseen: Whether only a later row's "previous review" shows that answer.
        alone: Whether it is the only answer of the case, and the clock the first of its chain.
    """

    start: date
    row: int
    answer: date | None
    unseen: bool
    alone: bool = False


def links_of(deadline: Deadline, rows: Sequence[Row], whole: EventHistory) -> tuple[Link, ...]:
    """Return the clocks of a repeating duty on one case, by their start."""
    repeats = deadline.repeats or Repeats()
    met = whole.happened(deadline.met_by.events)
    unseen = set(whole.happened(repeats.unseen)) - set(met)
    answers = sorted({*met, *unseen})
    starts = {*whole.happened(repeats.again), *first_starts(repeats, whole)}
    columns = (*repeats.first, *repeats.again)
    links = []
    for start in sorted(starts):
        answer = next((day for day in answers if day > start), None)
        row = next(row.number for row in rows if any(row.events.get(name) == start for name in columns))
        alone = answers == [answer] and answer in met and start in whole.happened(repeats.first)
        links.append(Link(start, row, answer, answer in unseen, alone))
    return tuple(links)


def first_starts(repeats: Repeats, whole: EventHistory) -> Iterator[date]:
    """Yield the dates on which a chain begins: nothing came before, or what came before closed it."""
    names = (*repeats.again, *repeats.first, *repeats.closed_by)
    steps = ((day, name) for name in names for day in whole.happened((name,)))
    before = ""
    for day, name in sorted(steps, key=lambda step: (step[0], step[1] in repeats.closed_by)):
        if name in repeats.first and (not before or before in repeats.closed_by):
            yield day
        before = name


def started_twice(deadline: Deadline, rows: Sequence[Row]) -> Iterator[Problem]:
    """Yield a problem for each start that is on two rows of a case: it is one clock."""
    repeats = deadline.repeats or Repeats()
    for column in (*repeats.first, *repeats.again):
        yield from _twice(column, ((row.events[column], row.number) for row in rows if column in row.events))


def _twice(column: str, dated: Iterable[tuple[date, int]]) -> Iterator[Problem]:
    first_on: dict[date, int] = {}
    for day, number in dated:
        if day in first_on:
            said = f"{column} of {day} is on row {first_on[day]} of this case too; it counts once"
            tip = f"keep {column} on one row of the case"
            yield Problem(number, column, "same-start-twice", said, tip, "nothing")
        first_on.setdefault(day, number)

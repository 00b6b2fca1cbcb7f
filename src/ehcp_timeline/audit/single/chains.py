"""A duty that repeats: one clock for each date that starts it, on whichever row of the case it is."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ehcp_timeline.audit.single.dates import EventHistory
from ehcp_timeline.cases.model import Problem, Row
from ehcp_timeline.law.deadline import Repeats
from ehcp_timeline.law.rulebook import Deadline
from ehcp_timeline.record import record


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
    steps = [(day, name) for name in (*repeats.again, *repeats.first) for day in whole.happened((name,))]
    closings = [(day, name) for name in repeats.closed_by for day in whole.happened((name,))]
    before = ""
    for day, name in sorted([*steps, *closings], key=lambda step: (step[0], step[1] in repeats.closed_by)):
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

"""One request is a case and its `request_received`, on however many rows of the case that date is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from ehcp_timeline.audit.single.dates import EventHistory
from ehcp_timeline.cases.model import Problem, Row
from ehcp_timeline.law.rulebook import Deadline

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
    first, *others = rows
    received = first.events[REQUEST]
    for row in others:
        said = f"{REQUEST} of {received} is on row {first.number} of this case too; it counts once"
        tip = f"keep {REQUEST} on one row of the case"
        yield Problem(row.number, REQUEST, "same-start-twice", said, tip, "nothing")
    for names in ASKED:
        answers = [(row.number, _answers(names, row, as_at)) for row in rows]
        if len({answer for _, some in answers for answer in some}) > max(len(some) for _, some in answers):
            yield from _two_answers(answers, received)


def _two_answers(answers: Iterable[tuple[int, list[tuple[str, date]]]], received: date) -> Iterator[Problem]:
    (first, (earliest, *_)), *others = ((row, some) for row, some in answers if some)
    for row, some in others:
        for name, day in some:
            if (name, day) != earliest:
                other = f"{earliest[0]} is {earliest[1]} on row {first}"
                said = f"{name} is {day} here and {other}, for one request of {received}"
                yield Problem(row, name, "two-answers", said, "correct the row that is wrong", "cell")

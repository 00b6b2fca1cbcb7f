"""Every date the law names, the day before and the day after, through both readers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.cases.model import Row
from ehcp_timeline.law.deadline import Absence, Closure
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Deadline
from tests.audit.bulk.made import batch_of, differences, part_of

LAW = load_rulebook()
DAY = timedelta(days=1)
AROUND = (-DAY, timedelta(0), DAY)
AS_AT = date(2026, 11, 21)
GRID = (date(2024, 2, 29), date(2024, 12, 24), date(2025, 4, 18), date(2025, 8, 31))


def _edges(deadline: Deadline) -> set[date]:
    """Return every day on which the law of a deadline changes for the clocks that start then."""
    spans = [(one.since, one.until) for one in deadline.versions]
    spans += [(one.since, one.until) for one in deadline.readings if one.since]
    return {day for span in spans for day in span if day is not None}


def _starts(deadline: Deadline) -> list[date]:
    near = {edge + step for edge in _edges(deadline) for step in AROUND}
    return sorted({*near, *GRID})


def _row(deadline: Deadline, start: date, number: int = 2) -> Row:
    """Return a row on which the deadline has started and applies, and of which nothing has become."""
    events = dict.fromkeys(deadline.start_events, start)
    for where in deadline.starts_where:
        events.pop(where.absent, None)
    events |= dict.fromkeys(deadline.after[:1], start)
    if deadline.during:
        events |= {deadline.during[0]: start}
    limbs = [limb for version in deadline.versions for limb in version.limit.limbs]
    for name in (name for limb in limbs if limb.since for name in limb.since.events):
        events.setdefault(name, start - DAY)
    codes = {fact: frozenset(codes[:1]) for fact, codes in deadline.only_if}
    return Row(number, f"C{number}", events, codes)


def _with(row: Row, number: int, events: dict[str, date], flags: dict[str, bool]) -> Row:
    """Return a row of a case of its own, with some more dates and flags."""
    return replace(row, number=number, case_id=f"C{number}", events={**row.events, **events}, flags=flags)


def _due(deadline: Deadline, row: Row) -> date | None:
    workings = judge_case(part_of(LAW, deadline.id), [row], AS_AT)
    return next((one.clock.due for one in workings if one.clock.deadline == deadline.id), None)


def _dated(names: Sequence[str], due: date) -> Iterator[dict[str, date]]:
    """Yield no date, and the first of these events on the day before, on, and after the due day."""
    yield {}
    yield from ({name: due + step} for name in names[:1] for step in AROUND)


def _around_due(deadline: Deadline, row: Row, due: date) -> Iterator[tuple[dict[str, date], dict[str, bool]]]:
    """Yield answers, ends, implied answers, revivals and waivers around the due day, claimed or not."""
    answers, ends = _dated(deadline.met_by.events, due), _dated(deadline.ends, due)
    claimed = {excuse.flag: True for excuse in deadline.excuses if excuse.flag}
    waived = [one.waived_by for one in deadline.readings if one.waived_by]
    others = [{}, *({name: due} for name in (*deadline.implied_by[:1], *deadline.revived_by[:1], *waived))]
    for answer, end, other, flags in product(answers, list(ends), others, ({}, claimed)):
        yield {**answer, **end, **{name: day for name, day in other.items() if name not in row.events}}, flags


@pytest.mark.slow
@pytest.mark.parametrize("deadline", LAW.deadlines, ids=lambda deadline: deadline.id)
def test_every_edge_of_a_deadline(deadline: Deadline) -> None:
    """Starts at every edge of its law, and everything that can become of them around their due day."""
    rows: list[Row] = []
    for start in _starts(deadline):
        begun = _row(deadline, start)
        due = _due(deadline, begun)
        for events, flags in _around_due(deadline, begun, due or start):
            rows.append(_with(begun, len(rows) + 2, events, flags))

    assert differences(part_of(LAW, deadline.id), [batch_of(rows, LAW)], AS_AT) == []


@pytest.mark.slow
@pytest.mark.parametrize("deadline", LAW.deadlines, ids=lambda deadline: deadline.id)
def test_every_day_on_which_the_question_may_be_asked(deadline: Deadline) -> None:
    """The as-at date before, on and after the due day, and around the start."""
    begun = _row(deadline, GRID[2])
    due = _due(deadline, begun) or GRID[2]
    batches = [batch_of([begun, _with(begun, 3, dict.fromkeys(deadline.met_by.events[:1], due), {})], LAW)]
    part = part_of(LAW, deadline.id)

    asked = [day + step for day in (GRID[2], due) for step in AROUND]

    assert [found for as_at in asked for found in differences(part, batches, as_at)] == []


WINDOWS = [
    (deadline, excuse)
    for deadline in LAW.deadlines
    for excuse in deadline.excuses
    if excuse.since or excuse.until
]


@pytest.mark.slow
@pytest.mark.parametrize("deadline", dict(WINDOWS), ids=lambda deadline: deadline.id)
def test_every_window_of_an_excuse(deadline: Deadline) -> None:
    """Due days around the first and the last day on which an excuse stood."""
    edges = {day for one, excuse in WINDOWS if one is deadline for day in (excuse.since, excuse.until) if day}
    flags = {excuse.flag: True for excuse in deadline.excuses if excuse.flag}
    begun = [
        _row(deadline, edge - timedelta(days=days)) for edge in sorted(edges) for days in range(-250, 300)
    ]
    near = [row for row in begun if _is_near(_due(deadline, row), edges)]
    rows = [_with(row, number, {}, flags) for number, row in enumerate(near, 2)]

    assert len(rows) >= len(edges)
    assert differences(part_of(LAW, deadline.id), [batch_of(rows, LAW)], AS_AT) == []


def _is_near(due: date | None, edges: set[date]) -> bool:
    return due is not None and any(abs(due - edge) <= DAY for edge in edges)


PROVED = [one for one in LAW.deadlines if any(excuse.evidence for excuse in one.excuses)]


@pytest.mark.slow
@pytest.mark.parametrize("deadline", PROVED, ids=lambda deadline: deadline.id)
def test_every_edge_of_the_evidence(deadline: Deadline) -> None:
    """Closures and absences just long enough and one day too short, advice asked for on the edges."""
    begun = _row(deadline, GRID[3])
    due = _due(deadline, begun) or GRID[3]
    flags = {excuse.flag: True for excuse in deadline.excuses if excuse.flag}
    rows: list[Row] = []
    for excuse in deadline.excuses:
        for events in _evidence(excuse.evidence, GRID[3], due):
            rows.append(_with(begun, len(rows) + 2, events, flags))

    assert rows
    assert differences(part_of(LAW, deadline.id), [batch_of(rows, LAW)], AS_AT) == []


def _evidence(evidence: Closure | Absence | None, start: date, due: date) -> Iterator[dict[str, date]]:
    if isinstance(evidence, Absence):
        first, last = evidence.absent
        for since, days in product(AROUND, range(11, 31)):
            yield {first: start + since, last: start + since + timedelta(days=days)}
        yield {first: start}
        yield {last: start}
    elif isinstance(evidence, Closure):
        first, last = evidence.closed
        closed = start + timedelta(days=20)
        for days, asked in product(range(26, 30), range(-9, 30)):
            ends = closed + timedelta(days=days)
            yield {first: closed, last: ends, evidence.asked[-1]: closed + timedelta(days=asked)}
        yield {first: closed, evidence.asked[0]: closed}
        for edge, step, days in product((start, due), AROUND, (0, 7, 28)):
            near = edge + step
            yield {evidence.asked[-1]: near}
            yield {evidence.asked[0]: near, first: near, last: near + timedelta(days=28 + days)}
            yield {first: near + timedelta(days=days)}
            yield {last: near + timedelta(days=6), first: near - timedelta(days=28)}
        yield {last: closed, evidence.asked[0]: closed, evidence.asked[-1]: closed - timedelta(days=30)}

"""The edges that a deadline has: the sides of its last day, of its versions, of its readings and excuses.

An edge is a sentence and a test: whether one clock that a golden case asserts stands on that edge.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ehcp_timeline.audit.clock import Clock
from ehcp_timeline.audit.single.trace import Working
from ehcp_timeline.clock.workdays import ONE_DAY, last_working_day, next_working_day
from ehcp_timeline.commands.rules.golden.model import Golden
from ehcp_timeline.law.deadline import Absence, Excuse, Reading
from ehcp_timeline.law.rulebook import Deadline


@dataclass(frozen=True, slots=True)
class Asserted:
    """One clock that a golden case asserts.

    Attributes:
        golden: The case.
        expected: What it expects of the clock; a verdict at least.
        working: How the single reader judged it.
    """

    golden: Golden
    expected: Mapping[str, Any]
    working: Working

    @property
    def clock(self) -> Clock:
        """The answer."""
        return self.working.clock

    @property
    def events(self) -> Mapping[str, date]:
        """The dates of its row; of the whole case for a repeating duty."""
        whole = self.working.deadline.repeats is not None
        rows = [row for row in self.golden.rows if whole or row.number == self.clock.row]
        return {name: day for row in rows for name, day in row.events.items()}

    @property
    def codes(self) -> Mapping[str, frozenset[str]]:
        """The facts of its row."""
        return next(row.codes for row in self.golden.rows if row.number == self.clock.row)

    def claims(self, flag: str | None) -> bool:
        """Say whether its row claims this flag."""
        row = next(row for row in self.golden.rows if row.number == self.clock.row)
        return flag is not None and row.flags.get(flag, False)


Covers = Callable[[Asserted], bool]
Edges = Iterator[tuple[str, Covers]]


def never_runs(deadline: Deadline) -> bool:
    """Say whether a duty is owed only once it is answered, so that it cannot run unanswered."""
    return bool(deadline.owed_when) and set(deadline.met_by.events) <= set(deadline.owed_when)


def edges_of_due_day(deadline: Deadline) -> Edges:
    """Yield both sides of the due day: answered, and asked while unanswered."""
    if deadline.minimum:
        yield "is answered on the day before its first lawful day", _is("early", days_left=1)
        yield "is answered on its first lawful day", _answered_on_due
        yield "is asked on the day before its first lawful day", _is("running", days_left=1)
        yield "is asked on its first lawful day", _over_today
        return
    yield "is answered on its last day", _answered_on_due
    yield "is answered on the day after its last", _is("late", days_late=1, ended=None)
    if not never_runs(deadline):
        yield "is asked on its last day", _is("running", days_left=0)
        yield "is asked on the day after its last", _is("overdue", days_late=1)


def _is(verdict: str, **fields: object) -> Covers:
    return lambda one: (
        one.clock.verdict == verdict
        and "due" in one.expected
        and all(getattr(one.clock, name) == value for name, value in fields.items())
    )


def _answered_on_due(one: Asserted) -> bool:
    return _is("met")(one) and one.clock.due is not None and one.clock.answered == one.clock.due


def _over_today(one: Asserted) -> bool:
    return _is("met", answered=None)(one) and one.clock.due == one.golden.as_at


def edges_of_versions(deadline: Deadline) -> Edges:
    """Yield the first and the last day of every version, and the days outside all of them."""
    first = deadline.versions[0].since
    yield f"starts on {first - ONE_DAY}, the day before its first version", _unknown_from(first - ONE_DAY)
    for version in deadline.versions:
        yield f"starts on {version.since}, the first day of a version", _due_from(version.since)
        if version.until:
            yield f"starts on {version.until}, the last day of a version", _due_from(version.until)
    last = deadline.versions[-1].until
    if last:
        yield f"starts on {last + ONE_DAY}, the day after its last version", _unknown_from(last + ONE_DAY)


def _due_from(start: date) -> Covers:
    return lambda one: one.clock.start == start and one.clock.due is not None and "due" in one.expected


def _unknown_from(start: date) -> Covers:
    return lambda one: one.clock.start == start and one.working.version is None and "due" in one.expected


def edges_of_readings(deadline: Deadline) -> Edges:
    """Yield, for every reading, a case whose span it moves and one that it disputes."""
    for reading in deadline.readings:
        yield f"has another day on the reading {reading.id}", _moved_by(reading)
        yield f"is disputed by the reading {reading.id}", _disputed_by(reading)
        if reading.since:
            before = reading.since - ONE_DAY
            yield (
                f"starts on {reading.since}, the first day of the reading {reading.id}",
                _moved_by(reading, reading.since),
            )
            yield f"starts on {before}, before the reading {reading.id}", _without(reading, before)
        if reading.until:
            after = reading.until + ONE_DAY
            yield (
                f"starts on {reading.until}, the last day of the reading {reading.id}",
                _moved_by(reading, reading.until),
            )
            yield f"starts on {after}, after the reading {reading.id}", _without(reading, after)
        for event in reading.after:
            yield f"has the answer of the reading {reading.id} without {event}", _lacks(reading, event)


def _applied(one: Asserted, reading: Reading) -> bool:
    return any(read.reading == reading and read.due != one.clock.due for read in one.working.read)


def _moved_by(reading: Reading, start: date | None = None) -> Covers:
    return lambda one: (
        _applied(one, reading)
        and start in (None, one.clock.start)
        and bool({"earliest_reading", "latest_reading"} & one.expected.keys())
    )


def _disputed_by(reading: Reading) -> Covers:
    return lambda one: (
        _applied(one, reading) and one.clock.certainty == "disputed" and "certainty" in one.expected
    )


def _without(reading: Reading, start: date) -> Covers:
    return lambda one: (
        one.clock.start == start
        and {"earliest_reading", "latest_reading"} <= one.expected.keys()
        and not any(read.reading == reading for read in one.working.read)
    )


def _lacks(reading: Reading, event: str) -> Covers:
    starts = reading.starts.events if reading.starts else ()
    return lambda one: (
        "certainty" in one.expected and event not in one.events and any(name in one.events for name in starts)
    )


def edges_of_excuses(deadline: Deadline) -> Edges:
    """Yield every excuse claimed; proved and refuted where dates can do that; both sides of its days."""
    for excuse in deadline.excuses:
        for strength in ("claimed", "evidenced", "refuted") if excuse.evidence else ("claimed",):
            yield f"has the excuse {excuse.id}, {strength}", _excused(excuse, strength)
        if excuse.flag and not isinstance(excuse.evidence, Absence):
            yield f"has the excuse {excuse.id} unclaimed, and is late", _unexcused
        for day, inside in _days_of(excuse, deadline):
            says = "on an outer day of" if inside else "just outside"
            yield f"is due on {day}, {says} the excuse {excuse.id}", _due_with(excuse, day, inside=inside)


def _excused(excuse: Excuse, strength: str) -> Covers:
    return lambda one: one.expected.get("excuse") == f"{excuse.id} ({strength})"


def _unexcused(one: Asserted) -> bool:
    return one.clock.verdict in ("late", "overdue") and one.clock.excuse is None


def _days_of(excuse: Excuse, deadline: Deadline) -> Iterator[tuple[date, bool]]:
    """Yield the outer days of an excuse and the nearest outside on which the deadline can be due."""
    working = any(
        limb.count.unit == "working_days" for version in deadline.versions for limb in version.limit.limbs
    )
    single = working and all(len(version.limit.limbs) == 1 for version in deadline.versions)
    if excuse.since:
        before = excuse.since - ONE_DAY
        yield (last_working_day(before) if single else before), False
        yield (next_working_day(excuse.since) if single else excuse.since), True
    if excuse.until:
        after = excuse.until + ONE_DAY
        yield (last_working_day(excuse.until) if single else excuse.until), True
        yield (next_working_day(after) if single else after), False


def _due_with(excuse: Excuse, day: date, *, inside: bool) -> Covers:
    wanted = f"{excuse.id} (claimed)" if inside else "none"
    return lambda one: (
        one.clock.due == day and one.claims(excuse.flag) and one.expected.get("excuse") == wanted
    )

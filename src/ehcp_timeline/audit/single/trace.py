"""How one clock was judged: everything that an explanation needs, and the answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from ehcp_timeline.audit.circumstances import Circumstances
from ehcp_timeline.audit.clock import Clock
from ehcp_timeline.audit.single.excuses import ExcuseResult
from ehcp_timeline.audit.verdicts import decide
from ehcp_timeline.clock.counting import Count
from ehcp_timeline.clock.workdays import announced_until, last_working_day
from ehcp_timeline.law.deadline import Reading, Version
from ehcp_timeline.law.rulebook import Deadline


@dataclass(frozen=True, slots=True)
class CountedPeriod:
    """One limb of a time limit, counted: from which day it led to which.

    Attributes:
        event: The event it was counted from; empty for the clock's own start.
        since: Its date.
        to: Where the count led.
        count: How it was counted.
    """

    event: str
    since: date
    to: date
    count: Count


@dataclass(frozen=True, slots=True)
class ReadingResult:
    """One reading of the time limit: its start, its due day and the verdict it gives.

    Attributes:
        reading: The reading.
        start: The day it counts from.
        due: Its due day.
        verdict: The verdict it gives.
        doubtful: Whether the clock is disputed wherever it applies, or its own cells cannot be read.
    """

    reading: Reading
    start: date
    due: date
    verdict: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Working:
    """How one clock was judged.

    Attributes:
        deadline: The deadline.
        clock: The answer.
        circumstances: What the verdict was looked up by.
        start_event: Which event started it.
        version: The version of the time limit in force; None outside coverage.
        limbs: How the due day was counted.
        set_by: The date in the file that replaced the due day.
        answer_event: Which event answered it.
        end_event: Which event ended it.
        too_early: Answers that came before the clock started, and so do not answer it.
        implied_by: Which event shows that it must have been done.
        why_not_owed: What takes its place, or what has not come yet.
        excuses: Every excuse that was looked at.
        read: Every reading that applies.
        revived: Whether an end was undone.
        doubt: Why its start is disputed; empty where it is not.
        unread: The columns it looks at that could not be read.
        months: Those of them that hold a month without a day, where the verdict is the same at both ends.
        unread_headings: Headings that are not read, with a date that may be what answered or ended it.
        columns: Derived event to the column whose date it has on this row, or to those it may have it from.
        needs: The facts or events of which one is missing, where no due day could be found.
    """

    deadline: Deadline
    clock: Clock
    circumstances: Circumstances
    start_event: str = ""
    version: Version | None = None
    limbs: tuple[CountedPeriod, ...] = ()
    set_by: date | None = None
    answer_event: str = ""
    end_event: str = ""
    too_early: tuple[date, ...] = ()
    implied_by: str = ""
    why_not_owed: str = ""
    excuses: tuple[ExcuseResult, ...] = ()
    read: tuple[ReadingResult, ...] = ()
    revived: bool = False
    doubt: str = ""
    unread: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    unread_headings: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    def columns_named(self, names: Iterable[str]) -> str:
        """Return events by their columns, as a choice."""
        return " or ".join(dict.fromkeys(self.columns.get(name, name) for name in names))


def dated(clock: Clock, deadline: Deadline, start: date, due: date | None) -> Clock:
    """Return the clock with its start and its due day, and the days that follow from that."""
    if due is None:
        return replace(clock, start=start)
    return replace(
        clock,
        start=start,
        due=due,
        act_by=None if deadline.minimum else last_working_day(due),
        earliest_reading=due,
        latest_reading=due,
        provisional=due > announced_until(),
    )


def concluded(working: Working, best: ExcuseResult | None, as_at: date) -> Working:
    """Return the working with its verdict, taken three ways, and the days that go with it.

    Args:
        working: Everything but the verdict.
        best: The strongest excuse that was claimed, if any.
        as_at: The day the question is asked about.
    """
    circumstances = working.circumstances
    line = decide(circumstances)
    proved = "stands" if best and best.strength == "evidenced" else "none"
    strict = decide(replace(circumstances, excuse="none")).verdict
    mattered = best is not None and line.verdict in ("late", "overdue", "excused")
    clock = replace(
        working.clock,
        verdict=line.verdict,
        strict=strict,
        evidenced=decide(replace(circumstances, excuse=proved)).verdict,
        reason=line.reason or None,
        excuse=f"{best.excuse.id} ({best.strength})" if best and mattered else None,
        open=strict in ("running", "overdue"),
    )
    return replace(working, clock=_with_days(clock, as_at))


def _with_days(clock: Clock, as_at: date) -> Clock:
    """Return the clock with its days left or late: the only subtraction of dates in the house."""
    if clock.due is None:
        return clock
    until = clock.answered or clock.ended or as_at
    if clock.verdict in ("late", "overdue", "excused"):
        return replace(clock, days_late=(until - clock.due).days)
    if clock.verdict in ("running", "early"):
        return replace(clock, days_left=(clock.due - until).days)
    return clock

"""How one clock was judged: everything that an explanation needs, and the answer."""

from collections.abc import Iterable, Mapping
from datetime import date

from ehcp_timeline.audit.clock import Clock
from ehcp_timeline.audit.verdicts import Circumstances, decide
from ehcp_timeline.clock import Count
from ehcp_timeline.law.deadline import Excuse, Reading, Version
from ehcp_timeline.law.rulebook import Deadline
from ehcp_timeline.record import field, record, replace


@record(frozen=True, slots=True)
class ExcuseResult:
    """One excuse that was considered.

    Attributes:
        strength: `claimed`, `evidenced`, `refuted`, `unreadable` (its cell could not be read), or
            `unclaimed`.
        why: The same in words.
        borne_out: Whether the dates prove an excuse that nobody claims.
    """

    excuse: Excuse
    strength: str
    why: str
    borne_out: bool = False


@record(frozen=True, slots=True)
class CountedPeriod:
    """One limb of a time limit, counted from the date of an event; empty for the clock's own start."""

    event: str
    since: date
    to: date
    count: Count


@record(frozen=True, slots=True)
class NotOwed:
    """Why a duty is not owed: because of one of these.

    Attributes:
        awaits: Events of which one would make it owed.
        displaced_by: The deadline or event that takes its place.
        no_plan_by: The day by which no plan existed.
    """

    awaits: tuple[str, ...] = ()
    displaced_by: str = ""
    no_plan_by: date | None = None


@record(frozen=True, slots=True)
class ReadingResult:
    """One reading of the time limit: its start, its due day and the verdict it gives.

    It is doubtful if the clock is disputed wherever it applies, or if its own cells cannot be read.
    """

    reading: Reading
    start: date
    due: date
    verdict: str
    doubtful: bool = False


@record(frozen=True, slots=True)
class Working:
    """How one clock was judged.

    Attributes:
        circumstances: The record by which the verdict was looked up.
        start_event: Which event started it.
        version: The version of the time limit in force; None outside coverage.
        limbs: How the due day was counted.
        set_by: The date in the file that replaced the due day.
        answer_event: Which event answered it.
        end_event: Which event ended it.
        too_early: Answers that came before the clock started, and so do not answer it.
        implied_by: Which event shows that it must have been done.
        not_owed: Why it is not owed; None where it is.
        excuses: Every excuse that was considered.
        read: Every reading that applies.
        revived: Whether an end was undone.
        doubt: Why its start is disputed; empty if it is not.
        unread: The columns it looks at that could not be read.
        months: Those of them that hold a month without a day, where the verdict is the same at both ends.
        unread_headings: Headings that are not read, with a date that may be what answered or ended it.
        columns: Derived event to the column whose date it has on this row, or to those it may have it from.
        needs: The facts or events of which one is missing, if no due day could be found.
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
    not_owed: NotOwed | None = None
    excuses: tuple[ExcuseResult, ...] = ()
    read: tuple[ReadingResult, ...] = ()
    revived: bool = False
    doubt: str = ""
    unread: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    unread_headings: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def may_become_owed(self) -> bool:
        """Whether it is not owed yet, and nothing has ended it."""
        return self.not_owed is not None and bool(self.not_owed.awaits) and self.clock.ended is None

    @property
    def ended_on(self) -> str:
        """`on`, or `by` where a detention that ended it had begun before it started."""
        span, clock = self.deadline.ended_while, self.clock
        began_before = span and self.end_event == span.first and clock.ended == clock.start
        return "by" if began_before else "on"

    def columns_named(self, names: Iterable[str]) -> str:
        """Return events by their columns, as a choice."""
        return " or ".join(dict.fromkeys(self.columns.get(name, name) for name in names))


def concluded(working: Working, as_at: date, best: ExcuseResult | None = None) -> Working:
    """Return the working with its verdict, taken three ways, and the days that go with it.

    `best` is the strongest excuse that was claimed.
    """
    clock, circumstances = working.clock, working.circumstances
    line = decide(circumstances)
    proved = "stands" if best and best.strength == "evidenced" else "none"
    strict = decide(replace(circumstances, excuse="none")).verdict
    is_late = line.verdict in ("late", "overdue", "excused")
    is_ahead = line.verdict in ("running", "early")
    until = clock.answered or clock.ended or as_at
    days = (until - clock.due).days if clock.due else None  # the only subtraction of dates in this reader
    clock = replace(
        clock,
        verdict=line.verdict,
        strict=strict,
        evidenced=decide(replace(circumstances, excuse=proved)).verdict,
        reason=line.reason or None,
        excuse=f"{best.excuse.id} ({best.strength})" if best and is_late else None,
        open=strict in ("running", "overdue"),
        days_late=days if is_late else None,
        days_left=-days if is_ahead and days is not None else None,
    )
    return replace(working, clock=clock)

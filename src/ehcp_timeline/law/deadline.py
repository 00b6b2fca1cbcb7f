"""The clauses of a deadline: its dates, its time limit, its versions, readings and excuses."""

from datetime import date
from typing import Annotated, Literal

from ehcp_timeline.clock import Count, apply
from ehcp_timeline.record import field, record

Seen = Literal["primary", "quoted", "unverified"]
# Words that the reader of the rulebook looks up in its vocabulary.
EventName = Annotated[str, "event"]
EventNames = tuple[EventName, ...]
EventPair = tuple[EventName, EventName]
FlagName = Annotated[str, "flag"]
Facts = tuple[tuple[str, tuple[str, ...]], ...]
NOT_IN_FILE = {"key": ""}
FROM, TO = {"key": "from"}, {"key": "to"}


@record(frozen=True, slots=True)
class Dates:
    """Several events, of which the earliest or the latest date counts, or each by itself.

    Attributes:
        which: Which of their dates counts.
        first: Beside `each`: events that give the day of the last of the others up to it, or count alone
            where none came by then.
    """

    events: tuple[str, ...]
    which: Literal["earliest", "latest", "each"] = "earliest"
    first: tuple[str, ...] = ()


BLANK = "blank"


@record(frozen=True, slots=True)
class Limb:
    """One count of a time limit, from the clock's start or from other dates.

    Attributes:
        since: The dates it is counted from, where that is not the clock's start. `latest` then takes the
            latest date on or before the start.
        after: It counts only once one of these came since the clock's start and before its answer; its own
            date is then the first since that one, and its day does not roll.
        only_if: It counts only where each fact holds one of these codes; `BLANK` is a fact that is not given.
        unless: Its own date does not count from the first of these after the clock's start on.
        missing: What it does where it counts and has no date: `open` if the time limit has not ended yet.
    """

    count: Count = field(metadata=NOT_IN_FILE)
    since: Dates | None = field(default=None, metadata=FROM)
    after: EventNames = ()
    only_if: Facts = ()
    unless: EventNames = ()
    missing: Literal["open", "unknown"] = "unknown"


@record(frozen=True, slots=True)
class Limit:
    """A time limit: the latest of its limbs.

    Attributes:
        limbs: One limb, or those of `later_of`; none where the law gives no number, or where which of several
            limits it is cannot be told.
        missing: What a limb without a date does: it is skipped, or the due day is unknown; a clock that was
            answered by the last day of the others is in time all the same.
        rolls: `tribunal`: the last day rolls forward as the Tribunal Rules say.
        words: The law's own words where it gives no number, as `as soon as reasonably practicable`.
    """

    limbs: tuple[Limb, ...] = field(metadata=NOT_IN_FILE)
    missing: Literal["skip", "unknown"] = "unknown"
    rolls: Literal["", "tribunal"] = ""
    words: str = field(default="", metadata=NOT_IN_FILE)

    @property
    def minimum(self) -> bool:
        """Whether it is a minimum: nothing is late, but something may come too early."""
        return any(limb.count.kind == "not_before_end_of" for limb in self.limbs)

    @property
    def looks_back(self) -> bool:
        """Whether the due day lies before the event it is counted from, so that answers do too."""
        return any(limb.count.kind in ("before", "at_least_before") for limb in self.limbs)


@record(frozen=True, slots=True)
class Version:
    """A time limit as it stood from one day to another, both inclusive, by the day the clock started.

    Attributes:
        since: First start that it governs.
        until: Last such start; None for no end.
        law: Its own provision, where it is not the deadline's.
        says: Its own words, where they are not the deadline's.
        means: The same in other words.
        overlay: Name of the local rulebook that laid it over the law; empty for the law itself.
    """

    since: date = field(metadata=FROM)
    until: date | None = field(metadata=TO)
    limit: Limit = field(metadata=NOT_IN_FILE)
    law: str = ""
    says: str = field(default="", metadata=NOT_IN_FILE)
    means: str = field(default="", metadata=NOT_IN_FILE)
    overlay: str = field(default="", metadata=NOT_IN_FILE)

    def covers(self, start: date) -> bool:
        """Return whether it governs a clock that started on this day."""
        return self.since <= start and (self.until is None or start <= self.until)


@record(frozen=True, slots=True)
class Reading:
    """Another published way to count or anchor the same time limit.

    Attributes:
        source: Who published it.
        limit: Its time limit, where it differs.
        starts: Its start, where it differs; without a date for it the reading does not apply.
        met_by: Its answer, where it differs.
        waived_by: A date between start and answer that ends a minimum early.
        after: Applies only if one of these came on or before its start.
        since: First day of start of the clocks it was published for; None for always.
        until: Last such day.
        season: The first and the last day of each year on which such clocks start; None for all year.
        always_disputed: Whether the clock is disputed wherever this reading applies, even where both give
            the same verdict: two authorities differ about the duty itself.
    """

    id: str
    source: str
    limit: Limit | None = field(default=None, metadata=NOT_IN_FILE)
    starts: Dates | None = None
    met_by: Dates | None = None
    waived_by: EventName | None = None
    after: EventNames = ()
    since: date | None = field(default=None, metadata=FROM)
    until: date | None = field(default=None, metadata=TO)
    season: tuple[Count, Count] | None = field(default=None, metadata=NOT_IN_FILE)
    always_disputed: bool = field(default=False, metadata={"key": "disputes"})

    def stood_on(self, start: date) -> bool:
        """Return whether it applies to clocks that started on this day."""
        if self.season:
            first, last = (apply(count, start) for count in self.season)
            return first <= start <= last
        return (self.since is None or self.since <= start) and (self.until is None or start <= self.until)


@record(frozen=True, slots=True)
class Closure:
    """Dates that prove a school closure exception (SEND Regs 2014 reg 10(4)(a)).

    Advice must have been asked for from `margin` before the first closed day to `margin` before the day of
    re-opening, and the closure must have lasted at least `length`.
    """

    asked: EventNames
    closed: EventPair
    length: Count
    margin: Count


@record(frozen=True, slots=True)
class Absence:
    """Dates that prove an absence from the area: at least `length`, between start and due day."""

    absent: EventPair
    length: Count


@record(frozen=True, slots=True)
class Excuse:
    """A ground on which the law says an authority need not comply. It never moves the due day.

    Attributes:
        flag: The column that claims it; None where its dates are the claim.
        seen: How its words were checked.
        since: First due day on which it can be claimed; None for always.
        until: Last such due day.
        evidence: Dates that prove or refute it; None where nothing can.
        says: The condition, in the words of the law; empty where none were seen.
        means: The condition in other words; empty where the law's own are enough.
    """

    id: str
    law: str = ""
    flag: FlagName | None = None
    seen: Seen = "unverified"
    since: date | None = field(default=None, metadata=FROM)
    until: date | None = field(default=None, metadata=TO)
    evidence: Closure | Absence | None = None
    says: str = ""
    means: str = ""


@record(frozen=True, slots=True)
class PlanByDue:
    """The duty is owed only if a plan existed by the due day, or by the start.

    Owed if one of `made` or `shown_by` is dated on or before that day. If not: not owed where a `made`
    date stands; owed where there is one of `shown_by`; not owed where one of `before_plan` shows that the
    row is about a first plan; otherwise the row is taken at its word and the duty is owed.

    Attributes:
        shown_by: There was a plan. By the start, one before every `made` date shows another plan.
        before_plan: There was none yet.
    """

    made: EventNames
    shown_by: EventNames
    before_plan: EventNames
    by: Literal["due", "start"] = "due"


@record(frozen=True, slots=True)
class StartWhere:
    """A later start for rows where all of `given` stand and `absent` does not.

    Answers and ends still count from the ordinary start.

    Attributes:
        given: What the row has.
        absent: What does not.
        starts: The start, if it is later than the ordinary one.
        doubt: Why a clock that starts so is disputed; empty where it is not.
    """

    given: EventNames
    absent: EventName
    starts: Dates
    doubt: str = field(default="", metadata={"key": "source"})


@record(frozen=True, slots=True)
class EndSpan:
    """A time in which nothing is owed, as a detention. It ends a clock that is due in it.

    A clock that is due before it ends late, on its first day.

    Attributes:
        first: The event of its first day.
        last: The event of its last day; it may still lie ahead.
        then: What is owed once it is over: `owed`, a clock due later runs as if nothing had been; or
            `unknown`, it is not known what is owed of a clock that was open when it began.
    """

    first: EventName = field(metadata=FROM)
    last: EventName = field(metadata=TO)
    then: Literal["owed", "unknown"] = "owed"


@record(frozen=True, slots=True)
class Repeats:
    """A duty that starts again each time it is answered, across all rows of a case.

    Attributes:
        first: An event that starts a clock only as the first date of the chain, or the first after the
            chain was closed. If the only answer of the case comes more than one further period after that
            clock's due day, the years between are not in the file and the clock is unknown.
        again: Events that start a clock each time.
        closed_by: Events after which `first` may start a chain anew.
        unseen: Events that show that an answer was given which no row of the file records in full. One
            answers a clock within its due day and one more period; later than that, the years between
            are not in the file and the clock is unknown.
    """

    first: EventNames = ()
    again: EventNames = ()
    closed_by: EventNames = ()
    unseen: EventNames = ()

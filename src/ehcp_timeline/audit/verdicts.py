"""Clocks, the decision table for their verdicts, and what led to each.

Every field of `Circumstances` is one of a few words, so that a whole record packs into one number. The single
reader decides by the record, the bulk reader by the number.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final, Literal, get_args

from ehcp_timeline.cases.model import UNREAD
from ehcp_timeline.clock import Count
from ehcp_timeline.law.deadline import Excuse, Reading, Version
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.record import field, fields, record, replace
from ehcp_timeline.text import day

Verdict = Literal[
    "not-started", "not-owed", "running", "met", "late", "early", "overdue", "excused", "unknown"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
Certainty = Literal["certain", "disputed"]


@record(frozen=True, slots=True)
class Clock:
    """One deadline running from one start, and its outcome.

    Attributes:
        case_id: The authority's own number for the case.
        row: Physical line of the row with the start.
        deadline: Id of the deadline in the rulebook.
        source: Whose advice, if the deadline exists once for each source; otherwise None.
        start: The day the clock started; None if it has not.
        due: Last lawful day; for a minimum (`plan.window`) the first lawful day.
        act_by: Last working day on or before `due`; None for a minimum.
        earliest_reading: The earliest due day that any published reading gives.
        latest_reading: The latest.
        answered: The day of the event that answered it.
        ended: The day on which an event ended it unanswered.
        verdict: The answer. The file's excuses count unless its dates refute them.
        strict: The verdict with every excuse ignored.
        evidenced: The verdict with only those excuses that the file's dates prove.
        days_left: Calendar days from the as-at date to `due` (running), or from the answer to the first
            lawful day (early).
        days_late: Calendar days from `due` to the answer, to the end, or to the as-at date.
        certainty: `disputed` where published readings differ about the verdict.
        excuse: The excuse considered and its strength, as `school-closed (evidenced)`.
        provisional: Whether a day rests on bank holidays that have not been announced yet.
        open: Whether it still runs: started, owed, neither answered nor ended.
        reason: Why the verdict is `unknown` or `not-owed`, as a permanent word; otherwise None.
    """

    case_id: str
    row: int
    deadline: str
    source: str | None = None
    start: date | None = None
    due: date | None = None
    act_by: date | None = None
    earliest_reading: date | None = None
    latest_reading: date | None = None
    answered: date | None = None
    ended: date | None = None
    verdict: Verdict = "not-started"
    strict: Verdict = "not-started"
    evidenced: Verdict = "not-started"
    days_left: int | None = None
    days_late: int | None = None
    certainty: Certainty = "certain"
    excuse: str | None = None
    provisional: bool = False
    open: bool = False
    reason: str | None = None


StartWord = Literal["none", "future", "unreadable", "stands"]
AppliesWord = Literal["yes", "blank", "no", "unreadable"]
Contradiction = Literal["none", "two-answers", "before-request", "unread-heading"]
Nature = Literal["limit", "minimum", "right"]
Beside = Literal["before", "on", "after"]
ImpliedWord = Literal["no", "yes", "released", "lapsed"]
ExcuseWord = Literal["none", "stands", "unreadable"]


@record(frozen=True, slots=True)
class Circumstances:
    """What decides a verdict. A day is before, on or after the due day.

    Attributes:
        start: Whether the clock has a start; `future` if its date is after the as-at date.
        applies: Whether the facts make this deadline apply to the row; `blank` if the fact is not given.
        readable: Whether every cell that matters could be read.
        owed: `no` if something replaces it or the event that makes it owed has not come.
        known: Whether a due day could be found.
        contradiction: Whether rows of one request answer it differently, every decision lies before it, or a
            date under a heading that is not read may be what answered or ended it.
        nature: A limit (by the due day), a minimum (from the due day) or a right (until the due day).
        answer: When it was answered.
        unseen: Whether the answer is so late that the years between are not in the file.
        implied: Whether a later event shows that it must have been done; `released` where a time in which
            nothing is owed is over and it is not known what is owed now; `lapsed` where its purpose is gone.
        ended: When an event ended it unanswered.
        now: Where the as-at date is.
        excuse: Whether a ground for not complying applies.
    """

    start: StartWord = "none"
    applies: AppliesWord = "yes"
    readable: Literal["yes", "no"] = "yes"
    owed: Literal["yes", "no"] = "yes"
    known: Literal["yes", "no"] = "yes"
    contradiction: Contradiction = "none"
    nature: Nature = "limit"
    answer: Literal["none", Beside] = "none"
    unseen: Literal["no", "yes"] = "no"
    implied: ImpliedWord = "no"
    ended: Literal["no", Beside] = "no"
    now: Beside = "before"
    excuse: ExcuseWord = "none"


WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    held.name: get_args(held.type) for held in fields(Circumstances)
}
"""Field of `Circumstances` to its words, the first of which is its default."""


def may_decide(deadline: Deadline, rulebook: Rulebook, unread: Iterable[str]) -> tuple[str, ...]:
    """Return which dates under unread headings may be what answered or ended a deadline.

    Of a minimum or a right nothing is late, so nothing hangs on such a date. Events that are not unread, as
    `cases.model.UNREAD` names them, are left out.
    """
    marked = [name for name in unread if UNREAD in name]
    if not marked or nature_of(deadline) != "limit":
        return ()
    events = {"", *rulebook.columns_of((*deadline.answers, *deadline.ends))}
    return tuple(name for name in marked if name.partition(UNREAD)[0] in events)


def nature_of(deadline: Deadline) -> Nature:
    """Return whether a deadline is a limit, a minimum or a right."""
    return "minimum" if deadline.minimum else "right" if deadline.right else "limit"


def place(field: str) -> int:
    """Return what one step of a field adds to the packed number.

    >>> place("start"), place("applies")
    (1, 4)
    """
    worth = 1
    for name, words in WORDS.items():
        if name == field:
            return worth
        worth *= len(words)
    raise KeyError(field)


def pack(circumstances: Circumstances) -> int:
    """Return the record as one number.

    >>> pack(Circumstances()), pack(Circumstances(start="stands", applies="no"))
    (0, 11)
    """
    return sum(place(name) * words.index(getattr(circumstances, name)) for name, words in WORDS.items())


def unpack(number: int) -> Circumstances:
    """Return the record of a packed number.

    >>> unpack(11).applies
    'no'
    """
    values: dict[str, Any] = {}
    for name, words in WORDS.items():
        number, index = divmod(number, len(words))
        values[name] = words[index]
    return Circumstances(**values)


def beside(day: date, due: date) -> Beside:
    """Return whether a day is before, on or after the due day.

    >>> beside(date(2025, 1, 2), date(2025, 1, 1))
    'after'
    """
    return "before" if day < due else "on" if day == due else "after"


Fits = dict[str, tuple[str, ...]]


@record(frozen=True, slots=True)
class Line:
    """One line of the table: if every named field is one of these words, this is the verdict.

    Attributes:
        verdict: The verdict.
        reason: A permanent word for why; empty if the verdict alone is enough.
        fits: Field to the words it may be; a field that is not named may be any.
    """

    verdict: Verdict
    reason: str
    fits: Fits = field(default_factory=dict)


RIGHT: Fits = {"nature": ("right",)}
MINIMUM: Fits = {"nature": ("minimum",)}
EXCUSED: Fits = {"excuse": ("stands",)}
DOUBTFUL: Fits = {"excuse": ("unreadable",)}

TABLE: tuple[Line, ...] = (
    Line("not-started", "no-start", {"start": ("none",)}),
    Line("not-started", "not-yet", {"start": ("future",)}),
    Line("not-started", "blank-fact", {"applies": ("blank",)}),
    Line("not-started", "does-not-apply", {"applies": ("no",)}),
    Line("not-owed", "not-owed", {"start": ("unreadable",), "owed": ("no",)}),
    Line("unknown", "unreadable", {"start": ("unreadable",)}),
    Line("unknown", "unreadable", {"applies": ("unreadable",)}),
    Line("unknown", "unreadable", {"readable": ("no",)}),
    Line("not-owed", "not-owed", {"owed": ("no",)}),
    Line("unknown", "no-due-day", {"known": ("no",)}),
    Line("unknown", "two-answers", {"contradiction": ("two-answers",)}),
    Line("unknown", "decided-before-request", {"contradiction": ("before-request",)}),
    Line("unknown", "unread-heading", {"contradiction": ("unread-heading",)}),
    Line("unknown", "years-between-not-in-file", {"unseen": ("yes",)}),
    Line("unknown", "released", {"implied": ("released",)}),
    # a minimum: nothing is late, something may come too early
    Line("early", "", MINIMUM | {"answer": ("before",)}),
    Line("met", "", MINIMUM | {"answer": ("on", "after")}),
    Line("not-owed", "ended", MINIMUM | {"ended": ("before", "on", "after")}),
    Line("running", "", MINIMUM | {"now": ("before",)}),
    Line("met", "window-over", MINIMUM),
    # a limit, answered
    Line("met", "", {"answer": ("before", "on")}),
    Line("excused", "", {"answer": ("after",)} | EXCUSED),
    Line("unknown", "unreadable-excuse", {"answer": ("after",)} | DOUBTFUL),
    Line("late", "", {"answer": ("after",)}),
    # a limit, unanswered
    Line("unknown", "implied", {"implied": ("yes",)}),
    Line("unknown", "lapsed", {"implied": ("lapsed",), "ended": ("no",)}),
    Line("not-owed", "ended", {"ended": ("before", "on")}),
    Line("not-owed", "time-passed", RIGHT | {"ended": ("after",)}),
    Line("excused", "", {"ended": ("after",)} | EXCUSED),
    Line("unknown", "unreadable-excuse", {"ended": ("after",)} | DOUBTFUL),
    Line("late", "", {"ended": ("after",)}),
    Line("running", "", {"now": ("before", "on")}),
    Line("not-owed", "time-passed", RIGHT),
    Line("excused", "", EXCUSED),
    Line("unknown", "unreadable-excuse", DOUBTFUL),
    Line("overdue", ""),
)


@cache
def decide(circumstances: Circumstances) -> Line:
    """Return the first line of the table that fits.

    >>> decide(Circumstances(start="stands", now="after")).verdict
    'overdue'
    """
    for line in TABLE:
        if all(getattr(circumstances, name) in words for name, words in line.fits.items()):
            return line
    raise AssertionError("the last line fits everything")


@cache
def decide_packed(number: int) -> Line:
    """Return the line for circumstances packed into one number."""
    return decide(unpack(number))


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

    @property
    def words(self) -> str:
        """What replaces the duty, what has not come yet, or that there was no plan.

        >>> NotOwed(awaits=("to_maintain", "decision_sent")).words
        'not until to_maintain or decision_sent'
        """
        if self.displaced_by:
            return f"{self.displaced_by} takes its place"
        if self.no_plan_by:
            return f"the file shows no plan by {day(self.no_plan_by)}"
        return f"not until {' or '.join(self.awaits)}"


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

    @property
    def why_not_owed(self) -> str:
        """What replaces the duty, by its column, what has not come yet, or that there was no plan."""
        why = self.not_owed
        if why is None or not why.displaced_by:
            return why.words if why else ""
        return replace(why, displaced_by=self.columns_named((why.displaced_by,))).words

    def columns_named(self, names: Iterable[str]) -> str:
        """Return events by their columns, as a choice."""
        return " or ".join(dict.fromkeys(self.columns.get(name, name) for name in names))


def concluded(working: Working, as_at: date, best: ExcuseResult | None = None) -> Working:
    """Return the working with its verdict, taken three ways, and the days that go with it.

    `best` is the strongest excuse that was claimed.
    """
    clock, circumstances = working.clock, working.circumstances
    line = decide(circumstances)
    proved: ExcuseWord = "stands" if best and best.strength == "evidenced" else "none"
    strict, evidenced = (
        line.verdict
        if excuse == circumstances.excuse
        else decide(replace(circumstances, excuse=excuse)).verdict
        for excuse in ("none", proved)
    )
    is_late = line.verdict in ("late", "overdue", "excused")
    is_ahead = line.verdict in ("running", "early")
    until = clock.answered or clock.ended or as_at
    days = (until - clock.due).days if clock.due else None  # the only subtraction of dates in this reader
    clock = replace(
        clock,
        verdict=line.verdict,
        strict=strict,
        evidenced=evidenced,
        reason=line.reason or None,
        excuse=f"{best.excuse.id} ({best.strength})" if best and is_late else None,
        open=strict in ("running", "overdue"),
        days_late=days if is_late else None,
        days_left=-days if is_ahead and days is not None else None,
    )
    return replace(working, clock=clock)

"""The family's page: one child, in words that a parent understands, with the law below."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Final

from ehcp_timeline.audit.selection import is_under
from ehcp_timeline.audit.single.trace import Working
from ehcp_timeline.cases.model import Row
from ehcp_timeline.clock.counting import apply
from ehcp_timeline.law.loader.faults import read_shipped
from ehcp_timeline.law.rulebook import Rulebook, Who
from ehcp_timeline.output.html import html_page
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.verdict_words import WAITS, standing
from ehcp_timeline.text.words import NOT_ADVICE, count, day, quoted, rulebook_name

_WHO: Final[Mapping[Who, str]] = {
    "authority": "the council",
    "other authority": "the other council",
    "family": "you",
    "school": "the school or college",
    "adviser": "whoever was asked for advice",
    "health": "the health body",
}
_GROUNDS = {
    "school-closed": "the school was closed for 4 weeks or more when its advice was asked for",
    "exceptional": "exceptional personal circumstances",
    "absent": "you or your child were away from the area for 4 weeks or more",
    "missed-appointment": "an appointment for an examination or a test was missed",
    "coronavirus": "coronavirus",
}
_SHOWN = {
    "evidenced": "An exception is claimed, and the dates support it",
    "claimed": "An exception is claimed; the dates given do not show whether it applies",
    "refuted": "An exception is claimed, but the dates do not support it",
    "unreadable": "An exception may be claimed: what was recorded cannot be read",
}
_BORNE_OUT = "Nobody has claimed it, but the dates would bear out an exception"
_OMBUDSMAN = "remedy.ombudsman"
_MOST_RIGHTS = 3
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ModelLetter:
    """A published letter that fits a deadline that was missed.

    Attributes:
        deadlines: The deadlines, or first parts of their ids.
        name: What its publisher calls it.
        by: Who publishes it.
        where: Where it stands.
    """

    deadlines: tuple[str, ...]
    name: str
    by: str
    where: str


@dataclass(frozen=True, slots=True)
class ModelLetters:
    """Everything that `model-letters.toml` says."""

    letters: tuple[ModelLetter, ...] = field(metadata={"key": "letter"})


@dataclass(frozen=True, slots=True)
class MissedDuty:
    """A duty that is past its day, or was done after it.

    Attributes:
        duty: What is owed.
        how: How it stands.
        exceptions: What the dates say of each exception.
    """

    duty: str
    how: str
    exceptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FamilyCase:
    """One child's case, judged.

    Attributes:
        rulebook: The law that it was judged by.
        rows: What was given.
        judged: Every clock.
        as_at: The day the question is asked about.
        case_id: The case's number; empty if none was given.
        chronology: Whether every date stands in one list, for a complaint.
    """

    rulebook: Rulebook
    rows: Sequence[Row]
    judged: Sequence[Working]
    as_at: date
    case_id: str = ""
    chronology: bool = False

    def page(self, receipt: Receipt) -> str:
        """Return the page."""
        ahead, missed, rights = list(self._ahead()), list(self._missed()), list(self._rights(open_=True))
        late = [working for working in missed if working.deadline.kind != "guidance"]
        guidance = [working for working in missed if working.deadline.kind == "guidance"]
        overdue = [working for working in late if working.clock.verdict == "overdue"]
        shown = (*missed, *ahead, *rights)
        name = rulebook_name(self.rulebook.version, self.rulebook.overlays)
        return html_page(
            "output/templates/family.html",
            title=f"EHC plan dates{f' for case {self.case_id}' if self.case_id else ''}",
            as_at=self.as_at,
            summary=self._summary(ahead, overdue, rights),
            happened=[(day(when), _sentence(says)) for when, says in self._happened()],
            ahead=[*map(self._overdue_line, overdue), *map(self._ahead_line, ahead)],
            late=[self._late_duty(working) for working in late],
            guidance=[self._late_duty(working) for working in guidance],
            rights=list(map(_right_line, rights)),
            passed=list(map(_right_line, self._rights(open_=False))),
            ombudsman=self._ombudsman(overdue or late),
            letters=[
                letter
                for letter in model_letters()
                if any(is_under(name, working.deadline.id) for name in letter.deadlines for working in missed)
            ],
            chronology=list(self._chronology()) if self.chronology else [],
            law=list(self._law(shown)),
            instruments=[
                (instrument.id, instrument.title, instrument.url)
                for instrument in self.rulebook.instruments
                if any(working.deadline.law.startswith(instrument.id) for working in shown)
            ],
            law_used=name,
            not_advice=NOT_ADVICE,
            receipt=receipt,
        )

    def _summary(
        self, ahead: Sequence[Working], overdue: Sequence[Working], rights: Sequence[Working]
    ) -> tuple[str, ...]:
        """Return what is late, what comes next, and what the family can do, in a sentence each."""
        excused = [working for working in self.judged if working.clock.verdict == "excused"]
        late = "On the dates given, nothing is late."
        if excused:
            late = f"“{_to_you(excused[0].deadline.duty)}” is past its day, and an exception is claimed."
        if overdue:
            worst = max(overdue, key=lambda working: working.clock.days_late or 0)
            many = f"{count(len(overdue), 'thing is', 'things are')} late"
            what, days = _to_you(worst.deadline.duty), count(worst.clock.days_late or 0, "day")
            late = f"{many}. Longest late: “{what}”, due on {_due(worst)}, {days} ago."
        owed = (
            working
            for working in ahead
            if working.clock.verdict == "running" and not working.deadline.minimum
        )
        coming = next((working for working in owed if working.clock.due), None)
        after = f"Next: “{_to_you(coming.deadline.duty)}”, by {_due(coming)}." if coming else ""
        who = f" This is for {_WHO[coming.deadline.who]} to do." if coming else ""
        can = ""
        if rights:
            first = [f"“{_to_you(right.deadline.duty)}”, by {_due(right)}" for right in rights[:_MOST_RIGHTS]]
            can = f"You can still act: {'; '.join(first)}."
        if any(working.deadline.who == "authority" for working in overdue):
            can = (
                f"{can} You can ask the council in writing when it will do this, and complain if it does not."
            )
        return tuple(sentence for sentence in (late, f"{after}{who}", can.strip()) if sentence)

    def _happened(self) -> Iterator[tuple[date, str]]:
        """Yield every event that was given and has come, in the order of the days."""
        seen = {(when, name) for row in self.rows for name, when in row.events.items()}
        for when, name in sorted(seen):
            event = self.rulebook.events.get(name)
            if event and not event.sets_due and when <= self.as_at:
                yield when, event.says

    def _ahead(self) -> Iterator[Working]:
        """Yield the duties that are not past their day, first due first, those without a day last."""
        for working in sorted(self.judged, key=lambda working: working.clock.due or date.max):
            clock, waits = working.clock, working.why_not_owed.startswith(WAITS)
            coming = clock.due is not None and clock.due >= self.as_at and clock.ended is None and waits
            if not working.deadline.right and (clock.verdict == "running" or coming):
                yield working

    def _overdue_line(self, working: Working) -> tuple[str, ...]:
        first = f"at once: it was due on {_due(working)}"
        return (
            first,
            _to_you(working.deadline.duty),
            _WHO[working.deadline.who],
            standing(working, self.rulebook),
        )

    def _ahead_line(self, working: Working) -> tuple[str, ...]:
        deadline, when = working.deadline, _due(working) if working.clock.due else "no day is fixed"
        first = f"not before {when}" if deadline.minimum else when
        kind = "" if deadline.kind == "statutory" else f" ({deadline.kind}, not law)"
        return first, _to_you(deadline.duty) + kind, _WHO[deadline.who], standing(working, self.rulebook)

    def _missed(self) -> Iterator[Working]:
        """Yield the duties that were missed, guidance too: those still open first, the longest late first."""
        missed = [
            working
            for working in self.judged
            if working.clock.verdict in ("overdue", "excused", "late") and not working.deadline.right
        ]
        order = ("overdue", "excused", "late")
        yield from sorted(
            missed, key=lambda working: (order.index(working.clock.verdict), -(working.clock.days_late or 0))
        )

    def _late_duty(self, working: Working) -> MissedDuty:
        exceptions = [
            f"{_BORNE_OUT if excuse.borne_out else _SHOWN[excuse.strength]} "
            f"({_GROUNDS.get(excuse.excuse.id, excuse.excuse.id)}): {excuse.why}."
            for excuse in working.excuses
            if excuse.borne_out or excuse.strength in _SHOWN
        ]
        none = "On the dates given no exception applies." if working.deadline.excuses else ""
        none = none or "The law gives no exception for this."
        if working.deadline.kind == "guidance":
            none = "This is guidance, not law."
        who, how = _WHO[working.deadline.who], standing(working, self.rulebook)
        if working.clock.verdict == "excused":
            how = f"{count(working.clock.days_late or 0, 'day')} past its day"
        return MissedDuty(
            _to_you(working.deadline.duty),
            f"Owed by {who}, due on {_due(working)}: {how}.",
            tuple(exceptions) or (none,),
        )

    def _rights(self, *, open_: bool) -> Iterator[Working]:
        """Yield what the family may do until a day that has not passed, or could have done until working."""
        for working in sorted(self.judged, key=lambda working: working.clock.due or date.max):
            clock = working.clock
            state = clock.verdict == "running" if open_ else clock.reason == "time-passed"
            if working.deadline.right and clock.due and state:
                yield working

    def _ombudsman(self, late: Sequence[Working]) -> str:
        """Return until when a complaint to the Ombudsman can be made about what is late."""
        first = min((working.clock.due for working in late if working.clock.due), default=None)
        remedy = self.rulebook.by_id.get(_OMBUDSMAN)
        version = remedy.version_on(first + _ONE_DAY) if remedy and first else None
        if first is None or version is None:
            return ""
        until = apply(version.limit.limbs[0].count, first + _ONE_DAY)
        return (
            "The Local Government and Social Care Ombudsman can look at a complaint made within 12 months of "
            f"the day you first knew. If you knew on {day(first + _ONE_DAY)}, when the first of these became "
            f"late, that is until {day(until)}. The Ombudsman usually wants the council's own complaints "
            "procedure used first."
        )

    def _chronology(self) -> Iterator[tuple[str, str]]:
        """Yield what happened and what the law asked for by when, in one order, up to the as-at day."""
        dated = [(when, 0, _sentence(says)) for when, says in self._happened()]
        for working in self._missed():
            if due := working.clock.due:
                says = f"Last day in law: {_to_you(working.deadline.duty)} ({working.deadline.law})."
                dated.append((due, 1, f"{says} Now: {standing(working, self.rulebook)}."))
        yield from ((day(when), says) for when, _, says in sorted(dated))

    def _law(self, shown: Sequence[Working]) -> Iterator[tuple[str, str]]:
        """Yield each provision that the page rests on, once, with its words."""
        for deadline in {working.deadline.id: working.deadline for working in shown}.values():
            kind = "" if deadline.kind == "statutory" else f" This is {deadline.kind}, not law."
            yield (
                f"{_to_you(deadline.duty)}: {deadline.law}",
                f"{quoted(deadline.says, deadline.means)}.{kind}",
            )


@cache
def model_letters() -> tuple[ModelLetter, ...]:
    """Read the list of published letters that ships with the package: names and sources, no text."""
    return read_shipped(ModelLetters, "output", "model-letters.toml").letters


def _right_line(working: Working) -> tuple[str, ...]:
    """Return what a family may do, after what, and until when."""
    start = day(working.clock.start) if working.clock.start else ""
    return _to_you(working.deadline.duty), start, _due(working)


def _due(working: Working) -> str:
    return day(working.clock.due) if working.clock.due else "no day"


def _to_you(duty: str) -> str:
    """Return a duty as it is said to a family.

    >>> _to_you("Tell the family whether an EHC needs assessment will be carried out")
    'Tell you whether an EHC needs assessment will be carried out'
    """
    return duty.replace("the family's", "your").replace("the family", "you")


def _sentence(says: str) -> str:
    """Return what an event means as a sentence to a family.

    >>> _sentence("the family was notified that no assessment will be carried out")
    'You were notified that no assessment will be carried out.'
    """
    addressed = says.replace("the family was", "you were").replace("the authority", "the council")
    return f"{_to_you(addressed)[:1].upper()}{_to_you(addressed)[1:]}."

"""The family's page: one child, in words that a parent understands, with the law below."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

from ehcp_timeline.audit.selection import is_under
from ehcp_timeline.audit.verdicts import Working
from ehcp_timeline.cases.model import Row
from ehcp_timeline.clock import ONE_DAY, apply
from ehcp_timeline.law.loader.faults import read_shipped
from ehcp_timeline.law.rulebook import Rulebook, Who, rulebook_name
from ehcp_timeline.output.html import html_page
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.verdict_words import standing
from ehcp_timeline.record import field, record
from ehcp_timeline.text import NOT_ADVICE, count, day, quoted

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
_BORNE_OUT = "Nobody has claimed it, but the dates would support an exception"
_MISSED = ("overdue", "excused", "late")  # those still open first
_MOST_RIGHTS = 3


@record(frozen=True, slots=True)
class ModelLetter:
    """A published letter that fits a deadline that was missed.

    Attributes:
        deadlines: The deadlines, or first parts of their ids.
    """

    deadlines: tuple[str, ...]
    name: str
    by: str
    where: str


@record(frozen=True, slots=True)
class ModelLetters:
    """Everything that `model-letters.toml` says."""

    letters: tuple[ModelLetter, ...] = field(metadata={"key": "letter"})


@record(frozen=True, slots=True)
class FamilyCase:
    """One child's case: what was given, and every clock of it, judged by a rulebook as at a day.

    Attributes:
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
        by_day = sorted(self.judged, key=lambda working: working.clock.due or date.max)
        ahead = [
            working
            for working in by_day
            if not working.deadline.right
            and (
                working.clock.verdict == "running"
                or (working.may_become_owed and working.clock.due and working.clock.due >= self.as_at)
            )
        ]
        missed = [
            working
            for working in self.judged
            if working.clock.verdict in _MISSED and not working.deadline.right
        ]
        missed.sort(
            key=lambda working: (_MISSED.index(working.clock.verdict), -(working.clock.days_late or 0))
        )
        rights = [working for working in by_day if working.deadline.right and working.clock.due]
        open_rights = [right for right in rights if right.clock.verdict == "running"]
        late = [working for working in missed if working.deadline.kind != "guidance"]
        overdue = [working for working in late if working.clock.verdict == "overdue"]
        shown = (*missed, *ahead, *open_rights)
        given = sorted({(when, name) for row in self.rows for name, when in row.events.items()})
        events = ((when, self.rulebook.events.get(name)) for when, name in given if when <= self.as_at)
        happened = [(when, _sentence(event.says)) for when, event in events if event and not event.sets_due]
        return html_page(
            "output/templates/family.html",
            title=f"EHC plan dates{f' for case {self.case_id}' if self.case_id else ''}",
            as_at=self.as_at,
            summary=self._summary(ahead, overdue, open_rights),
            happened=[(day(when), says) for when, says in happened],
            ahead=[
                *((f"at once: it was due on {_due(working)}", *self._duty(working)) for working in overdue),
                *map(self._ahead_line, ahead),
            ],
            late=[self._missed_duty(working) for working in late],
            guidance=[self._missed_duty(working) for working in missed if working not in late],
            rights=list(map(_right_line, open_rights)),
            passed=[_right_line(right) for right in rights if right.clock.reason == "time-passed"],
            ombudsman=self._ombudsman(overdue or late),
            letters=[
                letter
                for letter in model_letters()
                if any(is_under(name, working.deadline.id) for name in letter.deadlines for working in missed)
            ],
            chronology=self._chronology(happened, missed) if self.chronology else [],
            law=[
                (
                    f"{_to_you(deadline.duty)}: {deadline.law}",
                    quoted(deadline.says, deadline.means)
                    + ("." if deadline.kind == "statutory" else f". This is {deadline.kind}, not law."),
                )
                for deadline in {working.deadline.id: working.deadline for working in shown}.values()
            ],
            instruments=[
                (instrument.id, instrument.title, instrument.url)
                for instrument in self.rulebook.instruments
                if any(working.deadline.law.startswith(instrument.id) for working in shown)
            ],
            law_used=rulebook_name(self.rulebook.version, self.rulebook.overlays),
            not_advice=NOT_ADVICE,
            receipt=receipt,
        )

    def _summary(
        self, ahead: Sequence[Working], overdue: Sequence[Working], rights: Sequence[Working]
    ) -> list[str]:
        excused = [working for working in self.judged if working.clock.verdict == "excused"]
        late = "On the dates given, nothing is late."
        if overdue:
            worst = max(overdue, key=lambda working: working.clock.days_late or 0)
            many = count(len(overdue), "thing is late:", "things are late. The longest is")
            days = count(worst.clock.days_late or 0, "day")
            late = f"{many} {_duty_in_quotes(worst)}, due on {_due(worst)}, {days} ago."
        elif excused:
            late = f"{_duty_in_quotes(excused[0])} is past its day, and an exception is claimed."
        said = [late]
        for coming in ahead:
            if coming.clock.verdict == "running" and coming.clock.due and not coming.deadline.minimum:
                who = f"This is for {_WHO[coming.deadline.who]} to do."
                said.append(f"Next: {_duty_in_quotes(coming)}, by {_due(coming)}. {who}")
                break
        can = []
        if rights:
            first = [f"{_duty_in_quotes(right)}, by {_due(right)}" for right in rights[:_MOST_RIGHTS]]
            can.append(f"You can still act: {'; '.join(first)}.")
        if any(working.deadline.who == "authority" for working in overdue):
            can.append(
                "You can ask the council in writing when it will do this, and complain if it does not."
            )
        return [*said, " ".join(can)] if can else said

    def _duty(self, working: Working, kind: str = "") -> tuple[str, str, str]:
        deadline = working.deadline
        return _to_you(deadline.duty) + kind, _WHO[deadline.who], standing(working, self.rulebook)

    def _ahead_line(self, working: Working) -> tuple[str, ...]:
        deadline, when = working.deadline, _due(working) if working.clock.due else "no day is fixed"
        kind = "" if deadline.kind == "statutory" else f" ({deadline.kind}, not law)"
        return f"not before {when}" if deadline.minimum else when, *self._duty(working, kind)

    def _missed_duty(self, working: Working) -> Mapping[str, object]:
        duty, who, how = self._duty(working)
        if working.clock.verdict == "excused":
            how = f"{count(working.clock.days_late or 0, 'day')} past its day"
        exceptions = [
            f"{_BORNE_OUT if excuse.borne_out else _SHOWN[excuse.strength]} "
            f"({_GROUNDS.get(excuse.excuse.id, excuse.excuse.id)}): {excuse.why}."
            for excuse in working.excuses
            if excuse.borne_out or excuse.strength in _SHOWN
        ]
        none = "The law gives no exception for this."
        if working.deadline.kind == "guidance":
            none = "This is guidance, not law."
        elif working.deadline.excuses:
            none = "On the dates given no exception applies."
        owed = f"Owed by {who}, due on {_due(working)}: {how}."
        return {"duty": duty, "how": owed, "exceptions": exceptions or [none]}

    def _ombudsman(self, late: Sequence[Working]) -> str:
        """Return until when a complaint to the Ombudsman can be made about what is late."""
        due = min((working.clock.due for working in late if working.clock.due), default=None)
        remedy = self.rulebook.by_id.get("remedy.ombudsman")
        first = due + ONE_DAY if due else None
        version = remedy.version_on(first) if remedy and first else None
        if first is None or version is None:
            return ""
        return (
            "The Local Government and Social Care Ombudsman can look at a complaint made within 12 months of "
            f"the day you first knew. If you knew on {day(first)}, when the first of these became late, that "
            f"is until {day(apply(version.limit.limbs[0].count, first))}. The Ombudsman usually wants the "
            "council's own complaints procedure used first."
        )

    def _chronology(
        self, happened: Sequence[tuple[date, str]], missed: Sequence[Working]
    ) -> list[tuple[str, str]]:
        dated = [(when, 0, says) for when, says in happened]
        for working in missed:
            if due := working.clock.due:
                duty, _, how = self._duty(working)
                dated.append((due, 1, f"Last day in law: {duty} ({working.deadline.law}). Now: {how}."))
        return [(day(when), says) for when, _, says in sorted(dated)]


@cache
def model_letters() -> tuple[ModelLetter, ...]:
    """Read the list of published letters that ships with the package: names and sources, no text."""
    return read_shipped(ModelLetters, "output/model-letters.toml").letters


def _right_line(working: Working) -> tuple[str, ...]:
    start = day(working.clock.start) if working.clock.start else ""
    return _to_you(working.deadline.duty), start, _due(working)


def _due(working: Working) -> str:
    return day(working.clock.due) if working.clock.due else "no day"


def _duty_in_quotes(working: Working) -> str:
    return f"“{_to_you(working.deadline.duty)}”"


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
    addressed = _to_you(says.replace("the family was", "you were").replace("the authority", "the council"))
    return f"{addressed[:1].upper()}{addressed[1:]}."

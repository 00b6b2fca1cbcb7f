"""What `ehcp timeline` tells a person: every date of one case, in order, with its law."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from ehcp_timeline.audit.single.trace import Working
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import ClockRecord, RulebookUsed
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.output.verdict_words import standing
from ehcp_timeline.text.words import NOT_ADVICE, count, day, rulebook_name


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineClock(ClockRecord):
    """One clock of a case that was given in words; `not-owed` and `not-started` included."""

    row: None


@dataclass(frozen=True, slots=True)
class TimelineAnswer:
    """The answer of `ehcp timeline --format json`."""

    SCHEMA: ClassVar = "ehcp-timeline/1"

    as_at: date
    rulebook: RulebookUsed
    clocks: tuple[TimelineClock, ...]


def timeline_sections(rulebook: Rulebook, judged: Sequence[Working], as_at: date) -> list[Section]:
    """Return every clock that has started or whose day is known, in the order of their days.

    Of a family's rights, those still open and the last that has lapsed.
    """
    shown = sorted(_shown(judged), key=lambda judgement: judgement.clock.due or date.max)
    name = rulebook_name(rulebook.version, rulebook.overlays)
    others = {working.deadline.id for working in judged} - {working.deadline.id for working in shown}
    left_out = f"{count(len(others), 'other deadline')} of {name} have not started or do not apply."
    minima = tuple(_row(working, rulebook) for working in shown if working.deadline.minimum)
    limits = tuple(_row(working, rulebook) for working in shown if not working.deadline.minimum)
    tables = [
        Section(
            title=f"The dates of this case as at {day(as_at)}",
            columns=_columns("due"),
            rows=limits,
            before=() if shown else ("No clock has started.",),
        ),
        Section(title="Not before these days", columns=_columns("not before"), rows=minima),
    ]
    *first, last = tables if minima else tables[:1]
    words = ("The words of the law:", f"  ehcp rules show {shown[0].deadline.id}") if shown else ()
    return [
        *first,
        replace(last, after=(left_out,)),
        *_laws(rulebook, shown),
        Section(before=(*words, NOT_ADVICE)),
    ]


def _columns(first: str) -> tuple[TableColumn, ...]:
    others = (TableColumn(heading) for heading in ("who", "what", "how it stands", "the law"))
    return TableColumn(first, "fixed"), *others


def _shown(judged: Sequence[Working]) -> Iterator[Working]:
    """Yield the clocks that have started, or whose day is known though they have not."""
    lapsed = {working.deadline.id: working for working in judged if working.clock.reason == "time-passed"}
    for working in judged:
        started = working.clock.verdict != "not-started" or working.clock.due is not None
        if started and (working.clock.reason != "time-passed" or working is lapsed[working.deadline.id]):
            yield working


def _row(working: Working, rulebook: Rulebook) -> tuple[str, ...]:
    """Return one clock as a line."""
    due = day(working.clock.due) if working.clock.due else "no day"
    kind = "" if working.deadline.kind == "statutory" else f" ({working.deadline.kind}, not law)"
    how = standing(working, rulebook)
    return due, working.deadline.who, working.deadline.duty, how, f"{working.deadline.law}{kind}"


def _laws(rulebook: Rulebook, shown: Sequence[Working]) -> list[Section]:
    """Return what the short names of the law stand for."""
    cited = {working.deadline.law.split(" ")[0] for working in shown}
    lines = tuple(f"{law.id}: {law.title}" for law in rulebook.instruments if law.id in cited)
    return [Section("The law", before=lines)] if lines else []

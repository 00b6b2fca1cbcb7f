"""What `ehcp timeline` tells a person: every date of one case, in order, with its law."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ehcp_timeline.audit.clock import Clock
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.output.verdict_words import standing
from ehcp_timeline.text.words import count, day, rulebook_name

NOT_ADVICE = "This is information about the law, not legal advice."


@dataclass(frozen=True, slots=True)
class Dated:
    """One clock of the case.

    Attributes:
        clock: The clock.
        deadline: What it is a clock of.
        why_not_owed: What takes its place, or what has not come yet; may be empty.
    """

    clock: Clock
    deadline: Deadline
    why_not_owed: str = ""


def timeline_sections(rulebook: Rulebook, clocks: Sequence[Dated], as_at: date) -> list[Section]:
    """Return every clock that has started or whose day is known, in the order of their days."""
    shown = sorted(
        (clock for clock in clocks if _is_shown(clock.clock)), key=lambda one: one.clock.due or date.max
    )
    name = rulebook_name(rulebook.version, rulebook.overlays)
    left_out = count(len(clocks) - len(shown), "other deadline")
    columns = (
        TableColumn("due", "fixed"),
        TableColumn("who"),
        TableColumn("what"),
        TableColumn("how it stands"),
        TableColumn("the law"),
    )
    return [
        Section(
            title=f"The dates of this case as at {day(as_at)}",
            columns=columns,
            rows=tuple(_row(one, rulebook) for one in shown),
            before=() if shown else ("No clock has started.",),
            after=(f"{left_out} of {name} have not started or do not apply.",),
        ),
        *_laws(rulebook, shown),
        Section(before=("The words of the law:", "  ehcp rules show plan.issue", NOT_ADVICE)),
    ]


def _is_shown(clock: Clock) -> bool:
    """Return whether the clock has started, or its day is known though it has not."""
    return clock.verdict != "not-started" or clock.due is not None


def _row(one: Dated, rulebook: Rulebook) -> tuple[str, ...]:
    """Return one clock as a line."""
    due = day(one.clock.due) if one.clock.due else "no day"
    how = standing(one.clock, one.deadline, _spelled_out(one.why_not_owed, rulebook))
    kind = "" if one.deadline.kind == "statutory" else f" ({one.deadline.kind}, not law)"
    return due, one.deadline.who, one.deadline.duty, how, f"{one.deadline.law}{kind}"


def _spelled_out(why_not_owed: str, rulebook: Rulebook) -> str:
    """Return what a duty waits for in words, not as the names of columns."""
    if not why_not_owed.startswith("not until "):
        return why_not_owed
    words = why_not_owed.split(" ")
    return " ".join(rulebook.events[word].says if word in rulebook.events else word for word in words)


def _laws(rulebook: Rulebook, shown: Sequence[Dated]) -> list[Section]:
    """Return what the short names of the law stand for."""
    cited = {one.deadline.law.split(" ")[0] for one in shown}
    lines = tuple(f"{law.id}: {law.title}" for law in rulebook.instruments if law.id in cited)
    return [Section("The law", before=lines)] if lines else []

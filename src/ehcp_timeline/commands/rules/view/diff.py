"""What `ehcp rules diff` tells: what changed in the law, which cases it flips, what it does to the rates."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ehcp_timeline.commands.rules.view.change_words import change_words
from ehcp_timeline.commands.rules.view.list import plain_values
from ehcp_timeline.law.diff import ClauseChange
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.output.answers import rulebook_values
from ehcp_timeline.output.ci import Note
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import count, day

if TYPE_CHECKING:
    from ehcp_timeline.commands.rules.impact import Effect
    from ehcp_timeline.measure.counts import InTime

SCHEMA: Final = "ehcp-rules-diff/1"
_FLIP_COLUMNS: Final = (
    TableColumn("case", "fixed"),
    TableColumn("row", "number"),
    TableColumn("deadline", "fixed"),
    TableColumn("started", "fixed"),
    TableColumn("due before", "fixed"),
    TableColumn("due after", "fixed"),
    TableColumn("from", "fixed"),
    TableColumn("to", "fixed"),
)
_FLIP_KEYS: Final = (
    *("case_id", "row", "deadline", "start", "due_before", "due_after"),
    *("verdict_before", "verdict_after"),
)


@dataclass(frozen=True, slots=True)
class Sides:
    """Two rulebooks and the words they were named by."""

    old_name: str
    old: Rulebook
    new_name: str
    new: Rulebook


def difference_sections(
    sides: Sides, changes: Sequence[ClauseChange], effect: "Effect | None", as_at: date, *, top: int, by: str
) -> Iterator[Section]:
    """Yield what changed in the law and, where cases were given, what that does to them.

    Args:
        sides: The two rulebooks.
        changes: What differs between them.
        effect: What that does to the cases; None where no case was given.
        as_at: The day the cases were judged for.
        top: How many flipped clocks are listed.
        by: The column whose groups are counted.
    """
    yield _law(sides, changes)
    if effect is None:
        return
    number = effect.flips.height
    judged = sum(effect.judged.values())
    moved = sum(effect.moved.values())
    yield Section(
        f"Cases as at {day(as_at)}: {count(number, 'answer')} of {judged:,} flip",
        before=(f"{count(moved, 'due day')} moved.",),
    )
    if number:
        yield _kinds(effect)
        yield from _groups(effect, by)
    yield from _rates(effect)
    if number:
        yield _flips(effect, top)


def _law(sides: Sides, changes: Sequence[ClauseChange]) -> Section:
    laid = "".join(f" {said}." for said in sides.new.scenarios)
    return Section(
        f"What changed from {sides.old_name} to {sides.new_name}: {count(len(changes), 'clause')}",
        before=(f"Scenario, not law:{laid}",) if laid else (),
        columns=(TableColumn("deadline", "fixed"), TableColumn("what changed")) if changes else (),
        rows=tuple((change.deadline or "all", change_words(change)) for change in changes),
        after=() if changes else ("Nothing: the two say the same.",),
    )


def _kinds(effect: "Effect") -> Section:
    rows = [
        (name, old, new, f"{number:,}")
        for name, pairs in effect.verdicts.items()
        for (old, new), number in pairs.items()
    ]
    columns = (
        TableColumn("deadline", "fixed"),
        TableColumn("from", "fixed"),
        TableColumn("to", "fixed"),
        TableColumn("clocks", "number"),
    )
    return Section("How many flip", columns=columns, rows=tuple(rows))


def _groups(effect: "Effect", by: str) -> Iterator[Section]:
    groups = effect.by_group(by)
    if set(groups) != {""}:
        rows = tuple((name or "not given", f"{number:,}") for name, number in groups.items())
        yield Section(
            f"How many flip, by {by}", columns=(TableColumn(by), TableColumn("clocks", "number")), rows=rows
        )


def _rates(effect: "Effect") -> Iterator[Section]:
    rows = tuple(
        (
            name,
            *(f"{_rate(old)} → {_rate(new)}" for old, new in zip(_ways(before), _ways(after), strict=True)),
        )
        for name, (before, after) in effect.rates.items()
    )
    if rows:
        columns = (
            TableColumn("deadline", "fixed"),
            TableColumn("excuses ignored", "fixed"),
            TableColumn("as claimed", "fixed"),
            TableColumn("as proved", "fixed"),
        )
        note = (
            "Of all that was answered, ended or is past its day; what is excused is left out of both sides."
        )
        yield Section("In time, in percent", columns=columns, rows=rows, after=(note,))


def _ways(rates: "InTime") -> tuple[float | None, ...]:
    return rates.strict, rates.claimed, rates.evidenced


def _rate(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.1f}"


def _flips(effect: "Effect", top: int) -> Section:
    shown = effect.flips.head(top)
    left = effect.flips.height - shown.height
    rows = tuple(tuple(_text(cell) for cell in row) for row in shown.select(_FLIP_KEYS).iter_rows())
    more = f"{left:,} more: --format json, or -o flips.csv, has every one." if left else ""
    return Section("Which flip", columns=_FLIP_COLUMNS, rows=rows, after=(more,) if more else ())


def _text(value: object) -> str:
    return "" if value is None else str(value)


def difference_answer(
    sides: Sides, changes: Sequence[ClauseChange], effect: "Effect | None", as_at: date
) -> dict[str, Any]:
    """Return the same as plain values, complete, ready to be written as JSON."""
    return {
        "schema": SCHEMA,
        "as_at": as_at,
        "before": {"name": sides.old_name, **_used(sides.old)},
        "after": {"name": sides.new_name, **_used(sides.new)},
        "changes": [_change_values(change) for change in changes],
        "cases": None if effect is None else _effect_values(effect),
    }


def _used(rulebook: Rulebook) -> dict[str, Any]:
    return rulebook_values(rulebook.version, rulebook.sha256, rulebook.overlays)


def _change_values(change: ClauseChange) -> dict[str, Any]:
    return {
        "deadline": change.deadline or None,
        "part": change.part,
        "name": change.name or None,
        "from": change.since,
        "to": change.until,
        "old": plain_values(change.old),
        "new": plain_values(change.new),
        "words": change_words(change),
        "answers": change.answers,
    }


def _effect_values(effect: "Effect") -> dict[str, Any]:
    from ehcp_timeline.commands.rules.impact import GROUPS

    return {
        "judged": dict(effect.judged),
        "moved": dict(effect.moved),
        "flipped": {
            name: [{"from": old, "to": new, "clocks": number} for (old, new), number in pairs.items()]
            for name, pairs in effect.verdicts.items()
        },
        "groups": {column: dict(effect.by_group(column)) for column in GROUPS},
        "rates": {name: [_rate_values(one) for one in pair] for name, pair in effect.rates.items()},
        "flips": list(effect.flips.iter_rows(named=True)),
    }


def _rate_values(rates: "InTime") -> Mapping[str, float | None]:
    return {"strict": rates.strict, "claimed": rates.claimed, "evidenced": rates.evidenced}


def untold_notes(untold: Iterable[Sequence[ClauseChange]], since: str) -> Iterator[Note]:
    """Yield one note for each deadline that changed without a fixture that tells."""
    for changes in untold:
        name = changes[0].deadline
        words = "; ".join(change_words(change) for change in changes)
        said = f"{name} changed since {since} and no fixture tells the two apart: {words}"
        yield Note("error", name, f"{name} without a fixture", said)

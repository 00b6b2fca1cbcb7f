"""What changed between two answers, as a person sees it: one list for each kind of change."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ehcp_timeline.commands.changes.compare import Change
from ehcp_timeline.output.answers import CHANGES
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.text.words import day

if TYPE_CHECKING:
    import polars as pl

TITLES: Mapping[Change, str] = {
    "new": "Newly overdue",
    "still-late": "Still overdue",
    "cleared": "Cleared: was overdue, is done or ended",
    "excused": "Was overdue, an excuse is claimed now",
    "moved": "No longer overdue because its start or due day was changed",
    "unjudgeable": "Cannot be judged any more",
    "gone": "Gone: open before, no longer in the file",
}
_COLUMNS = {
    "case_id": TableColumn("case", "fixed"),
    "deadline": TableColumn("deadline", "fixed"),
    "due": TableColumn("due", "fixed"),
    "days_late": TableColumn("days late", "number"),
    "answered": TableColumn("done", "fixed"),
    "before": TableColumn("before", "fixed"),
    "now": TableColumn("now", "fixed"),
    "note": TableColumn("note"),
    "caseworker": TableColumn("caseworker"),
    "team": TableColumn("team"),
    "district": TableColumn("district"),
}


def changes_sections(
    days: tuple[date, date], counts: Mapping[Change, int], changed: "pl.DataFrame", top: int
) -> Iterator[Section]:
    """Yield what changed.

    Args:
        days: The as-at days of the earlier and the later answer.
        counts: How many clocks changed in each way.
        changed: Each of them, in order.
        top: How many of a kind are shown at most.
    """
    columns = (TableColumn("clocks", "number"), TableColumn("what became of them"))
    rows = tuple((f"{number:,}", TITLES[change]) for change, number in counts.items())
    yield Section(title=_between(*days), columns=columns, rows=rows)
    for change, title in TITLES.items():
        mine = changed.filter(changed["change"] == change)
        if mine.height:
            yield _kind(title, mine, top, alarm=change == "new")


def changes_answer(
    sides: Sequence[Mapping[str, Any]],
    summary: Mapping[Change, int],
    lines: Sequence[Mapping[str, Any]],
    statement: str,
) -> dict[str, Any]:
    """Return what changed as `ehcp-changes/1`.

    Nothing in it depends on the names of the files, or on the order of their rows and columns.

    Args:
        sides: The earlier and the later answer: their day, law, and how many cases and clocks they have.
        summary: How many clocks changed in each way.
        lines: Each of them.
        statement: What must stand on every copy; empty for nothing.
    """
    return {
        "schema": CHANGES,
        "old": dict(sides[0]),
        "new": dict(sides[1]),
        "statement": statement or None,
        "summary": dict(summary),
        "changes": list(lines),
    }


def _between(old: date, new: date) -> str:
    return f"Changes as at {day(new)}" if old == new else f"Changes from {day(old)} to {day(new)}"


def _kind(title: str, mine: "pl.DataFrame", top: int, *, alarm: bool) -> Section:
    shown = mine.head(top)
    total = f"{mine.height:,}" if shown.height == mine.height else f"{shown.height:,} of {mine.height:,}"
    cells = shown.select(*_COLUMNS).iter_rows()
    return without_empty_columns(
        Section(
            title=f"{title}: {total}",
            columns=tuple(_COLUMNS.values()),
            rows=tuple(tuple("" if one is None else str(one) for one in row) for row in cells),
            alarm=alarm,
        )
    )

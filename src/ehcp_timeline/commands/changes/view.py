"""What changed between two answers, for a person: one list for each kind of change."""

from collections.abc import Iterator, Mapping
from datetime import date

from ehcp_timeline.measure.changes import Change, ChangesAnswer
from ehcp_timeline.output.sections import (
    CASE,
    DEADLINE,
    DUE,
    WHOSE_COLUMNS,
    Section,
    column_of,
    list_section,
    table,
)
from ehcp_timeline.output.summary import acknowledged_lines
from ehcp_timeline.text import day

TITLES: Mapping[Change, str] = {
    "new": "Newly overdue",
    "still-late": "Still overdue",
    "cleared": "Cleared: was overdue, is done or ended",
    "excused": "Was overdue, an excuse is claimed now",
    "moved": "No longer overdue because its start or due day was changed",
    "unjudgeable": "Cannot be judged any more",
    "gone": "Gone: open before, no longer in the file",
}
_COLUMNS = (
    CASE,
    DEADLINE,
    DUE,
    column_of("days_late", "days late", "number"),
    column_of("answered", "done", "fixed"),
    *(column_of(key, kind="fixed") for key in ("before", "now")),
    column_of("note"),
    *WHOSE_COLUMNS,
)


def changes_sections(days: tuple[date, date], answer: ChangesAnswer, top: int) -> Iterator[Section]:
    """Yield what changed between two days, at most `top` clocks of each kind."""
    became = "what became of them"
    rows = ({"clocks": number, became: TITLES[change]} for change, number in answer.summary.items())
    after = tuple(acknowledged_lines(answer.acknowledged))
    old, new = map(day, days)
    title = f"Changes as at {new}" if old == new else f"Changes from {old} to {new}"
    yield table(title, rows, text=(became,), number=("clocks",), after=after)
    for change, title in TITLES.items():
        mine = answer.changes.filter(answer.changes["change"] == change)
        if mine.height:
            shown = mine.head(top).iter_rows(named=True)
            yield list_section(title, _COLUMNS, shown, mine.height, alarm=change == "new")

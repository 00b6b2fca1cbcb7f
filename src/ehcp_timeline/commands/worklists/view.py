"""Lists people work from, as a person sees them: the case, how late it is, what to do next and by when."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ehcp_timeline.measure.result import Audit
from ehcp_timeline.measure.worklists import split
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.output.summary import opening
from ehcp_timeline.text.words import count

if TYPE_CHECKING:
    import polars as pl

Row = Mapping[str, Any]
Cells = tuple[tuple[TableColumn, Callable[[Row], str]], ...]
AT_ONCE = "at once"


def overdue_sections(audit: Audit, work: "pl.DataFrame", by: str | None, top: int) -> Iterator[Section]:
    """Yield the overdue lists: one, or one for each group, worst first.

    Args:
        audit: The answer they are from.
        work: The overdue clocks with their steps, worst first.
        by: The column of the groups; None for one list.
        top: How many clocks each list shows at most.
    """
    yield opening(audit)
    if work.is_empty():
        yield Section(title="Nothing is overdue")
        return
    if by is None:
        yield _overdue("Overdue, worst first", work, audit.as_at, top)
    else:
        yield _groups(work, by)
        for name, mine in split(work, by):
            yield _overdue(name or f"no {by} recorded", mine, audit.as_at, top)
    yield _law(work)


def risk_sections(audit: Audit, clocks: "pl.DataFrame", untold: int, top: int) -> Iterator[Section]:
    """Yield the in-time cases that may be missed, first due first."""
    yield opening(audit)
    if clocks.is_empty():
        yield Section(title="No in-time case is at risk", before=_untold(untold))
        return
    cells = (_CASE, _DUE, _LEFT, _EXPECTED, _SLOW, _DO, _by_when(audit.as_at), *_WHOSE)
    yield _list("In time so far, and at risk", clocks, cells, top, _untold(untold))
    yield _law(clocks)


def letter_sections(audit: Audit, lines: Sequence[Row], untold: int, top: int) -> Iterator[Section]:
    """Yield whom to tell before the day is missed, first due first.

    Args:
        audit: The answer they are from.
        lines: One line for each family, as `letter_words.letter_lines` gives them.
        untold: How many in-time cases have too little history for an expected day.
        top: How many families are shown at most.
    """
    yield opening(audit)
    cells = (_CASE, _DUE, (TableColumn("expected", "fixed"), _text("expected")), _DEADLINE, _STILL, *_WHOSE)
    rows = tuple(tuple(words(line) for _, words in cells) for line in lines[:top])
    shown = f"{len(rows):,} of {len(lines):,}" if len(rows) < len(lines) else f"{len(lines):,}"
    yield without_empty_columns(
        Section(
            title=f"In time so far, and will be missed at the present pace: {shown}",
            columns=tuple(column for column, _ in cells),
            rows=rows,
            after=(*_untold(untold), "No letter is sent: -o letters.xlsx makes the list for a mail merge."),
        )
    )


def next_sections(title: str, as_at: date, work: "pl.DataFrame", untold: int, top: int) -> Iterator[Section]:
    """Yield one page: what to do today, in order, each with its step, its day and the reason.

    Args:
        title: Whose work it is, and under which policy.
        as_at: The day.
        work: The cases in their order, one clock of each.
        untold: How many clocks cannot be told.
        top: How many cases fit.
    """
    after = (f"{count(untold, 'clock')} cannot be told: ehcp check says why.",) if untold else ()
    if work.is_empty():
        yield Section(title=title, before=("Nothing is open.",), after=after)
        return
    yield _list(title, work, (_CASE, _DO, _by_when(as_at), _WHY), top, after)


def _overdue(title: str, work: "pl.DataFrame", as_at: date, top: int) -> Section:
    return _list(title, work, (_CASE, _DUE, _LATE, _DEADLINE, _DO, _by_when(as_at), *_WHOSE), top, ())


def _list(title: str, clocks: "pl.DataFrame", cells: Cells, top: int, after: tuple[str, ...]) -> Section:
    shown = clocks.head(top)
    total = (
        f"{clocks.height:,}" if shown.height == clocks.height else f"{shown.height:,} of {clocks.height:,}"
    )
    return without_empty_columns(
        Section(
            title=f"{title}: {total}",
            columns=tuple(column for column, _ in cells),
            rows=tuple(tuple(words(row) for _, words in cells) for row in shown.iter_rows(named=True)),
            after=after,
        )
    )


def _groups(work: "pl.DataFrame", by: str) -> Section:
    """Return how much is overdue in each group."""
    rows = []
    for name, mine in split(work, by):
        most = max(mine["days_late"].to_list())
        cases = mine["case_id"].n_unique()
        rows.append((name or f"no {by} recorded", f"{mine.height:,}", f"{cases:,}", f"{most:,}"))
    numbers = (TableColumn(one, "number") for one in ("overdue", "cases", "most days late"))
    return Section(title=f"Overdue by {by}", columns=(TableColumn(by), *numbers), rows=tuple(rows))


def _law(work: "pl.DataFrame") -> Section:
    """Return what the deadlines of a list are, once each."""
    known = work.unique(subset="deadline", keep="first", maintain_order=True)
    columns = (TableColumn("deadline", "fixed"), TableColumn("what is owed"), TableColumn("the law"))
    rows = tuple(known.select("deadline", "duty", "law").rows())
    return Section(title="What the deadlines are", columns=columns, rows=rows)


def _untold(untold: int) -> tuple[str, ...]:
    """Return how many cases have too little history for an expected day."""
    return (
        (f"{count(untold, 'more clock')} in time: too little was finished lately to tell.",) if untold else ()
    )


def _by_when(as_at: date) -> tuple[TableColumn, Callable[[Row], str]]:
    """Return the column of the step's last working day; a day that has passed is at once."""

    def words(row: Row) -> str:
        if row["not_before"] is not None:
            return f"not before {row['not_before']}"
        if row["by"] is None:
            return ""
        return AT_ONCE if row["by"] < as_at else str(row["by"])

    return TableColumn("by", "fixed"), words


def _text(key: str) -> Callable[[Row], str]:
    return lambda row: "" if row[key] is None else str(row[key])


def _why(row: Row) -> str:
    """Return the reason for a line: how late it is, or how many days are left, and since when."""
    if row["verdict"] == "running":
        left = "due today" if row["days_left"] == 0 else f"{count(row['days_left'], 'day')} left"
    else:
        left = f"{count(row['days_late'], 'day')} late" + (", excused" if row["verdict"] == "excused" else "")
    return f"{row['deadline']}: {left}, started {row['start']}"


_CASE = (TableColumn("case", "fixed"), _text("case_id"))
_DUE = (TableColumn("due", "fixed"), _text("due"))
_LATE = (TableColumn("days late", "number"), _text("days_late"))
_LEFT = (TableColumn("days left", "number"), _text("days_left"))
_EXPECTED = (TableColumn("expected", "fixed"), _text("expected_p50"))
_SLOW = (TableColumn("if slow", "fixed"), _text("expected_p85"))
_DEADLINE = (TableColumn("deadline", "fixed"), _text("deadline"))
_DO = (TableColumn("what to do next"), _text("do"))
_STILL = (TableColumn("still to do"), _text("still_to_do"))
_WHY = (TableColumn("because"), _why)
_WHOSE = tuple((TableColumn(key), _text(key)) for key in ("caseworker", "team", "district"))

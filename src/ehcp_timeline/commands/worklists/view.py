"""Work lists for a person: the case, how late it is, what to do next and by when."""

from collections.abc import Iterator, Sequence

import polars as pl

from ehcp_timeline.commands.worklists.answer import NextAnswer, OverdueAnswer, SaveListAnswer
from ehcp_timeline.commands.worklists.family_letters import LetterLine, LettersAnswer
from ehcp_timeline.measure.answer import lines_of
from ehcp_timeline.measure.result import Audit
from ehcp_timeline.measure.worklists import AHEAD, split
from ehcp_timeline.output.sections import (
    CASE,
    DEADLINE,
    DUE,
    WHOSE_COLUMNS,
    ListColumn,
    Row,
    Section,
    TableColumn,
    column_of,
    list_section,
)
from ehcp_timeline.output.summary import acknowledged_lines, opening
from ehcp_timeline.text import count

_DO = column_of("do", "what to do next")
_BY = ListColumn(
    TableColumn("by", "fixed"),
    lambda row: f"not before {row['not_before']}" if row["not_before"] else row["by"] or "",
)


def overdue_sections(
    audit: Audit, answer: OverdueAnswer, every: pl.DataFrame, by: str | None, top: int
) -> Iterator[Section]:
    """Yield the overdue lists: one, or one for each group, worst first, at most `top` clocks of each.

    `every` are the clocks with those that are accepted and not listed.
    """
    yield opening(audit)
    work, accepted = answer.work, tuple(acknowledged_lines(answer.acknowledged))
    if every.is_empty():
        yield Section(
            "Nothing that could be read is overdue" if audit.undecided else "Nothing is overdue", accepted
        )
        return
    lists = [("Overdue, worst first", work)]
    if by is not None:
        groups = [(name or f"no {by} recorded", mine) for name, mine in split(every, by)]
        lists = [(name or f"no {by} recorded", mine) for name, mine in split(work, by)]
        numbers = (TableColumn(heading, "number") for heading in ("overdue", "cases", "most days late"))
        rows = (
            (name, mine.height, mine["case_id"].n_unique(), max(mine["days_late"].to_list()))
            for name, mine in groups
        )
        yield Section(
            f"Overdue by {by}",
            columns=(TableColumn(by), *numbers),
            rows=tuple((name, *(f"{number:,}" for number in counted)) for name, *counted in rows),
            after=accepted,
        )
    elif accepted:
        yield Section(f"{count(every.height, 'clock')} overdue", before=accepted)
    late = column_of("days_late", "days late", "number")
    for title, mine in lists:
        yield _list(title, mine, (CASE, DUE, late, DEADLINE, _DO, _BY, *WHOSE_COLUMNS), top)
    yield _law(work)


def risk_sections(audit: Audit, answer: SaveListAnswer, top: int) -> Iterator[Section]:
    """Yield the in-time cases that may be missed, first due first."""
    yield opening(audit)
    clocks, untold = answer.work, answer.summary.cannot_be_told
    after = (*_untold(untold), *acknowledged_lines(answer.acknowledged))
    if clocks.is_empty():
        yield Section("No in-time case is at risk", before=after)
        return
    columns = (
        *(CASE, DUE, column_of("days_left", "days left", "number")),
        *(column_of("expected_p50", "expected", "fixed"), column_of("expected_p85", "if slow", "fixed")),
        *(_DO, _BY, *WHOSE_COLUMNS),
    )
    yield _list("In time so far, and at risk", clocks, columns, top, after)
    yield _law(clocks)


def letter_sections(audit: Audit, answer: LettersAnswer, top: int) -> Iterator[Section]:
    """Yield whom to tell before the day is missed, first due first."""
    yield opening(audit)
    expected, still = column_of("expected", kind="fixed"), column_of("still_to_do", "still to do")
    mail_merge = "No letter is sent: -o letters.xlsx makes the list for a mail merge."
    yield list_section(
        f"Due within {answer.within} days, and will be missed at the present pace",
        (CASE, DUE, expected, DEADLINE, still, *WHOSE_COLUMNS),
        lines_of(answer.letters[:top], LetterLine),
        len(answer.letters),
        after=(
            *_untold(answer.summary.cannot_be_told),
            *acknowledged_lines(answer.acknowledged),
            mail_merge,
        ),
    )


def next_sections(title: str, answer: NextAnswer, top: int) -> Iterator[Section]:
    """Yield one page: what to do today, in order, each with its step, its day and the reason."""
    work, untold = answer.work, answer.summary.cannot_be_told
    unjudged = (f"{count(untold, 'clock')} cannot be judged: ehcp check says why.",) if untold else ()
    after = (*unjudged, *acknowledged_lines(answer.acknowledged))
    if work.is_empty():
        nothing = f"Nothing is overdue, excused or due within {AHEAD} days."
        yield Section(title, before=(nothing,), after=after)
        return
    yield _list(title, work, (CASE, _DO, _BY, ListColumn(TableColumn("because"), _why)), top, after)


def _list(
    title: str, clocks: pl.DataFrame, columns: Sequence[ListColumn], top: int, after: tuple[str, ...] = ()
) -> Section:
    return list_section(title, columns, clocks.head(top).iter_rows(named=True), clocks.height, after=after)


def _law(work: pl.DataFrame) -> Section:
    known = work.unique(subset="deadline", keep="first", maintain_order=True)
    columns = (TableColumn("deadline", "fixed"), TableColumn("what is owed"), TableColumn("the law"))
    return Section(
        "What the deadlines are", (), columns, tuple(known.select("deadline", "duty", "law").rows())
    )


def _untold(untold: int) -> tuple[str, ...]:
    said = f"{count(untold, 'more clock')} in time: too few were finished lately to say when."
    return (said,) if untold else ()


def _why(row: Row) -> str:
    if row["verdict"] == "running":
        days = row["days_left"]
        left = "no last day" if days is None else f"{count(days, 'day')} left" if days else "due today"
    else:
        left = f"{count(row['days_late'], 'day')} late" + (", excused" if row["verdict"] == "excused" else "")
    return f"{row['deadline']}: {left}, started {row['start']}"

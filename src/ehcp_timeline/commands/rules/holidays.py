"""What moves in a file if a bank holiday is announced: the file judged without it and with it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Annotated, ClassVar, Final, TypeVar

import polars as pl
from polars import selectors

from ehcp_timeline.audit.verdicts import Verdict
from ehcp_timeline.clock import supposing
from ehcp_timeline.law.rulebook import DutyKind, Who
from ehcp_timeline.measure.answer import Problems, RulebookUsed, keys
from ehcp_timeline.measure.result import Audit, Input, NotJudged
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.output.summary import opening
from ehcp_timeline.record import Ge, Whole, record
from ehcp_timeline.text import count, day, listed

Answer = TypeVar("Answer")
_KEY: Final = ("row", "deadline", "start")
_MOVES: Final = ("due", "act_by", "verdict")
_BEFORE: Final = "_before"


@record(frozen=True, slots=True)
class Moved:
    """One clock that a bank holiday moves."""

    case_id: str
    row: Annotated[int, Ge(1)]
    deadline: str
    duty: str
    law: str
    kind: DutyKind
    who: Who
    start: date | None
    due_before: date | None
    due: date | None
    act_by_before: date | None
    act_by: date | None
    verdict_before: Verdict
    verdict: Verdict
    district: str | None
    team: str | None
    caseworker: str | None


@record(frozen=True, slots=True)
class HolidayCounts:
    """How much is moved, and by which days."""

    added: tuple[date, ...]
    moved: Whole
    cases: Whole


@record(frozen=True, slots=True)
class HolidaysAnswer:
    """The answer of `ehcp rules holidays`.

    Attributes:
        statement: Null: the list is never pseudonymised.
    """

    SCHEMA: ClassVar = "ehcp-holidays/1"

    as_at: date
    rulebook: RulebookUsed
    input: tuple[Input, ...]
    statement: str | None
    summary: HolidayCounts
    moved: tuple[Moved, ...]
    not_judged: tuple[NotJudged, ...]
    problems: Problems


def without_and_with(days: Sequence[date], judge: Callable[[], Answer]) -> tuple[Answer, Answer]:
    """Return what `judge` answers where the days are no bank holidays, and where they are."""
    with supposing(left_out=days):
        before = judge()
    with supposing(added=days):
        return before, judge()


def holidays_answer(
    audit: Audit, before: pl.DataFrame, days: Sequence[date], chosen: pl.Expr
) -> HolidaysAnswer:
    """Return the clocks that are open, or get another verdict, and whose due day or last working day moves.

    `audit` is the answer of the file with the bank holidays, `before` its clocks without them.
    """
    words = (selectors.enum() | selectors.categorical()).cast(pl.String)
    old = before.select(*_KEY, *_MOVES, "open").with_columns(words)
    both = audit.findings.with_columns(words).join(old, on=_KEY, how="left", suffix=_BEFORE, nulls_equal=True)
    moves = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}{_BEFORE}")) for name in _MOVES)
    matters = pl.col("open") | pl.col(f"open{_BEFORE}") | (pl.col("verdict") != pl.col(f"verdict{_BEFORE}"))
    rows = both.filter(moves, matters).sort("due", "row", "deadline").select(keys(Moved)).filter(chosen)
    return HolidaysAnswer(
        audit.as_at,
        audit.rulebook,
        audit.input,
        None,
        HolidayCounts(tuple(days), rows.height, rows["case_id"].n_unique()),
        tuple(Moved(*row) for row in rows.iter_rows()),
        audit.summary.not_judged,
        audit.problems,
    )


def title_of(days: Sequence[date]) -> str:
    """Return what is supposed.

    >>> title_of([date(2023, 5, 8)])
    'If 8 May 2023 is a bank holiday'
    """
    verb = "is a bank holiday" if len(days) == 1 else "are bank holidays"
    return f"If {listed([day(moved) for moved in days])} {verb}"


def holidays_sections(answer: HolidaysAnswer, audit: Audit, top: int) -> Iterator[Section]:
    """Yield what moves, first due first, at most `top` clocks of it."""
    yield opening(audit)
    title, moved = title_of(answer.summary.added), answer.moved
    if not moved:
        yield Section(title=title, before=("Nothing moves.",))
        return
    due = sum(move.due != move.due_before for move in moved)
    flipped = sum(move.verdict != move.verdict_before for move in moved)
    headings = {
        "case_id": "case",
        "deadline": "deadline",
        "act_by_before": "act by, without",
        "act_by": "with",
    }
    headings |= {"due_before": "due, without", "due": "with it"} if due else {}
    headings |= {"verdict_before": "verdict, without", "verdict": "then"} if flipped else {}
    shown = [{words: getattr(move, key) for key, words in headings.items()} for move in moved[:top]]
    yield table(
        f"{title}: {count(len(moved), 'clock')} to be seen to on another day",
        shown,
        fixed=headings.values(),
        before=(f"{count(due, 'due day')} moved, {count(flipped, 'verdict')} changed.",),
        after=(f"{len(shown):,} of {len(moved):,} shown.",) if len(shown) < len(moved) else (),
    )

"""Reviews to come: a diary of the year ahead, and the list that each school is owed before a term."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, cast, get_args

import polars as pl

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.cases.model import month_end
from ehcp_timeline.clock import months_on
from ehcp_timeline.commands.worklists.lists import Work, WorkAnswer
from ehcp_timeline.errors import ConfigError
from ehcp_timeline.measure.answer import RowsOf
from ehcp_timeline.measure.casework import WORDS, Casework, chosen_by, with_contacts
from ehcp_timeline.measure.counts import REVIEW, first_that_holds
from ehcp_timeline.measure.next_steps import STEP_COLUMNS
from ehcp_timeline.measure.terms import TERMS, SchoolDays
from ehcp_timeline.measure.worklists import split
from ehcp_timeline.output.calendar import entries_of
from ehcp_timeline.output.document import Document
from ehcp_timeline.output.html import page_of
from ehcp_timeline.output.sections import (
    CASE,
    DUE,
    WHOSE_COLUMNS,
    Section,
    column_of,
    list_section,
    table,
    without_empty_columns,
)
from ehcp_timeline.output.summary import acknowledged_lines
from ehcp_timeline.record import Whole, record
from ehcp_timeline.shell.parse import choice
from ehcp_timeline.text import MONTHS, count, day

MONTHS_AHEAD = 13
"""The rest of this month and the twelve after it: every plan reviewed a year ago or since."""
NOTICE = timedelta(weeks=2)
"""How long before a term schools are to have their list: the SEND Code of Practice, as it is quoted."""
Group = Literal["school", "caseworker", "team", "district"]
GROUPS: tuple[Group, ...] = get_args(Group)
PAST, UNCLEAR, LATER = "past due", "unclear", "later"
BEFORE, IN, AFTER = "due before the term", "due in the term", "due before the next term"
_SHOWN = (CASE, column_of("name"), DUE, column_of("when"), column_of("do", "what to do next"))
_SCHOOL = column_of("school")
_UNREAD = "Correct the date that cannot be read: `ehcp check` names it"
_NO_TERMS = f"write in ehcp.toml  [terms]  and below it  {TERMS}"


@record(frozen=True, slots=True)
class ComingReview(Work):
    """One review to come.

    Attributes:
        when: Of a diary the month in which it is due, as 2026-06, or `past due`, `unclear` or `later`; of a
            term list whether it is due before the term, in it, or before the next one.
    """

    when: str


@record(frozen=True, slots=True)
class ReviewCounts:
    """How many reviews are to come, and how many of them are past their day or cannot be judged."""

    reviews: Whole
    past_due: Whole
    unclear: Whole


@record(frozen=True, slots=True)
class DiaryLine:
    """The reviews of one school or caseworker, or of everybody.

    Attributes:
        name: Null where none is recorded.
        months: Month, as 2026-06, to the reviews that fall due in it, from the as-at day on.
        later: Due after these months.
    """

    name: str | None
    total: Whole
    past_due: Whole
    unclear: Whole
    months: Mapping[str, Whole]
    later: Whole


@record(frozen=True, slots=True)
class ReviewsAnswer(WorkAnswer):
    """The answer of `ehcp next --reviews year|list --format json`.

    Attributes:
        by: Whose lines the diary has.
        total: Everybody's line.
    """

    SCHEMA: ClassVar = "ehcp-reviews/1"

    summary: ReviewCounts
    work: Annotated[pl.DataFrame, RowsOf(ComingReview)]
    by: Group = "school"
    diary: tuple[DiaryLine, ...] = ()
    total: DiaryLine | None = None


@record(frozen=True, slots=True)
class TermListed(SchoolDays):
    """The term of a list.

    Attributes:
        list_by: The day by which schools are to have the list, two weeks before the term begins.
        until: The last day on which a review of the list falls due: the day before the next term, where it is
            known, as nobody meets in the holidays; else the last day of the term.
    """

    list_by: date
    until: date


@record(frozen=True, slots=True)
class TermListAnswer(WorkAnswer):
    """The answer of `ehcp next --reviews TERM --format json`."""

    SCHEMA: ClassVar = "ehcp-term-list/1"

    summary: ReviewCounts
    work: Annotated[pl.DataFrame, RowsOf(ComingReview)]
    term: TermListed | None = None


def term_of(word: str, terms: Sequence[SchoolDays], as_at: date) -> TermListed:
    """Return the term of that name; of the word `term` the first that is still to begin.

    Raises:
        ConfigError: No term is known, or none begins after the as-at day.
        UsageError: None has that name.
    """
    if not terms:
        raise ConfigError("no term dates are given, so nobody knows which reviews fall in a term", _NO_TERMS)
    if word == "term":
        ahead = [term for term in terms if term.first > as_at]
        if not ahead:
            said = f"the last term in ehcp.toml began on {day(terms[-1].first)}, before {day(as_at)}"
            raise ConfigError(said, "add the next one to [terms], or name a term with --reviews")
        term = ahead[0]
    else:
        named = choice("--reviews", word, ("year", "list", "term", *(term.name for term in terms)))
        term = next(term for term in terms if term.name == named)
    later = [other.first for other in terms if other.first > term.last]
    until = later[0] - timedelta(days=1) if later else term.last
    return TermListed(term.name, term.first, term.last, term.first - NOTICE, until)


def coming_reviews(work: Casework, selection: Selection) -> pl.DataFrame:
    """Return every review that is to come, first due first.

    A case whose last review cannot be judged, because a cell could not be read, is to come too.
    """
    chosen = pl.col("deadline").is_in(REVIEW) & chosen_by(selection, work.rulebook)
    open_ = work.open_clocks(chosen)
    unclear = work.audit.every_finding.with_columns(WORDS.cast(pl.String)).filter(
        chosen, ~pl.col("open"), verdict="unknown"
    )
    last = unclear.sort("start").unique("case_id", keep="last").join(open_, on="case_id", how="anti")
    todo = with_contacts(last, work.rows).with_columns(
        pl.lit(None, kind).alias(name) for name, kind in open_.schema.items() if name in STEP_COLUMNS
    )
    todo = todo.with_columns(do=pl.lit(_UNREAD)).select(open_.columns)
    return pl.concat([open_, todo], how="vertical_relaxed").sort(
        "due", "case_id", "deadline", "start", nulls_last=True
    )


def _line(name: str | None, reviews: pl.DataFrame, as_at: date) -> DiaryLine:
    held, first = Counter[str](reviews["when"]), as_at.replace(day=1)
    ahead = (months_on(first, number).isoformat()[:7] for number in range(MONTHS_AHEAD))
    months = {month: held[month] for month in ahead}
    return DiaryLine(name, reviews.height, held[PAST], held[UNCLEAR], months, held[LATER])


def reviews_document(
    work: Casework,
    selection: Selection,
    what: str,
    by: str,
    top: int,
    terms: Sequence[SchoolDays],
    *,
    names: bool,
) -> Document:
    """Return the reviews to come: `year` a table by month, `list` the list behind it, else of a term."""
    if what in ("year", "list"):
        group = cast("Group", choice("--by", by, GROUPS))
        return diary_document(work, selection, group, top, names=names, by_month=what == "year")
    return term_document(work, selection, term_of(what, terms, work.as_at), top, names=names)


def diary_document(
    work: Casework, selection: Selection, by: Group, top: int, *, names: bool, by_month: bool
) -> Document:
    """Return the reviews of the year ahead: a table by month, or the list behind it."""
    due, last = pl.col("due"), month_end(months_on(work.as_at.replace(day=1), MONTHS_AHEAD - 1))
    when = first_that_holds(
        (pl.col("verdict") == "unknown", UNCLEAR),
        (due < work.as_at, PAST),
        (due > last, LATER),
        otherwise=due.dt.to_string("%Y-%m"),
    )
    every = coming_reviews(work, selection).with_columns(when=when)
    total = _line("Total", every, work.as_at)
    lines = [_line(name or None, mine, work.as_at) for name, mine in split(every, by)]
    most_first = tuple(sorted(lines, key=lambda line: (-line.total, line.name or "")))
    counts = ReviewCounts(total.total, total.past_due, total.unclear)
    answer = ReviewsAnswer.of(work, every, counts, by=by, diary=most_first, total=total)
    title = f"Reviews to come on {work.as_at}"
    if not by_month:

        def sections_of_list(top: int) -> Iterator[Section]:
            rows, columns = answer.work.head(top).iter_rows(named=True), (*_SHOWN, _SCHOOL, *WHOSE_COLUMNS)
            after = tuple(_counted(answer))
            yield list_section("Reviews to come", columns, rows, answer.work.height, after=after)

        return _list_document(title, answer, sections_of_list, top, names=names, group=by)
    rows = [
        {by: line.name, "total": line.total, "past_due": line.past_due, "unclear": line.unclear}
        | {**line.months, LATER: line.later}
        for line in (*most_first, total)
    ]
    html = page_of(title, partial(_diary_sections, answer, total, None))
    sections = partial(_diary_sections, answer, total, top)
    return Document(title, answer, tuple(rows[0]), rows.__iter__, sections, made={"html": html})


def term_document(
    work: Casework, selection: Selection, term: TermListed, top: int, *, names: bool
) -> Document:
    """Return the reviews that schools should know of before a term, with a sheet for each in a workbook."""
    due, unclear = pl.col("due"), pl.col("verdict") == "unknown"
    around = ((due < term.first, BEFORE), (due > term.last, AFTER))
    when = first_that_holds((unclear, UNCLEAR), *around, otherwise=IN)
    every = coming_reviews(work, selection).filter(unclear | (due <= term.until)).with_columns(when=when)
    past_due = every.filter(~unclear, due < work.as_at).height
    counts = ReviewCounts(every.height, past_due, every.filter(unclear).height)
    answer = TermListAnswer.of(work, every, counts, term=term)
    title, notes = f"Reviews in {term.name}", tuple(_of_term(term))

    def sections(top: int) -> Iterator[Section]:
        said = [*notes]
        if term.list_by < answer.as_at:
            said.append(f"That day has passed: it is {day(answer.as_at)}.")
        schools = [(name or "No school recorded", mine) for name, mine in split(answer.work, "school")]
        past = f", {counts.past_due:,} of them past due" if counts.past_due else ""
        unclear = f", {counts.unclear:,} of an unclear day" if counts.unclear else ""
        said.append(f"{count(counts.reviews, 'review')} in {count(len(schools), 'list')}{past}{unclear}.")
        yield Section(title, (*said, *_counted(answer)))
        for name, mine in schools:
            rows = mine.head(top).iter_rows(named=True)
            yield list_section(name, (*_SHOWN, column_of("caseworker", optional=True)), rows, mine.height)

    return _list_document(title, answer, sections, top, names=names, group="school", notes=notes)


def _list_document(
    title: str,
    answer: WorkAnswer,
    sections: Callable[[int], Iterator[Section]],
    top: int,
    *,
    names: bool,
    **more: Any,  # noqa: ANN401 - the rest of a document
) -> Document:
    """Return a list of reviews; a page shows all of them, a screen so many."""
    html = page_of(title, partial(sections, answer.work.height))
    entries = partial(entries_of, as_at=answer.as_at, names=names)
    shown = partial(sections, top)
    return Document.of_list(title, answer, "work", shown, entries=entries, made={"html": html}, **more)


def _diary_sections(answer: ReviewsAnswer, total: DiaryLine, top: int | None) -> Iterator[Section]:
    """Yield the table: whose reviews down, most first, months across, everybody in the last line."""
    shown, by = answer.diary[:top], answer.by
    months = {month: f"{MONTHS[int(month[5:]) - 1][:3]} {month[2:4]}" for month in total.months}
    rows = (
        {by: line.name or f"no {by} recorded", "total": line.total, PAST: line.past_due}
        | {UNCLEAR: line.unclear if total.unclear else None}
        | {months[month]: number for month, number in line.months.items()}
        | {LATER: line.later if total.later else None}
        for line in (*shown, total)
    )
    more = len(answer.diary) - len(shown)
    yield without_empty_columns(
        table(
            f"Reviews falling due by month, by {by}, on {day(answer.as_at)}",
            rows,
            text=(by,),
            optional=(*months.values(), LATER),
            after=(
                *([f"{count(more, f'more {by}')}; --top {len(answer.diary)} shows all."] if more else []),
                "A review is due when its decision is: 12 months after the last. The meeting comes before.",
                *_counted(answer),
                "The list behind it: --reviews list.",
            ),
        )
    )


def _counted(answer: WorkAnswer) -> Iterator[str]:
    """Yield what must be known of the counts: reviews that are not judged, and those that are not listed."""
    for lacking in answer.not_judged:
        if lacking.deadline in REVIEW:
            plans = count(lacking.clocks, "plan")
            yield f"Not counted: {plans}, as the file has no column {' or '.join(lacking.needs)}."
    yield from acknowledged_lines(answer.acknowledged)


def _of_term(term: TermListed) -> Iterator[str]:
    yield f"{term.name}: {day(term.first)} to {day(term.last)}."
    yield f"Schools should have their list by {day(term.list_by)}, two weeks before the term (guidance)."
    yield f"Listed are reviews due up to {day(term.until)}, and those past due."

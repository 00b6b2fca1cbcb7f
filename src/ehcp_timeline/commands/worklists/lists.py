"""The lists of `overdue` and `next`: the record of each answer, and the page that a person is shown."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import polars as pl

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.audit.verdicts import Certainty, Verdict
from ehcp_timeline.measure.acknowledged import Acknowledged
from ehcp_timeline.measure.answer import Problems, RowsOf, RulebookUsed
from ehcp_timeline.measure.casework import Casework, chosen_by
from ehcp_timeline.measure.result import Audit, Input, NotJudged
from ehcp_timeline.measure.worklists import (
    AHEAD,
    Policy,
    at_risk,
    order_of_work,
    overdue,
    split,
    workable,
    worst,
    worst_first,
)
from ehcp_timeline.output.calendar import entries_of
from ehcp_timeline.output.document import Document
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
    table,
)
from ehcp_timeline.output.summary import acknowledged_lines, nothing_judged, opening
from ehcp_timeline.privacy.pseudonyms import STATEMENT, pseudonymised, without_words
from ehcp_timeline.record import Whole, record
from ehcp_timeline.shell.open import without_cases
from ehcp_timeline.text import count

if TYPE_CHECKING:
    from ehcp_timeline.privacy.pseudonyms import Key
_DO = column_of("do", "what to do next")
_BY = ListColumn(
    TableColumn("by", "fixed"),
    lambda row: f"not before {row['not_before']}" if row["not_before"] else row["by"] or "",
)


@record(frozen=True, slots=True)
class Work:
    """One clock that somebody has to act on, and its next lawful step.

    Attributes:
        do: The next lawful step.
        by: Its last working day; `at once` where that has passed.
        not_before: The first lawful day for it, if it is ahead.
    """

    case_id: str
    name: str | None
    school: str | None
    referrer: str | None
    district: str | None
    team: str | None
    caseworker: str | None
    deadline: str
    duty: str
    law: str
    start: date | None
    due: date | None
    act_by: date | None
    verdict: Verdict
    days_left: int | None
    days_late: int | None
    certainty: Certainty
    excuse: str | None
    do: str
    by: str | None
    not_before: date | None


@record(frozen=True, slots=True)
class WorkAtRisk(Work):
    """One in-time clock, and when it will be met at the present pace.

    Attributes:
        expected_p50: At the median of what the stages took lately.
        expected_p85: At their 85th percentile.
    """

    stage: str
    in_stage_since: date
    expected_p50: date | None
    expected_p85: date | None


@record(frozen=True, slots=True)
class OverdueCounts:
    """How much is overdue."""

    overdue: Whole
    cases: Whole


@record(frozen=True, slots=True)
class RiskCounts:
    """How many in-time clocks are at risk.

    Attributes:
        cannot_be_told: Too little was finished lately to tell.
    """

    at_risk: Whole
    in_time: Whole
    cannot_be_told: Whole


@record(frozen=True, slots=True)
class NextCounts:
    """How much there is to do.

    Attributes:
        cannot_be_told: Clocks whose verdict is unknown.
    """

    policy: Policy
    cases: Whole
    cannot_be_told: Whole


@record(frozen=True, slots=True)
class WorkAnswer:
    """A list of clocks to work from.

    Attributes:
        statement: What must be on every copy of a pseudonymised list; null otherwise.
    """

    as_at: date
    rulebook: RulebookUsed
    input: tuple[Input, ...]
    statement: str | None
    summary: object
    work: Annotated[pl.DataFrame, RowsOf(Work)]
    not_judged: tuple[NotJudged, ...]
    problems: Problems
    acknowledged: Acknowledged | None

    @classmethod
    def of(
        cls,
        work: Casework,
        clocks: pl.DataFrame,
        summary: object,
        key: "Key | None" = None,
        order: Callable[[pl.DataFrame], pl.DataFrame] = lambda clocks: clocks,
        **more: Any,  # noqa: ANN401 - the fields that a kind of list adds
    ) -> Self:
        """Return a list without what is accepted, pseudonymised if there is a key and then put in order."""
        listed, left_out = work.listed(clocks)
        audit, problems = work.audit, work.audit.problems
        if key:
            listed, problems = pseudonymised(listed, key), without_words(problems)
        return cls(
            as_at=audit.as_at,
            rulebook=audit.rulebook,
            input=audit.input,
            statement=STATEMENT if key else None,
            summary=summary,
            work=order(listed),
            not_judged=audit.summary.not_judged,
            problems=problems,
            acknowledged=without_cases(left_out, key),
            **more,
        )


@record(frozen=True, slots=True)
class OverdueAnswer(WorkAnswer):
    """The answer of `ehcp overdue --format json`."""

    SCHEMA: ClassVar = "ehcp-overdue/1"

    summary: OverdueCounts


@record(frozen=True, slots=True)
class SaveListAnswer(WorkAnswer):
    """The answer of `ehcp overdue --save-list --format json`."""

    SCHEMA: ClassVar = "ehcp-save-list/1"

    summary: RiskCounts
    work: Annotated[pl.DataFrame, RowsOf(WorkAtRisk)]


@record(frozen=True, slots=True)
class NextAnswer(WorkAnswer):
    """The answer of `ehcp next --format json`."""

    SCHEMA: ClassVar = "ehcp-next/1"

    summary: NextCounts


def overdue_document(
    work: Casework, selection: Selection, key: "Key | None", top: int, by: str | None, *, for_people: bool
) -> Document:
    """Return what is overdue, worst first; `for_people`, only what they are shown has its step."""
    late = overdue(work, selection)
    if key or not for_people:
        late = work.with_steps(late)
    counts = OverdueCounts(late.height, late["case_id"].n_unique())
    order = {} if for_people else {"order": worst_first}
    answer = OverdueAnswer.of(work, late, counts, key, **order)
    sections = partial(overdue_sections, work, answer, late, by, top)
    return Document.of_list("Overdue, worst first", answer, "work", sections, group=by)


def save_list_document(work: Casework, selection: Selection, key: "Key | None", top: int) -> Document:
    """Return what is in time and at risk, first due first."""
    risk = at_risk(work, selection)
    counts = RiskCounts(risk.clocks.height, risk.in_time, risk.untold)
    answer = SaveListAnswer.of(work, risk.clocks, counts, key)
    title = "In time so far, and at risk"

    def sections() -> Iterator[Section]:
        yield opening(work.audit)
        clocks = answer.work
        after = (*untold_lines(risk.untold), *acknowledged_lines(answer.acknowledged))
        if clocks.is_empty():
            yield Section("No in-time case is at risk", before=after)
            return
        columns = (
            *(CASE, DUE, column_of("days_left", "days left", "number")),
            *(column_of("expected_p50", "expected", "fixed"), column_of("expected_p85", "if slow", "fixed")),
            *(_DO, _BY, *WHOSE_COLUMNS),
        )
        yield list_section(title, columns, _first(clocks, top), clocks.height, after=after)
        yield _law(clocks)

    return Document.of_list(title, answer, "work", sections)


def next_document(
    work: Casework, selection: Selection, key: "Key | None", top: int, policy: Policy, *, names: bool
) -> Document:
    """Return the order of work for the day: each case once, with its step, its day and the reason."""
    mine = work.open_clocks(chosen_by(selection, work.rulebook))
    every = workable(mine, work)
    named = sorted(selection.caseworkers | selection.teams | selection.districts)
    title = f"Today for {', '.join(named) or 'everyone'}, {policy}"
    untold = mine.filter(mine["verdict"] == "unknown").height
    counts = NextCounts(policy, every["case_id"].n_unique(), untold)
    answer = NextAnswer.of(work, every, counts, key, partial(order_of_work, policy=policy))
    entries = partial(entries_of, as_at=work.as_at, steps=True, names=names)

    def sections() -> Iterator[Section]:
        unjudged = (f"{count(untold, 'clock')} cannot be judged: ehcp check says why.",) if untold else ()
        after = (*unjudged, *acknowledged_lines(answer.acknowledged))
        if answer.work.is_empty():
            what = "Nothing" if _all_judged(work.audit) else "Nothing that could be judged"
            nothing = f"{what} is overdue, excused or due within {AHEAD} days."
            yield Section(title, before=(nothing,), after=after)
        else:
            columns = (CASE, _DO, _BY, ListColumn(TableColumn("because"), _why))
            shown = _first(answer.work, top)
            yield list_section(title, columns, shown, answer.work.height, after=after)

    return Document.of_list(title, answer, "work", sections, entries=entries)


def _all_judged(audit: Audit) -> bool:
    """Say whether something was judged, and no deadline that started lacks a column that could answer it."""
    return not audit.summary.not_judged and not nothing_judged(audit)


def overdue_sections(
    casework: Casework, answer: OverdueAnswer, every: pl.DataFrame, by: str | None, top: int
) -> Iterator[Section]:
    """Yield the overdue lists: one, or one for each group, worst first, at most `top` clocks of each.

    `every` are the clocks with those that are accepted and not listed.
    """
    audit = casework.audit
    yield opening(audit)
    work, accepted = answer.work, tuple(acknowledged_lines(answer.acknowledged))
    if every.is_empty():
        nothing = "Nothing is overdue" if _all_judged(audit) else "Nothing that could be judged is overdue"
        yield Section("Nothing that could be read is overdue" if audit.undecided else nothing, accepted)
        return
    lists = [("Overdue, worst first", work)]
    if by is not None:
        groups = [(name or f"no {by} recorded", mine) for name, mine in split(every, by)]
        lists = [(name or f"no {by} recorded", mine) for name, mine in split(work, by)]
        rows = (
            {by: name, "overdue": mine.height, "cases": mine["case_id"].n_unique()}
            | {"most days late": max(mine["days_late"].to_list())}
            for name, mine in groups
        )
        yield table(f"Overdue by {by}", rows, text=(by,), after=accepted)
    elif accepted:
        yield Section(f"{count(every.height, 'clock')} overdue", before=accepted)
    late = column_of("days_late", "days late", "number")
    shown = pl.concat([work.clear(), *(worst(mine, top) for _, mine in lists)])
    stepped = (shown if "do" in shown.columns else casework.with_steps(shown)).iter_rows(named=True)
    for title, mine in lists:
        columns = (CASE, DUE, late, DEADLINE, _DO, _BY, *WHOSE_COLUMNS)
        yield list_section(title, columns, islice(stepped, min(top, mine.height)), mine.height)
    yield _law(worst_first(work.filter(pl.col("days_late") == pl.col("days_late").max().over("deadline"))))


def _first(clocks: pl.DataFrame, top: int) -> Iterator[Row]:
    return clocks.head(top).iter_rows(named=True)


def _law(work: pl.DataFrame) -> Section:
    known = work.unique(subset="deadline", keep="first", maintain_order=True)
    rows = known.select("deadline", pl.col("duty").alias("what is owed"), pl.col("law").alias("the law"))
    return table("What the deadlines are", rows.iter_rows(named=True), text=("what is owed", "the law"))


def untold_lines(untold: int) -> tuple[str, ...]:
    """Return how many clocks are in time without a known finish."""
    said = f"{count(untold, 'more clock')} in time: too few were finished lately to say when."
    return (said,) if untold else ()


def _why(row: Row) -> str:
    if row["verdict"] == "running":
        days = row["days_left"]
        left = "no last day" if days is None else f"{count(days, 'day')} left" if days else "due today"
    else:
        left = f"{count(row['days_late'], 'day')} late" + (", excused" if row["verdict"] == "excused" else "")
    return f"{row['deadline']}: {left}, started {row['start']}"

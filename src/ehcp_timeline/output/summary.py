"""What commands say about a file as a whole: the files, oldest cases, rates, unread headings, problems."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ehcp_timeline.cases.headers import one_line
from ehcp_timeline.cases.mapping.lines import quoted
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.measure.result import Audit, DateOrder, Input, StageName
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import count, day, listed, rulebook_name

STAGE_WORDS: Mapping[StageName, str] = {
    "no_decision": "waiting for a decision whether to assess",
    "agreed_no_draft": "being assessed, no draft plan recorded",
    "draft_not_final": "draft plan sent, not finalised",
}
RATE_WORDS = {
    "decisions_within_6_weeks": "decisions whether to assess within 6 weeks, by the day decided",
    "pc_decisions_within_6_weeks": "% of decisions within 6 weeks",
    "request_outcome_six_weeks": "requests of the year decided within 6 weeks",
    "plans_issued_den": "plans issued",
    "plans_issued_within_20_weeks": "plans issued within 20 weeks",
    "pc_plans_issued_within_20_weeks": "% of plans issued within 20 weeks",
    "pc_plans_issued_20_weeks_ex": "% within 20 weeks, exceptions left out",
    "plans_issued_gt20weeks_ltyear": "plans issued after 20 weeks, within a year",
    "plans_issued_gt_1_year": "plans issued after more than a year",
    "avg_weeks_issue_plan": "weeks to issue a plan, on average",
}
_ASSUME_BLANK = 'If a missing column means "not done yet", add --assume-blank COLUMN.'
_MOST_PROBLEMS = 12
_STOPS = ("row", "cell", "nothing")
_MOST_ROWS = 6
_MOST_WORDINGS = 3


def opening(audit: Audit) -> Section:
    """Return the day that was asked about, the files, and which law was applied."""
    overlays = [(overlay.name, overlay.sha256) for overlay in audit.rulebook.overlays]
    return Section(
        title=f"EHC plan time limits as at {day(audit.as_at)}",
        before=(
            *map(_file, audit.input),
            f"The law: {rulebook_name(audit.rulebook.version, overlays)}.",
        ),
    )


def summary_sections(audit: Audit) -> Iterator[Section]:
    """Yield what `--full` says about the file as a whole and the screen does not."""
    if audit.oldest:
        yield _oldest(audit)
    if audit.summary.rates.get("plans_issued_den"):
        yield _rates(audit)
    if audit.summary.not_judged:
        yield _not_judged(audit)
    if audit.summary.date_order:
        yield date_order_section(audit.summary.date_order)
    if audit.problems:
        yield _problems(audit.problems)


def unread_lines(audit: Audit, most: int | None = None) -> Iterator[str]:
    """Yield each heading that is not read, and the line of ehcp.toml that would read it, at most so many."""
    decisive_first = sorted(audit.unread, key=lambda unread: not unread.decides)
    for unread in decisive_first[:most]:
        filled = f"{unread.cells:,} {unread.holds[:-1] if unread.cells == 1 else unread.holds}"
        text = quoted(unread.heading)
        line = unread.lines[0].partition("  #")[0] if unread.may_be and unread.lines else f"ignore = [{text}]"
        more = f" (or {listed(unread.may_be[1:], 'or')})" if len(unread.may_be) > 1 else ""
        if unread.decides and not unread.may_be:
            line = f"EVENT = [{text}] or {line}"
        yield f'Not read: "{one_line(unread.heading)}" ({filled}). In ehcp.toml: {line}{more}'
    if more_headings := len(decisive_first[most:]) if most else 0:
        yield f"Not read: {count(more_headings, 'more heading')}; `ehcp columns` lists them."


def summary_lines(audit: Audit) -> Iterator[str]:
    """Yield what an answer as data leaves out: the files, how many findings, how many problems."""
    yield from map(_file, audit.input)
    findings = sum(number for counts in audit.selected.values() for number in counts.values())
    yield f"{count(findings, 'finding')} as at {day(audit.as_at)}."
    yield from unread_lines(audit)
    if audit.summary.closures:
        yield audit.summary.closures
    yield from (f"{order.file}: {order.sentence}" for order in audit.summary.date_order)
    if audit.problems:
        yield f"{count(len(audit.problems), 'problem')} to put right; --format json lists them."


def date_order_section(orders: Sequence[DateOrder]) -> Section:
    """Return which verdicts depend on the order of day and month, and how to settle it."""
    names = [f"{order.file}: " if len(orders) > 1 else "" for order in orders]
    lines = (f"{name}{order.sentence}{_as_others(order)}" for name, order in zip(names, orders, strict=True))
    columns = {column.column for order in orders for column in order.columns}
    key = "date_formats" if len(columns) > 1 else f"date_formats.{columns.pop()}"
    return Section(
        title="Day first or month first",
        before=(*lines, "To settle it, add this at the top of ehcp.toml:", f'  {key} = "%d/%m/%Y"'),
    )


def _as_others(order: DateOrder) -> str:
    """Return which other columns of a file can only be day-first."""
    return f" {listed(order.proven[:3])} can only be day-first." if order.proven else ""


def _file(source: Input) -> str:
    """Return one file in words; its rows add up."""
    left = f", {source.not_judged:,} not judged" if source.not_judged else ""
    return f"{source.name}: {count(source.rows, 'row')}, {source.judged:,} judged{left}."


def _oldest(audit: Audit) -> Section:
    """Return the oldest open assessments."""
    return Section(
        title="Oldest open assessments",
        columns=(
            TableColumn("case", "fixed"), TableColumn("row", "number"), TableColumn("started", "fixed"),
            TableColumn("weeks", "number"), TableColumn("stage"),
        ),
        rows=tuple(
            (case.case_id, str(case.row), case.start.isoformat(), f"{case.weeks:,}", STAGE_WORDS[case.stage])
            for case in audit.oldest
        ),
    )  # fmt: skip


def _rates(audit: Audit) -> Section:
    """Return the headline rates of the calendar year."""
    return Section(
        title=f"So far in {audit.as_at.year}",
        columns=(
            TableColumn("", "number"),
            TableColumn("measure"),
            TableColumn("name", "fixed"),
        ),
        rows=tuple(
            (_number(audit.summary.rates[name]), words, name)
            for name, words in RATE_WORDS.items()
            if name in audit.summary.rates
        ),
    )


def _number(value: float | str | None) -> str:
    """Return a measure as a person reads it; `n/a` where there is nothing to measure."""
    if value is None:
        return "n/a"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}" if isinstance(value, float) else value


def _not_judged(audit: Audit) -> Section:
    """Return the deadlines that the file has no column for."""
    return Section(
        title="Not judged: the file has no column that could answer these",
        columns=(
            TableColumn("deadline", "fixed"),
            TableColumn("clocks", "number"),
            TableColumn("needs a column"),
        ),
        rows=tuple(
            (line.deadline, f"{line.clocks:,}", " or ".join(line.needs)) for line in audit.summary.not_judged
        ),
        after=() if any(unread.decides for unread in audit.unread) else (_ASSUME_BLANK,),
    )


def _problems(problems: tuple[Problem, ...]) -> Section:
    """Return the problems, alike ones as one line: first what stops a row, then a cell, then nothing."""
    worst_first = sorted(_alike(problems), key=lambda alike: _STOPS.index(alike[0].stops))
    rows = tuple(map(_problem, worst_first[:_MOST_PROBLEMS]))
    more = len(worst_first) - len(rows)
    row, cell, nothing = (sum(problem.stops == word for problem in problems) for word in _STOPS)
    words = f"{row:,} stopped a row, {cell:,} affected some deadlines, {nothing:,} changed nothing."
    return Section(
        title=f"To put right in the file: {count(len(problems), 'problem')}",
        before=(words,),
        columns=(
            TableColumn("rows"),
            TableColumn("column", "fixed"),
            TableColumn("problem"),
            TableColumn("try"),
        ),
        rows=rows,
        after=(f"{count(more, 'kind')} more: --format json lists every problem.",) if more else (),
    )


def _alike(problems: Iterable[Problem]) -> Iterator[list[Problem]]:
    """Yield the problems of one kind and column, parted by what they say if they say few things."""
    kinds: dict[tuple[str, str, str], dict[str, list[Problem]]] = {}
    for remark in problems:
        said = kinds.setdefault((remark.stops, remark.rule, remark.column), {})
        said.setdefault(remark.problem, []).append(remark)
    for said in kinds.values():
        if len(said) <= _MOST_WORDINGS:
            yield from said.values()
        else:
            yield sorted(problem for alike in said.values() for problem in alike)


def _problem(alike: list[Problem]) -> tuple[str, str, str, str]:
    """Return problems as one line: where the first ones are, and what they (or the first) say."""
    numbers = [str(problem.row) for problem in alike if problem.row]
    shown = ", ".join(numbers[:_MOST_ROWS])
    more = len(numbers) - _MOST_ROWS
    first = alike[0]
    some = "e.g." if numbers else f"{len(alike):,} such, e.g."
    says = (
        first.problem
        if all(problem.problem == first.problem for problem in alike)
        else f"{some} {first.problem}"
    )
    return (f"{shown} and {more:,} more" if more > 0 else shown, first.column, says, first.try_)

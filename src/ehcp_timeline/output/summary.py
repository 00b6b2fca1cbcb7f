"""What commands print about a file as a whole: the files, oldest cases, rates, unread headings, problems."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from ehcp_timeline.cases.headers import one_line
from ehcp_timeline.cases.mapping.loader import quoted
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.law.rulebook import rulebook_name
from ehcp_timeline.measure.acknowledged import Acknowledged
from ehcp_timeline.measure.answer import values
from ehcp_timeline.measure.result import Audit, DateOrder, Input, StageName
from ehcp_timeline.output.sections import (
    CASE,
    ListColumn,
    Section,
    TableColumn,
    column_of,
    list_section,
    number_of,
)
from ehcp_timeline.text import count, day, listed, plain

STAGE_WORDS: Mapping[StageName, str] = {
    "no_decision": "waiting for a decision whether to assess",
    "agreed_no_draft": "being assessed, no draft plan recorded",
    "draft_not_final": "draft plan sent, not finalised",
}
_RATE_WORDS = {
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
_NO_ANSWERS = "No deadline could be judged: the file has no column that could answer one."
_NO_STARTS = "No deadline was started by any date that was read."
_NONE_JUDGED = "No statutory deadline of the authority could be judged."
_MOST_PROBLEMS = 12
_STOPS = ("row", "cell", "nothing")
_MOST_ROWS = 6
_MOST_WORDINGS = 3


def law_used(audit: Audit) -> str:
    """Return which law was applied."""
    return rulebook_name(audit.rulebook.version, audit.rulebook.overlays)


def nothing_judged(audit: Audit) -> str:
    """Return why nothing could be judged, which is no all-clear; empty where something was judged."""
    if not audit.summary.verdicts:
        return _NO_ANSWERS if audit.summary.not_judged else _NO_STARTS
    if not audit.nothing_judged:
        return ""
    return _NONE_JUDGED if len(audit.input) == 1 else f"In some of the files n{_NONE_JUDGED[1:]}"


def opening(audit: Audit) -> Section:
    """Return the day that was asked about, the files, and which law was applied."""
    files = (*map(_file, audit.input), f"The law: {law_used(audit)}.")
    return Section(f"EHC plan time limits as at {day(audit.as_at)}", files)


def summary_sections(audit: Audit) -> Iterator[Section]:
    """Yield what `--full` says about the file as a whole and the screen does not."""
    summary = audit.summary
    if audit.oldest:
        stage = ListColumn(TableColumn("stage"), lambda case: STAGE_WORDS[case["stage"]])
        start = column_of("start", "started", "fixed")
        columns = (CASE, column_of("row", kind="number"), start, number_of("weeks"), stage)
        yield list_section("Oldest open assessments", columns, map(values, audit.oldest), None)
    if summary.rates.get("plans_issued_den"):
        rates = []
        for name, words in _RATE_WORDS.items():
            if name in summary.rates:
                rate = summary.rates[name]
                shown = "n/a" if rate is None else rate if isinstance(rate, str) else plain(rate)
                rates.append((shown, words, name))
        measured = (TableColumn("", "number"), TableColumn("measure"), TableColumn("name", "fixed"))
        yield Section(f"So far in {audit.as_at.year}", columns=measured, rows=tuple(rates))
    if summary.not_judged:
        needed = (TableColumn("clocks", "number"), TableColumn("needs a column"))
        yield Section(
            "Not judged: the file has no column that could answer these",
            columns=(TableColumn("deadline", "fixed"), *needed),
            rows=tuple(
                (line.deadline, f"{line.clocks:,}", " or ".join(line.needs)) for line in summary.not_judged
            ),
            after=() if any(unread.decides for unread in audit.unread) else (_ASSUME_BLANK,),
        )
    if summary.date_order:
        yield date_order_section(summary.date_order)
    if audit.problems:
        yield _problems(audit.problems)


def unread_lines(audit: Audit, most: int | None = None) -> Iterator[str]:
    """Yield each heading that is not read, and the line of ehcp.toml that would read it, at most so many."""
    decisive_first = sorted(audit.unread, key=lambda unread: not unread.decides)
    for unread in decisive_first[:most]:
        filled = f"{unread.cells:,} {unread.holds[:-1] if unread.cells == 1 else unread.holds}"
        if not unread.heading.strip():
            yield f"Not read: a column without a heading ({filled}). Give it a heading in the file."
            continue
        if unread.may_be and not unread.lines:
            meant = listed(unread.may_be, "or")
            yield f'Not read: "{one_line(unread.heading)}" ({filled}). It may be {meant}: see `ehcp columns`.'
            continue
        text = quoted(unread.heading)
        line = unread.lines[0].partition("  #")[0] if unread.may_be else f"ignore = [{text}]"
        more = f" (or {listed(unread.may_be[1:], 'or')})" if len(unread.may_be) > 1 else ""
        if unread.decides and not unread.may_be:
            line = f"EVENT = [{text}] or {line}"
        yield f'Not read: "{one_line(unread.heading)}" ({filled}). In ehcp.toml: {line}{more}'
    if more_headings := len(decisive_first[most:]) if most else 0:
        yield f"Not read: {count(more_headings, 'more heading')}; `ehcp columns` lists them."
    unknown = [problem.problem for problem in audit.problems if problem.rule == "unknown-item"]
    yield from (f"Not read: {says}." for says in unknown[:most])


def acknowledged_lines(acknowledged: Acknowledged | None) -> Iterator[str]:
    """Yield how many overdue deadlines are accepted and not listed, and how many rows left nothing out."""
    if acknowledged is None:
        return
    if acknowledged.not_listed:
        yield f"{acknowledged.not_listed:,} acknowledged, not listed; every count has them."
    else:
        yield "Nothing that would stand here is acknowledged."
    if unused := len(acknowledged.problems):
        does = "does" if unused == 1 else "do"
        yield f"{count(unused, 'row')} of {acknowledged.name} {does} not apply."


def summary_lines(audit: Audit) -> Iterator[str]:
    """Yield what an answer as data leaves out: the files, how many findings, how many problems."""
    yield from map(_file, audit.input)
    findings = sum(number for counts in audit.selected.values() for number in counts.values())
    yield f"{count(findings, 'finding')} as at {day(audit.as_at)}."
    if nothing := nothing_judged(audit):
        yield nothing
    yield from acknowledged_lines(audit.acknowledged)
    yield from unread_lines(audit)
    if audit.summary.closures:
        yield audit.summary.closures
    yield from (f"{order.file}: {order.sentence}" for order in audit.summary.date_order)
    if audit.problems:
        yield f"{count(len(audit.problems), 'problem')} to put right; --format json lists them."


def date_order_section(orders: Sequence[DateOrder]) -> Section:
    """Return which verdicts depend on the order of day and month, and how to settle it."""
    lines = []
    for order in orders:
        name = f"{order.file}: " if len(orders) > 1 else ""
        others = f" {listed(order.proven[:3])} can only be day-first." if order.proven else ""
        lines.append(f"{name}{order.sentence}{others}")
    columns = {column.column for order in orders for column in order.columns}
    key = "date_formats" if len(columns) > 1 else f"date_formats.{columns.pop()}"
    settle = ("To settle it, add this at the top of ehcp.toml:", f'  {key} = "%d/%m/%Y"')
    return Section("Day first or month first", before=(*lines, *settle))


def _file(source: Input) -> str:
    left = f", {source.not_judged:,} not judged" if source.not_judged else ""
    return f"{source.name}: {count(source.rows, 'row')}, {source.judged:,} judged{left}."


def _problems(problems: Sequence[Problem]) -> Section:
    """Return the problems, alike ones as one line: first what stops a row, then a cell, then nothing.

    Problems of one kind and column are parted by what they say, if they say few things.
    """
    kinds: dict[tuple[str, str, str], dict[str, list[Problem]]] = {}
    for problem in problems:
        wordings = kinds.setdefault((problem.affects, problem.rule, problem.column), {})
        wordings.setdefault(problem.problem, []).append(problem)
    groups: list[list[Problem]] = []
    for wordings in kinds.values():
        few = len(wordings) <= _MOST_WORDINGS
        groups += wordings.values() if few else [sorted(chain.from_iterable(wordings.values()))]
    worst_first = sorted(groups, key=lambda alike: _STOPS.index(alike[0].affects))
    rows = []
    for alike in worst_first[:_MOST_PROBLEMS]:
        first, numbers = alike[0], [str(problem.row) for problem in alike if problem.row]
        shown, left_out = ", ".join(numbers[:_MOST_ROWS]), len(numbers) - _MOST_ROWS
        places = f"{shown} and {left_out:,} more" if left_out > 0 else shown
        some = "e.g. " if numbers else f"{len(alike):,} such, e.g. "
        same = all(problem.problem == first.problem for problem in alike)
        rows.append((places, first.column, first.problem if same else f"{some}{first.problem}", first.try_))
    more = len(worst_first) - _MOST_PROBLEMS
    row, cell, nothing = (sum(problem.affects == word for problem in problems) for word in _STOPS)
    words = f"{row:,} stopped a row, {cell:,} may affect deadlines, {nothing:,} changed nothing."
    return Section(
        f"To put right in the file: {count(len(problems), 'problem')}",
        (words,),
        (TableColumn("rows"), TableColumn("column", "fixed"), TableColumn("problem"), TableColumn("try")),
        tuple(rows),
        (f"{count(more, 'kind')} more: --format json lists every problem.",) if more > 0 else (),
    )

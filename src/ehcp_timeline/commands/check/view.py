"""The page of `ehcp check`: one screen, after the lists of `--list` and `--full`."""

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from ehcp_timeline.audit.selection import is_under
from ehcp_timeline.audit.single.applicability import columns_looked_at
from ehcp_timeline.audit.verdicts import VERDICTS, Verdict
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.answer import values
from ehcp_timeline.measure.result import Audit, StageName
from ehcp_timeline.output.sections import (
    CASE,
    DEADLINE,
    DUE,
    WHOSE_COLUMNS,
    ListColumn,
    Row,
    Section,
    TableColumn,
    list_section,
    table,
    without_empty_columns,
)
from ehcp_timeline.output.summary import (
    acknowledged_lines,
    law_used,
    nothing_judged,
    opening,
    summary_sections,
    unread_lines,
)
from ehcp_timeline.output.verdict_words import reason_named
from ehcp_timeline.record import record
from ehcp_timeline.text import count, day, listed

_LOCAL: Final = "Local promises"
_OTHER: Final = "Other duties"
_TOPICS: Final = (
    ("Decision to assess, 6 weeks", ("assess.decide", "detained.decide")),
    ("Final plan, 20 weeks", ("assess", "plan", "reversed", "detained")),
    ("Annual review, 12 months", ("review.annual", "review.release")),
    ("After a review meeting", ("review", "amend")),
    ("Phase transfer", ("phase",)),
    ("Moves and re-assessment", ("move", "reassess", "health")),
    ("Tribunal and mediation", ("order", "unopposed", "appeal", "mediation", "agreed")),
    ("Ending a plan", ("cease",)),
    ("Direct payments", ("payments",)),
)
_TOPIC_NAMES = (*dict(_TOPICS), _OTHER, _LOCAL)
_STAGES: Final[Mapping[StageName, str]] = {
    "no_decision": "no decision",
    "agreed_no_draft": "being assessed",
    "draft_not_final": "draft sent",
}
_NOTHING: Final = "Nothing you asked for is overdue, due soon or unclear."
_NOT_ALL_JUDGED: Final = "Nothing that could be judged is overdue, due soon or unclear."
_NOT_ALL_READ: Final = "Nothing that could be read is overdue or due soon; not everything could be read."
_MORE = " other duties"
_COUNTED: Final[tuple[Verdict, ...]] = ("overdue", "running", "unknown")
_ORDER: Final = ("overdue", "running", "unknown", *(name for name in VERDICTS if name not in _COUNTED))
_ALSO: Final[Mapping[Verdict, str]] = {
    "early": "done too early",
    "late": "done late",
    "excused": "past the day with an excuse",
    "met": "done in time",
    "not-owed": "not owed",
    "not-started": "not started",
}
_MOST_UNREAD = 3  # headings that the screen names
_CELL = re.compile(
    r"(?:(?:(?P<sheet>'.*'|\w+)!)?(?P<column>[A-Z]{1,3})(?P<row>\d+): )?(?:(?P<cell>\".*\") )?(?P<says>.*)",
    re.DOTALL,
)
_COMMAND = 64  # what a line of 80 has left for a command


@record(frozen=True, slots=True)
class Page:
    """How to show the answer.

    Attributes:
        top: How many clocks each list shows at most.
        soon: Within how many days the running clocks are due; None if all that run are listed.
        files: The files as on the command line.
        again: The command line as it was typed.
        law: The options that other commands need for the same day and law, as on the command line.
        whose: The districts, teams and caseworkers that were asked for.
        lists: Whether every list is before the screen.
        full: Whether everything about the whole file does too.
    """

    top: int
    soon: int | None
    files: str
    again: str = "ehcp check"
    law: str = ""
    whose: tuple[str, ...] = ()
    lists: bool = True
    full: bool = True


def check_sections(
    audit: Audit, rulebook: Rulebook, page: Page, fits: Callable[[Sequence[Section]], bool] = lambda _: True
) -> list[Section]:
    """Return the whole answer as sections, the one screen last.

    Args:
        audit: The answer, the findings of each verdict in the order in which they are listed.
        rulebook: The law that it was given by.
        page: How it is to be shown.
        fits: Whether sections fit the screen; where they do not, the smallest duties share a line.
    """
    audit = audit.narrowed()
    sections: list[Section] = []
    if page.full:
        sections.append(opening(audit))
    if page.lists or page.full:
        if not_read := tuple(unread_lines(audit)):
            sections.append(Section("Not read", before=not_read, alarm=True))
        sections += _lists(audit, rulebook, page)
    if page.full:
        sections += (*_legend(audit, rulebook), *summary_sections(audit))
        if (accepted := audit.acknowledged) and accepted.problems:
            unused = (
                {"row": str(problem.row or ""), "column": problem.column}
                | {"problem": problem.problem, "try": problem.try_}
                for problem in accepted.problems
            )
            title = f"Acknowledgements that do not apply, in {accepted.name}"
            kinds = {"number": ("row",), "fixed": ("column",), "text": ("problem", "try")}
            sections.append(table(title, unused, **kinds))
    lines = _duty_lines(audit, rulebook)
    screen = _screen(audit, page, lines)
    most = 1 if audit.unread and not fits(screen) else _MOST_UNREAD
    while not fits(screen := _screen(audit, page, lines, unread=most)) and len(lines) > 2:
        lines = _shortened(lines)
    return [*sections, *screen]


def _topic_of(deadline: Deadline) -> str:
    if deadline.kind == "local":
        return _LOCAL
    named = (name for name, ids in _TOPICS if any(is_under(first, deadline.id) for first in ids))
    return next(named, _OTHER)


@record(frozen=True, slots=True)
class DutyLine:
    """One line of the screen: a kind of duty, its clocks by verdict, most days late and the case."""

    name: str
    counts: Counter[Verdict]
    worst: tuple[int, str]


def _duty_lines(audit: Audit, rulebook: Rulebook) -> list[DutyLine]:
    """Return the kinds of duty of which something is overdue, due soon or unclear, plans before reviews."""
    latest: dict[str, tuple[int, str]] = {}
    late = audit.every_finding.filter(pl.col("verdict") == "overdue")
    for deadline, days, case in late.select("deadline", "days_late", "case_id").iter_rows():
        topic = _topic_of(rulebook.by_id[deadline])
        if days > latest.get(topic, (0, ""))[0]:
            latest[topic] = (days, case)
    counts: dict[str, Counter[Verdict]] = {name: Counter() for name in _TOPIC_NAMES}
    for name, selected in audit.selected.items():
        counts[_topic_of(rulebook.by_id[name])].update(selected)
    return [
        DutyLine(name, selected, latest.get(name, (0, "")))
        for name, selected in counts.items()
        if any(selected[verdict] for verdict in _COUNTED)
    ]


def _shortened(lines: Sequence[DutyLine]) -> list[DutyLine]:
    def weight(line: DutyLine) -> tuple[int, ...]:
        return not line.name.endswith(_MORE), *(line.counts[verdict] for verdict in _COUNTED)

    least = sorted(lines, key=weight)[:2]
    together = sum(int(line.name.split()[0]) if line.name.endswith(_MORE) else 1 for line in least)
    worst = max(line.worst for line in least)
    more = DutyLine(f"{together}{_MORE}", least[0].counts + least[1].counts, worst)
    return [*(line for line in lines if line not in least), more]


def _screen(audit: Audit, page: Page, lines: Sequence[DutyLine], unread: int = _MOST_UNREAD) -> list[Section]:
    files = Path(audit.input[0].name).name if len(audit.input) == 1 else count(len(audit.input), "file")
    whose = f" for {listed(page.whose)}" if page.whose else ""
    title = f"EHC plan time limits in {files}{whose} on {day(audit.as_at)}"
    # Where nothing is listed, it is no all-clear if something was not read or not judged.
    unjudged = nothing_judged(audit)
    nothing = unjudged or (_NOT_ALL_JUDGED if audit.summary.not_judged else _NOTHING)
    if audit.undecided:
        nothing = _NOT_ALL_READ
    sections = [
        Section(
            title,
            before=(*_what_was_read(audit, unread), *((unjudged,) if lines and unjudged else ())),
            alarm=any(line.counts["overdue"] for line in lines),
        ),
        _duties(audit, lines, page) if lines else Section(before=(nothing,)),
        Section(columns=(TableColumn("", "fixed"), TableColumn("")), rows=tuple(_facts(audit))),
        Section(columns=(TableColumn("", "fixed"),) * 2, rows=tuple(_next(audit, page))),
    ]
    return [section for section in sections if section.title or section.before or section.rows]


def _what_was_read(audit: Audit, most: int) -> Iterator[str]:
    rows, judged = (sum(getattr(file, key) for file in audit.input) for key in ("rows", "judged"))
    left = f", {rows - judged:,} not" if rows > judged else ""
    not_read = tuple(unread_lines(audit, most))
    every = "" if not_read else ", every date column read"
    yield f"{count(rows, 'row')} read, {judged:,} judged{left}{every}; {law_used(audit)}."
    yield from not_read
    if audit.summary.closures:
        yield audit.summary.closures
    stops = Counter(problem.affects for problem in audit.problems)
    if stops:
        kinds = (("row", "stopped a row"), ("cell", "may make a deadline unclear"))
        what = "".join(f", {stops[word]:,} {words}" for word, words in kinds if stops[word])
        yield f"{count(stops.total(), 'problem')}{what or ', none stopped a row'} (see --full)."
    yield from acknowledged_lines(audit.acknowledged)
    if lacking := audit.summary.not_judged:
        yield f"{count(len(lacking), 'deadline')} not judged: the file lacks a column (see --full)."
    yield from (order.sentence for order in audit.summary.date_order if order.changed)


def _duties(audit: Audit, lines: Sequence[DutyLine], page: Page) -> Section:
    soon = "still running" if page.soon is None else f"next {count(page.soon, 'day')}"
    total = sum(map(Counter, audit.selected.values()), Counter[Verdict]())
    if len(lines) > 1:
        cases = f", in {count(audit.overdue_cases, 'case')}" if audit.overdue_cases else ""
        lines = (*lines, DutyLine(f"All{cases}", total, (0, "")))
    also = [f"{total[verdict]:,} {words}" for verdict, words in _ALSO.items() if total[verdict]]
    rows = (
        {
            "": line.name,
            "overdue": line.counts["overdue"],
            "worst": count(line.worst[0], "day") if line.worst[0] else "",
            "case": line.worst[1],
            soon: line.counts["running"],
            "unclear": line.counts["unknown"] or None,
        }
        for line in lines
    )
    after = (f"Also {listed(also)}.",) if also else ()
    return without_empty_columns(
        table("", rows, text=("",), fixed=("case",), optional=("case",), after=after)
    )


def _facts(audit: Audit) -> Iterator[tuple[str, str]]:
    stages: dict[StageName, int] = values(audit.summary.stages)
    if total := sum(stages.values()):
        parts = [f"{number:,} {_STAGES[stage]}" for stage, number in stages.items() if number]
        yield "Open assessments", f"{total:,}: {', '.join(parts)}"
    if oldest := audit.longest:
        weeks = count(oldest.weeks, "week")
        yield "Oldest", f"{oldest.case_id}, {weeks} since the request, {_STAGES[oldest.stage]}"
    rates = audit.summary.rates
    rate, leaving_out = rates.get("pc_plans_issued_within_20_weeks"), rates.get("pc_plans_issued_20_weeks_ex")
    if rate is not None:
        without = "" if leaving_out is None else f" ({leaving_out}% without exceptions)"
        plans = count(int(rates["plans_issued_den"] or 0), "plan")
        yield f"Plans in {audit.as_at.year}", f"{rate}% of {plans} within 20 weeks{without}"
    clear = audit.summary.clearance
    if clear.overdue_plans:
        some = f" ({clear.excused_plans:,} more excused)" if clear.excused_plans else ""
        clears = "clears" if clear.overdue_plans == 1 else "clear"
        when = f"{clears} about {day(clear.date)}" if clear.date else f"never {clears}"
        plans = count(clear.overdue_plans, "overdue plan")
        yield "At this pace", f"{plans}{some} {when}, a straight line"


def _next(audit: Audit, page: Page) -> Iterator[tuple[str, str]]:
    files = page.files
    if not page.full and len(f"ehcp explain {audit.latest} {files}{page.law}") > _COMMAND:
        files = "FILE"
    if audit.selected and (page.lists or page.full):
        yield "As a file", f"ehcp check {files}{page.law} -o findings.csv"
    elif audit.selected:
        again = f"{page.again} --list"
        yield "List them", again if len(again) <= _COMMAND else "the same with --list"
    if audit.latest:
        yield "Why, by law", f"ehcp explain {shlex.quote(audit.latest)} {files}{page.law}"
    if audit.summary.clearance.overdue_plans:
        yield "When it clears", f"ehcp forecast {files}{page.law}"


def _lists(audit: Audit, rulebook: Rulebook, page: Page) -> Iterator[Section]:
    cells: dict[int, list[Problem]] = {}
    for problem in audit.problems if len(audit.input) == 1 else ():
        if problem.stops == "cell":
            cells.setdefault(problem.row, []).append(problem)
    why = ListColumn(TableColumn("how it stands"), lambda row: _standing(row, rulebook, cells))
    columns = (CASE, DUE, why, DEADLINE, ListColumn(TableColumn("note"), _notes), *WHOSE_COLUMNS)
    soon = "running" if page.soon is None else f"due in {count(page.soon, 'day')}"
    called = {"running": soon, "unknown": "unclear", **_ALSO}
    of_topic: dict[str, list[str]] = {name: [] for name in _TOPIC_NAMES}
    for name in audit.selected:
        of_topic[_topic_of(rulebook.by_id[name])].append(name)
    for topic, names in of_topic.items():
        mine = audit.findings.filter(audit.findings["deadline"].cast(pl.String).is_in(names))
        numbers = sum((Counter(audit.selected[name]) for name in names), Counter[Verdict]())
        rows: list[Row] = []
        parts = []
        for verdict in (verdict for verdict in _ORDER if numbers[verdict]):
            shown = mine.filter(mine["verdict"] == verdict).head(page.top).rows(named=True)
            rows += shown
            some = "" if len(shown) == numbers[verdict] else f"{len(shown):,} of "
            parts.append(f"{some}{numbers[verdict]:,} {called.get(verdict, verdict)}")
        if parts:
            title = f"{topic}: {', '.join(parts)}"
            yield list_section(title, columns, rows, None, alarm=bool(numbers["overdue"]))


def _standing(row: Row, rulebook: Rulebook, cells: Mapping[int, Sequence[Problem]]) -> str:
    """Return the state of a clock, in a few words; `cells` are those of each row that could not be read."""
    late, on = f"{count(row['days_late'] or 0, 'day')} late", row["answered"] or row["ended"]
    match row["verdict"]:
        case "overdue":
            words = late
        case "excused":
            words = f"{late}, excused"
        case "running" if row["days_left"] is not None:
            by = f", act by {row['act_by']}" if row["act_by"] != row["due"] else ""
            words = f"{count(row['days_left'], 'day')} left{by}" if row["days_left"] else "due today"
        case "early":
            early = f"{count(row['days_left'], 'day')} " if row["due"] else ""  # no first lawful day yet
            words = f"{early}too early, on {on}"
        case "late":
            words = f"{late}, on {on}"
        case "met":
            words = f"done on {on}" if on else "done"
        case _:
            deadline = rulebook.by_id[row["deadline"]]
            words = reason_named(row["reason"], deadline, row["start"], rulebook)
            if row["reason"] == "unreadable":
                matter = columns_looked_at(rulebook, deadline)
                own = [cell for cell in cells.get(row["row"], ()) if cell.column in matter]
                words = "; ".join(map(cell_in_words, own)) or words
    return words


def cell_in_words(problem: Problem) -> str:
    """Return where an unreadable cell is, and what it says.

    >>> cell_in_words(Problem(14, "plan_issued", "", 'H14: "see notes" is not a date', "", "cell"))
    'plan_issued (column H, row 14) is "see notes", which is not a date'
    >>> cell_in_words(Problem(14, "plan_issued", "", "the cell holds a formula", "", "cell"))
    'plan_issued (row 14): the cell holds a formula'
    """
    match = _CELL.fullmatch(problem.problem)
    if match is None:
        return f"{problem.column} (row {problem.row}): {problem.problem}"
    sheet = f"sheet {match['sheet']}" if match["sheet"] else ""
    column = f"column {match['column']}" if match["column"] else ""
    where = ", ".join(part for part in (sheet, column, f"row {match['row'] or problem.row}") if part)
    says = f" is {match['cell']}, which {match['says']}" if match["cell"] else f": {match['says']}"
    return f"{problem.column} ({where}){says}"


def _legend(audit: Audit, rulebook: Rulebook) -> Iterator[Section]:
    """Yield what each deadline id means, and where else in the file the authority is late."""
    overdue = {name: counts.get("overdue", 0) for name, counts in audit.summary.verdicts.items()}
    rows = []
    for deadline in rulebook.deadlines:
        late = overdue.get(deadline.id, 0)
        own = (deadline.who, deadline.kind) == ("authority", "statutory")
        if deadline.id in audit.selected or (late and own):
            numbers = {"deadline": deadline.id, "overdue": late or None}
            rows.append(numbers | {"what is owed": deadline.duty, "the law": deadline.law})
    if rows:
        title = "The deadlines, and how many are overdue in the whole file"
        yield table(title, rows, text=("what is owed", "the law"))


def _notes(row: Row) -> str:
    disputed = "disputed" if row["certainty"] == "disputed" else ""
    provisional = "provisional" if row["provisional"] else ""
    return ", ".join(note for note in (disputed, row["excuse"], provisional) if note)

"""The page of `ehcp check`: one screen, and before it what `--list` and `--full` ask for."""

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from ehcp_timeline.audit.clock import VERDICTS, Verdict
from ehcp_timeline.audit.selection import is_under
from ehcp_timeline.audit.single.applicability import columns_looked_at
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.answer import values
from ehcp_timeline.measure.result import Audit, StageName
from ehcp_timeline.output.sections import (
    ListColumn,
    Row,
    Section,
    TableColumn,
    column_of,
    list_section,
    without_empty_columns,
)
from ehcp_timeline.output.summary import opening, summary_sections, unread_lines
from ehcp_timeline.output.verdict_words import reason_named
from ehcp_timeline.text.words import count, day, listed, rulebook_name

LOCAL: Final = "Local promises"
OTHER: Final = "Other duties"
TOPICS: Final = (
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
STAGES: Final[Mapping[StageName, str]] = {
    "no_decision": "no decision",
    "agreed_no_draft": "being assessed",
    "draft_not_final": "draft sent",
}
_MOST_UNREAD = 3  # headings that the screen names
_CELL = re.compile(
    r"(?:(?:(?P<sheet>'.*'|\w+)!)?(?P<column>[A-Z]{1,3})(?P<row>\d+): )?(?:(?P<cell>\".*\") )?(?P<says>.*)",
    re.DOTALL,
)
_COMMAND = 64  # what a line of 80 has left for a command


@dataclass(frozen=True, slots=True)
class Page:
    """How the answer is to be shown.

    Attributes:
        top: How many clocks each list shows at most.
        soon: Within how many days the running clocks are due; None if all that run are listed.
        files: The files as they stand on the command line.
        again: The command line as it was typed.
        law: The options that other commands need for the same day and law, as they stand on the command line.
        whose: The districts, teams and caseworkers that were asked for.
        lists: Whether every list stands before the screen.
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
    sections = list(_lists(audit, rulebook, page)) if page.lists or page.full else []
    if (page.lists or page.full) and (not_read := tuple(unread_lines(audit))):
        sections = [Section("Not read", before=not_read, alarm=True), *sections]
    if page.full:
        whole = (*_legend(audit, rulebook), *summary_sections(audit))
        sections = [opening(audit), *sections, *whole]
    lines = _duty_lines(audit, rulebook)
    screen = _screen(audit, page, lines)
    most = 1 if audit.unread and not fits(screen) else _MOST_UNREAD
    while not fits(screen := _screen(audit, page, lines, unread=most)) and len(lines) > 2:
        lines = _shortened(lines)
    return [*sections, *screen]


def topic_of(deadline: Deadline) -> str:
    """Return the kind of duty that a deadline belongs to."""
    if deadline.kind == "local":
        return LOCAL
    named = (name for name, ids in TOPICS if any(is_under(first, deadline.id) for first in ids))
    return next(named, OTHER)


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One line of the screen.

    Attributes:
        name: The kind of duty.
        counts: Verdict to how many clocks were asked for.
        worst: Most days late, and the case.
    """

    name: str
    counts: Counter[Verdict]
    worst: tuple[int, str]


def _duty_lines(audit: Audit, rulebook: Rulebook) -> list[DutyLine]:
    """Return the kinds of duty of which something is overdue, due soon or unclear, plans before reviews."""
    latest: dict[str, tuple[int, str]] = {}
    late = audit.findings.filter(audit.findings["verdict"] == "overdue")
    for deadline, days, case in late.select("deadline", "days_late", "case_id").iter_rows():
        topic = topic_of(rulebook.by_id[deadline])
        if days > latest.get(topic, (0, ""))[0]:
            latest[topic] = (days, case)
    counts: dict[str, Counter[Verdict]] = {name: Counter() for name in (*dict(TOPICS), OTHER, LOCAL)}
    for name, selected in audit.selected.items():
        counts[topic_of(rulebook.by_id[name])].update(selected)
    return [
        DutyLine(name, selected, latest.get(name, (0, "")))
        for name, selected in counts.items()
        if any(selected[verdict] for verdict in _COUNTED)
    ]


def _shortened(lines: list[DutyLine]) -> list[DutyLine]:
    """Return the lines with the two that matter least made one."""
    least = sorted(lines, key=lambda line: (not line.name.endswith(_MORE), *_weight(line)))[:2]
    together = sum(int(line.name.split()[0]) if line.name.endswith(_MORE) else 1 for line in least)
    worst = max(line.worst for line in least)
    more = DutyLine(f"{together}{_MORE}", least[0].counts + least[1].counts, worst)
    return [*(line for line in lines if line not in least), more]


def _weight(line: DutyLine) -> tuple[int, ...]:
    return tuple(line.counts[verdict] for verdict in _COUNTED)


def _screen(audit: Audit, page: Page, lines: Sequence[DutyLine], unread: int = _MOST_UNREAD) -> list[Section]:
    """Return the one screen: what was read, one line a duty, the whole file, what to type next."""
    files = Path(audit.input[0].name).name if len(audit.input) == 1 else count(len(audit.input), "file")
    whose = f" for {listed(page.whose)}" if page.whose else ""
    title = f"EHC plan time limits in {files}{whose} on {day(audit.as_at)}"
    alarm = any(line.counts["overdue"] for line in lines)
    sections = [
        Section(title, before=tuple(_what_was_read(audit, unread)), alarm=alarm),
        _duties(audit, lines, page) if lines else Section(before=(_nothing(audit),)),
        Section(columns=_FACTS, rows=tuple(_facts(audit))),
        Section(columns=_COMMANDS, rows=tuple(_next(audit, page))),
    ]
    return [section for section in sections if section.title or section.before or section.rows]


def _nothing(audit: Audit) -> str:
    """Return the sentence for no line of duties; it is no all-clear where something was not read."""
    if audit.undecided:
        return NOT_ALL_READ
    return NOTHING if audit.summary.verdicts else "No deadline was started by any date that was read."


def _what_was_read(audit: Audit, most: int) -> Iterator[str]:
    """Yield how many rows were read, by which law, and what is wrong with the file."""
    rows, judged = (sum(getattr(file, key) for file in audit.input) for key in ("rows", "judged"))
    law = rulebook_name(
        audit.rulebook.version, [(overlay.name, overlay.sha256) for overlay in audit.rulebook.overlays]
    )
    left = f", {rows - judged:,} not" if rows > judged else ""
    not_read = tuple(unread_lines(audit, most))
    every = "" if not_read else ", every date column read"
    yield f"{count(rows, 'row')} read, {judged:,} judged{left}{every}; {law}."
    yield from not_read
    if audit.summary.closures:
        yield audit.summary.closures
    stops = Counter(problem.stops for problem in audit.problems)
    if stops:
        what = [
            f", {stops[word]:,} {what}"
            for word, what in (("row", "stopped a row"), ("cell", "made a deadline unclear"))
            if stops[word]
        ]
        yield f"{count(stops.total(), 'problem')}{''.join(what) or ', none changes a verdict'} (see --full)."
    if lacking := audit.summary.not_judged:
        yield f"{count(len(lacking), 'deadline')} not judged: the file lacks a column (see --full)."
    yield from (order.sentence for order in audit.summary.date_order if order.changed)


def _duties(audit: Audit, lines: Sequence[DutyLine], page: Page) -> Section:
    """Return one line for each kind of duty, and all of them together."""
    soon = "still running" if page.soon is None else f"next {count(page.soon, 'day')}"
    total = sum(map(Counter, audit.selected.values()), Counter[Verdict]())
    rows = [(line.name, *_cells(line.counts, *line.worst)) for line in lines]
    if len(lines) > 1:
        cases = f", in {count(audit.overdue_cases, 'case')}" if audit.overdue_cases else ""
        rows.append((f"All{cases}", *_cells(total, 0, "")))
    also = [f"{total[verdict]:,} {words}" for verdict, words in _ALSO.items() if total[verdict]]
    return without_empty_columns(
        Section(
            columns=(
                TableColumn(""), TableColumn("overdue", "number"), TableColumn("worst", "number"),
                TableColumn("case", "fixed", optional=True), TableColumn(soon, "number"),
                TableColumn("unclear", "number"),
            ),
            rows=tuple(rows),
            after=(f"Also {listed(also)}.",) if also else (),
        )
    )  # fmt: skip


def _cells(counts: Mapping[Verdict, int], days: int, case: str) -> tuple[str, ...]:
    worst = count(days, "day") if days else ""
    unclear = f"{counts['unknown']:,}" if counts["unknown"] else ""
    return f"{counts['overdue']:,}", worst, case, f"{counts['running']:,}", unclear


def _facts(audit: Audit) -> Iterator[tuple[str, str]]:
    """Yield the facts about assessments, of the whole file or of the group that was asked about."""
    stages: dict[StageName, int] = values(audit.summary.stages)
    if total := sum(stages.values()):
        parts = [f"{number:,} {STAGES[stage]}" for stage, number in stages.items() if number]
        yield "Open assessments", f"{total:,}: {', '.join(parts)}"
    if audit.oldest:
        oldest = audit.oldest[0]
        weeks = count(oldest.weeks, "week")
        yield "Oldest", f"{oldest.case_id}, {weeks} since the request, {STAGES[oldest.stage]}"
    rates = audit.summary.rates
    rate, leaving_out = (rates.get(key) for key in (RATE, RATE_EX))
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
    """Yield what to type next; files with a long name are called FILE."""
    files = page.files
    if not page.full and len(f"ehcp explain {audit.latest} {files}{page.law}") > _COMMAND:
        files = "FILE"
    if audit.selected:
        again = f"{page.again} --list"
        if page.lists or page.full:
            yield "As a file", f"ehcp check {files}{page.law} -o findings.csv"
        else:
            yield "List them", again if len(again) <= _COMMAND else "the same with --list"
    if audit.latest:
        yield "Why, by law", f"ehcp explain {shlex.quote(audit.latest)} {files}{page.law}"
    if audit.summary.clearance.overdue_plans:
        yield "When it clears", f"ehcp forecast {files}{page.law}"


def _lists(audit: Audit, rulebook: Rulebook, page: Page) -> Iterator[Section]:
    """Yield one list for each kind of duty, plans before reviews; in each overdue first, worst first."""
    cells: dict[int, list[Problem]] = {}
    for problem in audit.problems if len(audit.input) == 1 else ():
        if problem.stops == "cell":
            cells.setdefault(problem.row, []).append(problem)
    why = ListColumn(TableColumn("how it stands"), lambda row: _standing(row, rulebook, cells))
    columns = (_CASE, _DUE, why, _DEADLINE, *_WHOSE)
    of_topic: dict[str, list[str]] = {name: [] for name in (*dict(TOPICS), OTHER, LOCAL)}
    for name in audit.selected:
        of_topic[topic_of(rulebook.by_id[name])].append(name)
    for topic, names in of_topic.items():
        mine = audit.findings.filter(audit.findings["deadline"].cast(pl.String).is_in(names))
        rows: list[Row] = []
        parts = []
        for verdict in _ORDER:
            if number := sum(audit.selected[name].get(verdict, 0) for name in names):
                shown = mine.filter(mine["verdict"] == verdict).head(page.top).rows(named=True)
                rows += shown
                some = "" if len(shown) == number else f"{len(shown):,} of "
                parts.append(f"{some}{number:,} {_named(verdict, page)}")
        if parts:
            late = any(audit.selected[name].get("overdue") for name in names)
            yield list_section(f"{topic}: {', '.join(parts)}", columns, rows, None, alarm=late)


def _named(verdict: Verdict, page: Page) -> str:
    """Return what a list calls a verdict."""
    if verdict == "running":
        return "running" if page.soon is None else f"due in {count(page.soon, 'day')}"
    return _ALSO.get(verdict, "unclear" if verdict == "unknown" else verdict)


def _standing(row: Row, rulebook: Rulebook, cells: Mapping[int, Sequence[Problem]]) -> str:
    """Return how a clock stands, in a few words; `cells` are those of each row that could not be read."""
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
            words = f"{count(row['days_left'], 'day')} too early, on {on}"
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
    """Return where a cell stands that could not be read, and what it says.

    >>> cell_in_words(Problem(14, "plan_issued", "", 'H14: "see notes" is not a date', "", "cell"))
    'plan_issued (column H, row 14) is "see notes", which is not a date'
    >>> cell_in_words(Problem(14, "plan_issued", "", "the cell holds a formula", "", "cell"))
    'plan_issued (row 14): the cell holds a formula'
    """
    match = _CELL.fullmatch(problem.problem)
    if match is None:
        return f"{problem.column} (row {problem.row}): {problem.problem}"
    places = (f"sheet {match['sheet']}" if match["sheet"] else "", f"column {match['column']}")
    place = [*(places if match["column"] else ())]
    where = ", ".join(part for part in (*place, f"row {match['row'] or problem.row}") if part)
    says = f" is {match['cell']}, which {match['says']}" if match["cell"] else f": {match['says']}"
    return f"{problem.column} ({where}){says}"


def _legend(audit: Audit, rulebook: Rulebook) -> Iterator[Section]:
    """Yield what each deadline id means, and where else in the file the authority is late."""
    overdue = {name: counts.get("overdue", 0) for name, counts in audit.summary.verdicts.items()}
    rows = tuple(
        (
            deadline.id,
            f"{overdue[deadline.id]:,}" if overdue.get(deadline.id) else "",
            deadline.duty,
            deadline.law,
        )
        for deadline in rulebook.deadlines
        if deadline.id in audit.selected
        or (overdue.get(deadline.id) and (deadline.who, deadline.kind) == ("authority", "statutory"))
    )
    columns = (
        TableColumn("deadline", "fixed"),
        TableColumn("overdue", "number"),
        TableColumn("what is owed"),
        TableColumn("the law"),
    )
    if rows:
        yield Section("The deadlines, and how many are overdue in the whole file", columns=columns, rows=rows)


def _notes(row: Row) -> str:
    """Return what else should be known: disputed readings, excuses, holidays not announced yet."""
    notes = [
        "disputed" if row["certainty"] == "disputed" else "",
        row["excuse"] or "",
        "provisional" if row["provisional"] else "",
    ]
    return ", ".join(note for note in notes if note)


NOTHING: Final = "Nothing you asked for is overdue, due soon or unclear."
NOT_ALL_READ: Final = "Nothing that could be read is overdue or due soon; not everything could be read."
RATE: Final = "pc_plans_issued_within_20_weeks"
RATE_EX: Final = "pc_plans_issued_20_weeks_ex"
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
_FACTS = (TableColumn("", "fixed"), TableColumn(""))
_COMMANDS = (TableColumn("", "fixed"), TableColumn("", "fixed"))
_CASE = column_of("case_id", "case", "fixed")
_DUE = column_of("due", kind="fixed")
_DEADLINE = column_of("deadline", kind="fixed")
_WHOSE = (
    ListColumn(TableColumn("note"), _notes),
    *(column_of(key, optional=True) for key in ("caseworker", "team", "district")),
)

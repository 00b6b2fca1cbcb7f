"""What `ehcp check` tells a person: late first, worst first, then what is due and what cannot be told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.result import Audit
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.output.summary import opening, summary_sections
from ehcp_timeline.text.words import count, reason_words

Words = Callable[[dict[str, Any]], str]


@dataclass(frozen=True, slots=True)
class _List:
    """One list of clocks with the same verdict.

    Attributes:
        title: What is said of them.
        order: The column they are sorted by.
        worst_first: Whether its largest value comes first.
        columns: Their own columns, as heading, kind and words.
    """

    title: str
    order: str
    worst_first: bool
    columns: tuple[tuple[TableColumn, Words], ...]


def check_sections(
    audit: Audit, rulebook: Rulebook, *, top: int | None, soon: int | None, files: str
) -> list[Section]:
    """Return the whole answer as sections.

    Args:
        audit: The answer.
        rulebook: The law that it was given by.
        top: How many clocks each list shows at most; None for all.
        soon: Within how many days the running clocks are due; None if all that run are listed.
        files: The files as they stand on the command line, for the commands that are suggested.
    """
    titles = {"running": "Running" if soon is None else f"Due within {count(soon, 'day')}"}
    lists = [_section(audit, verdict, top, titles.get(verdict)) for verdict in _LISTS]
    shown = [section for section in lists if section]
    return [
        opening(audit),
        *(shown or [_NOTHING]),
        *_legend(audit, rulebook),
        *summary_sections(audit, files),
    ]


def _section(audit: Audit, verdict: Verdict, top: int | None, title: str | None) -> Section | None:
    """Return the list of one verdict, or None if no clock has it."""
    of_verdict = audit.findings.filter(audit.findings["verdict"] == verdict)
    if of_verdict.is_empty():
        return None
    kind = _LISTS[verdict]
    ordered = of_verdict.sort(
        kind.order, "due", descending=[kind.worst_first, False], nulls_last=True, maintain_order=True
    )
    rows = ordered.head(of_verdict.height if top is None else top).to_dicts()
    columns = (_CASE, *kind.columns, *_WHOSE)
    return without_empty_columns(
        Section(
            title=_title(title or kind.title, audit.found_by_verdict[verdict], len(rows)),
            columns=tuple(column for column, _ in columns),
            rows=tuple(tuple(words(row) for _, words in columns) for row in rows),
            alarm=verdict == "overdue",
        )
    )


def _title(title: str, found: int, shown: int) -> str:
    """Return a heading that says how many there are, and how many of them are shown."""
    return f"{title}: {found:,}" if shown == found else f"{title}: {shown:,} of {found:,} shown"


def _legend(audit: Audit, rulebook: Rulebook) -> Iterator[Section]:
    """Yield what the ids above stand for, and where else in the file the authority is late."""
    listed = set(audit.findings["deadline"])
    overdue = {name: counts.get("overdue", 0) for name, counts in audit.verdicts.items()}
    rows = tuple(
        (
            deadline.id,
            f"{overdue[deadline.id]:,}" if overdue.get(deadline.id) else "",
            deadline.duty,
            deadline.law,
        )
        for deadline in rulebook.deadlines
        if deadline.id in listed
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


def _text(key: str) -> Words:
    """Return a reader of one value, empty where there is none."""
    return lambda row: "" if row[key] is None else str(row[key])


def _days(key: str) -> Words:
    """Return a reader of a number of days."""
    return lambda row: "" if row[key] is None else f"{row[key]:,}"


def _notes(row: dict[str, Any]) -> str:
    """Return what else should be known: disputed readings, excuses, holidays not announced yet."""
    notes = [
        "disputed" if row["certainty"] == "disputed" else "",
        row["excuse"] or "",
        "provisional" if row["provisional"] else "",
    ]
    return ", ".join(note for note in notes if note)


_LEGEND = (
    TableColumn("deadline", "fixed"),
    TableColumn("overdue", "number"),
    TableColumn("what is owed"),
    TableColumn("the law"),
)
_NOTHING = Section(
    "Nothing to list", before=("No clock of the kind that was asked for is overdue, due soon or in doubt.",)
)
_CASE = (TableColumn("case", "fixed"), _text("case_id"))
_ROW = (TableColumn("row", "number"), _text("row"))
_DUE = (TableColumn("due", "fixed"), _text("due"))
_DEADLINE = (TableColumn("deadline", "fixed"), _text("deadline"))
_ANSWERED = (TableColumn("done", "fixed"), _text("answered"))
_LATE = (TableColumn("days late", "number"), _days("days_late"))
_FROM = (TableColumn("from", "fixed"), _text("due"))
_EARLY = (TableColumn("days early", "number"), _days("days_left"))
_LEFT = (TableColumn("days left", "number"), _days("days_left"))
_ACT_BY = (TableColumn("act by", "fixed"), _text("act_by"))
_WHY = (TableColumn("why"), lambda row: reason_words(row["reason"]))
_WHOSE = (
    (TableColumn("note"), _notes),
    (TableColumn("caseworker", optional=True), _text("caseworker")),
    (TableColumn("team", optional=True), _text("team")),
    (TableColumn("district", optional=True), _text("district")),
)
_LISTS: dict[Verdict, _List] = {
    "overdue": _List("Overdue, worst first", "days_late", True, (_DUE, _LATE, _DEADLINE)),
    "early": _List("Done too early", "days_left", True, (_FROM, _ANSWERED, _EARLY, _DEADLINE)),
    "running": _List("Running", "days_left", False, (_DUE, _LEFT, _ACT_BY, _DEADLINE)),
    "unknown": _List("Cannot be told", "due", False, (_ROW, _DEADLINE, _DUE, _WHY)),
    "excused": _List("Past the day, with an excuse", "days_late", True, (_DUE, _LATE, _DEADLINE)),
    "late": _List("Done late, worst first", "days_late", True, (_DUE, _ANSWERED, _LATE, _DEADLINE)),
    "met": _List("Done in time", "due", False, (_DUE, _ANSWERED, _DEADLINE)),
    "not-owed": _List("Not owed", "due", False, (_DUE, _DEADLINE, _WHY)),
    "not-started": _List("Not started", "due", False, (_DEADLINE, _WHY)),
}

"""What `ehcp check` tells a person: late first, worst first, then what is due and what cannot be told."""

from collections.abc import Iterator, Mapping

from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.result import Audit
from ehcp_timeline.output.sections import ListColumn, Row, Section, TableColumn, column_of, list_section
from ehcp_timeline.output.summary import opening, summary_sections
from ehcp_timeline.output.verdict_words import reason_named
from ehcp_timeline.text.words import count


def check_sections(
    audit: Audit, rulebook: Rulebook, *, top: int, soon: int | None, files: str
) -> list[Section]:
    """Return the whole answer as sections.

    Args:
        audit: The answer, the findings of each verdict in the order in which they are listed.
        rulebook: The law that it was given by.
        top: How many clocks each list shows at most.
        soon: Within how many days the running clocks are due; None if all that run are listed.
        files: The files as they stand on the command line, for the commands that are suggested.
    """
    why = ListColumn(TableColumn("why"), lambda row: _why(row, rulebook))
    titles = _TITLES if soon is None else {**_TITLES, "running": f"Due within {count(soon, 'day')}"}
    lists = [
        list_section(
            titles[verdict],
            (_CASE, *columns, *([why] if verdict in _WITH_REASON else []), *_WHOSE),
            audit.findings.filter(audit.findings["verdict"] == verdict).head(top).iter_rows(named=True),
            audit.selected[verdict],
            suffix=" shown",
            alarm=verdict == "overdue",
        )
        for verdict, columns in _COLUMNS.items()
        if audit.selected.get(verdict)
    ]
    return [
        opening(audit),
        *(lists or [_NOTHING]),
        *_legend(audit, rulebook),
        *summary_sections(audit, files),
    ]


def _legend(audit: Audit, rulebook: Rulebook) -> Iterator[Section]:
    """Yield what the ids above stand for, and where else in the file the authority is late."""
    listed = set(audit.findings["deadline"])
    overdue = {name: counts.get("overdue", 0) for name, counts in audit.summary.verdicts.items()}
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


def _days(key: str, heading: str) -> ListColumn:
    """Return a column with a number of days."""
    column = TableColumn(heading, "number")
    return ListColumn(column, lambda row: "" if row[key] is None else f"{row[key]:,}")


def _why(row: Row, rulebook: Rulebook) -> str:
    return reason_named(row["reason"], rulebook.by_id[row["deadline"]], row["start"], rulebook)


def _notes(row: Row) -> str:
    """Return what else should be known: disputed readings, excuses, holidays not announced yet."""
    notes = [
        "disputed" if row["certainty"] == "disputed" else "",
        row["excuse"] or "",
        "provisional" if row["provisional"] else "",
    ]
    return ", ".join(note for note in notes if note)


_NOTHING = Section(
    "Nothing to list", before=("No clock of the kind that was asked for is overdue, due soon or in doubt.",)
)
_CASE = column_of("case_id", "case", "fixed")
_DUE = column_of("due", kind="fixed")
_DEADLINE = column_of("deadline", kind="fixed")
_ANSWERED = column_of("answered", "done", "fixed")
_LATE = _days("days_late", "days late")
_WHOSE = (
    ListColumn(TableColumn("note"), _notes),
    *(column_of(key, optional=True) for key in ("caseworker", "team", "district")),
)
_TITLES: Mapping[Verdict, str] = {
    "overdue": "Overdue, worst first",
    "early": "Done too early",
    "running": "Running",
    "unknown": "Cannot be judged",
    "excused": "Past the day, with an excuse",
    "late": "Done late, worst first",
    "met": "Done in time",
    "not-owed": "Not owed",
    "not-started": "Not started",
}
_WITH_REASON: frozenset[Verdict] = frozenset({"unknown", "not-owed", "not-started"})
_COLUMNS: Mapping[Verdict, tuple[ListColumn, ...]] = {
    "overdue": (_DUE, _LATE, _DEADLINE),
    "early": (column_of("due", "from", "fixed"), _ANSWERED, _days("days_left", "days early"), _DEADLINE),
    "running": (_DUE, _days("days_left", "days left"), column_of("act_by", "act by", "fixed"), _DEADLINE),
    "unknown": (column_of("row", kind="number"), _DEADLINE, _DUE),
    "excused": (_DUE, _LATE, _DEADLINE),
    "late": (_DUE, _ANSWERED, _LATE, _DEADLINE),
    "met": (_DUE, _ANSWERED, _DEADLINE),
    "not-owed": (_DUE, _DEADLINE),
    "not-started": (_DEADLINE,),
}

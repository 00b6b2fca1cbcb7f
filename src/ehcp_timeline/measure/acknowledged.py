"""Findings that a council has accepted until a day: they leave its lists and stay in every count."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.verdicts import Verdict
from ehcp_timeline.cases.case_numbers import case_key, key_of
from ehcp_timeline.cases.cells.dates import event_window, numeric_order, read_date, reads_both_ways
from ehcp_timeline.cases.cells.values import CellFault, shown
from ehcp_timeline.cases.model import Column, Problem, Vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import Finding, Problems, RowsOf
from ehcp_timeline.record import Sha256, Whole, field, record
from ehcp_timeline.text import day, did_you_mean, folded, listed

_COLUMNS: Final = ("case_id", "deadline", "reason", "until")
_VOCABULARY: Final = Vocabulary(
    MappingProxyType({name: Column(name, "", "text") for name in _COLUMNS}), MappingProxyType({})
)
_OVERDUE: Final[frozenset[Verdict]] = frozenset({"overdue"})


@record(frozen=True, slots=True)
class Acknowledgement:
    """One row that can be used: an overdue deadline of a case, accepted up to and including a day.

    Attributes:
        case: Its number as `case_key` writes it.
    """

    row: int
    case: str
    deadline: str
    reason: str
    until: date


@record(frozen=True, slots=True)
class AcknowledgedFile:
    """What a council has accepted, and which of its rows cannot be used."""

    name: str
    sha256: str
    rows: tuple[Acknowledgement, ...]
    problems: tuple[Problem, ...]


@record(frozen=True, slots=True)
class Acknowledged:
    """What was left out of a list because the council has accepted it.

    Attributes:
        not_listed: Overdue deadlines left out of the list; every count has them.
        problems: Rows of the file of acknowledgements that left nothing out, each with the reason.
    """

    name: str
    sha256: Sha256
    not_listed: Whole
    problems: Problems


@record(frozen=True, slots=True, kw_only=True)
class AcknowledgedFinding(Finding):
    """One overdue deadline that is not listed.

    Attributes:
        until: The last day on which it is not listed.
    """

    reason: str
    until: date


@record(frozen=True, slots=True)
class AcknowledgedFindings(Acknowledged):
    """The same, with what was left out."""

    findings: Annotated[pl.DataFrame, RowsOf(AcknowledgedFinding)]

    def told(self, not_listed: int) -> Acknowledged:
        """Return what a list says that leaves out so many of them."""
        return Acknowledged(self.name, self.sha256, not_listed, self.problems)


def read_acknowledged(path: Path, rulebook: Rulebook, as_at: date) -> AcknowledgedFile:
    """Read a table with the columns case, deadline, reason and until, in any format of a case file.

    Raises:
        CaseFileError: It cannot be read, or lacks one of these columns.
    """
    source = open_case_file(str(path), _VOCABULARY, as_at=as_at, aliases={"case_id": ("case",)})
    if lacking := [name for name in _COLUMNS if name not in source.columns]:
        raise CaseFileError(
            f"{path} has no column {listed(lacking)}, so it is no list of acknowledgements",
            "give it the columns case, deadline, reason and until",
        )
    batches = list(source.batches())
    rows = pl.concat([batch.frame for batch in batches]).sort("row").rows(named=True)
    problems = [problem for batch in batches for problem in batch.problems]
    day_first = any(numeric_order(row["until"] or "") == "day-first" for row in rows)
    taken: dict[tuple[str, str], Acknowledgement] = {}
    for row in rows:
        read = _read(row, rulebook, as_at, day_first=day_first)
        if not isinstance(read, Acknowledgement):
            problems += read
            continue
        first = taken.setdefault((read.case, read.deadline), read)
        if first is not read:
            says, tip = f"row {first.row} accepts the same and stands", "take one of the two rows out"
            problems.append(Problem(read.row, "", "acknowledged-twice", says, tip, "row"))
    return AcknowledgedFile(path.name, source.sha256, tuple(taken.values()), tuple(sorted(problems)))


def _read(
    row: Mapping[str, Any], rulebook: Rulebook, as_at: date, *, day_first: bool
) -> Acknowledgement | list[Problem]:
    """Return what a row accepts, or everything that keeps it from being used.

    A day that could be two days is refused unless another row proves that the day comes first: a wrong one
    would hide a finding for months.
    """
    faults: list[tuple[str, str, str, str]] = []
    word, reason, text = row["deadline"], row["reason"], row["until"]
    deadline = {folded(name): name for name in rulebook.by_id}.get(folded(word or ""))
    until = read_date(text, event_window(as_at)) if text else None
    if word is None:
        faults.append(("deadline", "no-deadline", "no deadline is named", "write one, as plan.issue"))
    elif deadline is None:
        tip = did_you_mean(word, rulebook.by_id) or "`ehcp rules list` names them all"
        faults.append(("deadline", "unknown-deadline", f"there is no deadline {shown(word)}", tip))
    if reason is None:
        faults.append(("reason", "no-reason", "there is no reason", "say why the delay is accepted"))
    if text is None:
        tip = "write the last day on which it is accepted, as 2026-01-31"
        faults.append(("until", "no-until", "there is no day", tip))
    elif isinstance(until, CellFault):
        faults.append(("until", until.rule, f"{shown(text)} {until.says}", until.try_))
    elif until and reads_both_ways(text) and not day_first:
        says = f"{shown(text)} could be {day(until)} or {day(date(until.year, until.day, until.month))}"
        faults.append(("until", "ambiguous-date", says, "write it as 2026-01-31"))
    if faults or deadline is None or not isinstance(until, date):
        return [Problem(row["row"], *fault, "row") for fault in faults]
    return Acknowledgement(row["row"], case_key(row["case_id"]), deadline, reason, until)


@record(slots=True)
class AcknowledgedTally:
    """Finds what is accepted among the clocks of files, batch by batch.

    Attributes:
        seen: Cases of the acknowledgements that are in a file, as `case_key` writes them.
        overdue: Those of their deadlines that are overdue, with the same key.
        rows: File to the rows of these cases so far, as duties that repeat are judged last.
    """

    file: AcknowledgedFile
    as_at: date
    seen: set[str] = field(default_factory=set)
    overdue: set[tuple[str, str]] = field(default_factory=set)
    rows: dict[int, list[pl.DataFrame]] = field(default_factory=dict)

    def rows_accepted(self, judged: Judged, file: int) -> Mapping[str, pl.Series]:
        """Return the rows of a batch whose overdue clock is accepted, by deadline."""
        keyed = judged.rows.select("row", key=key_of(judged.rows["case_id"].cast(pl.String)))
        mine = keyed.filter(pl.col("key").is_in([entry.case for entry in self.file.rows]))
        self.seen.update(mine["key"])
        held = self.rows.setdefault(file, [])
        held.append(mine)
        cases = pl.concat(held)
        accepted = {}
        for deadline in {entry.deadline for entry in self.file.rows} & judged.clocks.keys():
            clocks = judged.clocks[deadline]
            if not clocks.counts.get("overdue"):
                continue
            late = cases.filter(pl.col("row").is_in(clocks.only(clocks.having(_OVERDUE))["row"].implode()))
            self.overdue.update((key, deadline) for key in late["key"])
            kept = [entry.case for entry in self._in_force() if entry.deadline == deadline]
            accepted[deadline] = late.filter(pl.col("key").is_in(kept))["row"]
        return accepted

    def note(self, clocks: pl.DataFrame, cases: pl.Series) -> pl.Series:
        """Return which clocks of a list are accepted and overdue; `cases` are all of the file."""
        keyed = clocks.select("deadline", key=key_of(clocks["case_id"]), late=pl.col("verdict") == "overdue")
        self.seen.update(key_of(cases.cast(pl.String)))
        self.overdue.update(keyed.filter("late").select("key", "deadline").rows())
        in_force = {(entry.case, entry.deadline) for entry in self._in_force()}
        pairs = zip(keyed["key"], keyed["deadline"], keyed["late"], strict=True)
        accepted = [late and (key, deadline) in in_force for key, deadline, late in pairs]
        return pl.Series(accepted, dtype=pl.Boolean)

    def accepts(self, case_id: str, deadlines: Collection[str]) -> bool:
        """Return whether one of these deadlines of a case is overdue and accepted."""
        key = case_key(case_id)
        return any(
            entry.case == key and entry.deadline in deadlines and (key, entry.deadline) in self.overdue
            for entry in self._in_force()
        )

    def _in_force(self) -> Sequence[Acknowledgement]:
        """Return what is accepted on the day: the day named is the last."""
        return [entry for entry in self.file.rows if entry.until >= self.as_at]

    def problems(self) -> tuple[Problem, ...]:
        """Return every row that leaves nothing out, after all files have been read."""
        found = list(self.file.problems)
        for entry in self.file.rows:
            late = (entry.case, entry.deadline) in self.overdue
            tip = "take the row out"
            if entry.case not in self.seen:
                rule, says = "case-not-in-file", "the case is in no file"
                tip = "correct its number, or " + tip
            elif not late:
                rule, says = "not-overdue", f"{entry.deadline} of this case is not overdue"
            elif entry.until < self.as_at:
                rule = "acknowledgement-ended"
                says = f"it was accepted until {day(entry.until)}; it is listed again"
                tip = "give it a later day, or " + tip
            else:
                continue
            found.append(Problem(entry.row, "", rule, says, tip, "nothing"))
        return tuple(sorted(found))

    def left_out(self, clocks: pl.DataFrame) -> AcknowledgedFindings:
        """Return the clocks that are accepted and not listed, with the columns of a finding."""
        by_case = {(entry.case, entry.deadline): entry for entry in self.file.rows}
        keys = zip(key_of(clocks["case_id"]), clocks["deadline"].cast(pl.String), strict=True)
        entries = [by_case[key] for key in keys]
        findings = clocks.with_columns(
            pl.Series("reason", [entry.reason for entry in entries], pl.String),
            pl.Series("until", [entry.until for entry in entries], pl.Date),
        )
        name, sha256 = self.file.name, self.file.sha256
        return AcknowledgedFindings(name, sha256, clocks.height, self.problems(), findings)

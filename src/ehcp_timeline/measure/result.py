"""The answer of `ehcp check` about one or more case files, from which lists are made too."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal, Self

import polars as pl

from ehcp_timeline.audit.verdicts import Verdict
from ehcp_timeline.cases.mapping.loader import lines_for
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.cases.unread import Holds
from ehcp_timeline.measure.acknowledged import AcknowledgedFindings
from ehcp_timeline.measure.answer import NOT_IN_JSON, Finding, Problems, RowsOf, RulebookUsed
from ehcp_timeline.record import Ge, Sha256, Whole, field, record, replace
from ehcp_timeline.text import count, listed

StageName = Literal["no_decision", "agreed_no_draft", "draft_not_final"]
Breach = Literal["overdue", "late", "due-soon"]


@record(frozen=True, slots=True)
class Input:
    """One file that was read. Rows add up: `rows` = `judged` + `not_judged`."""

    name: str
    sha256: Sha256
    rows: Whole
    judged: Whole
    not_judged: Whole

    @property
    def words(self) -> str:
        """How many rows were read and judged."""
        return f"{self.name}: {count(self.rows, 'row')}, {self.judged:,} judged."

    @classmethod
    def of(cls, source: CaseFile) -> Self:
        """Return what an answer says of a file whose rows have all been read."""
        return cls(source.name, source.sha256, source.rows, source.judged, source.rows - source.judged)

    @classmethod
    def all_of(cls, sources: Iterable[CaseFile]) -> tuple[Self, ...]:
        """Return the same of several; cases that were joined from some of them are no file."""
        return tuple(cls.of(source) for source in sources if source.sha256)


@record(frozen=True, slots=True)
class HeadingUnread:
    """A heading that is not read although dates or outcomes stand under it.

    Attributes:
        column: Its place among the headings, from 1.
        holds: What stands under it.
        cells: On how many rows it holds what no column that is read says.
        decides: Whether that may be what answered or ended a deadline; such clocks are unknown.
        may_be: The columns that it may mean, the likeliest first; empty for any.
        reason: Why it is not read although it looks like a column; null where it does not.
        lines: Lines for `[columns]` of ehcp.toml that would have it read; one to choose, some to complete.
    """

    file: str
    heading: str
    column: Annotated[int, Ge(1)]
    holds: Holds
    cells: Whole
    decides: bool
    may_be: tuple[str, ...]
    reason: str | None
    lines: tuple[str, ...]

    @classmethod
    def all_of(cls, source: CaseFile) -> Iterator[Self]:
        """Yield what an answer says of the headings of a file whose rows have all been read."""
        for heading, unread in source.unread:
            lines = lines_for(heading, source.sheet.headings, source.columns, dated=unread.holds == "dates")
            yield cls(
                *(source.name, heading.text, heading.position, unread.holds, unread.cells, unread.decides),
                *(heading.may_be or heading.suggestions, heading.reason, tuple(lines)),
            )


@record(frozen=True, slots=True)
class NotJudged:
    """A deadline that started in the file but that no column of the file could answer.

    Attributes:
        needs: One of these columns would answer it.
    """

    deadline: str
    needs: tuple[str, ...]
    clocks: Whole


@record(frozen=True, slots=True)
class OpenCase:
    """One open assessment.

    Attributes:
        weeks: Whole weeks since the start, floored.
    """

    case_id: str
    row: Annotated[int, Ge(1)]
    stage: StageName
    start: date
    weeks: Whole


@record(frozen=True, slots=True)
class Clearance:
    """When the overdue plans clear if the last weeks go on.

    Attributes:
        overdue_plans: `plan.issue` clocks that are overdue on the as-at date.
        weeks: Weeks of the past that the rates are taken over.
        arrivals_per_week: Plans that became overdue in those weeks, a week.
        completions_per_week: Overdue plans that were issued or ended in those weeks, a week.
        date: The day on which none would be left; null: never at this rate.
        sentence: The same in words.
        excused_plans: Plans past their due day with a recorded exception that no date refutes; not overdue.
    """

    overdue_plans: Whole
    weeks: int
    arrivals_per_week: float
    completions_per_week: float
    date: date | None
    sentence: str
    excused_plans: Whole = 0


@record(frozen=True, slots=True)
class DoubtfulColumn:
    """A column whose dates could be day-first or month-first.

    Attributes:
        cells: Cells that mean another day if they are month-first.
    """

    column: str
    cells: Annotated[int, Ge(1)]


@record(frozen=True, slots=True)
class DateOrder:
    """A file in which nothing proves that the dates of some columns are day-first, as they were read.

    Attributes:
        columns: Those columns.
        proven: Columns of the same file that can only be day-first.
        verdicts: How many verdicts were given.
        changed: How many of them would change if all those columns were month-first.
        sentence: The same in words, put together from the rest.
    """

    file: str
    columns: tuple[DoubtfulColumn, ...]
    proven: tuple[str, ...]
    verdicts: Whole
    changed: Whole
    sentence: str = field(init=False, default="")

    def __post_init__(self) -> None:
        """Put it into words."""
        which = listed([f"`{column.column}`" for column in self.columns])
        read = "they were" if len(self.columns) > 1 else "it was"
        if self.changed:
            said = f"{self.changed:,} of {self.verdicts:,} verdicts would change if {which} were month-first"
        else:
            said = f"Reading these dates month-first would change no result: {which}"
        object.__setattr__(self, "sentence", f"{said}; {read} read day-first.")


@record(frozen=True, slots=True)
class Stages:
    """How many open assessments stand at each stage."""

    no_decision: Whole
    agreed_no_draft: Whole
    draft_not_final: Whole


@record(frozen=True, slots=True)
class AuditSummary:
    """What is counted over the whole input, whatever was selected.

    Attributes:
        rates: Measures over the calendar year of as_at, under the names of DfE's files.
        verdicts: Deadline to verdict to number, over every clock that started; a family's rights are apart.
        rights: The same of what a family may do until a day, as far as it was asked for.
        not_judged: Deadlines that no column of the file could answer.
        clearance: When the overdue plans clear at the present rate.
        date_order: Files with dates that could be day-first or month-first, and what hangs on it.
        closures: A sentence where something is overdue that a column which no file has could have closed.
    """

    stages: Stages
    rates: Mapping[str, int | float | str | None]
    verdicts: Mapping[str, Mapping[Verdict, Whole]]
    not_judged: tuple[NotJudged, ...]
    clearance: Clearance
    rights: Mapping[str, Mapping[Verdict, Whole]] = field(default_factory=dict)
    date_order: tuple[DateOrder, ...] = ()
    closures: str | None = None


@record(frozen=True, slots=True)
class GroupSummary:
    """What is counted over the cases of the district, team or caseworker that was asked about."""

    stages: Stages
    rates: Mapping[str, int | float | str | None]
    clearance: Clearance
    oldest: tuple[OpenCase, ...]
    longest: OpenCase | None = field(default=None, metadata=NOT_IN_JSON)


@record(frozen=True, slots=True)
class Audit:
    """The answer of `ehcp check`.

    Attributes:
        input: The files that were read.
        findings: The selected clocks. The frame has every column of `audit.verdicts.Clock` too.
        oldest: The oldest open assessments, oldest first.
        problems: Everything in the files that a person should put right, in file order.
        unread: Headings that are not read although dates or outcomes stand under them, in file order.
        group: What is counted over the group that was asked about; null where none was.
        acknowledged: What is overdue, accepted and so not among the findings; null where nothing was given.
        selected: Deadline to verdict to how many clocks were selected, however many `findings` holds.
        overdue_cases: How many cases have an overdue one of them.
        breaches: What the authority's own statutory clocks among those asked about are.
        ranked: The findings as a page lists them too, where both were asked for.
        undecided: Whether a heading, row or cell that could not be read left one of its clocks unknown.
        nothing_judged: Whether a file with rows has no statutory clock of the authority that could be judged.
        latest: The case that is most days late, where the findings are ranked for a page.
        longest: The oldest open assessment, listed or not.
    """

    SCHEMA: ClassVar = "ehcp-check/1"

    as_at: date
    rulebook: RulebookUsed
    input: tuple[Input, ...]
    summary: AuditSummary
    findings: Annotated[pl.DataFrame, RowsOf(Finding)]
    oldest: tuple[OpenCase, ...]
    problems: Problems
    unread: tuple[HeadingUnread, ...] = ()
    group: GroupSummary | None = None
    acknowledged: AcknowledgedFindings | None = None
    selected: Mapping[str, Mapping[Verdict, int]] = field(default_factory=dict, metadata=NOT_IN_JSON)
    overdue_cases: int = field(default=0, metadata=NOT_IN_JSON)
    breaches: frozenset[Breach] = field(default=frozenset(), metadata=NOT_IN_JSON)
    ranked: Annotated[pl.DataFrame | None, RowsOf(Finding)] = field(default=None, metadata=NOT_IN_JSON)
    undecided: bool = field(default=False, metadata=NOT_IN_JSON)
    nothing_judged: bool = field(default=False, metadata=NOT_IN_JSON)
    latest: str | None = field(default=None, metadata=NOT_IN_JSON)
    longest: OpenCase | None = field(default=None, metadata=NOT_IN_JSON)

    @property
    def every_finding(self) -> pl.DataFrame:
        """The selected clocks, those that are accepted and not listed among them."""
        accepted = self.acknowledged.findings.select(self.findings.columns) if self.acknowledged else None
        return (
            self.findings
            if accepted is None
            else pl.concat([self.findings, accepted], how="vertical_relaxed")
        )

    def narrowed(self) -> "Audit":
        """Return the answer with the numbers of the group that was asked about instead of the file's."""
        if self.group is None:
            return self
        counts = {key: getattr(self.group, key) for key in ("stages", "rates", "clearance")}
        lists = {key: getattr(self.group, key) for key in ("oldest", "longest")}
        return replace(self, summary=replace(self.summary, **counts), **lists)

"""The answer to one question about one or more case files: what every command prints from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ehcp_timeline.cases.model import Problem

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Input:
    """One file that was read. Rows add up: `rows` = `judged` + `not_judged`."""

    name: str
    sha256: str
    rows: int
    judged: int
    not_judged: int


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A deadline that started in the file but that no column of the file could answer."""

    deadline: str
    needs: tuple[str, ...]
    clocks: int


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One open assessment. `weeks` are whole weeks since the start, floored."""

    case_id: str
    row: int
    stage: str
    start: date
    weeks: int


@dataclass(frozen=True, slots=True)
class Clearance:
    """When the overdue plans clear if the last 13 weeks go on; `date` is None for "never at this rate".

    Attributes:
        overdue_plans: Open `plan.issue` clocks past their due day on the as-at date.
        weeks: Weeks of the past that the rates are taken over.
        arrivals_per_week: Plans that became overdue in those weeks, a week.
        completions_per_week: Overdue plans that were issued or ended in those weeks, a week.
        date: The day on which none would be left; None where completions do not exceed arrivals.
        sentence: The same in words.
    """

    overdue_plans: int
    weeks: int
    arrivals_per_week: float
    completions_per_week: float
    date: date | None
    sentence: str


@dataclass(frozen=True, slots=True)
class DoubtfulColumn:
    """A column whose dates could be day-first or month-first; `cells` of them mean another day then."""

    column: str
    cells: int


@dataclass(frozen=True, slots=True)
class DateOrder:
    """A file in which nothing proves that the dates of some columns are day-first, as they were read.

    Attributes:
        file: Its name.
        columns: Those columns.
        proven: Columns of the same file that can only be day-first.
        verdicts: How many verdicts were given.
        changed: How many of them would be other ones if all those columns were month-first.
    """

    file: str
    columns: tuple[DoubtfulColumn, ...]
    proven: tuple[str, ...]
    verdicts: int
    changed: int

    @property
    def sentence(self) -> str:
        """The same in words."""
        names = [f"`{column.column}`" for column in self.columns]
        which = " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
        some = f"{self.changed:,}" if self.changed else "None"
        would = "would be another one" if self.changed == 1 else "would be other ones"
        read = "they were" if len(names) > 1 else "it was"
        said = f"{some} of {self.verdicts:,} verdicts {would} if {which} were month-first"
        return f"{said}; {read} read day-first."


@dataclass(frozen=True, slots=True)
class Audit:
    """Every answer of `ehcp check`.

    Attributes:
        as_at: The day the question is asked about.
        rulebook_version: Version of the rulebook, as `2026.11`.
        rulebook_sha256: SHA-256 of all its files, in hexadecimal.
        overlays: Local rulebooks laid over it, as (name, sha256).
        inputs: The files that were read.
        findings: The selected clocks, in file order then rulebook order. Columns are those of
            `audit.clock.Clock`, with duty, law, kind, who, district, team and caseworker beside them.
        found: How many clocks were selected in all, however many `findings` holds.
        found_by_verdict: The same, verdict by verdict.
        verdicts: Deadline id to verdict to count, over every clock that started.
        stages: Open assessments: no_decision, agreed_no_draft, draft_not_final.
        rates: DfE's measures over the as-at calendar year; None where nothing was issued.
        not_judged: Deadlines that no column of the file could answer.
        oldest: The oldest open assessments, oldest first.
        clearance: When the overdue plans clear at the present rate.
        problems: Everything in the files that a person should put right, in file order.
        date_order: Files with dates that could be day-first or month-first, and what hangs on it.
    """

    as_at: date
    rulebook_version: str
    rulebook_sha256: str
    overlays: tuple[tuple[str, str], ...]
    inputs: tuple[Input, ...]
    findings: "pl.DataFrame"
    found: int
    found_by_verdict: Mapping[str, int]
    verdicts: Mapping[str, Mapping[str, int]]
    stages: Mapping[str, int]
    rates: Mapping[str, float | int | str | None]
    not_judged: tuple[NotJudged, ...]
    oldest: tuple[OpenCase, ...]
    clearance: Clearance
    problems: tuple[Problem, ...]
    date_order: tuple[DateOrder, ...] = ()

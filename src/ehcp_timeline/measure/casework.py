"""The work in one file: its answer, its rows, and every open clock with the step it waits for."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, get_args

import polars as pl
from polars import selectors

from ehcp_timeline.audit.bulk.clocks import CLOCKS
from ehcp_timeline.audit.selection import WHOSE, Selection
from ehcp_timeline.audit.verdicts import VERDICTS
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.rulebook import Rulebook, Who
from ehcp_timeline.measure.acknowledged import Acknowledged, AcknowledgedFile
from ehcp_timeline.measure.answer import AT_ONCE
from ehcp_timeline.measure.audit import check_files
from ehcp_timeline.measure.findings import FilterCheck, is_wanted
from ehcp_timeline.measure.next_steps import next_steps, steps_of
from ehcp_timeline.measure.result import Audit
from ehcp_timeline.record import record, replace

WORDS = selectors.enum() | selectors.categorical()
CONTACTS = ("name", "school", "referrer")
EVERYBODYS = frozenset({"statutory", "guidance", "local"})
OPEN = Selection(
    verdicts=frozenset({"overdue", "excused", "unknown", "running"}), kinds=EVERYBODYS, who=frozenset()
)
DUTIES = replace(OPEN, who=frozenset(get_args(Who)) - {"family"})
"""The same without the rights of families, which are never overdue."""
WORKED = (
    *("row", "start", "due", "act_by", "verdict"),
    *("days_left", "days_late", "certainty", "excuse", "open"),
)
"""What a list of work says of a clock that is open."""
ALL = Selection(verdicts=frozenset(VERDICTS), everything=True, kinds=EVERYBODYS, who=frozenset())


@record(frozen=True, slots=True)
class Casework:
    """The work in one file.

    Attributes:
        audit: Its answer; the findings are the clocks that were asked for, whoever owes them.
        rows: Every row: `row`, `case_id` and the columns of the file, or if only open clocks were asked for
            those that their lists look at.
        columns: The columns of the file.
        assume_blank: Columns that the file does not have and that count as blank.
    """

    rulebook: Rulebook
    as_at: date
    audit: Audit
    rows: pl.DataFrame
    columns: frozenset[str]
    assume_blank: frozenset[str] = frozenset()

    def open_clocks(self, *wanted: pl.Expr) -> pl.DataFrame:
        """Return the open clocks for which these are all true, with the step that each waits for."""
        return self.with_steps(self.without_steps(*wanted))

    def without_steps(self, *wanted: pl.Expr) -> pl.DataFrame:
        """Return the same as they are in the answer, words as String."""
        return self.audit.every_finding.filter("open", *wanted).with_columns(WORDS.cast(pl.String))

    def with_steps(self, clocks: pl.DataFrame) -> pl.DataFrame:
        """Return open clocks with the step that each waits for, and the columns of `CONTACTS`."""
        of_these = pl.col("case_id").is_in(clocks["case_id"].unique().implode())
        every = self.audit.every_finding.filter("open", of_these)
        steps = steps_of(clocks, every, self.rows, next_steps(), self.rulebook, self.as_at)
        frame = clocks.hstack(steps)
        passed = pl.col("not_before").is_null() & (pl.col("by") < self.as_at)
        by = pl.when(passed).then(pl.lit(AT_ONCE)).otherwise(pl.col("by").dt.to_string("%F"))
        return with_contacts(frame.with_columns(by.alias("by")), self.rows)

    def is_late(self, selection: Selection) -> bool:
        """Return whether the authority has an overdue clock of a statutory duty among those asked for."""
        frame = self.audit.every_finding.filter(chosen_by(selection, self.rulebook))
        own = (frame["kind"] == "statutory") & (frame["who"] == "authority") & (frame["verdict"] == "overdue")
        return bool(own.any())

    def listed(self, clocks: pl.DataFrame) -> tuple[pl.DataFrame, Acknowledged | None]:
        """Return the clocks that are not accepted, and what is said of those that are."""
        accepted = self.audit.acknowledged
        if accepted is None:
            return clocks, None
        key = ["case_id", "deadline", "row", "start"]
        left_out = accepted.findings.select(key).with_columns(WORDS.cast(pl.String))
        kept = clocks.join(left_out, on=key, how="anti", nulls_equal=True, maintain_order="left")
        return kept, accepted.told(clocks.height - kept.height)

    def check_filters(self, selection: Selection) -> None:
        """Raise UsageError if a filter matches nothing in the file."""
        filters = FilterCheck(selection, self.rulebook, columns={*self.columns, *self.assume_blank})
        filters.add(self.rows)
        filters.refuse()


def read_casework(
    rulebook: Rulebook,
    source: CaseFile,
    as_at: date,
    selection: Selection = OPEN,
    assume_blank: Collection[str] = (),
    acknowledged: AcknowledgedFile | None = None,
) -> Casework:
    """Judge one file and keep its rows beside the answer, with the clocks that are selected.

    `assume_blank` are columns that the file does not have and that count as blank: "not yet".
    """
    kept: list[pl.DataFrame] = []
    audit = check_files(
        rulebook,
        [source],
        as_at,
        selection,
        oldest=0,
        assume_blank=assume_blank,
        keep=kept,
        kept_as=None if selection.everything else _worked,
        acknowledged=acknowledged,
        clock_columns=tuple(CLOCKS) if selection.everything else WORKED,
    )
    return Casework(rulebook, as_at, audit, pl.concat(kept), source.columns, frozenset(assume_blank))


def _worked(rows: pl.DataFrame) -> pl.DataFrame:
    """Return what lists of open clocks look at of rows."""
    events = {event for chain in next_steps().chains for step in chain.steps for event in step.until}
    wanted = {"row", "case_id", *WHOSE, *CONTACTS, *events}
    held = rows.select(column for column in rows.columns if column in wanted)
    return held.with_columns(pl.col(name).cast(pl.Categorical) for name in WHOSE if name in held.columns)


def with_contacts(clocks: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the contacts of a case: the columns of `CONTACTS`, empty where the file does not have them."""
    held = [pl.col(name).cast(pl.String) for name in CONTACTS if name in rows.columns]
    if held:
        clocks = clocks.join(rows.select("row", *held), on="row", how="left", maintain_order="left")
    return clocks.with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in CONTACTS if name not in rows.columns
    )


def rows_with_contacts(clocks: pl.DataFrame, rows: Sequence[pl.DataFrame]) -> Iterator[Mapping[str, Any]]:
    """Yield clocks of one file as plain values, with their contacts; `rows` are those of the file."""
    return with_contacts(clocks, pl.concat(rows)).iter_rows(named=True)


def chosen_by(selection: Selection, rulebook: Rulebook) -> pl.Expr:
    """Return which clocks a selection asks for: by kind, by who, by deadline and by group."""
    wanted = [deadline.id for deadline in rulebook.deadlines if is_wanted(deadline, selection)]
    chosen = pl.col("deadline").is_in(wanted)
    for column, names in selection.groups.items():
        chosen &= pl.col(column).is_in(sorted(names))
    return chosen

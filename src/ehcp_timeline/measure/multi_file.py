"""Cases in several files: what one file calls late may be answered in another, so it is unknown."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CERTAINTY, VERDICT, Clocks, Judged, ToldClocks
from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.audit.selection import unjudgeable
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.rulebook import Rulebook

LATE: Final[frozenset[Verdict]] = frozenset({"overdue", "late", "excused"})
_SEED: Final = 11  # any fixed number
_UNKNOWN: Final = {
    **dict.fromkeys(("verdict", "strict", "evidenced"), pl.lit("unknown", VERDICT)),
    "days_late": pl.lit(None, pl.Int32),
    "certainty": pl.lit("certain", CERTAINTY),
    "excuse": pl.lit(None, pl.String),
    "reason": pl.lit("years-between-not-in-file"),
}


class SharedCases:
    """Which cases are in several files, noted while the files are read.

    Duties that repeat look at all rows of a case. A review that stands in one file answers no clock of
    another, so a late clock of a repeating duty, on a case that stands in another file too, is unknown.
    Only files that start and answer such a duty are watched.
    """

    def __init__(self, rulebook: Rulebook, sources: Sequence[CaseFile]) -> None:
        repeating = [deadline for deadline in rulebook.deadlines if deadline.repeats]
        self._repeating = {deadline.id for deadline in repeating}
        judging = []
        for place, source in enumerate(sources):
            without = unjudgeable(rulebook, source.columns)
            answerable = (deadline for deadline in repeating if deadline not in without)
            starts = (rulebook.columns_of(deadline.start_events) for deadline in answerable)
            if any(source.columns.intersection(columns) for columns in starts):
                judging.append(place)
        self._rows: dict[int, list[pl.DataFrame]] = {place: [] for place in judging if len(judging) > 1}
        self._late = 0

    def watches(self, file: int) -> bool:
        """Return whether cases of the file at this place may stand in another one."""
        return file in self._rows

    def note(self, file: int, judged: Judged) -> None:
        """Note the cases of a batch, each as a number that hardly two cases share."""
        if self.watches(file):
            self._rows[file].append(judged.rows.select(ROW, "case_id", case=pl.col("case_id").hash(_SEED)))

    @cached_property
    def _shared(self) -> pl.DataFrame:
        """The rows of the cases that are in several files, once all have been read."""
        files = (
            pl.concat(rows).with_columns(file=pl.lit(place)) for place, rows in self._rows.items() if rows
        )
        return pl.concat(files).filter(pl.col("file").n_unique().over("case") > 1)

    def without_blame(self, file: int, judged: Judged) -> Judged:
        """Return a file's duties that repeat, those that look late on cases of another file unknown."""
        rows = self._shared.filter(pl.col("file") == file).get_column(ROW)
        clocks = {
            name: self._unknown(held, rows) if name in self._repeating else held
            for name, held in judged.clocks.items()
        }
        return replace(judged, clocks=clocks)

    def _unknown(self, clocks: Clocks, rows: pl.Series) -> Clocks:
        """Return clocks with those that look late on these rows unknown."""
        late = clocks.having(LATE) & clocks["row"].is_in(rows.implode())
        if not late.any():
            return clocks
        self._late += int(late.sum())
        frame = clocks.frame().with_columns(late=late)
        unknown = (
            pl.when("late").then(value).otherwise(pl.col(name)).alias(name)
            for name, value in _UNKNOWN.items()
        )
        return ToldClocks(frame.with_columns(unknown).drop("late"))

    def problems(self) -> tuple[Problem, ...]:
        """Return what should be known, once every file has been judged."""
        if not self._late:
            return ()
        first, cases = self._shared.get_column("case_id")[0], self._shared.get_column("case").n_unique()
        many = f"{cases:,} cases stand in several files, {first} among them"
        said = f"case {first} stands in several files" if cases == 1 else many
        single, more = "1 clock of a duty that repeats is", f"{self._late:,} clocks of duties that repeat are"
        clocks = single if self._late == 1 else more
        return (
            Problem(
                0,
                "case_id",
                "case-in-several-files",
                f"{said}; each file is judged by itself, so {clocks} unknown: another file may answer them",
                "join the files first, with ehcp convert, and judge the one that it writes",
                "nothing",
            ),
        )

"""Cases that stand in several files: what one calls late may be answered in another, so it is unknown."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
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
_REASON: Final = "years-between-not-in-file"
_SEED: Final = 11  # any fixed number


class Several:
    """What is known of the cases of several files before they are judged, each by itself.

    Duties that repeat look at all rows of a case. A review that stands in one file answers no clock of
    another, so a late clock of a repeating duty, on a case that stands in another file too, is unknown.
    """

    def __init__(self, rulebook: Rulebook, sources: Sequence[CaseFile]) -> None:
        """Look for cases that stand in several files; a single file is not read for it."""
        self._repeating = [deadline.id for deadline in rulebook.deadlines if deadline.repeats]
        self._rows: dict[int, pl.Series] = {}
        self._first = ""
        self._cases = self._late = 0
        judging = {place: one for place, one in enumerate(sources) if self._judges(rulebook, one)}
        if len(judging) > 1:
            self._look(judging)

    def told(self, place: int, answers: Iterable[Judged]) -> Iterator[Judged]:
        """Yield what was judged of the file at this place, without blame that another file may lift."""
        for judged in answers:
            rows = self._rows.get(place)
            yield judged if rows is None or not judged.last else self._without_blame(judged, rows)
            del judged  # large, while the next comes

    def problems(self) -> tuple[Problem, ...]:
        """Return what should be known, once every file has been judged."""
        if not self._late:
            return ()
        many = f"{self._cases:,} cases stand in several files, {self._first} among them"
        said = f"case {self._first} stands in several files" if self._cases == 1 else many
        one, more = "1 clock of a duty that repeats is", f"{self._late:,} clocks of duties that repeat are"
        clocks = one if self._late == 1 else more
        return (
            Problem(
                0,
                "case_id",
                "case-in-several-files",
                f"{said}; each file is judged by itself, so {clocks} unknown, which another file may answer",
                "join the files first, with ehcp convert, and judge the one that it writes",
                "nothing",
            ),
        )

    def _judges(self, rulebook: Rulebook, source: CaseFile) -> bool:
        """Return whether a file starts and answers a duty that repeats."""
        without = {one.id for one in unjudgeable(rulebook, source.columns)}
        return any(
            deadline.repeats
            and deadline.id not in without
            and source.columns.intersection(deadline.start_events)
            for deadline in rulebook.deadlines
        )

    def _look(self, sources: dict[int, CaseFile]) -> None:
        """Find the rows of the cases that stand in several files."""
        rows = pl.concat(_cases(source).with_columns(file=pl.lit(place)) for place, source in sources.items())
        shared = rows.filter(pl.col("file").n_unique().over("case") > 1)
        if shared.height:
            self._first = str(shared.get_column("case_id")[0])
            self._cases = shared.get_column("case").n_unique()
        for place in shared.get_column("file").unique():
            self._rows[place] = shared.filter(pl.col("file") == place).get_column(ROW)

    def _without_blame(self, judged: Judged, rows: pl.Series) -> Judged:
        """Return a file's repeating duties, those that look late on these rows unknown."""
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
        unknown = {
            **dict.fromkeys(("verdict", "strict", "evidenced"), pl.lit("unknown", VERDICT)),
            "days_late": pl.lit(None, pl.Int32),
            "certainty": pl.lit("certain", CERTAINTY),
            "excuse": pl.lit(None, pl.String),
            "reason": pl.lit(_REASON),
        }
        told = clocks.frame().with_columns(late=late)
        return ToldClocks(
            told.with_columns(
                pl.when("late").then(value).otherwise(pl.col(name)).alias(name)
                for name, value in unknown.items()
            ).drop("late")
        )


def _cases(source: CaseFile) -> pl.DataFrame:
    """Return each row of a file with its case, as a number that hardly two cases share."""
    frames = [
        batch.frame.select(ROW, "case_id", case=pl.col("case_id").hash(_SEED)) for batch in source.batches()
    ]
    return pl.concat(frames)

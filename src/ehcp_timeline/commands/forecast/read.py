"""Reads case files for a forecast: only the clocks that it needs, and what it has to leave out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.selection import unjudgeable
from ehcp_timeline.cases.batch import Batch
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.forecast.results.reviews import REVIEW
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.counts import ISSUE, clocks_of
from ehcp_timeline.measure.result import Input

_BEGINS = ("request_received", "became_responsible")


@dataclass(slots=True)
class ForecastReader:
    """What is read of the files while they go by.

    Attributes:
        rulebook: The law.
        as_at: Nothing after this day is taken in.
        inputs: The files that are over.
        judged: Batches with the clocks that a forecast needs.
    """

    rulebook: Rulebook
    as_at: date
    inputs: list[Input] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)

    def read(self, source: CaseFile) -> None:
        """Read one file; one of reviews alone says nothing of assessments.

        Raises:
            CaseFileError: It says when nothing ended, or when assessments began and not when they ended.
        """
        unanswerable = {one.id for one in unjudgeable(self.rulebook, source.columns)}
        wanted = [
            deadline
            for deadline in self.rulebook.deadlines
            if deadline.id in (*ISSUE, *REVIEW) and deadline.id not in unanswerable
        ]
        begins = any(name in source.columns for name in _BEGINS)
        if not begins:
            wanted = [one for one in wanted if one.id in REVIEW]
        if not wanted or (begins and "plan_issued" not in source.columns):
            raise CaseFileError(
                f"{source.name}: a forecast needs the days on which plans were issued",
                "add the column plan_issued, blank where there is no plan yet",
            )
        self.judged += self._counted(source, wanted)

    def _counted(self, source: CaseFile, wanted: Sequence[Deadline]) -> list[Judged]:
        rows = judged = 0

        def batches() -> Iterator[Batch]:
            nonlocal rows, judged
            for batch in source.batches():
                rows += batch.read
                judged += batch.judged
                yield batch

        answers = list(judge(self.rulebook, batches(), self.as_at, deadlines=wanted))
        self.inputs.append(Input(source.name, source.sha256, rows, judged, rows - judged))
        return answers


def undated(judged: Judged) -> int:
    """Return how many assessments of a batch the file does not date: unreadable, or not recorded."""
    clocks = clocks_of(judged, ISSUE, "due", "answered", "ended", "strict", "open")
    closed = pl.col("answered").is_not_null() | pl.col("ended").is_not_null()
    told = pl.col("due").is_not_null() & (pl.col("open") | closed)
    return clocks.filter(~told & (pl.col("strict") == "unknown")).height

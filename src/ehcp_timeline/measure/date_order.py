"""What hangs on the order of day and month where a file does not prove it: judged both ways, compared."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.judged import CLOCKS, Clocks, Judged
from ehcp_timeline.audit.judgeable import unjudgeable
from ehcp_timeline.audit.result import DateOrder, DoubtfulColumn
from ehcp_timeline.cases.frame import CaseSource
from ehcp_timeline.law.terms import Rulebook


def date_order(
    rulebook: Rulebook, source: CaseSource, as_at: date, assume_blank: Collection[str] = ()
) -> DateOrder | None:
    """Judge a file again, its doubtful dates read day-first and month-first, and return what differs.

    Args:
        rulebook: The law.
        source: The file; every row of it has been read.
        as_at: The day the question is asked about.
        assume_blank: Columns that the file does not have and that count as blank.

    Returns:
        None where the dates of every column prove their order or are not in figures, and where there is
        nothing to judge either way.
    """
    doubtful = source.doubtful
    if not doubtful:
        return None
    proven = source.proven_day_first
    unanswerable = {one.id for one in unjudgeable(rulebook, source.columns | frozenset(assume_blank))}
    deadlines = [one for one in rulebook.deadlines if one.id not in unanswerable]
    counting = _Counting()
    both = (
        judge(rulebook, one.batches(), as_at, deadlines=deadlines)
        for one in (source, source.month_first(doubtful))
    )
    for day_first, month_first in zip(*both, strict=True):
        counting.add(day_first, month_first)
    if not (counting.verdicts or counting.changed):
        return None
    columns = tuple(DoubtfulColumn(name, cells) for name, cells in doubtful.items())
    return DateOrder(source.name, columns, proven, counting.verdicts, counting.changed)


@dataclass(slots=True)
class _Counting:
    """How many verdicts there are day-first, and how many are others month-first or are not there at all."""

    verdicts: int = 0
    changed: int = 0

    def add(self, day_first: Judged, month_first: Judged) -> None:
        """Hold one batch, read both ways, against itself."""
        for name in {**day_first.clocks, **month_first.clocks}:
            pair = [_numbered(one.clocks.get(name)) for one in (day_first, month_first)]
            both = pair[0].join(pair[1], on=["row", "number"], how="full", suffix="_month_first")
            self.verdicts += pair[0].height
            self.changed += both.filter(pl.col("verdict").ne_missing(pl.col("verdict_month_first"))).height


def _numbered(clocks: Clocks | None) -> pl.DataFrame:
    """Return the verdicts of one deadline, those of one row numbered."""
    if clocks is None:
        told = pl.DataFrame(schema={name: CLOCKS[name] for name in ("row", "verdict")})
    else:
        told = clocks.frame("row", "verdict")
    return told.with_columns(number=pl.int_range(pl.len()).over("row"))

"""Verdicts that depend on whether dates are day-first or month-first: judged both ways and compared."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Clocks, Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.selection import unjudgeable
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.law.subset import texts_in
from ehcp_timeline.measure.result import DateOrder, DoubtfulColumn


@repeated_until_known
def date_order(
    rulebook: Rulebook,
    source: CaseFile,
    as_at: date,
    assume_blank: Collection[str] = (),
    verdicts: int | None = None,
) -> DateOrder | None:
    """Judge a file again, its doubtful dates read day-first and month-first, and return what differs.

    Only what can differ is judged again: deadlines that name a doubtful column, on rows that hang on one.

    Args:
        rulebook: The law.
        source: The file; every row of it has been read.
        as_at: The day the question is asked about.
        assume_blank: Columns that the file does not have and that count as blank.
        verdicts: How many verdicts the file has day-first, where that is known.

    Returns:
        None where the dates of every column prove their order or are not in figures, and where there is
        nothing to judge either way.
    """
    doubtful = source.doubtful
    if not doubtful:
        return None
    proven = source.proven_day_first
    unanswerable = {
        deadline.id for deadline in unjudgeable(rulebook, source.columns | frozenset(assume_blank))
    }
    deadlines = [
        deadline for deadline in rulebook.deadlines if not (deadline.right or deadline.id in unanswerable)
    ]
    if verdicts is None:
        verdicts = sum(
            sum(clocks.counts.values())
            for judged in judge(rulebook, source.batches(), as_at, deadlines=deadlines)
            for clocks in judged.clocks.values()
        )
    changed = _changed(rulebook, source, as_at, _hanging(rulebook, deadlines, doubtful))
    if not (verdicts or changed):
        return None
    columns = tuple(DoubtfulColumn(name, cells) for name, cells in doubtful.items())
    return DateOrder(source.name, columns, proven, verdicts, changed)


def _changed(rulebook: Rulebook, source: CaseFile, as_at: date, hanging: Collection[Deadline]) -> int:
    """Return how many verdicts of these deadlines are others month-first.

    A row without a date in figures in a doubtful column is the same either way. It is judged all the same
    where a duty repeats, as a case's other rows count too.
    """
    if not hanging:
        return 0
    doubtful = source.doubtful
    ways = source.both_ways(doubtful, some=not any(deadline.repeats for deadline in hanging))
    counting = _DateOrderCount()
    both = (judge(rulebook, way.batches(), as_at, deadlines=[*hanging]) for way in ways)
    for day_first, month_first in zip(*both, strict=True):
        counting.add(day_first, month_first)
    return counting.changed


def _hanging(
    rulebook: Rulebook, deadlines: Collection[Deadline], doubtful: Collection[str]
) -> list[Deadline]:
    """Return the deadlines that name one of these columns, or a deadline or a derived event that does."""
    names, size = set(doubtful), 0
    words = {deadline.id: frozenset(texts_in(deadline)) for deadline in deadlines}
    words |= {event.id: frozenset(texts_in(event)) for event in rulebook.derived.values()}
    while size < len(names):
        size = len(names)
        names |= {name for name, named in words.items() if not names.isdisjoint(named)}
    return [deadline for deadline in deadlines if deadline.id in names]


@dataclass(slots=True)
class _DateOrderCount:
    """How many verdicts are others month-first, or are not there at all."""

    changed: int = 0

    def add(self, day_first: Judged, month_first: Judged) -> None:
        """Hold one batch, read both ways, against itself."""
        for name in {**day_first.clocks, **month_first.clocks}:
            pair = [_numbered(judged.clocks.get(name)) for judged in (day_first, month_first)]
            both = pair[0].join(pair[1], on=["row", "number"], how="full", suffix="_month_first")
            self.changed += both.filter(pl.col("verdict").ne_missing(pl.col("verdict_month_first"))).height


def _numbered(clocks: Clocks | None) -> pl.DataFrame:
    """Return the verdicts of one deadline, those of one row numbered."""
    if clocks is None:
        frame = pl.DataFrame(schema={name: CLOCKS[name] for name in ("row", "verdict")})
    else:
        frame = clocks.frame("row", "verdict")
    return frame.with_columns(number=pl.int_range(pl.len()).over("row"))

"""Verdicts that depend on whether dates are day-first or month-first: judged both ways and compared."""

from collections.abc import Collection
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.selection import unjudgeable
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.rulebook import Deadline, Rulebook, texts_in
from ehcp_timeline.measure.counts import clocks_of
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

    Every row of the file has been read. Only what can differ is judged again: deadlines that name a doubtful
    column, on rows that depend on one. `verdicts` is how many the file has day-first, if that is known. None
    if the dates of every column prove their order or are not in figures, and if there is nothing to judge
    either way.
    """
    doubtful = source.doubtful
    if not doubtful:
        return None
    columns = source.columns | frozenset(assume_blank)
    without = {deadline.id for deadline in unjudgeable(rulebook, columns)}
    deadlines = [
        deadline for deadline in rulebook.deadlines if not deadline.right and deadline.id not in without
    ]
    if verdicts is None:
        verdicts = sum(
            sum(clocks.counts.values())
            for judged in judge(rulebook, source.batches(), as_at, deadlines=deadlines)
            for clocks in judged.clocks.values()
        )
    changed = _changed(rulebook, source, as_at, deadlines)
    if not (verdicts or changed):
        return None
    of_columns = tuple(DoubtfulColumn(name, cells) for name, cells in doubtful.items())
    return DateOrder(source.name, of_columns, source.proven_day_first, verdicts, changed)


def _changed(rulebook: Rulebook, source: CaseFile, as_at: date, deadlines: Collection[Deadline]) -> int:
    """Return how many verdicts of these deadlines are others month-first, or are not there at all.

    Only deadlines are judged that name a doubtful column, or a deadline or a derived event that does. A row
    without a date in figures in such a column is the same either way. It is still judged where a duty
    repeats, as a case's other rows count too.
    """
    names, size = set(source.doubtful), 0
    words = {deadline.id: frozenset(texts_in(deadline)) for deadline in deadlines}
    words |= {event.id: frozenset(texts_in(event)) for event in rulebook.derived.values()}
    while size < len(names):
        size = len(names)
        names |= {name for name, named in words.items() if not names.isdisjoint(named)}
    hanging = [deadline for deadline in deadlines if deadline.id in names]
    if not hanging:
        return 0
    ways = source.both_ways(source.doubtful, some=not any(deadline.repeats for deadline in hanging))
    both = (judge(rulebook, way.batches(), as_at, deadlines=hanging) for way in ways)
    changed = 0
    for batch in zip(*both, strict=True):
        for name in {name for judged in batch for name in judged.clocks}:
            day_first, month_first = (
                clocks_of(judged, (name,), "row", "verdict").with_columns(
                    number=pl.int_range(pl.len()).over("row")
                )
                for judged in batch
            )
            pairs = day_first.join(month_first, on=["row", "number"], how="full", suffix="_month_first")
            changed += pairs.filter(pl.col("verdict").ne_missing(pl.col("verdict_month_first"))).height
    return changed

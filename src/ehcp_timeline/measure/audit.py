"""The whole answer of `ehcp check`: every file judged once, and listed, counted and measured on the way."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.cross_check import verified
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.selection import Selection, unjudgeable
from ehcp_timeline.cases.batch import Batch
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.backlog import Backlog
from ehcp_timeline.measure.counts import VerdictTally
from ehcp_timeline.measure.date_order import date_order
from ehcp_timeline.measure.dfe_rates import Rates
from ehcp_timeline.measure.findings import Listing
from ehcp_timeline.measure.multi_file import Several
from ehcp_timeline.measure.result import Audit, DateOrder, Input, NotJudged


@dataclass(slots=True)
class _FileCount:
    """What is counted while the batches of one file go by.

    Attributes:
        source: The file.
        tell: Told how many rows each batch had, once it has been judged.
        problems: Everything in the file that a person should put right.
        rows: Rows read.
        judged: Rows of them that were judged.
    """

    source: CaseFile
    tell: Callable[[int], None] | None = None
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0
    judged: int = 0

    def batches(self) -> Iterator[Batch]:
        """Yield the batches of the file, counting what goes by."""
        for batch in self.source.batches():
            self.rows += batch.read
            self.judged += batch.judged
            self.problems += batch.problems
            read = batch.read
            yield batch
            del batch
            if self.tell:
                self.tell(read)

    def input(self) -> Input:
        """Return the file's own line of the answer."""
        return Input(self.source.name, self.source.sha256, self.rows, self.judged, self.rows - self.judged)


def check_files(
    rulebook: Rulebook,
    sources: Sequence[CaseFile],
    as_at: date,
    selection: Selection,
    *,
    oldest: int = 10,
    top: int | None = None,
    assume_blank: Collection[str] = (),
    sample: int = 0,
    tell: Callable[[int], None] | None = None,
) -> Audit:
    """Judge every row of every file, and answer all that `ehcp check` answers.

    Args:
        rulebook: The law.
        sources: The files, opened.
        as_at: The day the question is asked about.
        selection: Which clocks to list.
        oldest: How many of the oldest open assessments to name.
        top: List only this many clocks of each verdict, the worst; None lists all.
        assume_blank: Columns that a file does not have and that count as blank: "not yet".
        sample: How many rows of each file to judge again with the other reader of the law.
        tell: Told how many rows each batch had, once it has been judged.

    Raises:
        ReadersDisagreeError: The two readers give different answers for a row of the sample.
    """
    tally, listing = VerdictTally(), Listing(rulebook, selection, top)
    backlog, rates = Backlog(as_at, oldest), Rates(as_at, rulebook)
    inputs: list[Input] = []
    orders: list[DateOrder] = []
    problems: list[Problem] = []
    without: Counter[str] = Counter()
    several = Several(rulebook, sources)
    for place, source in enumerate(sources):
        columns = source.columns | frozenset(assume_blank)
        passing = _FileCount(source, tell)
        unanswerable = {deadline.id for deadline in unjudgeable(rulebook, columns)}
        batches = passing.batches()
        told = 0
        answers = verified(rulebook, batches, as_at, sample) if sample else judge(rulebook, batches, as_at)
        for everything in several.told(place, answers):
            judged = _without(everything, unanswerable, without)
            counts = {deadline: clocks.counts for deadline, clocks in judged.clocks.items()}
            for deadline, counted in counts.items():
                tally.add(deadline, counted)
                told += sum(counted.values())
            listing.add(judged)
            backlog.add(judged)
            rates.add(judged)
            problems += judged.problems
            del everything, judged  # large, while the next comes
        inputs.append(passing.input())
        problems += passing.problems
        if doubt := date_order(rulebook, source, as_at, assume_blank, told):
            orders.append(doubt)
    return Audit(
        as_at=as_at,
        rulebook_version=rulebook.version,
        rulebook_sha256=rulebook.sha256,
        overlays=rulebook.overlays,
        inputs=tuple(inputs),
        findings=listing.finished(),
        found=listing.found.total(),
        found_by_verdict=dict(listing.found),
        verdicts=tally.in_order(one.id for one in rulebook.deadlines),
        stages=backlog.by_stage(),
        rates=rates.named(),
        not_judged=_not_judged(rulebook, without),
        oldest=tuple(backlog.oldest),
        clearance=backlog.clearance(),
        problems=tuple(sorted((*problems, *several.problems()))),
        date_order=tuple(orders),
    )


def _without(judged: Judged, unanswerable: Collection[str], without: Counter[str]) -> Judged:
    """Return a batch without the clocks that no column of the file could answer, counting them."""
    for deadline in unanswerable:
        if deadline in judged.clocks:
            clocks = judged.clocks[deadline]
            without[deadline] += clocks.height - clocks.counts.get("not-owed", 0)
    answerable = {name: clocks for name, clocks in judged.clocks.items() if name not in unanswerable}
    return replace(judged, clocks=answerable)


def _not_judged(rulebook: Rulebook, started: Counter[str]) -> tuple[NotJudged, ...]:
    """Return the deadlines that started somewhere and could not be answered, in rulebook order."""
    return tuple(
        NotJudged(deadline.id, deadline.answers, started[deadline.id])
        for deadline in rulebook.deadlines
        if started[deadline.id]
    )

"""One case file read from beginning to end: what is kept of its batches."""

from collections.abc import Callable, Iterator

import polars as pl

from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import Batch
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.record import field, record


@record(slots=True)
class FileReading:
    """What is kept while the batches of one file go by.

    Attributes:
        tell: Called with the number of rows of each batch, once it has been judged.
        keep: Where the rows of each batch are kept; None to keep none.
        problems: Everything in the file that a person should put right.
    """

    source: CaseFile
    tell: Callable[[int], None] | None = None
    keep: list[pl.DataFrame] | None = None
    problems: list[Problem] = field(default_factory=list)

    def batches(self) -> Iterator[Batch]:
        """Yield the batches of the file."""
        for batch in self.source.batches():
            self.problems += batch.problems
            if self.keep is not None:
                self.keep.append(batch.frame)
            read = batch.read
            yield batch
            del batch  # large, while the next comes
            if self.tell:
                self.tell(read)

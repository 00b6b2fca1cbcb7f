"""How many clocks have which verdict, deadline by deadline, added up batch after batch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from ehcp_timeline.audit.clocks import VERDICTS


@dataclass(slots=True)
class Tally:
    """Verdicts counted so far.

    Attributes:
        counts: Deadline id to verdict to how many clocks.
    """

    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, deadline: str, clocks: pl.DataFrame) -> None:
        """Count the clocks of one deadline in one batch."""
        mine = self.counts.setdefault(deadline, {})
        for verdict, count in clocks["verdict"].value_counts().iter_rows():
            mine[verdict] = mine.get(verdict, 0) + count

    def in_order(self, deadlines: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
        """Return the counts, deadlines in the given order, verdicts in that of `VERDICTS`, zeros left out."""
        return {
            one: {verdict: self.counts[one][verdict] for verdict in VERDICTS if self.counts[one].get(verdict)}
            for one in deadlines
            if one in self.counts
        }

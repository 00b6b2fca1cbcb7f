"""How many clocks have which verdict, deadline by deadline, added up batch after batch."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ehcp_timeline.audit.clocks import VERDICTS, Verdict


@dataclass(slots=True)
class Tally:
    """Verdicts counted so far.

    Attributes:
        counts: Deadline id to verdict to how many clocks.
    """

    counts: dict[str, Counter[Verdict]] = field(default_factory=dict)

    def add(self, deadline: str, verdicts: Mapping[Verdict, int]) -> None:
        """Count the clocks of one deadline in one batch."""
        self.counts.setdefault(deadline, Counter()).update(verdicts)

    def in_order(self, deadlines: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
        """Return the counts, deadlines in the given order, verdicts in that of `VERDICTS`, zeros left out."""
        return {
            one: {verdict: self.counts[one][verdict] for verdict in VERDICTS if self.counts[one][verdict]}
            for one in deadlines
            if one in self.counts
        }

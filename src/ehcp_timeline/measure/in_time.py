"""How much was done in time, with excuses counted three ways."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from ehcp_timeline.audit.bulk.judged import Clocks
from ehcp_timeline.measure.rounding import percent

WAYS: Final = ("strict", "verdict", "evidenced")
IN_TIME: Final = ("met",)
OUT_OF_TIME: Final = ("late", "early", "overdue")


@dataclass(frozen=True, slots=True)
class InTime:
    """Done in time, of all that was answered, ended or is past its day; what is excused is on neither side.

    Attributes:
        strict: Every excuse ignored, in percent to one decimal; None where there is nothing to count.
        claimed: The file's excuses taken at their word, unless its dates refute them.
        evidenced: Only those excuses that its dates prove.
    """

    strict: float | None
    claimed: float | None
    evidenced: float | None


@dataclass(slots=True)
class InTimeTally:
    """Verdicts of one deadline, counted three ways, batch after batch.

    Attributes:
        counts: (column of the clocks, verdict) to how many.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, clocks: Clocks) -> None:
        """Count the clocks of one batch."""
        for way in WAYS:
            for verdict, number in clocks[way].value_counts().iter_rows():
                self.counts[way, verdict] += number

    def rates(self) -> InTime:
        """Return the share that was done in time, each way.

        >>> tally = InTimeTally(Counter({("strict", "met"): 1, ("strict", "late"): 3, ("verdict", "met"): 1}))
        >>> tally.rates()
        InTime(strict=25.0, claimed=100.0, evidenced=None)
        """
        return InTime(*(self._rate(way) for way in WAYS))

    def _rate(self, way: str) -> float | None:
        good = sum(self.counts[way, verdict] for verdict in IN_TIME)
        bad = sum(self.counts[way, verdict] for verdict in OUT_OF_TIME)
        return percent(good, good + bad)

"""How often each whole number came up in the runs: grows with the largest number, never with the runs."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ehcp_timeline.measure.forecast.arrays import Counts


@dataclass(slots=True)
class Spread:
    """How often each whole number from 0 came up.

    Attributes:
        counts: Times that each number came up.
    """

    counts: Counts = field(default_factory=lambda: np.zeros(1, dtype=np.int64))

    def add(self, values: npt.NDArray[np.integer]) -> None:
        """Count the numbers of some more runs."""
        found = np.bincount(values, minlength=self.counts.size)
        found[: self.counts.size] += self.counts
        self.counts = found

    @property
    def runs(self) -> int:
        """How many runs were counted."""
        return int(self.counts.sum())

    def percentile(self, share: float) -> int | None:
        """Return the smallest number that at least this share of the runs does not exceed.

        >>> spread = Spread()
        >>> spread.add(np.array([1, 2, 3, 9]))
        >>> spread.percentile(0.5), spread.percentile(0.85)
        (2, 9)
        """
        upto = self.counts.cumsum()
        if not upto[-1]:
            return None
        return int(np.searchsorted(upto, share * upto[-1] - 1e-9))

    def share_above(self, number: int) -> float:
        """Return the share of the runs whose number is larger than this."""
        return float(self.counts[number + 1 :].sum()) / max(1, self.runs)

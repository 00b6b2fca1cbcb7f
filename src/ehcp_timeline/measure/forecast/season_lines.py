"""How unlike others the weeks of August, Christmas and school holidays are, as lines of the answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from ehcp_timeline.measure.forecast.arrays import WEEK
from ehcp_timeline.measure.forecast.present import LONGEST, Present
from ehcp_timeline.measure.forecast.seasons import KINDS, ORDINARY, Closed, kinds_of_weeks


@dataclass(frozen=True, slots=True)
class SeasonLine:
    """One kind of week that lies ahead.

    Attributes:
        kind: `august`, `christmas` or `school holiday`.
        weeks_seen: Weeks of that kind in the weeks behind; of none, it is taken to be like any other.
        requests: Requests in such a week, as a share of an ordinary week's.
        completions: Cases that the narrowest stage finishes in it, as a share of an ordinary week's.
    """

    kind: str
    weeks_seen: int
    requests: float
    completions: float


def season_lines(now: Present, closures: Sequence[Closed] = ()) -> tuple[SeasonLine, ...]:
    """Return every kind of week ahead that is no ordinary one."""
    ahead = kinds_of_weeks(now.past.day, now.pipeline.weeks, closures)
    recorded = min(LONGEST, now.recorded)
    behind = kinds_of_weeks(now.past.day - WEEK * recorded, recorded, closures)
    return tuple(
        SeasonLine(
            kind=KINDS[kind],
            weeks_seen=behind.count(kind),
            requests=round(float(now.drivers.requests.season[ahead.index(kind)]), 2),
            completions=round(float(now.drivers.capacity.season[ahead.index(kind)]), 2),
        )
        for kind in range(len(KINDS))
        if kind != ORDINARY and kind in ahead
    )

"""Print the table of docs/method.md: how often the dates of the forecast hold, on councils of known truth.

    python -m benchmarks.forecast_calibration [--councils 100] [--runs 500] [--seed 1] [--pace]

One forecast for each council, so that no two share their chance. A run that is not clear within the horizon
is later than any date; so is a percentile that is not a date, and it holds whatever comes. With --pace only
how many councils are told that their pace has moved, which takes no simulation: false alarms and power.
"""

import argparse
import multiprocessing
from collections.abc import Sequence
from functools import partial

from tests.commands.forecast.forecasts_held import Result, result
from tests.commands.forecast.known_truth import FOUR, KINDS, ONE, closed_since, council, known_on

from ehcp_timeline.measure.forecast.days import WEEK
from ehcp_timeline.measure.forecast.pace import pace_changes
from ehcp_timeline.measure.forecast.present import present

HORIZON = 400
RECORDED = (200, 70)
HEADS = (
    "council", "forecasts", "P50 held", "P85 held", "P95 held", "P85 no date", "bias, weeks", "error, weeks",
    "straight line", "backlog over throughput", "pace named as moved", "P85 held, last 8 weeks",
)  # fmt: skip


def of_seed(kind: str, stages: int, runs: int, seed: int) -> Result | None:
    """Return the forecast of the council that a seed makes."""
    return result(council(kind, FOUR if stages == 4 else ONE, seed), runs, seed, HORIZON)


def of_pace(kind: str, stages: int, recorded: int, seed: int) -> bool:
    """Return whether a council is told that its pace has moved, by a file of so many weeks."""
    one = council(kind, FOUR if stages == 4 else ONE, seed)
    known = known_on(one.work, one.day)
    now = present(closed_since(known, one.day - WEEK * recorded), one.day, 52)
    return bool(pace_changes(now.long, now.past.weeks, now.pipeline.queues))


def print_pace(seeds: range) -> None:
    """Print how many councils of each kind are told that their pace has moved."""
    print(f"| council | {' | '.join(f'{weeks} weeks recorded' for weeks in RECORDED)} |")
    print("|---|" + "---|" * len(RECORDED))
    with multiprocessing.Pool(2) as pool:
        for kind in KINDS:
            for stages, words in ((1, "one stage"), (4, "four stages")):
                told = (sum(pool.map(partial(of_pace, kind, stages, weeks), seeds)) for weeks in RECORDED)
                print(f"| {kind}, {words} | {' | '.join(f'{many} of {len(seeds)}' for many in told)} |")


def line_of(name: str, results: Sequence[Result]) -> str:
    """Return one line of the table; bias and errors are of the P50, where both it and the truth are dates."""
    held = (100 * sum(one.held(place) for one in results) / len(results) for place in range(3))
    known = [one for one in results if one.actual is not None and one.weeks[0] <= HORIZON]
    actual = [float(one.actual or 0) for one in known]
    said = [float(one.weeks[0]) for one in known]
    rivals = ([_capped(one.line) for one in known], [_capped(one.throughput) for one in known])
    cells = (
        name,
        str(len(results)),
        *(f"{one:.0f}%" for one in held),
        str(sum(one.weeks[1] > HORIZON for one in results)),
        f"{sum(said) / len(said) - sum(actual) / len(actual):+.1f}",
        *(f"{_error(actual, weeks):.1f}" for weeks in (said, *rivals)),
        f"{100 * sum(one.moved for one in results) / len(results):.0f}%",
        f"{100 * sum(one.held(1, lately=True) for one in results) / len(results):.0f}%",
    )
    return f"| {' | '.join(cells)} |"


def _capped(week: float | None) -> float:
    return float(HORIZON) if week is None else min(week, float(HORIZON))


def _error(actual: Sequence[float], weeks: Sequence[float]) -> float:
    return sum(abs(week - came) for came, week in zip(actual, weeks, strict=True)) / len(actual)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How often the dates of the forecast hold.")
    parser.add_argument("--councils", type=int, default=100, help="councils of each kind (default 100)")
    parser.add_argument("--runs", type=int, default=500, help="runs of each forecast (default 500)")
    parser.add_argument("--seed", type=int, default=1, help="first seed (default 1)")
    parser.add_argument("--pace", action="store_true", help="only who is told that the pace has moved")
    asked = parser.parse_args()
    if asked.pace:
        print_pace(range(asked.seed, asked.seed + asked.councils))
        return
    print(f"| {' | '.join(HEADS)} |")
    print(f"|{'---|' * len(HEADS)}")
    seeds = range(asked.seed, asked.seed + asked.councils)
    inside: list[Result] = []
    outside: list[Result] = []
    with multiprocessing.Pool(2) as pool:
        for kind in KINDS:
            for stages, words in ((1, "one stage"), (4, "four stages")):
                found = pool.map(partial(of_seed, kind, stages, asked.runs), seeds, chunksize=5)
                results = [one for one in found if one is not None]
                if kind in ("drifting", "breaking"):
                    outside += results
                else:
                    inside += results
                print(line_of(f"{kind}, {words}", results), flush=True)
    print(line_of("all whose pace is steady", inside))
    for words, moved in (("named", True), ("not named", False)):
        chosen = [one for one in outside if one.moved is moved]
        print(line_of(f"drifting or breaking, {words}", chosen) if chosen else f"| {words} | 0 |")


if __name__ == "__main__":
    main()

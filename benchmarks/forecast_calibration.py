"""Print the table of docs/method.md: how often the dates of the forecast hold, on councils of known truth.

    python benchmarks/forecast_calibration.py [--councils 60] [--runs 500] [--seed 1]

One forecast for each council, so that no two share their chance. A run that is not clear within the horizon
is later than any date; so is a percentile that is no date, and it holds whatever comes.
"""

import argparse
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from forecast_councils import FOUR, KINDS, ONE, Council, council, known_on

from ehcp_timeline.measure.forecast.backtest import first_clear
from ehcp_timeline.measure.forecast.outlook import clear_week, naive_weeks
from ehcp_timeline.measure.forecast.present import present
from ehcp_timeline.measure.forecast.recording import Plan
from ehcp_timeline.measure.forecast.runs import run
from ehcp_timeline.measure.forecast.standing import overdue_on
from ehcp_timeline.measure.forecast.whatif import start_of

HORIZON = 400
SHARES = (0.5, 0.85, 0.95)
LEAST_OVERDUE = 10


@dataclass(frozen=True, slots=True)
class Result:
    """One forecast and what came.

    Attributes:
        kind: Kind of council.
        stages: How many stages its file shows.
        weeks: Clearance week by percentile; `HORIZON` + 1 where it is no date.
        actual: The week in which it was clear; None where it was not within the horizon.
        throughput: Week by overdue over mean throughput.
        line: Week by the straight line of the last two counts, four weeks apart; None is never.
    """

    kind: str
    stages: int
    weeks: tuple[int, ...]
    actual: int | None
    throughput: float | None
    line: float | None


def result(one: Council, runs: int, seed: int) -> Result | None:
    """Return the forecast of one council; None where it had next to nothing overdue."""
    known = known_on(one.work, one.day)
    now = present(known, one.day, HORIZON)
    overdue, clear_at = now.standing.overdue, now.clear_at
    if overdue <= max(LEAST_OVERDUE, clear_at):
        return None
    plan = Plan(clear_at=clear_at, only_clearance=True)
    kept = run(start_of(now), {"observed": now.order}, plan, runs, seed)[0]["observed"].cleared
    fell = (overdue_on(known, one.day - 28) - overdue) / 4
    return Result(
        kind=one.kind,
        stages=len(known.timetable.stages),
        weeks=tuple(clear_week(kept, share, HORIZON) or HORIZON + 1 for share in SHARES),
        actual=first_clear(one.work, one.day, HORIZON, clear_at),
        throughput=naive_weeks(overdue, float(now.past.stages[now.narrowest].left.mean()), 0.0),
        line=naive_weeks(overdue, fell, 0.0),
    )


def of_seed(kind: str, stages: int, runs: int, seed: int) -> Result | None:
    """Return the forecast of the council that a seed makes."""
    return result(council(kind, FOUR if stages == 4 else ONE, seed), runs, seed)


def line_of(name: str, results: Sequence[Result]) -> str:
    """Return one line of the table."""
    held = [
        100 * sum((one.actual is not None and one.actual <= one.weeks[place]) or one.weeks[place] > HORIZON
                  for one in results) / len(results)
        for place in range(len(SHARES))
    ]  # fmt: skip
    dateless = sum(one.weeks[1] > HORIZON for one in results)
    known = [one for one in results if one.actual is not None and one.weeks[0] <= HORIZON]
    bias = sum(one.weeks[0] - (one.actual or 0) for one in known) / len(known)
    errors = [
        _error(known, [float(one.weeks[0]) for one in known]),
        _error(known, [_capped(one.line) for one in known]),
        _error(known, [_capped(one.throughput) for one in known]),
    ]
    cells = (
        name, str(len(results)), *(f"{one:.0f}%" for one in held), str(dateless), f"{bias:+.1f}",
        *(f"{one:.1f}" for one in errors),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _capped(week: float | None) -> float:
    return float(HORIZON) if week is None else min(week, float(HORIZON))


def _error(results: Sequence[Result], weeks: Sequence[float]) -> float:
    return sum(abs(week - (one.actual or 0)) for one, week in zip(results, weeks, strict=True)) / len(results)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How often the dates of the forecast hold.")
    parser.add_argument("--councils", type=int, default=60, help="councils of each kind (default 60)")
    parser.add_argument("--runs", type=int, default=500, help="runs of each forecast (default 500)")
    parser.add_argument("--seed", type=int, default=1, help="first seed (default 1)")
    asked = parser.parse_args()
    heads = (
        "council", "forecasts", "P50 held", "P85 held", "P95 held", "P85 no date", "bias, weeks",
        "error, weeks", "straight line", "backlog over throughput",
    )  # fmt: skip
    print(f"| {' | '.join(heads)} |")
    print(f"|{'---|' * len(heads)}")
    seeds = range(asked.seed, asked.seed + asked.councils)
    inside: list[Result] = []
    with multiprocessing.Pool(2) as pool:
        for kind in KINDS:
            for stages in (1, 4):
                found = pool.map(partial(of_seed, kind, stages, asked.runs), seeds, chunksize=5)
                results = [one for one in found if one is not None]
                inside += results if kind != "drifting" else []
                words = "one stage" if stages == 1 else "four stages"
                print(line_of(f"{kind}, {words}", results), flush=True)
    print(line_of("all but drifting", inside))


if __name__ == "__main__":
    main()

"""Time and memory of 2,000 open cases, three years, every order of work; memory at two numbers of runs.

    python benchmarks/forecast_speed.py

Of two councils: one that clears its backlog, and one that falls behind, whose queue grows to the last week.
"""

import resource
import subprocess
import sys
import time

import numpy as np

from ehcp_timeline.measure.forecast.present import (
    IN_TIME_FIRST,
    OLDEST_FIRST,
    Pipeline,
    SimulatedStage,
    WorkOrder,
)
from ehcp_timeline.measure.forecast.simulate import Plan, run
from ehcp_timeline.measure.forecast.weeks import Drivers, series

CASES = 2000
WEEKS = 156
RUNS = (1000, 5000)
PLANS_A_WEEK = 60.0
PACES = {"clearing": 1.1, "falling behind": 0.9}
ORDERS = {
    "oldest-first": OLDEST_FIRST,
    "in-time-first": IN_TIME_FIRST,
    "split": WorkOrder(0.5, 0.5, 0),
    "observed": WorkOrder(0.6, 0.2, 0.2),
}
STEPS = (
    SimulatedStage("decision", 4, 0.6, 0.65),
    SimulatedStage("advice", 5, 0.4, 1.0),
    SimulatedStage("draft", 1, 0.3, 0.95),
    SimulatedStage("final", 3, 0.5, 1.0),
)


def start(pace: float) -> Pipeline:
    """Return a council with 2,000 open cases, some 900 of them overdue, that does so much of what comes."""
    due = np.arange(-14, 21)
    rows = np.union1d(due, np.arange(21, 21 + WEEKS)).astype(np.int32)
    each, rest = divmod(CASES, due.size)
    in_hand = tuple(
        (0 if week > 16 else 1 if week > 11 else 2 if week > -10 else 3, 1, row, each + (row < rest))
        for row, week in enumerate(due.tolist())
    )
    random = np.random.default_rng(1)
    even, ahead = np.ones(52), np.ones(WEEKS)
    requests = series(random.poisson(PLANS_A_WEEK / 0.65, 52).astype(np.float64), even, ahead)
    capacity = series(random.poisson(PLANS_A_WEEK * pace, 52).astype(np.float64), even, ahead)
    drivers = Drivers(requests, capacity, ((0.65, 4000), (1.0, 3000)))
    return Pipeline(STEPS, 2, WEEKS, 20, rows, in_hand, drivers)


def measure(name: str, runs: int) -> None:
    """Print seconds and peak memory of so many runs of one council."""
    quarters = tuple(str(week // 13) for week in range(WEEKS))
    plan = Plan(frozenset(range(4, WEEKS + 1, 4)), quarters, cases="observed")
    begun, used = time.perf_counter(), time.process_time()
    run(start(PACES[name]), ORDERS, plan, runs, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, busy = time.perf_counter() - begun, time.process_time() - used
    print(f"{name}: {CASES} open cases, {runs} runs, {WEEKS} weeks, {len(ORDERS)} orders: "
          f"{seconds:.1f} s ({busy:.1f} s of one core), peak {peak:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1], int(sys.argv[2]))
    else:
        for council in PACES:
            for many in RUNS:
                subprocess.run([sys.executable, __file__, council, str(many)], check=True)

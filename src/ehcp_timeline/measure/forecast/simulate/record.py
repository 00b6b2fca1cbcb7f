"""What is kept of the runs as they go by: clearance weeks, paths, rates, and when each open case closes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ehcp_timeline.measure.forecast.model.arrays import YEAR, Counts, Rates, Spread
from ehcp_timeline.measure.forecast.model.present import Pipeline
from ehcp_timeline.measure.forecast.simulate.world import Track, World

PER_MILLE = 1000


@dataclass(slots=True)
class Moment:
    """The backlog at the end of one week.

    Attributes:
        oldest: Whole weeks since the request of the oldest; 0 where none is open.
        over_a_year: Open cases whose request is more than 52 weeks old.
    """

    open: Spread = field(default_factory=Spread)
    overdue: Spread = field(default_factory=Spread)
    oldest: Spread = field(default_factory=Spread)
    over_a_year: Spread = field(default_factory=Spread)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to keep.

    Attributes:
        moments: Weeks at whose end the backlog is looked at.
        quarters: For each week to come, which quarter it belongs to, 0 for the first.
        clear_at: The backlog is clear once no more than so many are overdue.
        cases: Order of work under which the closing of every open case is followed; empty for none.
        only_clearance: Whether to stop once every run is clear.
    """

    moments: frozenset[int] = frozenset()
    quarters: tuple[int, ...] = ()
    clear_at: int = 0
    cases: str = ""
    only_clearance: bool = False


@dataclass(slots=True)
class Kept:
    """What is kept of all runs under one order of work.

    Attributes:
        cleared: Week at whose end the backlog was first clear; weeks + 1 where it never was.
        moments: Week to the backlog at its end.
        rates: For each quarter, plans in time of a thousand issued; runs without a plan are left out.
        finished: Place of a group of open cases (as in `CaseGroups`) and week to the share of it that is
            closed, added up over the runs; shape (groups, weeks + 1).
    """

    cleared: Spread = field(default_factory=Spread)
    moments: dict[int, Moment] = field(default_factory=dict)
    rates: list[Spread] = field(default_factory=list)
    finished: Rates = field(default_factory=lambda: np.zeros((0, 0)))


@dataclass(frozen=True, slots=True)
class CaseGroups:
    """Open cases that nothing tells apart: of one due week, at one stage.

    Within a due week, those further on close first. There is one entry of each array for each group.

    Attributes:
        ahead: How many cases of the same row are further on.
    """

    row: Counts
    stage: Counts
    cases: Counts
    ahead: Counts


def case_groups(pipeline: Pipeline) -> CaseGroups:
    """Return the groups of open cases, by row and then from the last stage to the first."""
    totals: Counter[tuple[int, int]] = Counter()
    for group in pipeline.in_hand:
        totals[group.row, -group.stage] += group.cases
    lines = []
    of_row: Counter[int] = Counter()
    for (row, behind), cases in sorted(totals.items()):
        lines.append((row, -behind, cases, of_row[row]))
        of_row[row] += cases
    return CaseGroups(*np.array(lines, dtype=np.int64).reshape(-1, 4).T)


class Watcher:
    """Looks at one chunk of runs at the end of every week and adds what it sees to what is kept.

    Attributes:
        clear: For each order, the week in which each run was first clear; 0 while it was not.
    """

    def __init__(self, world: World, plan: Plan, kept: Mapping[str, Kept], groups: CaseGroups) -> None:
        """Make room in `kept`, order of work to what is kept of it, where there is none yet."""
        self.world, self.plan, self.kept, self.groups = world, plan, kept, groups
        pipeline, requests = world.pipeline, world.draws.requests
        for track in kept.values():
            track.rates.extend(Spread() for _ in range(len(track.rates), max(plan.quarters, default=-1) + 1))
        if plan.cases and not kept[plan.cases].finished.size:
            kept[plan.cases].finished = np.zeros((groups.row.size, pipeline.weeks + 1))
        # requests of the first week share a due week with those of today
        fresh = pipeline.due_weeks[groups.row] == pipeline.to_due + 1
        self.begun = np.asarray(pipeline.at_start[groups.row, None] + fresh[:, None] * requests[0])
        self.clear, self.issued, self.in_time = (
            {name: np.zeros(requests.shape[1], dtype=np.int64) for name in kept} for _ in range(3)
        )

    def watch(self, weeks: Iterable[int]) -> None:
        """Look at the end of each week, as long as there is more to wait for."""
        for _ in weeks:
            if not self._look():
                break

    def _look(self) -> bool:
        """Look at the week that is over and return whether there is more to wait for."""
        week, waiting = self.world.week, False
        overdue_rows = slice(0, self.world.pipeline.row_of(week + 1))
        early = self.world.before.open[overdue_rows].sum(axis=0, dtype=np.int32)
        for track in self.world.tracks:
            overdue = track.stages.open[overdue_rows].sum(axis=0, dtype=np.int32) + early
            clear = self.clear[track.name]
            clear[(clear == 0) & (overdue <= self.plan.clear_at)] = week
            waiting = waiting or not clear.all()
            if week in self.plan.moments:
                self._keep_moment(track, overdue)
            if self.plan.quarters:
                self._keep_rate(track)
            if track.name == self.plan.cases:
                gone = self.begun - self.world.open_in(track)[self.groups.row]
                closed = np.clip(gone - self.groups.ahead[:, None], 0, self.groups.cases[:, None])
                self.kept[track.name].finished[:, week] += closed.sum(axis=1)
        return waiting or not self.plan.only_clearance

    def finish(self) -> None:
        """Keep in which week each run was clear."""
        for name, clear in self.clear.items():
            clear[clear == 0] = self.world.pipeline.weeks + 1
            self.kept[name].cleared.add(clear)

    def _keep_moment(self, track: Track, overdue: Counts) -> None:
        pipeline, week = self.world.pipeline, self.world.week
        moment = self.kept[track.name].moments.setdefault(week, Moment())
        year_row = pipeline.row_of(week + 1 - (YEAR - pipeline.to_due))
        there = self.world.open_in(track)
        moment.open.add(there.sum(axis=0, dtype=np.int32))
        moment.overdue.add(overdue)
        moment.over_a_year.add(there[:year_row].sum(axis=0, dtype=np.int32))
        ages = week + pipeline.to_due - pipeline.due_weeks
        oldest = ages[(there > 0).argmax(axis=0)]
        moment.oldest.add(np.where(there.any(axis=0), np.maximum(0, oldest), 0))

    def _keep_rate(self, track: Track) -> None:
        week, quarters = self.world.week, self.plan.quarters
        issued, in_time = self.issued[track.name], self.in_time[track.name]
        issued += track.issued
        in_time += track.in_time
        if week == len(quarters) or quarters[week] != quarters[week - 1]:
            some = issued > 0
            self.kept[track.name].rates[quarters[week - 1]].add(in_time[some] * PER_MILLE // issued[some])
            issued[:] = in_time[:] = 0

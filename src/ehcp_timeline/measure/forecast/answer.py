"""The answer of `ehcp forecast`, from case files or from counts: the record that is its JSON."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from ehcp_timeline.measure.answer import NOT_IN_JSON, RulebookUsed, decimals
from ehcp_timeline.measure.forecast.counts import CountsTaken
from ehcp_timeline.measure.forecast.model.history import WorkOrder
from ehcp_timeline.measure.forecast.model.stages import SeasonLine, StageLine
from ehcp_timeline.measure.forecast.request import WhatIf
from ehcp_timeline.measure.forecast.results.backtest import Backtest, TrackRecord
from ehcp_timeline.measure.forecast.results.cases import CaseToSave, ProjectedCase, SaveList
from ehcp_timeline.measure.forecast.results.intake import IntakeWeek
from ehcp_timeline.measure.forecast.results.outlook import ClearanceDay, Outlook, PastPoint
from ehcp_timeline.measure.forecast.results.pace import PaceChange
from ehcp_timeline.measure.forecast.results.reviews import ReviewOutlook
from ehcp_timeline.measure.forecast.results.scenarios import ScenarioOutlook
from ehcp_timeline.measure.forecast.results.target import TargetAnswer
from ehcp_timeline.measure.result import Clearance, Input
from ehcp_timeline.text.bounds import Whole


@dataclass(frozen=True, slots=True)
class WorkInHand:
    """The work in hand.

    Attributes:
        narrowest: The stage at which cases wait for staff.
        order: The order in which it took its cases.
        unavoidable: Overdue cases if nobody waited at the narrowest stage.
        left_out: Assessments that the file does not date.
        newest: The last day on which the file has anything happen.
        too_little: Why nothing could be simulated; null where it was.
        excused: Of the open ones, past their day with a recorded exception: not overdue.
        floor_limits: Whether the other stages keep five cases and a tenth of those overdue now overdue, so
            that more hands at the narrowest stage alone cannot clear the backlog.
    """

    open: Whole
    overdue: Whole
    narrowest: str
    order: WorkOrder
    unavoidable: float = field(metadata=decimals(1))
    left_out: Whole
    newest: date | None
    too_little: str | None
    excused: Whole = 0
    floor_limits: bool = False


@dataclass(frozen=True, slots=True)
class WeeksBehind:
    """The weeks behind that rates are taken over.

    Attributes:
        straight_line_weeks: Overdue over closed less requests; null: never.
        checked: The straight line that `ehcp check` draws.
        backlog: The as-at date and the same day of the twelve months before, as far as the file records them.
    """

    weeks: Whole
    recorded_weeks: Whole
    requests_per_week: float | None = field(metadata=decimals(2))
    closed_per_week: float | None = field(metadata=decimals(2))
    issued_per_week: float | None = field(metadata=decimals(2))
    straight_line_weeks: float | None = field(metadata=decimals(2))
    checked: Clearance | None
    seasons: tuple[SeasonLine, ...]
    backlog: tuple[PastPoint, ...]


@dataclass(frozen=True, slots=True)
class ForecastAnswer:
    """The answer of `ehcp forecast`, from case files or from counts; from counts, what needs cases is null.

    Attributes:
        clear_at: The backlog is clear once no more than so many are overdue.
        clearance: Under the observed order, or the one asked for.
        cases: Each open case; null unless asked.
        save_list: The cases to save; null unless asked.
        intake: The weeks of requests to come; null unless asked.
        backtest: How past forecasts did; null unless asked.
        sentences: The same in words.
        scenarios: What each scenario leads to; null unless asked.
        pace_changes: What moved in the weeks behind more than chance explains.
        recent: The same order as `clearance` from the last 8 weeks alone; null where nothing moved.
        track_record: How often forecasts of the past year held; null where the file has no past to score.
    """

    SCHEMA: ClassVar = "ehcp-forecast/1"

    as_at: date
    source: Literal["cases", "snapshots"]
    seed: Whole
    runs: Whole
    horizon_weeks: Whole
    rulebook: RulebookUsed | None
    input: tuple[Input, ...]
    clear_at: Whole
    clearance: ClearanceDay | None
    now: WorkInHand | None
    history: WeeksBehind | None
    what_if: WhatIf
    stages: tuple[StageLine, ...] = ()
    policies: tuple[Outlook, ...] = ()
    target: TargetAnswer | None = None
    reviews: ReviewOutlook | None = None
    snapshots: CountsTaken | None = None
    cases: tuple[ProjectedCase, ...] | None = None
    save_list: tuple[CaseToSave, ...] | None = None
    intake: tuple[IntakeWeek, ...] | None = None
    backtest: Backtest | None = None
    sentences: tuple[str, ...] = ()
    scenarios: tuple[ScenarioOutlook, ...] | None = None
    pace_changes: tuple[PaceChange, ...] = ()
    recent: Outlook | None = None
    track_record: TrackRecord | None = None
    saving: SaveList | None = field(default=None, metadata=NOT_IN_JSON)

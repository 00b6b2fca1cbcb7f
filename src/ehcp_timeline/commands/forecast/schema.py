"""The shape of the JSON answer of `ehcp forecast`, from which its JSON Schema is made."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.output.schema import ClearanceEstimate, FileRead, RulebookUsed, Shape, Whole

Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float | None, Field(ge=0, le=100)]
Late = Annotated[date | None, Field(description="null: not within the weeks looked at")]


class ClearBy(Shape):
    """When the backlog clears: that share of the runs is clear by that day."""

    p50: Late
    p85: Late
    p95: Late
    never_share: Annotated[Share, Field(description="share of the runs not clear within the weeks looked at")]


class OrderShares(Shape):
    """How the places of one week are shared out."""

    oldest: float
    in_time: float
    spread: float


class Now(Shape):
    """The work in hand."""

    open: Whole
    overdue: Whole
    narrowest: Annotated[str, Field(description="the stage at which cases wait for hands")]
    order: OrderShares
    unavoidable: Annotated[float, Field(description="overdue cases if nobody waited at the narrowest stage")]
    left_out: Annotated[Whole, Field(description="assessments that the file does not date")]
    newest: Annotated[date | None, Field(description="the last day on which the file has anything happen")]
    too_little: Annotated[str | None, Field(description="why nothing could be simulated")]


class SeasonAhead(Shape):
    """How a kind of week compares with an ordinary one."""

    kind: Literal["august", "christmas", "school holiday"]
    weeks_seen: Annotated[Whole, Field(description="0: taken to be like any other")]
    requests: Annotated[float, Field(description="share of an ordinary week's requests")]
    completions: Annotated[float, Field(description="share of an ordinary week's work")]


class Past(Shape):
    """The weeks behind that rates are taken over."""

    weeks: Whole
    recorded_weeks: Whole
    requests_per_week: float | None
    closed_per_week: float | None
    issued_per_week: float | None
    straight_line_weeks: Annotated[
        float | None, Field(description="overdue over closed less requests; null: never")
    ]
    checked: Annotated[ClearanceEstimate | None, Field(description="the straight line that ehcp check draws")]
    seasons: list[SeasonAhead]


class Change(Shape):
    """What was changed from how things went so far; 0 is nothing."""

    capacity: float
    since: date | None
    psychologists: float
    advice_each: float
    requests: float
    shrinkage: float
    catch_up: float
    catch_up_weeks: Whole


class StageNow(Shape):
    """One stage, and the queue forms where they apply."""

    stage: str
    narrowest: bool
    in_hand: Whole
    waiting: Whole
    arrivals_per_week: float
    completions_per_week: float
    onward: Share
    law_weeks: Whole
    least_weeks: Whole
    weeks_p50: float | None
    weeks_p85: float | None
    load: float | None
    target_queue: float | None
    relief_capacity: float | None
    target_capacity: float | None
    pressure: float | None
    why: Annotated[list[str], Field(description="why a form does not apply")]


class QuarterAhead(Shape):
    """One quarter to come."""

    quarter: str
    weeks: Whole
    rate: Percent
    rate_p15: Percent
    rate_p85: Percent
    rate_ex: Percent
    overdue_p50: int | None
    overdue_p85: int | None
    oldest_p50: int | None
    oldest_p85: int | None
    over_52_p50: int | None
    over_52_p85: int | None


class PathWeek(Shape):
    """The backlog at the end of one week to come."""

    week_ending: date
    open_p50: int | None
    overdue_p15: int | None
    overdue_p50: int | None
    overdue_p85: int | None
    oldest_p50: int | None


class PolicyAhead(Shape):
    """What one order of work leads to."""

    policy: str
    order: OrderShares
    clearance: ClearBy
    unchanged: Annotated[ClearBy | None, Field(description="without the what-if; null where there is none")]
    quarters: list[QuarterAhead]
    path: list[PathWeek]


class NeededUnder(Shape):
    """Capacity of the narrowest stage that a target takes, a what-if on top, under one order of work."""

    policy: str
    more_p50: Annotated[int | None, Field(description="cases a week more; null: no number is enough")]
    more_p85: int | None
    capacity_p50: float | None
    capacity_p85: float | None


class TargetTakes(Shape):
    """What a target date takes."""

    date: date
    needed_per_week: Annotated[float, Field(description="by how many a week the backlog must fall, net")]
    reviews_per_week: Annotated[float | None, Field(description="reviews to be decided a week, at least")]
    capacity_p50: float | None
    capacity_p85: float | None
    policies: list[NeededUnder]


class ReviewsAhead(Shape):
    """When overdue reviews clear."""

    open: Whole
    overdue: Whole
    due_per_week: float
    done_per_week: float
    weeks: Whole
    clearance: dict[str, ClearBy]


class CountTaken(Shape):
    """One published count."""

    day: date
    count: Whole
    arrivals: int | None
    completions: int | None


class CountPair(Shape):
    """What two counts imply."""

    first: date
    last: date
    first_count: Whole
    last_count: Whole
    weeks: float
    per_week: float
    clear_on: Annotated[date | None, Field(description="null: never at this rate, or not in 20 years")]
    unexplained: Annotated[int | None, Field(description="change less arrivals plus completions")]


class CountsTaken(Shape):
    """What a series of counts implies."""

    measure: Annotated[str | None, Field(description="what was counted, where the file says")]
    remarks: Annotated[list[str], Field(description="lines left out, dates completed")]
    counts: list[CountTaken]
    pairs: list[CountPair]
    whole: CountPair | None
    arrivals_per_week: float | None
    completions_per_week: float | None


class CaseAhead(Shape):
    """One open case and when it is closed."""

    case_id: str
    row: Whole
    stage: str
    start: date
    due: date
    weeks: int
    finish_p50: Late
    finish_p85: Late
    breach: Literal["overdue", "likely", "possible", "unlikely"]
    breach_on: date
    district: str | None
    team: str | None
    caseworker: str | None


class CaseToSave(Shape):
    """One case in time that will be late if it is not hurried."""

    case_id: str
    row: Whole
    stage: Literal["decision", "draft", "final", "duty"]
    start: date
    due: date
    days_left: int
    days_needed: int
    expected_p85: Annotated[date, Field(description="issued then, at the 85th percentile of each stage")]
    last_safe_draft: Annotated[date | None, Field(description="null: the draft was sent")]
    district: str | None
    team: str | None
    caseworker: str | None


class Milestone(Shape):
    """One day that the law sets for the requests of a week."""

    name: str
    due: date
    act_by: date
    closure: Annotated[str | None, Field(description="a school closure in the week of the due day")]
    bank_holiday: Annotated[bool, Field(description="whether that week has one")]


class RequestsOfWeek(Shape):
    """One week of requests to come."""

    week: date
    expected: float | None
    milestones: list[Milestone]
    school_days_lost: Annotated[
        Whole | None, Field(description="null: the closures known end before week 20")
    ]
    bank_holidays: Whole


class Percentiles(Shape):
    """One number for each percentile."""

    p50: float | None
    p85: float | None
    p95: float | None


class BaselineScore(Shape):
    """How a baseline did."""

    baseline: str
    bias_weeks: float | None
    error_weeks: float | None


class ForecastScore(Shape):
    """How forecasts of one thing did."""

    what: str
    forecasts: Whole
    judged: Percentiles
    coverage: Percentiles
    bias_weeks: float | None
    error_weeks: float | None
    baselines: list[BaselineScore]
    beats_baselines: bool | None


class StoodAt(Shape):
    """One past day, what was forecast then, and what came."""

    day: date
    overdue: Whole
    p50_weeks: int | None
    p85_weeks: int | None
    p95_weeks: int | None
    actual_weeks: int | None


class BacktestScores(Shape):
    """How past forecasts did."""

    forecasts: Whole
    scores: list[ForecastScore]
    standpoints: list[StoodAt]


class ForecastAnswer(Shape):
    """The answer of `ehcp forecast`, from case files or from counts."""

    schema_: Annotated[Literal["ehcp-forecast/1"], Field(alias="schema")]
    as_at: date
    source: Literal["cases", "snapshots"]
    seed: Whole
    runs: Whole
    horizon_weeks: Whole
    rulebook: RulebookUsed | None
    input: list[FileRead]
    clear_at: Annotated[
        Whole, Field(description="the backlog is clear once no more than so many are overdue")
    ]
    clearance: Annotated[ClearBy | None, Field(description="under the observed order, or the one asked for")]
    now: Now | None
    history: Past | None
    what_if: Change
    stages: list[StageNow]
    policies: list[PolicyAhead]
    target: TargetTakes | None
    reviews: ReviewsAhead | None
    snapshots: CountsTaken | None
    cases: list[CaseAhead] | None
    save_list: list[CaseToSave] | None
    intake: list[RequestsOfWeek] | None
    backtest: BacktestScores | None
    sentences: list[str]


FORECAST_ENVELOPES: dict[str, type[BaseModel]] = {"ehcp-forecast-1": ForecastAnswer}

"""The numbers of a report, counted by the same code as in the other commands."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import get_args

import polars as pl

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.report.answer import (
    LOST,
    AgeBand,
    Audience,
    ChangedSince,
    LateDuty,
    LateWork,
    LongWait,
    Lost,
    Number,
    ReportAnswer,
    WaitingCount,
    YearRate,
)
from ehcp_timeline.commands.report.public import published
from ehcp_timeline.errors import CaseFileError, UsageError
from ehcp_timeline.law.kpi import load_kpis
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.acknowledged import AcknowledgedFile
from ehcp_timeline.measure.answer import values
from ehcp_timeline.measure.audit import check_files
from ehcp_timeline.measure.casework import ALL, chosen_by
from ehcp_timeline.measure.changes import (
    Change,
    changes_between,
    counted,
    is_saved_answer,
    objections,
    side_of_answer,
    side_of_file,
    spelt_alike,
)
from ehcp_timeline.measure.compare.compare import own_figures
from ehcp_timeline.measure.compare.figures import Area, Figures
from ehcp_timeline.measure.counts import ISSUE, first_that_holds
from ehcp_timeline.measure.findings import is_wanted
from ehcp_timeline.measure.forecast.forecast import ForecastAnswer, forecast
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.measure.kpi.question import KpiQuestion
from ehcp_timeline.measure.kpi.scorecard import make_scorecard
from ehcp_timeline.measure.result import Audit, StageName
from ehcp_timeline.record import replace
from ehcp_timeline.shell.open import CaseRequest
from ehcp_timeline.shell.parse import day_asked

BANDS: tuple[AgeBand, ...] = get_args(AgeBand)
_BAND_ENDS = (28, 91, 182)  # days
_MEASURE = "pc_plans_issued_within_20_weeks"
_PUBLISHED_YEARS = 6
_OF_WORK = ("case_id", "duty", "due", "days", "team", "caseworker")
_PAST_DUE = Selection(verdicts=frozenset({"overdue", "excused", "unknown"}))


def report(
    rulebook: Rulebook,
    sources: Sequence[CaseFile],
    as_at: date,
    audience: Audience,
    figures: Figures,
    *,
    authority: Area | None = None,
    others: Sequence[Area] = (),
    threshold: int = 5,
    top: int = 10,
    changed: ChangedSince | None = None,
    acknowledged: AcknowledgedFile | None = None,
) -> ReportAnswer:
    """Return everything in a report except its sentences.

    `figures` are what the DfE publishes of an authority and its neighbours. Numbers of people below the
    `threshold` are hidden on a public page; the `top` of the oldest cases are named.

    Raises:
        CaseFileError: A file cannot be read as a case file.
    """
    rows: list[pl.DataFrame] | None = [] if audience == "team" else None
    audit = check_files(rulebook, sources, as_at, _PAST_DUE, oldest=top, keep=rows, acknowledged=acknowledged)
    ahead: ForecastAnswer | None = None
    try:
        ahead = forecast(rulebook, sources, ForecastRequest(as_at))
        no_forecast = ahead.now.too_little if ahead.now else None
    except CaseFileError as error:
        no_forecast = error.message
    history = ahead.history if ahead else None
    recorded = history.recorded_weeks if history else 0
    past = (point for point in (history.backlog if history else ()) if point.day < as_at)
    before = (WaitingCount(point.day, point.open, point.overdue) for point in past)
    limited = ahead.now if ahead and ahead.now and ahead.now.floor_limits else None
    own = {duty.id for duty in rulebook.deadlines if is_wanted(duty, _PAST_DUE)}
    days = (pl.lit(as_at) - pl.col("due")).dt.total_days()
    late = audit.every_finding.with_columns(days=days)
    is_overdue, by_days = pl.col("verdict").cast(pl.String) == "overdue", ("days", "case_id", "deadline")
    overdue = late.filter(is_overdue)
    listed = audit.findings.filter(is_overdue).with_columns(days=days)
    worst = listed.sort(by_days, descending=[True, False, False]).head(2 * top if rows is not None else 0)
    summary = audit.summary
    stages: dict[StageName, Number] = values(summary.stages)
    waiting = WaitingCount(as_at, sum(map(int, stages.values())), summary.clearance.overdue_plans)
    needs = [" or ".join(line.needs) for line in summary.not_judged if line.deadline == ISSUE[0]]
    has_request = any(name in summary.verdicts for name in ISSUE)
    not_counted = None if has_request else "the file holds no request for an assessment"
    answer = ReportAnswer(
        as_at=as_at,
        audience=audience,
        authority=authority.name if authority else None,
        threshold=threshold if audience == "public" else None,
        rulebook=audit.rulebook,
        input=audit.input,
        waiting=(*before, waiting),
        stages=stages,
        duties=tuple(_duties(overdue, rulebook, public=audience == "public")),
        rates=tuple(_rates(rulebook, sources, as_at, recorded, figures, authority, others)),
        not_counted=f"the file has no column {needs[0]}" if needs else not_counted,
        unclear=late.filter(pl.col("verdict").cast(pl.String) == "unknown").height,
        not_judged_duties=sum(line.deadline in own for line in summary.not_judged),
        unread_headings=sum(heading.decides for heading in audit.unread),
        no_forecast=no_forecast,
        clear_at=ahead.clear_at if ahead else 0,
        policies=ahead.policies if ahead else (),
        oldest=tuple(_oldest(audit, rows or ())),
        work=tuple(LateWork(*line) for line in worst.select(_OF_WORK).iter_rows()),
        changed=changed,
        not_judged=summary.not_judged,
        problems=audit.problems,
        acknowledged=audit.acknowledged and audit.acknowledged.told(audit.acknowledged.not_listed),
        longest=audit.longest,
        undecided=audit.undecided,
        pace_moved=bool(ahead and ahead.pace_changes),
        kept_overdue=(limited.narrowest, round(limited.unavoidable)) if limited else None,
        forecast=ahead,
    )
    return published(answer, threshold) if audience == "public" else answer


def _duties(chosen: pl.DataFrame, rulebook: Rulebook, *, public: bool) -> Iterator[LateDuty]:
    """Yield the duties with overdue clocks, the most overdue first.

    A public page counts plans owed in detention among the others: nothing that it prints of plans may differ
    from how many have waited too long by fewer children than the threshold.
    """
    if public:
        chosen = chosen.with_columns(pl.col("deadline").cast(pl.String).replace(ISSUE[1], ISSUE[0]))
    bands = ((pl.col("days") <= end, name) for name, end in zip(BANDS, _BAND_ENDS, strict=False))
    age = first_that_holds(*bands, otherwise=BANDS[-1])
    counts = (
        chosen.group_by(pl.col("deadline").cast(pl.String))
        .agg(pl.len().alias("overdue"), pl.col("days").max().alias("oldest"), age.alias("bands"))
        .sort("overdue", "deadline", descending=[True, False])
    )
    for name, overdue, oldest, bands in counts.iter_rows():
        deadline = rulebook.by_id[name]
        by_age = {band: bands.count(band) for band in BANDS}
        yield LateDuty(name, deadline.duty, deadline.law, overdue, by_age, oldest)


def _rates(
    rulebook: Rulebook,
    sources: Sequence[CaseFile],
    as_at: date,
    recorded: int,
    figures: Figures,
    authority: Area | None,
    others: Sequence[Area],
) -> Iterator[YearRate]:
    kpis = load_kpis()
    question = KpiQuestion(kpis, rulebook, as_at, None, (kpis.by_id[_MEASURE],))
    card = make_scorecard(question, sources)
    since = date.fromordinal(as_at.toordinal() - 7 * recorded)
    own = {year: figure for (_, year), figure in own_figures(card.lines, question.measures).items()}
    own = {year: figure for year, figure in own.items() if not recorded or year >= since.year}
    england = figures.england()

    def published_rate(year: int, place: Area | None) -> float | None:
        return figures.value(_MEASURE, year, place) if year < as_at.year else None

    official = [year for year in figures.years if published_rate(year, england) is not None]
    for year in sorted({*official[-_PUBLISHED_YEARS:], *own}):
        mine = own.get(year)
        first, last = date(year, 1, 1), date(year, 12, 31)
        yield YearRate(
            year=year,
            first=max(first, since) if mine and recorded else first,
            last=min(last, as_at) if mine else last,
            plans=mine.whole if mine else None,
            in_time=mine.part if mine else None,
            rate=mine.value if mine else None,
            published=published_rate(year, authority),
            england=published_rate(year, england),
            others={other.name: published_rate(year, other) for other in others},
        )


def _oldest(audit: Audit, rows: Sequence[pl.DataFrame]) -> Iterator[LongWait]:
    cases = [case.case_id for case in audit.oldest]
    whose: dict[tuple[str, int], tuple[str | None, ...]] = {}
    for frame in rows:
        names = [
            pl.col(name).cast(pl.String) if name in frame.columns else pl.lit(None).alias(name)
            for name in ("team", "caseworker")
        ]
        mine = frame.filter(pl.col("case_id").is_in(cases)).select("case_id", "row", *names)
        whose |= {(case_id, row): tuple(values) for case_id, row, *values in mine.iter_rows()}
    for case in audit.oldest:
        team, caseworker = whose.get((case.case_id, case.row), (None, None))
        yield LongWait(case.case_id, case.row, case.stage, case.start, case.weeks, team, caseworker)


def changed_since(
    asks: CaseRequest, file: CaseFile, old: Path, old_as_at: str | None, *, public: bool
) -> ChangedSince:
    """Return what happened to the council's statutory duties since an earlier file or saved answer.

    Raises:
        UsageError: The two do not belong together.
    """
    now = side_of_file(asks.work(file, ALL, None))
    if is_saved_answer(old):
        before = side_of_answer(old)
    else:
        when = day_asked(old_as_at, "--since-as-at") if old_as_at else asks.as_at
        earlier = replace(asks, as_at=when)
        before = side_of_file(earlier.work(earlier.source(old), ALL, None))
    before = spelt_alike(before, now)
    reasons = tuple(objections(replace(before, as_at=now.as_at), now))
    if reasons:
        raise UsageError("; ".join(reasons), "ehcp changes OLD NEW --force compares them anyway")
    own = changes_between(before, now, chosen_by(Selection(), asks.rulebook))
    counts: dict[Change | Lost, Number] = {}
    if not public:
        counts.update(counted(own).items())
        return ChangedSince(before.as_at, counts)
    plans, was = pl.col("deadline").is_in(ISSUE), pl.col("before") == "overdue"
    kind = pl.when(pl.col("change").is_in(["new", "still-late"])).then("change").when(was).then(pl.lit(LOST))
    children = pl.col("case_id").n_unique().alias("children")
    kinds = own.filter(plans).group_by(kind.alias("kind")).agg(pl.len(), children).drop_nulls("kind")
    counts |= {"new": 0, "still-late": 0, LOST: 0}
    counts.update(kinds.select("kind", "len").iter_rows())
    in_time = before.clocks.filter(plans, pl.col("verdict").is_in(["running", "excused", "unknown"]))
    fewest = min([*kinds["children"], in_time["case_id"].n_unique()])
    return ChangedSince(before.as_at, counts, fewest if all(counts.values()) else 0)

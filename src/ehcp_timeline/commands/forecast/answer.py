"""A forecast as plain values, ready to be written as JSON or as rows."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from ehcp_timeline.commands.forecast.counts.file import CountsFile
from ehcp_timeline.commands.forecast.counts.rates import Pair, Snapshots
from ehcp_timeline.commands.forecast.forecast import Forecast
from ehcp_timeline.commands.forecast.model.stages import StageLine
from ehcp_timeline.commands.forecast.question import ForecastRequest
from ehcp_timeline.commands.forecast.results.backtest import SHARES, Backtest, Score, Scored, Standpoint
from ehcp_timeline.commands.forecast.results.intake import IntakeWeek
from ehcp_timeline.commands.forecast.results.outlook import ClearanceDay, Outlook
from ehcp_timeline.commands.forecast.results.per_case import Projected
from ehcp_timeline.commands.forecast.results.save_list import ToSave
from ehcp_timeline.commands.forecast.results.target import net_needed, reviews_needed
from ehcp_timeline.commands.forecast.simulate.what_if import WhatIf
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.output.answers import rulebook_values

Row = dict[str, Any]
FORECAST = "ehcp-forecast/1"
QUARTER_KEYS = (
    "policy", "quarter", "weeks", "rate", "rate_p15", "rate_p85", "rate_ex", "overdue_p50", "overdue_p85",
    "oldest_p50", "oldest_p85", "over_52_p50", "over_52_p85",
)  # fmt: skip
CASE_KEYS = (
    "case_id", "row", "stage", "start", "due", "weeks", "finish_p50", "finish_p85", "breach", "breach_on",
    "district", "team", "caseworker",
)  # fmt: skip
SAVE_KEYS = (
    "case_id", "row", "stage", "start", "due", "days_left", "days_needed", "expected_p85", "last_safe_draft",
    "district", "team", "caseworker",
)  # fmt: skip
PAIR_KEYS = ("first", "last", "first_count", "last_count", "weeks", "per_week", "clear_on")
STANDPOINT_KEYS = ("day", "overdue", "p50_weeks", "p85_weeks", "p95_weeks", "actual_weeks")
INTAKE_KEYS = (
    "week", "expected", "decide", "decide_closed", "no_plan", "no_plan_closed", "issue", "issue_closed",
    "issue_act_by", "school_days_lost", "bank_holidays",
)  # fmt: skip


def case_answer(
    found: Forecast, rulebook: Rulebook, stages: Sequence[StageLine], sentences: Sequence[str]
) -> dict[str, Any]:
    """Return a forecast from case files, with the keys of `commands.forecast.schema.ForecastAnswer`."""
    return {
        **_head(found.asked, "cases"),
        "rulebook": rulebook_values(rulebook.version, rulebook.sha256, rulebook.overlays),
        "input": [asdict(input_) for input_ in found.inputs],
        "clear_at": found.clear_at,
        "clearance": _headline(found.outlooks),
        "now": _now(found),
        "history": _history(found),
        "what_if": what_if_values(found.asked.what_if),
        "stages": [asdict(stage) for stage in stages],
        "policies": [_outlook(outlook, found.unchanged.get(outlook.policy)) for outlook in found.outlooks],
        "target": _target(found),
        "reviews": None if found.reviews is None else _rounded(asdict(found.reviews)),
        "snapshots": None,
        "cases": None if found.cases is None else [case_record(case) for case in found.cases],
        "save_list": None if found.to_save is None else [save_record(case) for case in found.to_save.cases],
        "intake": None if found.intake is None else [_rounded(asdict(one)) for one in found.intake],
        "backtest": None if found.backtest is None else _backtest(found.backtest),
        "sentences": list(sentences),
    }


def snapshot_answer(
    found: Snapshots,
    asked: ForecastRequest,
    source: tuple[str, str],
    counted: CountsFile,
    sentences: Sequence[str],
) -> dict[str, Any]:
    """Return a forecast from counts, under the same keys; what needs cases is null.

    Args:
        found: What the counts imply.
        asked: What was asked.
        source: Name of the file and SHA-256 of its bytes.
        counted: The file.
        sentences: The same in words.
    """
    name, sha256 = source
    rows = len(counted.counts)
    return {
        **_head(asked, "snapshots"),
        "rulebook": None,
        "input": [{"name": name, "sha256": sha256, "rows": rows, "judged": rows, "not_judged": 0}],
        "clear_at": 0,
        "clearance": None if found.clearance is None else asdict(found.clearance),
        "now": None,
        "history": None,
        "what_if": what_if_values(asked.what_if),
        "stages": [],
        "policies": [],
        "target": _snapshot_target(found, asked.target),
        "reviews": None,
        "snapshots": {
            "measure": counted.measure or None,
            "remarks": list(counted.remarks),
            "counts": [asdict(count) for count in found.counts],
            "pairs": [_pair(pair) for pair in found.pairs],
            "whole": None if found.whole is None else _pair(found.whole),
            "arrivals_per_week": _two(found.arrivals_per_week),
            "completions_per_week": _two(found.completions_per_week),
        },
        "cases": None,
        "save_list": None,
        "intake": None,
        "backtest": None,
        "sentences": list(sentences),
    }


def _head(asked: ForecastRequest, source: str) -> dict[str, Any]:
    return {
        "schema": FORECAST,
        "as_at": asked.as_at,
        "source": source,
        "seed": asked.seed,
        "runs": asked.runs,
        "horizon_weeks": asked.weeks,
    }


def what_if_values(what_if: WhatIf) -> dict[str, Any]:
    """Return what was changed; nothing is 0."""
    return asdict(what_if)


def _headline(outlooks: Sequence[Outlook]) -> dict[str, Any] | None:
    """Return the clearance under the observed order, or under the only one that was asked for."""
    named = {outlook.policy: outlook for outlook in outlooks}
    chosen = named.get("observed") or (outlooks[0] if outlooks else None)
    return None if chosen is None else asdict(chosen.clearance)


def _now(found: Forecast) -> dict[str, Any]:
    now = found.now
    return {
        "open": len(now.standing.place),
        "overdue": now.standing.overdue,
        "narrowest": now.work.timetable.names[now.narrowest],
        "order": {name: round(share, 3) for name, share in asdict(now.order).items()},
        "unavoidable": round(now.unavoidable, 1),
        "left_out": found.left_out,
        "newest": found.newest,
        "too_little": found.too_little or None,
    }


def _history(found: Forecast) -> dict[str, Any]:
    past, some = found.now.past, bool(found.now.past.weeks)
    return {
        "weeks": past.weeks,
        "recorded_weeks": found.now.recorded,
        "requests_per_week": round(float(past.requests.mean()), 2) if some else None,
        "closed_per_week": round(float(past.closed.mean()), 2) if some else None,
        "issued_per_week": round(float(past.issued.mean()), 2) if some else None,
        "straight_line_weeks": _two(found.naive_weeks),
        "checked": None if found.checked is None else asdict(found.checked),
        "seasons": [asdict(season) for season in found.seasons],
    }


def _outlook(one: Outlook, unchanged: ClearanceDay | None) -> dict[str, Any]:
    return {
        "policy": one.policy,
        "order": {name: round(share, 3) for name, share in asdict(one.order).items()},
        "clearance": asdict(one.clearance),
        "unchanged": None if unchanged is None else asdict(unchanged),
        "quarters": [asdict(quarter) for quarter in one.quarters],
        "path": [asdict(point) for point in one.path],
    }


def _target(forecast: Forecast) -> dict[str, Any] | None:
    target, reviews, as_at = forecast.target, forecast.reviews, forecast.asked.as_at
    if target is None:
        return None
    found = [
        {
            "policy": one.policy,
            "more_p50": one.more_p50,
            "more_p85": one.more_p85,
            "capacity_p50": _sum(target.capacity, one.more_p50),
            "capacity_p85": _sum(target.capacity, one.more_p85),
        }
        for one in target.needed
    ]
    headline: dict[str, Any] = next(
        (one for one in found if one["policy"] == "observed"), found[0] if found else {}
    )
    return {
        "date": target.date,
        "needed_per_week": round(target.needed_per_week, 2),
        "reviews_per_week": None
        if reviews is None
        else _two(reviews_needed(reviews.overdue, reviews.due_per_week, as_at, target.date)),
        "capacity_p50": headline.get("capacity_p50"),
        "capacity_p85": headline.get("capacity_p85"),
        "policies": found,
    }


def _sum(pace: float, more: int | None) -> float | None:
    return None if more is None else round(pace + more, 2)


def _snapshot_target(found: Snapshots, target: date | None) -> dict[str, Any] | None:
    if target is None:
        return None
    last = found.counts[-1]
    return {
        "date": target,
        "needed_per_week": round(net_needed(last.count, last.day, target), 2),
        "reviews_per_week": None,
        "capacity_p50": None,
        "capacity_p85": None,
        "policies": [],
    }


def _pair(one: Pair) -> dict[str, Any]:
    return {**pair_record(one), "unexplained": one.unexplained}


def pair_record(one: Pair) -> Row:
    """Return a pair of counts as one row."""
    return {
        "first": one.first.day,
        "last": one.last.day,
        "first_count": one.first.count,
        "last_count": one.last.count,
        "weeks": round(one.weeks, 2),
        "per_week": round(one.per_week, 2),
        "clear_on": one.clear_on,
    }


def case_record(one: Projected) -> Row:
    """Return an open case as one row."""
    told = asdict(one)
    named = told.pop("named")
    return {key: named[key] if key in named else told[key] for key in CASE_KEYS}


def save_record(one: ToSave) -> Row:
    """Return a case to save as one row."""
    told = asdict(one)
    named = told.pop("named")
    return {key: named[key] if key in named else told[key] for key in SAVE_KEYS}


def intake_record(one: IntakeWeek) -> Row:
    """Return a week of requests as one row."""
    row: Row = {
        "week": one.week,
        "expected": _two(one.expected),
        "school_days_lost": one.school_days_lost,
        "bank_holidays": one.bank_holidays,
    }
    for milestone in one.milestones:
        row[milestone.name] = milestone.due
        row[f"{milestone.name}_closed"] = milestone.closure or (
            "bank holiday" if milestone.bank_holiday else None
        )
        row[f"{milestone.name}_act_by"] = milestone.act_by
    return {key: row.get(key) for key in INTAKE_KEYS}


def quarter_records(outlooks: Sequence[Outlook]) -> list[Row]:
    """Return every quarter under every order of work, one row each."""
    return [
        {"policy": outlook.policy, **asdict(quarter)} for outlook in outlooks for quarter in outlook.quarters
    ]


def _backtest(found: Backtest) -> dict[str, Any]:
    return {
        "forecasts": len(found.standpoints),
        "scores": [_score(score) for score in found.scores],
        "standpoints": [standpoint_record(standpoint) for standpoint in found.standpoints],
    }


def standpoint_record(one: Standpoint) -> Row:
    """Return a past day, what was forecast then and what came, as one row."""
    p50, p85, p95 = one.clear
    values = (one.day, one.overdue, p50, p85, p95, one.actual)
    return dict(zip(STANDPOINT_KEYS, values, strict=True))


def _score(one: Score) -> dict[str, Any]:
    names = [f"p{round(100 * share)}" for share in SHARES]
    return {
        "what": one.what,
        "forecasts": one.forecasts,
        "judged": dict(zip(names, one.judged, strict=True)),
        "coverage": dict(zip(names, one.coverage, strict=True)),
        "bias_weeks": one.forecast.bias_weeks,
        "error_weeks": one.forecast.error_weeks,
        "baselines": [_baseline(rival) for rival in one.baselines],
        "beats_baselines": one.beats_baselines,
    }


def _baseline(one: Scored) -> dict[str, Any]:
    return {"baseline": one.method, "bias_weeks": one.bias_weeks, "error_weeks": one.error_weeks}


def _two(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    """Return values with numbers that are not whole at two decimals."""
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in values.items()}

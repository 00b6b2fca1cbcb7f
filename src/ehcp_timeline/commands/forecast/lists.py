"""The lists of a forecast: each open case, what can be saved, requests to come, the backtest."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, replace
from datetime import date

from ehcp_timeline.measure.forecast.backtest import CLEARANCE, Backtest, Score
from ehcp_timeline.measure.forecast.cases import Breach, ProjectedCase, SaveList
from ehcp_timeline.measure.forecast.forecast import ForecastAnswer
from ehcp_timeline.measure.forecast.intake import IntakeWeek
from ehcp_timeline.measure.forecast.weeks import SHARES
from ehcp_timeline.output.sections import (
    CASE,
    DUE,
    WHOSE_COLUMNS,
    ListColumn,
    Section,
    TableColumn,
    column_of,
    list_section,
    table,
    without_empty_columns,
)
from ehcp_timeline.text import count, day, listed


def _with_commas(key: str, heading: str) -> ListColumn:
    return ListColumn(TableColumn(heading, "number"), lambda row: f"{row[key]:,}")


def _closed(key: str, heading: str) -> ListColumn:
    return ListColumn(TableColumn(heading, "fixed"), lambda row: str(row[key] or "later"))


_TO_SAVE = (
    CASE, DUE,
    _with_commas("days_left", "days left"), _with_commas("days_needed", "days needed"),
    column_of("draft", "last safe draft day", "fixed"), column_of("stage", kind="fixed"), *WHOSE_COLUMNS,
)  # fmt: skip
_CASES = (
    CASE, column_of("breach_on", "late from", "fixed"),
    _closed("finish_p50", "closed by"), _closed("finish_p85", "if slow"),
    column_of("breach", "late?", "fixed"), _with_commas("weeks", "weeks"),
    column_of("stage", kind="fixed", optional=True), *WHOSE_COLUMNS,
)  # fmt: skip
_BREACH_WORDS: dict[Breach, str] = {
    "overdue": "overdue already",
    "excused": "past the day with a recorded exception",
    "likely": "late in half of the runs or more",
    "possible": "late in 15 of 100 runs or more",
    "unlikely": "in time in 85 of 100 runs",
}
_CASE_LISTS = {"In time now, and at risk": ("likely", "possible"), "Overdue already": ("overdue",)}
_CLOSED_BY = (
    "Closed by: in half of the runs; if slow: in 85 of 100. CSV and JSON hold every case, the safe ones too."
)
_MILESTONE_WORDS = {"decide": "week 6", "no_plan": "week 16", "issue": "week 20"}
_BASELINE_WORDS = {
    "straight_line": "a straight line through the last two months' counts",
    "backlog_over_throughput": "the backlog over what is done a week",
}
_HELD = (
    "Held: what came was no later, or no more, than was said. Of P50 about half should hold, of P85 about "
    "85%, of P95 about 95%."
)
_OFF = (
    "Weeks off: by how far the middle forecast missed on average; then the two baselines: a straight line "
    "through the last two months' counts, and the backlog over what is done a week."
)
_SCORED = ("forecast of", "P50 held", "P85 held", "P95 held", "weeks off", "line", "throughput")
_ENOUGH = 5
_FAR = 0.2


def list_sections(answer: ForecastAnswer, top: int | None, *, terms: bool) -> Iterator[Section]:
    """Yield the lists that were asked for; those of cases show at most `top` lines."""
    if answer.saving is not None:
        yield _to_save(answer.saving, answer.as_at, top)
    if (cases := answer.cases) is not None:
        words = tuple(_case_sentences(cases))
        yield Section(title=f"Open cases and when they are closed: {len(cases):,}", before=words)
        for title, breaches in _CASE_LISTS.items():
            wanted = [case for case in cases if case.breach in breaches]
            if wanted:
                yield list_section(title, _CASES, map(asdict, wanted[:top]), len(wanted))
    if answer.intake is not None:
        yield _intake(answer.intake, terms=terms)
    if answer.backtest is not None:
        yield backtest_section(answer.backtest)


def _save_sentences(saving: SaveList) -> Iterator[str]:
    if not saving.in_time:
        yield "No open case is in time."
        return
    yield (
        f"{len(saving.cases):,} of {count(saving.in_time, 'case')} in time will more likely than not be "
        f"late, unless hurried: at the usual pace of the last 52 weeks. {saving.quick:,} of them are in time "
        "if taken as the quickest 15 of 100 were."
    )
    yield "`ehcp overdue --save-list` says what to do next in each."
    if saving.untold:
        yield f"{count(saving.untold, 'case')} cannot be forecast: too few like it were finished lately."


def _to_save(saving: SaveList, as_at: date, top: int | None) -> Section:
    title, words = "In time, and to be saved", tuple(_save_sentences(saving))
    if not saving.in_time:
        return Section(title=title, before=words)
    rows = []
    for case in saving.cases[:top]:
        draft = case.last_safe_draft
        past = ", past" if draft is not None and draft < as_at else ""
        rows.append(asdict(case) | {"draft": f"{draft or 'sent'}{past}"})
    return replace(list_section(title, _TO_SAVE, rows, len(saving.cases)), before=words)


def _case_sentences(cases: Sequence[ProjectedCase]) -> Iterator[str]:
    seen = Counter(case.breach for case in cases)
    words = [f"{seen[breach]:,} {says}" for breach, says in _BREACH_WORDS.items() if seen[breach]]
    if not words:
        yield "No case is open."
        return
    yield f"{listed(words)}."
    yield _CLOSED_BY


def _intake(weeks: Sequence[IntakeWeek], *, terms: bool) -> Section:
    note = (
        "For a request that comes on the Monday; in brackets the last working day before it. ! marks weeks "
        "in which schools are closed on some day."
    )
    rows = []
    for week in weeks:
        days = {}
        for milestone in week.milestones:
            act = f" ({milestone.act_by:%d %b})" if milestone.act_by != milestone.due else ""
            said = f"{milestone.due.isoformat()}{act}{' !' if milestone.closure else ''}"
            days[_MILESTONE_WORDS[milestone.name]] = said
        rows.append({
            "week of": week.week.isoformat(),
            "requests": "" if week.expected is None else f"{week.expected:.1f}",
            **days,
            "school days lost": "" if week.school_days_lost is None else str(week.school_days_lost),
            "bank holidays": str(week.bank_holidays),
        })  # fmt: skip
    without = "No term dates are known, so no school days are counted: see [terms] of ehcp.toml, or --terms."
    notes = (note,) if terms else (note, without)
    title = f"Requests to come: {count(len(weeks), 'week')}"
    return without_empty_columns(table(title, rows, text=_MILESTONE_WORDS.values(), after=notes))


def backtest_section(past: Backtest) -> Section:
    """Return how past forecasts did, one line for each thing that was forecast."""
    rows = []
    for score in past.scores:
        held = (
            f"{100 * covered:.0f}% of {judged}" if covered is not None else "none yet"
            for covered, judged in zip(astuple(score.coverage), astuple(score.judged), strict=True)
        )
        errors = (score.error_weeks, *(rival.error_weeks for rival in score.baselines))
        off = ("" if error is None else f"{error:.1f}" for error in errors)
        if score.forecasts:
            rows.append(dict(zip(_SCORED, (_what(score), *held, *off), strict=True)))
    before, after = tuple(backtest_sentences(past)), (_HELD, _OFF) if past.standpoints else ()
    return table("How past forecasts did", rows, before=before, after=after)


def _what(score: Score) -> str:
    return "clearance" if score.what == CLEARANCE else f"{score.what.split('_')[1]} weeks on"


def backtest_sentences(past: Backtest) -> Iterator[str]:
    """Yield how past forecasts did, and say so where they were no better than the baselines."""
    if not past.standpoints:
        yield "No past month had weeks enough behind it and after it, and a backlog; nothing can be scored."
        return
    first, last = past.standpoints[0].day, past.standpoints[-1].day
    months = count(len(past.standpoints), "past month")
    yield f"Forecasts made at {months}, {day(first)} to {day(last)}, held against what came."
    for score in past.scores:
        what = "Of clearance" if score.what == CLEARANCE else f"Of how many are overdue {_what(score)}"
        if score.beats_baselines:
            yield f"{what} the forecast was nearer than both baselines."
        elif score.beats_baselines is not None and (mine := score.error_weeks) is not None:
            better = [
                _BASELINE_WORDS[rival.baseline]
                for rival in score.baselines
                if rival.error_weeks is not None and rival.error_weeks <= mine
            ]
            yield f"{what} the forecast was NO better than {listed(better)}."
    if any(_too_sure(score) for score in past.scores):
        yield "These forecasts were too sure of themselves: give dates more room than P85 leaves."


def _too_sure(score: Score) -> bool:
    """Return whether far fewer forecasts held than should have, among enough to say so."""
    return any(
        covered is not None and judged >= _ENOUGH and covered < share - _FAR
        for share, covered, judged in zip(SHARES, astuple(score.coverage), astuple(score.judged), strict=True)
    )

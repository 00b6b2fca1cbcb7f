"""How past forecasts did: how often their dates held, and where they were no better than the baselines."""

from collections.abc import Iterator

from ehcp_timeline.commands.forecast.results.backtest import CLEARANCE, SHARES, Backtest, Score
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import count, day, listed

_BASELINE_WORDS = {
    "straight_line": "a straight line through the last two months' counts",
    "backlog_over_throughput": "the backlog over what is done a week",
}
_ENOUGH = 5
_FAR = 0.2


def backtest_section(found: Backtest) -> Section:
    """Return how past forecasts did, one line for each thing that was forecast."""
    return Section(
        title="How past forecasts did",
        before=tuple(backtest_sentences(found)),
        columns=(TableColumn("forecast of", "fixed"), *(TableColumn(name, "number") for name in _HEADINGS)),
        rows=tuple(_row(score) for score in found.scores if score.forecasts),
        after=(_HELD, _OFF) if found.standpoints else (),
    )  # fmt: skip


_HEADINGS = ("P50 held", "P85 held", "P95 held", "weeks off", "line", "throughput")
_HELD = (
    "Held: what came was no later, or no more, than was said. Of P50 about half should hold, of P85 about "
    "85%, of P95 about 95%."
)
_OFF = (
    "Weeks off: by how far the middle forecast missed on average; then the two baselines: a straight line "
    "through the last two months' counts, and the backlog over what is done a week."
)


def _row(one: Score) -> tuple[str, ...]:
    held = (
        f"{100 * covered:.0f}% of {judged}" if covered is not None else "none yet"
        for covered, judged in zip(one.coverage, one.judged, strict=True)
    )
    errors = (one.forecast.error_weeks, *(rival.error_weeks for rival in one.baselines))
    return (_what(one), *held, *("" if error is None else f"{error:.1f}" for error in errors))


def _what(one: Score) -> str:
    return "clearance" if one.what == CLEARANCE else f"{one.what.split('_')[1]} weeks on"


def _of(one: Score) -> str:
    return "Of clearance" if one.what == CLEARANCE else f"Of how many are overdue {_what(one)}"


def backtest_sentences(found: Backtest) -> Iterator[str]:
    """Yield how past forecasts did, and say so where they were no better than the baselines."""
    if not found.standpoints:
        yield "No past month had weeks enough behind it and after it, and a backlog; nothing can be scored."
        return
    first, last = found.standpoints[0].day, found.standpoints[-1].day
    months = count(len(found.standpoints), "past month")
    yield f"Forecasts made at {months}, {day(first)} to {day(last)}, held against what came."
    for score in found.scores:
        yield from _verdict(score)
    if any(_too_sure(score) for score in found.scores):
        yield "These forecasts were too sure of themselves: give dates more room than P85 leaves."


def _verdict(one: Score) -> Iterator[str]:
    """Yield whether one thing was forecast better than the baselines do."""
    if one.beats_baselines is None:
        return
    if one.beats_baselines:
        yield f"{_of(one)} the forecast was nearer than both baselines."
        return
    better = [
        _BASELINE_WORDS[rival.method]
        for rival in one.baselines
        if rival.error_weeks is not None
        and one.forecast.error_weeks is not None
        and rival.error_weeks <= one.forecast.error_weeks
    ]
    yield f"{_of(one)} the forecast was NO better than {listed(better)}."


def _too_sure(one: Score) -> bool:
    """Return whether far fewer forecasts held than should have, among enough to say so."""
    return any(
        covered is not None and judged >= _ENOUGH and covered < share - _FAR
        for share, covered, judged in zip(SHARES, one.coverage, one.judged, strict=True)
    )

"""What `ehcp forecast` tells a person: sentences first, then each order of work beside the others."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from ehcp_timeline.measure.forecast.backtest import Backtest
from ehcp_timeline.measure.forecast.forecast import Asked, Forecast
from ehcp_timeline.measure.forecast.outlook import Outlook, Quarter
from ehcp_timeline.measure.forecast.snapshots import Snapshots
from ehcp_timeline.measure.forecast.stage_lines import StageLine
from ehcp_timeline.report.forecast_answer import (
    CASE_KEYS,
    INTAKE_KEYS,
    SAVE_KEYS,
    case_record,
    intake_record,
    pair_record,
    save_record,
)
from ehcp_timeline.report.forecast_words import (
    backtest_sentences,
    case_sentences,
    review_sentences,
    snapshot_sentences,
    target_words,
)
from ehcp_timeline.report.phrases import day
from ehcp_timeline.report.sections import Column, Kind, Section, without_empty_columns

NEVER = "never"
_QUARTERS_SHOWN = 8
_NEVER_WORDS = "Never: not within the weeks looked at. Quarters beyond two years stand in JSON and CSV."
_FIXED = frozenset({"case_id", "start", "due", "week"})


def case_sections(found: Forecast, stages: Sequence[StageLine], top: int) -> list[Section]:
    """Return a forecast from case files as sections; lists of cases show at most `top` lines."""
    sections = [
        Section(title=_title(found.asked), before=tuple(case_sentences(found))),
        _what_if(found.asked),
        _clearances(found.outlooks),
        *_beside(found.outlooks),
        _stages(stages),
    ]
    if found.target is not None:
        sections.append(Section(title="Target", before=tuple(target_words(found.target))))
    if found.reviews is not None:
        sections.append(Section(title="Reviews", before=tuple(review_sentences(found.reviews))))
    if found.to_save is not None:
        rows = [save_record(one) for one in found.to_save]
        sections.append(_records("In time, to be saved", rows, SAVE_KEYS, top))
    if found.cases is not None:
        rows = [case_record(one) for one in found.cases]
        sections.append(_records("Open cases and when they close", rows, CASE_KEYS, top))
    if found.intake is not None:
        rows = [intake_record(one) for one in found.intake]
        sections.append(_records("Requests to come", rows, INTAKE_KEYS, len(rows)))
    if found.backtest is not None:
        sections.append(_backtest(found.backtest))
    sections.append(_seed(found.asked))
    return [one for one in sections if one.before or one.rows]


def snapshot_sections(found: Snapshots, asked: Asked, remarks: Sequence[str]) -> list[Section]:
    """Return a forecast from counts as sections."""
    sentences = tuple(snapshot_sentences(found, asked.target))
    rows = [pair_record(one) for one in found.pairs]
    table = Section(
        title="Pairs of counts",
        columns=(
            Column("from", "fixed"), Column("to", "fixed"),
            Column("first", "number"), Column("last", "number"),
            Column("weeks", "number"), Column("a week", "number"), Column("clear on", "fixed"),
        ),
        rows=tuple(
            (
                _word(row["first"]), _word(row["last"]), f"{row['first_count']:,}", f"{row['last_count']:,}",
                f"{row['weeks']:.1f}", f"{row['per_week']:+,.1f}", _date(row["clear_on"]),
            )
            for row in rows
        ),
    )  # fmt: skip
    notes = Section(title="About the file", before=tuple(remarks))
    every = [Section(title=_title(asked), before=sentences), table, notes, _seed(asked)]
    return [one for one in every if one.before or one.rows]


def _title(asked: Asked) -> str:
    return f"Forecast as at {day(asked.as_at)}"


def _seed(asked: Asked) -> Section:
    words = (
        f"{asked.runs:,} runs, {asked.weeks} weeks ahead, seed {asked.seed}: the same again gives the same."
    )
    return Section(before=(words,))


def _what_if(asked: Asked) -> Section:
    """Return what was changed."""
    change = asked.what_if
    since = f" from {day(change.since)}" if change.since else ""
    told = (
        (change.capacity, f"{change.capacity:+g} plans a week at the narrowest stage{since}"),
        (
            change.psychologists,
            f"{change.psychologists:+g} psychologists, advice from each a week: {change.advice_each:g}",
        ),
        (change.requests, f"{change.requests:+g}% requests"),
        (change.shrinkage, f"{change.shrinkage:g}% of working time lost beyond what was lost so far"),
        (
            change.catch_up,
            f"a catch-up team: {change.catch_up:+g} a week for {change.catch_up_weeks} weeks{since}",
        ),
    )
    return Section(title="What if", before=tuple(words for asked_for, words in told if asked_for))


def _clearances(outlooks: Sequence[Outlook]) -> Section:
    """Return the clearance dates of all orders, side by side."""
    return Section(
        title="Clear by",
        columns=(
            Column("order of work", "fixed"), Column("P50", "fixed"), Column("P85", "fixed"),
            Column("P95", "fixed"), Column("never", "number"),
        ),
        rows=tuple(
            (
                one.policy, _date(one.clearance.p50), _date(one.clearance.p85), _date(one.clearance.p95),
                f"{100 * one.clearance.never_share:.0f}%",
            )
            for one in outlooks
        ),
        after=(_NEVER_WORDS,) if outlooks else (),
    )  # fmt: skip


def _beside(outlooks: Sequence[Outlook]) -> Iterator[Section]:
    """Yield one table for each measure: quarters down, orders of work across, medians in the cells."""
    if not outlooks:
        return
    columns = (Column("quarter", "fixed"), *(Column(one.policy, "number") for one in outlooks))
    many = min(_QUARTERS_SHOWN, len(outlooks[0].quarters))
    for title, cell in _MEASURES:
        rows = tuple(
            (outlooks[0].quarters[place].quarter, *(cell(one.quarters[place]) for one in outlooks))
            for place in range(many)
        )
        if any(any(row[1:]) for row in rows):
            yield Section(title=title, columns=columns, rows=rows)


def _rate(one: Quarter) -> str:
    if one.rate is None:
        return "no plans"
    span = "" if one.rate_p15 is None else f" ({one.rate_p15:.0f}-{one.rate_p85:.0f})"
    return f"{one.rate:.1f}{span}"


_MEASURES: tuple[tuple[str, Callable[[Quarter], str]], ...] = (
    ("Plans within 20 weeks, % (P15-P85)", _rate),
    ("The same without exceptions, %", lambda one: _number(one.rate_ex)),
    ("Overdue at the quarter's end", lambda one: _number(one.overdue_p50)),
    ("Oldest case, weeks", lambda one: _number(one.oldest_p50)),
    ("Families past 52 weeks", lambda one: _number(one.over_52_p50)),
)


def _stages(stages: Sequence[StageLine]) -> Section:
    """Return the stages in the weeks behind, and the queue forms for those that they apply to."""
    columns = (
        "stage", "in hand", "waiting", "in a week", "out a week", "median weeks", "P85", "law", "load",
        "target queue", "relief capacity", "target capacity", "pressure",
    )  # fmt: skip
    why = [f"{one.stage}: {words}." for one in stages for words in one.why]
    return Section(
        title="Stages",
        columns=tuple(Column(name, "number" if place else "fixed") for place, name in enumerate(columns)),
        rows=tuple(
            (
                f"{one.stage} (narrowest)" if one.narrowest else one.stage,
                *map(_number, (
                    one.in_hand, one.waiting, one.arrivals_per_week, one.completions_per_week, one.weeks_p50,
                    one.weeks_p85, one.law_weeks,
                )),
                _ratio(one.load),
                *map(_number, (one.target_queue, one.relief_capacity, one.target_capacity)),
                _ratio(one.pressure),
            )
            for one in stages
        ),
        after=tuple(why),
    )  # fmt: skip


def _backtest(found: Backtest) -> Section:
    return Section(title="How past forecasts did", before=tuple(backtest_sentences(found)))


def _records(title: str, rows: Sequence[dict[str, Any]], keys: Sequence[str], top: int) -> Section:
    """Return rows as a table, at most `top` of them."""
    shown = rows[:top]
    heading = (
        f"{title}: {len(rows):,}" if len(shown) == len(rows) else f"{title}: {top:,} of {len(rows):,} shown"
    )
    if not rows:
        return Section(title=f"{title}: none", before=("There is no such case.",))
    return without_empty_columns(
        Section(
            title=heading,
            columns=tuple(Column(key.replace("_", " "), _kind(key)) for key in keys),
            rows=tuple(tuple(_word(row[key]) for key in keys) for row in shown),
        )
    )


def _kind(key: str) -> Kind:
    return (
        "fixed"
        if key in _FIXED or key.startswith(("finish", "breach", "last", "issue", "decide"))
        else "text"
    )


def _date(when: date | None) -> str:
    return NEVER if when is None else when.isoformat()


def _word(value: object) -> str:
    return "" if value is None else str(value)


def _number(value: float | None) -> str:
    """Return a number with no more decimals than it needs; nothing of none."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _ratio(value: float | None) -> str:
    """Return a ratio to two decimals; nothing of none."""
    return "" if value is None else f"{value:.2f}"


def lines_of(sections: Sequence[Section]) -> Iterator[str]:
    """Yield every sentence of some sections, for an answer as data."""
    for section in sections:
        yield from section.before

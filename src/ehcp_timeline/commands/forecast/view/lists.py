"""The lists of a forecast: each open case, what can be saved, requests to come, the backtest."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from ehcp_timeline.commands.forecast.forecast import Forecast
from ehcp_timeline.commands.forecast.results.intake import IntakeWeek
from ehcp_timeline.commands.forecast.results.per_case import LIKELY, OVERDUE, POSSIBLE, UNLIKELY, Projected
from ehcp_timeline.commands.forecast.results.save_list import SaveList, ToSave
from ehcp_timeline.commands.forecast.view.backtest import backtest_section
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.text.words import count, listed

_WHOSE = (
    TableColumn("caseworker", optional=True),
    TableColumn("team", optional=True),
    TableColumn("district", optional=True),
)
_BREACH_WORDS = {
    OVERDUE: "overdue already",
    LIKELY: "late in half of the runs or more",
    POSSIBLE: "late in 15 of 100 runs or more",
    UNLIKELY: "in time in 85 of 100 runs",
}
_CLOSED_BY = (
    "Closed by: in half of the runs; if slow: in 85 of 100. CSV and JSON hold every case, the safe ones too."
)


def list_sections(found: Forecast, top: int) -> Iterator[Section]:
    """Yield the lists that were asked for; those of cases show at most `top` lines."""
    if found.to_save is not None:
        yield _to_save(found.to_save, found.asked.as_at, top)
    if found.cases is not None:
        yield from _cases(found.cases, top)
    if found.intake is not None:
        yield _intake(found.intake, known=bool(found.asked.closures))
    if found.backtest is not None:
        yield backtest_section(found.backtest)


def _heading(title: str, whole: int, top: int) -> str:
    return f"{title}: {whole:,}" if whole <= top else f"{title}: {top:,} of {whole:,}"


def _to_save(found: SaveList, as_at: date, top: int) -> Section:
    """Return the cases to save, those whose draft must go first at the top."""
    if not found.in_time:
        return Section(title="In time, and to be saved", before=("No open case is in time.",))
    words = (
        f"{len(found.cases):,} of {count(found.in_time, 'case')} in time will be late, unless hurried, if "
        "what is still to come takes as long as the slower ones did in the last 52 weeks (85th percentile)."
    )
    untold = f"{count(found.untold, 'case')} cannot be told: too few like it were finished lately."
    told = (
        words,
        "`ehcp overdue --save-list` says what to do next in each.",
        *((untold,) if found.untold else ()),
    )
    columns = (
        TableColumn("case", "fixed"), TableColumn("due", "fixed"), TableColumn("days left", "number"),
        TableColumn("days needed", "number"), TableColumn("last safe draft day", "fixed"),
        TableColumn("stage", "fixed"),
    )  # fmt: skip
    return without_empty_columns(
        Section(
            title=_heading("In time, and to be saved", len(found.cases), top),
            before=told,
            columns=(*columns, *_WHOSE),
            rows=tuple(_save_row(case, as_at) for case in found.cases[:top]),
        )
    )


def _save_row(one: ToSave, as_at: date) -> tuple[str, ...]:
    draft = "sent" if one.last_safe_draft is None else one.last_safe_draft.isoformat()
    if one.last_safe_draft is not None and one.last_safe_draft < as_at:
        draft = f"{draft}, past"
    return (
        one.named.case_id, one.due.isoformat(), f"{one.days_left:,}", f"{one.days_needed:,}", draft,
        one.stage,
        one.named.caseworker or "", one.named.team or "", one.named.district or "",
    )  # fmt: skip


def _cases(cases: Sequence[Projected], top: int) -> Iterator[Section]:
    """Yield the cases that will be late, and those that are, with the weeks in which they are closed."""
    seen = Counter(case.breach for case in cases)
    told = [f"{seen[word]:,} {words}" for word, words in _BREACH_WORDS.items() if seen[word]]
    yield Section(
        title=f"Open cases and when they are closed: {len(cases):,}",
        before=(f"{listed(told)}.", _CLOSED_BY) if told else ("No case is open.",),
    )
    coming = [case for case in cases if case.breach in (LIKELY, POSSIBLE)]
    yield _case_table("In time now, and at risk", coming, top)
    yield _case_table("Overdue already", [case for case in cases if case.breach == OVERDUE], top)


def _case_table(title: str, cases: Sequence[Projected], top: int) -> Section:
    columns = (
        TableColumn("case", "fixed"), TableColumn("late from", "fixed"), TableColumn("closed by", "fixed"),
        TableColumn("if slow", "fixed"), TableColumn("late?", "fixed"), TableColumn("weeks", "number"),
        TableColumn("stage", "fixed", optional=True),
    )  # fmt: skip
    if not cases:
        return Section()
    return without_empty_columns(
        Section(
            title=_heading(title, len(cases), top),
            columns=(*columns, *_WHOSE),
            rows=tuple(map(_case_row, cases[:top])),
        )
    )


def _case_row(one: Projected) -> tuple[str, ...]:
    ends = ("later" if day is None else day.isoformat() for day in (one.finish_p50, one.finish_p85))
    return (
        one.named.case_id, one.breach_on.isoformat(), *ends, one.breach, f"{one.weeks:,}", one.stage,
        one.named.caseworker or "", one.named.team or "", one.named.district or "",
    )  # fmt: skip


def _intake(weeks: Sequence[IntakeWeek], *, known: bool) -> Section:
    """Return the weeks of requests to come and where their days fall."""
    titles = {"decide": "week 6", "no_plan": "week 16", "issue": "week 20"}
    names = list(dict.fromkeys(milestone.name for week in weeks for milestone in week.milestones))
    note = (
        "For a request that comes on the Monday; in brackets the last working day before it. ! marks weeks "
        "in which schools are closed on some day."
    )
    without = "No term dates are known, so no school days are counted: see [terms] of ehcp.toml, or --terms."
    return without_empty_columns(
        Section(
            title=f"Requests to come: {count(len(weeks), 'week')}",
            columns=(
                TableColumn("week of", "fixed"), TableColumn("requests", "number"),
                *(TableColumn(titles[name]) for name in names),
                TableColumn("school days lost", "number"), TableColumn("bank holidays", "number"),
            ),
            rows=tuple(_intake_row(week) for week in weeks),
            after=(note,) if known else (note, without),
        )
    )  # fmt: skip


def _intake_row(one: IntakeWeek) -> tuple[str, ...]:
    days = []
    for milestone in one.milestones:
        mark = " !" if milestone.closure else ""
        act = f" ({milestone.act_by:%d %b})" if milestone.act_by != milestone.due else ""
        days.append(f"{milestone.due.isoformat()}{act}{mark}")
    expected = "" if one.expected is None else f"{one.expected:.1f}"
    lost = "" if one.school_days_lost is None else str(one.school_days_lost)
    return (one.week.isoformat(), expected, *days, lost, str(one.bank_holidays))

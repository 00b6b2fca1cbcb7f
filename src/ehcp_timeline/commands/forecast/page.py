"""What `ehcp forecast` shows: the answer, every order of work, what would change it, and how sure it is."""

import shlex
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain

from ehcp_timeline.commands.forecast.counts import counts_sections
from ehcp_timeline.commands.forecast.lists import list_sections
from ehcp_timeline.commands.forecast.sentences import (
    WHY_APART,
    basis_sentences,
    change_sentences,
    headline,
    horizon,
    review_sentences,
    scenario_words,
    sure_sentences,
    target_words,
    what_if_sentences,
)
from ehcp_timeline.measure.forecast.behind import RECENT_WEEKS, StageLine
from ehcp_timeline.measure.forecast.forecast import ForecastAnswer, WeeksBehind, WorkInHand
from ehcp_timeline.measure.forecast.outlook import (
    ClearanceDay,
    Outlook,
    Quarter,
    ScenarioOutlook,
    main_outlook,
)
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.output.sections import Section, TableColumn, table, without_empty_columns
from ehcp_timeline.text import day, listed

_QUARTERS_SHOWN = 4
_BAR = 30
_FORMS = (
    "load: what comes over what leaves; at 1 or more the queue grows without end",
    "target queue: cases that may wait if the timetable is to be kept",
    "relief: cases a week that bring the queue there in 26 weeks",
    "to keep: cases a week that keep the timetable for good",
    "pressure: twice the mean wait over the timetable; above 1 it is most likely missed",
)
_STAGE_NOTE = (
    "* cases wait for staff here. Waiting: there for longer than it takes at least. In, out: cases a week. "
    "Weeks: half of all cases take no longer, 85% no longer than the next column."
)
_MEASURES = {
    "The same without exceptions, %": "rate_ex",
    "Overdue at the quarter's end": "overdue_p50",
    "Overdue at the quarter's end: 85 of 100 runs have no more": "overdue_p85",
    "Oldest case, weeks": "oldest_p50",
    "Families past 52 weeks": "over_52_p50",
}


def page(
    answer: ForecastAnswer, asked: ForecastRequest, top: int | None, *, full: bool, commands: bool = True
) -> list[Section]:
    """Return a forecast as sections, the answer first; a list of cases shows `top` lines, or all.

    In full it shows what stands behind the answer too; and beside a list, the answer. A page that is passed
    on has no `commands` to type.
    """
    if answer.snapshots is not None:
        return list(counts_sections(answer, answer.snapshots))
    now, past = answer.now, answer.history
    if now is None or past is None:
        return []
    words = _words(answer, now, past, asked)
    lists = list(list_sections(answer, top, terms=bool(asked.closures)))
    if answer.scenarios is not None:
        lists += scenario_sections(answer.scenarios, answer.clear_at, moved=bool(answer.pace_changes))
    wanted = full or not lists or answer.target is not None or answer.what_if.changed
    sections = [
        Section(f"Forecast as at {day(answer.as_at)}", words["answer"]),
        Section("The change", what_if_sentences(answer.what_if)),
    ]
    change = Section("What would change it", words["change"])
    if now.too_little:
        sections.append(change)
    elif wanted:
        sections += [_orders(answer, now), change, _sure(answer, now, past, words["sure"])]
    if full or now.too_little:
        sections.append(Section("Yearly reviews", words["reviews"]))
    if not now.too_little:
        if full:
            sections += [Section("What it rests on", words["basis"]), *_details(answer, past)]
        if commands or full:
            lists.append(_ending(answer, full=full, listed=bool(lists)))
    return [section for section in (*sections, *lists) if section.before or section.rows]


def sentences(answer: ForecastAnswer, asked: ForecastRequest) -> Iterator[str]:
    """Yield everything that is said in words, for an answer as data."""
    if answer.snapshots is not None:
        for section in counts_sections(answer, answer.snapshots):
            yield from (*section.before, *section.after)
    if answer.now is not None and answer.history is not None:
        yield from chain(*_words(answer, answer.now, answer.history, asked).values())
        for section in list_sections(answer, 0, terms=False):
            yield from section.before


def _words(
    answer: ForecastAnswer, now: WorkInHand, past: WeeksBehind, asked: ForecastRequest
) -> dict[str, tuple[str, ...]]:
    """Return what is said in words, part by part; a part that has nothing to say is empty."""
    target, reviews = answer.target, answer.reviews
    change, sure, basis = [], [], []
    if not now.too_little:
        change, sure = [*change_sentences(answer, past)], [*sure_sentences(answer, past)]
        basis = [*basis_sentences(answer, past, asked)]
        if len(answer.policies) > 1:
            basis.append(WHY_APART)
    elif target is not None and now.overdue:
        change = [*target_words(target, changed=answer.what_if.changed)]
    return {
        "answer": tuple(headline(answer, now)),
        "change": tuple(change),
        "sure": tuple(sure),
        "basis": tuple(basis),
        "reviews": tuple(review_sentences(reviews, target)) if reviews is not None else (),
    }


def _orders(answer: ForecastAnswer, now: WorkInHand) -> Section:
    lines = [(outlook.policy, outlook) for outlook in answer.policies]
    later = "later" if answer.pace_changes else "never"
    note = f"Half, 85%: of all futures clear by then; {later}: not by {day(horizon(answer))}."
    return _outlooks("Each order of work", "order of work", lines, answer, now, note)


def scenario_sections(lines: Sequence[ScenarioOutlook], clear_at: int, *, moved: bool) -> Iterator[Section]:
    """Yield scenarios side by side: dates, rate by quarter, oldest case, longest waits; then a chart."""
    rows, bars, end = [], [], ""
    most = max(
        (line.outlook.quarters[0].overdue_p85 or 1 for line in lines if line.outlook.quarters), default=1
    )
    for line in lines:
        near = line.outlook.quarters[:_QUARTERS_SHOWN]
        clear = _clear_cells(line.outlook.clearance, moved=moved)
        rates = {quarter.quarter[2:]: _percent(quarter.rate, moved=moved) for quarter in near}
        left = _end_cells(near, moved=moved)
        del clear["never"], left["in time"]
        rows.append({"scenario": line.name, **clear, **rates, **left})
        for quarter in near[-1:]:
            end, overdue = f" {quarter.quarter}", quarter.overdue_p50 or 0
            most = max(most, overdue)
            bars.append((line.name, overdue))
    note = (
        f"Half clear, 85%: of all futures, no more than {clear_at:,} overdue. By quarter: % of plans in 20 "
        f"weeks. Overdue, oldest in weeks, families past 52 weeks: at the end of{end}, in half of them."
    )
    what = tuple(f"{line.name}: {listed(words)}." for line in lines if (words := [*scenario_words(line)]))
    title, dates = "Scenarios side by side", ("half clear", "85%")
    yield without_empty_columns(
        table(title, rows, fixed=dates, text=["scenario"], optional=["85%"], before=what, after=(note,))
    )
    yield Section(
        f"Overdue at the end of{end}",
        columns=(TableColumn("", "fixed"), TableColumn("", "fixed"), TableColumn("", "number")),
        rows=tuple((name, "█" * round(_BAR * number / most), f"{number:,}") for name, number in bars),
    )


def _outlooks(
    title: str, first: str, lines: Sequence[tuple[str, Outlook]], answer: ForecastAnswer, now: WorkInHand,
    note: str,
) -> Section:  # fmt: skip
    backlog = now.overdue > answer.clear_at and not now.floor_limits
    rows, moved = [], bool(answer.pace_changes)
    for name, outlook in lines:
        clear = _clear_cells(outlook.clearance, moved=moved)
        unchanged = _date(outlook.unchanged.p50) if outlook.unchanged else ""
        cells = {first: name, **clear, "unchanged": unchanged} if backlog else {first: name}
        rows.append(cells | _end_cells(outlook.quarters[:_QUARTERS_SHOWN], moved=moved))
    if quarters := lines[0][1].quarters[:_QUARTERS_SHOWN]:
        note = f"{note if backlog else ''} The rest: at the end of {quarters[-1].quarter}, in half of them."
    dates = ("half clear", "85%", "unchanged")
    return without_empty_columns(
        table(title, rows, fixed=dates, optional=("never", "unchanged"), after=(note.strip(),))
    )


def _date(when: date | None, never: str = "never") -> str:
    return when.isoformat() if when else never


def _clear_cells(clear: ClearanceDay, *, moved: bool) -> dict[str, str]:
    """Return when half and 85% of the runs are clear, and how many never are: no certainty where it moved."""
    half, late = (_date(when, "later" if moved else "never") for when in (clear.p50, clear.p85))
    return {"half clear": half, "85%": late, "never": "" if moved else f"{100 * clear.never_share:.0f}%"}


def _percent(rate: float | None, *, moved: bool) -> str:
    """Return a rate; where the pace moved, none is said to be of every plan."""
    if rate is None:
        return ""
    return "over 99%" if moved and rate >= 99.5 else f"{rate:.0f}%"


def _end_cells(quarters: Sequence[Quarter], *, moved: bool) -> dict[str, str]:
    if not quarters:
        return dict.fromkeys(("in time", "overdue", "oldest", "past 52"), "")
    last = quarters[-1]
    return {
        "in time": _percent(last.rate, moved=moved),
        "overdue": _number(last.overdue_p50),
        "oldest": _number(last.oldest_p50),
        "past 52": _number(last.over_52_p50),
    }


def _sure(answer: ForecastAnswer, now: WorkInHand, past: WeeksBehind, words: tuple[str, ...]) -> Section:
    if answer.recent is None:
        return Section("How sure", words)
    lines = [
        (f"the last {past.weeks} weeks", main_outlook(answer.policies)),
        (f"the last {RECENT_WEEKS} weeks", answer.recent),
    ]
    return replace(_outlooks("How sure", "work as in", lines, answer, now, ""), before=words, after=())


def _details(answer: ForecastAnswer, past: WeeksBehind) -> Iterator[Section]:
    yield _quarters(
        "Plans issued within 20 weeks, % (15 of 100 runs are below, 15 above)", answer.policies, rate_words
    )
    for title, measure in _MEASURES.items():

        def cell(quarter: Quarter, name: str = measure) -> str:
            return _number(getattr(quarter, name))

        measured = _quarters(title, answer.policies, cell)
        if any(any(row[1:]) for row in measured.rows):
            yield measured
    stages = [
        {
            "stage": f"{stage.stage} *" if stage.narrowest else stage.stage,
            "in hand": _number(stage.in_hand),
            "waiting": _number(stage.waiting),
            "in": _number(stage.arrivals_per_week),
            "out": _number(stage.completions_per_week),
            "weeks": _number(stage.weeks_p50),
            "for 85%": _number(stage.weeks_p85),
            "by law": _number(stage.law_weeks),
        }
        for stage in answer.stages
    ]
    yield table(f"The stages over the last {past.weeks} weeks", stages, after=(_STAGE_NOTE,))
    yield _queues(answer.stages)


def _quarters(title: str, outlooks: Sequence[Outlook], cell: Callable[[Quarter], str]) -> Section:
    policies = [outlook.policy for outlook in outlooks]
    every = zip(*(outlook.quarters for outlook in outlooks), strict=True)
    rows = [
        {"quarter": line[0].quarter, **dict(zip(policies, map(cell, line), strict=True))} for line in every
    ]
    return table(title, rows)


def rate_words(quarter: Quarter) -> str:
    """Return a quarter's rate with the span that 70 of 100 runs keep to."""
    if quarter.rate is None:
        return "no plans"
    span = "" if quarter.rate_p15 is None else f" ({quarter.rate_p15:.0f}-{quarter.rate_p85:.0f})"
    return f"{quarter.rate:.0f}{span}"


def _queues(stages: Sequence[StageLine]) -> Section:
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for stage in stages:
        for words in stage.why:
            reasons[words].append(stage.stage)
    why = tuple(f"{', '.join(names)}: {words}" for words, names in reasons.items())
    rows = [
        {
            "stage": stage.stage,
            "load": _ratio(stage.load),
            "target queue": _number(stage.target_queue),
            "relief": _number(stage.relief_capacity),
            "to keep": _number(stage.target_capacity),
            "pressure": _ratio(stage.pressure),
        }
        for stage in stages
        if stage.target_capacity is not None
    ]
    before, after = (_FORMS, why) if rows else (why, ())
    return table("Queue arithmetic, stage by stage", rows, before=before, after=after)


def _number(value: float | None) -> str:
    """Return a number with no more decimals than it needs; nothing of none."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _ending(answer: ForecastAnswer, *, full: bool, listed: bool) -> Section:
    again = (
        f"  ehcp forecast {' '.join(shlex.quote(file.name) for file in answer.input)} --as-at {answer.as_at}"
    )
    more = []
    if listed and not full:
        more = ["The whole forecast:", again]
    elif not full:
        target = "" if answer.target else " --target DATE"
        more = [f"{again}{target} --capacity +3", f"{again} --full"]
    seed = (
        f"{answer.runs:,} runs, {answer.horizon_weeks} weeks ahead, seed {answer.seed}: repeat it and the "
        "answer is the same."
    )
    return Section(title="Next" if more else "", before=(*more, seed), closing=True)

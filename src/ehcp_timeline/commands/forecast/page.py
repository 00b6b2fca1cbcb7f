"""What `ehcp forecast` shows: the answer, every order of work, what would change it, and how sure it is."""

import shlex
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
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
from ehcp_timeline.measure.forecast.forecast import (
    ForecastAnswer,
    ScenarioOutlook,
    WeeksBehind,
    WorkInHand,
    main_outlook,
)
from ehcp_timeline.measure.forecast.outlook import ClearanceDay, Outlook, Quarter
from ehcp_timeline.measure.forecast.pace import RECENT_WEEKS
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.measure.forecast.stages import StageLine
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
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
        Section("The change", tuple(what_if_sentences(answer.what_if))),
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
    """Return where each order of work leads: when it is clear, and what is left a year on."""
    lines = [(outlook.policy, outlook) for outlook in answer.policies]
    later = "later" if answer.pace_changes else "never"
    note = f"Half, 85%: of all futures clear by then; {later}: not by {day(horizon(answer))}."
    return _outlooks("Each order of work", "order of work", lines, answer, now, note)


def scenario_sections(lines: Sequence[ScenarioOutlook], clear_at: int, *, moved: bool) -> Iterator[Section]:
    """Yield scenarios side by side: dates, rate by quarter, oldest case, longest waits; then a chart."""
    quarters = [quarter.quarter for quarter in lines[0].outlook.quarters[:_QUARTERS_SHOWN]]
    rows, bars = [], []
    most = max((line.outlook.quarters[0].overdue_p85 or 1 for line in lines if quarters), default=1)
    for line in lines:
        half, late, _ = _clear_cells(line.outlook.clearance, moved=moved)
        near = line.outlook.quarters[: len(quarters)]
        rates = (_percent(quarter.rate, moved=moved) for quarter in near)
        rows.append((line.name, half, late, *rates, *_end_cells(near, moved=moved)[1:]))
        for quarter in near[-1:]:
            most = max(most, quarter.overdue_p50 or 0)
            bars.append((line.name, quarter.overdue_p50 or 0))
    columns = (
        TableColumn("scenario"), TableColumn("half clear", "fixed"),
        TableColumn("85%", "fixed", optional=True), *(TableColumn(name[2:], "number") for name in quarters),
        TableColumn("overdue", "number"), TableColumn("oldest", "number"), TableColumn("past 52", "number"),
    )  # fmt: skip
    end = f" {quarters[-1]}" if quarters else ""
    note = (
        f"Half clear, 85%: of all futures, no more than {clear_at:,} overdue. By quarter: % of plans in 20 "
        f"weeks. Overdue, oldest in weeks, families past 52 weeks: at the end of{end}, in half of them."
    )
    what = tuple(f"{line.name}: {listed(words)}." for line in lines if (words := [*scenario_words(line)]))
    yield without_empty_columns(Section("Scenarios side by side", what, columns, tuple(rows), (note,)))
    yield Section(
        f"Overdue at the end of{end}",
        columns=(TableColumn("", "fixed"), TableColumn("", "fixed"), TableColumn("", "number")),
        rows=tuple((name, "█" * round(_BAR * number / most), f"{number:,}") for name, number in bars),
    )


def _outlooks(
    title: str, first: str, lines: Sequence[tuple[str, Outlook]], answer: ForecastAnswer, now: WorkInHand,
    note: str,
) -> Section:  # fmt: skip
    """Return outlooks side by side, one a line."""
    quarters = lines[0][1].quarters[:_QUARTERS_SHOWN]
    backlog = now.overdue > answer.clear_at and not now.floor_limits
    rows, moved = [], bool(answer.pace_changes)
    for name, outlook in lines:
        clear = _clear_cells(outlook.clearance, moved=moved) if backlog else [""] * 3
        unchanged = _dates(outlook.unchanged)[0] if backlog and outlook.unchanged else ""
        rows.append((name, *clear, unchanged, *_end_cells(outlook.quarters[: len(quarters)], moved=moved)))
    if quarters:
        note = f"{note if backlog else ''} The rest: at the end of {quarters[-1].quarter}, in half of them."
    columns = (
        TableColumn(first, "fixed"), TableColumn("half clear", "fixed"), TableColumn("85%", "fixed"),
        TableColumn("never", "number", optional=True), TableColumn("unchanged", "fixed", optional=True),
        TableColumn("in time", "number"), TableColumn("overdue", "number"), TableColumn("oldest", "number"),
        TableColumn("past 52", "number"),
    )  # fmt: skip
    return without_empty_columns(Section(title, (), columns, tuple(rows), (note.strip(),)))


def _dates(clear: ClearanceDay, never: str = "never") -> list[str]:
    return [never if when is None else when.isoformat() for when in (clear.p50, clear.p85)]


def _clear_cells(clear: ClearanceDay, *, moved: bool) -> list[str]:
    """Return when half and 85% of the runs are clear, and how many never are: no certainty where it moved."""
    return [*_dates(clear, "later"), ""] if moved else [*_dates(clear), f"{100 * clear.never_share:.0f}%"]


def _percent(rate: float | None, *, moved: bool) -> str:
    """Return a rate; where the pace moved, none is said to be of every plan."""
    if rate is None:
        return ""
    return "over 99%" if moved and rate >= 99.5 else f"{rate:.0f}%"


def _end_cells(quarters: Sequence[Quarter], *, moved: bool) -> tuple[str, ...]:
    if not quarters:
        return ("",) * 4
    last = quarters[-1]
    numbers = (last.overdue_p50, last.oldest_p50, last.over_52_p50)
    return (
        _percent(last.rate, moved=moved),
        *("" if number is None else f"{number:,}" for number in numbers),
    )


def _sure(answer: ForecastAnswer, now: WorkInHand, past: WeeksBehind, words: tuple[str, ...]) -> Section:
    """Return how sure the answer is; where the pace moved, what the last weeks alone lead to."""
    if answer.recent is None:
        return Section("How sure", words)
    lines = [
        (f"the last {past.weeks} weeks", main_outlook(answer.policies)),
        (f"the last {RECENT_WEEKS} weeks", answer.recent),
    ]
    return replace(_outlooks("How sure", "work as in", lines, answer, now, ""), before=words, after=())


def _details(answer: ForecastAnswer, past: WeeksBehind) -> Iterator[Section]:
    """Yield what stands behind the answer: every quarter, the stages and their queues."""
    yield _quarters(
        "Plans issued within 20 weeks, % (15 of 100 runs are below, 15 above)", answer.policies, rate_words
    )
    for title, measure in _MEASURES.items():

        def cell(quarter: Quarter, name: str = measure) -> str:
            return _number(getattr(quarter, name))

        table = _quarters(title, answer.policies, cell)
        if any(any(row[1:]) for row in table.rows):
            yield table
    yield Section(
        title=f"The stages over the last {past.weeks} weeks",
        columns=_columns("stage", "in hand", "waiting", "in", "out", "weeks", "for 85%", "by law"),
        rows=tuple(
            (
                f"{stage.stage} *" if stage.narrowest else stage.stage,
                *map(_number, (
                    stage.in_hand, stage.waiting, stage.arrivals_per_week, stage.completions_per_week,
                    stage.weeks_p50, stage.weeks_p85, stage.law_weeks,
                )),
            )
            for stage in answer.stages
        ),
        after=(_STAGE_NOTE,),
    )  # fmt: skip
    yield _queues(answer.stages)


def _quarters(title: str, outlooks: Sequence[Outlook], cell: Callable[[Quarter], str]) -> Section:
    """Return a table with quarters down and orders of work across."""
    every = zip(*(outlook.quarters for outlook in outlooks), strict=True)
    return Section(
        title=title,
        columns=_columns("quarter", *(outlook.policy for outlook in outlooks)),
        rows=tuple((quarters[0].quarter, *map(cell, quarters)) for quarters in every),
    )


def rate_words(quarter: Quarter) -> str:
    """Return a quarter's rate with the span that 70 of 100 runs keep to."""
    if quarter.rate is None:
        return "no plans"
    span = "" if quarter.rate_p15 is None else f" ({quarter.rate_p15:.0f}-{quarter.rate_p85:.0f})"
    return f"{quarter.rate:.0f}{span}"


def _columns(first: str, *numbers: str) -> tuple[TableColumn, ...]:
    return (TableColumn(first, "fixed"), *(TableColumn(name, "number") for name in numbers))


def _queues(stages: Sequence[StageLine]) -> Section:
    """Return the queue forms for the stages that they apply to, and why not for the others."""
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for stage in stages:
        for words in stage.why:
            reasons[words].append(stage.stage)
    why = tuple(f"{', '.join(names)}: {words}" for words, names in reasons.items())
    title = "Queue arithmetic, stage by stage"
    rows = tuple(
        (
            stage.stage,
            _ratio(stage.load),
            *map(_number, (stage.target_queue, stage.relief_capacity, stage.target_capacity)),
            _ratio(stage.pressure),
        )
        for stage in stages
        if stage.target_capacity is not None
    )
    if not rows:
        return Section(title=title, before=why)
    columns = _columns("stage", "load", "target queue", "relief", "to keep", "pressure")
    return Section(title=title, before=_FORMS, columns=columns, rows=rows, after=why)


def _number(value: float | None) -> str:
    """Return a number with no more decimals than it needs; nothing of none."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _ratio(value: float | None) -> str:
    """Return a ratio to two decimals; nothing of none."""
    return "" if value is None else f"{value:.2f}"


def _ending(answer: ForecastAnswer, *, full: bool, listed: bool) -> Section:
    """Return what makes the same answer again, and what to type next."""
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

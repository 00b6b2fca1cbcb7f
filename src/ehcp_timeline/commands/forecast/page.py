"""What `ehcp forecast` shows: the answer, every order of work, what would change it, the lists."""

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, replace
from datetime import date
from itertools import chain
from typing import Any

from ehcp_timeline.commands.forecast import sentences
from ehcp_timeline.commands.forecast.sentences import say
from ehcp_timeline.measure.forecast.backtest import CLEARANCE, Backtest, Score
from ehcp_timeline.measure.forecast.forecast import ForecastAnswer, SaveList, WeeksBehind, WorkInHand
from ehcp_timeline.measure.forecast.intake import IntakeWeek
from ehcp_timeline.measure.forecast.outlook import Breach, Outlook, Quarter, ScenarioOutlook, main_outlook
from ehcp_timeline.measure.forecast.pace import RECENT_WEEKS
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.measure.forecast.weeks import PERCENTS
from ehcp_timeline.output.sections import (
    CASE,
    DUE,
    WHOSE_COLUMNS,
    ListColumn,
    Section,
    TableColumn,
    column_of,
    list_section,
    number_of,
    table,
    without_empty_columns,
)
from ehcp_timeline.text import count, day, listed

_QUARTERS_SHOWN = 4
_BAR = 30
_FORMS = ("load", "target_queue", "relief_note", "to_keep", "pressure")
_RATES = "Plans issued within 20 weeks, % (15 of 100 runs are below, 15 above)"
_BY_QUARTER = {
    _RATES: "rate",
    "The same without exceptions, %": "rate_ex",
    "Overdue at the quarter's end": "overdue_p50",
    "Overdue at the quarter's end: 85 of 100 runs have no more": "overdue_p85",
    "Oldest case, weeks": "oldest_p50",
    "Families past 52 weeks": "over_52_p50",
}
# heading of a column to the field that it shows
_AT_THE_END = {"overdue": "overdue_p50", "oldest": "oldest_p50", "past 52": "over_52_p50"}
_STAGE = {
    "in hand": "in_hand", "waiting": "waiting", "in": "arrivals_per_week", "out": "completions_per_week",
    "weeks": "weeks_p50", "for 85%": "weeks_p85", "by law": "law_weeks",
}  # fmt: skip
_QUEUE = {
    "load": "load", "target queue": "target_queue", "relief": "relief_capacity",
    "to keep": "target_capacity", "pressure": "pressure",
}  # fmt: skip
_RATIOS = ("load", "pressure")


def _closed(key: str, heading: str) -> ListColumn:
    return ListColumn(TableColumn(heading, "fixed"), lambda row: str(row[key] or "later"))


_TO_SAVE = (
    CASE, DUE,
    number_of("days_left", "days left"), number_of("days_needed", "days needed"),
    column_of("draft", "last safe draft day", "fixed"), column_of("stage", kind="fixed"), *WHOSE_COLUMNS,
)  # fmt: skip
_CASES = (
    CASE, column_of("breach_on", "late from", "fixed"),
    _closed("finish_p50", "closed by"), _closed("finish_p85", "if slow"),
    column_of("breach", "late?", "fixed"), number_of("weeks", "weeks"),
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
_MILESTONE_WORDS = {"decide": "week 6", "no_plan": "week 16", "issue": "week 20"}
_SCORED = ("forecast of", "P50 held", "P85 held", "P95 held", "weeks off", "line", "throughput")
_ENOUGH = 5
_FAR = 0.2


def page(
    answer: ForecastAnswer, asked: ForecastRequest, top: int | None, *, full: bool, commands: bool = True
) -> list[Section]:
    """Return a forecast as sections, the answer first; a list of cases shows `top` lines, or all.

    In full it shows what stands behind the answer too; and beside a list, the answer. A page that is passed
    on has no `commands` to type.
    """
    if answer.snapshots is not None:
        return list(sentences.counts_sections(answer, answer.snapshots))
    now, past = answer.now, answer.history
    if now is None or past is None:
        return []
    headline, what, sure, basis, reviews = _words(answer, now, past, asked)
    lists = list(list_sections(answer, top, terms=bool(asked.closures)))
    if answer.scenarios is not None:
        lists += scenario_sections(answer, answer.scenarios)
    wanted = full or not lists or answer.target is not None or answer.what_if.changed
    sections = [
        Section(f"Forecast as at {day(answer.as_at)}", headline),
        Section("The change", sentences.what_if_sentences(answer.what_if)),
    ]
    change = Section("What would change it", what)
    if now.too_little:
        sections.append(change)
    elif wanted:
        orders, how_sure = _side_by_side(answer, now, past, sure)
        sections += [orders, change, how_sure]
    if full or now.too_little:
        sections.append(Section("Yearly reviews", reviews))
    if not now.too_little:
        if full:
            sections += [Section("What it rests on", basis), *_details(answer, past)]
        if commands or full:
            lists.append(_ending(answer, full=full, listed=bool(lists)))
    return [section for section in (*sections, *lists) if section.before or section.rows]


def every_sentence(answer: ForecastAnswer, asked: ForecastRequest) -> Iterator[str]:
    """Yield everything that is said in words, for an answer as data."""
    if answer.snapshots is not None:
        for section in sentences.counts_sections(answer, answer.snapshots):
            yield from (*section.before, *section.after)
    if answer.now is not None and answer.history is not None:
        yield from chain(*_words(answer, answer.now, answer.history, asked))
        for section in list_sections(answer, 0, terms=False):
            yield from section.before


def _words(
    answer: ForecastAnswer, now: WorkInHand, past: WeeksBehind, asked: ForecastRequest
) -> Iterator[tuple[str, ...]]:
    """Yield the answer, what would change it, how sure it is, what it rests on, reviews; empty: nothing."""
    target, reviews = answer.target, answer.reviews
    yield tuple(sentences.headline(answer, now))
    if not now.too_little:
        yield tuple(sentences.change_sentences(answer, past))
        yield tuple(sentences.sure_sentences(answer, past))
        yield tuple(sentences.basis_sentences(answer, past, asked))
    else:
        arithmetic = target if now.overdue else None
        yield tuple(sentences.target_words(arithmetic, changed=answer.what_if.changed)) if arithmetic else ()
        yield from ((), ())
    yield tuple(sentences.review_sentences(reviews, target)) if reviews is not None else ()


def _side_by_side(
    answer: ForecastAnswer, now: WorkInHand, past: WeeksBehind, sure: tuple[str, ...]
) -> Iterator[Section]:
    """Yield the orders of work side by side, and the last year beside the last weeks where the pace moved."""
    backlog = now.overdue > answer.clear_at and not now.floor_limits
    lines = [(outlook.policy, outlook) for outlook in answer.policies]
    never, end = "later" if answer.pace_changes else "never", sentences.horizon(answer)
    dates = f"{say('orders_note', never=never, end=end)} " if backlog else ""
    note = f"{dates}{say('at_the_end', answer.policies[-1].quarters[:_QUARTERS_SHOWN][-1])}"
    yield _outlooks("Each order of work", "order of work", lines, answer, backlog=backlog, after=(note,))
    if answer.recent is None:
        yield Section("How sure", sure)
        return
    paces = ((past.weeks, main_outlook(answer.policies)), (RECENT_WEEKS, answer.recent))
    lines = [(f"the last {weeks} weeks", outlook) for weeks, outlook in paces]
    yield _outlooks("How sure", "work as in", lines, answer, backlog=backlog, before=sure)


def scenario_sections(answer: ForecastAnswer, lines: Sequence[ScenarioOutlook]) -> Iterator[Section]:
    """Yield scenarios side by side: dates, rate by quarter, oldest case, longest waits; then a chart."""
    every = [line.outlook.quarters[:_QUARTERS_SHOWN] for line in lines]
    end = every[0][-1].quarter
    yield _outlooks(
        "Scenarios side by side", "scenario", [(line.name, line.outlook) for line in lines], answer,
        text=["scenario"], optional=["85%"], after=(say("scenarios_note", answer, end=end),),
        before=tuple(
            f"{line.name}: {listed(words)}." for line in lines if (words := [*sentences.scenario_words(line)])
        ),
    )  # fmt: skip
    overdue = [near[-1].overdue_p50 or 0 for near in every]
    most = max(*overdue, *(near[0].overdue_p85 or 1 for near in every))
    yield Section(
        f"Overdue at the end of {end}",
        columns=(TableColumn("", "fixed"), TableColumn("", "fixed"), TableColumn("", "number")),
        rows=tuple(
            (line.name, "█" * round(_BAR * number / most), f"{number:,}")
            for line, number in zip(lines, overdue, strict=True)
        ),
    )


def _outlooks(
    title: str, first: str, lines: Sequence[tuple[str, Outlook]], answer: ForecastAnswer, *,
    backlog: bool = True, **more: Any,  # noqa: ANN401 - any other argument of a table
) -> Section:  # fmt: skip
    """Return outlooks side by side, scenarios by quarter; dates only of a `backlog` that they could clear.

    Where the pace moved, nothing is said never to be clear, and no rate to be of every plan.
    """
    rows, moved, by_quarter = [], answer.pace_changes, first == "scenario"
    for name, outlook in lines:
        clear, near = outlook.clearance, outlook.quarters[:_QUARTERS_SHOWN]
        cells: dict[str, Any] = {first: name}
        never = "later" if moved else "never"
        if backlog:
            cells |= {"half clear": clear.p50 or never, "85%": clear.p85 or never}
        if backlog and not by_quarter:
            cells["never"] = "" if moved else f"{100 * clear.never_share:.0f}%"
            cells["unchanged"] = outlook.unchanged and (outlook.unchanged.p50 or never)
        for quarter in near if by_quarter else near[-1:]:
            rate = "" if quarter.rate is None else f"{quarter.rate:.0f}%"
            says = "over 99%" if moved and rate == "100%" else rate
            cells[quarter.quarter[2:] if by_quarter else "in time"] = says
        rows.append(cells | _cells(near[-1], _AT_THE_END))
    more = {"fixed": ("half clear", "85%", "unchanged"), "optional": ("never", "unchanged"), **more}
    return without_empty_columns(table(title, rows, **more))


def _cells(record: object, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return fields of a record under headings, with no more decimals than they need."""
    return {
        heading: _shown(getattr(record, name), 2 if name in _RATIOS else 1)
        for heading, name in columns.items()
    }


def _shown(value: Any, decimals: int = 1) -> Any:  # noqa: ANN401 - a cell of a table
    return f"{value:,.{decimals}f}" if isinstance(value, float) else value


def _details(answer: ForecastAnswer, past: WeeksBehind) -> Iterator[Section]:
    """Yield what stands behind the answer: every quarter, the stages and their queues."""
    policies = [outlook.policy for outlook in answer.policies]
    for title, name in _BY_QUARTER.items():
        rows = [
            {"quarter": line[0].quarter}
            | {
                policy: rate_words(quarter) if title == _RATES else _shown(getattr(quarter, name))
                for policy, quarter in zip(policies, line, strict=True)
            }
            for line in zip(*(outlook.quarters for outlook in answer.policies), strict=True)
        ]
        if any(row[policy] is not None for row in rows for policy in policies):
            yield table(title, rows)
    stages = [
        {"stage": f"{stage.stage} *" if stage.narrowest else stage.stage, **_cells(stage, _STAGE)}
        for stage in answer.stages
    ]
    yield table(f"The stages over the last {past.weeks} weeks", stages, after=(say("stages_note"),))
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for stage in answer.stages:
        for words in stage.why:
            reasons[words].append(stage.stage)
    why = tuple(f"{', '.join(names)}: {words}" for words, names in reasons.items())
    queues = [
        {"stage": stage.stage, **_cells(stage, _QUEUE)}
        for stage in answer.stages
        if stage.target_capacity is not None
    ]
    before, after = (tuple(map(say, _FORMS)), why) if queues else (why, ())
    yield table("Queue arithmetic, stage by stage", queues, before=before, after=after)


def rate_words(quarter: Quarter) -> str:
    """Return a quarter's rate with the span that 70 of 100 runs keep to."""
    if quarter.rate is None:
        return "no plans"
    span = "" if quarter.rate_p15 is None else f" ({quarter.rate_p15:.0f}-{quarter.rate_p85:.0f})"
    return f"{quarter.rate:.0f}{span}"


def list_sections(answer: ForecastAnswer, top: int | None, *, terms: bool) -> Iterator[Section]:
    """Yield the lists that were asked for; those of cases show at most `top` lines."""
    if answer.saving is not None:
        yield _to_save(answer.saving, answer.as_at, top)
    if (cases := answer.cases) is not None:
        seen = Counter(case.breach for case in cases)
        breaches = [f"{seen[breach]:,} {says}" for breach, says in _BREACH_WORDS.items() if seen[breach]]
        words = (f"{listed(breaches)}.", say("closed_by")) if cases else (say("no_case"),)
        yield Section(title=f"Open cases and when they are closed: {len(cases):,}", before=words)
        for title, of in _CASE_LISTS.items():
            wanted = [case for case in cases if case.breach in of]
            if wanted:
                yield list_section(title, _CASES, map(asdict, wanted[:top]), len(wanted))
    if answer.intake is not None:
        yield _intake(answer.intake, terms=terms)
    if answer.backtest is not None:
        yield backtest_section(answer.backtest)


def _to_save(saving: SaveList, as_at: date, top: int | None) -> Section:
    title = "In time, and to be saved"
    if not saving.in_time:
        return Section(title=title, before=(say("none_in_time"),))
    words = [say("at_risk", saving, late=len(saving.cases)), say("do_next")]
    if saving.untold:
        words.append(say("untold", saving))
    rows = []
    for case in saving.cases[:top]:
        draft = case.last_safe_draft
        past = ", past" if draft is not None and draft < as_at else ""
        rows.append(asdict(case) | {"draft": f"{draft or 'sent'}{past}"})
    return replace(list_section(title, _TO_SAVE, rows, len(saving.cases)), before=tuple(words))


def _intake(weeks: Sequence[IntakeWeek], *, terms: bool) -> Section:
    rows = []
    for week in weeks:
        days = {}
        for milestone in week.milestones:
            act = f" ({milestone.act_by:%d %b})" if milestone.act_by != milestone.due else ""
            said = f"{milestone.due.isoformat()}{act}{' !' if milestone.closure else ''}"
            days[_MILESTONE_WORDS[milestone.name]] = said
        rows.append({
            "week of": week.week, "requests": _shown(week.expected), **days,
            "school days lost": week.school_days_lost, "bank holidays": week.bank_holidays,
        })  # fmt: skip
    notes = map(say, ("intake_note",) if terms else ("intake_note", "no_terms"))
    title = f"Requests to come: {count(len(weeks), 'week')}"
    return without_empty_columns(table(title, rows, text=_MILESTONE_WORDS.values(), after=tuple(notes)))


def backtest_section(past: Backtest) -> Section:
    """Return how past forecasts did, one line for each thing that was forecast."""
    rows = []
    for score in past.scores:
        held = (
            f"{100 * covered:.0f}% of {judged}" if covered is not None else "none yet"
            for covered, judged in zip(astuple(score.coverage), astuple(score.judged), strict=True)
        )
        off = map(_shown, (score.error_weeks, *(rival.error_weeks for rival in score.baselines)))
        if score.forecasts:
            rows.append(dict(zip(_SCORED, (_what(score), *held, *off), strict=True)))
    after = tuple(map(say, ("held", "weeks_off"))) if past.standpoints else ()
    return table("How past forecasts did", rows, before=tuple(backtest_sentences(past)), after=after)


def _what(score: Score) -> str:
    return "clearance" if score.what == CLEARANCE else f"{score.what.split('_')[1]} weeks on"


def backtest_sentences(past: Backtest) -> Iterator[str]:
    """Yield how past forecasts did, and say so where they were no better than the baselines."""
    if not past.standpoints:
        yield say("nothing_scored")
        return
    first, last = past.standpoints[0].day, past.standpoints[-1].day
    yield say("scored", months=len(past.standpoints), first=first, last=last)
    for score in past.scores:
        of = "Of clearance" if score.what == CLEARANCE else f"Of how many are overdue {_what(score)}"
        if score.beats_baselines:
            yield say("nearer", of=of)
        elif score.beats_baselines is not None and (mine := score.error_weeks) is not None:
            better = [
                say(rival.baseline)
                for rival in score.baselines
                if rival.error_weeks is not None and rival.error_weeks <= mine
            ]
            yield say("no_better", of=of, rivals=listed(better))
    covered = [
        (percent / 100, *one)
        for score in past.scores
        for percent, *one in zip(PERCENTS, astuple(score.coverage), astuple(score.judged), strict=True)
    ]
    # far fewer held than should have, among enough to say so
    if any(held is not None and of >= _ENOUGH and held < share - _FAR for share, held, of in covered):
        yield say("too_sure")


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
    return Section(title="Next" if more else "", before=(*more, say("seed", answer)), closing=True)

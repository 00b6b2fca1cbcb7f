"""What `ehcp forecast` tells a person: the answer, what would change it, and every order of work."""

import shlex
from collections.abc import Iterator, Sequence
from datetime import date

from ehcp_timeline.commands.forecast.counts.rates import Pair, Snapshots
from ehcp_timeline.commands.forecast.forecast import Forecast
from ehcp_timeline.commands.forecast.model.stages import StageLine
from ehcp_timeline.commands.forecast.question import ForecastRequest
from ehcp_timeline.commands.forecast.results.outlook import ClearanceDay, Outlook, Quarter
from ehcp_timeline.commands.forecast.view.counts import (
    caution_words,
    snapshot_sentences,
    snapshot_target_words,
)
from ehcp_timeline.commands.forecast.view.details import detail_sections
from ehcp_timeline.commands.forecast.view.lists import list_sections
from ehcp_timeline.commands.forecast.view.sentences import (
    WHY_APART,
    basis_sentences,
    change_sentences,
    headline,
    never_note,
    review_sentences,
    target_words,
)
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.text.words import count, day

NEVER = "never"
NEXT = "Next"
_QUARTERS_SHOWN = 4
_END_NOTE = (
    "In 20 weeks: of the plans issued in that quarter; no exceptions: the same without plans for which one "
    "is claimed; past 52: families who have waited more than 52 weeks. The middle one of all runs."
)
_PAIRS_SHOWN = 12


def case_sections(found: Forecast, stages: Sequence[StageLine], top: int, *, full: bool) -> list[Section]:
    """Return a forecast from case files as sections, the answer first.

    Args:
        found: The forecast.
        stages: Its stages.
        top: Lines of a list of cases shown.
        full: Whether every quarter and stage is shown too; and beside a list, everything else.
    """
    lists = list(list_sections(found, top))
    sections = [Section(title=_title(found.asked), before=tuple(headline(found))), _what_if(found.asked)]
    asked = found.asked
    if found.too_little:
        sections += _without_runs(found)
    elif full or not lists or asked.target is not None or asked.what_if.changed:
        sections += _answer(found, tuple(stages))
    if full and not found.too_little:
        sections += detail_sections(found, stages)
    sections += [*lists, _ending(found, full=full, listed=bool(lists))]
    return [section for section in sections if section.before or section.rows]


def _answer(found: Forecast, stages: tuple[StageLine, ...]) -> Iterator[Section]:
    """Yield when it is clear, what would change it, and where each order of work leads."""
    if found.now.standing.overdue > found.clear_at:
        yield _clearances(found)
    yield Section(title="What would change it", before=tuple(change_sentences(found, stages)))
    yield from _orders(found.outlooks)
    yield from _reviews(found)
    yield Section(title="What it rests on", before=tuple(basis_sentences(found)))


def _without_runs(found: Forecast) -> Iterator[Section]:
    """Yield what can be said where nothing could be simulated."""
    if found.target is not None and found.now.standing.overdue:
        words = tuple(target_words(found.target, changed=found.asked.what_if.changed))
        yield Section(title="What would change it", before=words)
    yield from _reviews(found)


def _reviews(found: Forecast) -> Iterator[Section]:
    if found.reviews is not None:
        yield Section(title="Yearly reviews", before=tuple(review_sentences(found.reviews, found.asked)))


def _title(asked: ForecastRequest) -> str:
    return f"Forecast as at {day(asked.as_at)}"


def _what_if(asked: ForecastRequest) -> Section:
    """Return what was changed."""
    change = asked.what_if
    since = f" from {day(change.since)}" if change.since else ""
    told = (
        (change.capacity, f"{change.capacity:+g} plans a week at the narrowest stage{since}"),
        (
            change.psychologists,
            f"{change.psychologists:+g} psychologists, each with {change.advice_each:g} advice a week{since}",
        ),
        (change.requests, f"{change.requests:+g}% requests"),
        (change.shrinkage, f"{change.shrinkage:g}% of working time lost beyond what was lost so far"),
        (
            change.catch_up,
            f"a catch-up team: {change.catch_up:+g} a week for {change.catch_up_weeks} weeks{since}",
        ),
    )
    return Section(title="The change", before=tuple(words for asked_for, words in told if asked_for))


def _clearances(found: Forecast) -> Section:
    """Return the clearance dates of all orders side by side; after a change beside those without it."""
    headings = ["order of work", "half of runs", "85%", "95%", "never"]
    if found.unchanged:
        headings += ["unchanged: half", "85%"]
    return Section(
        title="When it is clear",
        columns=tuple(
            TableColumn(name, "number" if name == "never" else "fixed", optional=name == "95%")
            for name in headings
        ),
        rows=tuple(_clearance_row(found, outlook) for outlook in found.outlooks),
        after=(never_note(found),),
    )


def _clearance_row(found: Forecast, one: Outlook) -> tuple[str, ...]:
    cells = (one.policy, *_dates(one.clearance), f"{100 * one.clearance.never_share:.0f}%")
    return (*cells, *_dates(found.unchanged[one.policy])[:2]) if found.unchanged else cells


def _dates(one: ClearanceDay) -> tuple[str, str, str]:
    return _date(one.p50), _date(one.p85), _date(one.p95)


def _orders(outlooks: Sequence[Outlook]) -> Iterator[Section]:
    """Yield where each order of work leads: a year on, and its 20-week rate quarter by quarter."""
    many = min(_QUARTERS_SHOWN, len(outlooks[0].quarters))
    if not many:
        return
    ends = [(outlook.policy, outlook.quarters[many - 1]) for outlook in outlooks]
    yield without_empty_columns(
        Section(
            title=f"Where each order of work leads: the end of {ends[0][1].quarter}",
            columns=(
                TableColumn("order of work", "fixed"), TableColumn("in 20 weeks", "number"),
                TableColumn("no exceptions", "number"), TableColumn("overdue", "number"),
                TableColumn("oldest, weeks", "number"), TableColumn("past 52", "number"),
            ),
            rows=tuple((policy, *_end_cells(quarter)) for policy, quarter in ends),
            after=(_END_NOTE, WHY_APART) if len(outlooks) > 1 else (_END_NOTE,),
        )
    )  # fmt: skip
    yield Section(
        title="Plans issued within 20 weeks, % (15 of 100 runs are below, 15 above)",
        columns=(
            TableColumn("quarter", "fixed"),
            *(TableColumn(outlook.policy, "number") for outlook in outlooks),
        ),
        rows=tuple(
            (
                outlooks[0].quarters[place].quarter,
                *(rate_words(outlook.quarters[place]) for outlook in outlooks),
            )
            for place in range(many)
        ),
    )


def _end_cells(one: Quarter) -> tuple[str, ...]:
    counts = (one.overdue_p50, one.oldest_p50, one.over_52_p50)
    rates = ("" if rate is None else f"{rate:.0f}%" for rate in (one.rate, one.rate_ex))
    return (*rates, *("" if number is None else f"{number:,}" for number in counts))


def rate_words(one: Quarter) -> str:
    """Return a quarter's rate with the span that 70 of 100 runs keep to."""
    if one.rate is None:
        return "no plans"
    span = "" if one.rate_p15 is None else f" ({one.rate_p15:.0f}-{one.rate_p85:.0f})"
    return f"{one.rate:.0f}{span}"


def _ending(found: Forecast, *, full: bool, listed: bool) -> Section:
    """Return what makes the same answer again, and what to type next."""
    asked = found.asked
    words = (
        f"{asked.runs:,} runs, {asked.weeks} weeks ahead, seed {asked.seed}: the same again gives the same."
    )
    if found.too_little:
        return Section()
    files = " ".join(shlex.quote(input_.name) for input_ in found.inputs)
    again = f"  ehcp forecast {files} --as-at {asked.as_at}"
    more = []
    if asked.target is None and not listed:
        more = ["What a day takes, what more hands do:", f"{again} --target DATE", f"{again} --capacity +3"]
    if listed and not full:
        more = ["The whole forecast:", again]
    elif not full:
        more += ["Every quarter and stage:", f"{again} --full"]
    return Section(title=NEXT, before=(*more, words)) if more else Section(before=(words,))


def snapshot_sections(
    found: Snapshots, asked: ForecastRequest, measure: str, remarks: Sequence[str]
) -> list[Section]:
    """Return a forecast from counts as sections.

    Args:
        found: What the counts imply.
        asked: What was asked.
        measure: What was counted; empty where the file does not say.
        remarks: What a person should know about the file.
    """
    what = f" ({measure.replace('_', ' ')})" if measure else ""
    target = () if asked.target is None else snapshot_target_words(found, asked.target)
    first = tuple(snapshot_sentences(found, asked.as_at, asked.weeks))
    every = [
        Section(title=f"{_title(asked)}{what}", before=(*first, *target)),
        _pairs(found),
        Section(title="Why a straight line misleads", before=tuple(caution_words(found))),
        Section(
            title="About the file", before=tuple(f"{remark[:1].upper()}{remark[1:]}." for remark in remarks)
        ),
    ]
    return [one for one in every if one.before or one.rows]


def _pairs(found: Snapshots) -> Section:
    """Return what each two counts imply, the last of them, and the first with the last."""
    shown = found.pairs[-_PAIRS_SHOWN:]
    left_out = len(found.pairs) - len(shown)
    whole = (found.whole,) if found.whole is not None and len(found.pairs) > 1 else ()
    return Section(
        title="What each two counts imply",
        columns=(
            TableColumn("from", "fixed"), TableColumn("to", "fixed"),
            TableColumn("first", "number"), TableColumn("last", "number"),
            TableColumn("weeks", "number"), TableColumn("a week", "number"), TableColumn("clear on", "fixed"),
        ),
        rows=tuple(map(_pair_row, (*shown, *whole))),
        after=(f"{count(left_out, 'earlier pair')} in --format csv.",) if left_out else (),
    )  # fmt: skip


def _pair_row(one: Pair) -> tuple[str, ...]:
    return (
        one.first.day.isoformat(), one.last.day.isoformat(), f"{one.first.count:,}", f"{one.last.count:,}",
        f"{one.weeks:.1f}", f"{one.per_week:+,.1f}", _date(one.clear_on),
    )  # fmt: skip


def _date(when: date | None) -> str:
    return NEVER if when is None else when.isoformat()


def sentences(found: Forecast, stages: Sequence[StageLine]) -> Iterator[str]:
    """Yield everything that is said in words, for an answer as data."""
    yield from headline(found)
    if not found.too_little:
        yield from change_sentences(found, tuple(stages))
        yield from basis_sentences(found)
        if len(found.outlooks) > 1:
            yield WHY_APART
    elif found.target is not None and found.now.standing.overdue:
        yield from target_words(found.target, changed=found.asked.what_if.changed)
    if found.reviews is not None:
        yield from review_sentences(found.reviews, found.asked)
    for section in list_sections(found, top=0):
        yield from section.before


def without_commands(sections: Sequence[Section]) -> list[Section]:
    """Return sections without lines that can be typed, for a page that is passed on."""
    return [section for section in sections if section.title != NEXT]


def lines_of(sections: Sequence[Section]) -> Iterator[str]:
    """Yield every sentence of some sections, for an answer as data; commands are left out."""
    for section in sections:
        yield from (line for line in (*section.before, *section.after) if not line.startswith(" "))

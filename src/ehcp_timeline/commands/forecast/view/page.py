"""What `ehcp forecast` tells a person: the answer, what would change it, and every order of work."""

import shlex
from collections.abc import Iterator, Sequence

from ehcp_timeline.commands.forecast.view.counts import counts_sections, every_counts_sentence
from ehcp_timeline.commands.forecast.view.details import detail_sections, quarters_table
from ehcp_timeline.commands.forecast.view.lists import list_sections, list_sentences
from ehcp_timeline.commands.forecast.view.sentences import (
    WHY_APART,
    basis_sentences,
    change_sentences,
    headline,
    horizon,
    review_sentences,
    target_words,
)
from ehcp_timeline.measure.forecast.answer import ForecastAnswer
from ehcp_timeline.measure.forecast.request import ForecastRequest, WhatIf
from ehcp_timeline.measure.forecast.results.outlook import ClearanceDay, Outlook, Quarter
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.text.words import day

NEXT = "Next"
_QUARTERS_SHOWN = 4
_END_NOTE = (
    "In 20 weeks: of the plans issued in that quarter; no exceptions: the same without plans for which one "
    "is claimed; past 52: families who have waited more than 52 weeks. The middle one of all runs."
)


def page(answer: ForecastAnswer, asked: ForecastRequest, top: int | None, *, full: bool) -> list[Section]:
    """Return a forecast as sections, the answer first.

    Args:
        answer: The forecast.
        asked: What was asked.
        top: Lines of a list of cases shown; None for all.
        full: Whether every quarter and stage is shown too; and beside a list, everything else.
    """
    if answer.snapshots is not None:
        return list(counts_sections(answer, answer.snapshots))
    now, past = answer.now, answer.history
    if now is None or past is None:
        return []
    lists = list(list_sections(answer, top, terms=bool(asked.closures)))
    sections = [
        Section(title=f"Forecast as at {day(answer.as_at)}", before=tuple(headline(answer, now))),
        Section(title="The change", before=tuple(_change_words(answer.what_if))),
    ]
    wanted = full or not lists or answer.target is not None or answer.what_if.changed
    if not now.too_little and wanted:
        if now.overdue > answer.clear_at:
            sections.append(_clearances(answer))
        changes = tuple(change_sentences(answer, past))
        sections += [Section(title="What would change it", before=changes), *_orders(answer.policies)]
    elif now.too_little and answer.target is not None and now.overdue:
        words = tuple(target_words(answer.target, changed=answer.what_if.changed))
        sections.append(Section(title="What would change it", before=words))
    if answer.reviews is not None and (now.too_little or wanted):
        reviews = tuple(review_sentences(answer.reviews, answer.target))
        sections.append(Section(title="Yearly reviews", before=reviews))
    if not now.too_little:
        if wanted:
            basis = tuple(basis_sentences(answer, past, asked))
            sections.append(Section(title="What it rests on", before=basis))
        if full:
            sections += detail_sections(answer, past.weeks)
        lists.append(_ending(answer, full=full, listed=bool(lists)))
    return [section for section in (*sections, *lists) if section.before or section.rows]


def sentences(answer: ForecastAnswer, asked: ForecastRequest) -> Iterator[str]:
    """Yield everything that is said in words, for an answer as data."""
    now, past = answer.now, answer.history
    if answer.snapshots is not None:
        yield from every_counts_sentence(answer, answer.snapshots)
    if now is None or past is None:
        return
    yield from headline(answer, now)
    if not now.too_little:
        yield from change_sentences(answer, past)
        yield from basis_sentences(answer, past, asked)
        if len(answer.policies) > 1:
            yield WHY_APART
    elif answer.target is not None and now.overdue:
        yield from target_words(answer.target, changed=answer.what_if.changed)
    if answer.reviews is not None:
        yield from review_sentences(answer.reviews, answer.target)
    yield from list_sentences(answer)


def _change_words(change: WhatIf) -> Iterator[str]:
    """Yield what was changed."""
    since = f" from {day(change.since)}" if change.since else ""
    if change.capacity:
        yield f"{change.capacity:+g} plans a week at the narrowest stage{since}"
    if change.psychologists:
        each = f"{change.advice_each:g} advice a week"
        yield f"{change.psychologists:+g} psychologists, each with {each}{since}"
    if change.requests:
        yield f"{change.requests:+g}% requests"
    if change.shrinkage:
        yield f"{change.shrinkage:g}% of working time lost beyond what was lost so far"
    if change.catch_up:
        yield f"a catch-up team: {change.catch_up:+g} a week for {change.catch_up_weeks} weeks{since}"


def _clearances(answer: ForecastAnswer) -> Section:
    """Return the clearance dates of all orders side by side; after a change beside those without it."""
    headings = ["order of work", "half of runs", "85%", "95%", "never"]
    if answer.what_if.changed:
        headings += ["unchanged: half", "85%"]
    rows = []
    for outlook in answer.policies:
        row = [outlook.policy, *_dates(outlook.clearance), f"{100 * outlook.clearance.never_share:.0f}%"]
        if outlook.unchanged is not None:
            row += _dates(outlook.unchanged)[:2]
        rows.append(tuple(row))
    note = (
        f"That share of the runs is clear by that day; never: not by {day(horizon(answer))}, "
        f"the {answer.horizon_weeks} weeks looked at."
    )
    return Section(
        title="When it is clear",
        columns=tuple(
            TableColumn(name, "number" if name == "never" else "fixed", optional=name == "95%")
            for name in headings
        ),
        rows=tuple(rows),
        after=(note,),
    )


def _dates(clear: ClearanceDay) -> list[str]:
    return ["never" if when is None else when.isoformat() for when in (clear.p50, clear.p85, clear.p95)]


def _orders(outlooks: Sequence[Outlook]) -> Iterator[Section]:
    """Yield where each order of work leads: a year on, and its 20-week rate quarter by quarter."""
    many = min(_QUARTERS_SHOWN, len(outlooks[0].quarters))
    if not many:
        return
    yield without_empty_columns(
        Section(
            title=f"Where each order of work leads: the end of {outlooks[0].quarters[many - 1].quarter}",
            columns=(
                TableColumn("order of work", "fixed"), TableColumn("in 20 weeks", "number"),
                TableColumn("no exceptions", "number"), TableColumn("overdue", "number"),
                TableColumn("oldest, weeks", "number"), TableColumn("past 52", "number"),
            ),
            rows=tuple((outlook.policy, *_end_cells(outlook.quarters[many - 1])) for outlook in outlooks),
            after=(_END_NOTE, WHY_APART) if len(outlooks) > 1 else (_END_NOTE,),
        )
    )  # fmt: skip
    yield quarters_table(
        "Plans issued within 20 weeks, % (15 of 100 runs are below, 15 above)", outlooks, rate_words, many
    )


def _end_cells(quarter: Quarter) -> tuple[str, ...]:
    counts = (quarter.overdue_p50, quarter.oldest_p50, quarter.over_52_p50)
    rates = ("" if rate is None else f"{rate:.0f}%" for rate in (quarter.rate, quarter.rate_ex))
    return (*rates, *("" if number is None else f"{number:,}" for number in counts))


def rate_words(quarter: Quarter) -> str:
    """Return a quarter's rate with the span that 70 of 100 runs keep to."""
    if quarter.rate is None:
        return "no plans"
    span = "" if quarter.rate_p15 is None else f" ({quarter.rate_p15:.0f}-{quarter.rate_p85:.0f})"
    return f"{quarter.rate:.0f}{span}"


def _ending(answer: ForecastAnswer, *, full: bool, listed: bool) -> Section:
    """Return what makes the same answer again, and what to type next."""
    words = (
        f"{answer.runs:,} runs, {answer.horizon_weeks} weeks ahead, seed {answer.seed}: repeat it and the "
        "answer is the same."
    )
    files = " ".join(shlex.quote(file.name) for file in answer.input)
    again = f"  ehcp forecast {files} --as-at {answer.as_at}"
    more = []
    if answer.target is None and not listed:
        more = [
            "What a target date takes, and what more staff would change:",
            f"{again} --target DATE",
            f"{again} --capacity +3",
        ]
    if listed and not full:
        more = ["The whole forecast:", again]
    elif not full:
        more += ["Each quarter and stage:", f"{again} --full"]
    return Section(title=NEXT if more else "", before=(*more, words), closing=True)


def without_commands(sections: Sequence[Section]) -> list[Section]:
    """Return sections without lines that can be typed, for a page that is passed on."""
    return [section for section in sections if section.title != NEXT]

"""Sentences that a councillor can repeat: how many wait, who longest, better or worse, when it clears."""

from collections.abc import Iterator
from datetime import date, timedelta

from ehcp_timeline.clock import months_on
from ehcp_timeline.commands.report.answer import Number, ReportAnswer, WaitingCount
from ehcp_timeline.measure.counts import ISSUE
from ehcp_timeline.measure.forecast.outlook import main_outlook
from ehcp_timeline.privacy.suppress import HIDDEN
from ehcp_timeline.text import count, day

BAND_WORDS = {
    "to_4_weeks": "up to 4 weeks late",
    "to_13_weeks": "4 to 13 weeks late",
    "to_26_weeks": "13 to 26 weeks late",
    "over_26_weeks": "over 26 weeks late",
}
NEVER = 0.9995
PACE_MOVED = "the pace has moved lately"
_STALE = timedelta(weeks=4)


def sentences(answer: ReportAnswer) -> Iterator[str]:
    """Yield the sentences at the head of the page, the most important first."""
    now = answer.waiting[-1]
    if answer.not_counted:
        yield f"How many children wait for a plan cannot be counted: {answer.not_counted}."
    else:
        yield _waiting_words(now)
        if now.open:
            yield from _longest_words(answer)
            yield _trend_words(answer)
            yield _clear_words(answer)
    own = [rate for rate in answer.rates if rate.plans]
    if own and (latest := own[-1]).rate != HIDDEN:
        so_far = " so far" if latest.last < date(latest.year, 12, 31) else ""
        words = f"In {latest.year}{so_far} {latest.rate}% of plans were issued within 20 weeks"
        england = [rate for rate in answer.rates if rate.england is not None]
        beside = f"; in England in {england[-1].year} it was {england[-1].england}%" if england else ""
        yield f"{words} ({shown(latest.in_time or 0)} of {shown(latest.plans or 0)}){beside}."
    if answer.audience != "public":
        overdue = sum(int(duty.overdue) for duty in answer.duties)
        yield f"Over all its duties the council has {count(overdue, 'overdue deadline')}."
    yield from doubts(answer)


def _waiting_words(now: WaitingCount) -> str:
    """Return how many wait.

    >>> _waiting_words(WaitingCount(date(2026, 6, 1), 11, 4))
    '11 children are waiting for a decision or a plan; 4 of them have waited longer than the law allows.'
    """
    if now.open == HIDDEN:
        return "Few children are waiting for a decision or a plan: the number is too small to publish."
    if not now.open:
        return "No child is waiting for a decision or a plan."
    are = "child is" if now.open == 1 else "children are"
    words = f"{shown(now.open)} {are} waiting for a decision or a plan"
    if now.overdue == HIDDEN:
        return f"{words}; how many of them have waited longer than the law allows is not published."
    have = "has" if now.overdue == 1 else "have"
    if not now.overdue:
        return f"{words}, none of them longer than the law allows."
    return f"{words}; {shown(now.overdue)} of them {have} waited longer than the law allows."


def shown(number: Number | float | None) -> str:
    """Return a number as it is printed, nothing for None."""
    return "" if number is None else number if isinstance(number, str) else f"{number:,}"


def _longest_words(answer: ReportAnswer) -> Iterator[str]:
    """Yield who has waited longest; on a public page the oldest group whose number is published."""
    if case := answer.longest:
        yield (
            f"The longest wait is {count(case.weeks, 'week')}: case {case.case_id}, "
            f"open since {day(case.start)}."
        )
    plans = next((duty for duty in answer.duties if duty.deadline == ISSUE[0]), None)
    if answer.audience == "public" and plans:
        bands = [(band, number) for band, number in plans.by_age.items() if number not in (0, HIDDEN)]
        if bands:
            band, number = bands[-1]
            yield f"The longest waits: {shown(number)} plans are {BAND_WORDS[band]}."


def _trend_words(answer: ReportAnswer) -> str:
    now, past = answer.waiting[-1], {point.day: point.overdue for point in answer.waiting[:-1]}
    parts, lacking = [], []
    for words, months in (("a month ago", 1), ("a year ago", 12)):
        before = past.get(months_on(answer.as_at, -months))
        if before is None or HIDDEN in (before, now.overdue):
            lacking.append(words)
        else:
            went = int(now.overdue) - int(before)
            than = "the same as" if not went else f"{'worse' if went > 0 else 'better'} than"
            parts.append(f"{than} {words} ({shown(before)})")
    said = f"With {shown(now.overdue)} overdue it is {' and '.join(parts)}." if parts else ""
    if lacking:
        why = "the number is not published" if answer.threshold else "the file does not reach back so far"
        cannot = f"whether it is better or worse than {' or '.join(lacking)} cannot be said: {why}"
        said = f"{said} {cannot[:1].upper()}{cannot[1:]}.".strip()
    return said


def _clear_words(answer: ReportAnswer) -> str:
    if answer.no_forecast or not answer.policies:
        return f"When the backlog clears cannot be forecast: {answer.no_forecast}."
    if answer.waiting[-1].overdue == 0:
        return "There is no backlog to clear."
    outlook = main_outlook(answer.policies)
    clear, end = outlook.clearance, day(horizon(answer))
    if answer.kept_overdue is not None:
        stage, overdue = answer.kept_overdue
        stay = f"about {overdue:,} stay overdue because of the other stages"
        return f"Recruiting at the {stage} stage alone cannot clear the backlog: {stay}."
    if clear.p50 == answer.as_at:
        return f"That counts as clear: chance alone keeps about {shown(answer.clear_at)} overdue."
    if clear.p50 is None:
        never = f"{100 * clear.never_share:.0f} of 100 simulations"
        sure = clear.never_share >= NEVER and not answer.pace_moved
        words = "does not clear" if sure else "probably does not clear"
        why = f"{PACE_MOVED}, so no number is sure" if answer.pace_moved else never
        return f"If work goes on as it does, the backlog {words} by {end} ({why})."
    half = f"If work goes on as it does, the backlog clears by {day(clear.p50)} in 50 of 100 simulations"
    later = "" if clear.p85 is None else f" and by {day(clear.p85)} in 85 of 100"
    return f"{half}{later}."


def horizon(answer: ReportAnswer) -> date:
    """Return the last day that the forecast looks at."""
    return max(
        (point.week_ending for outlook in answer.policies for point in outlook.path), default=answer.as_at
    )


def doubts(answer: ReportAnswer) -> Iterator[str]:
    """Yield what a reader must know before repeating any of it."""
    lost = sum(file.not_judged for file in answer.input)
    if lost:
        are = "is" if lost == 1 else "are"
        yield f"{count(lost, 'row')} of the file could not be judged and {are} not counted."
    if answer.unread_headings:
        headings = count(answer.unread_headings, "heading")
        are = "is" if answer.unread_headings == 1 else "are"
        yield f"{headings} of the file {are} not read and may decide deadlines; ehcp columns says which."
    if answer.unclear:
        deadlines = "deadline" if answer.unclear == 1 else "deadlines"
        yield f"The file does not say enough to judge {shown(answer.unclear)} more {deadlines}."
    if answer.not_judged_duties:
        duties = count(answer.not_judged_duties, "duty", "duties")
        yield f"The file lacks a column to judge {duties}: they are not counted here."
    newest = answer.forecast.now.newest if answer.forecast and answer.forecast.now else None
    if newest is not None and answer.as_at - newest >= _STALE:
        yield f"The newest date counted here is {day(newest)}: work done since is missing here."

"""The first reader, and the definition: one case, plain Python, with its reasons."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ehcp_timeline.audit.months import cell_number, ends
from ehcp_timeline.audit.single import applicability
from ehcp_timeline.audit.single.due import (
    NEXT_DAY,
    OPEN_ENDED,
    against,
    answer_of,
    came_too_early,
    due_day,
    end_of,
    implied_by,
    with_readings,
)
from ehcp_timeline.audit.single.events import (
    EventHistory,
    Link,
    answered_twice,
    decided_before,
    is_of_request,
    links_of,
    one_row,
    requests_on_rows,
    seen_on,
    with_derived,
)
from ehcp_timeline.audit.verdicts import (
    Circumstances,
    Clock,
    Contradiction,
    ImpliedWord,
    NotOwed,
    StartWord,
    Working,
    concluded,
    may_decide,
    nature_of,
)
from ehcp_timeline.cases.model import UNREAD, Row, heading_of, month_end, require_date
from ehcp_timeline.clock import announced_until, apply, last_working_day
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.record import record, replace
from ehcp_timeline.text import did_you_mean


@record(frozen=True, slots=True)
class _Question:
    """One deadline held against one row, or one link of a repeating duty against its whole case.

    Attributes:
        seen: The dates of the row; of the whole case for a repeating duty.
        displacing: Starts of the duties that may replace this one, for a repeating duty.
        twice: Whether several rows of one request answer the deadline differently.
    """

    rulebook: Rulebook
    deadline: Deadline
    row: Row
    seen: EventHistory
    link: Link | None = None
    displacing: tuple[date, ...] = ()
    twice: bool = False


def _check_given(rulebook: Rulebook, rows: Sequence[Row], as_at: date) -> None:
    """Raise UsageError for what a misspelt name or a text instead of a date would silently change."""
    require_date("as_at", as_at)
    events = {*rulebook.events, *rulebook.derived}
    for row in rows:
        for what, given, known in (
            ("event", row.events, events),
            ("fact", row.codes, rulebook.codes),
            ("flag", row.flags, rulebook.flags),
        ):
            for name in given:
                if name not in known and UNREAD not in name:
                    hint = did_you_mean(name, known, 1) or "`ehcp template --rows` lists the columns"
                    raise UsageError(f"row {row.number}: there is no {what} `{name}`", hint)
        for name, day in row.events.items():
            require_date(f"row {row.number}: {name}", day)
        for name, codes in row.codes.items():
            for code in sorted(set(codes).difference(rulebook.codes[name])):
                hint = did_you_mean(code, rulebook.codes[name], 1) or 'give codes as frozenset({"make"})'
                raise UsageError(f"row {row.number}: {name} has no code `{code}`", hint)


def judge_case(
    rulebook: Rulebook, rows: Sequence[Row], as_at: date, *, foresee: bool = False
) -> tuple[Working, ...]:
    """Judge every deadline of one case.

    Args:
        rulebook: The law.
        rows: All rows of the case, in file order.
        as_at: The day the question is asked about.
        foresee: Show the due day of a clock whose start has not come yet.

    Returns:
        The clocks in row order, then rulebook order. A request that is on several rows has its clocks on
        the first of them, judged by the dates of all. A repeating duty gives one for each of its starts, on
        the row where the start stands. Where no start can be read it gives one for each row on which a start
        is unreadable, or one that has not started on the case's first row.

    Raises:
        UsageError: A row has an unknown event, fact, code or flag, or something that is no date; or `as_at`
            is none.
    """
    _check_given(rulebook, rows, as_at)
    workings = _judged(rulebook, rows, as_at, foresee=foresee)
    if not any(row.months for row in rows):
        return workings
    choices = [_judged(rulebook, at_ends, as_at, foresee=foresee) for at_ends in _at_ends(rulebook, rows)]
    by_place = [_by_place(each) for each in (workings, *choices)]
    places = dict.fromkeys((row.number, deadline.id) for row in rows for deadline in rulebook.deadlines)
    return tuple(
        working for place in places for working in _settled(*(each.get(place, []) for each in by_place))
    )


def _at_ends(rulebook: Rulebook, rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield the rows of a case with a day for each month without one, for each choice of `months.ends`."""
    events = {name: place for place, name in enumerate(rulebook.events)}
    numbers = {
        (place, name): cell_number(events[name], place)
        for place, row in enumerate(rows)
        for name in row.months
    }
    for bit, value in ends(numbers.values()):
        at_ends: list[Row] = []
        for place, row in enumerate(rows):
            days = {
                name: month_end(first) if numbers[place, name] >> bit & 1 == value else first
                for name, first in row.months.items()
            }
            unreadable = row.unreadable.difference(row.months)
            at_ends.append(replace(row, events={**row.events, **days}, unreadable=unreadable))
        yield at_ends


def _by_place(workings: Iterable[Working]) -> dict[tuple[int, str], list[Working]]:
    """Return the clocks of each row and deadline, those that start first before others."""
    by_place: dict[tuple[int, str], list[Working]] = {}
    for working in sorted(workings, key=lambda working: working.clock.start or date.min):
        by_place.setdefault((working.clock.row, working.deadline.id), []).append(working)
    return by_place


def _settled(unsettled: list[Working], *choices: list[Working]) -> list[Working]:
    """Return the clocks of one row and deadline, with a verdict if all choices of ends give the same.

    The mildest is returned: the one with the fewest days late or left.
    """
    begun = [[working for working in choice if working.clock.verdict != "not-started"] for choice in choices]
    verdicts = {tuple(working.clock.verdict for working in choice) for choice in begun}
    if len(verdicts) > 1:
        return unsettled
    doubtful = unsettled[0].unread if unsettled else ()
    return [_mildest(same, doubtful) for same in zip(*begun, strict=True)] or choices[0]


def _mildest(same: Sequence[Working], doubtful: Sequence[str]) -> Working:
    def mildness(working: Working) -> tuple[int, list[date]]:
        clock = working.clock
        days = clock.days_late if clock.days_late is not None else clock.days_left or 0
        return days, [day or date.min for day in (clock.due, clock.answered, clock.start, clock.ended)]

    mildest = min(same, key=mildness)
    clocks = [working.clock for working in same]
    clock = replace(
        mildest.clock,
        earliest_reading=min((day for clock in clocks if (day := clock.earliest_reading)), default=None),
        latest_reading=max((day for clock in clocks if (day := clock.latest_reading)), default=None),
        certainty=max(clock.certainty for clock in clocks),  # "disputed" comes after "certain"
    )
    months = tuple(name for name in doubtful if name not in mildest.unread)
    return replace(mildest, clock=clock, months=months)


def _judged(rulebook: Rulebook, rows: Sequence[Row], as_at: date, *, foresee: bool) -> tuple[Working, ...]:
    """Judge every deadline of one case, a month without a day as a cell that cannot be read."""
    requests = requests_on_rows(rows)
    rows = [with_derived(row, rulebook.derived.values()) for row in rows]
    whole = seen_on(rows, as_at, rulebook.planned)
    workings: list[Working] = []
    for row in rows:
        seen = seen_on([row], as_at, rulebook.planned)
        request = requests.get(row.number, ())
        for deadline in rulebook.deadlines:
            if deadline.repeats:
                workings += _judge_links(rulebook, deadline, rows, row, whole)
            elif request and is_of_request(deadline):
                if row.number == request[0].number:
                    joined = with_derived(one_row(request), rulebook.derived.values())
                    held = seen_on([joined], as_at, rulebook.planned)
                    twice = answered_twice(deadline, request, as_at)
                    question = _Question(rulebook, deadline, joined, held, twice=twice)
                    workings.append(_judge(question, foresee=foresee))
            else:
                each = deadline.starts.which == "each" and seen.unreadable.isdisjoint(deadline.start_events)
                for span in (seen.spans(deadline.starts) if each else ()) or (seen,):
                    workings.append(_judge(_Question(rulebook, deadline, row, span), foresee=foresee))
    return tuple(workings)


def _judge_links(
    rulebook: Rulebook, deadline: Deadline, rows: Sequence[Row], row: Row, whole: EventHistory
) -> Iterator[Working]:
    links = links_of(deadline, rows, whole)
    others = (rulebook.by_id[name] for name in deadline.displaced_by if name in rulebook.by_id)
    displacing = tuple(link.start for other in others for link in links_of(other, rows, whole))
    for link in links:
        if link.row == row.number:
            question = _Question(rulebook, deadline, row, whole, link, displacing)
            yield _weigh(question, _blank(question, "stands"), link.start)
    if links:
        return
    question = _Question(rulebook, deadline, row, whole)
    if row.unreadable.intersection(deadline.start_events):
        yield concluded(_blank(question, "unreadable"), whole.as_at)
    elif row is rows[0] and not whole.unreadable.intersection(deadline.start_events):
        yield concluded(_blank(question, "none"), whole.as_at)


def _judge(question: _Question, *, foresee: bool) -> Working:
    deadline, seen = question.deadline, question.seen
    start = applicability.start_of(deadline, seen)
    state = applicability.start_state(deadline, seen, start)
    if state == "future" and foresee and not (deadline.during and not seen.given(deadline.during[:1])):
        to_come = (day for name in deadline.starts.events for day in seen.later.get(name, ()))
        start = min(to_come, default=None)
    blank = _blank(question, state)
    if state == "unreadable":
        waits = applicability.awaits(deadline, seen)
        applying = applicability.could_apply(deadline, question.row, seen)
        circumstances = Circumstances(start=state, applies=applying, owed="no" if waits else "yes")
        why = applicability.why_waiting(question.rulebook, deadline) if waits else None
        return concluded(replace(blank, circumstances=circumstances, not_owed=why), seen.as_at)
    if start is None:
        return concluded(blank, seen.as_at)
    if state == "stands":
        applying = applicability.applies(deadline, question.row, seen, start)
        blank = replace(blank, circumstances=Circumstances(start=state, applies=applying))
        if applying in ("blank", "no"):
            return concluded(
                replace(blank, start_event=applicability.start_event(deadline, seen, start)), seen.as_at
            )
    return _weigh(question, blank, start)


def _blank(question: _Question, state: StartWord) -> Working:
    deadline, rulebook, row = question.deadline, question.rulebook, question.row
    named = (
        *deadline.start_events,
        *deadline.ends,
        *deadline.revived_by,
        *deadline.implied_by,
        *deadline.owed_when,
        *deadline.displaced_by,
    )
    columns = {}
    for name in rulebook.derived.keys() & set(named):
        sources, day = rulebook.columns_of((name,)), row.events.get(name)
        same = [source for source in sources if day and row.events.get(source) == day]
        columns[name] = same[0] if same else " or ".join(sources)
    unreadable = question.seen.unreadable
    looked_at = applicability.columns_looked_at(rulebook, deadline) if unreadable else frozenset[str]()
    return Working(
        deadline,
        Clock(row.case_id, row.number, deadline.id, deadline.source),
        Circumstances(start=state),
        unread=tuple(sorted(looked_at & unreadable)),
        columns=columns,
    )


def _weigh(question: _Question, blank: Working, start: date) -> Working:
    deadline, seen = question.deadline, question.seen
    version = deadline.version_on(start)
    answer = answer_of(deadline, deadline.met_by.events, seen, start)
    limbs, due = due_day(version.limit, start, seen, answer) if version else ((), None)
    set_by = seen.first(deadline.set_by) if version and deadline.set_by else None
    due = set_by or due
    shown = None if due == OPEN_ENDED else due
    where = None if question.link else applicability.later_start(deadline, seen)
    working = replace(
        blank,
        clock=replace(
            blank.clock,
            start=start,
            due=shown,
            act_by=last_working_day(shown) if shown and not deadline.minimum else None,
            earliest_reading=shown,
            latest_reading=shown,
            provisional=shown is not None and shown > announced_until(),
        ),
        doubt=where.doubt if where else "",
        version=version,
        limbs=limbs,
        needs=question.rulebook.needs(deadline) if version and due is None else (),
        set_by=set_by,
        start_event=applicability.start_event(deadline, seen, start),
    )
    if working.circumstances.start == "future":
        return concluded(working, seen.as_at)
    working = _with_outcome(question, working, start, due)
    if due is None:
        return concluded(working, seen.as_at)
    excuses, best = applicability.look_at(deadline, question.row, seen, start, due)
    clock = working.clock
    circumstances = against(working.circumstances, due, clock.answered, clock.ended, seen.as_at, best)
    working = replace(working, circumstances=circumstances, excuses=excuses)
    return with_readings(concluded(working, seen.as_at, best), seen, best)


def _with_outcome(question: _Question, working: Working, start: date, due: date | None) -> Working:
    deadline, seen = question.deadline, question.seen
    since = start if question.link else applicability.answers_since(deadline, seen, start)
    answer, unseen = _answered(question, working, since, due)
    ending = end_of(deadline, seen, since, answer, due)
    answered = None if ending.day else answer
    unread = _unread_headings(question, since, due, answered or ending.day)
    contradiction: Contradiction = "unread-heading" if unread else "none"
    contradiction = "before-request" if decided_before(deadline, seen, start) else contradiction
    if question.twice:
        answered, ending, contradiction = None, replace(ending, day=None, event=""), "two-answers"
    matter = applicability.cells_that_matter(
        deadline, ended=ending.day is not None, answered=answered is not None
    )
    implied = implied_by(deadline, seen, since, ending.day)
    # its purpose has passed since the start, so that it can no longer be done
    has_lapsed = any(day >= since for day in seen.happened(deadline.lapses_with))
    lapsed: ImpliedWord = "lapsed" if has_lapsed else "no"
    if question.link:
        # Another duty takes its place if that one's clock started between this one's start and its answer.
        taken = any(start <= day and (answer is None or day <= answer) for day in question.displacing)
        why = NotOwed(displaced_by=deadline.displaced_by[0]) if taken else None
        why = why or applicability.why_without_plan(deadline, seen, start, due)
    else:
        doubtful = contradiction == "before-request"
        why = applicability.why_not_owed(
            question.rulebook, deadline, question.row, seen, due, doubtful=doubtful
        )
    return replace(
        working,
        clock=replace(working.clock, answered=answered, ended=ending.day),
        circumstances=replace(
            working.circumstances,
            readable="no" if seen.unreadable.intersection(matter) else "yes",
            owed="no" if why else "yes",
            known="yes" if due else "no",
            contradiction=contradiction,
            nature=nature_of(deadline),
            unseen="yes" if unseen and answered else "no",
            implied="yes" if implied else "released" if ending.released else lapsed,
        ),
        answer_event=seen.name_of(deadline.answers, answered) if answered else "",
        end_event=ending.event,
        unread_headings=unread,
        too_early=came_too_early(deadline, seen, since),
        implied_by=implied,
        not_owed=why,
        revived=ending.revived or applicability.is_restored(deadline, seen),
    )


def _unread_headings(
    question: _Question, since: date, due: date | None, closed: date | None
) -> tuple[str, ...]:
    """Return the unread headings with a date that may be what answered or ended a clock, or did so in time.

    `since` is the first day on which an answer counts (of a repeating duty the start, after which one does),
    `closed` the day on which it was answered or ended, as far as that is read.
    """
    seen = question.seen
    until = seen.as_at if closed is None else due if due and closed > due else date.min
    names = may_decide(question.deadline, question.rulebook, seen.events)
    if question.link:
        dates = ((name, next((day for day in seen.happened((name,)) if day > since), None)) for name in names)
    else:
        dates = ((name, answer_of(question.deadline, (name,), seen, since)) for name in names)
    return tuple(dict.fromkeys(heading_of(name) for name, day in dates if day and day <= until))


def _answered(
    question: _Question, working: Working, since: date, due: date | None
) -> tuple[date | None, bool]:
    """Return the answer, and whether it is so late that the years between are not in the file."""
    link = question.link
    if link is None:
        return answer_of(question.deadline, question.deadline.met_by.events, question.seen, since), False
    if link.answer is None or not (link.unseen or link.alone):
        return link.answer, False
    if due is None or due == OPEN_ENDED or working.version is None:
        return link.answer, False
    limit = due_day(working.version.limit, apply(NEXT_DAY, due), question.seen)[1]
    return link.answer, limit is not None and link.answer > max(limit, due)

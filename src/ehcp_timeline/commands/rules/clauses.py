"""The clauses of a deadline in words: each by itself, all of one deadline, what changed in one of them."""

from calendar import month_name
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any, Final

from ehcp_timeline.clock import Count
from ehcp_timeline.law.deadline import (
    Absence,
    Closure,
    Dates,
    EndSpan,
    Excuse,
    Limb,
    Limit,
    PlanByDue,
    Reading,
    Repeats,
    StartWhere,
    Version,
)
from ehcp_timeline.law.diff import ClauseChange
from ehcp_timeline.law.rulebook import Deadline, DerivedEvent, Event, Instrument, Rulebook, texts_in
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.record import fields
from ehcp_timeline.text import UNIT_WORDS, count, day, listed, quoted, said_count

Pair = tuple[str, str]
GLOSSARY: Final = "The words used above"
# A clause: what a change of it is called; its label where a deadline is shown, in the order shown.
CLAUSES: Final = {
    "starts": ("what starts it", "Starts"),
    "starts_where": ("other starts", "or"),
    "met_by": ("what answers it", "Answered by"),
    "answers_from": ("from when answers count", "not before"),
    "ends": ("what ends it", "Ended by"),
    "ended_while": ("when nothing is owed", "Not owed from"),
    "revived_by": ("what restarts it", "Restarted by"),
    "revived_unless": ("what stops a restart", "but not if"),
    "implied_by": ("what shows that it was done", "Shown done by"),
    "lapses_with": ("what makes it too late to do", "Too late after"),
    "repeats": ("how it repeats", "Repeats"),
    "only_if": ("the facts it depends on", "Only if"),
    "shown_by": ("what shows those facts", "or shown by"),
    "owed_when": ("when it is owed", "Owed when"),
    "after": ("what must come before", "After"),
    "during": ("during which time", "During"),
    "displaced_by": ("what replaces it", "Replaced by"),
    "set_by": ("who sets the day", "Day set by"),
    "plan_by_due": ("the plan it needs", "With a plan"),
}
PARTS: Final = {
    **{name: title for name, (title, _) in CLAUSES.items()},
    "deadline": "deadline",
    "limit": "time limit",
    "duty": "duty",
    "who": "owed by",
    "kind": "kind",
    "law": "citation",
    "says": "words of the law",
    "means": "in other words",
    "seen": "how the words were seen",
    "checked": "last checked",
    "note": "note",
    "source": "whose advice",
    "readings": "reading",
    "excuses": "excuse",
    "overlay": "local rulebook",
    "events": "event",
    "codes": "codes of",
    "flags": "flag",
    "instruments": "instrument",
}
_MISSING: Final = {"open": "not yet over", "unknown": "unknown"}
_THEN: Final = {"owed": "owed again if due later", "unknown": "unknown if it was open"}
_ROLLS: Final = "; a last day that is not a working day rolls forward as the Tribunal Rules say"


def limit_words(limit: Limit) -> str:
    """Return the whole limit: its limb, or the latest of its limbs, or the words of the law."""
    if len(limit.limbs) < 2:
        return _limb_words(limit.limbs[0]) if limit.limbs else limit.words or "a day that is not known"
    limbs = "; or ".join(map(_limb_words, limit.limbs))
    return f"the later of: {limbs}{_ROLLS if limit.rolls else ''}"


def _limb_words(limb: Limb) -> str:
    words = said_count(limb.count)
    if limb.count.kind == "within" and limb.count.number:
        words = f"within {words}"
    parts = [
        f"{words}, from {dates_words(limb.since)}" if limb.since else words,
        f"after {listed(limb.after, 'or')}" if limb.after else "",
        f"unless one of {listed(limb.unless)} came first" if limb.unless else "",
        *(f"where {fact} is {listed(codes, 'or')}" for fact, codes in limb.only_if),
        f"{_MISSING[limb.missing]} without that date" if limb.after else "",
    ]
    return " ".join(filter(None, parts))


def dates_words(dates: Dates) -> str:
    """Return which of several events counts.

    >>> dates_words(Dates(("request_received", "became_responsible")))
    'the earliest of request_received and became_responsible'
    >>> dates_words(Dates(("plan_issued", "cease_notified"), "each", ("decision_sent",)))
    'each of plan_issued and cease_notified, the latest on the day of decision_sent if that is given'
    """
    first = f", the latest on the day of {listed(dates.first, 'or')} if that is given" if dates.first else ""
    if len(dates.events) == 1:
        return f"{dates.events[0]}{first}"
    which = "each" if dates.which == "each" else f"the {dates.which}"
    return f"{which} of {listed(dates.events)}{first}"


def _period_words(period: Count) -> str:
    return count(period.number, UNIT_WORDS[period.unit])


def _repeats_words(repeats: Repeats) -> str:
    parts = {
        "first from": repeats.first,
        "again from each": repeats.again,
        "anew after": repeats.closed_by,
        "answered without a start by": repeats.unseen,
    }
    return ", ".join(f"{says} {listed(events, 'or')}" for says, events in parts.items() if events)


def _plan_words(plan: PlanByDue) -> str:
    made, shown, first = (listed(events, "or") for events in (plan.made, plan.shown_by, plan.before_plan))
    by = f"made by the {'start' if plan.by == 'start' else 'due day'} ({made})"
    return f"{by}, or shown by {shown}; not on the row of a first plan ({first})"


def _reading_words(reading: Reading) -> str:
    days = " to ".join(f"{season.day} {month_name[season.month]}" for season in reading.season or ())
    parts = (
        limit_words(reading.limit) if reading.limit else "",
        f"from {dates_words(reading.starts)}" if reading.starts else "",
        f"answered by {dates_words(reading.met_by)}" if reading.met_by else "",
        f"ended early by {reading.waived_by}" if reading.waived_by else "",
        f"only after {listed(reading.after, 'or')}" if reading.after else "",
        f"for clocks started from {day(reading.since)}" if reading.since else "",
        f"for clocks started to {day(reading.until)}" if reading.until else "",
        f"for clocks started from {days} of a year" if days else "",
        "always disputed" if reading.always_disputed else "",
    )
    return f"{'; '.join(filter(None, parts))}. {reading.source}"


def _excuse_words(excuse: Excuse) -> str:
    claimed = f"claimed by {excuse.flag}" if excuse.flag else "claimed by its dates"
    since = f" from {day(excuse.since)}" if excuse.since else ""
    until = f" to {day(excuse.until)}" if excuse.until else ""
    due = f", for due days{since}{until}" if since or until else ""
    match excuse.evidence:
        case None:
            proof = "no dates can prove it"
        case Absence(absent, length):
            proof = f"proved by {' to '.join(absent)} of at least {_period_words(length)}"
        case Closure(asked, closed, length, margin):
            near = f"{listed(asked, 'or')} in it or at most {_period_words(margin)} off"
            proof = f"proved by {' to '.join(closed)} of at least {_period_words(length)}, with {near}"
    return f"{excuse.law}, {claimed}{due}; {proof}"


def _start_where_words(where: StartWhere) -> str:
    doubt = f"; disputed: {where.doubt}" if where.doubt else ""
    rows = f"where {listed(where.given)} has a date and {where.absent} has none"
    return f"{dates_words(where.starts)}, if later, {rows}{doubt}"


def _derived_words(event: DerivedEvent) -> str:
    parts = (
        f"{part.event} where {part.fact} is {listed(part.codes, 'or')}" if part.fact else part.event
        for part in event.earliest
    )
    unless = f" unless one of {listed(event.unless)} came first" if event.unless else ""
    return f"{event.says}: the earliest of {listed(list(parts))}{unless}"


_WORDS: Final[Mapping[type, Callable[[Any], str]]] = {
    Deadline: lambda record: (
        f"{record.duty} ({record.kind}, {limit_words(record.versions[-1].limit)}; {record.law})"
    ),
    Limit: limit_words,
    Dates: dates_words,
    Reading: _reading_words,
    Excuse: _excuse_words,
    Repeats: _repeats_words,
    PlanByDue: _plan_words,
    Count: lambda count: f"{_period_words(count)} before the start",
    Event: lambda record: f"{record.says}{' (may be in the future)' if record.planned else ''}",
    DerivedEvent: _derived_words,
    Instrument: lambda record: f"{record.title}, in force {record.in_force or 'on no day that is known'}",
    StartWhere: _start_where_words,
    EndSpan: lambda span: f"{span.first} to {span.last}, then {_THEN[span.then]}",
}


def clause_words(part: str, value: Any, last: str = "and") -> str:  # noqa: ANN401 - of any clause
    """Return a clause as a person reads it, `last` before the last of several; `nothing` for none."""
    if value is None or value in ("", ()):
        return "nothing"
    if part == "only_if":
        return listed([f"{fact} is {listed(codes, 'or')}" for fact, codes in value])
    if part == "during":
        return " to ".join(value)
    if isinstance(value, tuple):
        return listed([clause_words(part, item, last) for item in value], last)
    return _WORDS.get(type(value), str)(value)


def change_words(change: ClauseChange) -> str:
    """Return one change in words.

    >>> change_words(ClauseChange("plan.issue", "ends", old=("withdrawn",), new=("withdrawn", "moved_away")))
    'what ends it: also moved_away'
    """
    old, new = change.old, change.new
    title = " ".join(filter(None, (PARTS[change.part], change.name)))
    if change.since is not None:
        until = f" to {day(change.until)}" if change.until else " on"
        title = f"{title} of clocks started from {day(change.since)}{until}"
    if isinstance(old, tuple) and isinstance(new, tuple) and all(isinstance(item, str) for item in old + new):
        more, less = [item for item in new if item not in old], [item for item in old if item not in new]
        parts = {"also": more, "no longer": less, "the order:": () if more or less else new}
        return f"{title}: {'; '.join(f'{says} {listed(items)}' for says, items in parts.items() if items)}"
    before, after = (clause_words(change.part, value) for value in (old, new))
    if old is None:
        return f"{title}: added: {after}"
    if new is None:
        return f"{title}: taken out: {before}"
    return f"{title}: {f'{before} → {after}' if before != after else '; '.join(_unsaid(old, new))}"


def _unsaid(old: Any, new: Any) -> Iterator[str]:  # noqa: ANN401 - two records of one kind
    """Yield the differences of two records that are the same in words, field by field."""
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before != after and type(before) is type(after) and is_dataclass(before):
            yield from _unsaid(before, after)
        elif before != after:
            yield f"{field.name}: {clause_words('', before)} → {clause_words('', after)}"


def deadline_sections(deadline: Deadline, rulebook: Rulebook) -> list[Section]:
    """Return everything that the rulebook says of one deadline, for a reader who is no programmer."""
    local = ", a local rulebook" if deadline.overlay else ""
    parts: dict[str, Iterable[Pair]] = {
        f"{deadline.id}: {deadline.duty}": (
            ("Owed by", f"{deadline.who} ({deadline.kind})"),
            ("Law", deadline.law),
            ("Words", quoted(deadline.says, "")),
            ("In other words", deadline.means),
            ("Checked", f"{day(deadline.checked)} ({deadline.seen})"),
            ("File", f"{'' if local else 'rulebook/'}{deadline.file}{local}"),
            ("Note", deadline.note),
        ),
        "How it is counted": _counting(deadline),
        "Time limit": map(_version, deadline.versions),
        "Other published readings": ((part.id, _reading_words(part)) for part in deadline.readings),
        "Excuses: they change the verdict, never the day": (
            (part.id, _excuse_words(part)) for part in deadline.excuses
        ),
        GLOSSARY: (
            (name, rulebook.events[name].says)
            for name in dict.fromkeys(texts_in(deadline))
            if name in rulebook.events
        ),
    }
    columns = (TableColumn("", "fixed"), TableColumn(""))
    shown = {title: tuple(pair for pair in pairs if pair[1]) for title, pairs in parts.items()}
    return [Section(title, columns=columns, rows=rows) for title, rows in shown.items() if rows]


def _counting(deadline: Deadline) -> Iterator[Pair]:
    for name, (_, label) in CLAUSES.items():
        clause = getattr(deadline, name)
        if name == "starts_where":
            yield from ((label, clause_words(name, start)) for start in clause)
        elif clause not in (None, ()):
            yield label, clause_words(name, clause, "or")


def _version(version: Version) -> Pair:
    until = f" to {day(version.until)}" if version.until else ""
    parts = (
        limit_words(version.limit),
        quoted(version.says, version.means),
        version.law,
        f"laid over the law by {version.overlay}" if version.overlay else "",
    )
    return f"started from {day(version.since)}{until}", "; ".join(filter(None, parts))

"""Everything that the rulebook says of one deadline, for a reader who is no programmer."""

from collections.abc import Iterable, Iterator

from ehcp_timeline.commands.rules.view.clauses import (
    dates_words,
    excuse_words,
    limit_words,
    period_words,
    plan_words,
    reading_words,
    repeats_words,
)
from ehcp_timeline.commands.rules.view.list import plain_values
from ehcp_timeline.law.deadline import Version
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import day, listed

Pair = tuple[str, str]


def deadline_sections(one: Deadline, rulebook: Rulebook) -> list[Section]:
    """Return everything that the rulebook says of one deadline."""
    return [
        *_pairs(f"{one.id}: {one.duty}", _facts(one)),
        *_pairs("How it is counted", (*_counting(one), *_conditions(one))),
        *_pairs("Time limit", map(_version, one.versions)),
        *_pairs("Other published readings", ((part.id, reading_words(part)) for part in one.readings)),
        *_pairs(
            "Excuses: they change the verdict, never the day",
            ((part.id, excuse_words(part)) for part in one.excuses),
        ),
        *_pairs("The words used above", _glossary(one, rulebook)),
    ]


def _facts(one: Deadline) -> Iterator[Pair]:
    """Yield who owes it, what kind of duty it is and where it stands."""
    yield "Owed by", f"{one.who} ({one.kind})"
    yield "Law", one.law
    yield "Words", one.says
    yield "Checked", f"{day(one.checked)} ({one.seen})"
    yield "From", f"{one.overlay}, a local rulebook" if one.overlay else ""
    yield "Note", one.note


def _counting(one: Deadline) -> Iterator[Pair]:
    """Yield what starts, answers and ends the clock."""
    yield "Starts", dates_words(one.starts)
    for case in one.starts_where:
        where = f"where {listed(case.given)} stand and {case.absent} does not"
        yield "or", f"{dates_words(case.starts)}, {where}"
    yield "Answered by", dates_words(one.met_by)
    yield "not before", f"{period_words(one.answers_from)} before the start" if one.answers_from else ""
    yield "Ended by", listed(one.ends, "or")
    yield "Revived by", listed(one.revived_by, "or")
    yield "but not if", listed(one.revived_unless, "or")
    yield "Implied by", listed(one.implied_by, "or")
    yield "Repeats", repeats_words(one.repeats) if one.repeats else ""


def _conditions(one: Deadline) -> Iterator[Pair]:
    """Yield when it is owed at all, and what takes its place."""
    yield "Only if", listed([f"{fact} is {listed(codes, 'or')}" for fact, codes in one.only_if])
    yield "or shown by", listed(one.shown_by, "or")
    yield "Owed when", listed(one.owed_when, "or")
    yield "After", listed(one.after, "or")
    yield "During", " to ".join(one.during or ())
    yield "Displaced by", listed(one.displaced_by, "or")
    yield "Day set by", one.set_by or ""
    yield "With a plan", plan_words(one.plan_by_due) if one.plan_by_due else ""


def _version(version: Version) -> Pair:
    """Return the days on which a start falls under a version, and its limit."""
    until = f" to {day(version.until)}" if version.until else ""
    parts = [
        limit_words(version.limit),
        f"“{version.says}”" if version.says else "",
        version.law,
        f"laid over the law by {version.overlay}" if version.overlay else "",
    ]
    return f"started from {day(version.since)}{until}", "; ".join(part for part in parts if part)


def _glossary(one: Deadline, rulebook: Rulebook) -> Iterator[Pair]:
    """Yield what each event that is named above means."""
    for name in dict.fromkeys(_words(plain_values(one))):
        if name in rulebook.events:
            yield name, rulebook.events[name].says


def _words(value: object) -> Iterator[str]:
    """Yield every text in plain values, in their order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (word for part in value.values() for word in _words(part))
    elif isinstance(value, list):
        yield from (word for part in value for word in _words(part))


def _pairs(title: str, pairs: Iterable[Pair]) -> Iterator[Section]:
    """Yield a section of labels and what stands beside them, or nothing where nothing does."""
    if told := tuple(pair for pair in pairs if pair[1]):
        yield Section(title, columns=(TableColumn("", "fixed"), TableColumn("")), rows=told)

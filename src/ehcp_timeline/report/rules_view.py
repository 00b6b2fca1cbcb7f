"""The rulebook for a reader: its list, one deadline whole, and what it leaves out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from ehcp_timeline.law.clauses import Absence, Closure, Excuse, Reading, Version
from ehcp_timeline.law.terms import Deadline, Rulebook
from ehcp_timeline.report.limit_words import dates_words, limit_words, period_words
from ehcp_timeline.report.phrases import count, day, listed
from ehcp_timeline.report.sections import Column, Section

LIST_KEYS = ("deadline", "duty", "who", "kind", "limit", "law", "seen", "checked")


def list_records(deadlines: Iterable[Deadline]) -> Iterator[dict[str, Any]]:
    """Yield one line of facts for each deadline, with the keys of `LIST_KEYS`."""
    for one in deadlines:
        yield {
            "deadline": one.id,
            "duty": one.duty,
            "who": one.who,
            "kind": one.kind,
            "limit": limit_words(one.versions[-1].limit),
            "law": one.law,
            "seen": one.seen,
            "checked": one.checked,
        }


def list_sections(rulebook: Rulebook) -> list[Section]:
    """Return every deadline, one line each."""
    columns = (Column("deadline", "fixed"), Column("who"), Column("law"), Column("time limit"))
    rows = tuple(
        (line["deadline"], line["who"], line["law"], line["limit"])
        for line in list_records(rulebook.deadlines)
    )
    after = ("Everything about one of them:  ehcp rules show plan.issue",)
    return [Section(_title(rulebook), columns=columns, rows=rows, after=after)]


def coverage_sections(rulebook: Rulebook) -> list[Section]:
    """Return every deadline by the law it comes from, then what is left out and why."""
    encoded = tuple((one.law, one.id, one.seen) for one in rulebook.deadlines)
    left_out = tuple((one.law, one.about, one.why) for one in rulebook.not_encoded)
    return [
        Section(
            f"Encoded: {count(len(encoded), 'deadline')}",
            columns=(Column("law"), Column("deadline", "fixed"), Column("words seen", "fixed")),
            rows=encoded,
            after=(
                "primary: seen in the law itself; quoted: seen where it is quoted; unverified: not seen.",
            ),
        ),
        Section(
            f"Not encoded: {count(len(left_out), 'provision')}",
            columns=(Column("law"), Column("about"), Column("why not")),
            rows=left_out,
        ),
    ]


def stale_sections(stale: Sequence[Deadline], total: int) -> list[Section]:
    """Return the deadlines whose words were last checked too long ago."""
    title = f"Last checked more than a year before: {len(stale)} of {count(total, 'deadline')}"
    columns = (Column("deadline", "fixed"), Column("checked", "fixed"), Column("law"))
    return [Section(title, columns=columns, rows=tuple((one.id, str(one.checked), one.law) for one in stale))]


def deadline_sections(one: Deadline, rulebook: Rulebook) -> list[Section]:
    """Return everything that the rulebook says of one deadline."""
    return [
        Section(f"{one.id}: {one.duty}", before=tuple(_facts(one))),
        Section("How it is counted", before=tuple(_counting(one))),
        *_several("Other published readings", map(_reading, one.readings)),
        *_several("Excuses: they change the verdict, never the day", map(_excuse, one.excuses)),
        *_several("The words used above", _glossary(one, rulebook)),
    ]


def plain_values(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return a record of the rulebook as plain values, records within it too."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_values(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain_values(item) for item in value]
    return value


def _title(rulebook: Rulebook) -> str:
    """Return which rulebook it is."""
    local = "".join(f" with {Path(name).name}" for name, _ in rulebook.overlays)
    return f"Rulebook {rulebook.version}{local}: {count(len(rulebook.deadlines), 'deadline')}"


def _facts(one: Deadline) -> Iterator[str]:
    """Yield who owes it, what kind of duty it is and where it stands."""
    yield f"Owed by:  {one.who} ({one.kind})"
    yield f"Law:      {one.law}"
    yield f"Words:    {one.says}"
    yield f"Checked:  {day(one.checked)} ({one.seen})"
    if one.overlay:
        yield f"From:     {one.overlay}, a local rulebook"
    if one.note:
        yield f"Note:     {one.note}"


def _counting(one: Deadline) -> Iterator[str]:
    """Yield what starts, answers and ends the clock, then its time limit through the years."""
    yield f"Starts:     {dates_words(one.starts)}"
    for case in one.starts_where:
        yield f"            {dates_words(case.starts)}, where {case.given} stands and {case.absent} does not"
    yield f"Answered:   {dates_words(one.met_by)}"
    for label, words in _conditions(one):
        if words:
            yield f"{label:<12}{words}"
    for version in one.versions:
        yield f"{_period(version)}: {limit_words(version.limit)}{_law(version)}"


def _conditions(one: Deadline) -> Iterator[tuple[str, str]]:
    """Yield every other word of the vocabulary that the deadline uses, with its events."""
    yield "Only if:", listed([f"{fact} is {listed(codes, 'or')}" for fact, codes in one.only_if])
    yield "Shown by:", listed(one.shown_by, "or")
    yield "Owed when:", listed(one.owed_when, "or")
    yield "After:", listed(one.after, "or")
    yield "During:", " to ".join(one.during or ())
    yield "Ends:", listed(one.ends, "or")
    yield "Revived by:", listed(one.revived_by, "or")
    yield "Unless:", listed(one.revived_unless, "or")
    yield "Displaced:", listed(one.displaced_by, "or")
    yield "Implied by:", listed(one.implied_by, "or")
    yield "Day set by:", one.set_by or ""
    yield "Plan:", "owed only if a plan existed by the due day" if one.plan_by_due else ""
    yield "Repeats:", "each answer starts it again" if one.repeats else ""


def _period(version: Version) -> str:
    """Return the days on which a start falls under a version."""
    until = f" to {day(version.until)}" if version.until else ""
    return f"For clocks started from {day(version.since)}{until}"


def _law(version: Version) -> str:
    """Return a version's own provision, where it has one."""
    return f" ({version.law})" if version.law else ""


def _reading(reading: Reading) -> str:
    """Return what one reading counts otherwise, and who published it."""
    parts = [
        limit_words(reading.limit) if reading.limit else "",
        f"from {dates_words(reading.starts)}" if reading.starts else "",
        f"answered by {dates_words(reading.met_by)}" if reading.met_by else "",
        f"ended early by {reading.waived_by}" if reading.waived_by else "",
        f"only after {listed(reading.after, 'or')}" if reading.after else "",
    ]
    return f"{reading.id}: {'; '.join(part for part in parts if part)}. {reading.source}"


def _excuse(excuse: Excuse) -> str:
    """Return one excuse: its provision, what claims it, for which due days, and which dates prove it."""
    claimed = f"claimed by {excuse.flag}" if excuse.flag else "claimed by its dates"
    since = f" from {day(excuse.since)}" if excuse.since else ""
    until = f" to {day(excuse.until)}" if excuse.until else ""
    due = f", for due days{since}{until}" if since or until else ""
    return f"{excuse.id}: {excuse.law}, {claimed}{due}; {_evidence(excuse.evidence)}"


def _evidence(evidence: Closure | Absence | None) -> str:
    """Return the dates that prove an excuse."""
    match evidence:
        case None:
            return "no dates can prove it"
        case Absence():
            return f"proved by {' to '.join(evidence.absent)} of at least {period_words(evidence.length)}"
        case Closure():
            return (
                f"proved by {' to '.join(evidence.closed)} of at least {period_words(evidence.length)}, with "
                f"{listed(evidence.asked, 'or')} in it or at most {period_words(evidence.margin)} before"
            )


def _glossary(one: Deadline, rulebook: Rulebook) -> Iterator[str]:
    """Yield what each event named above means."""
    named = (*one.start_events, *one.met_by.events, *one.ends, *one.owed_when, *one.after, *one.implied_by)
    for name in dict.fromkeys(named):
        if name in rulebook.events:
            yield f"{name}: {rulebook.events[name].says}"


def _several(title: str, lines: Iterable[str]) -> Iterator[Section]:
    """Yield a section of lines, or nothing where there is no line."""
    if told := tuple(lines):
        yield Section(title, before=told)

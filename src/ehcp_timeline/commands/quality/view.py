"""What `ehcp quality` tells: the score, the worst files and groups, what was found, each fault if asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from ehcp_timeline.commands.quality.faults import QualityFault
from ehcp_timeline.commands.quality.rules import SEVERITIES, Rule
from ehcp_timeline.commands.quality.score import Quality, QualityScore
from ehcp_timeline.measure.counts import percent
from ehcp_timeline.measure.result import DateOrder
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.output.summary import date_order_section
from ehcp_timeline.text.words import count, day, listed

SCHEMA: Final = "ehcp-quality/1"
RULES_SCHEMA: Final = "ehcp-quality-rules/1"
COUNT_KEYS: Final = (
    "as_at", "file", "group", "rows", "score",
    "rule", "severity", "faults", "faulty_rows", "percent", "why", "try",
)  # fmt: skip
FAULT_KEYS: Final = ("file", "row", "case_id", "group", "rule", "severity", "column", "fault", "try")
RULE_KEYS: Final = ("id", "severity", "says", "why", "source", "try")
SCORE: Final = (
    "The score: of 100 rows, how many have no error; a row with warnings only counts half.",
    "Queries may well be right and cost nothing; neither do faults of a whole column.",
)


def quality_sections(found: Quality, orders: Sequence[DateOrder], top: int) -> Iterator[Section]:
    """Yield the score, files and groups, the rules that found something, the faults that were asked for.

    Args:
        found: What was found.
        orders: What hangs on the order of day and month.
        top: How many faults are shown.
    """
    yield Section(
        f"Data quality as at {day(found.as_at)}: {_score(found.whole)}",
        before=(*(_file(file_) for file_ in found.files), *SCORE),
    )
    if len(found.files) > 1:
        yield _standings("Files, the worst first", "file", [(file_.file, file_) for file_ in found.files])
    if found.by and found.groups:
        named = [(group.group, group) for group in found.groups]
        yield _standings(f"By {found.by}, the worst first", found.by, named)
    if orders:
        yield date_order_section(orders)
    yield _rules(found)
    if found.faults:
        yield _faults(found.faults, top, several=len(found.files) > 1)


def _score(standing: QualityScore) -> str:
    return "no rows" if standing.score is None else f"score {standing.score:.1f} of 100"


def _file(one: QualityScore) -> str:
    errors = f"{one.errors:,} with an error, {one.warnings:,} more with a warning"
    return f"{one.file}: {count(one.rows, 'row')}, {errors}; {_score(one)}."


def _standings(title: str, heading: str, named: Sequence[tuple[str, QualityScore]]) -> Section:
    columns = (
        TableColumn(heading),
        *(TableColumn(name, "number") for name in ("rows", "with error", "with warning", "score")),
    )
    rows = tuple(
        (
            name,
            f"{one.rows:,}",
            f"{one.errors:,}",
            f"{one.warnings:,}",
            "" if one.score is None else f"{one.score:.1f}",
        )
        for name, one in named
    )
    return Section(title, columns=columns, rows=rows)


def _rules(found: Quality) -> Section:
    """Return what was found, errors first, the most rows first."""
    hits = [rule for rule in found.rules if found.whole.counts[rule.id][0]]
    hits.sort(key=lambda rule: (SEVERITIES.index(rule.severity), -found.whole.counts[rule.id][0]))
    columns = (
        *(TableColumn(name, "fixed") for name in ("rule", "severity")),
        *(TableColumn(name, "number") for name in ("faults", "rows", "%")),
        TableColumn("why it matters"),
    )
    rows = tuple(_rule(rule, found) for rule in hits)
    after = [f"{count(len(found.rules) - len(hits), 'rule')} found nothing."]
    if found.not_looked_at:
        names = listed([rule.id for rule in found.not_looked_at])
        after.append(f"Not looked at, because no file has the columns: {names}.")
    if hits:
        after.append(f"To list the faults of a rule, add  --rule {hits[0].id}")
    title = f"Found: {count(len(hits), 'kind')} of fault" if hits else "Nothing found"
    alarm = any(rule.severity == "error" for rule in hits)
    return Section(title, columns=columns, rows=rows, after=tuple(after), alarm=alarm)


def _rule(rule: Rule, found: Quality) -> tuple[str, ...]:
    faults, rows = found.whole.counts[rule.id]
    share = percent(rows, found.whole.rows)
    return (
        rule.id,
        rule.severity,
        f"{faults:,}",
        f"{rows:,}" if rows else "",
        f"{share:.1f}" if rows and share is not None else "",
        rule.why,
    )


def _faults(faults: Sequence[QualityFault], top: int, *, several: bool) -> Section:
    columns = (
        TableColumn("row", "number"),
        TableColumn("case", "fixed"),
        TableColumn("fault"),
        TableColumn("try", optional=True),
        TableColumn("group", optional=True),
        TableColumn("file", optional=True),
    )
    rows = tuple(
        (
            "" if fault.row is None else str(fault.row),
            fault.case_id or "",
            fault.fault,
            fault.try_,
            fault.group or "",
            fault.file if several else "",
        )
        for fault in faults[:top]
    )
    shown = f"{len(rows):,} of {len(faults):,} shown" if len(rows) < len(faults) else f"{len(faults):,}"
    return without_empty_columns(Section(f"Faults: {shown}", columns=columns, rows=rows))


def count_lines(found: Quality) -> list[dict[str, Any]]:
    """Return one line for each file, group and rule that was looked at; a rule that found nothing has 0."""
    several = (found.whole,) if len(found.files) > 1 else ()
    return [
        {
            "as_at": found.as_at,
            "file": one.file or None,
            "group": one.group,
            "rows": one.rows,
            "score": one.score,
            "rule": rule.id,
            "severity": rule.severity,
            "faults": one.counts[rule.id][0],
            "faulty_rows": one.counts[rule.id][1],
            "percent": percent(one.counts[rule.id][1], one.rows),
            "why": rule.why,
            "try": rule.try_,
        }
        for one in (*several, *found.files, *found.groups)
        for rule in found.rules
        if rule.id in one.counts
    ]


def fault_lines(faults: Sequence[QualityFault]) -> list[dict[str, Any]]:
    """Return each fault as one line."""
    return [_renamed(asdict(fault)) for fault in faults]


def rule_lines(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Return what is looked for, one line a rule."""
    return [_renamed({key: getattr(rule, key.replace("try", "try_")) for key in RULE_KEYS}) for rule in rules]


def rule_sections(rules: Sequence[Rule]) -> Iterator[Section]:
    """Yield what is looked for, for a person."""
    columns = (
        *(TableColumn(name, "fixed") for name in ("rule", "severity")),
        TableColumn("why it matters"),
        TableColumn("source"),
    )
    rows = tuple((rule.id, rule.severity, rule.why, rule.source) for rule in rules)
    yield Section(f"What is looked for: {count(len(rules), 'rule')}", columns=columns, rows=rows, after=SCORE)


def rules_answer(rules: Sequence[Rule]) -> dict[str, Any]:
    """Return what is looked for, ready to be written as JSON."""
    return {"schema": RULES_SCHEMA, "rules": rule_lines(rules)}


def quality_answer(found: Quality, orders: Sequence[DateOrder]) -> dict[str, Any]:
    """Return the whole answer as plain values, ready to be written as JSON."""
    return {
        "schema": SCHEMA,
        "as_at": found.as_at,
        "input": [
            {
                "name": input_.name,
                "sha256": input_.sha256,
                "rows": input_.read,
                "judged": input_.judged,
                "not_judged": input_.not_judged,
            }
            for input_ in found.inputs
        ],
        "by": found.by,
        "summary": _sizes(found.whole),
        "files": [{"name": file_.file, **_sizes(file_), "counts": _counts(file_)} for file_ in found.files],
        "groups": [
            {"name": group.group, **_sizes(group), "counts": _counts(group)} for group in found.groups
        ],
        "rules": [_found(rule, found) for rule in found.rules],
        "not_looked_at": [rule.id for rule in found.not_looked_at],
        "date_order": [asdict(order) | {"sentence": order.sentence} for order in orders],
        "faults": fault_lines(found.faults),
    }


def _sizes(one: QualityScore) -> dict[str, Any]:
    return {
        "rows": one.rows,
        "with_error": one.errors,
        "with_warning_only": one.warnings,
        "score": one.score,
    }


def _counts(one: QualityScore) -> dict[str, Any]:
    return {rule: {"faults": faults, "rows": rows} for rule, (faults, rows) in one.counts.items()}


def _found(rule: Rule, found: Quality) -> dict[str, Any]:
    faults, rows = found.whole.counts[rule.id]
    return {
        **rule_lines([rule])[0],
        "faults": faults,
        "rows": rows,
        "percent": percent(rows, found.whole.rows),
        "columns": dict(found.columns.get(rule.id, {})),
    }


def _renamed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values under the names of the answer; `try` is no name in Python."""
    return {"try" if key == "try_" else key: value for key, value in values.items()}

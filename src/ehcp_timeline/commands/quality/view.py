"""The page of `ehcp quality`: the score, the worst files and groups, the rules broken, each fault."""

from collections.abc import Iterator, Sequence
from typing import Final

from ehcp_timeline.commands.quality.rules import SEVERITIES, QualityRule
from ehcp_timeline.commands.quality.score import QualityAnswer, QualityFault, QualityOf, QualitySizes
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.output.summary import date_order_section
from ehcp_timeline.text import count, day, listed

SCORE: Final = (
    "The score is the share of rows without an error; a row with only warnings counts half.",
    "Queries and faults of a whole column do not lower the score: they may be right.",
)


def quality_sections(quality: QualityAnswer, top: int) -> Iterator[Section]:
    """Yield the score, files and groups, the rules that found something, the first `top` faults."""
    several = len(quality.files) > 1
    yield Section(
        f"Data quality as at {day(quality.as_at)}: {_score(quality.summary)}",
        before=(
            *(
                f"{file.name}: {count(file.rows, 'row')}, {file.with_error:,} with an error, "
                f"{file.with_warning_only:,} more with a warning{f'; {_score(file)}' if several else ''}."
                for file in quality.files
            ),
            *SCORE,
        ),
    )
    if several:
        yield _sizes("Files, the worst first", "file", quality.files)
    if quality.by and quality.groups:
        yield _sizes(f"By {quality.by}, the worst first", quality.by, quality.groups)
    if quality.date_order:
        yield date_order_section(quality.date_order)
    yield _rules(quality)
    if quality.faults:
        yield _faults(quality.faults, top, several=several)


def _score(sizes: QualitySizes | QualityOf) -> str:
    return "no rows" if sizes.score is None else f"score {sizes.score:.1f} of 100"


def _sizes(title: str, heading: str, parts: Sequence[QualityOf]) -> Section:
    numbers = ("rows", "with error", "with warning", "score")
    rows = tuple(
        (
            part.name,
            *(f"{number:,}" for number in (part.rows, part.with_error, part.with_warning_only)),
            "" if part.score is None else f"{part.score:.1f}",
        )
        for part in parts
    )
    columns = (TableColumn(heading), *(TableColumn(name, "number") for name in numbers))
    return Section(title, columns=columns, rows=rows)


def _rules(quality: QualityAnswer) -> Section:
    hits = [rule for rule in quality.rules if rule.faults]
    hits.sort(key=lambda rule: (SEVERITIES.index(rule.severity), -rule.faults))
    columns = (
        *(TableColumn(name, "fixed") for name in ("rule", "severity")),
        TableColumn("faults", "number"),
        *(TableColumn(name, "number", optional=True) for name in ("rows", "%")),
        TableColumn("why it matters"),
    )
    rows = tuple(
        (
            rule.id,
            rule.severity,
            f"{rule.faults:,}",
            f"{rule.rows:,}" if rule.rows else "",
            f"{rule.percent:.1f}" if rule.rows and rule.percent is not None else "",
            rule.why,
        )
        for rule in hits
    )
    after = [f"{count(len(quality.rules) - len(hits), 'rule')} found nothing."]
    if quality.not_looked_at:
        after.append(f"Not looked at, because no file has the columns: {listed(quality.not_looked_at)}.")
    if hits:
        after.append(f"To list the faults of a rule, add  --rule {hits[0].id}")
    title = f"Found: {count(len(hits), 'kind')} of fault" if hits else "Nothing found"
    alarm = any(rule.severity == "error" for rule in hits)
    return Section(title, columns=columns, rows=rows, after=tuple(after), alarm=alarm)


def _faults(faults: Sequence[QualityFault], top: int, *, several: bool) -> Section:
    columns = (
        *(TableColumn("row", "number"), TableColumn("case", "fixed"), TableColumn("fault")),
        *(TableColumn(name, optional=True) for name in ("try", "group", "file")),
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


def rule_sections(rules: Sequence[QualityRule]) -> Iterator[Section]:
    """Yield what is looked for, for a person."""
    columns = (
        *(TableColumn(name, "fixed") for name in ("rule", "severity")),
        TableColumn("why it matters"),
        TableColumn("source"),
    )
    rows = tuple((rule.id, rule.severity, rule.why, rule.source) for rule in rules)
    yield Section(f"What is looked for: {count(len(rules), 'rule')}", columns=columns, rows=rows, after=SCORE)

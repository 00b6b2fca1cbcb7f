"""Faults of a case file one by one, in words: where, what, what to try."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.commands.quality.inspect import Inspected
from ehcp_timeline.commands.quality.rules import Rule, Rules


@dataclass(frozen=True, slots=True)
class QualityFault:
    """One fault, as it is listed.

    Attributes:
        file: The file.
        row: Physical line; None where a column or the file is meant.
        case_id: The case; None where the row has none.
        group: The group, where groups were asked for.
        rule: The rule.
        severity: Its severity.
        column: The column; empty where the row is meant.
        fault: What is wrong; never holds the value of a personal column.
        try_: What to try.
    """

    file: str
    row: int | None
    case_id: str | None
    group: str | None
    rule: str
    severity: str
    column: str
    fault: str
    try_: str


def faults_of(
    file: Inspected, rules: Rules, listed: frozenset[str], by: str | None
) -> Iterator[QualityFault]:
    """Yield the faults of some rules, in file order.

    Args:
        file: The file, looked through with `case_id` and the column of the groups kept.
        rules: All rules.
        listed: The rules whose faults are wanted.
        by: The column of the groups, if any.
    """
    if not listed:
        return
    known = rules.by_id
    faults = file.faults.with_columns(pl.col("rule", "column", "other").cast(pl.String))
    wanted = faults.filter(pl.col("rule").is_in(sorted(listed)))
    beside = wanted.join(file.rows, on=ROW, how="left", maintain_order="left")
    for row in beside.iter_rows(named=True):
        yield _fault(file.name, known[row["rule"]], row, by)


def _fault(file: str, rule: Rule, one: Mapping[str, Any], by: str | None) -> QualityFault:
    return QualityFault(
        file=file,
        row=one[ROW],
        case_id=one["case_id"],
        group=one.get(by) if by else None,
        rule=rule.id,
        severity=rule.severity,
        column=one["column"] or "",
        fault=_words(rule, one),
        try_=rule.try_,
    )


def _words(rule: Rule, one: Mapping[str, Any]) -> str:
    """Return what is wrong: as the reader of the file says it, if it was the reader that found it."""
    if one["words"]:
        unnamed = (
            one["row"] and one["column"] not in (None, "", "case_id") and one["column"] not in one["words"]
        )
        return f"{one['column']}: {one['words']}" if unnamed else str(one["words"])
    number = one["number"]
    return rule.says.format_map({**one, "number": None if number is None else f"{number:,}"})

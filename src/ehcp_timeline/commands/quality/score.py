"""How good the data of some files is: faults counted by rule, file and group, a score, and the page."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, ClassVar, Final, Literal

import polars as pl

from ehcp_timeline.cases.model import Vocabulary
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.quality.inspect import Inspected, inspect
from ehcp_timeline.commands.quality.rules import SEVERITIES, QualityRule, Rule, Rules, Severity
from ehcp_timeline.measure.answer import Line, lines_of
from ehcp_timeline.measure.counts import percent
from ehcp_timeline.measure.kpi.groups import NOT_RECORDED, group_name
from ehcp_timeline.measure.result import DateOrder, Input
from ehcp_timeline.output.sections import CASE, Section, column_of, list_section, table
from ehcp_timeline.output.summary import date_order_section
from ehcp_timeline.record import Ge, Percent, Whole, record
from ehcp_timeline.text import count, day, listed

GroupColumn = Literal["district", "team", "caseworker"]
ALL_ROWS: Final = "Total"
NO_CASE: Final = "total-row"
SCORE: Final = (
    "The score is the share of rows without an error; a row with only warnings counts half.",
    "Queries and faults of a whole column do not lower the score: they may be right.",
)


@record(frozen=True, slots=True)
class QualitySizes:
    """How many rows have a fault, and the score.

    Attributes:
        rows: Rows that are not blank, those that are set aside because they are no case among them.
        with_warning_only: Rows with a warning and no error.
        score: From 0 to 100; null where there are no rows.
    """

    rows: Whole
    with_error: Whole
    with_warning_only: Whole
    score: Percent


@record(frozen=True, slots=True)
class FaultCount:
    """What one rule found.

    Attributes:
        rows: Rows with a fault; one of a whole column is on none.
    """

    faults: Whole = 0
    rows: Whole = 0


@record(frozen=True, slots=True)
class QualityOf:
    """One file or group.

    Attributes:
        with_warning_only: Rows with a warning and no error.
        score: From 0 to 100; null where there are no rows.
        counts: By rule, every one that was looked at.
    """

    name: str
    rows: Whole
    with_error: Whole
    with_warning_only: Whole
    score: Percent
    counts: Mapping[str, FaultCount]


@record(frozen=True, slots=True)
class RuleFound(QualityRule):
    """One rule, and what it found in all files.

    Attributes:
        rows: Rows with a fault; one of a whole column is on none.
        percent: Of all rows; null where there are none.
        columns: Faults by column, the most first.
    """

    faults: Whole
    rows: Whole
    percent: float | None
    columns: Mapping[str, Whole]


@record(frozen=True, slots=True)
class QualityFault:
    """One fault.

    Attributes:
        row: Physical line; null where a column or the file is meant.
        case_id: Null where the row has none.
        group: The group, where groups were asked for.
        column: Empty where the row is meant.
        fault: What is wrong; never holds the value of a personal column.
    """

    file: str
    row: Annotated[int | None, Ge(1)]
    case_id: str | None
    group: str | None
    rule: str
    severity: Severity
    column: str
    fault: str
    try_: str


LINE: Final = (
    *("as_at", "file", "group", "rows", "score", "rule", "severity"),
    *("faults", "faulty_rows", "percent", "why", "try"),
)
"""The columns of what one rule found in one file or group: a table to follow month by month."""


@record(frozen=True, slots=True)
class QualityAnswer:
    """The answer of `ehcp quality --format json`.

    Attributes:
        files: The worst score first.
        groups: The worst score first; empty without --by.
        rules: Those that the columns of a file allow.
        not_looked_at: Rules for which no file has the columns.
        date_order: Files with dates that could be day-first or month-first, and what hangs on it.
        faults: Of the rules of --rule, in file order.
    """

    SCHEMA: ClassVar = "ehcp-quality/1"

    as_at: date
    input: tuple[Input, ...]
    by: GroupColumn | None
    summary: QualitySizes
    files: tuple[QualityOf, ...]
    groups: tuple[QualityOf, ...]
    rules: tuple[RuleFound, ...]
    not_looked_at: tuple[str, ...]
    date_order: tuple[DateOrder, ...]
    faults: tuple[QualityFault, ...]

    def lines(self) -> Iterator[Line]:
        """Yield a line for each file, group and rule that was looked at; a rule that found nothing has 0."""
        parts: list[tuple[str | None, str, QualitySizes | QualityOf, Mapping[str, FaultCount]]] = []
        if len(self.files) > 1:
            whole = {rule.id: FaultCount(rule.faults, rule.rows) for rule in self.rules}
            parts.append((None, ALL_ROWS, self.summary, whole))
        parts += [(file.name, ALL_ROWS, file, file.counts) for file in self.files]
        parts += [(None, group.name, group, group.counts) for group in self.groups]
        for file, group, sizes, counts in parts:
            for rule in (rule for rule in self.rules if rule.id in counts):
                found = counts[rule.id]
                of_part = (self.as_at, file, group, sizes.rows, sizes.score, rule.id, rule.severity)
                share = percent(found.rows, sizes.rows)
                of_rule = (found.faults, found.rows, share, rule.why, rule.try_)
                yield dict(zip(LINE, of_part + of_rule, strict=True))


def score(rows: int, errors: int, warnings: int) -> float | None:
    """Return how many of 100 rows are sound; a row that has only warnings counts half.

    100 * (rows - errors - warnings / 2) / rows, rounded down to one decimal, so that 100.0 means that no
    row has an error or a warning. Putting a row right never lowers it, spoiling one never raises it.
    Queries, and faults of a whole column, cost nothing. Rows count whether they are judged or not; `warnings`
    are those without an error.

    >>> score(200, 1, 4), score(3, 0, 0), score(100_000, 0, 1), score(0, 0, 0)
    (98.5, 100.0, 99.9, None)
    """
    if not rows:
        return None
    return (500 * (2 * rows - 2 * errors - warnings) // rows) / 10


def quality_of(
    sources: Sequence[CaseFile],
    vocabulary: Vocabulary,
    rules: Rules,
    as_at: date,
    *,
    by: GroupColumn | None = None,
    listed: frozenset[str] = frozenset(),
    tell: Callable[[int], None] | None = None,
) -> QualityAnswer:
    """Check some files and count what is found; `date_order` is left empty.

    Raises:
        CaseFileError: A file cannot be read.
    """
    keep = [*([by] if by else ()), *(["case_id"] if listed else ())]
    files = [
        inspect(source, vocabulary, rules, as_at, listed=listed, keep=keep, tell=tell) for source in sources
    ]
    looked_at = frozenset[str]().union(*(file.looked_at for file in files))
    asked = [rule for rule in rules.rules if rule.id in looked_at]
    each: list[QualityOf] = []
    groups = defaultdict[str, list[QualityOf]](list)
    for file in files:
        parts = _by_group(file, asked, by)
        each.append(_sum(file.source.name, parts))
        for part in parts if by else ():
            if part.rows:
                groups[part.name].append(part)
    quality = _sum("", each)
    places = pl.concat(file.faults.select(pl.col("rule", "column").cast(pl.String)) for file in files)
    of_columns = places.filter(pl.col("column") != "").group_by("rule", "column").len()
    columns = defaultdict[str, dict[str, int]](dict)
    for id_, column, number in of_columns.sort(-pl.col("len").cast(pl.Int64), "rule", "column").iter_rows():
        columns[id_][column] = number
    found: list[RuleFound] = []
    for rule in asked:
        counts = quality.counts[rule.id]
        numbers = (counts.faults, counts.rows, percent(counts.rows, quality.rows), columns[rule.id])
        found.append(RuleFound(rule.id, rule.severity, rule.says, rule.why, rule.source, rule.try_, *numbers))
    return QualityAnswer(
        as_at=as_at,
        input=tuple(Input.of(source) for source in sources),
        by=by,
        summary=QualitySizes(quality.rows, quality.with_error, quality.with_warning_only, quality.score),
        files=tuple(sorted(each, key=_worst_first)),
        groups=tuple(sorted((_sum(name, parts) for name, parts in groups.items()), key=_worst_first)),
        rules=tuple(found),
        not_looked_at=tuple(rule.id for rule in rules.rules if rule.id not in looked_at and not rule.annex_a),
        date_order=(),
        faults=tuple(fault for file in files if listed for fault in _faults(file, rules, listed, by)),
    )


def _by_group(file: Inspected, asked: Sequence[Rule], by: str | None) -> list[QualityOf]:
    """Return the groups of a file, and one without rows for the faults of whole columns.

    Rows that cannot be judged, or are set aside because they are no case, have no group. Without --by no row
    has one.
    """
    group = group_name(pl.col(by)) if by in file.rows.columns else pl.lit(None, pl.String)
    named = file.rows.select(ROW, group=group.fill_null(NOT_RECORDED))
    set_aside = file.faults.filter(pl.col("rule") == NO_CASE)[ROW].n_unique()
    rows = Counter({NOT_RECORDED: file.source.rows - file.source.judged + set_aside})
    rows.update(dict(named["group"].value_counts().iter_rows()))
    of_column = pl.col(ROW).is_null()
    faults = (
        file.faults.select(ROW, pl.col("rule").cast(pl.String))
        .join(named, on=ROW, how="left")
        .with_columns(group=pl.when(of_column).then(pl.lit("")).otherwise("group").fill_null(NOT_RECORDED))
    )
    none = {rule.id: FaultCount() for rule in asked if rule.id in file.looked_at}
    counts = defaultdict[str, dict[str, FaultCount]](none.copy)
    numbers = faults.group_by("group", "rule").agg(pl.len(), pl.col(ROW).drop_nulls().n_unique())
    for name, rule, number, faulty in numbers.iter_rows():
        counts[name][rule] = FaultCount(number, faulty)
    places = {rule.id: SEVERITIES.index(rule.severity) for rule in asked}
    severity = pl.col("rule").replace_strict(places, return_dtype=pl.UInt8)
    worst = faults.filter(~of_column).group_by("group", ROW).agg(severity.min().alias("severity"))
    with_worst = Counter[tuple[str, int]]()
    for name, place, faulty in worst.group_by("group", "severity").len().iter_rows():
        with_worst[name, place] = faulty
    parts: list[QualityOf] = []
    for name in {*rows, *counts}:
        errors, warnings = (with_worst[name, place] for place in (0, 1))
        parts.append(
            QualityOf(name, rows[name], errors, warnings, score(rows[name], errors, warnings), counts[name])
        )
    return parts


def _sum(name: str, parts: Iterable[QualityOf]) -> QualityOf:
    rows = errors = warnings = 0
    counts = defaultdict[str, FaultCount](FaultCount)
    for part in parts:
        rows += part.rows
        errors += part.with_error
        warnings += part.with_warning_only
        for rule, more in part.counts.items():
            counts[rule] = FaultCount(counts[rule].faults + more.faults, counts[rule].rows + more.rows)
    return QualityOf(name, rows, errors, warnings, score(rows, errors, warnings), dict(counts))


def _worst_first(quality: QualityOf) -> tuple[float, str]:
    return 101.0 if quality.score is None else quality.score, quality.name


def _faults(file: Inspected, rules: Rules, listed: frozenset[str], by: str | None) -> Iterator[QualityFault]:
    known = rules.by_id
    faults = file.faults.with_columns(pl.col("rule", "column", "other").cast(pl.String))
    wanted = faults.filter(pl.col("rule").is_in(sorted(listed)))
    for row in wanted.join(file.rows, on=ROW, how="left", maintain_order="left").iter_rows(named=True):
        rule, column, said, number = known[row["rule"]], row["column"] or "", row["words"], row["number"]
        if not said:
            said = rule.says.format_map({**row, "number": None if number is None else f"{number:,}"})
        elif row[ROW] and column not in ("", "case_id") and column not in said:
            said = f"{column}: {said}"  # said by the reader of the file, which found it
        yield QualityFault(
            *(file.source.name, row[ROW], row["case_id"], row.get(by) if by else None, rule.id),
            *(rule.severity, column, said, rule.try_),
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
    hits = [rule for rule in quality.rules if rule.faults]
    hits.sort(key=lambda rule: (SEVERITIES.index(rule.severity), -rule.faults))
    why = "why it matters"
    rows = (
        {"rule": rule.id, "severity": rule.severity, "faults": rule.faults}
        | {"rows": rule.rows or None, "%": rule.percent if rule.rows else None, why: rule.why}
        for rule in hits
    )
    after = [f"{count(len(quality.rules) - len(hits), 'rule')} found nothing."]
    if quality.not_looked_at:
        after.append(f"Not looked at, because no file has the columns: {listed(quality.not_looked_at)}.")
    if hits:
        after.append(f"To list the faults of a rule, add  --rule {hits[0].id}")
    yield table(
        f"Found: {count(len(hits), 'kind')} of fault" if hits else "Nothing found",
        rows,
        fixed=("severity",),
        text=(why,),
        optional=("rows", "%"),
        after=tuple(after),
        alarm=any(rule.severity == "error" for rule in hits),
    )
    if faults := quality.faults:
        columns = (
            *(column_of("row", kind="number"), CASE, column_of("fault")),
            *(column_of(name, optional=True) for name in ("try", "group", *(["file"] if several else ()))),
        )
        shown = f"{top:,} of {len(faults):,} shown" if top < len(faults) else f"{len(faults):,}"
        yield list_section(f"Faults: {shown}", columns, lines_of(faults[:top], QualityFault), None)


def _score(sizes: QualitySizes | QualityOf) -> str:
    return "no rows" if sizes.score is None else f"score {sizes.score:.1f} of 100"


def _sizes(title: str, heading: str, parts: Sequence[QualityOf]) -> Section:
    rows = (
        {
            heading: part.name,
            "rows": part.rows,
            "with error": part.with_error,
            "with warning": part.with_warning_only,
            "score": part.score,
        }
        for part in parts
    )
    return table(title, rows, text=(heading,))


def rule_sections(rules: Sequence[QualityRule]) -> Iterator[Section]:
    """Yield what is looked for, for a person."""
    why, source = "why it matters", "source"
    rows = (
        {"rule": rule.id, "severity": rule.severity, why: rule.why, source: rule.source} for rule in rules
    )
    title = f"What is looked for: {count(len(rules), 'rule')}"
    yield table(title, rows, fixed=("severity",), text=(why, source), after=SCORE)

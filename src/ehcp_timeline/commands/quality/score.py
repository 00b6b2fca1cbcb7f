"""How good the data of some files is: faults counted by rule, file and group, and a score to follow."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from ehcp_timeline.cases.schema import Vocabulary
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.quality.faults import QualityFault, faults_of
from ehcp_timeline.commands.quality.inspect import Inspected, inspect
from ehcp_timeline.commands.quality.rules import Rule, Rules

ALL_ROWS: Final = "Total"
NOT_RECORDED: Final = "not recorded"

Count = tuple[int, int]


@dataclass(frozen=True, slots=True)
class QualityScore:
    """The rows of one file, of all files or of a group, and their faults.

    Attributes:
        file: The file; empty for all of them.
        group: The group; `Total` for all rows.
        rows: Rows that are not blank.
        errors: Rows with an error.
        warnings: Rows with a warning and no error.
        counts: Rule id to its faults and the rows with one, for every rule that was looked at; a fault of a
            whole column stands on no row.
    """

    file: str
    group: str
    rows: int
    errors: int
    warnings: int
    counts: Mapping[str, Count]

    @property
    def score(self) -> float | None:
        """Return the score, 0 to 100; None where there are no rows."""
        return score(self.rows, self.errors, self.warnings)


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found in some files.

    Attributes:
        as_at: The day the files were looked through for.
        by: The column of the groups; None for none.
        rules: The rules that at least one file's columns allow, in their order.
        not_looked_at: The other rules, but for those of the Annex A list.
        inputs: The files, in the order in which they were given.
        whole: All rows.
        files: Each file, the worst score first.
        groups: Each group over all files, the worst score first.
        columns: Rule id to how many of its faults are in which column, the most first.
        faults: Those that were asked for, in file order.
    """

    as_at: date
    by: str | None
    rules: tuple[Rule, ...]
    not_looked_at: tuple[Rule, ...]
    inputs: tuple[Inspected, ...]
    whole: QualityScore
    files: tuple[QualityScore, ...]
    groups: tuple[QualityScore, ...]
    columns: Mapping[str, Mapping[str, int]]
    faults: tuple[QualityFault, ...]


def score(rows: int, errors: int, warnings: int) -> float | None:
    """Return how many of 100 rows are sound; a row that has only warnings counts half.

    100 * (rows - errors - warnings / 2) / rows, rounded down to one decimal, so that 100.0 means that no
    row has an error or a warning. Putting a row right never lowers it, spoiling one never raises it.
    Queries, and faults of a whole column, cost nothing.

    Args:
        rows: Rows that are not blank, judged or not.
        errors: Those with an error.
        warnings: Those with a warning and no error.

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
    by: str | None = None,
    listed: frozenset[str] = frozenset(),
    tell: Callable[[int], None] | None = None,
) -> Quality:
    """Look some files through, one after another.

    Args:
        sources: The files, opened; at least one.
        vocabulary: The columns that they may have.
        rules: What to look for.
        as_at: The day that the files were opened for.
        by: The column of the groups, if any.
        listed: The rules whose faults are to be listed one by one.
        tell: Told of the rows that have been read, as they are.

    Raises:
        CaseFileError: A file cannot be read.
    """
    keep = [*([by] if by else ()), *(["case_id"] if listed else ())]
    files = [
        inspect(source, vocabulary, rules, as_at, listed=listed, keep=keep, tell=tell) for source in sources
    ]
    looked_at = frozenset[str]().union(*(file_.looked_at for file_ in files))
    asked = tuple(rule for rule in rules.rules if rule.id in looked_at)
    standings = [_of_groups(file_, asked, None)[0] for file_ in files]
    grouped = [_of_groups(file_, asked, by) for file_ in files] if by else []
    return Quality(
        as_at=as_at,
        by=by,
        rules=asked,
        not_looked_at=tuple(rule for rule in rules.rules if rule.id not in looked_at and not rule.annex_a),
        inputs=tuple(files),
        whole=_added("", ALL_ROWS, standings),
        files=tuple(sorted(standings, key=_worst)),
        groups=_over_files(grouped),
        columns=_columns(files),
        faults=tuple(fault for file_ in files for fault in faults_of(file_, rules, listed, by)),
    )


def _worst(standing: QualityScore) -> tuple[float, str, str]:
    """Return what puts the worst score first, and what has no rows last."""
    return 101.0 if standing.score is None else standing.score, standing.group, standing.file


def _of_groups(file: Inspected, rules: Sequence[Rule], by: str | None) -> list[QualityScore]:
    """Return where each group of a file stands; the whole file where no group is asked for."""
    named = _named(file, by)
    on_rows = file.faults.filter(pl.col(ROW).is_not_null()).join(named, on=ROW, how="left")
    on_rows = on_rows.with_columns(pl.col("group").fill_null(ALL_ROWS if by is None else NOT_RECORDED))
    sizes = dict(named["group"].value_counts().iter_rows())
    spare = ALL_ROWS if by is None else NOT_RECORDED
    sizes[spare] = sizes.get(spare, 0) + file.not_judged
    counts = on_rows.group_by("group", pl.col("rule").cast(pl.String)).agg(
        pl.len(), pl.col(ROW).n_unique().alias("rows")
    )
    found: dict[tuple[str, str], Count] = {
        (group, rule): (n, rows) for group, rule, n, rows in counts.iter_rows()
    }
    if by is None:
        columns = file.faults.filter(pl.col(ROW).is_null())["rule"].cast(pl.String).value_counts()
        for rule, number in columns.iter_rows():
            n, rows = found.get((spare, rule), (0, 0))
            found[spare, rule] = n + number, rows
    bad = _bad_rows(on_rows, rules)
    return [
        QualityScore(
            file.name,
            group,
            rows,
            bad.get((group, "error"), 0),
            bad.get((group, "warning"), 0),
            {rule.id: found.get((group, rule.id), (0, 0)) for rule in rules if rule.id in file.looked_at},
        )
        for group, rows in sorted(sizes.items())
        if rows or by is None
    ]


def _named(file: Inspected, by: str | None) -> pl.DataFrame:
    """Return `row` and `group` of each judged row."""
    if by is None:
        group = pl.lit(ALL_ROWS)
    elif by in file.rows.columns:
        group = pl.col(by).fill_null(NOT_RECORDED)
    else:
        group = pl.lit(NOT_RECORDED)
    return file.rows.select(ROW, group.alias("group"))


def _bad_rows(on_rows: pl.DataFrame, rules: Sequence[Rule]) -> dict[tuple[str, str], int]:
    """Return how many rows of each group have which severity at the worst, queries left out."""
    places = {rule.id: {"error": 0, "warning": 1}.get(rule.severity, 2) for rule in rules}
    worst = (
        on_rows.select(
            "group", ROW, pl.col("rule").cast(pl.String).replace_strict(places, return_dtype=pl.UInt8)
        )
        .group_by("group", ROW)
        .agg(pl.col("rule").min())
    )
    counts = worst.group_by("group", "rule").len()
    return {
        (group, ("error", "warning", "query")[place]): number for group, place, number in counts.iter_rows()
    }


def _added(file: str, group: str, standings: Sequence[QualityScore]) -> QualityScore:
    """Return standings added up."""
    counts: dict[str, Count] = {}
    for standing in standings:
        for rule, (faults, rows) in standing.counts.items():
            held = counts.get(rule, (0, 0))
            counts[rule] = held[0] + faults, held[1] + rows
    return QualityScore(
        file,
        group,
        sum(one.rows for one in standings),
        sum(one.errors for one in standings),
        sum(one.warnings for one in standings),
        counts,
    )


def _over_files(grouped: Sequence[Sequence[QualityScore]]) -> tuple[QualityScore, ...]:
    """Return each group over all files, the worst first."""
    names = {standing.group for standings in grouped for standing in standings}
    added = [
        _added("", name, [one for part in grouped for one in part if one.group == name]) for name in names
    ]
    return tuple(sorted(added, key=_worst))


def _columns(files: Sequence[Inspected]) -> dict[str, dict[str, int]]:
    """Return how many faults of each rule are in which column, the most first."""
    counts: Counter[tuple[str, str]] = Counter()
    for file in files:
        names = file.faults.select(pl.col("rule", "column").cast(pl.String).fill_null(""))
        counts.update(
            {(rule, column): n for rule, column, n in names.group_by("rule", "column").len().iter_rows()}
        )
    found: dict[str, dict[str, int]] = {}
    for (rule, column), number in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        if column:
            found.setdefault(rule, {})[column] = number
    return found

"""Checks one case file by the quality rules: row by row, and as a whole or group by group."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import compress, groupby
from operator import itemgetter
from typing import Any, Final

import polars as pl

from ehcp_timeline.audit.selection import WHOSE
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, blank_words
from ehcp_timeline.cases.cells.vectorised import clean_text
from ehcp_timeline.cases.formats.annex_a import OPEN_REVIEW, is_list_1
from ehcp_timeline.cases.headers import fold, one_line
from ehcp_timeline.cases.model import UNREAD, Column, Vocabulary, heading_of
from ehcp_timeline.cases.sheet import ROW, Batch
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.clock import is_weekend
from ehcp_timeline.commands.quality import rules as checks
from ehcp_timeline.commands.quality.rules import EVERY_OTHER, Rule, Rules
from ehcp_timeline.measure.kpi.groups import age_on
from ehcp_timeline.record import record

Columns = Mapping[str, Column]

BIRTH: Final = "date_of_birth"
AS_AT: Final = "as-at"
FAULT: Final[Mapping[str, pl.DataType]] = {
    "rule": pl.Categorical(),
    "column": pl.Categorical(),
    "other": pl.Categorical(),
    ROW: pl.UInt32(),
    "first": pl.Date(),
    "second": pl.Date(),
    "number": pl.Int32(),
    "words": pl.String(),
}
WHOLE_FILE: Final = "the whole file"
_KEY: Final = "key"
ColumnFault = Mapping[str, Any]


@record(frozen=True, slots=True, eq=False)
class ColumnCheck:
    """One check of one column.

    Attributes:
        column: The column at fault; empty where the row is.
        when: Whether a row has the fault.
        other: The column that it is compared with.
        first: The earlier of the two dates that are shown.
        second: The later; as a rule the cell's own.
    """

    column: str
    when: pl.Expr
    other: str = ""
    first: pl.Expr | None = None
    second: pl.Expr | None = None
    number: pl.Expr | None = None


def _row_faults(by_rule: Sequence[tuple[str, ColumnCheck]], frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the faults of some rows by the checks of each rule, laid out as `FAULT`."""
    if not by_rule:
        return
    hit = frame.select(check.when.any().alias(str(n)) for n, (_, check) in enumerate(by_rule)).row(0)
    for rule, check in compress(by_rule, hit):
        shown = {"first": check.first, "second": check.second, "number": check.number}
        values = {name: value for name, value in shown.items() if value is not None}
        faulty = frame.filter(check.when)
        yield laid_out(
            faulty.select(ROW, column=pl.lit(check.column), other=pl.lit(check.other), **values), rule
        )


def laid_out(faults: pl.DataFrame, rule: str = "") -> pl.DataFrame:
    """Return faults with every column of `FAULT`; those of one rule need not name it."""
    there = faults.with_columns(rule=pl.lit(rule)) if rule else faults
    return there.select(
        (pl.col(name) if name in there.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in FAULT.items()
    )


def names_held(names: Sequence[str], columns: Columns) -> list[str]:
    """Return those of some names that are columns of the file."""
    return [name for name in names if name in columns]


def filled(name: str) -> pl.Expr:
    """Return whether a cell holds something, also something that cannot be read."""
    return pl.col(name).is_not_null() | pl.col(f"{name}?")


def any_filled(names: Sequence[str]) -> pl.Expr:
    """Return whether one of these cells holds something."""
    return pl.any_horizontal(filled(name) for name in names)


def _column_checks(check: checks.Check, columns: Columns, as_at: date) -> Iterator[ColumnCheck]:
    """Yield what a check comes to in a file with these columns: nothing where it lacks one that it needs."""
    events = [column for column in columns.values() if column.kind == "event"]
    match check:
        case checks.DateOrderRule():
            for first, second in check.pairs:
                if {first, second} <= columns.keys():
                    begin, end = pl.col(first), pl.col(second)
                    yield ColumnCheck(second, end < begin, first, begin, end)
        case checks.Needs(on="row"):
            yield from _needs(check, columns)
        case checks.Weeks() | checks.Open():
            yield from _weeks(check, columns, as_at)
        case checks.Age() | checks.Lacks():
            yield from _of_child(check, columns, as_at)
        case "future":
            happened = (column.id for column in events if not (column.planned or column.sets_due))
            yield from (ColumnCheck(name, pl.col(name) > as_at, second=pl.col(name)) for name in happened)
        case checks.Day():
            days = ((column.id, pl.col(column.id)) for column in events)
            yield from (
                ColumnCheck(name, (day.dt.month() == check.month) & (day.dt.day() == check.day), second=day)
                for name, day in days
            )
        case checks.PatternRule():
            yield from (
                ColumnCheck(name, ~pl.col(name).str.contains(check.pattern))
                for name in names_held(check.columns, columns)
            )


def _needs(check: checks.Needs, columns: Columns) -> Iterator[ColumnCheck]:
    enough, where = names_held(check.any_of, columns), names_held(check.where, columns)
    if not enough or (check.where and not where):
        return
    lacking = ~any_filled(enough)
    if where:
        lacking &= any_filled(where)
    for name in names_held(check.when, columns):
        at_fault = enough[0] if len(check.any_of) == 1 else name
        yield ColumnCheck(at_fault, filled(name) & lacking, name)


def _weeks(check: checks.Weeks | checks.Open, columns: Columns, as_at: date) -> Iterator[ColumnCheck]:
    begin = names_held(check.begin, columns)
    if not begin:
        return
    first = pl.min_horizontal(begin)
    if isinstance(check, checks.Open):
        weeks = (pl.lit(as_at) - first).dt.total_days() // 7
        if unless := names_held(check.unless, columns):
            when = (weeks > check.over) & ~any_filled(unless)
            yield ColumnCheck(begin[0], when, first=first, number=weeks)
        return
    for name in names_held(check.to, columns):
        weeks = (pl.col(name) - first).dt.total_days() // 7
        when = weeks > check.over if check.over is not None else weeks.is_between(0, (check.under or 0) - 1)
        yield ColumnCheck(name, when, begin[0], first, pl.col(name), weeks)


def _of_child(check: checks.Age | checks.Lacks, columns: Columns, as_at: date) -> Iterator[ColumnCheck]:
    """Yield the check of an age, or of what is asked of children of some ages."""
    on = check.on if isinstance(check, checks.Age) and check.on != AS_AT else ""
    years = age_on(pl.col(on) if on else pl.lit(as_at))
    if isinstance(check, checks.Age):
        if BIRTH in columns and (not on or on in columns):
            when = years.is_between(check.least, check.most)
            if unless := names_held(check.unless, columns):
                when &= ~any_filled(unless)
            yield ColumnCheck(BIRTH, when, on, number=years)
    elif (held := names_held(check.columns, columns)) and (BIRTH in columns or not check.ages):
        when = ~any_filled(held)
        if check.ages:
            when &= years.is_between(*check.ages).fill_null(value=False)
        yield ColumnCheck(held[0], when)


@record(frozen=True, slots=True)
class Inspected:
    """One file that was looked through.

    Attributes:
        source: The file; every row of it has been read.
        faults: As `FAULT`, in file order; `row` is null where a column or the file is meant.
        rows: `row` of each judged row, and the columns that were asked for.
        looked_at: The rules that the file's columns allow.
    """

    source: CaseFile
    faults: pl.DataFrame
    rows: pl.DataFrame
    looked_at: frozenset[str]


def inspect(
    source: CaseFile,
    vocabulary: Vocabulary,
    rules: Rules,
    as_at: date,
    *,
    listed: Collection[str] = (),
    keep: Sequence[str] = (),
    tell: Callable[[int], None] | None = None,
) -> Inspected:
    """Check a file, and keep some columns of every row.

    The reader's own faults are kept for the rules that are `listed`; `tell` is called with the rows of each
    batch.

    Raises:
        CaseFileError: The file cannot be read.
    """
    headings = [heading.text for heading in source.headings]
    annex_a = is_list_1(headings)
    known = {**rules.elsewhere, **(rules.annex_a if annex_a else {})}
    extras = {str(place): known[fold(text)] for place, text in enumerate(headings) if fold(text) in known}
    columns: Columns = {
        **{name: column for name, column in vocabulary.columns.items() if name in source.columns},
        **{extra.id: extra for extra in extras.values()},
    }
    asked = [rule for rule in rules.rules if annex_a or not rule.annex_a]
    by_row = [(rule.id, check) for rule in asked for check in _column_checks(rule.check, columns, as_at)]
    whole = FileChecks(asked, columns)
    # A problem that the reader named breaks this rule; none where a rule looks for such problems itself.
    broken = {rule.id: "" for rule in asked if not isinstance(rule.check, checks.Found)}
    named = {rule.id: rule.check.ids for rule in asked if isinstance(rule.check, checks.Found)}
    broken |= {problem: rule for rule, problems in named.items() for problem in problems}
    faults: list[pl.DataFrame] = []
    rows: list[pl.DataFrame] = []
    for batch in source.batches():
        frame = _with_cells(batch, columns, extras)
        of_reader = [
            (rule, problem.column, problem.row or None, problem.problem if rule in listed else None)
            for problem in batch.problems
            if (rule := broken.get(problem.rule, broken[EVERY_OTHER]))
        ]
        faults += (
            laid_out(pl.DataFrame(of_reader, ("rule", "column", ROW, "words"), orient="row")),
            *_row_faults(by_row, frame),
            *_under_unread(batch.frame),
        )
        whole.add(frame)
        rows.append(frame.select(ROW, *(name for name in keep if name in source.columns)))
        if tell is not None:
            tell(batch.read)
    faults += whole.find(source, annex_a=annex_a)
    return Inspected(
        source,
        pl.concat(faults).sort(ROW, nulls_last=True, maintain_order=True),
        pl.concat(rows),
        whole.looked_at | named.keys() | {rule for rule, _ in by_row},
    )


def _with_cells(batch: Batch, columns: Columns, extras: Columns) -> pl.DataFrame:
    """Return the judged rows with the columns that only the rules know.

    `column?` says whether its cell holds something that cannot be read.
    """
    none = pl.lit(value=False)
    unread = {
        f"{name}?": pl.col(ROW).is_in(batch.unreadable[name].implode()) if name in batch.unreadable else none
        for name in columns
    }
    frame = batch.frame.with_columns(**unread)
    if not extras:
        return frame
    cells, blanks = batch.cells, blank_words(DEFAULT_BLANKS)
    texts = (clean_text(cells[place], blanks).alias(extra.id) for place, extra in extras.items())
    return frame.join(cells.select(ROW, *texts), on=ROW, how="left", maintain_order="left")


def _under_unread(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows with a date under each heading that is not read and may decide a deadline."""
    names = sorted((name.partition(UNREAD) for name in frame.columns if UNREAD in name), key=itemgetter(2))
    for _, same in groupby(names, key=itemgetter(2)):
        columns = ["".join(name) for name in same]
        rows = frame.filter(pl.any_horizontal(pl.col(columns).is_not_null()))
        event = columns[0].partition(UNREAD)[0] or "any event"
        heading = pl.lit(one_line(heading_of(columns[0])))
        yield laid_out(rows.select(ROW, column=pl.lit(event), other=heading), "unread-heading")


class FileChecks:
    """The rules that are checked for one file as a whole; rules across rows keep a few bytes a row.

    Attributes:
        looked_at: The rules that the file's columns allow.
    """

    def __init__(self, rules: Sequence[Rule], columns: Columns) -> None:
        self._rules = [rule for rule in rules if _is_for(rule.check, columns)]
        self._columns = columns
        self._kept = defaultdict[str, list[pl.DataFrame]](list)
        self._having = defaultdict[str, list[pl.DataFrame]](list)
        self._days = {name: Counter[date]() for name, column in columns.items() if column.kind == "event"}
        self.looked_at = frozenset(rule.id for rule in self._rules)

    def add(self, frame: pl.DataFrame) -> None:
        """Count some rows, and keep what is compared across rows."""
        for rule in self._rules:
            match rule.check:
                case checks.Same() as check:  # the hash of what must agree, and that of what must differ
                    whole = frame.filter(pl.all_horizontal(pl.col(*check.columns).is_not_null()))
                    texts = [
                        pl.col(name).str.to_lowercase() if frame.schema[name] == pl.String else pl.col(name)
                        for name in check.columns
                    ]
                    apart = pl.col(check.apart).hash() if check.apart else pl.col(ROW).cast(pl.UInt64)
                    keys = pl.struct(texts).hash().alias(_KEY), apart.alias("apart")
                    self._kept[rule.id].append(whole.select(ROW, *keys))
                case checks.Needs() as check:
                    key = pl.col("case_id").hash().alias(_KEY)
                    enough = any_filled(names_held(check.any_of, self._columns))
                    self._having[rule.id].append(frame.filter(enough).select(key).unique())
                    for name in names_held(check.when, self._columns):
                        lacking = frame.filter(filled(name) & ~enough)
                        at_fault = pl.lit(name, pl.Categorical).alias("column")
                        self._kept[rule.id].append(lacking.select(key, at_fault, ROW))
                case checks.Always() as check:  # the rows of the file and of each group, and those flagged
                    rows = frame.filter(any_filled(names_held(check.when, self._columns)))
                    flagged = pl.col(check.flag).fill_null(value=False).sum()
                    for column in ("", *names_held(WHOSE, self._columns)):
                        group = (pl.col(column) if column else pl.lit(WHOLE_FILE)).alias("name")
                        counts = rows.group_by(group).agg(pl.len().alias("number"), flagged.alias("flagged"))
                        of_group = counts.drop_nulls("name").select(pl.lit(column).alias("group"), pl.all())
                        self._kept[rule.id].append(of_group)
                case _:
                    pass
        for name, days in self._days.items():
            days.update(dict(frame[name].drop_nulls().value_counts().iter_rows()))

    def find(self, source: CaseFile, *, annex_a: bool) -> Iterator[pl.DataFrame]:
        """Yield the faults, laid out as `FAULT`, when every row has been added."""
        for rule in self._rules:
            match rule.check:
                case checks.Same() as check:  # a row that agrees with an earlier one, and the first of those
                    keyed = pl.concat(self._kept[rule.id])
                    earliest = keyed.sort(ROW).group_by(_KEY, maintain_order=True).first()
                    first = earliest.select(_KEY, pl.col(ROW).alias("number"), pl.col("apart").alias("whose"))
                    again = keyed.join(first, on=_KEY).filter(pl.col("apart") != pl.col("whose")).sort(ROW)
                    yield laid_out(again.with_columns(column=pl.lit(check.columns[-1])), rule.id)
                case checks.Needs():
                    kept, having = pl.concat(self._kept[rule.id]), pl.concat(self._having[rule.id])
                    yield laid_out(kept.join(having, on=_KEY, how="anti").sort(ROW), rule.id)
                case check:
                    faults = list(self._of_columns(rule.id, check, source, annex_a=annex_a))
                    kinds = {name: FAULT[name] for name in ("column", "other", "first", "number")}
                    yield laid_out(pl.DataFrame(faults, kinds), rule.id)

    def _of_columns(
        self, rule: str, check: checks.Check, source: CaseFile, *, annex_a: bool
    ) -> Iterator[ColumnFault]:
        match check:
            case checks.Crowded():  # columns of which too many dates are one day, or in no office's week
                for name, days in self._days.items():
                    first, number = None, sum(n for day, n in days.items() if is_weekend(day))
                    if check.days == "one day":
                        first, number = min(
                            days.items(), key=lambda item: (-item[1], item[0]), default=(None, 0)
                        )
                    dates = days.total()
                    if dates >= check.least and number * 100 > dates * check.percent:
                        yield {"column": name, "first": first, "number": number}
            case checks.Always():  # the file if the flag is on every row; otherwise the groups in which it is
                sums = pl.concat(self._kept[rule]).group_by("group", "name").sum().sort("group", "name")
                on_all = pl.col("number") == pl.col("flagged")
                always = sums.filter(on_all & (pl.col("number") >= check.least))
                whole = always.filter(pl.col("group") == "")
                for group, name, number, _ in (always if whole.is_empty() else whole).iter_rows():
                    yield {"column": check.flag, "other": f"{group} {name}".strip(), "number": number}
            case "empty":
                yield from (
                    {"column": name}
                    for name, counts in source.counts.items()
                    if not (counts.filled or counts.unreadable) and (counts.empty or counts.blank_words)
                    if not (annex_a and name == OPEN_REVIEW)
                )
            case "blanks":
                words = {name: counts.blank_words.total() for name, counts in source.counts.items()}
                yield from ({"column": name, "number": number} for name, number in words.items() if number)
            case _:  # headings that look like a column; those that decide a deadline are faults of their rows
                decides = {heading.position: column.decides for heading, column in source.unread}
                yield from (
                    {
                        "column": (*heading.may_be, *heading.suggestions, "any event")[0],
                        "other": one_line(heading.text),
                    }
                    for heading in source.headings
                    if heading.position in decides or (heading.column is None and heading.suggestions)
                    if not decides.get(heading.position)
                )


def _is_for(check: checks.Check, columns: Columns) -> bool:
    """Return whether a check is one of a whole file, and the file has the columns that it needs."""
    match check:
        case checks.Same():
            return {*check.columns, *filter(None, [check.apart])} <= columns.keys()
        case checks.Needs(on="case"):
            return bool({*check.when} & columns.keys() and {*check.any_of} & columns.keys())
        case checks.Always():
            return check.flag in columns and bool({*check.when} & columns.keys())
        case checks.Crowded():
            return any(column.kind == "event" for column in columns.values())
        case _:
            return check in ("empty", "blanks", "heading")

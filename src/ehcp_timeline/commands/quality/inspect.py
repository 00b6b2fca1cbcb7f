"""Looks one case file through by the quality rules: row by row, and as a whole or group by group."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import polars as pl

from ehcp_timeline.cases.batch import Batch
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, blank_words
from ehcp_timeline.cases.cells.vectorised import clean_text
from ehcp_timeline.cases.formats.annex_a import is_list_1
from ehcp_timeline.cases.headers import fold, one_line
from ehcp_timeline.cases.model import UNREAD, Problem, heading_of
from ehcp_timeline.cases.schema import Column, Vocabulary
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.quality.row_checks import FAULT, RowChecks, any_filled, filled, laid_out
from ehcp_timeline.commands.quality.rules import (
    EVERY_OTHER,
    Always,
    Blanks,
    Check,
    Empty,
    Found,
    Needs,
    OneDay,
    Rule,
    Rules,
    Same,
    UnreadHeading,
    Weekend,
)

GROUPS: Final = ("district", "team", "caseworker")
WHOLE_FILE: Final = "the whole file"
_SATURDAY: Final = 5
_NOT_OF_FILE: Final = "review_decided"  # laid beside the Annex A list, blank
_KEY: Final = "key"


class FileChecks:
    """The rules that are put to one file as a whole; it keeps some bytes a row for those across rows.

    Attributes:
        looked_at: The rules that the file's columns allow.
    """

    def __init__(self, rules: Sequence[Rule], columns: Mapping[str, Column]) -> None:
        """Get ready for a file with these columns."""
        self._rules = [rule for rule in rules if _is_for(rule.check, columns)]
        self._columns = columns
        self._kept: dict[str, list[pl.DataFrame]] = {}
        self._having: dict[str, list[pl.DataFrame]] = {}
        self._days: dict[str, Counter[date]] = {}
        self._plans: Counter[tuple[str, str]] = Counter()
        self._flagged: Counter[tuple[str, str]] = Counter()
        self.looked_at = frozenset(rule.id for rule in self._rules)

    def add(self, frame: pl.DataFrame) -> None:
        """Take note of some rows."""
        for rule in self._rules:
            match rule.check:
                case Same():
                    self._kept.setdefault(rule.id, []).append(_keyed(rule.check, frame))
                case Needs():
                    self._add_needs(rule.id, rule.check, frame)
                case Always():
                    self._add_flags(rule.check, frame)
                case _:
                    pass
        for name, column in self._columns.items():
            if column.kind == "event":
                counts = frame[name].drop_nulls().value_counts()
                self._days.setdefault(name, Counter()).update(dict(counts.iter_rows()))

    def find(self, source: CaseFile, *, annex_a: bool) -> Iterator[pl.DataFrame]:
        """Yield the faults, laid out as `FAULT`, when every row has been added."""
        for rule in self._rules:
            match rule.check:
                case Same():
                    yield _again(rule.id, rule.check, pl.concat(self._kept[rule.id]))
                case Needs():
                    kept, having = pl.concat(self._kept[rule.id]), pl.concat(self._having[rule.id])
                    yield laid_out(kept.join(having, on=_KEY, how="anti").sort(ROW), rule.id)
                case _:
                    faults = list(self._of_columns(rule.check, source, annex_a=annex_a))
                    kinds = {name: FAULT[name] for name in ("column", "other", "first", "number")}
                    yield laid_out(pl.DataFrame(faults, kinds), rule.id)

    def _add_needs(self, rule: str, check: Needs, frame: pl.DataFrame) -> None:
        key = pl.col("case_id").hash().alias(_KEY)
        enough = any_filled([name for name in check.any_of if name in self._columns])
        self._having.setdefault(rule, []).append(frame.filter(enough).select(key).unique())
        for name in (name for name in check.when if name in self._columns):
            lacking = frame.filter(filled(name) & ~enough)
            column = pl.lit(name, pl.Categorical).alias("column")
            self._kept.setdefault(rule, []).append(lacking.select(key, column, ROW))

    def _add_flags(self, check: Always, frame: pl.DataFrame) -> None:
        when = any_filled([name for name in check.when if name in self._columns])
        rows = frame.filter(when)
        yes = rows.filter(pl.col(check.flag).fill_null(value=False))
        for counter, some in ((self._plans, rows), (self._flagged, yes)):
            counter["", WHOLE_FILE] += some.height
            for column in (name for name in GROUPS if name in self._columns):
                for name, number in some[column].drop_nulls().value_counts().iter_rows():
                    counter[column, name] += number

    def _of_columns(self, check: Check, source: CaseFile, *, annex_a: bool) -> Iterator[Mapping[str, Any]]:
        match check:
            case OneDay() | Weekend():
                yield from self._crowded(check)
            case Always():
                yield from self._always(check)
            case Empty():
                yield from (
                    {"column": name}
                    for name, counts in source.counts.items()
                    if not (counts.filled or counts.unreadable) and (counts.empty or counts.blank_words)
                    if not (annex_a and name == _NOT_OF_FILE)
                )
            case Blanks():
                for name, counts in source.counts.items():
                    if number := counts.blank_words.total():
                        yield {"column": name, "number": number}
            case _:
                decides = {column.heading.position: column.decides for column in source.unread}
                for heading in source.understood.headings:
                    is_unread = heading.position in decides or (
                        heading.column is None and heading.suggestions
                    )
                    if is_unread and not decides.get(heading.position):  # the others are faults of their rows
                        possible = (*heading.may_be, *heading.suggestions, "any event")
                        yield {"column": possible[0], "other": one_line(heading.text)}

    def _crowded(self, check: OneDay | Weekend) -> Iterator[Mapping[str, Any]]:
        """Yield the columns of which too many dates are one day, or in no office's week."""
        for name, days in self._days.items():
            dates = days.total()
            if isinstance(check, OneDay):
                first, number = min(days.items(), key=lambda item: (-item[1], item[0]), default=(None, 0))
            else:
                first, number = None, sum(n for day, n in days.items() if day.weekday() >= _SATURDAY)
            if dates >= check.least and number * 100 > dates * check.percent:
                yield {"column": name, "first": first, "number": number}

    def _always(self, check: Always) -> Iterator[Mapping[str, Any]]:
        """Yield the file if the flag is on every row; otherwise the groups in which it is."""
        always = [
            (place, number)
            for place, number in self._plans.items()
            if number >= check.least and self._flagged[place] == number
        ]
        whole = [alway for alway in always if alway[0] == ("", WHOLE_FILE)]
        for (column, name), number in whole or sorted(always):
            yield {"column": check.flag, "other": f"{column} {name}".strip(), "number": number}


def _is_for(check: Check, columns: Mapping[str, Column]) -> bool:
    """Return whether a check is one of a whole file, and the file has the columns that it needs."""
    match check:
        case Same():
            return {*check.columns, *filter(None, [check.apart])} <= columns.keys()
        case Needs(on="case"):
            return bool({*check.when} & columns.keys() and {*check.any_of} & columns.keys())
        case Always():
            return check.flag in columns and bool({*check.when} & columns.keys())
        case OneDay() | Weekend():
            return any(column.kind == "event" for column in columns.values())
        case Empty() | Blanks() | UnreadHeading():
            return True
        case _:
            return False


def _keyed(check: Same, frame: pl.DataFrame) -> pl.DataFrame:
    """Return `row`, the hash of what must agree and that of what must differ."""
    whole = frame.filter(pl.all_horizontal(pl.col(*check.columns).is_not_null()))
    texts = [
        pl.col(name).str.to_lowercase() if frame.schema[name] == pl.String else pl.col(name)
        for name in check.columns
    ]
    apart = pl.col(check.apart).hash() if check.apart else pl.col(ROW).cast(pl.UInt64)
    return whole.select(ROW, pl.struct(texts).hash().alias(_KEY), apart.alias("apart"))


def _again(rule: str, check: Same, keyed: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that agree with an earlier one, each with the first of those."""
    earliest = keyed.sort(ROW).group_by(_KEY, maintain_order=True).first()
    first = earliest.select(_KEY, pl.col(ROW).alias("number"), pl.col("apart").alias("whose"))
    again = keyed.join(first, on=_KEY).filter(pl.col("apart") != pl.col("whose")).sort(ROW)
    return laid_out(again.with_columns(column=pl.lit(check.columns[-1])), rule)


@dataclass(frozen=True, slots=True)
class Inspected:
    """One file that was looked through.

    Attributes:
        source: The file; every row of it has been read.
        faults: As `row_checks.FAULT`, in file order; `row` is null where a column or the file is meant.
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
    """Look a file through, and keep some columns of every row.

    What the reader of the file says of a fault is kept for the rules that are `listed`; `tell` is told the
    rows of each batch.

    Raises:
        CaseFileError: The file cannot be read.
    """
    headings = [heading.text for heading in source.understood.headings]
    annex_a = is_list_1(headings)
    known = {**rules.elsewhere, **(rules.annex_a if annex_a else {})}
    extras = {str(place): known[fold(text)] for place, text in enumerate(headings) if fold(text) in known}
    columns: Mapping[str, Column] = {
        **{name: column for name, column in vocabulary.columns.items() if name in source.columns},
        **{extra.id: extra for extra in extras.values()},
    }
    asked = [rule for rule in rules.rules if annex_a or not rule.annex_a]
    by_row, whole = RowChecks(asked, columns, as_at), FileChecks(asked, columns)
    named = {rule.id: rule.check.ids for rule in asked if isinstance(rule.check, Found)}
    meant = {rule.id: "" for rule in asked if rule.id not in named}  # they look for such problems themselves
    meant |= {problem: rule for rule, problems in named.items() for problem in problems}
    faults: list[pl.DataFrame] = []
    rows: list[pl.DataFrame] = []
    for batch in source.batches():
        frame = _with_cells(batch, columns, extras)
        reader_problems = _of_reader(batch.problems, meant, frozenset(listed))
        faults += (
            laid_out(pl.DataFrame(list(reader_problems), ("rule", "column", ROW, "words"), orient="row")),
            *by_row.find(frame),
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
        by_row.looked_at | whole.looked_at | named.keys(),
    )


def _under_unread(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows with a date under each heading that is not read and may decide a deadline."""
    names = sorted((name.partition(UNREAD) for name in frame.columns if UNREAD in name), key=itemgetter(2))
    for _, same in groupby(names, key=itemgetter(2)):
        columns = ["".join(name) for name in same]
        rows = frame.filter(pl.any_horizontal(pl.col(columns).is_not_null()))
        event = columns[0].partition(UNREAD)[0] or "any event"
        heading = pl.lit(one_line(heading_of(columns[0])))
        yield laid_out(rows.select(ROW, column=pl.lit(event), other=heading), "unread-heading")


def _with_cells(batch: Batch, columns: Mapping[str, Column], extras: Mapping[str, Column]) -> pl.DataFrame:
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
    seriess = (clean_text(cells[place], blanks).alias(extra.id) for place, extra in extras.items())
    return frame.join(cells.select(ROW, *seriess), on=ROW, how="left", maintain_order="left")


def _of_reader(
    problems: Sequence[Problem], meant: Mapping[str, str], listed: Collection[str]
) -> Iterator[tuple[str, str, int | None, str | None]]:
    """Yield rule, column, row and words of the problems that the reader of the file named.

    `meant` is the id of such a problem to the rule that it breaks, empty where a rule looks for it itself.
    """
    for problem in problems:
        if rule := meant.get(problem.rule, meant[EVERY_OTHER]):
            words = problem.problem if rule in listed else None
            yield rule, problem.column, problem.row or None, words

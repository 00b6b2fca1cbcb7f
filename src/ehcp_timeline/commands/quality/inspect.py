"""Looks one case file through by the quality rules: every fault, and the rows on which it stands."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

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
from ehcp_timeline.commands.quality.file_checks import FileChecks
from ehcp_timeline.commands.quality.row_checks import RowChecks, laid_out
from ehcp_timeline.commands.quality.rules import EVERY_OTHER, Found, Rules


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

"""Looks one case file through by the quality rules: every fault, and the rows on which it stands."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from ehcp_timeline.cases.batch import Batch
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, blank_words
from ehcp_timeline.cases.cells.vectorised import clean_text
from ehcp_timeline.cases.formats.annex_a import is_list_1
from ehcp_timeline.cases.headers import fold
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.schema import Column, Vocabulary
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.quality.file_checks import FileChecks
from ehcp_timeline.commands.quality.row_checks import FAULT, RowChecks
from ehcp_timeline.commands.quality.rules import EVERY_OTHER, Found, Rule, Rules


class QualityFrames:
    """Makes the frames of one file.

    Attributes:
        columns: Column id to column, as far as the file has them.
        annex_a: Whether the file is the Annex A list.
    """

    def __init__(self, source: CaseFile, vocabulary: Vocabulary, rules: Rules) -> None:
        """Find the columns of an opened file."""
        self._blanks = blank_words(DEFAULT_BLANKS)
        headings = [heading.text for heading in source.understood.headings]
        self.annex_a = is_list_1(headings)
        known = {**rules.elsewhere, **(rules.annex_a if self.annex_a else {})}
        extras = ((str(place), known.get(fold(text))) for place, text in enumerate(headings))
        self._extras = {place: one for place, one in extras if one}
        self.columns: Mapping[str, Column] = {
            **{name: one for name, one in vocabulary.columns.items() if name in source.columns},
            **{extra.id: extra for extra in self._extras.values()},
        }

    def frame(self, batch: Batch) -> pl.DataFrame:
        """Return the judged rows; `column?` says whether its cell holds something that cannot be read."""
        none = pl.lit(value=False)
        unread = (
            (pl.col(ROW).is_in(batch.unreadable[name].implode()) if name in batch.unreadable else none).alias(
                f"{name}?"
            )
            for name in self.columns
        )
        frame = batch.frame.with_columns(unread)
        if not self._extras:
            return frame
        cells = batch.cells
        found = (clean_text(cells[place], self._blanks).alias(one.id) for place, one in self._extras.items())
        return frame.join(cells.select(ROW, *found), on=ROW, how="left", maintain_order="left")


@dataclass(frozen=True, slots=True)
class Inspected:
    """One file that was looked through. Rows add up: `read` = `judged` + `not_judged`.

    Attributes:
        name: The file.
        sha256: Of its bytes, in hexadecimal.
        read: Rows that are not blank.
        judged: Rows that every command judges.
        not_judged: The others; each has a fault.
        faults: As `row_checks.FAULT`, in file order; `row` is null where a column or the file is meant.
        rows: `row` of each judged row, and the columns that were asked for.
        looked_at: The rules that the file's columns allow.
    """

    name: str
    sha256: str
    read: int
    judged: int
    not_judged: int
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
    """Look a file through.

    Args:
        source: The file, opened.
        vocabulary: The columns that it may have.
        rules: What to look for.
        as_at: The day that the file was opened for.
        listed: Rules whose faults will be listed: what the reader says of each is kept with it.
        keep: Columns to keep of every row, as those of a group.
        tell: Told of the rows of each batch.

    Raises:
        CaseFileError: The file cannot be read.
    """
    frames = QualityFrames(source, vocabulary, rules)
    asked = [rule for rule in rules.rules if frames.annex_a or not rule.annex_a]
    by_row, whole = RowChecks(asked, frames.columns, as_at), FileChecks(asked, frames.columns)
    named = _Named(asked, listed)
    kept = [name for name in keep if name in source.columns]
    faults: list[pl.DataFrame] = []
    rows: list[pl.DataFrame] = []
    sizes: Counter[str] = Counter()
    for batch in source.batches():
        frame = frames.frame(batch)
        faults += (named.faults(batch.problems), *by_row.find(frame))
        whole.add(frame)
        rows.append(frame.select(ROW, *kept))
        if tell is not None:
            tell(batch.read)
        sizes.update(read=batch.read, judged=batch.judged, not_judged=batch.not_judged)
    faults += whole.find(source, annex_a=frames.annex_a)
    looked_at = by_row.looked_at | whole.looked_at | named.looked_at
    told = pl.concat(faults).sort(ROW, nulls_last=True, maintain_order=True)
    return Inspected(
        name=source.name,
        sha256=source.sha256,
        faults=told,
        rows=pl.concat(rows),
        looked_at=looked_at,
        **sizes,
    )


class _Named:
    """The rules that stand for problems which the reader of the file has named already."""

    def __init__(self, rules: Sequence[Rule], listed: Collection[str]) -> None:
        found = {rule.id: rule.check.ids for rule in rules if isinstance(rule.check, Found)}
        self._rules: Mapping[str, str] = {name: rule for rule, ids in found.items() for name in ids}
        self._own = frozenset(rule.id for rule in rules) - found.keys()
        self._listed = frozenset(listed)
        self.looked_at = frozenset(found)

    def faults(self, problems: Sequence[Problem]) -> pl.DataFrame:
        """Return the faults that some problems are; not those that a rule of its own looks for."""
        told = list(self._told(problems))
        columns = {
            name: [one[place] for one in told] for place, name in enumerate(("rule", "column", ROW, "words"))
        }
        frame = pl.DataFrame(columns, schema={name: FAULT[name] for name in columns})
        return frame.select(
            (pl.col(name) if name in columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in FAULT.items()
        )

    def _told(self, problems: Sequence[Problem]) -> Iterator[tuple[str, str, int | None, str | None]]:
        for problem in problems:
            if problem.rule not in self._own:
                rule = self._rules.get(problem.rule) or self._rules[EVERY_OTHER]
                yield (
                    rule,
                    problem.column,
                    problem.row or None,
                    problem.problem if rule in self._listed else None,
                )

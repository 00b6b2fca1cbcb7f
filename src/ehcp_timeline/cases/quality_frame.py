"""The rows of a file as the quality rules see them: typed columns, those of the Annex A list among them."""

from collections.abc import Mapping

import polars as pl

from ehcp_timeline.cases.annex_a import is_list_1
from ehcp_timeline.cases.batch import Batch
from ehcp_timeline.cases.columns import Column, Vocabulary
from ehcp_timeline.cases.frame import CaseSource
from ehcp_timeline.cases.headings import fold
from ehcp_timeline.cases.lookup import clean_text
from ehcp_timeline.cases.quality_rules import Rules
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.cases.values import DEFAULT_BLANKS, blank_words


class QualityFrames:
    """Makes the frames of one file.

    Attributes:
        columns: Column id to column, as far as the file has them.
        annex_a: Whether the file is the Annex A list.
    """

    def __init__(self, source: CaseSource, vocabulary: Vocabulary, rules: Rules) -> None:
        """Find the columns of an opened file."""
        self._blanks = blank_words(DEFAULT_BLANKS)
        headings = [one.text for one in source.understood.headings]
        self.annex_a = is_list_1(headings)
        known = {**rules.elsewhere, **(rules.annex_a if self.annex_a else {})}
        extras = ((str(place), known.get(fold(text))) for place, text in enumerate(headings))
        self._extras = {place: one for place, one in extras if one}
        self.columns: Mapping[str, Column] = {
            **{name: one for name, one in vocabulary.columns.items() if name in source.columns},
            **{one.id: one for one in self._extras.values()},
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

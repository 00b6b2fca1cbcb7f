"""Keeps the rows that hang on the order of day and month, so that a large file need not be read again."""

import polars as pl

from ehcp_timeline.cases.sheet import ROW

MOST = 200_000


class Undecided:
    """The rows so far with a date that means another day month-first, in a column that proved no order yet.

    More than `MOST` are not kept: the file is then read again.
    """

    def __init__(self) -> None:
        self._kept: list[pl.DataFrame] = []
        self._rows = 0

    def keep(self, cells: pl.DataFrame, rows: pl.Series, undecided: pl.Series | None) -> None:
        """Keep rows of a block.

        Args:
            cells: As in `sheet.Block`.
            rows: The lines of those of its rows that were read.
            undecided: Which of these rows are to be kept; None for no row.
        """
        if undecided is None or self._rows > MOST:
            return
        self._kept.append(cells.filter(pl.col(ROW).is_in(rows.filter(undecided).implode())))
        self._rows += self._kept[-1].height
        if self._rows > MOST:
            self._kept.clear()

    def cells(self) -> pl.DataFrame | None:
        """Return them, as in `sheet.Block`; None if there were too many, or none at all."""
        return pl.concat(self._kept) if self._kept else None

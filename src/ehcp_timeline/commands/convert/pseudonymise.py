"""A case file without the people in it: it gives the same verdicts, under pseudonyms."""

from dataclasses import replace

import polars as pl

from ehcp_timeline.cases.schema import Column
from ehcp_timeline.commands.convert.canonical import PLACE, UNREADABLE, Converted
from ehcp_timeline.privacy.apply import DROPPED, KEPT_TEXTS
from ehcp_timeline.privacy.pseudonyms import Key


def pseudonymised_cases(converted: Converted, key: Key) -> Converted:
    """Return the judged rows in the order of their pseudonyms, without names, birth dates and free text.

    What could not be read may say anything, so it becomes one word that cannot be read either. Rows that
    cannot be judged have no case that a pseudonym could stand for, and are left out.
    """
    columns = tuple(column for column in converted.columns if _is_kept(column))
    names = {case: key.pseudonym(case) for case in converted.frame["case_id"].drop_nulls().unique()}
    pseudonym = pl.col("case_id").replace_strict(names, default=None, return_dtype=pl.String)
    rows = (
        converted.frame.with_row_index(PLACE)
        .filter(pl.col("case_id").is_not_null())
        .with_columns(pseudonym)
        .sort("case_id", PLACE)
    )
    moved = rows.select(PLACE).with_row_index("to")
    kept = rows.select(column.id for column in columns)
    return replace(
        converted,
        columns=columns,
        frame=kept,
        texts={
            column.id: _moved(converted.texts[column.id], moved, column)
            for column in columns
            if column.id in converted.texts
        },
        copies=kept.n_unique() < kept.height,
        cells=tuple(cell.bare() for cell in converted.cells if cell.column in {c.id for c in columns}),
        rows=tuple(replace(row, kept=False).bare() for row in converted.rows),
    )


def _is_kept(column: Column) -> bool:
    if column.id in DROPPED or column.personal:
        return False
    return column.kind != "text" or column.id in {"case_id", *KEPT_TEXTS}


def _moved(texts: pl.DataFrame, moved: pl.DataFrame, column: Column) -> pl.DataFrame:
    """Return texts at their new places; in a column of plain text they are Excel's own errors."""
    word = pl.col("text") if column.kind == "text" else pl.lit(UNREADABLE).alias("text")
    return texts.join(moved, on=PLACE).select(pl.col("to").alias(PLACE), word).sort(PLACE)

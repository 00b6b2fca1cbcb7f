"""Lists without the people in them: case numbers become pseudonyms, names and free text are left out."""

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from ehcp_timeline.cases.model import Problem
from ehcp_timeline.privacy.pseudonyms import Key

KEPT_TEXTS = ("district", "team")  # short lists that an authority keeps; every other text may say anything
DROPPED = ("name", "date_of_birth", "school", "referrer", "sen_need", "caseworker", "row")


def pseudonymised(clocks: pl.DataFrame, key: Key) -> pl.DataFrame:
    """Return a list with a pseudonym for each `case_id`; whatever could name a person is null.

    The row of the file is removed too: whoever has the file could find the case by it.
    """
    cases = clocks["case_id"].unique()
    names = {case: key.pseudonym(case) for case in cases if case is not None}
    dropped = [
        pl.lit(None, dtype=clocks.schema[name]).alias(name) for name in DROPPED if name in clocks.columns
    ]
    case_id = pl.col("case_id").cast(pl.String).replace_strict(names, default=None, return_dtype=pl.String)
    return clocks.with_columns(case_id, *dropped)


def without_words(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems with their rule and column alone: a row tells the case, and words may quote a cell."""
    return tuple(sorted(replace(problem, row=0, problem=problem.rule, try_="") for problem in problems))

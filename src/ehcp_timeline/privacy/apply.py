"""Lists without the people in them: case numbers become pseudonyms, names and free text are left out."""

from dataclasses import replace

import polars as pl

from ehcp_timeline.cases.model import Problem
from ehcp_timeline.measure.result import Audit
from ehcp_timeline.privacy.pseudonyms import Key

KEPT_TEXTS = ("district", "team")  # short lists that an authority keeps; every other text may say anything
DROPPED = ("name", "date_of_birth", "school", "referrer", "sen_need", "caseworker", "row")


def pseudonymised(clocks: pl.DataFrame, key: Key) -> pl.DataFrame:
    """Return a list with a pseudonym for each `case_id`; what could name a person is null.

    The row of the file goes too: whoever holds the file would find the case by it.
    """
    cases = clocks["case_id"].unique()
    names = {case: key.pseudonym(case) for case in cases if case is not None}
    dropped = [
        pl.lit(None, dtype=clocks.schema[name]).alias(name) for name in DROPPED if name in clocks.columns
    ]
    case_id = pl.col("case_id").cast(pl.String).replace_strict(names, default=None, return_dtype=pl.String)
    return clocks.with_columns(case_id, *dropped)


def pseudonymised_audit(audit: Audit, key: Key) -> Audit:
    """Return a whole answer without the people in it.

    Findings and oldest cases stand in the order of their pseudonyms, because that of the file is that of
    somebody's list. A problem keeps its rule and its column; its words may quote a cell, so they go.
    """
    findings = pseudonymised(audit.findings, key).sort("case_id", maintain_order=True)
    oldest = tuple(replace(case, case_id=key.pseudonym(case.case_id), row=0) for case in audit.oldest)
    problems = tuple(sorted(map(_bare, audit.problems)))
    return replace(audit, findings=findings, oldest=oldest, problems=problems)


def _bare(problem: Problem) -> Problem:
    return replace(problem, row=0, problem=problem.rule, try_="")

"""The list of children with a plan that an area inspection asks for: Annex A, list 1, from a case file.

Headings are those of the list. A column that no file holds says so on every line, and one without a value is
`not recorded`: an inspector must not take either for a no.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.audit import check_files
from ehcp_timeline.measure.counts import REVIEW
from ehcp_timeline.output.publication import PublishedTable
from ehcp_timeline.text import count, listed

NOT_IN_FILE: Final = "no column for it"
NOT_RECORDED: Final = "not recorded"
_FIRST, _LAST = "first", "last"
# Heading of the list to the columns that hold it, none where a case file has none, and which day counts.
_LIST_1: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "Unique ID": (("case_id",), ""),
    "UPN": (("upn",), ""),
    "ULN": (("uln",), ""),
    "Date of birth": (("date_of_birth",), ""),
    "Gender": (("sex", "gender"), ""),
    "Ethnicity": (("ethnicity",), ""),
    "Date initial EHC plan issued": (("plan_issued",), _FIRST),
    "Date updated EHC plan issued": (("amended_plan_issued", "reassessment_plan_issued"), _LAST),
    "Date EHC plan last reviewed": (("review_decided", "previous_review_decided"), _LAST),
    "SEN primary need": (("sen_need",), ""),
    "Main education establishment – URN": (("urn",), ""),
    "Main education establishment – phase": ((), ""),
    "Subsidiary education establishment – phase": ((), ""),
    "Elective home education": ((), ""),
    "Suspensions": ((), ""),
    "Permanent exclusions": ((), ""),
    "Absence": ((), ""),
    "Pupil Premium": ((), ""),
    "Known to children’s social care?": ((), ""),
    "Which children’s social care team?": ((), ""),
    "Does the child or young person have a disability?": ((), ""),
    "Main education establishment – name": (("school",), ""),
}
_DUE, _STANDS = "Annual review due", "How the review stands"
_STANDING = {"running": "in time", "overdue": "overdue", "excused": "past its day, excused"}
_OPEN = Selection(
    verdicts=frozenset({"overdue", "excused", "unknown", "running"}),
    kinds=frozenset(),
    deadlines=frozenset(REVIEW),
    everything=False,
    due_within=10_000,
)


def children_sheet(rulebook: Rulebook, sources: Sequence[CaseFile], as_at: date) -> PublishedTable:
    """Return a line for every case with a plan on the as-at day: each has a yearly review to come.

    A review that cannot be judged keeps its child on the list. Reads the files again.
    """
    kept: list[pl.DataFrame] = []
    audit = check_files(rulebook, sources, as_at, _OPEN, oldest=0, keep=kept)
    reviews = (
        audit.findings.filter(pl.col("ended").is_null())
        .with_columns(pl.col("deadline", "verdict").cast(pl.String))
        .sort("case_id", "start")
        .unique("case_id", keep="last", maintain_order=True)
        .select("case_id", "due", "verdict")
    )
    held = {column for frame in kept for column in frame.columns}
    facts = _facts(kept, held, as_at)
    cases = reviews.join(facts, on="case_id", how="left", maintain_order="left") if kept else reviews
    rows: list[dict[str, Any]] = []
    for case in cases.iter_rows(named=True):
        said = {"Unique ID": case["case_id"], _DUE: case["due"] or NOT_RECORDED}
        said[_STANDS] = _STANDING.get(case["verdict"], "cannot be judged")
        for name in (name for name in _LIST_1 if name not in said):
            value = case.get(name)
            said[name] = (NOT_RECORDED if name in case else NOT_IN_FILE) if value is None else value
        rows.append(said)
    missing = [name for name, (columns, _) in _LIST_1.items() if not held.intersection(columns)]
    lacks = f" No column that is read holds {listed(missing)}." if missing else ""
    purpose = (
        f"This sheet holds one table: {count(len(rows), 'child', 'children')} with a plan, in the columns of "
        f"Annex A, list 1, and three more.{lacks} Do not publish it: each line is of one child."
    )
    keys = (*_LIST_1, _DUE, _STANDS)
    widths = dict.fromkeys(keys, 22)
    return PublishedTable("children", "Children and young people with a plan", keys, rows, purpose, widths)


def _facts(frames: Sequence[pl.DataFrame], held: set[str], as_at: date) -> pl.DataFrame:
    """Return what the rows of each case say, by heading; a column that no file holds is left out."""
    wanted = {name: [c for c in columns if c in held] for name, (columns, _) in _LIST_1.items()}
    needed = sorted({"case_id", *(column for columns in wanted.values() for column in columns)})
    texts = [
        frame.select(
            pl.col(column).cast(pl.Date if frame.schema[column] == pl.Date else pl.String)
            for column in needed
            if column in frame.columns
        )
        for frame in frames
    ]
    told = []
    for name, columns in wanted.items():
        if not columns or name == "Unique ID":
            continue
        if which := _LIST_1[name][1]:
            past = [pl.when(pl.col(column) <= as_at).then(column) for column in columns]
            days = pl.min_horizontal(past).min() if which == _FIRST else pl.max_horizontal(past).max()
            told.append(days.alias(name))
        else:
            told.append(pl.coalesce(columns).drop_nulls().last().alias(name))
    return pl.concat(texts, how="diagonal").group_by("case_id", maintain_order=True).agg(told)

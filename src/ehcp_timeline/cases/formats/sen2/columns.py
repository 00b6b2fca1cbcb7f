"""Turns the items of a SEN2 return into the columns of a case file, saying what the return leaves undated.

Law and guidance: an outcome that was changed later keeps its first date in the return, so a refusal stays a
refusal; "Y" with a blank date is a decision to issue a plan that has not been issued; "H" was decided before
the collection's year. What happened on a day that the return does not hold is written as `undated: ...`,
which no clock takes for "not yet".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from ehcp_timeline.cases.cells.values import WHITE
from ehcp_timeline.cases.formats.sen2.items import sen2
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW, Block

ITEMS = (
    *("surname", "forename", "personbirthdate", "upn", "uniquelearnernumber"),
    *("receiveddate", "requestsource", "requestoutcomedate", "requestoutcome"),
    *("requestmediation", "requesttribunal", "exported"),
    *("assessmentoutcome", "assessmentoutcomedate", "assessmentmediation", "assessmenttribunal"),
    *("othermediation", "othertribunal", "week20", "startdate", "ceasedate", "ceasereason"),
    *("transferla", "reviewmeeting", "reviewoutcome", "reviewdraft", "lastreview"),
    *("phasetransferduedate", "phasetransferfinaldate", "sentype"),
)
PERSON = "person"
LOST = "lost"
"""Stands for the outcome of an assessment that is in the file, but not where it can be placed."""

_CODED = ("requestoutcome", "assessmentoutcome", "reviewoutcome", "requestsource", "exported")
_WORDS = {
    "NO": "N",
    "REFUS": "N",
    "YE": "Y",
    "AGREE": "Y",
    "AWAIT": "A",
    "PEND": "A",
    "WITH": "W",
    "HIST": "H",
}
_NO = ("", "0", "0.0", "000", "false", "no", "n")
_APPEALS = ("requestmediation", "requesttribunal")
_ASSESSED = ("Y", "N", "A", "W")
_LAYOUTS = ("%Y-%m-%d", "%Y-%b-%d", "%d/%m/%Y")


@dataclass(frozen=True, slots=True)
class Origin:
    """What fills a column of a case file.

    Attributes:
        items: The items that its cells may come from: first the date, then the outcome that tells what the
            date is of.
        cell: Gives its cells.
        known_by: The file has the column if it holds one of these items; empty for all of `items`.
    """

    items: tuple[str, ...]
    cell: Callable[[], pl.Expr]
    known_by: tuple[str, ...] = ()


def case_columns(held: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that a file with these items has: `case_id`, and those that it can fill.

    What the file cannot know has no column, so that deadlines that need it are not judged.
    """
    items = frozenset(held)
    known = (
        name for name, origin in ORIGINS.items() if not items.isdisjoint(origin.known_by or origin.items)
    )
    return ("case_id", *known)


def case_headings(held: frozenset[str]) -> tuple[str, ...]:
    """Return the headings of a file with these items: its columns, then what a case file cannot hold."""
    return (*case_columns(held), *(name for item, name in sen2().left_behind.items() if item in held))


def case_block(flat: pl.DataFrame, held: frozenset[str], problems: tuple[Problem, ...] = ()) -> Block:
    """Return the `case_cells` of some rows as a sheet wants them, under its `case_headings`."""
    cells = case_cells(flat, held)
    return Block(cells.rename({name: str(n) for n, name in enumerate(cells.columns[1:])}), problems)


def case_cells(flat: pl.DataFrame, held: frozenset[str]) -> pl.DataFrame:
    """Return the cells of a case file, as text, from the items of a return.

    Args:
        flat: `row` (UInt32), `person` (UInt32, which person of the file it is) and a String column for any
            of `ITEMS`; a row for each request and, where a request was assessed again, one without the
            request's own items for each further assessment.
        held: The items that the file's shape has at all, as `Sen2.held` gives them.

    Returns:
        `row`, the `case_columns`, and under the names that the return gives them what a case file cannot
        hold; dates as the return writes them.
    """
    items = flat.select(ROW, PERSON, *(_item(name, flat.columns) for name in ITEMS))
    left = sen2().left_behind
    return items.with_columns(_standing()).select(
        ROW,
        _case_id().alias("case_id"),
        *(ORIGINS[column].cell().alias(column) for column in case_columns(held)[1:]),
        *(pl.col(item).alias(name) for item, name in left.items() if item in held),
    )


def _item(name: str, there: Iterable[str]) -> pl.Expr:
    """Return an item without white space around it, null where it is blank or the file has no such item."""
    if name not in there:
        return pl.lit(None, pl.String).alias(name)
    text = pl.col(name).str.strip_chars(WHITE)
    text = pl.when(text != "").then(text)
    return (text.str.to_uppercase() if name in _CODED else text).alias(name)


def _standing() -> list[pl.Expr]:
    """Return how things stand, as far as several columns need it.

    `assessed`: the assessment is of this return, not history; `live`: so is the request, or its assessment;
    `timed`: a clock runs from it; `settled`: the day of the plan, or of the notice that there is none,
    stands; `reviewed`: the decision of the latest review stands.
    """
    request, assessment = pl.col("requestoutcome"), pl.col("assessmentoutcome")
    assessed = assessment.is_in(_ASSESSED).fill_null(value=False)
    live = assessed | (pl.coalesce(request, assessment) != "H").fill_null(value=True)
    settled = assessment.is_in(["Y", "N"]) & pl.col("assessmentoutcomedate").is_not_null()
    reviewed = (_day("lastreview") >= _day("reviewmeeting")).fill_null(value=True)
    return [
        assessed.alias("assessed"),
        live.alias("live"),
        (live & pl.col("receiveddate").is_not_null()).alias("timed"),
        settled.fill_null(value=False).alias("settled"),
        (reviewed & pl.col("lastreview").is_not_null()).alias("reviewed"),
    ]


def _day(name: str) -> pl.Expr:
    """Return the day of a date in a layout of the return, null for any other."""
    text = pl.col(name).str.extract(r"^([^ T]+)")
    return pl.coalesce(text.str.to_date(layout, strict=False) for layout in _LAYOUTS)


def _undated(said: str, *shown: str) -> pl.Expr:
    """Return the text of a cell for something that happened on a day that the return does not hold."""
    return pl.format(f"undated: {said}", *(pl.col(name) for name in shown))


def _set(*names: str) -> pl.Expr:
    """Return whether one of these flags, or of these authorities' numbers, is given."""
    given = (pl.col(name).str.to_lowercase().is_in(_NO).not_().fill_null(value=False) for name in names)
    return pl.any_horizontal(given)


def _dated(day: str, code: pl.Expr, said: str) -> pl.Expr:
    """Return the day of an outcome; where a clock waits for it and it is blank, what happened undated."""
    return pl.when(code).then(pl.coalesce(day, pl.when("timed").then(_undated(said))))


def _is_code(name: str) -> pl.Expr:
    """Return whether an item holds one of its codes; null where it is blank."""
    return pl.col(name).is_in(sen2().codes[name])


def _no_code(tag: str) -> pl.Expr:
    """Return the text of a cell for an outcome that is not a code, with the code that it seems to mean."""
    word, codes = pl.col(tag.lower()), sen2().codes[tag.lower()]
    tip = pl.lit(f"use one of {', '.join(codes)}")
    for begins, code in _WORDS.items():
        meant = pl.lit(f"did you mean {code} ({codes[code]})?")
        tip = pl.when(word.str.starts_with(begins)).then(meant).otherwise(tip)
    lost = pl.lit(f"undated: its {tag} is lost")
    text = pl.format("undated: {} is not a code of " + tag + "; {}", word, tip)
    return pl.when(word == LOST.upper()).then(lost).otherwise(text)


def _case_id() -> pl.Expr:
    """Return the number that the return knows a person by, or which person of the file it is."""
    return pl.coalesce("upn", "uniquelearnernumber", pl.format("person {}", PERSON))


def _name() -> pl.Expr:
    """Return forename and surname, as far as they are given."""
    return pl.concat_str("forename", "surname", separator=" ", ignore_nulls=True).replace("", None)


def _agreed() -> pl.Expr:
    """Return when the assessment was agreed to; where its outcome is dated, that it was is plain."""
    outcome, day = pl.col("requestoutcome"), "requestoutcomedate"
    return (
        pl.when(pl.col("live") & outcome.is_in(["Y", "H"]) & pl.col(day).is_not_null())
        .then(day)
        .when(~pl.col("timed"))
        .then(None)
        .when((outcome == "N") & pl.col("assessed") & ~_set(*_APPEALS))
        .then(_undated("assessed after the refusal"))
        .when(pl.col("assessed") & ~_is_code("requestoutcome"))
        .then(_no_code("RequestOutcome"))
        .when(pl.col("settled") | outcome.is_in(["N", "W"]))
        .then(None)
        .when(outcome.is_in(["Y", "H"]))
        .then(_undated("agreed to assess"))
        .when("assessed")
        .then(_undated("assessed, the decision is blank"))
    )


def _refused() -> pl.Expr:
    """Return when the request was refused, as it may have been where the outcome cannot be told."""
    outcome, day = pl.col("requestoutcome"), "requestoutcomedate"
    return (
        pl.when(outcome == "N")
        .then(pl.coalesce(day, pl.when("timed").then(_undated("refused to assess"))))
        .when(~pl.col("timed") | pl.col("assessed"))
        .then(None)
        .when(~_is_code("requestoutcome"))
        .then(_no_code("RequestOutcome"))
        .when(outcome.is_null())
        .then(_undated("RequestOutcome is blank"))
        .when((outcome == "A") & pl.col(day).is_not_null())
        .then(_undated("no outcome for {}", day))
    )


def _withdrawn() -> pl.Expr:
    """Return when the request, or the assessment, was withdrawn."""
    request, assessment = pl.col("requestoutcome") == "W", pl.col("assessmentoutcome") == "W"
    return pl.coalesce(
        _dated("requestoutcomedate", request, "withdrawn before the decision"),
        _dated("assessmentoutcomedate", assessment, "withdrawn while assessed"),
    )


def _plan_issued() -> pl.Expr:
    """Return when the plan was issued; a blank day is a plan that was not, unless one stands all the same."""
    outcome, day = pl.col("assessmentoutcome"), "assessmentoutcomedate"
    return (
        pl.when((outcome == "Y") & pl.col(day).is_not_null())
        .then(day)
        .when(~pl.col("timed") | outcome.is_in(["N", "W"]))
        .then(None)
        .when(outcome == "H")
        .then(_undated("AssessmentOutcome is {}", "assessmentoutcome"))
        .when(~_is_code("assessmentoutcome"))
        .then(_no_code("AssessmentOutcome"))
        .when(pl.col(day).is_not_null())
        .then(_undated("no outcome for {}", day))
        .when(pl.col("startdate").is_not_null())
        .then(_undated("a plan of {} stands", "startdate"))
    )


def _transferred() -> pl.Expr:
    """Return that the plan came from another authority; the return does not say when."""
    return pl.when(_set("transferla")).then(_undated("transferred from authority {}", "transferla"))


def _previous_review() -> pl.Expr:
    """Return the review before the open one; after a transfer, when the next is due is not in the return."""
    day = pl.when(~pl.col("reviewed")).then("lastreview")
    beside = pl.format(", last review {}", day).fill_null("")
    return pl.coalesce(pl.concat_str(_transferred(), beside), day)


def _review_decided() -> pl.Expr:
    """Return the decision of the latest review; an outcome without its date is a decision all the same."""
    undated = pl.when(pl.col("reviewoutcome").is_not_null())
    decided = undated.then(_undated("ReviewOutcome is {}", "reviewoutcome"))
    return pl.when("reviewed").then("lastreview").otherwise(decided)


def _review_outcome() -> pl.Expr:
    """Return the outcome, in words, of a review whose decision is dated."""
    outcome, codes = pl.col("reviewoutcome"), dict(sen2().codes["reviewoutcome"])
    return pl.when(pl.col("reviewed") | ~outcome.is_in(codes)).then(outcome.replace(codes))


_NO_PLAN = pl.col("assessmentoutcome") == "N"
_REQUEST = ("requestoutcomedate", "requestoutcome")
_ASSESSMENT = ("assessmentoutcomedate", "assessmentoutcome")
# In the order of the columns of the file.
ORIGINS: Mapping[str, Origin] = {
    "name": Origin(("surname", "forename"), _name),
    "date_of_birth": Origin(("personbirthdate",), lambda: pl.col("personbirthdate")),
    "referrer": Origin(
        ("requestsource",), lambda: pl.col("requestsource").replace(dict(sen2().codes["requestsource"]))
    ),
    "sen_need": Origin(("sentype",), lambda: pl.col("sentype")),
    "review_outcome": Origin(("reviewoutcome",), _review_outcome),
    "exception_recorded": Origin(
        ("week20",), lambda: pl.when(pl.col("assessmentoutcome").ne_missing("H")).then("week20")
    ),
    "request_received": Origin(("receiveddate",), lambda: pl.when("live").then("receiveddate")),
    "assess_agreed": Origin(_REQUEST, _agreed, _REQUEST[1:]),
    "assess_refused": Origin(_REQUEST, _refused, _REQUEST[1:]),
    "no_plan_notified": Origin(
        _ASSESSMENT,
        lambda: _dated("assessmentoutcomedate", _NO_PLAN, "decided to issue no plan"),
        _ASSESSMENT[1:],
    ),
    "plan_issued": Origin(_ASSESSMENT, _plan_issued, _ASSESSMENT[1:]),
    "withdrawn": Origin(_REQUEST, _withdrawn, ("requestoutcome", "assessmentoutcome")),
    "moved_away": Origin(
        ("exported",),
        lambda: pl.when(_set("exported") & pl.col("timed")).then(
            _undated("moved to authority {}", "exported")
        ),
    ),
    "previous_review_decided": Origin(("lastreview", "transferla"), _previous_review),
    "review_meeting": Origin(("reviewmeeting",), lambda: pl.col("reviewmeeting")),
    "review_decided": Origin(("lastreview", "reviewoutcome"), _review_decided, ("lastreview",)),
    "amendment_notice_sent": Origin(("reviewdraft",), lambda: pl.col("reviewdraft")),
    "plan_ceased": Origin(("ceasedate",), lambda: pl.col("ceasedate")),
    "transfer_plan_issued": Origin(("phasetransferfinaldate",), lambda: pl.col("phasetransferfinaldate")),
    "plan_transferred": Origin(("transferla",), _transferred),
}

"""Turns the items of a SEN2 return into the columns of a case file; reports what the return leaves undated.

Law and guidance: an outcome that was changed later keeps its first date in the return, so a refusal stays a
refusal; "Y" with a blank date is a decision to issue a plan that has not been issued; "H" was decided before
the collection's year. What happened on a day that the return does not have is written as `undated: ...`,
which no clock reads as "not yet".
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

import polars as pl

from ehcp_timeline.cases.cells.values import WHITE
from ehcp_timeline.cases.formats.sen2.items import sen2
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW, Block

ITEMS = (
    *("surname", "forename", "personbirthdate", "sex", "ethnicity", "upn", "uniquelearnernumber"),
    *("receiveddate", "requestsource", "requestoutcomedate", "requestoutcome"),
    *("requestmediation", "requesttribunal", "exported"),
    *("assessmentoutcome", "assessmentoutcomedate", "assessmentmediation", "assessmenttribunal"),
    *("othermediation", "othertribunal", "week20", "startdate", "ceasedate", "ceasereason"),
    *("transferla", "reviewmeeting", "reviewoutcome", "reviewdraft", "lastreview"),
    *("phasetransferduedate", "phasetransferfinaldate", "sentype"),
    *("sensetting", "plansetting"),
)
SETTINGS: Mapping[str, str] = {"placementdetail": "sensetting", "plandetail": "plansetting"}
"""Module to the item of a request that holds its setting: where the child is, and where the plan says."""
PERSON = "person"
LOST = "lost"
"""Stands for the outcome of an assessment that is in the file, but not where it can be placed."""

_CODED = ("requestoutcome", "assessmentoutcome", "reviewoutcome", "requestsource", "exported", "sex")
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
_ASSESSED = ("Y", "N", "A", "W")
_LAYOUTS = ("%Y-%m-%d", "%Y-%b-%d", "%d/%m/%Y")


class Origin(NamedTuple):
    """What fills a column of a case file.

    Attributes:
        cells: Its cells, from the items and the state of each case.
        items: The items that its cells may come from: first the date, then the outcome that tells what the
            date is of.
        known_by: The file has the column if it holds one of these items; empty for all of `items`.
    """

    cells: pl.Expr
    items: tuple[str, ...]
    known_by: tuple[str, ...] = ()


def is_date(item: str) -> bool:
    """Return whether an item is a date."""
    return item.endswith(("date", "reviewmeeting", "reviewdraft", "lastreview"))


def case_columns(held: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that a file with these items has: `case_id`, and those that it can fill.

    What the file cannot know has no column, so that deadlines that need it are not judged.
    """
    items = frozenset(held)
    known = (
        name for name, origin in origins().items() if not items.isdisjoint(origin.known_by or origin.items)
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
    request, assessment = pl.col("requestoutcome"), pl.col("assessmentoutcome")
    assessed = assessment.is_in(_ASSESSED).fill_null(value=False)
    live = assessed | (pl.coalesce(request, assessment) != "H").fill_null(value=True)
    settled = assessment.is_in(["Y", "N"]) & pl.col("assessmentoutcomedate").is_not_null()
    reviewed = (_day("lastreview") >= _day("reviewmeeting")).fill_null(value=True)
    numbers = pl.coalesce("upn", "uniquelearnernumber", pl.format("person {}", PERSON))
    return items.with_columns(
        assessed.alias("assessed"),  # the assessment is of this return, not history
        live.alias("live"),  # so is the request, or its assessment
        (live & pl.col("receiveddate").is_not_null()).alias("timed"),  # a clock runs from it
        # the day of the plan, or of the notice that there is none, stands
        settled.fill_null(value=False).alias("settled"),
        # the decision of the latest review stands
        (reviewed & pl.col("lastreview").is_not_null()).alias("reviewed"),
    ).select(
        ROW,
        numbers.alias("case_id"),
        *(origins()[column].cells.alias(column) for column in case_columns(held)[1:]),
        *(pl.col(item).alias(name) for item, name in sen2().left_behind.items() if item in held),
    )


def _item(name: str, there: Iterable[str]) -> pl.Expr:
    """Return an item without white space around it, null where it is blank or the file has no such item."""
    if name not in there:
        return pl.lit(None, pl.String).alias(name)
    text = pl.col(name).str.strip_chars(WHITE)
    text = pl.when(text != "").then(text)
    return (text.str.to_uppercase() if name in _CODED else text).alias(name)


def _day(name: str) -> pl.Expr:
    """Return the day of a date in a layout of the return, null for any other."""
    text = pl.col(name).str.extract(r"^([^ T]+)")
    return pl.coalesce(text.str.to_date(layout, strict=False) for layout in _LAYOUTS)


def _undated(said: str, *shown: str) -> pl.Expr:
    """Return the text of a cell for something that happened on a day that the return does not hold."""
    return pl.format(f"undated: {said}", *(pl.col(name) for name in shown))


def _set(*names: str) -> pl.Expr:
    given = (pl.col(name).str.to_lowercase().is_in(_NO).not_().fill_null(value=False) for name in names)
    return pl.any_horizontal(given)


def _dated(day: str, code: pl.Expr, said: str) -> pl.Expr:
    """Return the day of an outcome; where a clock waits for it and it is blank, what happened undated."""
    return pl.when(code).then(pl.coalesce(day, pl.when("timed").then(_undated(said))))


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


@cache
def origins() -> Mapping[str, Origin]:
    """Return what fills each column but `case_id`, in the order of the columns of the file."""
    codes = sen2().codes
    request, requested = pl.col("requestoutcome"), "requestoutcomedate"
    assessment, assessed = pl.col("assessmentoutcome"), "assessmentoutcomedate"
    review, timed = pl.col("reviewoutcome"), pl.col("timed")
    is_request_code = request.is_in(codes["requestoutcome"])
    # Where the outcome of the request is dated, that an assessment was agreed to is plain.
    agreed = (
        pl.when(pl.col("live") & request.is_in(["Y", "H"]) & pl.col(requested).is_not_null())
        .then(requested)
        .when(~timed)
        .then(None)
        .when((request == "N") & pl.col("assessed") & ~_set("requestmediation", "requesttribunal"))
        .then(_undated("assessed after the refusal"))
        .when(pl.col("assessed") & ~is_request_code)
        .then(_no_code("RequestOutcome"))
        .when(pl.col("settled") | request.is_in(["N", "W"]))
        .then(None)
        .when(request.is_in(["Y", "H"]))
        .then(_undated("agreed to assess"))
        .when("assessed")
        .then(_undated("assessed, the decision is blank"))
    )
    # A request whose outcome cannot be read may have been refused.
    refused = (
        pl.when(request == "N")
        .then(pl.coalesce(requested, pl.when("timed").then(_undated("refused to assess"))))
        .when(~timed | pl.col("assessed"))
        .then(None)
        .when(~is_request_code)
        .then(_no_code("RequestOutcome"))
        .when(request.is_null())
        .then(_undated("RequestOutcome is blank"))
        .when((request == "A") & pl.col(requested).is_not_null())
        .then(_undated("no outcome for {}", requested))
    )
    # A blank day is a plan that was not issued, unless one stands all the same.
    issued = (
        pl.when((assessment == "Y") & pl.col(assessed).is_not_null())
        .then(assessed)
        .when(~timed | assessment.is_in(["N", "W"]))
        .then(None)
        .when(assessment == "H")
        .then(_undated("AssessmentOutcome is {}", "assessmentoutcome"))
        .when(~assessment.is_in(codes["assessmentoutcome"]))
        .then(_no_code("AssessmentOutcome"))
        .when(pl.col(assessed).is_not_null())
        .then(_undated("no outcome for {}", assessed))
        .when(pl.col("startdate").is_not_null())
        .then(_undated("a plan of {} stands", "startdate"))
    )
    transferred = pl.when(_set("transferla")).then(
        _undated("transferred from authority {}", "transferla")  # the return does not say when
    )
    # The review before the open one; after a transfer, when the next is due is not in the return.
    before = pl.when(~pl.col("reviewed")).then("lastreview")
    after_transfer = pl.concat_str(transferred, pl.format(", last review {}", before).fill_null(""))
    # An outcome without its date is a decision all the same.
    decided = pl.when(review.is_not_null()).then(_undated("ReviewOutcome is {}", "reviewoutcome"))
    outcomes = dict(codes["reviewoutcome"])
    name = pl.concat_str("forename", "surname", separator=" ", ignore_nulls=True)
    moved = _undated("moved to authority {}", "exported")
    of_request, of_assessment = (requested, "requestoutcome"), (assessed, "assessmentoutcome")
    withdrawn = pl.coalesce(
        _dated(requested, request == "W", "withdrawn before the decision"),
        _dated(assessed, assessment == "W", "withdrawn while assessed"),
    )
    no_plan = _dated(assessed, assessment == "N", "decided to issue no plan")
    outcome = pl.when(pl.col("reviewed") | ~review.is_in(outcomes)).then(review.replace(outcomes))
    reviewed = pl.when("reviewed").then("lastreview").otherwise(decided)
    settings = tuple(SETTINGS.values())
    return {
        "name": Origin(name.replace("", None), ("surname", "forename")),
        "date_of_birth": _as_given("personbirthdate"),
        "referrer": _named("requestsource"),
        "sen_need": _as_given("sentype"),
        "review_outcome": Origin(outcome, ("reviewoutcome",)),
        "exception_recorded": Origin(pl.when(assessment.ne_missing("H")).then("week20"), ("week20",)),
        "request_received": Origin(pl.when("live").then("receiveddate"), ("receiveddate",)),
        "assess_agreed": Origin(agreed, of_request, of_request[1:]),
        "assess_refused": Origin(refused, of_request, of_request[1:]),
        "no_plan_notified": Origin(no_plan, of_assessment, of_assessment[1:]),
        "plan_issued": Origin(issued, of_assessment, of_assessment[1:]),
        "withdrawn": Origin(withdrawn, of_request, ("requestoutcome", "assessmentoutcome")),
        "moved_away": Origin(pl.when(_set("exported") & timed).then(moved), ("exported",)),
        "previous_review_decided": Origin(pl.coalesce(after_transfer, before), ("lastreview", "transferla")),
        "review_meeting": _as_given("reviewmeeting"),
        "review_decided": Origin(reviewed, ("lastreview", "reviewoutcome"), ("lastreview",)),
        "amendment_notice_sent": _as_given("reviewdraft"),
        "plan_ceased": _as_given("ceasedate"),
        "transfer_plan_issued": _as_given("phasetransferfinaldate"),
        "sex": _named("sex"),
        "ethnicity": _as_given("ethnicity"),
        "setting_type": Origin(pl.coalesce(settings), settings),
        "plan_transferred": Origin(transferred, ("transferla",)),
    }


def _as_given(item: str) -> Origin:
    return Origin(pl.col(item), (item,))


def _named(item: str) -> Origin:
    """Return the column of an item whose codes are written out."""
    return Origin(pl.col(item).replace(dict(sen2().codes[item])), (item,))

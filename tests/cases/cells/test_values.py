"""Blanks, Excel errors, codes and flags: what one cell says when it is not a date."""

from datetime import date

import pytest

from ehcp_timeline.cases.cells.parser import Reader, cell_reader
from ehcp_timeline.cases.cells.values import (
    DEFAULT_BLANKS,
    EXCEL_ERROR,
    NOT_CALCULATED,
    TOO_NARROW,
    CellFault,
    blank_words,
    is_blank,
    shown,
)
from ehcp_timeline.cases.headers import load_spellings
from ehcp_timeline.cases.model import joined, parted, vocabulary
from tests.cases.made import AS_AT

KNOWN = vocabulary()
SPELLINGS = load_spellings(KNOWN)
BLANKS = blank_words(DEFAULT_BLANKS)
ORDERS = (
    "assess, reassess, make, reconsider, amend, name_school, continue, continue_amend, cease, other, health"
)


def reader(column: str, blanks: frozenset[str] = BLANKS) -> Reader:
    """Return how a cell of one column is read."""
    return cell_reader(KNOWN.columns[column], KNOWN.absorbs, SPELLINGS, AS_AT, blanks)


@pytest.mark.parametrize("column", ["plan_issued", "order_kind", "coronavirus", "team", "date_of_birth"])
@pytest.mark.parametrize(
    "text", ["", "  ", "\u00a0", "N/A", "n/a", " tbc ", "TBC", "-", "–", "NULL", "None", "00/00/0000"]
)
def test_a_blank_is_a_blank_in_every_column(column: str, text: str) -> None:
    """An empty cell and the usual words for one mean the same everywhere."""
    assert reader(column)(text) is None


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#n/a", " #NULL! "])
def test_an_excel_error_is_never_a_blank(text: str) -> None:
    """A failed look-up in a date is not a plan that was not issued, even if the user's blanks say so."""
    for column in ("plan_issued", "order_kind", "coronavirus", "team"):
        assert reader(column, blank_words(["#N/A", "#REF!", text]))(text) == EXCEL_ERROR
    assert not is_blank(text, blank_words([text]))
    assert (
        CellFault("excel-error", "is an Excel error, not a blank", "correct the formula, or clear the cell")
        == EXCEL_ERROR
    )


@pytest.mark.parametrize(
    ("text", "fault"), [("########", TOO_NARROW), (" ##", TOO_NARROW), ("#UNCALCULATED", NOT_CALCULATED)]
)
def test_what_excel_could_not_show_or_work_out_is_no_blank_either(text: str, fault: CellFault) -> None:
    """The two that are no errors of a formula say what to do: widen the column, or let Excel calculate."""
    assert reader("plan_issued", blank_words([text]))(text) == fault
    assert fault.rule == "excel-error"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('="06/10/2025"', date(2025, 10, 6)),
        ("'06/10/2025", date(2025, 10, 6)),
        ('=""', None),
        ('="TBC"', None),
    ],
)
def test_what_guards_a_text_in_excel_is_no_part_of_it(text: str, value: date | None) -> None:
    """An export that writes `="..."` so that Excel does not change a cell means what stands inside."""
    assert reader("plan_issued")(text) == value


@pytest.mark.parametrize("text", ["#team", "#", "#1", "N/A#", "# N/A"])
def test_a_hash_is_not_always_an_error(text: str) -> None:
    """Only what Excel writes is its error."""
    assert reader("team")(text) == text


def test_the_words_for_a_blank_can_be_chosen() -> None:
    """The user's words replace the usual ones; an empty cell stays blank."""
    awaited = blank_words(["Awaited "])

    assert reader("team", awaited)("AWAITED") is None
    assert reader("team", awaited)("") is None
    assert reader("team", awaited)("TBC") == "TBC"


def test_free_text_loses_the_white_space_around_it() -> None:
    """Nothing else is changed."""
    assert reader("team")(" \u2003North  West\ufeff\n") == "North  West"


@pytest.mark.parametrize("text", ["yes", "Y", "TRUE", "1", "1.0", " Yes "])
def test_yes(text: str) -> None:
    """All of these are yes."""
    assert reader("coronavirus")(text) is True


@pytest.mark.parametrize("text", ["no", "N", "False", "0", "0.0"])
def test_no(text: str) -> None:
    """All of these are no."""
    assert reader("coronavirus")(text) is False


def test_neither_yes_nor_no() -> None:
    """Anything else is a fault."""
    assert reader("coronavirus")("maybe") == CellFault(
        "unknown-flag", "is neither yes nor no", "use yes or no"
    )


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("amend", {"amend"}),
        ("AMEND", {"amend"}),
        ("Name School", {"name_school"}),
        ("name-school", {"name_school"}),
        ("re-assess", {"reassess"}),
        ("amend; name_school", {"amend"}),
        ("amend+name_school", {"amend"}),
        ("amend+name_school+make", {"amend", "make"}),
        ("name school, amend", {"amend"}),
        ("make; cease;", {"make", "cease"}),
        ("make\nhealth", {"make", "health"}),
        ("assess & make / cease | other", {"assess", "make", "cease", "other"}),
    ],
)
def test_codes_in_one_cell(text: str, codes: set[str]) -> None:
    """Several may stand in one cell, however they are parted; to amend takes in to name a school."""
    assert reader("order_kind")(text) == codes


@pytest.mark.parametrize(
    ("text", "code"), [("M", "maintain"), ("a", "amend"), ("Ceased", "cease"), ("cease", "cease")]
)
def test_other_words_for_a_code(text: str, code: str) -> None:
    """The return's letters and everyday words are known in their own column."""
    assert reader("review_outcome")(text) == {code}


@pytest.mark.parametrize(
    ("column", "text", "try_"),
    [
        ("review_outcome", "blue", "use one of maintain, amend, cease"),
        ("review_outcome", "amend; cease", "use one of maintain, amend, cease"),
        ("review_outcome", "maintian", "did you mean maintain? use one of maintain, amend, cease"),
        (
            "order_kind",
            "amend; blue",
            f"use one or more of {ORDERS}",
        ),
        (
            "order_kind",
            ";",
            f"use one or more of {ORDERS}",
        ),
    ],
)
def test_an_unknown_code_lists_the_known_ones(column: str, text: str, try_: str) -> None:
    """One unknown code spoils the cell; a likely one is suggested, never taken."""
    assert reader(column)(text) == CellFault("unknown-code", f"is not a code of {column}", try_)


def test_codes_are_kept_as_one_text() -> None:
    """Sorted, so that the same codes are the same text."""
    assert joined(frozenset({"make", "cease"})) == "cease+make"
    assert parted("cease+make") == {"make", "cease"}


def test_a_cell_is_shown_on_one_short_line() -> None:
    """What stands in a message is quoted, without line breaks, and cut where it is long."""
    assert shown("to be\n confirmed") == '"to be confirmed"'
    assert shown("x" * 40) == f'"{"x" * 40}"'
    assert shown("x" * 41) == f'"{"x" * 40}…"'


def test_a_personal_value_is_not_shown() -> None:
    """The problem of a child's date of birth says what is wrong without the date."""
    fault = reader("date_of_birth")("31/02/2015")

    assert isinstance(fault, CellFault)
    assert (
        fault.problem(7, KNOWN.columns["date_of_birth"], "31/02/2015").problem
        == "the cell is not a real date"
    )
    assert (
        fault.problem(7, KNOWN.columns["plan_issued"], "31/02/2015").problem
        == '"31/02/2015" is not a real date'
    )


def test_nobody_is_born_tomorrow() -> None:
    """A date of birth lies between 1985 and the as-at date."""
    assert reader("date_of_birth")("2026-01-15") == AS_AT
    assert reader("date_of_birth")("2026-01-16") == CellFault(
        "impossible-date", "is after 15 January 2026", "correct it, or clear the cell"
    )
    assert reader("date_of_birth")("1984-12-31") == CellFault(
        "impossible-date", "is before 1 January 1985", "correct it, or clear the cell"
    )

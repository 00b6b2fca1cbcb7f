"""One case typed as words is read as a row of a file would be."""

from datetime import date

import pytest

from ehcp_timeline.cases.cells.parser import row_from_words
from ehcp_timeline.cases.model import Row, vocabulary
from ehcp_timeline.errors import UsageError
from tests.cases.made import AS_AT

KNOWN = vocabulary()


def test_events_facts_and_flags() -> None:
    """Each word goes where its column belongs; the row stands in no file."""
    words = [
        *("request_received=2025-04-02", "plan-issued=1/9/25", "case_id= C-7 ", "team=North"),
        *("order_kind=amend;name_school", "coronavirus=no", "date_of_birth=2015-05-05"),
    ]

    assert row_from_words(words, KNOWN, AS_AT) == Row(
        number=0,
        case_id="C-7",
        events={"request_received": date(2025, 4, 2), "plan_issued": date(2025, 9, 1)},
        codes={"order_kind": frozenset({"amend"})},
        texts={"team": "North"},
        flags={"coronavirus": False},
    )


def test_nothing_is_needed() -> None:
    """A case without words is a row without anything."""
    assert row_from_words([], KNOWN, AS_AT) == Row(number=0, case_id="")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["request_received"],
            '"request_received" is not NAME=VALUE. write for example request_received=2026-01-12',
        ),
        (
            ["reqest_received=2024-01-01"],
            '"reqest_received" is not the name of an event, a fact or a flag. did you mean request_received?',
        ),
        (
            ["Decision date=2024-01-01"],
            (
                '"Decision date" is not taken: it is assess_agreed or assess_refused, according to what was '
                "decided. did you mean assess_agreed or assess_refused?"
            ),
        ),
        (
            ["zzz=2024-01-01"],
            '"zzz" is not the name of an event, a fact or a flag. `ehcp template --rows` lists the names',
        ),
        (["plan_issued="], "plan_issued has no value. give one, or leave the word out"),
        (["plan_issued=TBC"], "plan_issued has no value. give one, or leave the word out"),
        (
            ["plan_issued=2024-01-01", "Plan_Issued=2024-01-01"],
            "plan_issued is given twice. give each name once",
        ),
        (
            ["plan_issued=2024-02-31"],
            'plan_issued: "2024-02-31" is not a real date. write it as YYYY-MM-DD or DD/MM/YYYY',
        ),
        (["plan_issued=soon"], 'plan_issued: "soon" is not a date. write it as YYYY-MM-DD or DD/MM/YYYY'),
        (
            ["plan_issued=03/14/2024"],
            (
                'plan_issued: "03/14/2024" is a date only if the month comes first. '
                "dates are read day first; write it as YYYY-MM-DD or DD/MM/YYYY"
            ),
        ),
        (["coronavirus=perhaps"], 'coronavirus: "perhaps" is neither yes nor no. use yes or no'),
        (
            ["review_outcome=blue"],
            'review_outcome: "blue" is not a code of review_outcome. use one of maintain, amend, cease',
        ),
        (
            ["date_of_birth=31/02/2015"],
            "date_of_birth: the cell is not a real date. write it as YYYY-MM-DD or DD/MM/YYYY",
        ),
    ],
)
def test_a_word_that_cannot_be_read_is_named(words: list[str], said: str) -> None:
    """One line: which word, what is wrong, what to write instead."""
    with pytest.raises(UsageError) as error:
        row_from_words(words, KNOWN, AS_AT)

    assert str(error.value) == said

"""A heading is known by its own name or by an alias; what looks like one is suggested, never taken."""

import csv
import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from ehcp_timeline.cases.headers import Heading, describe, fold, load_spellings, match, positions, suggest
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.errors import CaseFileError, ConfigError
from tests.cases.made import opened

KNOWN = vocabulary()
SPELLINGS = load_spellings(KNOWN)
SHIPPED = tomllib.loads(
    (resources.files("ehcp_timeline.cases") / "aliases.toml").read_text(encoding="utf-8"),
)


def test_every_alias_means_one_column_that_exists() -> None:
    """No alias is given twice, and none hides another column's own name."""
    given = [(fold(alias), column) for column, known in SHIPPED["headings"].items() for alias in known]
    names = {fold(name): name for name in KNOWN.columns}

    assert [column for column in SHIPPED["headings"] if column not in KNOWN.columns] == []
    assert sorted({alias for alias, _ in given}) == sorted(alias for alias, _ in given)
    assert [pair for pair in given if names.get(pair[0], pair[1]) != pair[1]] == []


def test_an_alias_says_something_new() -> None:
    """An alias that folds to its column's own name would be known without it."""
    assert [(a, c) for c, known in SHIPPED["headings"].items() for a in known if fold(a) == fold(c)] == []


def test_a_heading_that_is_never_taken_is_no_alias() -> None:
    """Look-alikes and aliases do not overlap, and every reason is the end of a sentence."""
    refused = {fold(heading): reason for heading, reason in SHIPPED["not_taken"].items()}

    assert [heading for heading in refused if heading in SPELLINGS.columns] == []
    assert all(re.fullmatch(r"(it|the) .*[a-z]", reason) for reason in refused.values())


def test_every_other_word_for_a_code_means_one_that_exists() -> None:
    """The value words belong to facts with codes."""
    wrong = [
        (fact, word)
        for fact, words in SHIPPED["values"].items()
        for word, code in words.items()
        if code not in KNOWN.columns[fact].codes
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("request_received", "request_received"),
        ("  Request Received ", "request_received"),
        ("REQUEST-RECEIVED", "request_received"),
        ("Request–received:", "request_received"),
        ("ＲｅｑｕｅｓｔReceived", "request_received"),
        ("ReceivedDate", "request_received"),
        ("Date request received", "request_received"),
        ("Date initial EHC plan issued", "plan_issued"),
        ("Final plan date", "plan_issued"),
        ("Date EHC plan last reviewed", "previous_review_decided"),
        ("LastReview", "previous_review_decided"),
        ("Review decision date", "review_decided"),
        ("Annual Review Decision", "review_outcome"),
        ("Annual review – date draft amended EHC plan issued", "amendment_notice_sent"),
        ("Phase transfer review - final plan date", "transfer_plan_issued"),
        ("Date updated EHC plan issued", "amended_plan_issued"),
        ("Unique ID", "case_id"),
        ("Case ID", "case_id"),
        ("DOB", "date_of_birth"),
        ("Dob (ccyy-mm-dd)", "date_of_birth"),
        ("Date plan issued (DD/MM/YYYY)", "plan_issued"),
        ("Date plan issued (draft)", None),
        ("Week20", "exception_recorded"),
        ("StartDate", None),
        ("EHC Plan Start Date", None),
        ("RequestOutcomeDate", None),
        ("AssessmentOutcomeDate", None),
        ("PhaseTransferDueDate", None),
        ("UPN", None),
        ("ID", None),
        ("Date plan isued", None),
        ("", None),
    ],
)
def test_what_a_heading_means(heading: str, column: str | None) -> None:
    """Case, spaces and punctuation do not matter; a misspelling and a look-alike are not taken."""
    assert match([heading], SPELLINGS) == (column,)


def test_headings_as_case_systems_write_them() -> None:
    """Each alone in a file: nearly all are understood, none is taken for something else."""
    with (Path(__file__).parent / "headings.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wrong, right = [], 0
    for row in rows:
        (heading,) = describe([row["heading"]], SPELLINGS)
        expected = None if row["column"] in {"ambiguous", "ignore"} else row["column"]
        right += heading.column == expected and bool(expected or heading.reason)
        if heading.column not in (None, expected):
            wrong.append((row["heading"], heading.column))
        assert not (heading.column is None and expected and expected not in heading.may_be), row

    assert (len(rows), right, wrong) == (95, 94, [])


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        (["Date of request", "Referral date"], ["request_received", None]),
        (["Referral date", "EHCNA received"], [None, None]),
        (["Child ID", "Case no"], [None, "case_id"]),
        (["Final", "Amended final"], ["plan_issued", "amended_plan_issued"]),
        (["Date Decision to Assess"], [None]),
        (["Date Decision to Assess", "Date No to Assess"], ["assess_agreed", "assess_refused"]),
        (["Request", "Yes to issue", "Final plan issued (old)"], [None, None, None]),
        (["Date draft EHCP to parents"], ["draft_sent"]),
        (["20 Wk Due", "Last updated", "Panel"], [None, None, None]),
    ],
)
def test_headings_beside_others(headings: list[str], columns: list[str | None]) -> None:
    """One known by its words alone gives way to an exact one; two of them for one column are not taken."""
    assert list(match(headings, SPELLINGS)) == columns


def test_a_heading_that_may_mean_several_columns_is_asked_about() -> None:
    """With the reason, and the columns that are possible; the opposite of what is said is never offered."""
    panel, referral, no_assess, other = describe(
        ["Panel date", "Referral date", "Decisoin not to assess", "EHCNA received"], SPELLINGS
    )

    assert panel.reason == "a panel is not the notice to the family"
    assert panel.may_be == ("assess_agreed", "assess_refused", "no_plan_notified")
    assert referral.reason == other.reason == "it and another heading may both mean request_received"
    assert referral.may_be == ("request_received",)
    assert no_assess.suggestions == ("assess_refused",)


def test_columns_are_found_by_place() -> None:
    """Places count from 0, and columns that are not read keep theirs."""
    assert positions(["Notes", "Case ID", "", "draft sent"], SPELLINGS, "x.csv") == {
        "case_id": 1,
        "draft_sent": 3,
    }


def test_a_misspelt_heading_is_suggested_and_not_read() -> None:
    """The likeliest column comes first; a look-alike says why it is not taken."""
    assert suggest("Plan issued on", SPELLINGS)[0] == "plan_issued"
    assert describe([" Case ID", "reqest_received", "StartDate", "Colour"], SPELLINGS) == (
        Heading(1, "Case ID", "case_id"),
        Heading(2, "reqest_received", None, ("request_received",)),
        Heading(
            3,
            "StartDate",
            None,
            (),
            SHIPPED["not_taken"]["StartDate"],
        ),
        Heading(4, "Colour", None),
    )


def test_the_user_may_name_a_heading(tmp_path: Path) -> None:
    """An alias of the user's own wins over what ships with the package, even for a look-alike."""
    aliases = {"plan_issued": ["EHC plan start date"], "review_decided": ["Last review"]}

    source = opened(
        tmp_path, "Case ID,EHC Plan Start Date,LastReview\n1,2024-03-01,2024-04-01\n", aliases=aliases
    )

    assert source.columns == {"case_id", "plan_issued", "review_decided"}


@pytest.mark.parametrize(
    ("aliases", "said"),
    [
        ({"plan_isued": ["x"]}, '"plan_isued" is not a column of a case file. did you mean plan_issued?'),
        ({"qqqq": ["x"]}, '"qqqq" is not a column of a case file'),
        (
            {"plan_issued": ["Day"], "draft_sent": ["day"]},
            'the heading "day" is given to plan_issued and to draft_sent',
        ),
    ],
)
def test_aliases_that_do_not_fit_are_refused(aliases: dict[str, list[str]], said: str) -> None:
    """An alias for no column, or one heading for two columns, is a fault of the configuration."""
    with pytest.raises(ConfigError) as error:
        load_spellings(KNOWN, aliases)

    assert str(error.value) == said


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "case_id,Final plan date,Date plan issued",
            (
                'columns 2 ("Final plan date") and 3 ("Date plan issued") both mean plan_issued. '
                "rename or remove one of them"
            ),
        ),
        (
            "case_id,case_id",
            'columns 1 ("case_id") and 2 ("case_id") both mean case_id. rename or remove one of them',
        ),
        (
            "request_received,Colour",
            (
                'no heading means case_id; found "request_received", "Colour". '
                "rename the column with the authority's own number for the case to case_id"
            ),
        ),
        (
            "Case idd,draft_sent",
            (
                'no heading means case_id; found "Case idd", "draft_sent". '
                'did you mean "Case idd"? Rename it to case_id'
            ),
        ),
        (
            "UPN,draft_sent",
            (
                'no heading means case_id; found "UPN", "draft_sent". '
                '"UPN" is not taken: it names the child and is blank for many; '
                "case_id is the authority's own number for the case"
            ),
        ),
        (
            "Ann Other,01/02/2024",
            "no heading means case_id; the row looks like data. add a header",
        ),
    ],
)
def test_a_header_that_cannot_be_used_is_named(tmp_path: Path, header: str, said: str) -> None:
    """Two columns for one, or no case number: one line with the file, the line and what was found."""
    with pytest.raises(CaseFileError) as error:
        opened(tmp_path, header + "\n1,2\n")

    assert str(error.value) == f"{tmp_path / 'cases.csv'}, line 1: {said}"

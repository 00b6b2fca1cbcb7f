"""The Annex A list of area inspections is read as it is sent, and shows the open review of each plan."""

from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
from tests.cases.made import AS_AT, one_batch, opened, rows

SAMPLE = Path(__file__).parents[2] / "data" / "annexA_fake_sen.xlsx"
LIST_1 = "Unique ID,Date initial EHC plan issued,Date updated EHC plan issued,Date EHC plan last reviewed"


def test_the_published_sample() -> None:
    """List 1 is taken and list 2, of children without a plan, is not; every row is there."""
    source = open_case_file(str(SAMPLE), vocabulary(), as_at=AS_AT)
    batch = one_batch(source)

    assert source.sheet.worksheet == "List_1"
    assert (batch.read, batch.frame.height) == (2, 2)
    assert batch.frame.select("row", "case_id", "date_of_birth", "plan_issued", "sen_need").rows() == [
        (2, "will", date(1993, 12, 5), date(2000, 1, 1), "H5"),
        (3, "willis", date(2001, 1, 1), date(2004, 2, 2), "K1"),
    ]
    assert batch.frame["previous_review_decided"].to_list() == [date(2000, 1, 3), date(2011, 12, 13)]
    assert batch.frame["review_decided"].to_list() == [None, None]


def test_what_it_does_not_use_is_said() -> None:
    """Headings that no deadline needs, and the school's number under `URN`, are listed as not used."""
    headings = open_case_file(str(SAMPLE), vocabulary(), as_at=AS_AT).headings
    unused = [one.text for one in headings if one.column is None]

    assert unused[:3] == ["UPN", "ULN", "Main education establishment – URN"]
    assert len(unused) == 12


@pytest.mark.parametrize("size", [1, 100])
def test_a_list_saved_as_csv(tmp_path: Path, size: int) -> None:
    """The layout is known by its headings, whatever file it stands in."""
    source = opened(tmp_path, f"{LIST_1}\nA,01/01/2020,,03/03/2025\nB,01/06/2025,,\n")

    found = [row for batch in source.batches(size) for row in rows(batch)]

    assert source.sheet.encoding == "utf-8, Annex A list 1 (only the latest review of each plan)"
    assert [(row["case_id"], row["previous_review_decided"], row["review_decided"]) for row in found] == [
        ("A", date(2025, 3, 3), None),
        ("B", None, None),
    ]


@pytest.mark.parametrize(
    "header",
    [
        f"{LIST_1},review_decided",
        LIST_1.replace(",Date updated EHC plan issued", ""),
    ],
)
def test_other_files_are_left_alone(tmp_path: Path, header: str) -> None:
    """A file that says itself what was decided, and one that only resembles the list."""
    source = opened(tmp_path, f"{header}\nA,01/01/2020\n")

    assert source.sheet.encoding == "utf-8"
    assert len(source.headings) == len(header.split(","))

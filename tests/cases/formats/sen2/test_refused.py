"""XML that is no SEN2 return, or would fill the memory, is refused in one line."""

import gzip
from pathlib import Path

import pytest

from ehcp_timeline.errors import CaseFileError
from tests.cases.formats.sen2.made import Assessment, person, request, xml
from tests.cases.made import opened

PLAN = Assessment({"assessmentoutcome": "Y", "assessmentoutcomedate": "2025-05-19", "week20": "0"})
ASKED = {"receiveddate": "2025-01-06", "requestoutcomedate": "2025-02-10", "requestoutcome": "Y"}
REVIEWED = {"reviewmeeting": "2025-10-01", "lastreview": "2025-10-20", "reviewoutcome": "M"}
ONE = xml([person("A1", request(ASKED, PLAN, active=REVIEWED, needs=("ASD", "SLCN")))])
AS_SENT = "give the return as it is sent to COLLECT, or export the cases as CSV"
CUT = "before it is complete. export the return again, or copy it again"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"<html><body>x</body></html>",
            "looks like XML or a web page, not a case file. export the cases as CSV",
        ),
        (
            b"<!DOCTYPE html><html></html>",
            "looks like XML or a web page, not a case file. export the cases as CSV",
        ),
        (
            b"<Workbook/>",
            f'is XML, but begins with "Workbook", not with the Message of a SEN2 return. {AS_SENT}',
        ),
        (
            ONE.replace(b">SEN2<", b">SSDA903<"),
            f"is a SSDA903 census return, not SEN2. {AS_SENT}",
        ),
        (xml([]), "is a SEN2 return without persons. export the return again"),
        (
            ONE[:60],
            f"was cut short: its XML ends on line 4, {CUT}",
        ),
        (
            ONE[:-20],
            f"was cut short: its XML ends on line 37, {CUT}",
        ),
        (
            ONE.replace(b"</Requests>", b"</Request>"),
            "line 35 is not well-formed XML. export the return again",
        ),
        (
            ONE.replace(b"A1", b"A & 1"),
            'line 12: "&" must be written "&amp;". correct it where the text was typed, and export again',
        ),
        (ONE.replace(b"A1", b"A\xe9"), "line 12 is not well-formed XML. export the return again"),
        (ONE.replace(b"A1", b"&nbsp;"), "line 12 is not well-formed XML. export the return again"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    """Where it breaks, what it is instead, and what to do."""
    with pytest.raises(CaseFileError) as error:
        list(opened(tmp_path, content).batches())

    assert (
        str(error.value).replace(f"{tmp_path / 'cases.csv'}: ", "").replace(f"{tmp_path / 'cases.csv'} ", "")
        == said
    )


ENTITIES = b'<!DOCTYPE Message [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = b'<!DOCTYPE Message [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
REMOTE = b'<!DOCTYPE Message SYSTEM "file:///etc/hostname">'


@pytest.mark.parametrize("declared", [ENTITIES, EXTERNAL, REMOTE])
def test_a_document_type_is_refused(tmp_path: Path, declared: bytes) -> None:
    """With it a small file declares gigabytes, or asks for other files."""
    made = ONE.replace(b"<Message>", declared + b"<Message>").replace(b"A1", b"&a;")

    with pytest.raises(CaseFileError, match="declares a document type, which no case file needs"):
        opened(tmp_path, made)


@pytest.mark.parametrize(
    "giant",
    [
        b"<Surname>" + b"x" * 5_000_000 + b"</Surname>",
        b"<!--" + b"x" * 5_000_000 + b"-->",
        b"<a>" * 1_500_000,
        b"<Surname a='" + b"x" * 5_000_000 + b"'/>",
    ],
)
def test_a_person_without_end(tmp_path: Path, giant: bytes) -> None:
    """A huge text, comment, tag or nesting is stopped before it fills the memory."""
    made = ONE.replace(b"</UPN>", b"</UPN>" + giant)

    with pytest.raises(
        CaseFileError, match=r"holds 4 million bytes in which no person ends. export the return again"
    ):
        list(opened(tmp_path, made).batches())


def test_a_nesting_without_end_in_a_packed_file(tmp_path: Path) -> None:
    """A few bytes unpack to elements within elements by the million, though a person ends now and then."""
    nested = b"<a><Person></Person>" * 200 + b"</a>" * 200
    made = gzip.compress(ONE.replace(b"</Persons>", nested + b"</Persons>"))

    with pytest.raises(
        CaseFileError, match=r"elements are nested more than 100 deep. export the return again"
    ):
        list(opened(tmp_path, made).batches())


def test_more_names_of_elements_than_any_return_has(tmp_path: Path) -> None:
    """Each name is kept, so that their number is."""
    named = b"".join(b"<Person><t%d/></Person>" % number for number in range(1_100))

    with pytest.raises(CaseFileError, match=r"there are more than 1,000 names of elements"):
        list(opened(tmp_path, ONE.replace(b"</Persons>", named + b"</Persons>")).batches())

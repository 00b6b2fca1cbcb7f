"""Parquet, and one case file packed as gzip or zip, say what the plain CSV file says."""

import gzip
import hashlib
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ehcp_timeline.cases.formats import detect
from ehcp_timeline.errors import CaseFileError
from tests.cases.books import cases
from tests.cases.made import column, one_batch, opened, read, rows

TEXT = "case_id,district,request_received,plan_issued\n1001,North,01/03/2024,\nC2,,2024-05-06,TBC\n"
BLANK_LINE = b",,," + b" " * 996 + b"\n"
NINE = datetime(2024, 3, 2, 9, tzinfo=UTC)


def zipped(**members: bytes) -> bytes:
    """Return a zip file; `a_csv` is named a.csv."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name.replace("_", ".").replace("..", "__"), data)
    return file.getvalue()


def parquet(frame: pl.DataFrame) -> bytes:
    """Return a frame as a Parquet file."""
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(TEXT.encode()),
        gzip.compress(TEXT.encode("utf-16")),
        zipped(cases_csv=TEXT.encode()),
        zipped(cases_csv=TEXT.encode("cp1252")),
        parquet(pl.read_csv(io.StringIO(TEXT), infer_schema=False)),
    ],
)
def test_a_packed_file_says_what_the_plain_one_says(tmp_path: Path, packed: bytes) -> None:
    """The same rows under the same numbers, and the digest is of the file that was given."""
    source = opened(tmp_path, packed)

    for _ in range(2):
        batch = one_batch(source)
        assert_frame_equal(batch.frame, read(tmp_path / "..", TEXT).frame)
    assert source.sha256 == hashlib.sha256(packed).hexdigest()


def test_a_workbook_may_be_packed_too(tmp_path: Path) -> None:
    """As an attachment often is."""
    assert column(read(tmp_path, gzip.compress(cases(["case_id"], ["C1"]))), "case_id") == ["C1"]


def test_what_the_finder_adds_is_no_case_file(tmp_path: Path) -> None:
    """A Mac adds a folder of its own to what it zips."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("export/", b"")
        made.writestr("export/cases.csv", TEXT)
        made.writestr("__MACOSX/export/._cases.csv", b"\0\1")
        made.writestr("export/.DS_Store", b"\0\1")

    assert column(read(tmp_path, file.getvalue()), "case_id") == ["1001", "C2"]


def test_a_file_packed_twice(tmp_path: Path) -> None:
    """Nobody does, but for a bomb."""
    with pytest.raises(CaseFileError, match=r"cases.csv is packed twice. unpack it first"):
        opened(tmp_path, gzip.compress(gzip.compress(TEXT.encode())))


def test_a_zip_file_of_a_zip_file(tmp_path: Path) -> None:
    """The same."""
    with pytest.raises(CaseFileError, match=r"cases.csv is packed twice. unpack it first"):
        opened(tmp_path, zipped(a_zip=zipped(a_csv=TEXT.encode())))


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zipped(a_csv=data)])
def test_a_file_that_unpacks_without_end(
    tmp_path: Path, pack: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted while it is unpacked."""
    assert callable(pack)
    monkeypatch.setattr(detect, "MOST_SPOOLED", 3_000_000)

    batches = opened(tmp_path, pack(TEXT.encode() + BLANK_LINE * 2_000)).batches()
    assert sum(batch.read for batch in batches) == 2
    with pytest.raises(CaseFileError, match="unpacks to more than 3 million bytes"):
        opened(tmp_path, pack(TEXT.encode() + BLANK_LINE * 3_000))


@pytest.mark.parametrize("end", [12, 40, -1, -8])
def test_a_gzip_file_that_was_cut_short(tmp_path: Path, end: int) -> None:
    """One line says so."""
    with pytest.raises(CaseFileError, match="is damaged or was cut short"):
        opened(tmp_path, gzip.compress(TEXT.encode())[:end])


def test_a_zip_file_with_a_password(tmp_path: Path) -> None:
    """It is named as one; nothing is asked for."""
    data = bytearray(zipped(a_csv=TEXT.encode()))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(CaseFileError, match=r"is protected by a password. save a copy without the password"):
        opened(tmp_path, bytes(data))


def test_parquet_keeps_its_own_kinds_of_cells(tmp_path: Path) -> None:
    """Dates, times of day, whole numbers that pandas made fractions of, yes and no, categories."""
    frame = pl.DataFrame(
        {
            "case_id": [1.0, 2.5, None],
            "district": pl.Series(["North", None, "x"], dtype=pl.Categorical),
            "request_received": [date(2024, 3, 1), None, None],
            "plan_issued": pl.Series([datetime(2024, 3, 2, 9, tzinfo=UTC), None, None]).dt.replace_time_zone(
                None
            ),
            "exception_recorded": [True, False, None],
        }
    )

    batch = read(tmp_path, parquet(frame))

    assert rows(batch) == [
        {
            "row": 2,
            "case_id": "1",
            "district": "North",
            "request_received": date(2024, 3, 1),
            "plan_issued": date(2024, 3, 2),
            "exception_recorded": True,
        },
        {
            "row": 3,
            "case_id": "2.5",
            "district": None,
            "request_received": None,
            "plan_issued": None,
            "exception_recorded": False,
        },
    ]
    assert (batch.read, batch.frame.height) == (3, 2)


def test_a_time_zone_is_refused(tmp_path: Path) -> None:
    """It can move the day."""
    frame = pl.DataFrame({"case_id": ["C1"], "plan_issued": [datetime(2024, 3, 1, 23, tzinfo=UTC)]})

    (problem,) = read(tmp_path, parquet(frame)).problems

    assert problem.problem.endswith("has a time zone, which can move the day")


def test_a_list_is_no_date(tmp_path: Path) -> None:
    """What a case file cannot hold is shown, not dropped."""
    frame = pl.DataFrame({"case_id": ["C1"], "plan_issued": [[1, 2]]})

    assert [one.problem for one in read(tmp_path, parquet(frame)).problems] == ['"[1, 2]" is not a date']


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_parquet_in_blocks_of_any_size(tmp_path: Path, size: int) -> None:
    """The rows come in order with their own numbers."""
    source = opened(tmp_path, parquet(pl.DataFrame({"case_id": [f"C{n}" for n in range(7)]})))

    assert [row for batch in source.batches(size) for row in column(batch, "row")] == [2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("frame", [pl.DataFrame({"case_id": []}, schema={"case_id": pl.String})])
def test_parquet_without_rows(tmp_path: Path, frame: pl.DataFrame) -> None:
    """A header is a case file without cases."""
    assert read(tmp_path, parquet(frame)).read == 0


@pytest.mark.parametrize("place", range(4, 700, 41))
def test_parquet_that_was_damaged(tmp_path: Path, place: int) -> None:
    """It is refused in one line, or it made no difference to the rows."""
    whole = bytearray(parquet(pl.read_csv(io.StringIO(TEXT), infer_schema=False)))
    whole[place % len(whole)] ^= 0xFF

    said = ""
    try:
        list(opened(tmp_path, bytes(whole)).batches())
    except CaseFileError as error:
        said = str(error)

    assert "\n" not in said


@pytest.mark.parametrize("rows_there", [4, 5])
def test_more_rows_than_cases(tmp_path: Path, rows_there: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes of Parquet can say the same thousand million times."""
    from ehcp_timeline.cases.formats import parquet as parquet_file

    monkeypatch.setattr(parquet_file, "MOST_ROWS", 4)
    content = parquet(pl.DataFrame({"case_id": ["C"] * rows_there}))

    if rows_there == 4:
        assert read(tmp_path, content).read == 4
    else:
        with pytest.raises(CaseFileError, match=r"has 5 rows and 1 columns. at most 4 rows"):
            opened(tmp_path, content)

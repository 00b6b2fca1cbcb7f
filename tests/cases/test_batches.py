"""A case file becomes typed rows, with its problems beside them, and every row is accounted for."""

from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ehcp_timeline.cases.cells import vectorised
from ehcp_timeline.cases.cells.vectorised import ColumnCounts
from ehcp_timeline.cases.mapping.model import FileMapping
from ehcp_timeline.cases.model import Problem, Row, vocabulary
from ehcp_timeline.cases.sheet import rows_of
from tests.cases.made import assert_alike, briefly, column, one_batch, opened, read

DIRTY = """\
case_id,draft_sent,plan_issued,order_kind,coronavirus,team,date_of_birth,name
C1,2024-03-01,01/04/2024,amend; name school,Y,North,2015-05-05,Ann Other
C2,31/02/2024,#N/A,blue,perhaps,#REF!,31/02/2015,Bo Other
C3,TBC,n/a,-,,TBC,,
,2024-03-01,,,,,,
#N/A,2024-03-01,,,,,,
tbc,2024-03-01,,,,,,
"""


def test_cells_are_typed(tmp_path: Path) -> None:
    """Dates are dates, flags are true or false, codes are sorted text, blanks are null."""
    batch = read(tmp_path, DIRTY)

    assert batch.frame.schema == {
        "row": pl.UInt32,
        "case_id": pl.String,
        "draft_sent": pl.Date,
        "plan_issued": pl.Date,
        "order_kind": pl.String,
        "coronavirus": pl.Boolean,
        "team": pl.String,
        "date_of_birth": pl.Date,
        "name": pl.String,
    }
    assert batch.frame.rows() == [
        (2, "C1", date(2024, 3, 1), date(2024, 4, 1), "amend", True, "North", date(2015, 5, 5), "Ann Other"),
        (3, "C2", None, None, None, None, None, None, "Bo Other"),
        (4, "C3", None, None, None, None, None, None, None),
    ]
    assert list(batch.columns) == batch.frame.columns[1:]
    assert batch.columns["plan_issued"] is vocabulary().columns["plan_issued"]


def test_a_bad_cell_spoils_only_itself(tmp_path: Path) -> None:
    """The row stays, its cell is listed as unreadable; a blank is not."""
    batch = read(tmp_path, DIRTY)

    assert {name: rows.to_list() for name, rows in batch.unreadable.items()} == {
        name: [3]
        for name in ("draft_sent", "plan_issued", "order_kind", "coronavirus", "team", "date_of_birth")
    }
    assert all(rows.dtype == pl.UInt32 and rows.name == "row" for rows in batch.unreadable.values())


def test_every_problem_says_where_what_and_what_to_try(tmp_path: Path) -> None:
    """In file order; a child's date of birth is not printed."""
    dates = "write it as YYYY-MM-DD or DD/MM/YYYY"
    codes = ", ".join(vocabulary().columns["order_kind"].codes)
    error = "correct the formula, or clear the cell"

    assert read(tmp_path, DIRTY).problems == (
        Problem(3, "coronavirus", "unknown-flag", '"perhaps" is neither yes nor no', "use yes or no", "cell"),
        Problem(3, "date_of_birth", "impossible-date", "the cell is not a real date", dates, "cell"),
        Problem(3, "draft_sent", "impossible-date", '"31/02/2024" is not a real date', dates, "cell"),
        Problem(
            3,
            "order_kind",
            "unknown-code",
            '"blue" is not a code of order_kind',
            f"use one or more of {codes}",
            "cell",
        ),
        Problem(3, "plan_issued", "excel-error", '"#N/A" is an Excel error, not a blank', error, "cell"),
        Problem(3, "team", "excel-error", '"#REF!" is an Excel error, not a blank', error, "cell"),
        Problem(
            5,
            "case_id",
            "no-case-id",
            "the row has no case_id",
            "give it the number of its case, or remove it",
            "row",
        ),
        Problem(6, "case_id", "excel-error", '"#N/A" is an Excel error, not a blank', error, "row"),
        Problem(
            7,
            "case_id",
            "no-case-id",
            "the row has no case_id",
            "give it the number of its case, or remove it",
            "row",
        ),
    )


def test_rows_add_up(tmp_path: Path) -> None:
    """Read is judged and not judged; a row without anything is not a row."""
    batch = read(tmp_path, DIRTY + ",,,,,,,\n , ,,,,,,\n")

    assert (batch.read, batch.frame.height) == (6, 3)


def test_what_the_cells_held_is_counted(tmp_path: Path) -> None:
    """Values, empty cells, words for a blank, each by itself, and what cannot be read."""
    source = opened(tmp_path, DIRTY)
    assert source.counts == {}

    list(source.batches())

    assert source.counts["draft_sent"] == ColumnCounts(1, 0, Counter({"TBC": 1}), 1)
    assert source.counts["order_kind"] == ColumnCounts(1, 0, Counter({"-": 1}), 1)
    assert source.counts["coronavirus"] == ColumnCounts(1, 1, Counter(), 1)
    assert source.counts["name"] == ColumnCounts(2, 1, Counter(), 0)
    assert source.counts["case_id"] == ColumnCounts(3, 0, Counter(), 0)


def test_the_words_for_a_blank_can_be_chosen(tmp_path: Path) -> None:
    """What is no blank word any more cannot be read as a date."""
    batch = read(tmp_path, "case_id,draft_sent,plan_issued\nC1,TBC,awaited\n", blanks=["Awaited"])

    assert briefly(batch.problems) == [(2, "draft_sent", "unreadable-date")]


def test_a_column_that_is_not_known_is_not_read(tmp_path: Path) -> None:
    """It does not appear in the frame, and its cells are no one's problem."""
    source = opened(tmp_path, "case_id,Notes,draft_sent\nC1,#N/A,2024-03-01\n")
    batch = one_batch(source)

    assert source.columns == {"case_id", "draft_sent"}
    assert (batch.frame.columns, batch.problems) == (["row", "case_id", "draft_sent"], ())


def test_rows_one_by_one(tmp_path: Path) -> None:
    """The single reader gets each row with what it holds, and without the date of birth."""
    batch = read(tmp_path, DIRTY)

    assert list(rows_of(batch)) == [
        Row(
            number=2,
            case_id="C1",
            events={"draft_sent": date(2024, 3, 1), "plan_issued": date(2024, 4, 1)},
            codes={"order_kind": frozenset({"amend"})},
            texts={"team": "North", "name": "Ann Other"},
            flags={"coronavirus": True},
        ),
        Row(
            number=3,
            case_id="C2",
            texts={"name": "Bo Other"},
            unreadable=frozenset(batch.unreadable),
        ),
        Row(number=4, case_id="C3"),
    ]


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100_000])
def test_the_size_of_a_batch_changes_nothing(tmp_path: Path, rows: int) -> None:
    """However a file is cut, the same rows, problems and counts come out, in the same order."""
    content = (
        DIRTY * 1 + 'C4,2024-03-01,,,,"a\nb",,\n' + "C5,1,2,3,4,5,6,7,8,9\n\nC6\n" + DIRTY.split("\n", 1)[1]
    )
    source = opened(tmp_path, content)

    whole = list(source.batches())
    counts = source.counts
    parts = list(source.batches(rows))

    assert_alike(parts, whole)
    assert source.counts == counts
    assert all(batch.frame.height <= batch.read for batch in parts)


def test_a_column_that_is_empty_in_one_batch_keeps_its_type(tmp_path: Path) -> None:
    """Every batch has the same schema."""
    content = "case_id,draft_sent,team\n" + "C,,\n" * 50 + "C,2024-03-01,North\n"

    schemas = [batch.frame.schema for batch in opened(tmp_path, content).batches(10)]

    assert len(schemas) > 3
    assert all(schema == schemas[0] for schema in schemas)


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    """The frame keeps the file's order; case_id need not be first."""
    batch = read(tmp_path, "draft_sent,Notes,case_id\n2024-03-01,x,C1\n")

    assert batch.frame.rows() == [(2, date(2024, 3, 1), "C1")]
    assert column(batch, "case_id") == ["C1"]


def test_only_rows_that_hang_on_the_order_of_day_and_month(tmp_path: Path) -> None:
    """They keep their lines; dates that are the same both ways leave their rows out, and the file stays."""
    lines = (
        "C-1,,",
        "C-2,01/09/2025,",
        "C-3,,03/04/2025",
        "C-2,01/09/2025,",
        "C-4,TBA?,",
        "C-5,5/5/25,",
        ",,",
    )
    whole = opened(tmp_path, "case_id,transfer_date,plan_issued\n" + "\n".join(lines) + "\n")
    (before,) = whole.batches()

    day_first, month_first = (next(way.batches()) for way in whole.both_ways(["transfer_date"], some=True))

    assert day_first.frame.rows() == [
        (3, "C-2", date(2025, 9, 1), None),
        (4, "C-3", None, date(2025, 4, 3)),
    ]
    assert column(month_first, "transfer_date") == [date(2025, 1, 9), None]
    assert day_first.problems == month_first.problems == ()
    assert_alike([before], list(whole.batches()))


def test_a_column_with_proof_holds_no_row_back(tmp_path: Path) -> None:
    """A row counts as undecided until a date of its column proves the order; then none does."""
    proof = "".join(f"C-{n},0{n}/09/2025,{20 + n}/09/2025\n" for n in range(1, 4))
    whole = opened(tmp_path, "case_id,transfer_date,plan_issued\n" + proof + "C-9,,01/02/2025\n")
    list(whole.batches())

    (batch,) = whole.both_ways(["transfer_date"], some=True)[0].batches()

    assert column(batch, "row") == [2, 3, 4]


def test_too_many_undecided_rows_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is then read as a whole: what is kept stays small."""
    monkeypatch.setattr(vectorised, "MOST", 2)
    lines = "".join(f"C-{n},0{n}/09/2025\n" for n in range(1, 7))
    whole = opened(tmp_path, "case_id,transfer_date\nC-0,\n" + lines)
    list(whole.batches(rows=1))

    batches = list(whole.both_ways(["transfer_date"], some=True)[0].batches())

    assert [row for batch in batches for row in column(batch, "row")] == [*range(2, 9)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_about_how_many_rows_will_come_is_known_before(tmp_path: Path, encoding: str) -> None:
    """Rows that are about as long as the first ones are counted within one in a hundred."""
    text = "case_id,team\n" + "".join(f"C-{n:06},Señor {n % 7}\n" for n in range(70_000))
    source = opened(tmp_path, text.encode(encoding))

    assert abs(source.expected - 70_000) < 700
    assert opened(tmp_path, "case_id,team\n").expected == 0


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_a_file_read_both_ways_side_by_side_is_read_as_twice(tmp_path: Path, rows: int) -> None:
    """Every row comes in both, a third reading too; only the dates that were named are turned."""
    lines = "".join(f"C-{n},0{n}/02/2025,0{n}/02/2025\n" for n in range(1, 6))
    whole = opened(tmp_path, "case_id,transfer_date,plan_issued\n" + lines)
    one, other = whole.both_ways(["transfer_date"])

    pairs = list(zip(one.batches(rows), other.batches(rows), strict=True))
    days, turned = (pl.concat(batch.frame for batch in way) for way in zip(*pairs, strict=True))

    assert days["transfer_date"].to_list() == [date(2025, 2, n) for n in range(1, 6)]
    assert turned["transfer_date"].to_list() == [date(2025, n, 2) for n in range(1, 6)]
    assert days.drop("transfer_date").equals(turned.drop("transfer_date"))
    assert sum(batch.frame.height for batch in one.batches(rows)) == 5


def test_a_date_that_stands_on_every_row_is_read_both_ways_too(tmp_path: Path) -> None:
    """A constant of the settings has no cells, so that no row is left out for having none."""
    mapping = FileMapping(constants={"transfer_date": "01/09/2025"})
    whole = opened(tmp_path, "case_id,plan_issued\nC-1,\nC-2,03/04/2025\n", mapping=mapping)
    list(whole.batches())

    ways = whole.both_ways(["transfer_date"], some=True)
    days = [column(next(way.batches()), "transfer_date") for way in ways]

    assert days == [[date(2025, 9, 1)] * 2, [date(2025, 1, 9)] * 2]


def test_a_file_that_has_been_begun_is_read_from_its_first_row(tmp_path: Path) -> None:
    """Once with what was begun, and from the file again when it is asked for again."""
    content = "case_id,plan_issued,team\n" + "".join(f"C{row},01/04/2024,North\n" for row in range(9))
    source = opened(tmp_path, content)

    source.begin()
    first = list(source.batches())

    assert [batch.frame["row"].to_list() for batch in first] == [[*range(2, 11)]]
    assert_alike(first, list(source.batches()))
    assert_alike(first, list(source.batches(rows=2)))


def test_cells_are_given_back_as_the_file_writes_them(tmp_path: Path) -> None:
    """Spelled out, whether or not polars numbered them, with the rows that are not judged."""
    batch = read(tmp_path, DIRTY)

    assert batch.cells.dtypes == [pl.UInt32, *[pl.String] * 8]
    assert [dtype.base_type() for dtype in batch.raw.dtypes[2:5]] == [pl.Categorical] * 3
    assert [row[:5] for row in batch.cells.rows()] == [
        (2, "C1", "2024-03-01", "01/04/2024", "amend; name school"),
        (3, "C2", "31/02/2024", "#N/A", "blue"),
        (4, "C3", "TBC", "n/a", "-"),
        (5, None, "2024-03-01", None, None),
        (6, "#N/A", "2024-03-01", None, None),
        (7, "tbc", "2024-03-01", None, None),
    ]

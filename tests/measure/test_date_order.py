"""Where nothing proves that dates are day-first, it is said how many verdicts hang on it."""

from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.selection import Selection, unjudgeable
from ehcp_timeline.audit.verdicts import VERDICTS
from ehcp_timeline.cases.mapping.model import NOTHING_SAID, FileMapping
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import CaseFile, open_case_file
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.audit import check_files
from ehcp_timeline.measure.date_order import date_order
from ehcp_timeline.measure.result import DateOrder, DoubtfulColumn

LAW = load_rulebook()
AS_AT = date(2026, 1, 15)
DECIDED = Selection(verdicts=frozenset(VERDICTS), everything=True, deadlines=frozenset({"assess.decide"}))


def source(folder: Path, content: str, mapping: FileMapping = NOTHING_SAID) -> CaseFile:
    """Open a file with this content."""
    (folder / "cases.csv").write_text(content)
    return open_case_file(str(folder / "cases.csv"), vocabulary(), as_at=AS_AT, mapping=mapping)


def order(
    folder: Path, content: str, mapping: FileMapping = NOTHING_SAID, rows: int = 100_000
) -> DateOrder | None:
    """Return what is said of a file when all of it has been read."""
    file = source(folder, content, mapping)
    list(file.batches(rows))
    return date_order(LAW, file, AS_AT)


# The sixth week after 2 January 2025 ends on 13 February, after 1 February on 15 March: C-1 is late only as
# it stands, C-2 only month-first, C-3 either way; C-4 is overdue, but due on the
# as-at day if it asked on 4 December.
DECISIONS = """case_id,request_received,assess_agreed
C-1,2/1/2025,14/2/2025
C-2,1/2/2025,15/3/2025
C-3,5/6/2025,20/12/2025
C-4,12/4/2025,
"""


def test_verdicts_that_hang_on_the_order_are_counted(tmp_path: Path) -> None:
    """Each verdict that would be another, or would not be there, counts; the other column proves itself."""
    assert order(tmp_path, DECISIONS) == DateOrder(
        file=str(tmp_path / "cases.csv"),
        columns=(DoubtfulColumn("request_received", 4),),
        proven=("assess_agreed",),
        verdicts=4,
        changed=3,
    )


def test_the_count_is_that_of_the_file_read_month_first(tmp_path: Path) -> None:
    """Judged with a month-first format, three of four verdicts are others."""
    told = [
        check_files(LAW, [source(tmp_path, DECISIONS, mapping)], AS_AT, DECIDED).findings["verdict"].to_list()
        for mapping in (NOTHING_SAID, FileMapping(date_formats={"request_received": ("%m/%d/%Y",)}))
    ]

    assert told == [["late", "met", "late", "overdue"], ["met", "late", "late", "running"]]


def test_the_count_is_the_same_whoever_is_asked_about(tmp_path: Path) -> None:
    """What a family may do until a day is in neither number: it is never judged twice."""
    refused = (
        "case_id,request_received,assess_refused,mediation_contacted\nC-1,2/1/2025,14/2/2025,20/2/2025\n"
    )
    told = [
        check_files(LAW, [source(tmp_path, refused)], AS_AT, Selection(who=frozenset(who)))
        for who in ({"authority"}, {"authority", "family"})
    ]

    assert [audit.summary.rights for audit in told] == [{}, {"mediation.contact": {"met": 1}}]
    assert [[(one.verdicts, one.changed) for one in audit.summary.date_order] for audit in told] == [
        [(1, 1)]
    ] * 2


@pytest.mark.parametrize("day", ["13/2/2025", "28/2/2025"])
@pytest.mark.parametrize("rows", [1, 100_000])
def test_one_date_that_can_only_be_day_first_settles_it(tmp_path: Path, day: str, rows: int) -> None:
    """Wherever it stands in the column; nothing is judged twice then."""
    assert order(tmp_path, f"{DECISIONS}C-5,{day},1/3/2025\n", rows=rows) is None


def test_a_date_that_could_be_either_settles_nothing(tmp_path: Path) -> None:
    """The twelfth does not, nor a date whose day is its month, one in words or an ISO date."""
    found = order(tmp_path, f"{DECISIONS}C-5,12/2/2025,\nC-6,3/3/2025,\nC-7,31 Jan 2025,\nC-8,2025-01-31,\n")

    assert found is not None
    assert found.columns == (DoubtfulColumn("request_received", 5),)


def test_where_nothing_is_judged_nothing_hangs_on_it(tmp_path: Path) -> None:
    """A file without any column that could answer."""
    assert order(tmp_path, "case_id,request_received\nC-1,1/2/2025\n") is None


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%m/%d/%Y"])
def test_a_format_says_it_once_and_for_all(tmp_path: Path, form: str) -> None:
    """Day-first or month-first, of the column or of all."""
    for name in ("request_received", "*"):
        said = FileMapping(date_formats={name: (form,)})
        content = DECISIONS.replace("14/2/2025", "2025-02-14").replace("15/3/2025", "2025-03-15")
        assert order(tmp_path, content.replace("20/12/2025", "2025-12-20"), said) is None


def test_a_format_that_does_not_say_it_leaves_the_doubt(tmp_path: Path) -> None:
    """One with the month in words says nothing about figures."""
    found = order(tmp_path, DECISIONS, FileMapping(date_formats={"request_received": ("%d-%b-%Y",)}))

    assert found is not None
    assert (found.verdicts, found.changed) == (4, 3)


@pytest.mark.parametrize(
    "content",
    ["case_id,plan_issued\nC-1,2025-02-01\n", "case_id,plan_issued\nC-1,\n", "case_id,plan_issued\n"],
)
def test_dates_that_are_not_in_figures_leave_no_doubt(tmp_path: Path, content: str) -> None:
    """ISO dates, none at all, no rows."""
    assert order(tmp_path, content) is None


def test_reviews_are_compared_clock_by_clock(tmp_path: Path) -> None:
    """A duty that repeats has several clocks; the open one is overdue only if 1/3 is 3 January."""
    found = order(
        tmp_path,
        "case_id,previous_review_decided,review_decided\nC-1,2024-01-31,\nC-1,,3/11/2024\nC-1,,1/3/2025\n",
    )

    assert found is not None
    assert found.columns == (DoubtfulColumn("review_decided", 2),)
    assert (found.verdicts, found.changed) == (3, 1)


@pytest.mark.parametrize(
    ("columns", "changed", "sentence"),
    [
        (1, 12, "12 of 1,240 verdicts would change if `a` were month-first; it was"),
        (1, 1, "1 of 1,240 verdicts would change if `a` were month-first; it was"),
        (3, 0, "Reading these dates month-first would change no result: `a`, `b` and `c`; they were"),
    ],
)
def test_the_sentence(columns: int, changed: int, sentence: str) -> None:
    """One, several or none; one column or more."""
    doubtful = tuple(DoubtfulColumn(name, 1) for name in "abc"[:columns])

    assert DateOrder("cases.csv", doubtful, (), 1240, changed).sentence == f"{sentence} read day-first."


MIXED = """case_id,request_received,plan_issued,transfer_date,transfer_kind,transfer_plan_issued,\
review_decided
C-1,13/1/2025,31/5/2025,,,,
C-2,,30/4/2024,1/9/2025,primary_secondary,14/2/2025,28/4/2025
C-3,,30/4/2024,2/9/2025,post16_post16,28/2/2025,28/4/2025
C-4,,13/5/2024,nonsense,secondary_post16,31/3/2025,
C-5,20/12/2024,,1/9/2025,secondary_post16,15/6/2025,
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "column", "verdicts"),
    [
        (MIXED, "transfer_date", 13),
        (MIXED.replace("31/5/", "1/5/").replace("30/4/", "3/4/").replace("13/5/", "5/3/"), "plan_issued", 13),
    ],
)
def test_judging_only_what_can_differ_finds_all_that_differs(
    tmp_path: Path, content: str, column: str, verdicts: int
) -> None:
    """A column that fills few rows, or one that a case's other rows rest on: as if all had been judged."""
    file = source(tmp_path, content)
    list(file.batches())

    found = date_order(LAW, file, AS_AT)

    assert found is not None
    assert column in [one.column for one in found.columns]
    both = [told_of(one) for one in file.both_ways(file.doubtful)]
    assert found.verdicts == len(both[0]) == verdicts
    assert found.changed == sum(both[0].get(clock) != both[1].get(clock) for clock in both[0] | both[1]) > 0


def told_of(file: CaseFile) -> dict[tuple[str, int, int], str]:
    """Return every verdict of a file, by deadline, row and number on the row."""
    told: dict[tuple[str, int, int], str] = {}
    dropped = {one.id for one in unjudgeable(LAW, file.columns)}
    wanted = [one for one in LAW.deadlines if one.id not in dropped]
    for judged in judge(LAW, file.batches(), AS_AT, deadlines=wanted):
        for name, clocks in judged.clocks.items():
            for row, verdict in clocks.frame("row", "verdict").iter_rows():
                number = sum(key[:2] == (name, row) for key in told)
                told[name, row, number] = verdict
    return told

"""Scores and counts of data quality: what costs what, for files and groups, and the words of a fault."""

from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.commands.quality.rules import quality_rules
from ehcp_timeline.commands.quality.score import GroupColumn, QualityAnswer, QualitySizes, quality_of, score

AS_AT = date(2026, 1, 15)
EVERY = frozenset(rule.id for rule in quality_rules().rules)
MIXED = """\
case_id,team,request_received,assess_agreed,plan_issued,date_of_birth
A,North,1/2/2024,1/3/2024,1/6/2024,1/2/2015
B,North,1/2/2024,1/1/2024,31/2/2024,1/2/2015
C,South,,,1/6/2024,
D,,1/2/2024,1/3/2024,1/6/2024,1/2/2015
,South,,,,
A,South,1/2/2024,1/3/2024,3/6/2024,TBC
"""


def quality(
    folder: Path, *texts: str, by: GroupColumn | None = None, listed: frozenset[str] = frozenset()
) -> QualityAnswer:
    """Return the quality of files with these texts, called 1.csv, 2.csv and so on."""
    sources = []
    for number, text in enumerate(texts, start=1):
        path = folder / f"{number}.csv"
        path.write_text(text, encoding="utf-8")
        sources.append(open_case_file(str(path), vocabulary(), as_at=AS_AT))
    return quality_of(sources, vocabulary(), quality_rules(), AS_AT, by=by, listed=listed)


def test_rows_with_an_error_and_with_a_warning(tmp_path: Path) -> None:
    """Two faults on one row are one row; an error beside a warning is an error; a query costs nothing.

    B and the row without a case have errors; C (a plan without a request) and the second A (the same
    request) have warnings; the first A and D have nothing: 100 * (6 - 2 - 2 / 2) / 6.
    """
    found = quality(tmp_path, MIXED)

    assert found.summary == QualitySizes(6, 2, 2, 50.0)
    counts = {rule.id: (rule.faults, rule.rows) for rule in found.rules}
    assert counts["impossible-date"] == (1, 1)
    assert counts["before-request"] == (1, 1)
    assert counts["no-birth-date"] == (2, 2)
    assert counts["blank-words"] == (1, 0)


def test_a_row_that_is_no_case_is_a_row_with_a_warning(tmp_path: Path) -> None:
    """Three totals below one case: three of four rows, never more than there are; 100 * (4 - 3 / 2) / 4."""
    text = "case_id,team,request_received\nA,North,2026-01-12\nTotal,,1\nSub-total,,1\nTotals,,2\n"
    found = quality(tmp_path, text, by="team")

    assert found.summary == QualitySizes(4, 0, 3, 62.5)
    assert [(one.name, one.rows, one.score) for one in found.groups] == [
        ("not recorded", 3, 50.0),
        ("North", 1, 100.0),
    ]
    assert [(rule.rows, rule.percent) for rule in found.rules if rule.id == "total-row"] == [(3, 75.0)]


def test_groups_add_up_to_the_file(tmp_path: Path) -> None:
    """A row that is not judged, or whose group is blank, is `not recorded`; the worst comes first."""
    found = quality(tmp_path, MIXED, by="team")

    assert [
        (one.name, one.rows, one.with_error, one.with_warning_only, one.score) for one in found.groups
    ] == [
        ("North", 2, 1, 0, 50.0),
        ("South", 2, 0, 2, 50.0),
        ("not recorded", 2, 1, 0, 50.0),
    ]
    for rule in found.rules:
        assert sum(one.counts[rule.id].rows for one in found.groups) == rule.rows


def test_a_file_without_the_groups(tmp_path: Path) -> None:
    """Without the column, every row is `not recorded`."""
    (group,) = quality(tmp_path, "case_id,plan_issued\nA,1/2/2025\n", by="team").groups

    assert (group.name, group.rows) == ("not recorded", 1)


def test_the_worst_file_comes_first(tmp_path: Path) -> None:
    """By score; a file without rows has none and comes last; all rows are counted together."""
    found = quality(
        tmp_path,
        "case_id,request_received,plan_issued\nA,1/2/2024,2/7/2024\n",
        "case_id,plan_issued\n",
        "case_id,request_received,plan_issued\nA,1/2/2024,1/6/2030\nB,1/2/2024,2/7/2024\n",
    )

    assert [(Path(one.name).name, one.score) for one in found.files] == [
        ("3.csv", 50.0),
        ("1.csv", 100.0),
        ("2.csv", None),
    ]
    assert (found.summary.rows, found.summary.score) == (3, 66.6)
    assert [Path(one.name).name for one in found.input] == ["1.csv", "2.csv", "3.csv"]


def test_faults_in_words(tmp_path: Path) -> None:
    """Row, case, group and words; the reader's own words for what it could not read; a column has no row."""
    found = quality(
        tmp_path,
        MIXED,
        by="team",
        listed=frozenset({"before-request", "impossible-date", "same-request", "blank-words"}),
    )

    assert [(one.row, one.case_id, one.group, one.column, one.fault) for one in found.faults] == [
        (3, "B", "North", "assess_agreed", "assess_agreed (2024-01-01) is before the request (2024-02-01)"),
        (3, "B", "North", "plan_issued", 'plan_issued: "31/2/2024" is not a real date'),
        (7, "A", "South", "request_received", "the case and its request are on row 2 too"),
        (None, None, None, "date_of_birth", "date_of_birth holds words for a blank, in cells: 1"),
    ]


def test_the_words_show_the_dates_and_the_weeks(tmp_path: Path) -> None:
    """1,146 weeks from one date to the other; the column that a date was held against."""
    text = "case_id,request_received,assess_agreed,plan_issued\nA,1/1/2003,1/1/2025,20/12/2024\n"
    found = quality(tmp_path, text, listed=frozenset({"too-many-weeks", "stage-order"}))

    assert [one.fault for one in found.faults] == [
        "plan_issued (2024-12-20) is before the decision to assess (2025-01-01)",
        "1,146 weeks from the request (2003-01-01) to plan_issued (2024-12-20)",
    ]


def test_every_fault_can_be_put_in_words(tmp_path: Path) -> None:
    """As many are listed as are counted, and no brace is left."""
    found = quality(tmp_path, MIXED, listed=EVERY)

    assert len(found.faults) == sum(rule.faults for rule in found.rules)
    assert not any("{" in one.fault or "None" in one.fault for one in found.faults)


def test_no_name_or_birth_date_is_in_the_words(tmp_path: Path) -> None:
    """A birth date that cannot be read, or that shows a fault, is not shown."""
    text = (
        "case_id,name,date_of_birth,request_received,plan_issued\n"
        "A,CANARY,CANARY 2015,1/2/2025,\nB,CANARY,3/4/1990,1/2/2025,\nC,CANARY,5/6/2025,1/2/2025,1/3/2025\n"
        "D,canary,3/4/1990,1/2/2025,\n"
    )
    found = quality(tmp_path, text, listed=EVERY)
    words = " ".join(one.fault for one in found.faults)

    assert {"unreadable-date", "too-old", "born-after", "same-child"} <= {one.rule for one in found.faults}
    assert "CANARY" not in words.upper()
    assert "1990-04-03" not in words
    assert "2025-06-05" not in words


@pytest.mark.parametrize("spoilt", range(1, 6))
def test_the_score_is_monotone(tmp_path: Path, spoilt: int) -> None:
    """One more sound row that is spoilt, and another, never raise the score."""
    rows = [f"C{n},1/2/2024,1/7/2024" for n in range(6)]
    worse = [row.replace("1/7/2024", "31/6/2024") for row in rows[:spoilt]] + rows[spoilt:]
    less = [row.replace("1/7/2024", "31/6/2024") for row in rows[: spoilt - 1]] + rows[spoilt - 1 :]
    header = "case_id,request_received,plan_issued"
    found = quality(tmp_path, "\n".join((header, *worse)) + "\n", "\n".join((header, *less)) + "\n")

    assert [Path(one.name).name for one in found.files] == ["1.csv", "2.csv"]
    assert found.files[0].score == score(6, spoilt, 0)


def test_what_is_not_looked_at_is_said(tmp_path: Path) -> None:
    """Rules whose columns no file has; those of the Annex A list are no news anywhere else."""
    found = quality(tmp_path, "case_id,plan_issued\nA,1/2/2025\n")
    left_out = set(found.not_looked_at)

    assert {"too-old", "before-request"} & left_out == {"too-old"}
    assert not any(rule.startswith("annex-a") for rule in left_out)
    assert {rule.id for rule in found.rules} == set(found.files[0].counts)


@pytest.mark.parametrize(
    ("rows", "errors", "warnings", "expected"),
    [
        (1000, 0, 0, 100.0),
        (1000, 0, 1, 99.9),
        (100_000, 1, 0, 99.9),
        (3, 1, 0, 66.6),
        (4, 4, 0, 0.0),
        (2, 0, 2, 50.0),
    ],
)
def test_the_score_is_rounded_down(rows: int, errors: int, warnings: int, expected: float) -> None:
    """100.0 means that nothing at all is wrong."""
    assert score(rows, errors, warnings) == expected

"""`ehcp changes`: what became of the cases between two files, or two saved answers."""

import json
import random
import sys
from pathlib import Path
from unittest import mock

import pytest

from tests.cli.command import check_schema, ehcp, printed, said

HEADER = ["case_id", "district", "request_received", "assess_agreed", "assess_refused", "plan_issued"]
OLD = [
    ["A", "North", "2025-03-03", "", "", ""],
    ["B", "North", "2025-01-20", "2025-03-03", "", ""],
    ["C", "South", "2025-02-03", "2025-03-10", "", ""],
    ["D", "South", "2025-05-26", "", "", ""],
    ["E", "South", "2025-04-01", "2025-05-01", "", ""],
]
NEW = [
    ["A", "North", "2025-03-03", "", "", ""],
    ["B", "North", "2025-01-20", "2025-03-03", "", "2025-06-09"],
    ["D", "South", "2025-05-06", "", "", ""],
    ["E", "South", "2025-04-01", "2025-05-01", "", "31/02/2025"],
]
DAY = ("--as-at", "2025-06-30")
WHEN = (*DAY, "--old-as-at", "2025-06-30")


def _write(path: Path, rows: list[list[str]], columns: list[str] | None = None) -> str:
    order = [HEADER.index(name) for name in columns or HEADER]
    lines = [columns or HEADER, *([row[place] for place in order] for row in rows)]
    path.write_text("\n".join(map(",".join, lines)) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Two files of the same cases, a while apart."""
    return _write(tmp_path / "old.csv", OLD), _write(tmp_path / "new.csv", NEW)


def test_each_case_is_told_under_one_name(files: tuple[str, str]) -> None:
    """Still late, cleared, gone, newly late by a changed start, unjudgeable."""
    run = ehcp("changes", *files, *WHEN, "--format", "json")
    answer = json.loads(printed(run))

    check_schema(answer)
    assert run.returncode == 1
    told = [(one["change"], one["case_id"], one["deadline"], one["note"]) for one in answer["changes"]]
    assert told == [
        ("new", "D", "assess.decide", "the start was changed from 2025-05-26 to 2025-05-06"),
        ("still-late", "A", "assess.decide", None),
        ("cleared", "B", "plan.issue", None),
        ("unjudgeable", "E", "plan.issue", None),
        ("gone", "C", "plan.issue", "the case is no longer in the file"),
    ]
    assert answer["summary"] == {
        "new": 1, "still-late": 1, "cleared": 1, "excused": 0, "moved": 0, "unjudgeable": 1, "gone": 1,
    }  # fmt: skip


@pytest.mark.parametrize("saved", [False, True])
def test_a_case_that_is_spelt_in_another_way_is_the_same_case(
    files: tuple[str, str], tmp_path: Path, saved: bool
) -> None:
    """Small letters, another hyphen or blank: neither gone nor new; told as the later file spells it."""
    old = [[f"sen-{row[0].lower()} ", *row[1:]] for row in OLD]
    new = [[f"SEN\u2011{row[0]}", *row[1:]] for row in NEW]
    first, second = _write(tmp_path / "a.csv", old), _write(tmp_path / "b.csv", new)
    if saved:
        run = ehcp("check", first, *DAY, "--include", "all", "--format", "json")
        (tmp_path / "a.json").write_bytes(run.stdout)
        first = str(tmp_path / "a.json")

    told = [
        json.loads(
            printed(ehcp("changes", *pair, *WHEN[: 2 if pair[0].endswith("json") else 4], "--format", "json"))
        )
        for pair in ((first, second), files)
    ]
    assert told[0]["summary"] == told[1]["summary"]
    assert [one["case_id"] for one in told[0]["changes"]] == [
        "SEN\u2011D", "SEN\u2011A", "SEN\u2011B", "SEN\u2011E", "sen-c",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "csv", "plain"])
def test_the_order_of_rows_and_columns_changes_nothing(
    files: tuple[str, str], tmp_path: Path, form: str
) -> None:
    """Shuffled rows and columns, another file name: the same bytes, but for the hash of the file."""
    shuffled = random.Random(7)  # noqa: S311
    rows, columns = list(NEW), list(HEADER)
    shuffled.shuffle(rows)
    shuffled.shuffle(columns)
    other = _write(tmp_path / "other.csv", rows, columns)

    straight = ehcp("changes", *files, *WHEN, "--format", form)
    mixed = ehcp("changes", files[0], other, *WHEN, "--format", form)
    before_receipts = [run.stdout.partition(b'  "receipt":')[0] for run in (straight, mixed)]
    assert before_receipts[0] == before_receipts[1]
    assert straight.stdout


def test_a_person_sees_one_list_for_each_kind(files: tuple[str, str]) -> None:
    """Newly overdue first, and every kind counted."""
    page = printed(ehcp("changes", *files, *WHEN))

    assert page.startswith("Changes as at 30 June 2025\nclocks  what became of them\n     1  Newly overdue\n")
    assert page.index("Newly overdue: 1") < page.index("Still overdue: 1") < page.index("in the file: 1")


def test_nothing_changed_is_said_with_exit_0(tmp_path: Path) -> None:
    """A file held against itself, nothing late in it."""
    path = _write(
        tmp_path / "same.csv", [["A", "", "2025-06-23", "", "", ""], ["B", "", "2025-06-23", "", "", ""]]
    )
    run = ehcp("changes", path, path, *WHEN, "--format", "csv")

    assert (run.returncode, len(printed(run).splitlines())) == (0, 1)


def test_files_of_different_councils_are_refused(files: tuple[str, str], tmp_path: Path) -> None:
    """No case in common, or no district in common: said, and refused unless it is meant."""
    cases = _write(tmp_path / "cases.csv", [[f"X{row[0]}", *row[1:]] for row in NEW])
    districts = _write(tmp_path / "districts.csv", [[row[0], "Elsewhere", *row[2:]] for row in NEW])

    no_case, no_district = (ehcp("changes", files[0], one, *WHEN) for one in (cases, districts))
    assert (no_case.returncode, printed(no_case), no_district.returncode) == (2, "", 2)
    assert "ehcp: OLD and NEW have no case in common: they look like files of different councils\n" in said(
        no_case
    )
    assert "no district in common" in said(no_district)
    assert "try: add --force to compare them anyway" in said(no_case)
    meant = ehcp("changes", files[0], cases, *WHEN, "--force")
    assert meant.returncode == 1
    assert "compared anyway: OLD and NEW have no case in common" in said(meant)


def test_each_file_is_judged_for_its_own_day(tmp_path: Path) -> None:
    """A case that fell due and was done between the days is no news; one that fell due is new."""
    header = ["case_id", "request_received", "assess_agreed", "plan_issued"]
    agreed = [
        ("C1", "2026-01-12,2026-02-16"),
        ("C2", "2026-01-19,2026-02-16"),
        ("C3", "2025-10-01,2025-11-10"),
    ]
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    for path, issued in ((old, ("", "", "")), (new, ("2026-05-29", "", "2026-06-02"))):
        rows = [f"{case},{dates},{day}" for (case, dates), day in zip(agreed, issued, strict=True)]
        path.write_text("\n".join([",".join(header), *rows]) + "\n", encoding="utf-8")

    days = ("--old-as-at", "2026-05-25", "--as-at", "2026-06-12")
    run = ehcp("changes", str(old), str(new), *days, "--format", "json")

    told = [(one["case_id"], one["change"]) for one in json.loads(printed(run))["changes"]]
    assert (run.returncode, told) == (1, [("C2", "new"), ("C3", "cleared")])
    dated = [
        path.rename(tmp_path / name) for path, name in ((old, "c_25.05.2026.csv"), (new, "c 20260612.csv"))
    ]
    named = ehcp("changes", *map(str, dated), "--format", "json")
    assert json.loads(printed(named))["changes"] == json.loads(printed(run))["changes"]


def test_the_day_of_old_must_be_known(files: tuple[str, str]) -> None:
    """In a pipe nobody can be asked: exit 2, and the last date in the file as what to try."""
    run = ehcp("changes", *files, *DAY)

    assert (run.returncode, printed(run)) == (2, "")
    assert "nothing says on which day OLD was saved" in said(run)
    with mock.patch.object(sys, "stdin", None):  # closed
        assert said(ehcp("changes", *files, *DAY)) == said(run)
    assert "try: add --old-as-at 2025-05-26, the last date in the file" in said(run)


def test_old_after_new_is_refused(files: tuple[str, str]) -> None:
    """The two are the wrong way round."""
    words = ("--old-as-at", "2025-07-01", *DAY)

    assert ehcp("changes", *files, *words).returncode == 2
    assert "OLD is as at 2025-07-01, after NEW, as at 2025-06-30" in said(ehcp("changes", *files, *words))


def _saved(path: Path, file: str, *words: str) -> str:
    path.write_bytes(ehcp("check", file, *DAY, "--format", "json", *words).stdout)
    return str(path)


def test_saved_answers_are_compared_like_files(files: tuple[str, str], tmp_path: Path) -> None:
    """Two answers saved with every clock give what their files give."""
    old, new = (_saved(tmp_path / f"{n}.json", file, "--include", "all") for n, file in enumerate(files))

    assert (
        json.loads(printed(ehcp("changes", old, new, *WHEN, "--format", "json")))["changes"]
        == json.loads(printed(ehcp("changes", *files, *WHEN, "--format", "json")))["changes"]
    )


def test_an_answer_under_another_rulebook_is_refused(files: tuple[str, str], tmp_path: Path) -> None:
    """The law alone may have changed an answer."""
    path = Path(_saved(tmp_path / "old.json", files[0], "--include", "all"))
    answer = json.loads(path.read_text())
    answer["rulebook"]["sha256"] = "0" * 64
    path.write_text(json.dumps(answer))

    run = ehcp("changes", str(path), files[1], *WHEN)
    assert run.returncode == 2
    assert "OLD and NEW were judged under different rulebooks" in said(run)
    assert ehcp("changes", str(path), files[1], *WHEN, "--force").returncode == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is JSON, and not an answer of ehcp check"),
        ('{"schema": "ehcp-timeline/1"}', "is JSON, and not an answer of ehcp check"),
        ("{" * 5000, "is JSON, and not an answer of ehcp check"),
    ],
)
def test_json_that_is_no_answer_is_refused(
    files: tuple[str, str], tmp_path: Path, text: str, told: str
) -> None:
    """One line, exit 2, no traceback."""
    path = tmp_path / "odd.json"
    path.write_text(text)
    run = ehcp("changes", str(path), files[1], *WHEN)

    assert run.returncode == 2
    assert told in said(run)


def test_an_answer_that_leaves_clocks_out_is_refused(files: tuple[str, str], tmp_path: Path) -> None:
    """What was cleared cannot be told from what was not listed."""
    run = ehcp("changes", _saved(tmp_path / "part.json", files[0]), files[1], *WHEN)

    assert run.returncode == 2
    assert "does not hold every clock" in said(run)
    assert "try: save it with: ehcp check FILE --include all --format json" in said(run)

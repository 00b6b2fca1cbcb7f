"""A case that stands in several files is not called late for what another of them may answer."""

from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.audit.clock import VERDICTS
from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.cases.schema import vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.audit import check_files
from ehcp_timeline.measure.result import Audit

LAW = load_rulebook()
AS_AT = date(2025, 6, 1)
EVERY = Selection(verdicts=frozenset(VERDICTS), everything=True)
FIRST = "case_id,previous_review_decided,review_decided\nC-1,2024-01-31,\nC-2,2024-01-31,\n"


def judged(folder: Path, *contents: str, sample: int = 0) -> Audit:
    """Return the answer for some files, the sample judged by both readers."""
    sources = []
    for number, content in enumerate(contents):
        (folder / f"{number}.csv").write_text(content)
        sources.append(open_case_file(str(folder / f"{number}.csv"), vocabulary(), as_at=AS_AT))
    return check_files(LAW, sources, AS_AT, EVERY, sample=sample)


def verdicts(audit: Audit) -> list[tuple[str, str]]:
    """Return case and verdict of the yearly reviews, in the order of the list."""
    clocks = audit.findings.filter(audit.findings["deadline"] == "review.annual")
    return list(clocks.select("case_id", "verdict").iter_rows())


@pytest.mark.parametrize("sample", [0, 20])
def test_a_review_that_stands_in_the_next_file(tmp_path: Path, sample: int) -> None:
    """Alone the first file makes it overdue; beside the second it cannot be told, and that is said once."""
    second = "case_id,previous_review_decided,review_decided\nC-1,,2024-12-01\nC-3,2025-01-31,\n"

    assert verdicts(judged(tmp_path, FIRST)) == [("C-1", "overdue"), ("C-2", "overdue")]
    both = judged(tmp_path, FIRST, second, sample=sample)
    assert verdicts(both) == [("C-1", "unknown"), ("C-2", "overdue"), ("C-1", "running"), ("C-3", "running")]
    assert dict(both.summary.verdicts["review.annual"]) == {"running": 2, "overdue": 1, "unknown": 1}
    assert [(one.row, one.column, one.rule, one.stops) for one in both.problems] == [
        (0, "case_id", "case-in-several-files", "nothing")
    ]
    assert both.problems[0].problem == (
        "case C-1 stands in several files; each file is judged by itself, so 1 clock of a duty that repeats "
        "is unknown: another file may answer them"
    )


def test_files_that_share_no_case_are_judged_as_ever(tmp_path: Path) -> None:
    """Two districts, say."""
    second = FIRST.replace("C-", "D-")

    both = judged(tmp_path, FIRST, second)
    assert [verdict for _, verdict in verdicts(both)] == ["overdue"] * 4
    assert both.problems == ()


def test_a_file_that_has_no_reviews_lifts_no_blame(tmp_path: Path) -> None:
    """Another kind of file with the same cases could not answer the clock."""
    both = judged(tmp_path, FIRST, "case_id,request_received,assess_agreed\nC-1,2025-05-01,\n")

    assert verdicts(both) == [("C-1", "overdue"), ("C-2", "overdue")]


def test_duties_that_do_not_repeat_keep_their_verdict(tmp_path: Path) -> None:
    """They look at their own row alone, in one file as in two."""
    rows = (
        "case_id,request_received,assess_agreed,previous_review_decided,review_decided\nC-1,2025-01-01,,,\n"
    )

    both = judged(tmp_path, rows, rows.replace("01-01", "01-02"))
    clocks = both.findings.filter(both.findings["deadline"] == "assess.decide")
    assert clocks["verdict"].to_list() == ["overdue", "overdue"]

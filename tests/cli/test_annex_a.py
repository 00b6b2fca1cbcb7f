"""`ehcp check` on an Annex A list: overdue reviews, and nothing that the list cannot know."""

import json
from pathlib import Path

from tests.cli.command import ehcp, printed

LIST_1 = "Unique ID,Date initial EHC plan issued,Date updated EHC plan issued,Date EHC plan last reviewed"


def test_only_the_open_review_is_judged(tmp_path: Path) -> None:
    """Reviewed 3 March 2025: due 2 March 2026. Not reviewed since 2023: overdue. Older reviews: unknown."""
    path = tmp_path / "annex.csv"
    path.write_text(
        f"{LIST_1}\nA,01/01/2020,02/03/2024,03/03/2025\nB,01/01/2020,,03/03/2023\nC,01/06/2025,,\n"
    )

    run = ehcp("check", str(path), "--as-at", "2026-01-15", "--include", "all", "--format", "json")
    answer = json.loads(printed(run))

    assert {one["deadline"] for one in answer["findings"]} == {"review.annual"}
    assert [(one["case_id"], one["due"], one["verdict"]) for one in answer["findings"]] == [
        ("A", "2020-12-31", "unknown"),
        ("A", "2026-03-02", "running"),
        ("B", "2020-12-31", "unknown"),
        ("B", "2024-03-02", "overdue"),
        ("C", "2026-05-31", "running"),
    ]
    assert run.returncode == 1

"""The work in one file: its rows are kept once, however often the file is read."""

from pathlib import Path

from tests.measure.small_files import casework


def test_rows_are_kept_once_where_dates_prove_no_order(tmp_path: Path) -> None:
    """Dates that could be day-first or month-first are judged both ways, from rows that are kept once."""
    work = casework(
        tmp_path,
        """
        case_id, request_received, plan_issued
        A,       03/04/2025,
        B,       05/06/2025,
        """,
        "2026-06-01",
    )

    assert work.rows["case_id"].to_list() == ["A", "B"]
    assert [one.changed for one in work.audit.summary.date_order] != []

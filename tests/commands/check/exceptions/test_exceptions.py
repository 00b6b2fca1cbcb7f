"""`ehcp check --exceptions`: what is claimed, and whether the dates support it."""

import json

from tests.cli.command import ehcp, printed


def test_each_claim_is_told_with_what_its_dates_show() -> None:
    """Of the teaching cases, 28 days of absence are proved, 27 refuted, bare flags neither."""
    run = ehcp("check", "examples/cases.csv", "--as-at", "2026-06-01", "--exceptions", "--format", "json")

    claims = json.loads(printed(run))["claims"]
    assert [(one["case_id"], one["excuse"], one["shows"], one["days_late"]) for one in claims] == [
        ("A-017", "exception-recorded", "cannot be shown", 49),
        ("A-018", "absent", "proved", 49),
        ("A-019", "absent", "refuted", 49),
        ("A-020", "exceptional", "cannot be shown", 182),
    ]
    assert run.returncode == 0

"""Every row that `examples/make_kent.py` writes is in lawful order and clean, unless it is asked for dirt."""

import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from tests.examples.kent_file import EXAMPLES, Case, days_between, run

NOT_EVENTS = {"case_id", "name", "district", "team", "caseworker", "school", "referrer", "sen_need"}
CODES = {
    "review_outcome": {"maintain", "amend", "cease"},
    "transfer_kind": {
        *("early_years_school", "infant_junior", "primary_secondary", "secondary_post16", "post16_post16")
    },
    "order_kind": {"assess", "amend", "name_school"},
    "agreement_kind": {"amend"},
    "appeal_ground": {"assess", "amend", "name_school"},
    "appeal_outcome": {"conceded", "family", "authority"},
    **{
        flag: {"yes", "no"}
        for flag in ("exception_recorded", "advice_sought_near_closure", "exceptional_circumstances")
    },
}
ORDER = (
    ("date_of_birth", "request_received", 300),
    ("request_received", "assess_agreed", 1),
    ("request_received", "assess_refused", 1),
    ("assess_refused", "assess_agreed", 1),
    ("assess_agreed", "psychology_advice_requested", 0),
    *(
        (f"{source}_advice_requested", f"{source}_advice_received", 1)
        for source in ("education", "medical", "psychology", "social_care")
    ),
    *((f"{source}_advice_received", "draft_sent", 1) for source in ("education", "medical", "psychology")),
    ("psychology_advice_received", "no_plan_notified", 1),
    ("draft_sent", "representations_received", 1),
    ("draft_sent", "consultation_sent", 0),
    ("consultation_sent", "consultation_replied", 1),
    ("consultation_replied", "plan_issued", 1),
    ("representations_received", "plan_issued", 1),
    ("draft_sent", "plan_issued", 15),
    ("request_received", "withdrawn", 1),
    ("request_received", "moved_away", 1),
    ("plan_issued", "review_meeting", 1),
    ("previous_review_decided", "review_meeting", 1),
    ("review_notice_sent", "review_meeting", 1),
    ("review_meeting", "review_report_sent", 1),
    ("review_meeting", "review_decided", 7),
    ("review_report_sent", "review_decided", 0),
    ("review_decided", "amendment_notice_sent", 0),
    ("amendment_notice_sent", "amendment_representations_received", 1),
    ("amendment_notice_sent", "amended_plan_issued", 15),
    ("amendment_notice_sent", "no_amendment_notified", 15),
    ("review_decided", "cease_notified", 0),
    ("previous_review_decided", "cease_notified", 1),
    ("cease_notified", "plan_ceased", 60),
    ("transfer_plan_issued", "transfer_date", 1),
    ("decision_sent", "mediation_contacted", 1),
    ("mediation_contacted", "mediation_declined", 0),
    ("mediation_declined", "mediation_certificate", 0),
    ("mediation_certificate", "appeal_lodged", 1),
    ("appeal_lodged", "appeal_response_sent", 1),
    ("appeal_lodged", "tribunal_told_unopposed", 1),
    ("appeal_lodged", "order_made", 1),
    ("order_made", "order_plan_issued", 1),
    ("mediation_requested", "mediation_arranged", 1),
    ("mediation_arranged", "mediation_held", 1),
    ("mediation_held", "mediation_agreed", 0),
    ("mediation_agreed", "agreement_done", 1),
    ("moved_in", "plan_transferred", 0),
    ("plan_transferred", "move_notice_sent", 1),
    ("contact_received", "contact_answered", 0),
    ("complaint_received", "complaint_answered", 0),
    ("closure_from", "closure_to", 28),
    ("absent_from", "absent_to", 28),
)
"""The second event comes at least so many days after the first, wherever a row holds both."""


def test_every_row_is_in_lawful_order(cases: list[Case]) -> None:
    """No row holds an event before the one it must follow, and every plan follows a draft by 15 days."""
    wrong = [
        (case["case_id"], first, last)
        for case in cases
        for first, last, least in ORDER
        if case[first] and case[last] and (days_between(case, first, last) or 0) < least
    ]
    assert wrong == []
    assert all(case["draft_sent"] for case in cases if case["request_received"] and case["plan_issued"])


def test_clean_by_default(cases: list[Case]) -> None:
    """Every date is an ISO date from 2000 on, planned ones alone after the last day; every code is known."""
    planned = {"review_meeting", "transfer_date"}
    for case in cases:
        for column, cell in case.items():
            if not cell or column in NOT_EVENTS:
                continue
            if column in CODES:
                assert cell in CODES[column]
            else:
                assert date(1998, 1, 1) <= date.fromisoformat(cell)
                assert cell <= "2024-02-29" or column in planned
        assert all(case[column] for column in NOT_EVENTS - {"referrer"})


def test_a_start_stands_once(cases: list[Case]) -> None:
    """No start of a review clock stands on two rows of a case, and no two rows of a case are the same."""
    starts = [
        (case["case_id"], case[column])
        for case in cases
        for column in ("plan_issued", "previous_review_decided", "review_decided")
        if case[column]
    ]
    assert len(starts) == len(set(starts))
    assert len(cases) == len({tuple(case.values()) for case in cases})


def test_a_case_is_one_child(cases: list[Case]) -> None:
    """Rows of one case agree on the child; a good thousand cases have more than one row, none more than 3."""
    children = defaultdict(set)
    rows = Counter(case["case_id"] for case in cases)
    for case in cases:
        children[case["case_id"]].add((case["name"], case["date_of_birth"], case["district"]))
    assert all(len(each) == 1 for each in children.values())
    assert sum(count > 1 for count in rows.values()) > 1000
    assert max(rows.values()) <= 3


@pytest.mark.slow
def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """The same seed writes the same bytes, another seed others."""
    one, two, three = tmp_path / "1.csv", tmp_path / "2.csv", tmp_path / "3.csv"
    for path, seed in ((one, "5"), (two, "5"), (three, "6")):
        run(path, "--seed", seed)
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes() != three.read_bytes()


@pytest.mark.slow
def test_dirty_spoils_about_one_in_a_hundred(tmp_path: Path) -> None:
    """`--dirty` spoils about 1% of dates and codes, in every way a real file does, and nothing else."""
    clean, dirty = run(tmp_path / "clean.csv"), run(tmp_path / "dirty.csv", "--dirty")
    changed = [
        (column, case[column], spoilt[column])
        for case, spoilt in zip(clean, dirty, strict=True)
        for column in case
        if case[column] != spoilt[column]
    ]
    cells = sum(bool(case[column]) for case in clean for column in case if column not in NOT_EVENTS)
    assert 0.008 < len(changed) / cells < 0.012
    assert {"31/02/2025", "TBC", "N/A", "#N/A", "1900-01-01", "see notes"} <= {now for _, _, now in changed}
    dates = [(was, now) for column, was, now in changed if column not in CODES]
    assert any(now == f"{int(was[8:])}/{int(was[5:7])}/{was[:4]}" for was, now in dates)
    assert not {column for column, _, _ in changed} & NOT_EVENTS


@pytest.mark.slow
def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A path that cannot be written is one line on stderr and exit 2."""
    out = tmp_path / "nowhere" / "kent.csv"
    result = subprocess.run(
        [sys.executable, EXAMPLES / "make_kent.py", out], check=False, capture_output=True, text=True
    )
    assert result.returncode == 2
    assert result.stderr == f"{out}: cannot be written (No such file or directory); give another path\n"

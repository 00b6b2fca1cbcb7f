"""docs/rules.md is what the rulebook says now, and leaves out nothing."""

import re
from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.commands.rules.lists import regulations
from ehcp_timeline.commands.rules.page import example_of, rules_page
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Deadline

ROOT = Path(__file__).parents[3]
LAW = load_rulebook()
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")

# Every regulation of the SEND Regulations 2014 that sets a number of days, weeks or months, or a day.
WITH_A_TIME_LIMIT = (
    *("4", "5", "8", "10", "13", "15", "16", "18", "18A", "20", "21", "22", "24", "25", "26", "27", "28"),
    *("33", "34", "35", "36", "37", "39", "42", "44", "45", "47"),
)


@pytest.mark.slow
def test_the_page_is_current() -> None:
    """What is published is what `ehcp rules coverage --write` writes now."""
    assert rules_page(LAW) == PAGE


@pytest.mark.parametrize("number", WITH_A_TIME_LIMIT)
def test_every_regulation_with_a_time_limit_is_encoded_or_not_and_why(number: str) -> None:
    """No regulation with a number is missing from the table."""
    (one,) = [covered for covered in regulations(LAW) if covered.regulation == number]

    assert one.deadlines or one.applied or one.not_encoded
    assert all(left.why for left in one.not_encoded)
    assert f"| reg {number} | " in PAGE


def test_regulations_are_found_in_citations() -> None:
    """A list of regulations counts for each; what another regulation applies is told apart."""
    found = {one.regulation: one for one in regulations(LAW)}

    assert found["21"].deadlines == ("review.notice", "review.report", "review.decide")
    assert found["39"].deadlines == ("mediation.certificate",)
    assert "agreed.amend" in found["44"].applied
    assert "agreed.amend" in found["42"].deadlines
    assert list(found)[:3] == ["3", "4", "5"]
    assert "23" not in found  # 23 March 2015 is a day


@pytest.mark.parametrize("one", LAW.deadlines, ids=[one.id for one in LAW.deadlines])
def test_every_deadline_has_a_page(one: Deadline) -> None:
    """Duty, words and provision, how it is counted, a case worked through, readings, excuses, history."""
    page = re.split(r"^###? ", PAGE.partition(f"### `{one.id}`\n")[2], maxsplit=1, flags=re.MULTILINE)[0]

    assert f"**{one.duty}** ({one.who}, {one.kind})" in page
    assert (f"> {one.says}\n" in page) == bool(one.says)
    assert one.means in page
    assert f"> {one.law}; the words were " in page
    assert "**How it is counted**" in page
    assert page.count("- started from ") == len(one.versions)
    counted = any(version.limit.limbs or version.limit.words for version in one.versions)
    assert ("**A case worked through:** " in page) == counted
    for name in (*(part.id for part in one.readings), *(part.id for part in one.excuses)):
        assert f"- {name}: " in page
    assert (f"](#{one.id.replace('.', '')})" in PAGE) == one.law.startswith("SEND-Regs-2014 reg")


@pytest.mark.parametrize(
    ("deadline", "due"),
    [
        ("plan.issue", date(2025, 8, 20)),
        ("plan.window", date(2025, 4, 17)),
        ("phase.school", date(2026, 2, 14)),
        ("review.annual", date(2026, 4, 1)),
        ("move.transfer", date(2025, 5, 14)),
        ("move.review", date(2025, 9, 9)),
        ("appeal.response", date(2025, 5, 19)),
    ],
)
def test_the_worked_examples_come_out_as_by_hand(deadline: str, due: date) -> None:
    """From 2 April 2025, or a transfer of 1 September 2026; bank holidays on 18, 21 April, 5, 26 May."""
    example = example_of(LAW.by_id[deadline], LAW)

    assert example is not None
    assert example[2] == due


@pytest.mark.slow
def test_a_page_with_a_scenario_says_so() -> None:
    """Laid over the law is said at the top, and beside the deadline."""
    page = rules_page(load_rulebook([ROOT / "examples" / "what-if-bill.toml"]))

    assert "**A scenario, not law: what-if-bill.toml: a supposition" in page
    assert "from 2028-09-01: What-if bill, clause 1 (made up) (what-if-bill.toml)" in page

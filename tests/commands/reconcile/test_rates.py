"""The law's 20-week rate against the DfE's rule, on cases worked by hand."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.commands.reconcile.rates import KINDS, ReconcileAnswer, Rule, reconcile, reconcile_sections
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.commands.scorecard.counted import CASES
from tests.commands.scorecard.hand import AS_AT, NUMBERS

RULES: tuple[Rule, ...] = ("excluding", "including")


def _reconciled(rule: Rule, year: int = 2024) -> ReconcileAnswer:
    source = open_case_file(str(CASES), vocabulary(), as_at=AS_AT)
    return reconcile(load_rulebook(), [source], AS_AT, year, rule)


def test_the_rates_are_those_of_the_scorecard() -> None:
    """Five rates of the same plans, each as counted by hand."""
    rates = {rate.name: (rate.in_time, rate.plans, rate.percent) for rate in _reconciled("excluding").rates}

    assert rates == {
        "claimed": (7, 11, NUMBERS["pc_plans_in_time_claimed"]),
        "strict": (7, 15, NUMBERS["pc_plans_in_time_strict"]),
        "evidenced": (7, 13, NUMBERS["pc_plans_in_time_evidenced"]),
        "including": (5, 14, NUMBERS["pc_plans_issued_within_20_weeks"]),
        "excluding": (4, 9, NUMBERS["pc_plans_issued_20_weeks_ex"]),
    }


def test_every_case_of_the_gap_and_why() -> None:
    """Without exceptions, four plans part the law from the DfE's rule."""
    found = {one.case_id: (one.law, one.dfe, one.kind) for one in _reconciled("excluding").cases}

    assert found == {
        "P03": ("in time", "left out", "exception"),
        "P08": ("in time", "left out", "no-request-date"),
        "P09": ("in time", "left out", "transferred-in"),
        "P14": ("left out", "late", "other-time-limit"),
    }


def test_with_exceptions_the_excused_part_them() -> None:
    """Including exceptions, the four late plans with an excuse are counted by the DfE and not by the law."""
    found = {one.case_id: (one.law, one.dfe, one.kind) for one in _reconciled("including").cases}

    assert found == {
        "P04": ("left out", "late", "excused"),
        "P07": ("left out", "late", "excused"),
        "P11": ("left out", "late", "excused"),
        "P12": ("left out", "late", "excused"),
        "P08": ("in time", "left out", "no-request-date"),
        "P09": ("in time", "left out", "transferred-in"),
        "P14": ("left out", "late", "other-time-limit"),
    }


@pytest.mark.parametrize("rule", ["excluding", "including"])
def test_the_cases_explain_the_whole_gap(rule: Rule) -> None:
    """The law's plans, with the parted ones moved, are exactly the DfE's."""
    answer = _reconciled(rule)
    rates = {rate.name: rate for rate in answer.rates}
    claimed = rates["claimed"]
    by_law = Counter({"in time": claimed.in_time, "late": claimed.plans - claimed.in_time})
    for one in answer.cases:
        by_law[one.law] -= one.law != "left out"
        by_law[one.dfe] += one.dfe != "left out"

    assert by_law["in time"] == rates[rule].in_time
    assert by_law["in time"] + by_law["late"] == rates[rule].plans


def test_an_order_is_named_before_the_refusal() -> None:
    """What took the place of P14's 20 weeks is the order, not the refusal that it overturned."""
    (case,) = [one for one in _reconciled("excluding").cases if one.case_id == "P14"]

    assert case.reason == (
        "the Tribunal made its order (2023-09-01): another time limit takes the place of the 20 weeks"
    )


def test_a_mediation_agreement_is_named_before_the_refusal(tmp_path: Path) -> None:
    """What took the place of the 20 weeks is the agreement to assess, by the words of its own column."""
    file = tmp_path / "cases.csv"
    file.write_text(
        "case_id,request_received,assess_refused,mediation_agreed,agreement_kind,plan_issued\n"
        "A,2024-01-08,2024-02-12,2024-03-18,assess,2024-06-24\n",
        encoding="utf-8",
    )
    source = open_case_file(str(file), vocabulary(), as_at=AS_AT)
    (case,) = reconcile(load_rulebook(), [source], AS_AT, 2024, "excluding").cases

    assert case.reason == (
        "a mediation agreement was reached (2024-03-18): another time limit takes the place of the 20 weeks"
    )


def test_a_year_without_plans_has_no_rate() -> None:
    """No plan is no 0%."""
    answer = _reconciled("excluding", 2021)

    assert [rate.percent for rate in answer.rates] == [None] * 5
    assert answer.cases == ()
    sections = list(reconcile_sections(answer, None))
    assert {row[0] for row in sections[0].rows} == {"no cases"}
    assert sections[1].before == ("No plan of 2021 is counted, by the law or by the DfE's rule.",)


@pytest.mark.parametrize("year", [-5, 0, 10_000, 1_000_000_000])
def test_a_year_of_no_calendar_has_no_plans(year: int) -> None:
    """A year that no date can have ends in an answer, as any other without plans."""
    assert [rate.plans for rate in _reconciled("excluding", year).rates] == [0] * 5


def test_every_kind_has_words() -> None:
    """Every reason that a case is given is one of the permanent words."""
    kinds = {one.kind for rule in RULES for one in _reconciled(rule).cases}

    assert kinds <= set(KINDS)


def test_a_file_without_plans(tmp_path: Path) -> None:
    """A file that lacks the column says so in one line."""
    path = tmp_path / "requests.csv"
    path.write_text("case_id,request_received\n1,2024-01-02\n", encoding="utf-8")
    source = open_case_file(str(path), vocabulary(), as_at=date(2024, 12, 31))

    with pytest.raises(UsageError) as error:
        reconcile(load_rulebook(), [source], date(2024, 12, 31), 2024, "excluding")

    assert "has no column plan_issued" in str(error.value)

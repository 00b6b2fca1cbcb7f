"""A rulebook that reads well and may still be wrong: each check on its fault, from its day."""

from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.commands.rules.check import Remark, remarks
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Rulebook
from tests.law.test_diff import changed

LAW = load_rulebook()
TODAY = date(2026, 11, 22)
CHECKED = date(2026, 11, 21)


def _errors(rulebook: Rulebook, as_at: date = TODAY) -> list[tuple[str, str, str]]:
    return [(one.rule, one.where, one.says) for one in remarks(rulebook, as_at) if one.level == "error"]


def _laid(folder: Path, text: str) -> Rulebook:
    path = folder / "ours.toml"
    path.write_text(text, encoding="utf-8")
    return load_rulebook([path])


LOCAL = """
[[deadline]]
id = "local.reply"
duty = "Answer"
who = "authority"
kind = "local"
law = "Our promise"
says = "within 5 days"
seen = "primary"
checked = 2026-11-21
starts = "contact_received"
met_by = "contact_answered"
  [[deadline.version]]
  from = 2020-01-01
  within = { days = 5, start_day = "excluded" }
"""


def test_the_law_has_no_fault() -> None:
    """What ships passes its own checks; words that were not seen are notes."""
    found = list(remarks(LAW, TODAY))

    assert [one for one in found if one.level != "note"] == []
    assert [(one.rule, one.where) for one in found] == [
        ("unverified", f"remedy.{name}") for name in ("judicial_review", "disability", "upper_tribunal")
    ]


@pytest.mark.parametrize(
    ("deadline", "was", "written", "fault"),
    [
        (
            "reassess.decide",
            "from = 2014-09-01",
            "from = 2014-08-31",
            (
                "before-in-force",
                "reassess.decide",
                "version from 2014-08-31 begins before SEND-Regs-2014 was in force, on 2014-09-01",
            ),
        ),
        (
            "phase.post16",
            "SEND-Regs-2014 reg 18(3)",
            "Coronavirus-Regs-2020 reg 18(3)",
            (
                "before-in-force",
                "phase.post16",
                "version from 2015-09-01 begins before Coronavirus-Regs-2020 was in force, on 2020-05-01",
            ),
        ),
        (
            "plan.issue",
            '"SEND-Regs-2014 reg 13(3), applying reg 10(4)(e), inserted by Coronavirus-Regs-2020"',
            '"Corona reg 13(3)"',
            (
                "unknown-instrument",
                "plan.issue",
                "excuse coronavirus cites 'Corona reg 13(3)', which names no instrument",
            ),
        ),
        (
            "reassess.window",
            'met_by = "reassessment_plan_issued"',
            'met_by = "reassessment_draft_sent"',
            (
                "unreachable",
                "reassess.window",
                "can never be owed or used: what starts it also answers it",
            ),
        ),
        (
            "amend.respond",
            'ends = ["amended_plan_issued"',
            'ends = ["amendment_notice_sent"',
            ("unreachable", "amend.respond", "can never be owed or used: what starts it also ends it"),
        ),
        (
            "plan.respond",
            "note =",
            'displaced_by = ["plan.window"]\nnote =',
            (
                "unreachable",
                "plan.respond",
                "can never be owed or used: plan.window starts whenever it does and takes its place",
            ),
        ),
        (
            "review.final",
            'only_if = { review_outcome = ["amend"] }',
            "only_if = { review_outcome = [] }",
            (
                "unreachable",
                "review.final",
                "can never be owed or used: only_if names no code of review_outcome",
            ),
        ),
        (
            "payments.review",
            "to = 2020-09-25",
            "to = 2014-08-31",
            (
                "unreachable",
                "payments.review",
                "can never be owed or used: excuse coronavirus ends on 2014-08-31, before it can begin",
            ),
        ),
        (
            "plan.consultation",
            'within = { days = 15, start_day = "included" }',
            'within = { days = 15, start_day = "excluded" }',
            (
                "unreachable",
                "plan.consultation",
                "can never be owed or used: reading day-one counts as the deadline itself",
            ),
        ),
        (
            "plan.consultation",
            'source = "The Code does not say whether the day of consultation counts"',
            'source = " "',
            ("no-citation", "plan.consultation", "reading day-one has no citation"),
        ),
        (
            "plan.respond",
            'says = "give them at least 15 days, beginning with the day on which the draft plan was served"',
            'says = ""',
            ("no-citation", "plan.respond", "says is empty"),
        ),
    ],
)
def test_each_check_names_its_fault(
    tmp_path: Path, deadline: str, was: str, written: str, fault: tuple[str, str, str]
) -> None:
    """One wrong clause is one fault, with the deadline and the clause."""
    assert _errors(changed(tmp_path, deadline, was, written)) == [fault]


def test_an_instrument_is_not_in_force_before_it_is_made(tmp_path: Path) -> None:
    """The two days of one instrument must fit."""
    law = changed(tmp_path, "CFA-2014", "made = 2014-03-13", "made = 2014-09-02")

    assert _errors(law) == [
        ("instrument-dates", "CFA-2014", "in force from 2014-09-01, before it was made on 2014-09-02")
    ]


@pytest.mark.parametrize(
    ("as_at", "level"),
    [
        (date(2027, 11, 29), None),
        (date(2027, 11, 30), "warning"),
        (date(2028, 11, 29), "warning"),
        (date(2028, 11, 30), "error"),
    ],
)
def test_words_grow_stale(as_at: date, level: str | None) -> None:
    """Checked on 29 November 2026: a year on it is fresh, the day after it warns, a year later it fails."""
    found = [one for one in remarks(LAW, as_at) if one.rule == "stale" and one.where == "plan.issue"]

    assert [one.level for one in found] == ([level] if level else [])
    assert all(one.says.startswith("last checked on 2026-11-29, more than ") for one in found)


def test_a_promise_may_not_pass_for_law(tmp_path: Path) -> None:
    """A local rulebook that calls its duty statutory is a fault; a scenario says what it is."""
    law = LOCAL.replace('kind = "local"', 'kind = "statutory"')

    assert _errors(_laid(tmp_path, LOCAL)) == []
    assert _errors(_laid(tmp_path, law)) == [
        ("not-law", "local.reply", "ours.toml adds it as statutory, but is not law")
    ]
    assert _errors(_laid(tmp_path, f'scenario = "a draft"\n{law}')) == []


def test_every_fault_says_what_to_try(tmp_path: Path) -> None:
    """A fault without advice leaves a person alone with it."""
    law = changed(
        tmp_path, "amend.respond", 'ends = ["amended_plan_issued"', 'ends = ["amendment_notice_sent"'
    )
    (fault,) = [one for one in remarks(law, date(2026, 11, 22)) if one.level == "error"]

    assert fault == Remark("error", "unreachable", fault.where, fault.says, "correct or remove it")

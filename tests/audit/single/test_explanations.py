"""An explanation holds everything: from its JSON alone, somebody else reaches the same answer."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ehcp_timeline.audit.single.explain import explain
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.verdicts import Circumstances, beside, decide
from ehcp_timeline.cases.model import Row
from ehcp_timeline.clock import Count, apply, roll_for_tribunal
from ehcp_timeline.commands.explain.view import explain_answer
from ehcp_timeline.commands.rules.golden.cases import Golden, load_fixtures, load_golden
from ehcp_timeline.law.rulebook import Rulebook, part_of
from ehcp_timeline.measure.answer import values
from ehcp_timeline.output.data import json_text
from tests.cli.command import check_schema
from tests.output.made import whole

STATUTE = Path(__file__).parents[2] / "statute"
Clock = dict[str, Any]


def _told(golden: Golden, rulebook: Rulebook) -> list[Clock]:
    """Return the explained clocks of a case as they leave the program, read back from JSON."""
    judged = judge_case(part_of(rulebook, golden.expect), golden.rows, golden.as_at)
    explained = [(one, explain(one, golden.as_at)) for one in judged if one.clock.deadline in golden.expect]
    clocks: list[Clock] = json.loads(
        json_text(values(explain_answer("golden", explained, golden.as_at, rulebook)))
    )["clocks"]
    return clocks


@pytest.fixture(scope="module")
def told(rulebook: Rulebook) -> list[tuple[str, Clock]]:
    """Return every clock that any golden case expects something of, explained, with the case's name."""
    goldens = load_fixtures([STATUTE], rulebook, date.max)
    return [(golden.name, clock) for golden in goldens for clock in _told(golden, rulebook)]


def _facts(clock: Clock, title: str) -> list[dict[str, Any]]:
    return [step["facts"] for step in clock["steps"] if step["title"] == title]


def _words(clock: Clock) -> dict[str, Any]:
    return {name: word for step in clock["steps"] for name, word in step["gives"].items()}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _counted_due(clock: Clock) -> date | None:
    """Count the due day again, from the facts of the steps alone."""
    if set_by := [one for one in _facts(clock, "Due") if "set_to" in one]:
        return _day(set_by[0]["set_to"])
    counts = _facts(clock, "Count")
    ends = [apply(_count(one), date.fromisoformat(one["since"])) for one in counts if "since" in one]
    rolls = any(one.get("rolls") for one in counts)
    due = max(ends)
    return roll_for_tribunal(due) if rolls else due


def _count(facts: Mapping[str, Any]) -> Count:
    names = ("kind", "number", "unit", "start_day", "month", "day", "calendar")
    return Count(**{name: facts[name] for name in names if name in facts})


def _excuse(clock: Clock) -> str:
    strengths = {one["strength"] for one in _facts(clock, "Excuse")}
    if strengths & {"claimed", "evidenced"}:
        return "stands"
    return "unreadable" if "unreadable" in strengths else "none"


@pytest.mark.slow
def test_the_verdict_follows_from_the_json_alone(told: list[tuple[str, Clock]]) -> None:
    """The words that the steps give, looked up in the published table, are the verdict and its reason."""
    assert len(told) > 1000
    for name, clock in told:
        line = decide(Circumstances(**_words(clock)))

        assert (line.verdict, line.reason or None) == (clock["verdict"], clock["reason"]), name


@pytest.mark.slow
def test_the_words_follow_from_the_days_alone(told: list[tuple[str, Clock]]) -> None:
    """Due day, days late, excuse and certainty can all be worked out again from the facts of the steps."""
    for name, clock in told:
        words, due = _words(clock), _day(clock["due"])
        if due is None or words["start"] != "stands":
            continue
        (answer,) = _facts(clock, "Answer")
        answered, ended, as_at = (_day(answer[key]) for key in ("answered", "ended", "as_at"))
        assert as_at is not None

        assert _counted_due(clock) == due, name
        assert words["answer"] == (beside(answered, due) if answered else "none"), name
        assert words["ended"] == (beside(ended, due) if ended else "no"), name
        assert words["now"] == beside(as_at, due), name
        assert words.get("excuse", "none") == _excuse(clock), name
        if clock["days_late"] is not None:
            assert clock["days_late"] == ((answered or ended or as_at) - due).days, name
        disputed = any(one["disputes"] for one in _facts(clock, "Other reading"))
        readable = words.get("readable", "yes") == "yes"
        assert clock["certainty"] == ("disputed" if disputed and readable else "certain"), name


@pytest.mark.slow
def test_steps_are_numbered_from_one(told: list[tuple[str, Clock]]) -> None:
    """Every clock's steps are 1, 2, 3, and the last is the verdict."""
    for name, clock in told:
        numbers = [step["number"] for step in clock["steps"]]

        assert numbers == list(range(1, len(numbers) + 1)), name
        assert clock["steps"][-1]["title"] == "Verdict", name


@pytest.mark.slow
def test_an_explanation_has_the_published_shape(rulebook: Rulebook) -> None:
    """The JSON answer is valid by the schema in docs/schemas: one case whole, of others what started."""
    for place, golden in enumerate(load_golden(STATUTE / "traps.toml", rulebook)):
        every = judge_case(rulebook, golden.rows, golden.as_at)
        judged = [one for one in every if not place or one.clock.verdict != "not-started"]
        explained = [(one, explain(one, golden.as_at)) for one in judged]
        answer = explain_answer("golden", explained, golden.as_at, rulebook)

        check_schema(json.loads(json_text(whole(answer))))


def test_each_limb_is_told_with_its_own_count(rulebook: Rulebook) -> None:
    """The twelve months and the three months of a review after a move are not mixed up."""
    row = Row(2, "A-1", {"plan_issued": date(2024, 9, 10), "plan_transferred": date(2025, 4, 2)})
    (working,) = [
        one for one in judge_case(rulebook, [row], date(2025, 4, 2)) if one.clock.deadline == "move.review"
    ]
    texts = [step.text for step in explain(working, date(2025, 4, 2)) if step.title == "Count"]

    assert texts[0].startswith(
        "From plan_issued on Tuesday 10 September 2024: 12 months, the first day counted"
    )
    assert texts[1].startswith(
        "From plan_transferred on Wednesday 2 April 2025: 3 months, the first day counted"
    )
    assert texts[2] == "The later of these counts: Tuesday 9 September 2025."


@pytest.mark.parametrize(
    ("unread", "given", "title", "text"),
    [
        ("request_received", {}, "Start", "Its start could not be read: request_received."),
        (
            "plan_issued",
            {"request_received": date(2025, 1, 6)},
            "Cells",
            "plan_issued could not be read.",
        ),
    ],
)
def test_a_cell_that_could_not_be_read_is_named(
    unread: str, given: dict[str, date], title: str, text: str, rulebook: Rulebook
) -> None:
    """A start or an answer that could not be read stands in the explanation in exactly these words."""
    row = Row(2, "C-1", given, unreadable=frozenset({unread}))
    workings = judge_case(part_of(rulebook, ("plan.issue",)), [row], date(2025, 6, 1))
    (plan,) = (working for working in workings if working.clock.deadline == "plan.issue")

    steps = explain(plan, date(2025, 6, 1))

    assert [step.text for step in steps if step.title == title] == [text]

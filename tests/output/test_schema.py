"""The JSON answers have the published shape, and what is published is current."""

import json
from pathlib import Path

import jsonschema
import pytest

from ehcp_timeline.audit.verdicts import Clock
from ehcp_timeline.commands.timeline.command import TimelineAnswer, TimelineClock
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Overlay
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.output.data import json_text
from tests.cli.command import check_schema
from tests.output.made import AS_AT, OVERDUE, RUNNING, UNKNOWN, audit, whole

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
LAW = RulebookUsed("2026.11", "a" * 64, (Overlay("ours.toml", "c" * 64),))
WHOLE = json.loads(json_text(whole(audit(OVERDUE, RUNNING, UNKNOWN, rulebook=LAW))))


def test_a_check_has_the_published_shape() -> None:
    """The answer, written and read back, is valid by the published schema."""
    check_schema(WHOLE)

    assert list(WHOLE) == [
        "schema", "as_at", "rulebook", "input", "summary", "findings", "oldest", "problems",
        "unread", "group", "acknowledged", "receipt",
    ]  # fmt: skip
    assert list(WHOLE["summary"]) == [
        "stages", "rates", "verdicts", "not_judged", "clearance", "rights", "date_order", "closures",
    ]  # fmt: skip
    assert WHOLE["schema"] == "ehcp-check/1"
    assert WHOLE["rulebook"]["overlays"] == [{"name": "ours.toml", "sha256": "c" * 64}]
    assert WHOLE["problems"] == [
        {"row": 5, "column": "plan_issued", "problem": "31 February is no day", "try": "give the real date"}
    ]
    assert WHOLE["oldest"] == [
        {"case_id": "C-2", "row": 3, "stage": "no_decision", "start": "2023-08-14", "weeks": 126}
    ]


def test_a_timeline_has_the_published_shape() -> None:
    """A clock without a file has no row, and a case number only if one was given."""
    rulebook = load_rulebook()
    clock = Clock("", 0, "plan.issue")
    line = TimelineClock.of(clock, rulebook.by_id["plan.issue"], {"team": "North"}, row=None)
    answer = json.loads(json_text(whole(TimelineAnswer(AS_AT, RulebookUsed.of(rulebook), (line,)))))

    check_schema(answer)
    assert answer["clocks"][0]["case_id"] is None
    assert answer["clocks"][0]["row"] is None
    assert answer["clocks"][0]["team"] == "North"


def test_the_shape_refuses_what_is_not_in_it() -> None:
    """A finding with another key, or a verdict that there is not, is no answer."""
    for change in ({"name": "x"}, {"verdict": "breach"}, {"row": 0}):
        wrong = {**WHOLE, "findings": [{**WHOLE["findings"][0], **change}]}
        with pytest.raises(jsonschema.ValidationError):
            check_schema(wrong)

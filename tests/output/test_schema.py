"""The JSON answers have the published shape, and what is published is current."""

import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from ehcp_timeline.audit.clock import Clock
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.output.answers import check_answer, record, timeline_answer
from ehcp_timeline.output.data import json_text
from ehcp_timeline.output.schema import CheckAnswer, TimelineAnswer, json_schema
from tests.output.made import AS_AT, OVERDUE, RUNNING, UNKNOWN, audit

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
WHOLE = json.loads(
    json_text(check_answer(audit(OVERDUE, RUNNING, UNKNOWN, overlays=(("ours.toml", "c" * 64),))))
)


def test_a_check_has_the_published_shape() -> None:
    """The answer, written and read back, is valid by the model and by the published schema."""
    CheckAnswer.model_validate_json(json.dumps(WHOLE))
    jsonschema.validate(WHOLE, json_schema("ehcp-check-1"))

    assert list(WHOLE) == [
        "schema", "as_at", "rulebook", "input", "summary", "findings", "oldest", "problems",
    ]  # fmt: skip
    assert list(WHOLE["summary"]) == ["stages", "rates", "verdicts", "not_judged", "clearance", "date_order"]
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
    answer = timeline_answer(
        AS_AT, rulebook, [record(clock, rulebook.by_id["plan.issue"], {"team": "North"})]
    )
    whole = json.loads(json_text(answer))

    TimelineAnswer.model_validate_json(json.dumps(whole))
    jsonschema.validate(whole, json_schema("ehcp-timeline-1"))
    assert whole["clocks"][0]["case_id"] is None
    assert whole["clocks"][0]["row"] is None
    assert whole["clocks"][0]["team"] == "North"


def test_the_shape_refuses_what_is_not_in_it() -> None:
    """A finding with another key, or a verdict that there is not, is no answer."""
    for change in ({"name": "x"}, {"verdict": "breach"}, {"row": 0}):
        wrong = {**WHOLE, "findings": [{**WHOLE["findings"][0], **change}]}
        with pytest.raises(ValidationError):
            CheckAnswer.model_validate_json(json.dumps(wrong))
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, json_schema("ehcp-check-1"))

"""What is said of files has the published shapes, and what is published is current."""

import json
from pathlib import Path

import pytest

from ehcp_timeline.commands.convert.schema import FILE_ENVELOPES
from ehcp_timeline.output.schema import schema_of

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"


@pytest.mark.parametrize("name", FILE_ENVELOPES)
def test_the_published_schema_is_current(name: str) -> None:
    """What is published is what `python -m ehcp_timeline.cli.schemas docs/schemas` writes now."""
    published = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))

    assert published == schema_of(name, FILE_ENVELOPES[name])


@pytest.mark.parametrize("name", FILE_ENVELOPES)
def test_every_key_is_always_there(name: str) -> None:
    """No object of an answer has a key that may be missing or one that is not named."""
    schema = schema_of(name, FILE_ENVELOPES[name])
    shapes = [one for one in (schema, *schema["$defs"].values()) if "properties" in one]

    assert [one["title"] for one in shapes if set(one["required"]) != set(one["properties"])] == []
    assert [one["title"] for one in shapes if one["additionalProperties"]] == []

"""Bounds of the values of an answer: refused when a saved answer is read, named in its JSON Schema."""

from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from ehcp_timeline.record import Ge, Le, Percent, Sha256, Whole

QUARTILE = Annotated[int | None, Ge(1), Le(4)]


@pytest.mark.parametrize(
    ("kind", "refused", "taken"),
    [
        (Whole, (-1,), (0, 1)),
        (Percent, (-0.1, 100.1), (0, 100.0, None)),
        (QUARTILE, (0, 5), (1, 4, None)),
        (Sha256, ("f" * 63, "F" * 64), ("f" * 64,)),
    ],
)
def test_a_value_beyond_its_bounds_is_refused(
    kind: Any, refused: tuple[object, ...], taken: tuple[object, ...]
) -> None:
    """The least and the most are taken, one more or less is not."""
    values: TypeAdapter[object] = TypeAdapter(kind)

    for value in refused:
        with pytest.raises(ValidationError):
            values.validate_python(value)
    assert [values.validate_python(value) for value in taken] == list(taken)


def test_the_schema_names_the_bounds() -> None:
    """On the number, not beside the null."""
    assert TypeAdapter(QUARTILE).json_schema() == {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": 4}, {"type": "null"}]
    }

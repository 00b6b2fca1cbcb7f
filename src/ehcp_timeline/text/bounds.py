"""What a value of an answer may be, for its JSON Schema: a whole number, a percentage, a digest."""

from typing import Annotated, Any

from annotated_types import Ge, Le

Whole = Annotated[int, Ge(0)]


Percent = Annotated[float | None, Ge(0), Le(100)]


class _Hexadecimal:
    """Marks a text as a SHA-256 in its JSON Schema."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401
        return {**handler(core), "pattern": "^[0-9a-f]{64}$"}


Sha256 = Annotated[str, _Hexadecimal()]

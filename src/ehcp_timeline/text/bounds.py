"""What a value of an answer may be, for its JSON Schema: a whole number, a percentage, a digest."""

from typing import Annotated, Any


class _Keyword:
    """A keyword of JSON Schema for a value, or for what it is where it is not null.

    `annotated_types` has the same, but to load it took a twentieth of the time of `ehcp timeline`.
    """

    def __init__(self, name: str, bound: float | str) -> None:
        self.name, self.bound = name, bound

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401
        schema: dict[str, Any] = handler(core)
        for part in schema.get("anyOf", [schema]):
            if part.get("type") != "null":
                part[self.name] = self.bound
        return schema


def Ge(least: int) -> _Keyword:  # noqa: N802 - as annotated_types names it
    """Say of a number that it is this or more."""
    return _Keyword("minimum", least)


def Le(most: int) -> _Keyword:  # noqa: N802
    """Say of a number that it is this or less."""
    return _Keyword("maximum", most)


Whole = Annotated[int, Ge(0)]
Percent = Annotated[float | None, Ge(0), Le(100)]
Sha256 = Annotated[str, _Keyword("pattern", "^[0-9a-f]{64}$")]

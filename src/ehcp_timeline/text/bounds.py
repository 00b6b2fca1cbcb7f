"""Bounds on the values of an answer: a whole number, a percentage, a digest."""

from typing import Annotated, Any


class _Bound:
    """A bound on a value, or on what it is where it is not null, for reading it and for its JSON Schema.

    `annotated_types` has the same, but to load it took a twentieth of the time of `ehcp timeline`.
    """

    def __init__(self, name: str, bound: float | str) -> None:
        self.name, self.bound = name, bound

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> dict[str, Any]:  # noqa: ANN401
        """Put the bound where pydantic looks for it."""
        schema: dict[str, Any] = handler(source)
        value = schema["schema"] if schema["type"] == "nullable" else schema
        value[self.name] = self.bound
        return schema


def Ge(least: int) -> _Bound:  # noqa: N802 - as annotated_types names it
    """Say of a number that it is this or more."""
    return _Bound("ge", least)


def Le(most: int) -> _Bound:  # noqa: N802
    """Say of a number that it is this or less."""
    return _Bound("le", most)


Whole = Annotated[int, Ge(0)]
Percent = Annotated[float | None, Ge(0), Le(100)]
Sha256 = Annotated[str, _Bound("pattern", "^[0-9a-f]{64}$")]

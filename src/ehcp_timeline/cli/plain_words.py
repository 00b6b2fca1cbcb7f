"""Words of the command line that stay words: what is typed for them is taken without Pydantic being loaded.

Typer makes a Pydantic adapter for every option of a command, given or not. Loading Pydantic takes longer
than a file of 1,000 rows. A text, a path or a flag needs no adapter, and a number only where one was typed.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, get_args, get_origin

_SAME: Final[dict[object, Callable[[str], object]]] = {str: str, Path: Path}


class _Plain:
    """Takes what was typed for one option as Typer's adapter takes it.

    Attributes:
        kind: The type of the option's value.
    """

    def __init__(self, kind: object) -> None:
        self.kind = kind

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as Typer calls it
        """Return the value of an option from what was typed, or from its default."""
        several = get_origin(self.kind) is list
        if value is None:
            return () if several else None
        if several:
            return [_SAME[get_args(self.kind)[0]](one) for one in value]
        if self.kind in _SAME:
            return _SAME[self.kind](value)
        if isinstance(value, int):  # a default, or a flag
            return value
        param._runtime_param = None  # noqa: SLF001 - Typer makes its own again
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def plainly(params: list[Any]) -> list[Any]:
    """Return options, those that need no adapter without one.

    Should another version of Typer not know the attribute that is set here, it makes its adapters as ever.
    """
    for param in params:
        kind = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        inner = get_args(kind)[0] if get_origin(kind) is list else kind
        if (inner in _SAME or kind in (int, bool)) and getattr(param, "_runtime_param", None) is None:
            param._runtime_param = _Plain(kind)  # noqa: SLF001
    return params

"""Examples in a command's help, each on its own line."""

from collections.abc import Callable
from inspect import cleandoc
from typing import TypeVar

Command = TypeVar("Command", bound=Callable[..., object])
_KEEP_LINES = "\b"


def examples(*lines: str) -> Callable[[Command], Command]:
    """Add lines that can be typed as they stand to the end of a command's help."""

    def with_examples(command: Command) -> Command:
        listed = "\n".join(f"  {line}" for line in lines)
        command.__doc__ = f"{cleandoc(command.__doc__ or '')}\n\n{_KEEP_LINES}\nExamples:\n{listed}\n"
        return command

    return with_examples

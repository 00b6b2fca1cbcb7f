"""Parts of a command's help that keep their line breaks: examples, exit codes."""

from collections.abc import Callable
from inspect import cleandoc
from typing import TypeVar

Command = TypeVar("Command", bound=Callable[..., object])


def examples(*lines: str) -> Callable[[Command], Command]:
    """Add lines that can be typed as they stand to the end of a command's help."""
    return _block("Examples", lines)


def exit_codes(*lines: str) -> Callable[[Command], Command]:
    """Add what each exit code means to the end of a command's help."""
    return _block("Exit codes", lines)


def _block(title: str, lines: tuple[str, ...]) -> Callable[[Command], Command]:
    def with_block(command: Command) -> Command:
        listed = "\n".join(f"  {line}" for line in lines)
        # The control character makes Typer keep the lines of the block as they are.
        command.__doc__ = f"{cleandoc(command.__doc__ or '')}\n\n\b\n{title}:\n{listed}\n"
        return command

    return with_block

"""Every command of `ehcp`, listed without loading any: only the one that is asked for is loaded.

Typer makes a Pydantic adapter for every option of a command, given or not. Loading Pydantic takes longer
than a file of 1,000 rows. A text, a path or a flag needs no adapter, and a number only where one was typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

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


@dataclass(frozen=True, slots=True)
class Listed:
    """One command.

    Attributes:
        name: What is typed.
        where: Module, as seen from `commands`, and function; a module's `app` is a group of commands.
        says: The first sentence of its help.
    """

    name: str
    where: str
    says: str


LISTED: Final = (
    Listed(
        "check",
        "check.command:check",
        "Say what is overdue, what is due soon, the oldest cases and when the backlog clears.",
    ),
    Listed(
        "timeline",
        "timeline.command:timeline",
        "Give every deadline of one case, with its law. No file needed; nothing is kept.",
    ),
    Listed(
        "explain",
        "explain.command:explain",
        "Explain every verdict of one case in numbered steps, each with the law it rests on.",
    ),
    Listed(
        "overdue",
        "worklists.overdue:overdue",
        "List what is overdue, worst first: what to do next and by when, whom to ask, the law.",
    ),
    Listed(
        "next",
        "worklists.next_:next_",
        "Say what to do today, in order: each case once, its next lawful step, by when, and why.",
    ),
    Listed(
        "letters",
        "worklists.letters:letters",
        "List the in-time cases that will be missed at the present pace, and what to tell each family.",
    ),
    Listed(
        "changes",
        "changes.command:changes",
        "Say what is newly overdue, cleared, still overdue, no longer to be judged, and gone.",
    ),
    Listed(
        "scorecard",
        "scorecard.command:scorecard",
        "Count DfE's own measures, and what else councils are asked for, beside the council's targets.",
    ),
    Listed(
        "compare",
        "compare.command:compare",
        "Compare with other authorities: rank, quartile, and what the top quartile takes in cases.",
    ),
    Listed(
        "reconcile",
        "reconcile.command:reconcile",
        "Hold the law's own 20-week rate against the DfE's rule for the same plans.",
    ),
    Listed(
        "forecast",
        "forecast.command:forecast",
        "Say when the backlog clears, and what would change it, from case files or published counts.",
    ),
    Listed(
        "quality",
        "quality.command:quality",
        "Say how good the data is: what is wrong, in how many rows, where, and a score from 0 to 100.",
    ),
    Listed(
        "columns",
        "columns.command:columns",
        "Say how a file is read: what each heading is taken for, what its cells look like, what is left out.",
    ),
    Listed(
        "convert",
        "convert.command:convert",
        "Write any file that can be read as a canonical case file: the same verdicts, in every row.",
    ),
    Listed(
        "template",
        "template.command:template",
        "Print the header of a case file as CSV, or write an Excel workbook that helps whoever fills it.",
    ),
    Listed("rules", "rules.command:app", "Show and test the law as it is written down here."),
    Listed("key", "key.command:app", "Make a key for pseudonyms."),
)


class Later(TyperCommand):
    """A command of which only the name and the first sentence are known."""

    def __init__(self, listed: Listed) -> None:
        super().__init__(listed.name, help=listed.says, rich_markup_mode=None)
        self.listed = listed


class Alone(TyperCommand):
    """A command that has been loaded."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - Typer keeps the type to itself
        """Return the options, those that need no adapter without one."""
        return plainly(super().get_params(ctx))


class Commands(TyperGroup):
    """The commands of `LISTED`."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - Typer's own
        super().__init__(**settings)
        for listed in LISTED:
            self.add_command(Later(listed))

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401
        """Return the options, those that need no adapter without one."""
        return plainly(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:  # noqa: ANN401
        """Return the name that was typed, its command, loaded, and the words after it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, loaded(command.listed) if isinstance(command, Later) else command, rest


def loaded(listed: Listed) -> Any:  # noqa: ANN401 - Typer keeps the type to itself
    """Return a command, its module imported."""
    module, name = listed.where.split(":")
    found = getattr(import_module(f"ehcp_timeline.commands.{module}"), name)
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name = listed.name
        return group
    alone = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
    alone.command(listed.name, cls=Alone)(found)
    return get_command(alone)

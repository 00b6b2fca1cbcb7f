"""Every command of `ehcp`, listed without loading any: only the one that is asked for is loaded."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from ehcp_timeline.cli.plain_words import plainly


@dataclass(frozen=True, slots=True)
class Listed:
    """One command.

    Attributes:
        name: What is typed.
        where: Module and function; a module's `app` is a group of commands.
        says: The first sentence of its help.
    """

    name: str
    where: str
    says: str


LISTED: Final = (
    Listed(
        "check",
        "check:check",
        "Say what is overdue, what is due soon, the oldest cases and when the backlog clears.",
    ),
    Listed(
        "timeline",
        "timeline:timeline",
        "Give every deadline of one case, with its law. No file needed; nothing is kept.",
    ),
    Listed(
        "explain",
        "explain:explain",
        "Explain every verdict of one case in numbered steps, each with the law it rests on.",
    ),
    Listed(
        "overdue",
        "overdue:overdue",
        "List what is overdue, worst first: what to do next and by when, whom to ask, the law.",
    ),
    Listed(
        "next",
        "next:next_",
        "Say what to do today, in order: each case once, its next lawful step, by when, and why.",
    ),
    Listed(
        "letters",
        "letters:letters",
        "List the in-time cases that will be missed at the present pace, and what to tell each family.",
    ),
    Listed(
        "changes",
        "changes:changes",
        "Say what is newly overdue, cleared, still overdue, no longer to be judged, and gone.",
    ),
    Listed(
        "scorecard",
        "scorecard:scorecard",
        "Count DfE's own measures, and what else councils are asked for, beside the council's targets.",
    ),
    Listed(
        "compare",
        "compare:compare",
        "Compare with other authorities: rank, quartile, and what the top quartile takes in cases.",
    ),
    Listed(
        "reconcile",
        "reconcile:reconcile",
        "Hold the law's own 20-week rate against the DfE's rule for the same plans.",
    ),
    Listed(
        "forecast",
        "forecast:forecast",
        "Say when the backlog clears, and what would change it, from case files or published counts.",
    ),
    Listed(
        "quality",
        "quality:quality",
        "Say how good the data is: what is wrong, in how many rows, where, and a score from 0 to 100.",
    ),
    Listed(
        "columns",
        "columns:columns",
        "Say how a file is read: what each heading is taken for, what its cells look like, what is left out.",
    ),
    Listed(
        "convert",
        "convert:convert",
        "Write any file that can be read as a canonical case file: the same verdicts, in every row.",
    ),
    Listed(
        "template",
        "template:template",
        "Print the header of a case file as CSV, or write an Excel workbook that helps whoever fills it.",
    ),
    Listed("rules", "rules:app", "Show and test the law as it is written down here."),
    Listed("key", "key:app", "Make a key for pseudonyms."),
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
    found = getattr(import_module(f"{__package__}.{module}"), name)
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name = listed.name
        return group
    alone = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
    alone.command(listed.name, cls=Alone)(found)
    return get_command(alone)

"""`ehcp check --exceptions`: what a file claims as an exception, and whether its dates support it."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehcp_timeline.cases.source import CaseFile
    from ehcp_timeline.law.rulebook import Rulebook
    from ehcp_timeline.shell.destination import Output


def tell_exceptions(
    to: "Output", rulebook: "Rulebook", sources: Sequence["CaseFile"], as_at: date, top: int
) -> None:
    """Write every claimed exception."""
    from ehcp_timeline.commands.check.exceptions.claims import Claim, exceptions_of
    from ehcp_timeline.commands.check.exceptions.view import exceptions_sections

    answer = exceptions_of(rulebook, sources, as_at)
    title = f"Exceptions claimed as at {as_at}"
    to.send_records(answer, answer.claims, Claim, lambda: exceptions_sections(answer, top), title)

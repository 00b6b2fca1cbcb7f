"""A scorecard that may be published: `ehcp scorecard --disclosure suppress`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.destination import Output, say

if TYPE_CHECKING:
    from ehcp_timeline.law.kpi.model import Measure
    from ehcp_timeline.measure.kpi.scorecard import Scorecard


def publish_card(to: Output, card: "Scorecard", measures: "Sequence[Measure]", threshold: int) -> None:
    """Write a scorecard with everything hidden that tells of one child; targets and trends are left out.

    Args:
        to: Where it goes.
        card: The scorecard.
        measures: Which measures a screen shows.
        threshold: Numbers of people below it are hidden.

    Raises:
        UsageError: The threshold hides nothing, or the groups are people.
    """
    from ehcp_timeline.commands.scorecard import public as view
    from ehcp_timeline.commands.scorecard.answer import scorecard_keys
    from ehcp_timeline.commands.scorecard.public import hidden_numbers
    from ehcp_timeline.privacy.suppress import legend

    if card.question.group is not None and card.question.group.id == "caseworker":
        raise UsageError("a table by caseworker is about staff: it is not for publication", "--by team")
    hidden = hidden_numbers(card.lines, card.question.measures, threshold)
    to.send_rows(
        view.public_rows(card, hidden, no_cases=None if to.format == "ndjson" else "no cases"),
        scorecard_keys(card),
        view.public_answer(card, hidden, threshold),
        lambda: view.public_sections(card, hidden, measures, threshold),
        f"Scorecard as at {card.question.as_at}",
    )
    if to.format not in ("table", "plain"):
        say(f"{len(hidden)} numbers hidden. {legend(threshold)}")

"""The options of `--disclosure suppress`, which commands that publish counts share."""

from pathlib import Path
from typing import Annotated

import typer

from ehcp_timeline.shell.parse import choice

DISCLOSURE = ("none", "suppress")


Disclosure = Annotated[
    str,
    typer.Option(
        "--disclosure", metavar="WHAT", help="suppress: counts that may be published, nobody listed."
    ),
]


Threshold = Annotated[
    int, typer.Option("--threshold", metavar="N", help="Hide numbers of people below N; at least 3.")
]


Previous = Annotated[
    Path | None,
    typer.Option(
        "--previous", metavar="FILE", help="Warn of what this earlier publication gives away with it."
    ),
]


def asked_to_suppress(disclosure: str, threshold: int) -> bool:
    """Return whether a table is to be published.

    Raises:
        UsageError: There is no such way, or the threshold hides nothing.
    """
    from ehcp_timeline.privacy.suppress import check_threshold

    check_threshold(threshold)
    return choice("--disclosure", disclosure, DISCLOSURE) == "suppress"

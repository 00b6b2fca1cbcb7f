"""A table of counts instead of a list of people: `--disclosure suppress`."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.destination import Output, say
from ehcp_timeline.shell.list_command import Sheet
from ehcp_timeline.shell.parse import choice

if TYPE_CHECKING:
    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.commands.publish.suppress import Published
    from ehcp_timeline.measure.casework import Casework

DISCLOSURE = ("none", "suppress")
_MOST_WARNINGS = 10
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
    from ehcp_timeline.commands.publish.suppress import check_threshold

    check_threshold(threshold)
    return choice("--disclosure", disclosure, DISCLOSURE) == "suppress"


@dataclass(frozen=True, slots=True)
class Public:
    """How a table is published: its groups, the threshold, and the publication before, if any."""

    by: str | None
    threshold: int
    previous: Path | None


def publish(to: Output, work: "Casework", selection: "Selection", asked: Public) -> None:
    """Write how many cases are open in each group, with everything hidden that tells of one child.

    Raises:
        UsageError: The threshold hides nothing, or the groups are people.
    """
    from ehcp_timeline.commands.publish import table as view
    from ehcp_timeline.commands.publish.table import open_cases_published
    from ehcp_timeline.measure.casework import chosen_by

    group = asked.by or "district"
    if group == "caseworker":
        raise UsageError("a table by caseworker is about staff: it is not for publication", "--by team")
    clocks = work.open_clocks().filter(chosen_by(selection, work.rulebook))
    published = open_cases_published(clocks, group, asked.threshold)
    keys, lines = view.publication_keys(published, group), list(view.publication_rows(published, group))
    sheet = Sheet(f"Open cases by {group}", keys, lines, work.as_at, (view.legend(published.threshold),))
    sheet.send(
        to,
        lambda: view.publication_answer(work.audit, published, group),
        lambda: view.publication_sections(work.audit, published, group),
    )
    if to.format not in ("table", "plain"):
        say(*view.publication_lines(published, keys, lines))
    if asked.previous is not None:
        say(*_warnings(asked.previous, published, group))


def _warnings(path: Path, published: "Published", by: str) -> Iterable[str]:
    """Return what the earlier publication gives away together with this one."""
    from ehcp_timeline.commands.publish.differencing import TOTAL, by_name, differences, read_published
    from ehcp_timeline.commands.publish.suppress import HIDDEN

    old = {
        (row, TOTAL if column == "total" else column): HIDDEN if number is None else number
        for (row, column), number in read_published(path, by).items()
    }
    found = differences(old, by_name(published), published.threshold)
    yield f"{path}: {len(found)} numbers that the two publications give away together."
    for one in found[:_MOST_WARNINGS]:
        yield f"  {one.row}, {one.column}: {one.says}"
    if len(found) > _MOST_WARNINGS:
        yield f"  and {len(found) - _MOST_WARNINGS} more; publish less often, or in larger groups"

"""A table of counts instead of a list of people: `--disclosure suppress`."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.destination import Output, say
from ehcp_timeline.shell.list_command import ListOutput

if TYPE_CHECKING:
    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.measure.casework import Casework
    from ehcp_timeline.privacy.suppress import Published

_MOST_WARNINGS = 10


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
    from ehcp_timeline.commands.worklists import publication as view
    from ehcp_timeline.commands.worklists.publication import open_cases_published
    from ehcp_timeline.measure.casework import chosen_by
    from ehcp_timeline.privacy.suppress import legend

    group = asked.by or "district"
    if group == "caseworker":
        raise UsageError("a table by caseworker is about staff: it is not for publication", "--by team")
    clocks = work.open_clocks().filter(chosen_by(selection, work.rulebook))
    published = open_cases_published(clocks, group, asked.threshold)
    keys, lines = view.publication_keys(published, group), list(view.publication_rows(published, group))
    sheet = ListOutput(f"Open cases by {group}", keys, lines, work.as_at, (legend(published.threshold),))
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
    from ehcp_timeline.privacy.differencing import TOTAL, by_name, differences, read_published
    from ehcp_timeline.privacy.suppress import HIDDEN

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

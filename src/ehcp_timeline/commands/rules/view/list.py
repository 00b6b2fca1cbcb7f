"""The rulebook for a reader: its list, what it leaves out, what was checked too long ago."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from ehcp_timeline.commands.rules.view.clauses import limit_words
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import count, rulebook_name

LIST_KEYS = ("deadline", "duty", "who", "kind", "limit", "law", "seen", "checked")


def list_records(deadlines: Iterable[Deadline]) -> Iterator[dict[str, Any]]:
    """Yield one line of facts for each deadline, with the keys of `LIST_KEYS`."""
    for deadline in deadlines:
        yield {
            "deadline": deadline.id,
            "duty": deadline.duty,
            "who": deadline.who,
            "kind": deadline.kind,
            "limit": limit_words(deadline.versions[-1].limit),
            "law": deadline.law,
            "seen": deadline.seen,
            "checked": deadline.checked,
        }


def list_sections(rulebook: Rulebook) -> list[Section]:
    """Return every deadline, one line each."""
    columns = (
        TableColumn("deadline", "fixed"),
        TableColumn("who"),
        TableColumn("law"),
        TableColumn("time limit"),
    )
    rows = tuple(
        (line["deadline"], line["who"], line["law"], line["limit"])
        for line in list_records(rulebook.deadlines)
    )
    after = ("Everything about one of them:", "  ehcp rules show plan.issue")
    return [Section(_title(rulebook), columns=columns, rows=rows, after=after)]


def coverage_sections(rulebook: Rulebook) -> list[Section]:
    """Return every deadline by the law it comes from, then what is left out and why."""
    encoded = tuple((deadline.law, deadline.id, deadline.seen) for deadline in rulebook.deadlines)
    left_out = tuple((one.law, one.about, one.why) for one in rulebook.not_encoded)
    return [
        Section(
            f"Encoded: {count(len(encoded), 'deadline')}",
            columns=(
                TableColumn("law"),
                TableColumn("deadline", "fixed"),
                TableColumn("words seen", "fixed"),
            ),
            rows=encoded,
            after=(
                "primary: seen in the law itself; quoted: seen where it is quoted; unverified: not seen.",
            ),
        ),
        Section(
            f"Not encoded: {count(len(left_out), 'provision')}",
            columns=(TableColumn("law"), TableColumn("about"), TableColumn("why not")),
            rows=left_out,
        ),
    ]


def stale_sections(stale: Sequence[Deadline], total: int) -> list[Section]:
    """Return the deadlines whose words were last checked too long ago."""
    title = f"Last checked more than a year before: {len(stale)} of {count(total, 'deadline')}"
    columns = (TableColumn("deadline", "fixed"), TableColumn("checked", "fixed"), TableColumn("law"))
    return [Section(title, columns=columns, rows=tuple((one.id, str(one.checked), one.law) for one in stale))]


def plain_values(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return a record of the rulebook as plain values, records within it too."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_values(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain_values(item) for item in value]
    return value


def _title(rulebook: Rulebook) -> str:
    """Return which rulebook it is."""
    name = rulebook_name(rulebook.version, rulebook.overlays)
    return f"R{name[1:]}: {count(len(rulebook.deadlines), 'deadline')}"

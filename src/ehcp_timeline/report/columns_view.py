"""What `ehcp columns` tells a person: how a file was read and what each heading was taken for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ehcp_timeline.cases.columns import Column as CaseColumn
from ehcp_timeline.cases.headings import Heading
from ehcp_timeline.report.phrases import count, listed
from ehcp_timeline.report.sections import Column, Section

if TYPE_CHECKING:
    from ehcp_timeline.cases.frame import CaseSource

SCHEMA = "ehcp-columns/1"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def columns_answer(source: "CaseSource") -> dict[str, Any]:
    """Return how a file was read as plain values, ready to be written as JSON."""
    how = source.understood
    return {
        "schema": SCHEMA,
        "name": source.name,
        "sha256": source.sha256,
        "encoding": how.encoding,
        "delimiter": how.delimiter or None,
        "worksheet": how.worksheet or None,
        "header_row": how.header_row,
        "headings": [asdict(one) | {"reason": one.reason or None} for one in how.headings],
    }


def columns_sections(source: "CaseSource", known: Mapping[str, CaseColumn]) -> Iterator[Section]:
    """Yield how the file was read, what was taken, what was not, and what to write to have it taken.

    Args:
        source: The file.
        known: Column id to what the column records.
    """
    how = source.understood
    cells = f", {_DELIMITERS[how.delimiter]} between cells" if how.delimiter else ""
    sheet = f', sheet "{how.worksheet}"' if how.worksheet else ""
    yield Section(source.name, before=(f"{how.encoding}{sheet}{cells}, headings in row {how.header_row}.",))
    taken = tuple((one.text, one.column, known[one.column].says) for one in how.headings if one.column)
    yield Section(
        f"Taken: {count(len(taken), 'column')}",
        columns=(Column("heading", "fixed"), Column("read as", "fixed"), Column("what it records")),
        rows=taken,
    )
    left = [one for one in how.headings if not one.column]
    if left:
        yield _not_used(left)
    if aliases := _aliases(left):
        yield Section("To have them read, rename them or write this into ehcp.toml", before=aliases)


def _not_used(left: Sequence[Heading]) -> Section:
    """Return the headings that mean no column, and why or what they may mean."""
    return Section(
        f"Not used: {count(len(left), 'column')}",
        columns=(Column("heading", "fixed"), Column("why, or what it may mean")),
        rows=tuple((one.text or f"(column {one.position})", _hint(one)) for one in left),
    )


def _hint(heading: Heading) -> str:
    """Return why a heading is not taken, or what was perhaps meant."""
    if heading.reason:
        return heading.reason
    if heading.suggestions:
        return f"did you mean {listed(heading.suggestions, 'or')}?"
    return "is no column of a case file; its cells are not read"


def _aliases(left: Sequence[Heading]) -> tuple[str, ...]:
    """Return the lines of ehcp.toml that would take every heading for the column it is most like."""
    lines = [f'{one.suggestions[0]} = ["{_quoted(one.text)}"]' for one in left if one.suggestions]
    return ("[columns]", *lines) if lines else ()


def _quoted(text: str) -> str:
    """Return text as it stands between the quotation marks of TOML."""
    return text.replace("\\", "\\\\").replace('"', '\\"')

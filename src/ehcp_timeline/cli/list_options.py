"""What the commands that make lists share: their options, the file they read, the formats they write."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ehcp_timeline.cli.check_options import known_columns
from ehcp_timeline.cli.opening import case_file, law, names, settings
from ehcp_timeline.cli.output import ROW_FORMATS, Output, choose_output
from ehcp_timeline.cli.words import choice
from ehcp_timeline.report.sections import Section

if TYPE_CHECKING:
    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.cases.pseudonyms import Key
    from ehcp_timeline.law.terms import Rulebook
    from ehcp_timeline.measure.casework import Casework

GROUPS = ("caseworker", "team", "district")
LIST_FORMATS = (*ROW_FORMATS, "xlsx")
CaseFile = Annotated[Path, typer.Argument(metavar="FILE", hidden=True)]
By = Annotated[
    str | None, typer.Option("--by", metavar="GROUP", help="One list for each caseworker, team or district.")
]
Pseudonymise = Annotated[
    Path | None,
    typer.Option(
        "--pseudonymise", metavar="KEYFILE", help="Pseudonyms for cases; names and free text dropped."
    ),
]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one file.

    Attributes:
        file: The file; `-` is standard input.
        as_at: The day the question is asked about.
        overlays: Local rulebooks.
        config: The configuration file asked for, if any.
        assume_blank: Missing columns that count as blank.
    """

    file: Path
    as_at: date
    overlays: Sequence[Path] | None
    config: Path | None
    assume_blank: list[str] | None = None

    def rulebook(self) -> "Rulebook":
        """Return the law with the local rulebooks laid over it."""
        return law(self.overlays, settings(self.config))

    def work(self, rulebook: "Rulebook", selection: "Selection") -> "Casework":
        """Return the work in the file.

        Raises:
            CaseFileError: It cannot be read as a case file at all.
        """
        vocabulary = names(rulebook)
        blank = known_columns(self.assume_blank, vocabulary)
        source = case_file(self.file, vocabulary, self.as_at, settings(self.config))
        from ehcp_timeline.measure.casework import read_casework

        return read_casework(rulebook, source, self.as_at, selection, blank)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One list, ready for any format.

    Attributes:
        title: What it is.
        keys: Its columns.
        lines: Its lines.
        as_at: The day it is made for.
        notes: What a reader of a workbook should know.
    """

    title: str
    keys: tuple[str, ...]
    lines: Sequence[Mapping[str, Any]]
    as_at: date
    notes: tuple[str, ...] = ()

    def data(self, form: str) -> bytes:
        """Return the list as a file of its own: csv, ndjson, md or xlsx."""
        if form == "xlsx":
            from ehcp_timeline.report.worklist_book import workbook_bytes

            return workbook_bytes(self.lines, self.keys, title=self.title, as_at=self.as_at, notes=self.notes)
        from ehcp_timeline.report import flat

        match form:
            case "csv":
                text = flat.csv_text(self.lines, self.keys)
            case "md":
                text = flat.markdown_text(self.lines, self.keys, self.title)
            case _:
                text = flat.ndjson_text(self.lines)
        return text.encode("utf-8", errors="replace")

    def send(
        self, to: Output, answer: Callable[[], Mapping[str, Any]], sections: Callable[[], Iterable[Section]]
    ) -> None:
        """Write the list where it was asked for; `answer` is its JSON, `sections` what a person is shown."""
        if to.format == "json":
            from ehcp_timeline.report.flat import json_text

            to.send(json_text(answer()))
        elif to.format in ("table", "plain"):
            to.show(sections())
        else:
            to.send(self.data(to.format))


def list_output(asked: str | None, path: Path | None, *, force: bool) -> Output:
    """Return where a list goes; `.xlsx` is known here beside the endings that every command knows.

    Raises:
        UsageError: The format is unknown, or cannot be told from the file's name.
        OutputError: The file cannot be written.
    """
    if asked is None and path is not None and path.suffix.lower() == ".xlsx":
        asked = "xlsx"
    return choose_output(asked, path, force=force, formats=LIST_FORMATS)


def group_asked(option: str, word: str | None) -> str | None:
    """Return the column of the groups, if any.

    Raises:
        UsageError: There is no such group.
    """
    return None if word is None else choice(option, word, GROUPS)


def key_asked(path: Path | None, output: Path | None) -> "Key | None":
    """Return the key for pseudonyms, if one was asked for.

    Raises:
        UsageError: The key file cannot be used.
    """
    if path is None:
        return None
    from ehcp_timeline.cases.pseudonyms import read_key

    return read_key(path, output)

"""What the commands that make lists share: their options, the file they read, the formats they write."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ehcp_timeline.errors import OutputError
from ehcp_timeline.output.sections import Section
from ehcp_timeline.shell.destination import ROW_FORMATS, Output, choose_output, say
from ehcp_timeline.shell.open import case_file, law, names, settings
from ehcp_timeline.shell.options import known_columns
from ehcp_timeline.shell.parse import choice, day_asked

if TYPE_CHECKING:
    import polars as pl

    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.cases.source import CaseFile
    from ehcp_timeline.law.rulebook import Rulebook
    from ehcp_timeline.measure.casework import Casework
    from ehcp_timeline.measure.result import Audit
    from ehcp_timeline.privacy.pseudonyms import Key
    from ehcp_timeline.shell.config import Config

GROUPS = ("caseworker", "team", "district")
LIST_FORMATS = (*ROW_FORMATS, "xlsx")
CaseFileArgument = Annotated[Path, typer.Argument(metavar="FILE", hidden=True)]
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
class ListRequest:
    """What is asked, and under which law.

    Attributes:
        as_at: The day the question is asked about.
        rulebook: The law, local rulebooks laid over it.
        config: The configuration.
    """

    as_at: date
    rulebook: "Rulebook"
    config: "Config"

    def source(self, file: Path, as_at: date | None = None) -> "CaseFile":
        """Return a file, its columns known and its rows not yet read, as at the day or another.

        Raises:
            CaseFileError: It cannot be read as a case file at all.
        """
        return case_file(file, names(self.rulebook), as_at or self.as_at, self.config)

    def work(
        self,
        source: "CaseFile",
        selection: "Selection",
        assume_blank: list[str] | None,
        as_at: date | None = None,
    ) -> "Casework":
        """Return the work in a file, as at the day of the question or another, and say what is in doubt."""
        blank = known_columns(assume_blank, names(self.rulebook))
        from ehcp_timeline.measure.casework import read_casework

        work = read_casework(self.rulebook, source, as_at or self.as_at, selection, blank)
        say(*(f"{order.file}: {order.sentence}" for order in work.audit.summary.date_order))
        return work


def question(as_at: str | None, overlays: Sequence[Path] | None, config_file: Path | None) -> ListRequest:
    """Return what is asked, from the words of the command line."""
    when, config = day_asked(as_at), settings(config_file)
    return ListRequest(when, law(overlays, config), config)


@dataclass(frozen=True, slots=True)
class ListOutput:
    """One list, ready for any format.

    Attributes:
        title: What it is.
        keys: Its columns.
        lines: Its lines.
        as_at: The day it is made for.
        notes: What a reader of a workbook should know.
        statement: What must stand on every copy of it; empty for nothing.
    """

    title: str
    keys: tuple[str, ...]
    lines: Sequence[Mapping[str, Any]]
    as_at: date
    notes: tuple[str, ...] = ()
    statement: str = ""

    def data(self, form: str) -> bytes:
        """Return the list as csv, ndjson, md or xlsx; its statement stands on every line."""
        if self.statement:
            lines = [{**line, "statement": self.statement} for line in self.lines]
            return replace(self, keys=(*self.keys, "statement"), lines=lines, statement="").data(form)
        if form == "xlsx":
            from ehcp_timeline.output.workbook import workbook_bytes

            return workbook_bytes(self.lines, self.keys, title=self.title, as_at=self.as_at, notes=self.notes)
        from ehcp_timeline.output import data

        match form:
            case "csv":
                text = data.csv_text(self.lines, self.keys)
            case "md":
                text = data.markdown_text(self.lines, self.keys, self.title)
            case _:
                text = data.ndjson_text(self.lines)
        return text.encode("utf-8", errors="replace")

    def send(self, to: Output, answer: object, sections: Callable[[], Iterable[Section]]) -> None:
        """Write the list where it was asked for; `answer` is its JSON, `sections` what a person is shown."""
        if to.format == "json":
            from ehcp_timeline.measure.answer import values
            from ehcp_timeline.output.data import json_text

            to.send(json_text(values(answer)))
        elif to.format in ("table", "plain"):
            said = (Section(before=(self.statement,)),) if self.statement else ()
            to.show((*said, *sections()))
        else:
            to.send(self.data(to.format))


def list_output(asked: str | None, path: Path | None, *, force: bool, full: bool = True) -> Output:
    """Return where a list goes; `.xlsx` is known here beside the endings that every command knows.

    Raises:
        UsageError: The format is unknown, or cannot be told from the file's name.
        OutputError: The file cannot be written.
    """
    if asked is None and path is not None and path.suffix.lower() == ".xlsx":
        asked = "xlsx"
    to = choose_output(asked, path, force=force, formats=LIST_FORMATS, full=full)
    if to.format == "xlsx" and to.path is None and sys.stdout.isatty():
        raise OutputError("a workbook is not for a screen", "add -o list.xlsx")
    return to


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
    from ehcp_timeline.privacy.pseudonyms import read_key

    return read_key(path, output)


def without_people(audit: "Audit", clocks: "pl.DataFrame", key: "Key | None") -> "tuple[Audit, pl.DataFrame]":
    """Return an answer and a list made from it, both pseudonymised if there is a key."""
    if key is None:
        return audit, clocks
    from ehcp_timeline.privacy.apply import pseudonymised, without_words

    return replace(audit, problems=without_words(audit.problems)), pseudonymised(clocks, key)


def sheet_of(
    title: str, as_at: date, clocks: "pl.DataFrame", kind: type, key: "Key | None" = None
) -> ListOutput:
    """Return a list of one kind of records as a sheet; a pseudonymised one says so on every line."""
    from ehcp_timeline.measure.answer import keys, lines_of
    from ehcp_timeline.privacy.pseudonyms import STATEMENT

    sheet = ListOutput(title, keys(kind), list(lines_of(clocks, kind)), as_at)
    return sheet if key is None else replace(sheet, notes=(STATEMENT,), statement=STATEMENT)

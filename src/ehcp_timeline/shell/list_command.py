"""What the commands that make lists share: their options, the file they read, the formats they write."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.output.sections import Section
from ehcp_timeline.shell.destination import ROW_FORMATS, Output, choose_folder, choose_output, one_path, say
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
    from ehcp_timeline.output.document import Document
    from ehcp_timeline.privacy.pseudonyms import Key
    from ehcp_timeline.shell.config import Config

GROUPS = ("caseworker", "team", "district")
DATED_FORMATS = (*ROW_FORMATS, "ics")
_SPLITS = {**{group: group for group in GROUPS}, "school": "school", "case": "case_id"}
SplitBy = Annotated[
    str | None,
    typer.Option(
        "--split-by",
        metavar="GROUP",
        help="One file for each caseworker, team, district, school or case, in the folder of -o.",
    ),
]
Names = Annotated[bool, typer.Option("--names", help="Name the children in a calendar (.ics).")]
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
        from ehcp_timeline.output.summary import unread_lines

        work = read_casework(self.rulebook, source, as_at or self.as_at, selection, blank)
        say(*(f"{order.file}: {order.sentence}" for order in work.audit.summary.date_order))
        say(*unread_lines(work.audit))
        return work


def question(
    as_at: str | None,
    overlays: Sequence[Path] | None,
    config_file: Path | None,
    sheet: str | None = None,
    header_row: int | None = None,
) -> ListRequest:
    """Return what is asked, from the words of the command line."""
    when, config = day_asked(as_at), settings(config_file, sheet, header_row)
    return ListRequest(when, law(overlays, config), config)


def dated_output(
    asked: str | None,
    paths: Sequence[Path] | None,
    split_by: str | None,
    *,
    force: bool,
    formats: Sequence[str] = DATED_FORMATS,
    full: bool = True,
) -> Output:
    """Return where a list with days goes: files, or a folder with a file for each name of `--split-by`.

    Raises:
        UsageError: The format is unknown, or cannot be told from a file's name; there is no such group.
        OutputError: It cannot be written there.
    """
    if split_by is None:
        return choose_output(asked, paths, force=force, formats=formats, full=full)
    column = _SPLITS[choice("--split-by", split_by, tuple(_SPLITS))]
    return choose_folder(asked, one_path(paths), column, force=force)


def group_asked(option: str, word: str | None) -> str | None:
    """Return the column of the groups, if any.

    Raises:
        UsageError: There is no such group.
    """
    return None if word is None else choice(option, word, GROUPS)


def key_asked(path: Path | None, outputs: Sequence[Path] | None) -> "Key | None":
    """Return the key for pseudonyms, if one was asked for.

    Raises:
        UsageError: The key file cannot be used.
    """
    if path is None:
        return None
    from ehcp_timeline.privacy.pseudonyms import read_key

    return read_key(path, outputs or ())


def without_people(audit: "Audit", clocks: "pl.DataFrame", key: "Key | None") -> "tuple[Audit, pl.DataFrame]":
    """Return an answer and a list made from it, both pseudonymised if there is a key."""
    if key is None:
        return audit, clocks
    from ehcp_timeline.privacy.apply import pseudonymised, without_words

    return replace(audit, problems=without_words(audit.problems)), pseudonymised(clocks, key)


def document_of(
    title: str,
    answer: object,
    clocks: "pl.DataFrame",
    kind: type,
    sections: Callable[[], Iterable[Section]],
    statement: str = "",
) -> "Document":
    """Return a list of one kind of records, ready for every format; a pseudonymised one says so."""
    from ehcp_timeline.measure.answer import keys, lines_of
    from ehcp_timeline.output.document import Document

    notes = (statement,) if statement else ()
    return Document(
        title,
        answer,
        keys(kind),
        lambda: lines_of(clocks, kind),
        sections,
        notes=notes,
        statement=statement,
        nameless=bool(statement),
    )

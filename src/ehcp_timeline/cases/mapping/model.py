"""A council's settings for its own files: headings, words, formats, where the cases are, constants."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Literal

from ehcp_timeline.cases.headers import fold
from ehcp_timeline.record import field, record

EVERY = "*"
Undated = Literal["unknown", "not-yet"]


@record(frozen=True, slots=True)
class SharedDate:
    """An event whose date shares a heading with other events; another cell says which event it is.

    Attributes:
        words: What that cell holds for this event; an empty text is a blank cell.
        undated: What the word without a date means: that the day is `unknown`, or that it is `not-yet`.
    """

    date: str
    where: str
    words: tuple[str, ...]
    undated: Undated = "unknown"


@record(frozen=True, slots=True)
class FileMapping:
    """The settings for one file.

    Attributes:
        outcomes: Event to where its date is found.
        values: Column to the council's words to ours; an empty text is a blank.
        date_formats: Column, or `*` for all, to the formats of its dates.
        blanks: More words that mean a blank cell, beside those that always do.
        constants: Column that a file lacks to its value on every row.
        header_row: Row of the headings, from 1; 0 to find it.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outcomes: Mapping[str, SharedDate] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blanks: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    header_row: int = 0

    def laid_under(self, own: "FileMapping") -> "FileMapping":
        """Return this mapping with another on top, which wins for the columns and words that it has."""
        again = {*own.columns, *own.outcomes}
        taken = {fold(text) for texts in (*own.columns.values(), own.ignore) for text in texts}
        left = {
            name: tuple(text for text in texts if fold(text) not in taken)
            for name, texts in self.columns.items()
            if name not in again
        }
        return FileMapping(
            columns={**left, **own.columns},
            outcomes={**{n: said for n, said in self.outcomes.items() if n not in again}, **own.outcomes},
            ignore=(*self.ignore, *own.ignore),
            values={
                name: {**self.values.get(name, {}), **own.values.get(name, {})}
                for name in {**self.values, **own.values}
            },
            date_formats={**self.date_formats, **own.date_formats},
            blanks=(*self.blanks, *own.blanks),
            constants={**self.constants, **own.constants},
            sheet=own.sheet or self.sheet,
            header_row=own.header_row or self.header_row,
        )


NOTHING_SAID = FileMapping()


@record(frozen=True, slots=True)
class Mappings:
    """All settings of a configuration about files.

    Attributes:
        source: The configuration file, with which an error begins; empty if there is none.
        every: Settings for every file.
        files: Pattern of a file's name to what holds for such files, laid over the former in this order.
        asked: Settings of the command line for every file, on top of all others.
    """

    source: str = ""
    every: FileMapping = NOTHING_SAID
    files: Mapping[str, FileMapping] = field(default_factory=dict)
    asked: FileMapping = NOTHING_SAID

    def of_file(self, name: str) -> FileMapping:
        """Return what is said about a file; only its name counts, not its folder, and not its case."""
        file_mapping = self.every
        base = PurePath(name.replace("\\", "/")).name.lower()
        for pattern, own in self.files.items():
            if fnmatchcase(base, pattern.lower()):
                file_mapping = file_mapping.laid_under(own)
        return file_mapping if self.asked == NOTHING_SAID else file_mapping.laid_under(self.asked)

    def parts(self) -> Mapping[str, FileMapping]:
        """Return each part under the key path that its own keys follow, as `files."a*.csv".`."""
        return {"": self.every, **{f'files."{pattern}".': own for pattern, own in self.files.items()}}


NO_MAPPINGS = Mappings()

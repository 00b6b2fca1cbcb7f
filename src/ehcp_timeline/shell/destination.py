"""Where an answer goes and in which format: data to standard output or a file, all else to standard error."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from contextvars import ContextVar
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ehcp_timeline.errors import OutputError, UsageError
from ehcp_timeline.inputs import reason
from ehcp_timeline.output.sections import Section
from ehcp_timeline.record import record
from ehcp_timeline.shell.parse import choice, was_typed
from ehcp_timeline.text import count, visible_lines

if TYPE_CHECKING:
    from ehcp_timeline.output.document import Document
    from ehcp_timeline.output.receipt import Receipt, Typed

PIPE_CLOSED = 141
RUNNING: ContextVar[Any] = ContextVar("RUNNING", default=None)
"""The context of the command that runs, of a type that Typer keeps to itself; None in a library."""
SUFFIXES = {
    "csv": (".csv",), "json": (".json",), "ndjson": (".ndjson", ".jsonl"), "parquet": (".parquet",),
    "md": (".md",), "plain": (".txt",), "sarif": (".sarif",), "junit": (".xml",), "xlsx": (".xlsx",),
    "ics": (".ics",), "html": (".html", ".htm"),
}  # fmt: skip
"""Every format that a file's name can stand for."""
FOR_PEOPLE = ("table", "plain")
ROW_FORMATS = (*FOR_PEOPLE, "json", "csv", "ndjson", "md", "xlsx")
_SPLIT_FORMATS = ("csv", "xlsx", "md", "ndjson", "ics")
_LINES_ALONE = ("csv", "ndjson")
_NOT_FOR_A_SCREEN = {"parquet": "a Parquet file", "xlsx": "a workbook"}
# Options that change nothing in an answer, and the day, which a receipt holds by itself.
_NOT_ASKED = frozenset(
    {"--output", "--format", "--force", "--previous", "--as-at", "--fail-on", "--exit-zero", "--strict"}
)


@record(frozen=True, slots=True)
class OutputTarget:
    """One place that an answer goes to, in one of the command's formats.

    Attributes:
        path: The file; None for standard output.
        force: Whether a file that is there may be replaced.
        full: Whether a terminal shows everything; else one screen, the answer first.
        split_by: The column of which each name has a file of its own in the folder `path`.
    """

    format: str
    path: Path | None
    force: bool
    full: bool = True
    split_by: str | None = None

    @property
    def for_people(self) -> bool:
        """Return whether it is words for a person, of which a screen shows only so many."""
        return self.format in FOR_PEOPLE

    def send(self, data: str | bytes | Iterator[bytes]) -> None:
        """Write the whole answer; one that comes in parts is never held whole.

        Raises:
            OutputError: It cannot be written there.
            typer.Exit: The reader of standard output has gone.
        """
        raw = (_bytes(data),) if isinstance(data, str | bytes) else data
        if self.path is not None:
            from ehcp_timeline.output.files import write_whole

            write_whole(self.path, raw, force=self.force)
            return
        try:
            sys.stdout.buffer.writelines(raw)
            sys.stdout.buffer.flush()
        except OSError as error:
            # Nobody is to try standard output again when the process ends; it may be closed, or no file.
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):
                raise typer.Exit(PIPE_CLOSED) from None
            said = f"cannot write to standard output: {reason(error)}"
            raise OutputError(said, "write to a file with -o") from None

    def fits_screen(self, sections: Iterable[Section]) -> bool:
        """Return whether sections fit a screen of 80 by 24 or the window, with a line left to type on."""
        if self.format != "table":
            return True
        from ehcp_timeline.output.terminal import terminal_text

        width, lines = _screen()
        return terminal_text(sections, width=max(width, 80), colour=False).count("\n") <= lines

    def show(self, sections: Iterable[Section]) -> None:
        """Write sections: drawn on a terminal, aligned and uncut anywhere else."""
        if self.format == "table" and self.path is None and _is_terminal():
            from ehcp_timeline.output.terminal import screenful, terminal_text

            width, lines = _screen()
            shown = sections if self.full else screenful(sections, width=width, lines=lines)
            declined = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
            colour = not declined and (os.name != "nt" or bool(os.environ.get("WT_SESSION")))
            self.send(terminal_text(shown, width=width, colour=colour))
            return
        from ehcp_timeline.output.sections import plain_text

        self.send(plain_text(sections))

    def write(self, document: "Document") -> None:
        """Write an answer with its receipt; CSV and NDJSON, which hold lines alone, have it in a file beside.

        On standard output words, Markdown, CSV and NDJSON have none.
        """
        if self.for_people and self.path is None:
            self.show(document.shown())
            return
        from ehcp_timeline.output.receipt import Receipt

        receipt = Receipt.of(document.made_from or document.answer, typed())
        receipt = receipt.without_people() if document.nameless else receipt
        if self.for_people:
            made = Section("How this was made", receipt.lines(), after=(receipt.json,))
            self.show((*document.shown(), made))
            return
        if self.split_by is not None and self.path is not None:
            self._write_folder(self.path, document, receipt, self.split_by)
            return
        self.send(self._data(document, receipt))
        if self.format in _LINES_ALONE:
            self.leave_receipt(receipt)
        if self.format == "ics" and self.path is not None:
            from ehcp_timeline.output.calendar import IMPORT

            say(f"{self.path}: {IMPORT}")

    def leave_receipt(self, receipt: "Receipt") -> None:
        """Write a receipt beside the file of an output that holds none itself."""
        from ehcp_timeline.output.files import write_whole
        from ehcp_timeline.output.receipt import path_beside

        if self.path is not None:
            write_whole(path_beside(self.path), f"{receipt.json}\n".encode(), force=True)

    def _data(self, document: "Document", receipt: "Receipt") -> str | bytes | Iterator[bytes]:
        data = document.data(self.format, receipt)
        if self.format == "md" and self.path is not None and isinstance(data, str):
            from ehcp_timeline.output.data import markdown_receipt

            return data + markdown_receipt(receipt)
        return data

    def _write_folder(self, folder: Path, document: "Document", receipt: "Receipt", column: str) -> None:
        """Write one list for each name, and say which file is whose."""
        from ehcp_timeline.output.files import safe_names, write_folder
        from ehcp_timeline.output.receipt import FOLDER_RECEIPT

        parts = list(document.parts(column))
        files = safe_names((name for name, _, _ in parts), SUFFIXES[self.format][0], f"no-{column}")
        data = {files[name]: _bytes(self._data(part, receipt)) for name, _, part in parts}
        if self.format in _LINES_ALONE:
            data[FOLDER_RECEIPT] = f"{receipt.json}\n".encode()
        write_folder(folder, data, force=self.force)
        say(f"{len(files)} lists in {folder}:")
        for name, number, _ in parts:
            say(f"  {files[name]}: {name or f'no {column}'}, {count(number, 'line')}")


@record(frozen=True, slots=True)
class Output:
    """Everywhere that an answer goes to."""

    targets: tuple[OutputTarget, ...]

    def __iter__(self) -> Iterator[OutputTarget]:
        return iter(self.targets)

    @property
    def for_people(self) -> bool:
        """Return whether it goes to nobody but people who read words."""
        return all(target.for_people for target in self)

    def formats(self) -> frozenset[str]:
        """Return the formats in which it is wanted."""
        return frozenset(target.format for target in self)

    def write(self, document: "Document") -> None:
        """Write an answer everywhere, each time with its receipt."""
        for target in self:
            target.write(document)


def choose_output(
    asked: str | None, paths: Sequence[Path] | None, *, force: bool, formats: Sequence[str], full: bool = True
) -> Output:
    """Return where the answer goes, before any work is done for it.

    `asked` is the word of `--format`; a path of `-` is standard output. A terminal shows everything if `full`
    says so, or `--top` says how long lists are.

    Raises:
        UsageError: The format is unknown, or cannot be told from a file's name; two outputs are one file.
        OutputError: A file cannot be written.
    """
    files = [None if str(path) == "-" else path for path in paths or [Path("-")]]
    if None in files and sys.stdout is None:
        raise OutputError("standard output is closed", "write to a file with -o")
    if len({file and os.path.realpath(file) for file in files}) < len(files):  # a loop of links has no path
        raise UsageError("-o names the same place twice", "give each output a name of its own")
    if asked is not None and len(files) - files.count(None) > 1:
        raise UsageError("--format is for one output", "leave it out: the ending of each -o says its format")
    targets = []
    for file in files:
        named = None if file is not None and len(files) > 1 else asked
        target = OutputTarget(_format(named, file, formats), file, force, full or was_typed("--top"))
        if file is None and target.format in _NOT_FOR_A_SCREEN and _is_terminal():
            what = _NOT_FOR_A_SCREEN[target.format]
            raise OutputError(f"{what} is not for a screen", f"add -o list{SUFFIXES[target.format][0]}")
        if file is not None:
            prepare_file(file, force=force)
        targets.append(target)
    return Output(tuple(targets))


def choose_folder(asked: str | None, path: Path | None, split_by: str, *, force: bool) -> Output:
    """Return the folder in which each name of a column has a file of its own.

    The format is that of `--format`, or of the ending of the folder's name, which it then loses, or CSV.

    Raises:
        UsageError: There is no folder, or the format cannot be split.
        OutputError: The folder cannot be written in.
    """
    if path is None or str(path) == "-":
        said = "--split-by writes a file for each name, and there is no folder for them"
        raise UsageError(said, "add -o lists/")
    ending = next((form for form in _SPLIT_FORMATS if path.suffix.lower() in SUFFIXES[form]), None)
    folder = path.with_suffix("") if ending else path
    prepare_folder(folder)
    form = choice("--format", asked or ending or "csv", _SPLIT_FORMATS)
    return Output((OutputTarget(form, folder, force, split_by=split_by),))


def one_path(paths: Sequence[Path] | None) -> Path | None:
    """Return the only word of `--output`, for what is written in one place; None if there is none.

    Raises:
        UsageError: There are several.
    """
    if paths and len(paths) > 1:
        raise UsageError("only one -o goes with these options", "leave the others out")
    return paths[0] if paths else None


def typed() -> "Typed":
    """Return what was typed, but for the day and where the answer goes."""
    from ehcp_timeline.output.receipt import Typed

    context = RUNNING.get()
    if context is None:
        return Typed("", (), {})
    arguments: list[str | None] = []
    options: dict[str, str | bool | list[str]] = {}
    for param in context.command.params:
        value, name = context.params.get(param.name or ""), param.opts[0]
        several = isinstance(value, list | tuple)
        words = list(value) if several else [value]
        if param.param_type_name == "argument":
            arguments += [None if isinstance(word, Path) else str(word) for word in words if word is not None]
        elif name not in _NOT_ASKED and "DEFAULT" not in str(context.get_parameter_source(param.name or "")):
            options[name] = list(map(str, words)) if several else value if value is True else str(value)
    return Typed(context.command_path.partition(" ")[2], tuple(arguments), dict(sorted(options.items())))


def prepare_file(path: Path, *, force: bool) -> None:
    """Raise OutputError if a file cannot be written; remove and name what a killed run left of it."""
    from ehcp_timeline.output.files import check_target
    from ehcp_timeline.output.receipt import path_beside

    check_target(path, force=force)
    check_target(path_beside(path), force=True)
    _remove_leftovers(path, path_beside(path))


def prepare_folder(folder: Path) -> None:
    """Do the same for a folder that files are written to."""
    from ehcp_timeline.output.files import check_folder

    check_folder(folder)
    if folder.is_dir():
        _remove_leftovers(folder)


def _remove_leftovers(*places: Path) -> None:
    from ehcp_timeline.output.files import remove_leftovers

    for part in (part for place in places for part in remove_leftovers(place)):
        say(f"{part} was left by a run that was killed; it is removed")


def check_apart(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise OutputError if an answer would take the place of a file that is read, whatever its name."""
    for output, read in product(outputs, inputs):
        folder = output.parent if read.is_dir() else output
        with suppress(OSError, ValueError):  # one of them is not there
            if output.exists() and not output.is_dir() and folder.samefile(read):
                hint = "write to another file: the answer would overwrite its own input"
                raise OutputError(f"{output} is also read, as {read}", hint)


def say(*lines: str) -> None:
    """Write lines to standard error, with nothing in them that could steer a screen."""
    for line in lines:
        with suppress(OSError):  # nobody hears it, and the answer does not depend on it
            print(visible_lines(line), file=sys.stderr)


def _format(asked: str | None, target: Path | None, formats: Sequence[str]) -> str:
    """Return the format that was asked for, that the file's name stands for, or that suits the screen."""
    if asked is not None:
        return choice("--format", asked, formats)
    if target is None:
        return "table" if _is_terminal() else "plain"
    for form in formats:
        if target.suffix.lower() in SUFFIXES.get(form, ()):
            return form
    said = f"-o {target}: the name does not say which format to write"
    raise UsageError(said, f"add --format, one of {', '.join(formats)}")


def _bytes(data: str | bytes | Iterator[bytes]) -> bytes:
    if isinstance(data, str):
        return data.encode("utf-8", errors="replace")
    return data if isinstance(data, bytes) else b"".join(data)


def _screen() -> tuple[int, int]:
    """Return the columns of the window, and its lines, at least 24, but for the one to type on."""
    window = shutil.get_terminal_size()
    return window.columns, max(window.lines, 24) - 1


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()

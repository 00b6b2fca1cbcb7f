"""Where an answer goes and in which format: data to standard output or a file, all else to standard error."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import typer

from ehcp_timeline.errors import OutputError, UsageError
from ehcp_timeline.inputs import reason
from ehcp_timeline.output.sections import Section
from ehcp_timeline.shell.parse import choice, was_typed

PIPE_CLOSED = 141
ROW_FORMATS = ("table", "plain", "json", "csv", "ndjson", "md")
_SUFFIXES = {
    ".csv": "csv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet",
    ".md": "md", ".html": "html", ".txt": "plain", ".sarif": "sarif", ".xml": "junit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Output:
    """Where the answer goes.

    Attributes:
        format: One of the command's formats.
        path: The file; None for standard output.
        force: Whether a file that is there may be replaced.
        full: Whether a terminal shows everything; else one screen, the answer first.
    """

    format: str
    path: Path | None
    force: bool
    full: bool = True

    def send(self, data: str | bytes | Iterator[bytes]) -> None:
        """Write the whole answer; one that comes in parts is never held whole.

        Raises:
            OutputError: It cannot be written there.
        """
        text = data.encode("utf-8", errors="replace") if isinstance(data, str) else data
        raw = (text,) if isinstance(text, bytes) else text
        if self.path is None:
            _to_standard_output(raw)
            return
        from ehcp_timeline.output.files import write_whole

        write_whole(self.path, raw, force=self.force)

    def send_rows(
        self,
        rows: Sequence[Mapping[str, Any]],
        keys: Sequence[str],
        answer: Mapping[str, Any],
        sections: Callable[[], Iterable[Section]],
        title: str,
    ) -> None:
        """Write an answer that is a list, in whichever format was chosen.

        Args:
            rows: The list, for CSV, NDJSON and Markdown.
            keys: Its columns.
            answer: The whole answer, for JSON.
            sections: What a person is shown.
            title: Heading of the Markdown table.
        """
        from ehcp_timeline.output import data as flat

        match self.format:
            case "json":
                self.send(flat.json_text(answer))
            case "csv":
                self.send(flat.csv_text(rows, keys))
            case "ndjson":
                self.send(flat.ndjson_text(rows))
            case "md":
                self.send(flat.markdown_text(rows, keys, title))
            case _:
                self.show(sections())

    def send_records(
        self,
        answer: object,
        records: Sequence[object],
        kind: type,
        sections: Callable[[], Iterable[Section]],
        title: str,
        as_at: date | None = None,
    ) -> None:
        """Write an answer whose heart is a list of records, in whichever format was chosen.

        Args:
            answer: The whole answer, a record, for JSON.
            records: The list, for CSV, NDJSON and Markdown.
            kind: The dataclass of its records; its fields are the columns.
            sections: What a person is shown.
            title: Heading of the Markdown table, name of the workbook.
            as_at: The day of a workbook, for commands that write one.
        """
        from ehcp_timeline.measure.answer import keys, values

        if self.format in ("table", "plain"):
            self.show(sections())
        elif self.format == "json":
            self.send_json(answer)
        elif self.format == "xlsx" and as_at:
            from ehcp_timeline.output.workbook import workbook_bytes

            self.send(workbook_bytes(values(records), keys(kind), title=title, as_at=as_at, notes=()))
        else:
            self.send_rows(values(records), keys(kind), {}, sections, title)

    def send_json(self, answer: object) -> None:
        """Write an answer, a record, as JSON."""
        from ehcp_timeline.measure.answer import values
        from ehcp_timeline.output.data import json_text

        self.send(json_text(values(answer)))

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
            self.send(terminal_text(shown, width=width, colour=_colour_wanted()))
            return
        from ehcp_timeline.output.plain import plain_text

        self.send(plain_text(sections))


def choose_output(
    asked: str | None, path: Path | None, *, force: bool, formats: Sequence[str], full: bool = True
) -> Output:
    """Return where the answer goes, before any work is done for it.

    Args:
        asked: The word of `--format`, if any.
        path: The word of `--output`, if any; `-` is standard output.
        force: Whether `--force` was given.
        formats: What the command can write.
        full: Whether a terminal shows everything; it does if `--top` says how long lists are.

    Raises:
        UsageError: The format is unknown, or cannot be told from the file's name.
        OutputError: The file cannot be written.
    """
    target = None if path is None or str(path) == "-" else path
    if target is None and sys.stdout is None:
        raise OutputError("standard output is closed", "write to a file with -o")
    output = Output(_format(asked, target, formats), target, force, full or was_typed("--top"))
    if output.format == "parquet" and target is None and _is_terminal():
        raise OutputError("a Parquet file is not for a screen", "add -o findings.parquet")
    if target is not None:
        prepare_file(target, force=force)
    return output


def prepare_file(path: Path, *, force: bool) -> None:
    """Raise OutputError if a file cannot be written; remove and name what a killed run left of it."""
    from ehcp_timeline.output.files import check_target, remove_leftovers

    check_target(path, force=force)
    _say_removed(remove_leftovers(path))


def prepare_folder(folder: Path) -> None:
    """Do the same for a folder that files are written to."""
    from ehcp_timeline.output.files import check_folder, remove_leftovers

    check_folder(folder)
    _say_removed(remove_leftovers(folder) if folder.is_dir() else ())


def _say_removed(parts: Iterable[Path]) -> None:
    say(*(f"{part} was left by a run that was killed, and is removed" for part in parts))


def check_apart(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise OutputError if an answer would take the place of a file that is read, whatever its name."""
    for output, read in product(outputs, inputs):
        folder = output.parent if read.is_dir() else output
        with suppress(OSError, ValueError):  # one of them is not there
            if output.exists() and not output.is_dir() and folder.samefile(read):
                hint = "write to another file: the answer would take the place of what it is made from"
                raise OutputError(f"{output} is also read, as {read}", hint)


def say(*lines: str) -> None:
    """Write lines to standard error, with nothing in them that could steer a screen."""
    from ehcp_timeline.text.safe import visible_lines

    for line in lines:
        with suppress(OSError):  # nobody hears it, and the answer does not depend on it
            print(visible_lines(line), file=sys.stderr)


def _format(asked: str | None, target: Path | None, formats: Sequence[str]) -> str:
    """Return the format that was asked for, that the file's name stands for, or that suits the screen."""
    if asked is not None:
        return choice("--format", asked, formats)
    if target is None:
        return "table" if _is_terminal() else "plain"
    known = _SUFFIXES.get(target.suffix.lower(), "")
    if known not in formats:
        raise UsageError(
            f"-o {target}: the name does not say which format to write",
            f"add --format, one of {', '.join(formats)}",
        )
    return known


def _to_standard_output(raw: Iterable[bytes]) -> None:
    """Write to standard output; if its reader has gone, stop without a word."""
    try:
        sys.stdout.buffer.writelines(raw)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _let_go()
        raise typer.Exit(PIPE_CLOSED) from None
    except OSError as error:
        _let_go()
        raise OutputError(
            f"cannot write to standard output: {reason(error)}", "write to a file with -o"
        ) from None


def _let_go() -> None:
    """Point standard output at nothing, so that nobody tries it again when the process ends."""
    with suppress(OSError, ValueError):  # closed, or not a file of the system
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _screen() -> tuple[int, int]:
    """Return the columns of the window, and its lines, at least 24, but for the one to type on."""
    window = shutil.get_terminal_size()
    return window.columns, max(window.lines, 24) - 1


def _is_terminal() -> bool:
    """Return whether standard output is a terminal; it may also be closed."""
    return sys.stdout is not None and sys.stdout.isatty()


def _colour_wanted() -> bool:
    """Return whether the terminal takes colour and its owner has not declined it."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return os.name != "nt" or bool(os.environ.get("WT_SESSION"))

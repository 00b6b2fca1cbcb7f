"""The command `ehcp`: its first page, and the one line that is printed when it cannot go on."""

import sys
import traceback
from errno import ENOSPC
from pathlib import Path
from typing import Annotated

import typer

from ehcp_timeline import __version__
from ehcp_timeline.cli.lazy import Commands
from ehcp_timeline.errors import EhcpError, TerminatedError
from ehcp_timeline.inputs import reason
from ehcp_timeline.shell.destination import PIPE_CLOSED, say
from ehcp_timeline.shell.help_text import examples

INTERRUPTED, TERMINATED = 130, 143
CANNOT_RUN = 2

app = typer.Typer(
    name="ehcp",
    cls=Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"ehcp-timeline {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
@examples(
    "ehcp check cases.csv",
    "ehcp timeline request_received=2026-01-12",
    "ehcp explain C-0042 cases.csv",
    "ehcp template > cases.csv",
)
def ehcp(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Check whether Education, Health and Care Plan work is inside the law's time limits.

    Works offline: it sends nothing anywhere and writes only what you ask for. `ehcp help COMMAND` says more.
    """
    if context.invoked_subcommand is None:
        print(context.get_help())


def main() -> int:
    """Run the command line and return its exit code.

    An error that stops a run is one line on standard error, with what to try. Only the type and place of an
    internal error are shown: its message might contain text of a case file.
    """
    _speak_utf8()
    words = sys.argv[1:]
    if words[:1] == ["help"]:
        words = [*words[1:], "--help"]
    try:
        code = app(words, prog_name="ehcp", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001 - what is not known is raised again
        return _stopped(error)
    return code if isinstance(code, int) else 0


def _stopped(error: BaseException) -> int:
    cause = error.__context__ if isinstance(error, SystemExit) else error  # Typer makes an exit of it
    if isinstance(cause, BrokenPipeError):
        return PIPE_CLOSED
    code = CANNOT_RUN
    match error:
        case EhcpError():
            _tell(error.message, error.hint)
            code = error.exit_code
        case typer.TyperException():
            _tell(*_usage_words(error))
        case KeyboardInterrupt() | typer.Abort():
            code = INTERRUPTED
        case TerminatedError():
            code = TERMINATED
        case MemoryError():
            _tell("there is not enough memory for this", "give less at a time, or use a larger computer")
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            _tell(f"{place}{reason(error)}", "free some disk space" if error.errno == ENOSPC else "")
        case _ if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise error  # the interpreter's own; a panic of polars is no Exception either
        case _:
            fault = f"stopped by an internal error: {type(error).__name__} at {_place(error)}"
            _tell(fault, "please report this line")
    return code


def _speak_utf8() -> None:
    """Let every name be printed, whatever the console's own encoding."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(encoding="utf-8", errors="replace")


def _tell(message: str, hint: str) -> None:
    say(f"ehcp: {message}", *([f"try: {hint}"] if hint else []))


def _usage_words(error: typer.TyperException) -> tuple[str, str]:
    context = getattr(error, "ctx", None)
    message = error.format_message().rstrip(".")
    return message[:1].lower() + message[1:], f"{context.command_path if context else 'ehcp'} --help"


def _place(error: BaseException) -> str:
    """Return the file and line of this package where an error came up."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "ehcp_timeline" in frame.filename
    ]
    if not frames:
        return "an unknown place"
    return f"{'/'.join(Path(frames[-1].filename).parts[-2:])}:{frames[-1].lineno}"

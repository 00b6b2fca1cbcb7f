"""The command `ehcp`: its commands, listed without loading any, and the line printed when it cannot go on.

Only the command that is run is loaded. Typer makes a Pydantic adapter for every option of a command, given or
not. Loading Pydantic takes longer than a file of 1,000 rows. A text, a path or a flag needs no adapter, and a
number only if one was typed.
"""

import sys
import traceback
from collections.abc import Callable
from dataclasses import MISSING, is_dataclass
from errno import ENOSPC
from functools import wraps
from importlib import import_module
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from ehcp_timeline import __version__
from ehcp_timeline.errors import EhcpError, TerminatedError, UsageError
from ehcp_timeline.inputs import reason
from ehcp_timeline.record import fields, record
from ehcp_timeline.shell.destination import PIPE_CLOSED, say
from ehcp_timeline.shell.options import examples

_MOST = 1_000_000_000


class _Plain:
    """Stands instead of `get_runtime_param` of an option: takes what was typed without an adapter."""

    def __init__(self, param: Any, kind: object, several: object) -> None:  # noqa: ANN401
        self._adapter, self._kind, self._several = param.get_runtime_param, kind, several

    def __call__(self) -> "_Plain":
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as Typer calls it
        """Return the value of an option from what was typed, or from its default."""
        if value is None:
            return () if self._several else None
        if self._several:
            return [_path(item) if self._kind is Path else item for item in value]
        if self._kind is Path:
            return _path(value)
        if self._kind is str or isinstance(value, int):  # a default, or a flag
            return value
        number = self._adapter().coerce(value, param=param, ctx=ctx)
        if abs(number) > _MOST:
            raise UsageError(f"{param.opts[0]} {number} is too large", f"give at most {_MOST:,}")
        return number


def _path(word: str) -> Path:
    if not word:
        raise UsageError("a file has an empty name", "check the text between the quotation marks")
    return Path(word)


def plainly(params: list[Any]) -> list[Any]:
    """Return options, without an adapter for those that need none.

    If another version of Typer looks for its adapters elsewhere, it makes them as usual.
    """
    for param in params:
        annotation = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        several = get_origin(annotation) is list
        kind = get_args(annotation)[0] if several else annotation
        plain = kind in (str, Path) or (kind in (int, bool) and not several)
        if plain and hasattr(param, "get_runtime_param") and "get_runtime_param" not in vars(param):
            param.get_runtime_param = _Plain(param, kind, several)
    return params


@record(frozen=True, slots=True)
class Listed:
    """One command: its name, its group on the first page, the first sentence of its help.

    Attributes:
        where: Module, as seen from `commands`, and function; a module's `app` is a group of commands. Empty
            where both have the name of the command.
    """

    name: str
    group: str
    says: str
    where: str = ""


GROUPS: Final = {
    "look": "Look at cases",
    "act": "Decide what to do",
    "count": "Count and report",
    "foresee": "Look ahead",
    "files": "Prepare files",
    "rules": "The law",
}
LISTED: Final = (
    Listed("check", "look", "Show on one screen what is overdue, due soon and unclear."),
    Listed("timeline", "look", "Show one case's dates: what happens next, and who owes it."),
    Listed("explain", "look", "Explain each verdict of one case, step by step, with the law."),
    Listed(
        "overdue",
        "act",
        "List what is overdue, worst first, and what to do next.",
        "worklists.overdue:overdue",
    ),
    Listed(
        "next", "act", "List today's work in order: each case once, its next step.", "worklists.next_:next_"
    ),
    Listed(
        "letters",
        "act",
        "List cases that will miss their date, to tell each family.",
        "worklists.letters:letters",
    ),
    Listed("changes", "act", "Show what is newly overdue, done or gone since last time."),
    Listed("scorecard", "count", "Count the DfE's measures, beside the council's targets."),
    Listed("compare", "count", "Compare with England, statistical neighbours and all councils."),
    Listed("reconcile", "count", "Compare the legal 20-week rate with the DfE's."),
    Listed("forecast", "foresee", "Forecast when the backlog clears, and what would change it."),
    Listed("report", "count", "Make one page with charts for a board, a team or the public."),
    Listed("quality", "files", "Score the data: what is wrong, in how many rows, and where."),
    Listed("columns", "files", "Show how a file is read, and which headings are not used."),
    Listed("convert", "files", "Convert any file that can be read to a plain case file."),
    Listed("template", "files", "Print an empty case file, as CSV or an Excel workbook."),
    Listed("verify", "count", "Check whether an output can be made again, or what differs."),
    Listed("rules", "rules", "Show and test the law as it is encoded here.", "rules.command:app"),
    Listed("key", "files", "Make a key for pseudonyms.", "key.command:app"),
)


class Later(TyperCommand):
    """A command of which only the name and the first sentence are known."""

    def __init__(self, listed: Listed) -> None:
        super().__init__(listed.name, help=listed.says, rich_markup_mode=None)
        self.listed = listed


class Alone(TyperCommand):
    """A command that has been loaded."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - Typer keeps the type to itself
        """Return the options, those that need no adapter without one."""
        return plainly(super().get_params(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401
        """Return the parts of the usage line, arguments without braces."""
        return [piece.replace("{", "").replace("}", "") for piece in super().collect_usage_pieces(ctx)]

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run the command, unless it would write over a file that it reads."""
        from ehcp_timeline.shell.destination import RUNNING, check_apart

        RUNNING.set(ctx)
        outputs: list[Path] = []
        inputs: list[Path] = []
        for param in self.params:
            value = ctx.params.get(param.name)
            given = value if isinstance(value, list | tuple) else [value]
            held = outputs if "-o" in param.opts else inputs
            held += (path for path in given if isinstance(path, Path))
        check_apart(outputs, inputs)
        return super().invoke(ctx)


class Commands(TyperGroup):
    """The commands of `LISTED`."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - Typer's own
        super().__init__(**settings)
        for listed in LISTED:
            self.add_command(Later(listed))

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401
        """Return the options, those that need no adapter without one."""
        return plainly(super().get_params(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - Typer's own
        """Write the commands of each group, every summary whole."""
        for group, title in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(listed.name, listed.says) for listed in LISTED if listed.group == group])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:  # noqa: ANN401
        """Return the name that was typed, its command, loaded, and the words after it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, loaded(command.listed) if isinstance(command, Later) else command, rest


def loaded(listed: Listed) -> Any:  # noqa: ANN401 - Typer keeps the type to itself
    """Return a command, its module imported."""
    module, name = (listed.where or f"{listed.name}.command:{listed.name}").split(":")
    command = getattr(import_module(f"ehcp_timeline.commands.{module}"), name)
    if isinstance(command, typer.Typer):
        for registered in command.registered_commands:
            registered.cls, registered.callback = Alone, with_options(registered.callback)
        group = get_group(command)
        group.name = listed.name
        return group
    alone = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
    alone.command(listed.name, cls=Alone)(with_options(command))
    return get_command(alone)


def with_options(command: Any) -> Callable[..., Any]:  # noqa: ANN401 - a function of any signature
    """Return a command in which each field of a group of options is a parameter of its own.

    A group is a parameter whose type is a dataclass, as those of `shell.options`.
    """
    groups: dict[str, Any] = {}
    parameters: list[Parameter] = []
    for name, parameter in signature(command).parameters.items():
        kind: Any = parameter.annotation
        if isinstance(kind, type) and is_dataclass(kind):
            groups[name] = kind
            parameters += (
                Parameter(
                    option.name,
                    Parameter.KEYWORD_ONLY,
                    default=Parameter.empty if option.default is MISSING else option.default,
                    annotation=option.type,
                )
                for option in fields(kind)
            )
        else:
            parameters.append(parameter)

    @wraps(command)
    def run(**given: Any) -> Any:  # noqa: ANN401
        made = {
            name: group(**{field.name: given.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        return command(**given, **made)

    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    vars(run)["__signature__"] = Signature(parameters)
    return run


INTERRUPTED, TERMINATED = 130, 143
CANNOT_RUN = 2
INTERNAL_ERROR = "stopped by an internal error"
MOST_SHOWN = 4_000  # characters of a line of an error

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
    for stream in (sys.stdout, sys.stderr):  # every name can be printed, whatever the console's encoding
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(encoding="utf-8", errors="replace")
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
            context, message = getattr(error, "ctx", None), error.format_message().rstrip(".")
            usage = f"{context.command_path if context else 'ehcp'} --help"
            _tell(message[:1].lower() + message[1:], usage)
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
            fault = f"{INTERNAL_ERROR}: {type(error).__name__} at {_place(error)}"
            _tell(fault, "please report this line")
    return code


def _tell(message: str, hint: str) -> None:
    lines = [f"ehcp: {message}", *([f"try: {hint}"] if hint else [])]
    say(*(_cut(line) for text in lines for line in text.split("\n")))


def _cut(line: str) -> str:
    """Return a line without its middle if no one could read it, as one with a key of a megabyte."""
    return line if len(line) <= MOST_SHOWN else f"{line[: MOST_SHOWN // 2]} … {line[-MOST_SHOWN // 2 :]}"


def _place(error: BaseException) -> str:
    """Return the file and line of this package where an error came up."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "ehcp_timeline" in frame.filename
    ]
    if not frames:
        return "an unknown place"
    return f"{'/'.join(Path(frames[-1].filename).parts[-2:])}:{frames[-1].lineno}"

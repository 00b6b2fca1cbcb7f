"""The options, parts of the help and exit codes that several commands share, and what options choose.

A command takes a group of options as one parameter, whose type is a dataclass of this module; `cli.app`
gives each field an option of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.record import record
from ehcp_timeline.shell.destination import ROW_FORMATS, Output, choose_folder, choose_output, one_path
from ehcp_timeline.shell.open import CaseRequest, law, settings
from ehcp_timeline.shell.parse import choice, choices, day_asked, split, was_typed

if TYPE_CHECKING:
    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.law.rulebook import Rulebook
    from ehcp_timeline.measure.result import Audit, Breach
    from ehcp_timeline.privacy.pseudonyms import Key
    from ehcp_timeline.shell.open import Config as Settings


def option(name: str, metavar: str, says: str, **bounds: Any) -> Any:  # noqa: ANN401 - as typer takes it
    """Return an option with a value: its name, what stands for the value, its help, `min` and `max`."""
    return typer.Option(name, metavar=metavar, help=says, **bounds)


CaseFilePath = Annotated[Path, typer.Argument(metavar="FILE", hidden=True)]
CaseFilePaths = Annotated[list[Path], typer.Argument(metavar="FILE", hidden=True)]
SomeCaseFilePaths = Annotated[list[Path] | None, typer.Argument(metavar="FILE", hidden=True)]

AsAt = Annotated[
    str | None, option("--as-at", "DATE", "The day to answer for, as 2026-01-31.  [default: today]")
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help="How to print; `table` on a terminal, `plain` elsewhere."
    ),
]
OutputFile = Annotated[
    list[Path] | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write to a file; its ending says the format. Repeatable."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace the output file if it is there.")]
Acknowledged = Annotated[
    Path | None,
    option(
        "--acknowledged", "FILE", "Accepted findings (case, deadline, reason, until): counted, not listed."
    ),
]
Full = Annotated[bool, typer.Option("--full", help="Show everything, not only the answer.")]
Rules = Annotated[
    list[Path] | None, option("--rules", "FILE", "Apply a local rulebook on top of the law. Repeatable.")
]
Config = Annotated[
    Path | None, option("--config", "FILE", "Use this ehcp.toml.  [default: the nearest one upward]")
]

Worksheet = Annotated[
    str | None, option("--sheet", "NAME", "Read only this sheet of a workbook.  [default: all with cases]")
]
HeaderRow = Annotated[
    int | None, option("--header-row", "N", "The row of the headings.  [default: detected]", min=1)
]


Words = list[str] | None
DueWithin = Annotated[int, option("--due-within", "DAYS", "List what is due within so many days.", min=0)]
Oldest = Annotated[int, option("--oldest", "N", "How many oldest cases to list.", min=0)]
Top = Annotated[int, option("--top", "N", "How many lines of a list `table` and `plain` show.", min=0)]
Include = Annotated[Words, option("--include", "VERDICTS", "List these too: late, met, excused ... or all.")]
Kind = Annotated[Words, option("--kind", "KINDS", "statutory, guidance, local or all.  [default: statutory]")]
Who = Annotated[
    Words,
    option("--who", "WHO", "Whose duties: authority, school, adviser ... or all.  [default: authority]"),
]
DeadlineIds = Annotated[Words, option("--deadline", "IDS", "Only these deadlines, as plan.issue or order.")]
District = Annotated[Words, option("--district", "NAMES", "Only these districts.")]
Team = Annotated[Words, option("--team", "NAMES", "Only these teams.")]
Caseworker = Annotated[Words, option("--caseworker", "NAMES", "Only these caseworkers.")]
FailOn = Annotated[
    str, option("--fail-on", "WHAT", "Exit 1 if the authority has any: overdue, late, due-soon, none.")
]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 2 if the file has any problem.")]
AssumeBlank = Annotated[
    Words, option("--assume-blank", "COLUMNS", "Treat these missing columns as `not done yet` on every row.")
]
Verify = Annotated[
    int, option("--verify", "N", "Judge N rows of each file again with the second reader; 0: none.", min=0)
]
Chronology = Annotated[
    bool,
    typer.Option("--chronology", help="Add every date in one list to the page (.html), for a complaint."),
]
Exceptions = Annotated[
    bool,
    typer.Option("--exceptions", help="Audit the claimed exceptions instead: do the dates support them?"),
]

Threshold = Annotated[int, option("--threshold", "N", "Hide numbers of people below N; at least 3.")]
Previous = Annotated[
    Path | None, option("--previous", "FILE", "Warn what it and this earlier publication give away together.")
]
SplitBy = Annotated[
    str | None,
    option(
        "--split-by",
        "GROUP",
        "One file for each caseworker, team, district, school or case, in the folder of -o.",
    ),
]
Names = Annotated[bool, typer.Option("--names", help="Name the children in a calendar (.ics).")]
By = Annotated[str | None, option("--by", "GROUP", "One list for each caseworker, team or district.")]
Pseudonymise = Annotated[
    Path | None, option("--pseudonymise", "KEYFILE", "Pseudonyms for cases; names and free text dropped.")
]

ALL = "all"
KINDS = ("statutory", "guidance", "local")
WHO = ("authority", "other authority", "family", "school", "adviser", "health")
GROUPS = ("caseworker", "team", "district")
DATED_FORMATS = (*ROW_FORMATS, "ics")
_SPLITS = {**{group: group for group in GROUPS}, "school": "school", "case": "case_id"}


@record(frozen=True, slots=True)
class DutyOptions:
    """Which deadlines are listed."""

    kind: Kind = None
    who: Who = None
    deadline: DeadlineIds = None


@record(frozen=True, slots=True)
class GroupOptions:
    """Whose cases are listed."""

    district: District = None
    team: Team = None
    caseworker: Caseworker = None


@record(frozen=True, slots=True)
class OutputOptions:
    """Where an answer goes, and in which format."""

    asked: Format = None
    outputs: OutputFile = None
    force: Force = False

    def choose(self, formats: Sequence[str] = ROW_FORMATS, *, full: bool | None = None) -> Output:
        """Return where the answer goes, before any work is done for it; see `choose_output`.

        `full` is whether a terminal shows everything; None: unless there is a `--full` that was not given.
        """
        whole = getattr(self, "full", True) if full is None else full
        return choose_output(self.asked, self.outputs, force=self.force, formats=formats, full=whole)

    def choose_split(
        self, split_by: str | None, formats: Sequence[str] = DATED_FORMATS, *, full: bool | None = None
    ) -> Output:
        """Return where a list with days goes: files, or a folder with a file for each name of `--split-by`.

        It raises as `choose_output` and `choose_folder` do, and UsageError if there is no such group.
        """
        if split_by is None:
            return self.choose(formats, full=full)
        column = _SPLITS[choice("--split-by", split_by, tuple(_SPLITS))]
        return choose_folder(self.asked, one_path(self.outputs), column, force=self.force)


@record(frozen=True, slots=True)
class ScreenOptions(OutputOptions):
    """The same, where a terminal shows one screen unless `--full` is given."""

    full: Full = False


@record(frozen=True, slots=True)
class LawOptions:
    """The day that is asked about, under which law."""

    as_at: AsAt = None
    overlays: Rules = None
    config_file: Config = None

    def settings(self) -> "Settings":
        """Return the settings that apply."""
        return settings(self.config_file)

    def request(self) -> CaseRequest:
        """Return what is asked, the settings and the law read."""
        when, config = day_asked(self.as_at), self.settings()
        return CaseRequest(when, law(self.overlays, config), config)


@record(frozen=True, slots=True)
class FileOptions(LawOptions):
    """The same, and where in a file the cases stand."""

    sheet: Worksheet = None
    header_row: HeaderRow = None

    def settings(self) -> "Settings":
        """Return the settings that apply; the sheet and the row that were typed win over theirs."""
        return settings(self.config_file, self.sheet, self.header_row)


@record(frozen=True, slots=True)
class DisclosureOptions:
    """Whether counts are made for publication, and what is hidden in them."""

    disclosure: Annotated[
        str, option("--disclosure", "WHAT", "suppress: counts that may be published, nobody listed.")
    ] = "none"
    threshold: Threshold = 5
    previous: Previous = None

    def suppress(self) -> bool:
        """Return whether a table is to be published.

        Raises:
            UsageError: The threshold hides nothing, or an earlier publication is named for a table that is
                not published.
        """
        from ehcp_timeline.privacy.suppress import check_threshold

        check_threshold(self.threshold)
        public = choice("--disclosure", self.disclosure, ("none", "suppress")) == "suppress"
        if self.previous is not None and not public:
            raise UsageError("--previous is for tables that are published", "add --disclosure suppress")
        return public


def hides(public: bool, hint: str = "add --disclosure suppress") -> bool:
    """Return whether numbers are hidden; raise UsageError if none is and a threshold was typed."""
    if not public and was_typed("--threshold"):
        raise UsageError("--threshold hides numbers only in what is published", hint)
    return public


def group_asked(by: str | None) -> str | None:
    """Return the column of the groups, if any; raise UsageError if there is no such group."""
    return None if by is None else choice("--by", by, GROUPS)


def key_asked(path: Path | None, outputs: Sequence[Path] | None) -> "Key | None":
    """Return the key for pseudonyms, if one was asked for; raise UsageError if it cannot be used."""
    if path is None:
        return None
    from ehcp_timeline.privacy.pseudonyms import read_key

    return read_key(path, outputs or ())


def chosen(
    rulebook: "Rulebook",
    duties: DutyOptions = DutyOptions(),
    groups: GroupOptions = GroupOptions(),
    *,
    due_within: int = 14,
    include: Words = None,
) -> "Selection":
    """Return which clocks are listed; raise UsageError if an option has a value that there is not."""
    from ehcp_timeline.audit.selection import NEEDS_A_LOOK, Selection
    from ehcp_timeline.audit.verdicts import VERDICTS

    included = choices("--include", include or (), (*VERDICTS, ALL))
    kinds = choices("--kind", duties.kind or ("statutory",), (*KINDS, ALL))
    owed_by = choices("--who", duties.who or ("authority",), (*WHO, ALL))
    return Selection(
        verdicts=frozenset(verdict for verdict in VERDICTS if verdict in NEEDS_A_LOOK | included),
        due_within=due_within,
        everything=ALL in included,
        kinds=frozenset(KINDS) if ALL in kinds else kinds,
        who=frozenset() if ALL in owed_by else owed_by,
        deadlines=chosen_deadlines(duties.deadline, rulebook),
        districts=_names("--district", groups.district),
        teams=_names("--team", groups.team),
        caseworkers=_names("--caseworker", groups.caseworker),
    )


def chosen_deadlines(given: Words, rulebook: "Rulebook") -> frozenset[str]:
    """Return deadline ids, or first parts of them; raise UsageError if the rulebook has none such."""
    from ehcp_timeline.audit.selection import refuse_unknown_deadlines

    words = split("--deadline", given or ())
    refuse_unknown_deadlines("--deadline", words, rulebook)
    return frozenset(words)


def _names(option: str, given: Words) -> frozenset[str]:
    """Return names: each as it was given, and its parts if it is a comma list."""
    return frozenset((*(name.strip() for name in given or ()), *split(option, given or ())))


Command = TypeVar("Command", bound=Callable[..., object])


def examples(*lines: str) -> Callable[[Command], Command]:
    """Add lines that can be typed as they stand to the end of a command's help."""
    return _block("Examples", lines)


def exit_codes(*lines: str) -> Callable[[Command], Command]:
    """Add what each exit code means to the end of a command's help."""
    return _block("Exit codes", lines)


def _block(title: str, lines: tuple[str, ...]) -> Callable[[Command], Command]:
    def with_block(command: Command) -> Command:
        listed = "\n".join(f"  {line}" for line in lines)
        # The control character makes Typer keep the lines of the block as they are.
        command.__doc__ = f"{cleandoc(command.__doc__ or '')}\n\n\b\n{title}:\n{listed}\n"
        return command

    return with_block


FOUND = 1
CANNOT_RUN = 2
NOT_ALL_JUDGED = 3
FAIL_ON: "Mapping[str, frozenset[Breach]]" = {
    "overdue": frozenset({"overdue"}),
    "late": frozenset({"overdue", "late"}),
    "due-soon": frozenset({"overdue", "due-soon"}),
    "none": frozenset(),
}
"""The words of `--fail-on`, each with the breaches that it fails on."""


def exit_code(audit: "Audit", *, failed: bool, strict: bool, exit_zero: bool) -> int:
    """Return the exit code for an answer that has, or has not, what the run shall fail on.

    `strict` means that any problem in a file makes the answer unreliable; `exit_zero` that what was found is
    not told by the exit code.
    """
    if strict and (audit.problems or any(heading.decides for heading in audit.unread)):
        return CANNOT_RUN
    if exit_zero:
        return 0
    if failed:
        return FOUND
    return NOT_ALL_JUDGED if audit.undecided else 0

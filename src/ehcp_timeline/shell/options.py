"""The options that several commands share, each written once, and what they choose."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.parse import choices, split
from ehcp_timeline.text.spelling import did_you_mean

if TYPE_CHECKING:
    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.cases.schema import Vocabulary
    from ehcp_timeline.law.rulebook import Rulebook

AsAt = Annotated[
    str | None,
    typer.Option("--as-at", metavar="DATE", help="The day to answer for, as 2026-01-31.  [default: today]"),
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
Full = Annotated[bool, typer.Option("--full", help="Show everything, not only the answer.")]
Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="FILE", help="Lay a local rulebook over the law. Repeatable."),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Use this ehcp.toml.  [default: the nearest one upward]"),
]

Worksheet = Annotated[
    str | None,
    typer.Option(
        "--sheet", metavar="NAME", help="Read only this sheet of a workbook.  [default: all with cases]"
    ),
]
HeaderRow = Annotated[
    int | None,
    typer.Option("--header-row", min=1, metavar="N", help="The row of the headings.  [default: found]"),
]


Words = list[str] | None
DueWithin = Annotated[
    int, typer.Option("--due-within", min=0, metavar="DAYS", help="List what is due within so many days.")
]
Oldest = Annotated[int, typer.Option("--oldest", min=0, metavar="N", help="How many oldest cases to list.")]
Top = Annotated[
    int, typer.Option("--top", min=0, metavar="N", help="How many lines of a list `table` and `plain` show.")
]
Include = Annotated[
    Words,
    typer.Option("--include", metavar="VERDICTS", help="List these too: late, met, excused ... or all."),
]
Kind = Annotated[
    Words,
    typer.Option("--kind", metavar="KINDS", help="statutory, guidance, local or all.  [default: statutory]"),
]
Who = Annotated[
    Words,
    typer.Option(
        "--who",
        metavar="WHO",
        help="Whose duties: authority, school, adviser ... or all.  [default: authority]",
    ),
]
DeadlineIds = Annotated[
    Words, typer.Option("--deadline", metavar="IDS", help="Only these deadlines, as plan.issue or order.")
]
District = Annotated[Words, typer.Option("--district", metavar="NAMES", help="Only these districts.")]
Team = Annotated[Words, typer.Option("--team", metavar="NAMES", help="Only these teams.")]
Caseworker = Annotated[Words, typer.Option("--caseworker", metavar="NAMES", help="Only these caseworkers.")]
FailOn = Annotated[
    str,
    typer.Option(
        "--fail-on", metavar="WHAT", help="Exit 1 if the authority has any: overdue, late, due-soon, none."
    ),
]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 2 if the file has any problem.")]
AssumeBlank = Annotated[
    Words,
    typer.Option(
        "--assume-blank", metavar="COLUMNS", help="Take these missing columns as `not yet` on every row."
    ),
]
Verify = Annotated[
    int,
    typer.Option(
        "--verify", min=0, metavar="N", help="Judge N rows of each file again, another way; 0 for none."
    ),
]
Chronology = Annotated[
    bool,
    typer.Option("--chronology", help="Add every date in one list to the page (.html), for a complaint."),
]
Exceptions = Annotated[
    bool,
    typer.Option("--exceptions", help="Audit the claimed exceptions instead: do the dates support them?"),
]

ALL = "all"
KINDS = ("statutory", "guidance", "local")
WHO = ("authority", "other authority", "family", "school", "adviser", "health")


def chosen(
    rulebook: "Rulebook",
    due_within: int = 14,
    *,
    include: Words = None,
    kind: Words = None,
    who: Words = None,
    deadline: Words = None,
    district: Words = None,
    team: Words = None,
    caseworker: Words = None,
) -> "Selection":
    """Return which clocks are listed.

    Raises:
        UsageError: An option has a value that there is not.
    """
    from ehcp_timeline.audit.clock import VERDICTS
    from ehcp_timeline.audit.selection import NEEDS_A_LOOK, Selection

    included = choices("--include", include or (), (*VERDICTS, ALL))
    kinds = choices("--kind", kind or ("statutory",), (*KINDS, ALL))
    owed_by = choices("--who", who or ("authority",), (*WHO, ALL))
    return Selection(
        verdicts=frozenset(verdict for verdict in VERDICTS if verdict in NEEDS_A_LOOK | included),
        due_within=due_within,
        everything=ALL in included,
        kinds=frozenset(KINDS) if ALL in kinds else kinds,
        who=frozenset() if ALL in owed_by else owed_by,
        deadlines=chosen_deadlines(deadline, rulebook),
        districts=_names(district),
        teams=_names(team),
        caseworkers=_names(caseworker),
    )


def known_columns(given: Words, vocabulary: "Vocabulary") -> frozenset[str]:
    """Return columns of a case file.

    Raises:
        UsageError: There is no such column.
    """
    for word in split(given or ()):
        if word not in vocabulary.columns:
            hint = did_you_mean(word, vocabulary.columns) or "`ehcp template --rows` lists the columns"
            raise UsageError(f"--assume-blank: there is no column `{word}`", hint)
    return frozenset(split(given or ()))


def chosen_deadlines(given: Words, rulebook: "Rulebook") -> frozenset[str]:
    """Return deadline ids, or first parts of them.

    Raises:
        UsageError: The rulebook has none such.
    """
    from ehcp_timeline.audit.selection import refuse_unknown_deadlines

    words = split(given or ())
    refuse_unknown_deadlines("--deadline", words, rulebook)
    return frozenset(words)


def _names(given: Words) -> frozenset[str]:
    """Return names: each as it was given, and its parts if it is a comma list."""
    return frozenset((*(name.strip() for name in given or ()), *split(given or ())))

"""`ehcp rules check`: what is wrong with a rulebook, all of it at once, for those who change it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.errors import RulebookError, UsageError
from ehcp_timeline.shell.destination import choose_output, say
from ehcp_timeline.shell.help_text import examples, exit_codes
from ehcp_timeline.shell.open import names
from ehcp_timeline.shell.options import AsAt, Force, Format, OutputFile, Rules
from ehcp_timeline.shell.parse import day_asked

if TYPE_CHECKING:
    from ehcp_timeline.law.lint import Level, Remark
    from ehcp_timeline.law.rulebook import Rulebook

FORMATS = ("table", "plain", "json", "sarif", "github")
FOUND = 1
UNREAD = "cannot-be-read"
STATUTE = Path("tests/statute")


@exit_codes("0  no fault; warnings and notes do not count", "1  faults", "2  cannot run")
@examples(
    "ehcp rules check",
    "ehcp rules check src/ehcp_timeline/rulebook --format github",
    "ehcp rules check --rules ours.toml --fixtures ours-cases.toml",
)
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="A whole rulebook.  [default: the installed one]"),
    ] = None,
    *,
    fixtures: Annotated[
        list[Path] | None,
        typer.Option("--fixtures", metavar="PATH", help="Golden cases.  [default: tests/statute, if there]"),
    ] = None,
    as_at: AsAt = None,
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    overlays: Rules = None,
) -> None:
    """Look for gaps and overlaps of versions, unknown words, missing citations and cases, and what is stale.

    With --rules and no FOLDER only the local rulebooks are checked. Formats: table, plain, json, sarif,
    github.
    """
    to = choose_output(asked, output, force=force, formats=FORMATS)
    if folder is not None and not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "lay a file over the law with --rules FILE")
    when = day_asked(as_at)
    from ehcp_timeline.commands.rules.view.remarks import remarks_answer, remarks_notes, remarks_sections
    from ehcp_timeline.law.loader.rulebook import read_rulebook
    from ehcp_timeline.output import ci, data

    rulebook, faults = read_rulebook(overlays or (), folder)
    cases = fixtures or ([STATUTE] if STATUTE.is_dir() else [])
    if not cases:
        say("golden cases were not looked at: name them with --fixtures")
    found = [*_faults(faults), *_remarks(rulebook, faults, when), *_cases(rulebook, faults, cases, when)]
    if overlays and folder is None:
        found = [one for one in found if one.rule == UNREAD or _is_local(one.where, rulebook)]
    match to.format:
        case "json":
            to.send(data.json_text(remarks_answer(found, rulebook, when)))
        case "sarif":
            to.send(ci.sarif_text(list(remarks_notes(found, folder, overlays or ()))))
        case "github":
            to.send(ci.github_text(remarks_notes(found, folder, overlays or ())))
        case _:
            to.show(remarks_sections(found, rulebook, when))
    raise typer.Exit(FOUND if any(one.level == "error" for one in found) else 0)


def _is_local(where: str, rulebook: "Rulebook") -> bool:
    """Say whether a deadline is a local rulebook's: the installed law is checked where it is kept."""
    return where in rulebook.by_id and rulebook.by_id[where].overlaid


def _faults(faults: Sequence[str]) -> Iterator["Remark"]:
    """Yield what kept a part of the rulebook from being read."""
    from ehcp_timeline.law.lint import Remark

    for fault in faults:
        where, _, said = fault.partition(": ")
        clause, colon, rest = said.partition(": ")
        says, _, advice = (rest if colon else said).partition("; ")
        if says.endswith(" is missing"):
            advice = advice or f"add {says.removesuffix(' is missing')} = ..."
        yield Remark("error", UNREAD, f"{where}: {clause}" if colon else where, says, advice)


def _remarks(rulebook: "Rulebook", faults: Sequence[str], as_at: date) -> Iterator["Remark"]:
    """Yield what the checks find, but for what reading has said already: that a word is not there at all."""
    from ehcp_timeline.law.lint import remarks

    for remark in remarks(rulebook, as_at):
        missing = f"{remark.where}: {remark.says.removesuffix(' is empty')} is missing"
        if not any(fault.endswith(missing) for fault in faults):
            yield remark


def _cases(
    rulebook: "Rulebook", faults: Sequence[str], fixtures: Sequence[Path], as_at: date
) -> Iterator["Remark"]:
    """Yield every edge that no golden case stands on; of a local duty that has cases, as a warning."""
    from ehcp_timeline.commands.rules.golden.conditions import uncovered
    from ehcp_timeline.commands.rules.golden.files import load_fixtures
    from ehcp_timeline.law.lint import Remark

    if not fixtures:
        return
    try:
        goldens = [fixture.golden for fixture in load_fixtures(fixtures, rulebook, names(rulebook), as_at)]
    except RulebookError as error:
        yield from _faults(error.faults)
        return
    tested = {name for golden in goldens for name in golden.expect}
    for said in uncovered(_read_in_full(rulebook, faults), goldens):
        where, _, says = said.partition(": ")
        promised = rulebook.by_id[where].overlaid and where in tested
        level: Level = "warning" if promised else "error"
        yield Remark(
            level, "no-golden-case", where, says, "add one, the day before, the day and the day after"
        )


def _read_in_full(rulebook: "Rulebook", faults: Sequence[str]) -> "Rulebook":
    """Return the rulebook without what could not be read in full: no golden case can stand on that."""
    sound = tuple(
        deadline
        for deadline in rulebook.deadlines
        if not any(f": {deadline.id}{end}" in fault for fault in faults for end in ".:")
    )
    return replace(rulebook, deadlines=sound)

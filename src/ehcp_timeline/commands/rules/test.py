"""`ehcp rules test`: fixture cases held against the law, for a person and for CI."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.destination import Output, choose_output, say
from ehcp_timeline.shell.help_text import examples
from ehcp_timeline.shell.open import names, settings
from ehcp_timeline.shell.options import AsAt, Force, Format, OutputFile, Rules
from ehcp_timeline.shell.parse import day_asked

if TYPE_CHECKING:
    from ehcp_timeline.commands.rules.golden.run import Fixture, FixtureResult
    from ehcp_timeline.law.rulebook import Rulebook
    from ehcp_timeline.output.ci import Note

FORMATS = ("table", "plain", "json", "junit", "sarif", "github")
FAILED = 1
STATUTE = Path("tests/statute")
Law = Annotated[
    Path | None, typer.Option("--law", metavar="FOLDER", help="Use the whole rulebook in a folder.")
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="REV", help="Every deadline changed since this git revision needs a telling case."
    ),
]


@examples(
    "ehcp rules test",
    "ehcp rules test tests/statute --format junit -o results.xml",
    "ehcp rules test ours.csv --rules ours.toml --as-at 2026-11-21",
    "ehcp rules test --since HEAD",
)
def run_cases(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Fixtures: TOML, CSV or folders.  [default: tests/statute]"),
    ] = None,
    *,
    as_at: AsAt = None,
    since: Since = None,
    update: Annotated[
        bool, typer.Option("--update", help="Show what the fixtures would have to expect instead.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --update: write it into the files.")] = False,
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    law: Law = None,
    overlays: Rules = None,
) -> None:
    """Judge fixture cases and compare with what they expect; say what differs, and why.

    A fixture is a TOML file of cases, or a case file with columns as expect.plan.issue. Formats: plain,
    json, junit, sarif, github. Exit 0: all as expected. 1: something differs. 2: cannot run.
    """
    to = choose_output(asked, output, force=force, formats=FORMATS)
    if yes and not update:
        raise UsageError("--yes goes with --update", "add --update to see the change first")
    where = _where(paths)
    from ehcp_timeline.commands.rules.golden.files import load_fixtures
    from ehcp_timeline.commands.rules.golden.run import run
    from ehcp_timeline.law.loader.rulebook import read_rulebook

    rulebook, faults = read_rulebook((*settings(None).rules, *_there(overlays)), law)
    if faults:
        _write(to, (), _fault_notes(faults), rulebook)
        say(f"the rulebook has {_count(len(faults), 'fault')}; no case was judged")
        raise typer.Exit(FAILED)
    fixtures = load_fixtures(where, rulebook, names(rulebook), day_asked(as_at))
    outcomes = list(run(fixtures, rulebook))
    wrong = [outcome for outcome in outcomes if outcome.wrong]
    untold = _untold(since, rulebook, fixtures, law, overlays) if since else []
    if update:
        left = _update(wrong, yes=yes)
    else:
        _write(to, outcomes, untold, rulebook)
        left = len(wrong)
    say(f"{_count(len(outcomes), 'case')}, {len(wrong)} wrong")
    raise typer.Exit(FAILED if left or untold else 0)


def _where(paths: Sequence[Path] | None) -> Sequence[Path]:
    if not paths and not STATUTE.is_dir():
        raise UsageError(f"there is no {STATUTE} here", "name the fixtures: ehcp rules test PATH")
    return paths or [STATUTE]


def _there(overlays: Sequence[Path] | None) -> Sequence[Path]:
    """Return the local rulebooks: one that is not there is a slip of the hand, not a fault of the law."""
    for path in overlays or ():
        if not path.is_file():
            raise UsageError(f"--rules {path}: there is no such file", "check the name and the folder")
    return overlays or ()


def _fault_notes(faults: Sequence[str]) -> list["Note"]:
    """Return what keeps the rulebook from being read: the rulebook is what is tested, so it has failed."""
    from ehcp_timeline.output.ci import Note

    return [Note("error", "rulebook", "The rulebook cannot be read", fault) for fault in faults]


def _untold(
    since: str,
    rulebook: "Rulebook",
    fixtures: Sequence["Fixture"],
    law: Path | None,
    overlays: Sequence[Path] | None,
) -> list["Note"]:
    """Return the deadlines that changed since a revision without a fixture that tells."""
    from ehcp_timeline.commands.rules.golden.run import untold
    from ehcp_timeline.commands.rules.rulebooks import rulebook_before
    from ehcp_timeline.commands.rules.view.diff import untold_notes

    old = rulebook_before(since, law, (*settings(None).rules, *(overlays or ())))
    return list(untold_notes(untold(old, rulebook, fixtures), since))


def _write(
    to: Output, outcomes: Sequence["FixtureResult"], others: Sequence["Note"], rulebook: "Rulebook"
) -> None:
    from ehcp_timeline.commands.rules.golden import view
    from ehcp_timeline.output import ci
    from ehcp_timeline.output.data import json_text

    tested = view.tested(outcomes)
    notes = [*(note for one in tested for note in one.notes), *others]
    match to.format:
        case "json":
            to.send(json_text(view.fixtures_answer(outcomes, others, rulebook)))
        case "junit":
            to.send(ci.junit_text([*tested, *view.other_tests(others)]))
        case "sarif":
            to.send(ci.sarif_text(notes))
        case "github":
            to.send(ci.github_text(notes))
        case _:
            lines = [*view.plain_lines(outcomes), *(note.message for note in others)]
            to.send("".join(f"{line}\n" for line in lines))


def _update(wrong: Sequence["FixtureResult"], *, yes: bool) -> int:
    """Show what the fixtures would have to expect; write it if told so. Return how many stay wrong."""
    from ehcp_timeline.commands.rules.golden.update import updates

    stay = 0
    for update in updates(wrong):
        Output("plain", None, force=False).send(update.diff)
        stay += len(update.by_hand) + (0 if yes else update.changed)
        if yes and update.changed:
            update.path.write_bytes(update.content)
            say(f"{update.path}: {_count(update.changed, 'expectation')} changed")
        for line in update.by_hand:
            say(f"{line}: change this one by hand")
    if stay and not yes:
        say("nothing is written; read the difference, then add --yes")
    return stay


def _count(number: int, noun: str) -> str:
    from ehcp_timeline.text.words import count

    return count(number, noun)

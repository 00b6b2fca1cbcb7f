"""`ehcp rules`: shows the law as encoded here, and tests it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.errors import OutputError, UsageError
from ehcp_timeline.output.document import Document
from ehcp_timeline.output.sections import Section
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import ROW_FORMATS, Output, check_apart, choose_output, say
from ehcp_timeline.shell.open import law, settings
from ehcp_timeline.shell.parse import choice, day_asked
from ehcp_timeline.text import count, listed

if TYPE_CHECKING:
    from ehcp_timeline.commands.rules.golden.cases import Golden
    from ehcp_timeline.commands.rules.golden.run import Failure
    from ehcp_timeline.law.rulebook import Rulebook
    from ehcp_timeline.output.ci import Note

PAGE = Path("docs/rules.md")
STATUTE = Path("tests/statute")
CI_FORMATS = ("sarif", "github")
GROUPS = ("district", "team", "caseworker")
ON_A_PAGE, IN_A_COMMENT = 20, 200
app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
@options.examples("ehcp rules list", "ehcp rules show plan.issue", "ehcp rules coverage")
def rules(context: typer.Context) -> None:
    """Show and test the law as it is encoded here."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command("list")
@options.examples("ehcp rules list", "ehcp rules list -o rules.csv")
def list_(
    *,
    output: options.ScreenOptions,
    overlays: options.Rules = None,
) -> None:
    """List every deadline: who owes it, its time limit, the law."""
    to = output.choose()
    rulebook = law(overlays, settings(None))
    from ehcp_timeline.commands.rules.lists import DeadlineListed, RulesAnswer, list_sections
    from ehcp_timeline.measure.answer import RulebookUsed

    lines = DeadlineListed.all_of(rulebook.deadlines)
    answer = RulesAnswer(RulebookUsed.of(rulebook), lines)
    sections = partial(list_sections, rulebook, lines)
    to.write(Document.of_list(f"Rulebook {rulebook.version}", answer, "deadlines", sections))


@app.command()
@options.examples("ehcp rules show plan.issue", "ehcp rules show order.make")
def show(
    deadline: Annotated[str, typer.Argument(metavar="DEADLINE", hidden=True)],
    full: options.Full = False,
    asked: options.Format = None,
    overlays: options.Rules = None,
) -> None:
    """Show everything about one deadline.

    The words of the law, how it is counted, its readings and excuses. DEADLINE is its id, or the first part
    of several.
    """
    to = choose_output(asked, (), force=False, formats=("table", "plain", "json"), full=full)
    rulebook = law(overlays, settings(None))
    from ehcp_timeline.commands.rules.clauses import deadline_sections
    from ehcp_timeline.commands.rules.lists import RuleAnswer, find_deadlines
    from ehcp_timeline.measure.answer import RulebookUsed

    answer = RuleAnswer(RulebookUsed.of(rulebook), find_deadlines(rulebook, deadline))
    sections = [section for shown in answer.deadlines for section in deadline_sections(shown, rulebook)]
    to.write(Document(deadline, answer, sections=lambda: sections))


@app.command()
@options.exit_codes("0  there is none", "1  there are some", "2  cannot run")
@options.examples("ehcp rules stale --as-at 2027-12-01")
def stale(as_at: options.AsAt = None, asked: options.Format = None, overlays: options.Rules = None) -> None:
    """List deadlines whose words were last checked over a year ago."""
    to = choose_output(asked, (), force=False, formats=ROW_FORMATS)
    rulebook = law(overlays, settings(None))
    from ehcp_timeline.commands.rules.lists import (
        DeadlineListed,
        StaleAnswer,
        checked_long_ago,
        stale_sections,
    )
    from ehcp_timeline.measure.answer import RulebookUsed

    old = DeadlineListed.all_of(checked_long_ago(rulebook, day_asked(as_at)))
    answer, total = StaleAnswer(RulebookUsed.of(rulebook), old), len(rulebook.deadlines)
    to.write(Document.of_list("Stale", answer, "deadlines", partial(stale_sections, old, total)))
    raise typer.Exit(options.FOUND if old else 0)


@app.command("test")
@options.examples(
    "ehcp rules test",
    "ehcp rules test tests/statute --format junit -o results.xml",
    "ehcp rules test ours.csv --rules ours.toml --as-at 2026-11-21",
    "ehcp rules test --since HEAD",
)
def run_cases(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", hidden=True),
    ] = None,
    *,
    as_at: options.AsAt = None,
    since: Annotated[
        str | None,
        options.option(
            "--since",
            "REV",
            "Fails if a deadline changed since this revision and no case shows the difference.",
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Show what the fixtures would have to expect instead.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --update: write it into the files.")] = False,
    output: options.OutputOptions,
    law: Annotated[
        Path | None, options.option("--law", "FOLDER", "Use the whole rulebook in a folder.")
    ] = None,
    overlays: options.Rules = None,
) -> None:
    """Compare fixture cases with the answers that they expect.

    It says what differs, and why. PATH is a TOML file of cases, a case file with columns as
    expect.plan.issue, or a folder of them; without one, tests/statute. Formats: plain, json, junit, sarif,
    github. Exit 0: all as expected. 1: something differs. 2: cannot run.
    """
    formats = ("table", "plain", "json", "junit", *CI_FORMATS)
    to = output.choose(formats)
    if yes and not update:
        raise UsageError("--yes goes with --update", "add --update to see the change first")
    if not paths and not STATUTE.is_dir():
        raise UsageError(f"there is no {STATUTE} here", "name the fixtures: ehcp rules test PATH")
    for path in overlays or ():  # a typing error, not a fault of the law
        if not path.is_file():
            said = "is not a file" if path.exists() else "there is no such file"
            raise UsageError(f"--rules {path}: {said}", "check the name and the folder")
    from ehcp_timeline.commands.rules.golden.cases import load_fixtures
    from ehcp_timeline.commands.rules.golden.run import run, untold
    from ehcp_timeline.law.loader.rulebook import read_rulebook
    from ehcp_timeline.output.ci import Note

    local = (*settings(None).rules, *(overlays or ()))
    rulebook, faults = read_rulebook(local, law)
    if faults:  # the rulebook is what is tested, so it has failed
        notes = [Note("error", "rulebook", "The rulebook cannot be read", fault) for fault in faults]
        _send_tested(to, (), notes, rulebook)
        say(f"the rulebook has {count(len(faults), 'fault')}; no case was judged")
        raise typer.Exit(options.FOUND)
    goldens = load_fixtures(paths or [STATUTE], rulebook, day_asked(as_at))
    tested = list(run(goldens, rulebook))
    wrong = [(golden, failures) for golden, failures in tested if failures]
    notes = []
    if since:
        from ehcp_timeline.commands.rules.rulebooks import rulebook_before

        notes = list(untold(rulebook_before(since, law, local), rulebook, goldens, since))
    if update:
        from ehcp_timeline.commands.rules.golden.update import update_fixtures

        left = update_fixtures(wrong, yes=yes)
    else:
        _send_tested(to, tested, notes, rulebook)
        left = len(wrong)
    say(f"{count(len(tested), 'case')}, {len(wrong)} wrong")
    raise typer.Exit(options.FOUND if left or notes else 0)


Tested = Sequence[tuple["Golden", Sequence["Failure"]]]


def _send_tested(to: Output, tested: Tested, others: Sequence["Note"], rulebook: "Rulebook") -> None:
    from ehcp_timeline.commands.rules.golden.run import answer_of, case_run, plain_lines
    from ehcp_timeline.output import ci

    runs = [case_run(golden, failures) for golden, failures in tested]
    notes = [*(note for part in runs for note in part.notes), *others]
    of_rulebook = [ci.CaseRun("rulebook", 0, note.title, (note,)) for note in others]
    wrong = (failure for _, failures in tested for failure in failures)
    lines = (*plain_lines(wrong), *(note.message for note in others))
    document = Document(
        "Rulebook tests",
        answer_of(tested, others, rulebook),
        made={
            "junit": lambda _: ci.junit_text([*runs, *of_rulebook]),
            "sarif": lambda _: ci.sarif_text(notes),
            "github": lambda _: ci.github_text(notes),
        },
    )
    for target in to:
        if target.for_people:
            target.send("".join(f"{line}\n" for line in lines))
        else:
            target.write(document)


@app.command()
@options.examples(
    "ehcp rules diff installed ours.toml",
    "ehcp rules diff HEAD~1 . cases.csv --as-at 2026-11-21",
    "ehcp rules diff main:rules/ours.toml rules/ours.toml cases.csv --format md",
)
def diff(
    before: Annotated[str, typer.Argument(metavar="A", hidden=True)],
    after: Annotated[str, typer.Argument(metavar="B", hidden=True)],
    files: Annotated[list[Path] | None, typer.Argument(metavar="CASES", hidden=True)] = None,
    *,
    as_at: options.AsAt = None,
    by: Annotated[
        str, options.option("--by", "COLUMN", "Count by district, team or caseworker.")
    ] = "district",
    top: Annotated[
        int | None, options.option("--top", "N", "List so many flips.  [default: 20; 200 in md]", min=0)
    ] = None,
    fail_on: Annotated[
        str, options.option("--fail-on", "WHAT", "Exit 1 on a change, a flip, or none.")
    ] = "none",
    output: options.OutputOptions,
    config: options.Config = None,
) -> None:
    """Show what changed in the law, and which cases that changes.

    A and B are each a rulebook: a folder, a file applied on top of the law, `installed`, or a git revision
    such as HEAD~1 or main:ours.toml. CASES are case files to judge under both; the effect on the rates is
    shown too. Formats: table, plain, md, json; csv and ndjson list every flip. Exit 0, or 1 as --fail-on
    says.
    """
    formats = ("table", "plain", "md", "json", "csv", "ndjson", "xlsx")
    to = output.choose(formats)
    read = (path for word in map(Path, (before, after)) for path in (word, *word.glob("*.toml")))
    check_apart(output.outputs or (), (path for path in read if path.is_file()))
    fails, group = choice("--fail-on", fail_on, ("none", "change", "flip")), choice("--by", by, GROUPS)
    when = day_asked(as_at)
    listing = sorted({"csv", "ndjson", "xlsx"} & to.formats())
    if listing and not files:
        says = f"{listed(listing)} lists the cases that flip, and none is given"
        raise UsageError(says, "name case files after B")
    from ehcp_timeline.commands.rules.diff import Flip, diff_answer, diff_sections
    from ehcp_timeline.commands.rules.rulebooks import named_rulebook
    from ehcp_timeline.measure.answer import keys, values
    from ehcp_timeline.output.sections import markdown_page

    old, new = named_rulebook(before), named_rulebook(after)
    effect = None
    if files:
        from ehcp_timeline.commands.rules.impact import effect_of

        effect = effect_of(old, new, files, when, config)
    answer = diff_answer((before, old), (after, new), effect, when)
    flips = effect.flips if effect else ()
    title = "What this change of the rules does"

    def sections(most: int) -> Iterator[Section]:
        return diff_sections(answer, new.scenarios, top=most if top is None else top, by=group)

    to.write(
        Document(
            title,
            answer,
            keys(Flip),
            lambda: values(flips),
            lambda: sections(ON_A_PAGE),
            made={"md": lambda _: markdown_page(sections(IN_A_COMMENT), title)},
        )
    )
    raise typer.Exit(
        options.FOUND if (fails == "change" and answer.changes) or (fails == "flip" and flips) else 0
    )


@app.command()
@options.exit_codes("0  no fault; warnings and notes do not count", "1  faults", "2  cannot run")
@options.examples(
    "ehcp rules check",
    "ehcp rules check src/ehcp_timeline/rulebook --format github",
    "ehcp rules check --rules ours.toml --fixtures ours-cases.toml",
)
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", hidden=True),
    ] = None,
    *,
    fixtures: Annotated[
        list[Path] | None,
        options.option("--fixtures", "PATH", "Golden cases.  [default: tests/statute, if there]"),
    ] = None,
    as_at: options.AsAt = None,
    output: options.OutputOptions,
    overlays: options.Rules = None,
) -> None:
    """Look for faults, missing citations and cases, and stale words.

    Faults are gaps and overlaps of versions, and unknown words. FOLDER is a whole rulebook; without one, the
    installed one. With --rules and no FOLDER only the local rulebooks are checked. Formats: table, plain,
    json, sarif, github.
    """
    to = output.choose(("table", "plain", "json", *CI_FORMATS))
    if folder is not None and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", "lay a file over the law with --rules FILE")
    when = day_asked(as_at)
    from ehcp_timeline.commands.rules.check import check_notes, check_rulebook, check_sections
    from ehcp_timeline.law.loader.rulebook import read_rulebook
    from ehcp_timeline.output import ci

    rulebook, faults = read_rulebook(overlays or (), folder)
    cases = fixtures or ([STATUTE] if STATUTE.is_dir() else [])
    if not cases:
        say("golden cases were not looked at: name them with --fixtures")
    answer = check_rulebook(rulebook, faults, cases, when, local=bool(overlays) and folder is None)
    notes = check_notes(answer, folder, overlays or ())
    to.write(
        Document(
            "Check of the rulebook",
            answer,
            sections=lambda: check_sections(answer),
            made={"sarif": lambda _: ci.sarif_text(list(notes)), "github": lambda _: ci.github_text(notes)},
        )
    )
    raise typer.Exit(options.FOUND if answer.faults else 0)


@app.command()
@options.examples("ehcp rules coverage", "ehcp rules coverage -o rules.md", "ehcp rules coverage --write")
def coverage(
    *,
    output: options.ScreenOptions,
    write: Annotated[
        bool, typer.Option("--write", help="Write the page of the project, docs/rules.md.")
    ] = False,
    overlays: options.Rules = None,
) -> None:
    """List what is encoded, and what is not and why.

    Regulations and deadlines are listed by the law that they come from. Formats: table, plain, json; md is
    the page of every deadline.
    """
    from ehcp_timeline.commands.rules.lists import CoverageAnswer, coverage_sections
    from ehcp_timeline.commands.rules.page import rules_page

    if write:
        from ehcp_timeline.law.loader.rulebook import load_rulebook

        encoded = load_rulebook(overlays or ())
        if not PAGE.parent.is_dir():
            says = f"there is no folder {PAGE.parent} here"
            raise OutputError(says, "run it in the project, or name a file with -o")
        PAGE.write_text(rules_page(encoded), encoding="utf-8")
        say(f"{PAGE} written")
        return
    to = output.choose(("table", "plain", "json", "md"))
    rulebook = law(overlays, settings(None))
    answer = CoverageAnswer.of(rulebook)
    of_every_deadline = {"md": lambda _: rules_page(rulebook)}
    to.write(Document("Coverage", answer, sections=lambda: coverage_sections(answer), made=of_every_deadline))


@app.command()
@options.examples(
    "ehcp rules holidays --add 2023-05-08 cases.csv",
    "ehcp rules holidays --add 2027-06-21 cases.csv -o moved.csv",
)
def holidays(
    file: options.CaseFilePath,
    *,
    add: Annotated[
        list[str], options.option("--add", "DATE", "The day that is announced, as 2023-05-08. Repeatable.")
    ],
    top: options.Top = 20,
    duties: options.DutyOptions,
    assume_blank: options.AssumeBlank = None,
    output: options.OutputOptions,
    about: options.LawOptions,
) -> None:
    """Show what a late-announced bank holiday moves.

    It moves last working days, and limits in working days; weeks and months do not move. FILE is a case file;
    `-` is standard input. It is judged without the day and with it. A day that is a bank holiday already is
    taken out of the list first. Formats: table, plain, csv, json, ndjson, md, xlsx.
    """
    to = output.choose()
    days = [day_asked(word, "--add") for word in add]
    asks = about.request()
    every = replace(duties, kind=duties.kind or ["all"], who=duties.who or ["all"])
    selection = options.chosen(asks.rulebook, every)
    from ehcp_timeline.clock import is_bank_holiday, is_weekend
    from ehcp_timeline.commands.rules.holidays import (
        holidays_answer,
        holidays_sections,
        title_of,
        without_and_with,
    )
    from ehcp_timeline.measure.casework import ALL, chosen_by

    source = asks.source(file)
    before, after = without_and_with(days, lambda: asks.work(source, ALL, assume_blank).audit)
    answer = holidays_answer(after, before.findings, days, chosen_by(selection, asks.rulebook))
    for day in days:
        if is_bank_holiday(day):
            say(f"{day} is a bank holiday already: shown is what its announcement moved")
        elif is_weekend(day):
            say(f"{day} is a {day:%A}: it moves nothing")
    sections = holidays_sections(answer, after, top)
    to.write(Document.of_list(title_of(days), answer, "moved", lambda: sections))

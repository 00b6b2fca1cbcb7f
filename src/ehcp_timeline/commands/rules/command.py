"""`ehcp rules`: what the law is, as this package has it written down, and what keeps it right."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ehcp_timeline.commands.rules import check, coverage, diff, holidays, test
from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.destination import ROW_FORMATS, choose_output
from ehcp_timeline.shell.help_text import examples, exit_codes
from ehcp_timeline.shell.options import AsAt, Force, Format, OutputFile, Rules
from ehcp_timeline.shell.parse import day_asked, did_you_mean

if TYPE_CHECKING:
    from ehcp_timeline.law.rulebook import Deadline, Rulebook

FOUND = 1
app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
@examples("ehcp rules list", "ehcp rules show plan.issue", "ehcp rules coverage")
def rules(context: typer.Context) -> None:
    """Show and test the law as it is written down here."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command("list")
@examples("ehcp rules list", "ehcp rules list -o rules.csv")
def list_(
    asked: Format = None, output: OutputFile = None, force: Force = False, overlays: Rules = None
) -> None:
    """List every deadline: who owes it, its time limit, the law."""
    to = choose_output(asked, output, force=force, formats=ROW_FORMATS)
    rulebook = _load(overlays)
    from ehcp_timeline.commands.rules.view import list as rules_view

    lines = list(rules_view.list_records(rulebook.deadlines))
    answer = _answer("ehcp-rules/1", rulebook, deadlines=lines)
    title = f"Rulebook {rulebook.version}"
    to.send_rows(lines, rules_view.LIST_KEYS, answer, lambda: rules_view.list_sections(rulebook), title)


@app.command()
@examples("ehcp rules show plan.issue", "ehcp rules show order.make")
def show(
    deadline: Annotated[str, typer.Argument(metavar="DEADLINE", hidden=True)],
    asked: Format = None,
    overlays: Rules = None,
) -> None:
    """Show everything about one deadline.

    The words of the law, how it is counted, its readings and excuses. DEADLINE is its id, or the first part
    of several.
    """
    to = choose_output(asked, None, force=False, formats=("table", "plain", "json"))
    rulebook = _load(overlays)
    from ehcp_timeline.commands.rules.view import list as rules_view
    from ehcp_timeline.commands.rules.view.deadline import deadline_sections
    from ehcp_timeline.output import data

    found = _find(rulebook, deadline)
    if to.format == "json":
        whole = [rules_view.plain_values(one) for one in found]
        to.send(data.json_text(_answer("ehcp-rule/1", rulebook, deadlines=whole)))
    else:
        to.show(section for one in found for section in deadline_sections(one, rulebook))


@app.command()
@exit_codes("0  there is none", "1  there are some", "2  cannot run")
@examples("ehcp rules stale --as-at 2027-12-01")
def stale(as_at: AsAt = None, asked: Format = None, overlays: Rules = None) -> None:
    """List deadlines whose words were last checked over a year ago."""
    to = choose_output(asked, None, force=False, formats=ROW_FORMATS)
    rulebook = _load(overlays)
    from ehcp_timeline.commands.rules.view import list as rules_view

    old = _checked_long_ago(rulebook, day_asked(as_at))
    lines = list(rules_view.list_records(old))
    answer = _answer("ehcp-stale/1", rulebook, deadlines=lines)
    total = len(rulebook.deadlines)
    to.send_rows(lines, rules_view.LIST_KEYS, answer, lambda: rules_view.stale_sections(old, total), "Stale")
    raise typer.Exit(FOUND if old else 0)


app.command("test")(test.run_cases)
app.command("diff")(diff.diff)
app.command("check")(check.check)
app.command("coverage")(coverage.coverage)
app.command("holidays")(holidays.holidays)


def _load(overlays: list[Path] | None) -> "Rulebook":
    """Read the law with the local rulebooks laid over it."""
    from ehcp_timeline.law.loader.rulebook import load_rulebook

    return load_rulebook(overlays or ())


def _find(rulebook: "Rulebook", word: str) -> Sequence["Deadline"]:
    """Return the deadline with this id, or those whose ids begin with it.

    Raises:
        UsageError: There is none.
    """
    if word in rulebook.by_id:
        return (rulebook.by_id[word],)
    found = [deadline for deadline in rulebook.deadlines if deadline.id.startswith(f"{word}.")]
    if not found:
        raise UsageError(
            f"there is no deadline `{word}`", did_you_mean(word, rulebook.by_id) or "ehcp rules list"
        )
    return found


def _checked_long_ago(rulebook: "Rulebook", as_at: date) -> list["Deadline"]:
    """Return the deadlines that were last checked more than twelve months before a day."""
    from ehcp_timeline.clock.counting import Count, apply

    year = Count("within", 12, "months")
    return [deadline for deadline in rulebook.deadlines if apply(year, deadline.checked) < as_at]


def _answer(schema: str, rulebook: "Rulebook", **parts: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return an answer about the rulebook, with the rulebook named."""
    from ehcp_timeline.output.answers import rulebook_values

    return {
        "schema": schema,
        "rulebook": rulebook_values(rulebook.version, rulebook.sha256, rulebook.overlays),
        **parts,
    }

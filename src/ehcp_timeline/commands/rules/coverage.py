"""`ehcp rules coverage`: which time limits are encoded, which are not and why; the page of every deadline."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ehcp_timeline.errors import OutputError
from ehcp_timeline.shell.destination import choose_output, say
from ehcp_timeline.shell.help_text import examples
from ehcp_timeline.shell.options import Force, Format, OutputFile, Rules

if TYPE_CHECKING:
    from ehcp_timeline.law.rulebook import Rulebook

PAGE = Path("docs/rules.md")


@examples("ehcp rules coverage", "ehcp rules coverage -o rules.md", "ehcp rules coverage --write")
def coverage(
    *,
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write the page of the project, docs/rules.md.")
    ] = False,
    overlays: Rules = None,
) -> None:
    """Say which regulations and deadlines are encoded, and which are not and why.

    Formats: table, plain, json; md is the page of every deadline.
    """
    from ehcp_timeline.law.loader.rulebook import load_rulebook

    if write:
        _write_page(load_rulebook(overlays or ()))
        return
    to = choose_output(asked, output, force=force, formats=("table", "plain", "json", "md"))
    rulebook = load_rulebook(overlays or ())
    from ehcp_timeline.commands.rules.view import list as rules_view
    from ehcp_timeline.commands.rules.view import page
    from ehcp_timeline.output import data

    match to.format:
        case "json":
            to.send(data.json_text(_answer(rulebook)))
        case "md":
            to.send(page.rules_page(rulebook))
        case _:
            to.show(rules_view.coverage_sections(rulebook))


def _write_page(rulebook: "Rulebook") -> None:
    from ehcp_timeline.commands.rules.view.page import rules_page

    if not PAGE.parent.is_dir():
        raise OutputError(
            f"there is no folder {PAGE.parent} here", "run it in the project, or name a file with -o"
        )
    PAGE.write_text(rules_page(rulebook), encoding="utf-8")
    say(f"{PAGE} written")


def _answer(rulebook: "Rulebook") -> dict[str, Any]:
    """Return the same as plain values."""
    from ehcp_timeline.commands.rules.view.list import plain_values
    from ehcp_timeline.law.provisions import provisions
    from ehcp_timeline.output.answers import rulebook_values

    return {
        "schema": "ehcp-coverage/1",
        "rulebook": rulebook_values(rulebook.version, rulebook.sha256, rulebook.overlays),
        "regulations": [
            {
                "regulation": provision.number,
                "deadlines": [deadline.id for deadline in provision.encoded],
                "applied": [deadline.id for deadline in provision.applied],
                "not_encoded": [{"about": left.about, "why": left.why} for left in provision.left_out],
            }
            for provision in provisions(rulebook)
        ],
        "encoded": [{"law": one.law, "deadline": one.id, "seen": one.seen} for one in rulebook.deadlines],
        "not_encoded": [plain_values(one) for one in rulebook.not_encoded],
    }

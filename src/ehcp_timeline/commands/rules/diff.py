"""`ehcp rules diff`: what changed between two rulebooks, and which cases it flips."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.destination import Output, choose_output
from ehcp_timeline.shell.help_text import examples
from ehcp_timeline.shell.open import case_files, names, settings
from ehcp_timeline.shell.options import AsAt, Config, Force, Format, OutputFile
from ehcp_timeline.shell.parse import choice, day_asked

if TYPE_CHECKING:
    from ehcp_timeline.commands.rules.impact import Effect
    from ehcp_timeline.commands.rules.view.diff import Sides
    from ehcp_timeline.law.diff import ClauseChange
    from ehcp_timeline.law.rulebook import Rulebook

FORMATS = ("table", "plain", "md", "json", "csv", "ndjson")
GROUPS = ("district", "team", "caseworker")
FAIL_ON = ("none", "change", "flip")
FOUND = 1
ON_A_PAGE = 20
IN_A_COMMENT = 200
A_RULEBOOK = "A folder, a file laid over the law, `installed`, or a git revision as HEAD~1 or main:ours.toml."


@examples(
    "ehcp rules diff installed ours.toml",
    "ehcp rules diff HEAD~1 . cases.csv --as-at 2026-11-21",
    "ehcp rules diff main:rules/ours.toml rules/ours.toml cases.csv --format md",
)
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help=A_RULEBOOK)],
    after: Annotated[str, typer.Argument(metavar="B", help="The same.")],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="CASES", help="Case files to judge under both.")
    ] = None,
    *,
    as_at: AsAt = None,
    by: Annotated[
        str, typer.Option("--by", metavar="COLUMN", help="Count by district, team or caseworker.")
    ] = "district",
    top: Annotated[
        int | None,
        typer.Option("--top", min=0, metavar="N", help="List so many flips.  [default: 20; 200 in md]"),
    ] = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="WHAT", help="Exit 1 on a change, a flip, or none.")
    ] = "none",
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    config: Config = None,
) -> None:
    """Say what changed in the law, which cases are judged otherwise for it, and what that does to the rates.

    Formats: table, plain, md, json; csv and ndjson list every flip. Exit 0, or 1 as --fail-on says.
    """
    to = choose_output(asked, output, force=force, formats=FORMATS)
    fails, group, when = choice("--fail-on", fail_on, FAIL_ON), choice("--by", by, GROUPS), day_asked(as_at)
    if to.format in ("csv", "ndjson") and not files:
        raise UsageError(
            f"{to.format} lists the cases that flip, and none is given", "name case files after B"
        )
    from ehcp_timeline.commands.rules.rulebooks import named_rulebook
    from ehcp_timeline.commands.rules.view.diff import Sides
    from ehcp_timeline.law.diff import changes

    old, new = named_rulebook(before), named_rulebook(after)
    sides = Sides(old.name, old.rulebook, new.name, new.rulebook)
    found = changes(old.rulebook, new.rulebook)
    effect = _effect(sides, found, files, when, config) if files else None
    _write(to, sides, found, effect, when, top=top, by=group)
    flips = effect is not None and effect.flips.height > 0
    raise typer.Exit(FOUND if (fails == "change" and found) or (fails == "flip" and flips) else 0)


def _effect(
    sides: "Sides", found: Sequence["ClauseChange"], files: Sequence[Path], as_at: date, config: Path | None
) -> "Effect":
    """Judge the cases under both rulebooks, as far as their deadlines differ."""
    from ehcp_timeline.commands.rules.impact import effect_of
    from ehcp_timeline.law.diff import affected

    both: Rulebook = replace(sides.new, events={**sides.old.events, **sides.new.events})
    vocabulary, settled = names(both), settings(config)
    sources = case_files(files, vocabulary, as_at, settled)
    return effect_of(sides.old, sides.new, affected(found, sides.old, sides.new), sources, as_at)


def _write(
    to: Output,
    sides: "Sides",
    found: Sequence["ClauseChange"],
    effect: "Effect | None",
    as_at: date,
    *,
    top: int | None,
    by: str,
) -> None:
    from ehcp_timeline.commands.rules.view.diff import difference_answer, difference_sections
    from ehcp_timeline.output import data
    from ehcp_timeline.output.plain import markdown_page

    if to.format == "json":
        to.send(data.json_text(difference_answer(sides, found, effect, as_at)))
    elif to.format in ("csv", "ndjson"):
        rows = list(effect.flips.iter_rows(named=True)) if effect else []
        keys = effect.flips.columns if effect else []
        to.send(data.csv_text(rows, keys) if to.format == "csv" else data.ndjson_text(rows))
    else:
        most = top if top is not None else IN_A_COMMENT if to.format == "md" else ON_A_PAGE
        sections = difference_sections(sides, found, effect, as_at, top=most, by=by)
        if to.format == "md":
            to.send(markdown_page(sections, "What this change of the rules does"))
        else:
            to.show(sections)

"""`ehcp quality`: how good the data of case files is, by rule, file and group, with a score to follow."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.open import progress
from ehcp_timeline.shell.parse import choice, choices

if TYPE_CHECKING:
    from ehcp_timeline.commands.quality.score import GroupColumn

ALL = "all"
FAIL_ON = ("error", "warning", "query", "none")


@options.exit_codes(
    "0  nothing found that --fail-on asks about",
    "1  something found: an error, unless --fail-on says otherwise",
    "2  cannot run",
    "3  nothing found, but some rows cannot be judged",
)
@options.examples(
    "ehcp quality cases.csv",
    "ehcp quality cases.csv --by team --rule too-many-weeks,future-date",
    "ehcp quality cases.csv --rule all -o faults.xlsx",
    "ehcp quality north.csv south.csv --format json",
)
def quality(
    files: options.SomeCaseFilePaths = None,
    *,
    by: Annotated[
        str | None, options.option("--by", "GROUP", "Scores for each caseworker, team or district.")
    ] = None,
    rule: Annotated[
        list[str] | None, options.option("--rule", "IDS", "List the faults of these rules, or of all.")
    ] = None,
    list_rules: Annotated[
        bool, typer.Option("--list-rules", help="Say what is looked for, why, and who asks for it.")
    ] = False,
    top: options.Top = 20,
    fail_on: Annotated[
        str, options.option("--fail-on", "WHAT", "Exit 1 for any: error, warning, query, none.")
    ] = "error",
    exit_zero: options.ExitZero = False,
    output: options.ScreenOptions,
    about: options.FileOptions,
) -> None:
    """Score the data: what is wrong, in how many rows, and where.

    FILE is a case file; `-` is standard input. The rules look only at the file, never at deadlines.
    Formats: table, plain, csv, json, ndjson, md, xlsx; with --rule the lines are faults, else counts.
    """
    from ehcp_timeline.commands.quality.rules import quality_rules
    from ehcp_timeline.output.document import Document

    to = output.choose()
    rules = quality_rules()
    group = cast("GroupColumn | None", options.group_asked(by))
    fails = choice("--fail-on", fail_on, FAIL_ON)
    wanted = choices("--rule", rule or (), (*rules.by_id, ALL))
    wanted = frozenset(rules.by_id) if ALL in wanted else wanted
    if list_rules:
        from ehcp_timeline.commands.quality.rules import QualityRulesAnswer
        from ehcp_timeline.commands.quality.score import rule_sections

        sections = partial(rule_sections, rules.rules)
        title, listing = "What ehcp quality looks for", QualityRulesAnswer(rules.rules)
        to.write(Document.of_list(title, listing, "rules", sections))
        return
    if not files:
        raise UsageError("missing argument 'FILE'", "ehcp quality --help")
    asks = about.request()
    sources, when = asks.sources(files), asks.as_at
    from ehcp_timeline.commands.quality.score import LINE, quality_of, quality_sections
    from ehcp_timeline.measure.date_order import date_order

    with progress(sources) as tell:
        answer = quality_of(sources, asks.vocabulary, rules, when, by=group, listed=wanted, tell=tell)
        orders = (date_order(asks.rulebook, source, when) for source in sources)
        answer = replace(answer, date_order=tuple(order for order in orders if order))
    title = f"Data quality as at {when}"
    shown = partial(quality_sections, answer, top)
    if wanted:
        document = Document.of_list(title, answer, "faults", shown)
    else:
        document = Document(title, answer, LINE, answer.lines, shown)
    to.write(document)
    if not to.for_people:
        say(*(f"{order.file}: {order.sentence}" for order in answer.date_order))
    if exit_zero:
        return
    grave = FAIL_ON[: FAIL_ON.index(fails) + 1] if fails != "none" else ()
    if any(found.faults for found in answer.rules if found.severity in grave):
        raise typer.Exit(options.FOUND)
    if any(read.not_judged for read in answer.input):
        raise typer.Exit(options.NOT_ALL_JUDGED)

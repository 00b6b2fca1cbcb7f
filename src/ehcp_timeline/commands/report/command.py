"""`ehcp report`: one page with charts for a board, for the team that does the work, or for the public."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.open import say_unused
from ehcp_timeline.shell.parse import choice

if TYPE_CHECKING:
    from ehcp_timeline.commands.report.answer import Audience

FORMATS = ("html", "table", "plain", "md", "json")
AUDIENCES = ("board", "team", "public")
For = Annotated[
    str, options.option("--for", "READER", "board, team, or public: names nobody, hides small numbers.")
]
Since = Annotated[
    Path | None, options.option("--since", "OLD", "Add what changed since this file or saved answer.")
]
SinceAsAt = Annotated[
    str | None, options.option("--since-as-at", "DATE", "The day of OLD.  [default: --as-at]")
]
Authority = Annotated[
    str | None, options.option("--authority", "NAME", "Your authority, as the DfE names it.")
]
With = Annotated[list[str] | None, options.option("--with", "NAMES", "Neighbours, as Essex,Suffolk.")]


@options.exit_codes("0  done", "2  cannot run", "3  done, but something could not be read or judged")
@options.examples(
    "ehcp report cases.csv -o board.html",
    "ehcp report cases.csv --authority Kent --with Essex,Surrey -o board.html",
    "ehcp report cases.csv --for public -o performance.html",
    "ehcp report cases.csv --since old.csv -o board.html",
)
def report(
    files: options.CaseFilePaths,
    *,
    reader: For = "board",
    since: Since = None,
    since_as_at: SinceAsAt = None,
    authority: Authority = None,
    beside: With = None,
    oldest: options.Oldest = 10,
    acknowledged: options.Acknowledged = None,
    threshold: options.Threshold = 5,
    previous: options.Previous = None,
    output: options.ScreenOptions,
    about: options.LawOptions,
) -> None:
    """Make one page with charts for a board, a team or the public.

    FILE is a case file; `-` is standard input. The page needs no network and no script; print it from the
    browser for a PDF. Formats: html, table, plain, md, json.
    """
    to = output.choose(FORMATS)
    audience = cast("Audience", choice("--for", reader, AUDIENCES))
    if audience == "public" and acknowledged is not None:
        raise UsageError("a page for the public lists no case", "leave out --acknowledged")
    if audience != "public" and previous is not None:
        raise UsageError("--previous is for pages that are published", "add --for public")
    if since is not None and len(files) > 1:
        raise UsageError("--since compares one file with an earlier one", "give one FILE")
    from ehcp_timeline.measure.compare.figures import published_figures
    from ehcp_timeline.privacy.suppress import check_threshold

    check_threshold(threshold)
    asks = about.request()
    figures = published_figures(asks.config.figures)
    council = figures.find(authority) if authority else None
    others = figures.find_all(beside or ())
    sources = asks.sources(files)
    public = options.hides(audience == "public", "add --for public")
    from ehcp_timeline.commands.report.figures import changed_since
    from ehcp_timeline.commands.report.figures import report as report_of
    from ehcp_timeline.commands.report.view import KINDS, report_document

    changed = None if since is None else changed_since(asks, sources[0], since, since_as_at, public=public)
    answer = report_of(
        asks.rulebook,
        sources,
        asks.as_at,
        audience,
        figures,
        authority=council,
        others=others,
        threshold=threshold,
        top=oldest,
        changed=changed,
        acknowledged=None if public else asks.acknowledged(acknowledged),
    )
    told: list[str] = []
    say_unused(answer.acknowledged)
    if previous is not None:
        from ehcp_timeline.commands.report.public import report_lines
        from ehcp_timeline.measure.answer import values
        from ehcp_timeline.privacy.differencing import warnings

        told = warnings(previous, report_lines(values(answer)), ("part",), threshold, report_lines)
    to.write(report_document(answer, on_screen=output.asked is None and "table" in to.formats()))
    say(*(f"{path}: {KINDS[audience]}, as at {asks.as_at}" for path in output.outputs or ()), *told)
    if answer.undecided:
        say("Something in the file could not be read and left a deadline unclear; `ehcp check` says what.")
        raise typer.Exit(options.NOT_ALL_JUDGED)

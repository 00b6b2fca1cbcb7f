"""`ehcp report`: one page with charts for a board, for the team that does the work, or for the public."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.open import CaseRequest, say_unused
from ehcp_timeline.shell.parse import choice, day_asked

if TYPE_CHECKING:
    from ehcp_timeline.cases.source import CaseFile
    from ehcp_timeline.commands.report.answer import Audience, ChangedSince, ReportAnswer
    from ehcp_timeline.output.document import Document
    from ehcp_timeline.output.receipt import Receipt

FORMATS = ("html", "table", "plain", "md", "json")
_TO_A_FILE = "This is the text of a page with charts. To write the page: add -o board.html"
AUDIENCES = ("board", "team", "public")
_KINDS = {"board": "report for the board", "team": "report for the team", "public": "performance report"}
_FOOTERS = {
    "board": "For councillors and managers. It names cases by number: not for publication.",
    "team": "For the team that does the work. It names cases and caseworkers: not for publication.",
    "public": "Made for publication: nobody is named and small numbers are hidden.",
}
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
    public = audience == "public"
    changed = None if since is None else _changed(asks, sources[0], since, since_as_at, public=public)
    from ehcp_timeline.commands.report.figures import report as report_of

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
    to.write(_document(answer, on_screen=output.asked is None and "table" in to.formats()))
    say(*(f"{path}: {_KINDS[audience]}, as at {asks.as_at}" for path in output.outputs or ()), *told)
    if answer.undecided:
        say("Something in the file could not be read and left a deadline unclear; `ehcp check` says what.")
        raise typer.Exit(options.NOT_ALL_JUDGED)


def _changed(
    asks: CaseRequest, file: "CaseFile", old: Path, old_as_at: str | None, *, public: bool
) -> "ChangedSince":
    """Return what happened to the council's statutory duties since an earlier file or saved answer.

    Raises:
        UsageError: The two do not belong together.
    """
    import polars as pl

    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.commands.report.answer import LOST, ChangedSince, Lost, Number
    from ehcp_timeline.measure.casework import ALL, chosen_by
    from ehcp_timeline.measure.changes import (
        Change,
        changes_between,
        counted,
        is_saved_answer,
        objections,
        side_of_answer,
        side_of_file,
    )
    from ehcp_timeline.measure.counts import ISSUE

    now = side_of_file(asks.work(file, ALL, None))
    if is_saved_answer(old):
        before = side_of_answer(old)
    else:
        when = day_asked(old_as_at, "--since-as-at") if old_as_at else asks.as_at
        before = side_of_file(asks.work(asks.source(old, when), ALL, None, when))
    reasons = tuple(objections(replace(before, as_at=now.as_at), now))
    if reasons:
        raise UsageError("; ".join(reasons), "ehcp changes OLD NEW --force compares them anyway")
    own = changes_between(before, now, chosen_by(Selection(), asks.rulebook))
    counts: dict[Change | Lost, Number] = {}
    if not public:
        counts.update(counted(own).items())
        return ChangedSince(before.as_at, counts)
    plans, was = pl.col("deadline").is_in(ISSUE), pl.col("before") == "overdue"
    kind = pl.when(pl.col("change").is_in(["new", "still-late"])).then("change").when(was).then(pl.lit(LOST))
    children = pl.col("case_id").n_unique().alias("children")
    kinds = own.filter(plans).group_by(kind.alias("kind")).agg(pl.len(), children).drop_nulls("kind")
    counts |= {"new": 0, "still-late": 0, LOST: 0}
    counts.update(kinds.select("kind", "len").iter_rows())
    in_time = before.clocks.filter(plans, pl.col("verdict").is_in(["running", "excused", "unknown"]))
    fewest = min([*kinds["children"], in_time["case_id"].n_unique()])
    return ChangedSince(before.as_at, counts, fewest if all(counts.values()) else 0)


def _document(answer: "ReportAnswer", *, on_screen: bool) -> "Document":
    from ehcp_timeline.commands.report.headline import sentences
    from ehcp_timeline.commands.report.view import report_sections
    from ehcp_timeline.output.document import Document
    from ehcp_timeline.output.sections import Section, markdown_page
    from ehcp_timeline.text import day

    words, whose = tuple(sentences(answer)), f"{answer.authority}: " if answer.authority else ""
    title = f"{whose}EHC plans on {day(answer.as_at)}"

    def shown() -> list[Section]:
        return [Section(title, words), *report_sections(answer)]

    def page(receipt: "Receipt") -> str:
        from ehcp_timeline.output.chart import NARROW, WIDE, data_uri
        from ehcp_timeline.output.html import html_page

        return html_page(
            "commands/report/board.html",
            title=title,
            kind=f"Education, health and care plans: {_KINDS[answer.audience]}",
            sentences=words,
            sections=list(report_sections(answer)),
            uri=data_uri,
            wide=WIDE,
            narrow=NARROW,
            footer=_FOOTERS[answer.audience],
            receipt=receipt,
        )

    return Document(
        title,
        replace(answer, sentences=words),
        sections=lambda: [*shown(), *([Section(before=(_TO_A_FILE,), closing=True)] if on_screen else ())],
        nameless=answer.audience == "public",
        made={"html": page, "md": lambda _: markdown_page(shown())},
    )

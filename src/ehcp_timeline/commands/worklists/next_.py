"""`ehcp next`: one caseworker's order of work for today, on one page."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import ROW_FORMATS
from ehcp_timeline.shell.parse import choice

if TYPE_CHECKING:
    from ehcp_timeline.measure.worklists import Policy


@options.exit_codes(
    "0  nothing that was asked for is overdue",
    "1  something is",
    "2  cannot run",
    "3  nothing is overdue, but what could not be read left something unknown",
)
@options.examples(
    "ehcp next cases.csv --caseworker 'A. Marsh'",
    "ehcp next cases.csv --caseworker 'A. Marsh' --policy in-time-first",
    "ehcp next cases.csv --team 'Assessment A' --top 40 -o today.xlsx",
    "ehcp next cases.csv --reviews year --by caseworker",
)
def next_(
    file: options.CaseFilePath,
    *,
    reviews: Annotated[
        str | None,
        options.option(
            "--reviews", "WHAT", "Reviews to come instead: year (by month), list, term or the name of a term."
        ),
    ] = None,
    by: Annotated[
        str | None,
        options.option(
            "--by", "GROUP", "Whose lines --reviews year has: school, caseworker, team, district."
        ),
    ] = None,
    policy: Annotated[
        str, options.option("--policy", "POLICY", "oldest-first, in-time-first or worst-first.")
    ] = "oldest-first",
    top: Annotated[int, options.option("--top", "N", "How many cases `table` and `plain` show.", min=1)] = 15,
    split_by: options.SplitBy = None,
    names: options.Names = False,
    kind: options.Kind = None,
    deadline: options.DeadlineIds = None,
    groups: options.GroupOptions,
    pseudonymise: options.Pseudonymise = None,
    exit_zero: options.ExitZero = False,
    assume_blank: options.AssumeBlank = None,
    acknowledged: options.Acknowledged = None,
    output: options.ScreenOptions,
    about: options.FileOptions,
) -> None:
    """List today's work in order: each case once, its next step.

    FILE is a case file; `-` is standard input. Overdue duties come first, then what is due within 60 days.
    oldest-first takes who has waited longest, in-time-first what is due first, worst-first what is most days
    late. --reviews takes the reviews to come instead: a year by month, or what each school should know before
    a term. Formats: table, plain, csv, json, ndjson, md, xlsx, ics; of --reviews html too.
    """
    from ehcp_timeline.measure.worklists import POLICIES

    chosen_policy = cast("Policy", choice("--policy", policy, POLICIES))
    key = options.key_asked(pseudonymise, output.outputs)
    if split_by and key:
        raise UsageError("--split-by names people in its file names", "leave one of the two out")
    if by and reviews != "year":
        raise UsageError("--by is for the table of --reviews year", "--split-by makes a list for each")
    if reviews is None:
        to = output.choose_split(split_by)
    else:
        if key or deadline:
            raise UsageError("--reviews lists reviews by name", "leave out --pseudonymise and --deadline")
        if reviews == "year" and split_by:
            raise UsageError("--reviews year is one table", "--reviews list or term with --split-by")
        formats = (*ROW_FORMATS, "html") if reviews == "year" else (*options.DATED_FORMATS, "html")
        to = output.choose_split(split_by, formats)
    asks = about.request()
    selection = options.chosen(asks.rulebook, options.DutyOptions(kind, None, deadline), groups)
    from ehcp_timeline.commands.worklists.lists import next_document
    from ehcp_timeline.measure.casework import OPEN
    from ehcp_timeline.measure.counts import REVIEW

    work = asks.work(asks.source(file), OPEN, assume_blank, accepted=asks.acknowledged(acknowledged))
    work.check_filters(selection)
    if reviews is not None:
        from ehcp_timeline.commands.worklists.reviews import reviews_document

        by = by or "school"
        to.write(reviews_document(work, selection, reviews, by, top, asks.config.terms, names=names))
        late = work.is_late(replace(selection, deadlines=frozenset(REVIEW)))
        raise typer.Exit(options.exit_code(work.audit, failed=late, strict=False, exit_zero=exit_zero))
    to.write(next_document(work, selection, key, top, chosen_policy, names=names))
    raise typer.Exit(
        options.exit_code(work.audit, failed=work.is_late(selection), strict=False, exit_zero=exit_zero)
    )

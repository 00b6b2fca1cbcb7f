"""`ehcp overdue`: what is late, worst first, with what to do next; and what can still be saved."""

from dataclasses import replace
from functools import partial
from typing import Annotated

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell import options


@options.exit_codes(
    "0  nothing that was asked for is overdue",
    "1  something is",
    "2  cannot run, or --strict and the file has a problem",
    "3  nothing is overdue, but what could not be read left something unknown",
)
@options.examples(
    "ehcp overdue cases.csv --by team",
    "ehcp overdue cases.csv --split-by caseworker -o lists/",
    "ehcp overdue cases.csv --save-list -o save.xlsx",
    "ehcp overdue cases.csv --by district --disclosure suppress -o public.csv",
)
def overdue(
    file: options.CaseFilePath,
    *,
    by: options.By = None,
    split_by: options.SplitBy = None,
    names: options.Names = False,
    save_list: Annotated[
        bool, typer.Option("--save-list", help="In-time cases at risk instead: first due first.")
    ] = False,
    top: options.Top = 20,
    duties: options.DutyOptions,
    groups: options.GroupOptions,
    pseudonymise: options.Pseudonymise = None,
    disclosure: options.DisclosureOptions,
    exit_zero: options.ExitZero = False,
    strict: options.Strict = False,
    assume_blank: options.AssumeBlank = None,
    acknowledged: options.Acknowledged = None,
    output: options.ScreenOptions,
    about: options.FileOptions,
) -> None:
    """List what is overdue, worst first, and what to do next.

    FILE is a case file; `-` is standard input. With --disclosure suppress nobody is listed: a table of open
    cases by group is printed that may be published. Formats: table, plain, csv, json, ndjson, md, xlsx, ics.
    """
    group = options.group_asked(by)
    public = options.hides(disclosure.suppress())
    if split_by and (public or pseudonymise):
        raise UsageError("--split-by names people in its file names", "leave it out, or list with --by")
    if public and (save_list or pseudonymise or acknowledged):
        tip = "leave out --save-list, --pseudonymise and --acknowledged"
        raise UsageError("--disclosure suppress lists nobody", tip)
    key = options.key_asked(pseudonymise, output.outputs)
    to = output.choose_split(split_by)
    if public and "ics" in to.formats():
        raise UsageError("--disclosure suppress lists nobody: there is no calendar of it", "--format csv")
    asks = about.request()
    selection = options.chosen(asks.rulebook, duties, groups)
    from ehcp_timeline.measure.casework import ALL, DUTIES, OPEN

    read = ALL if save_list else OPEN if public else DUTIES
    accepted = None if public else asks.acknowledged(acknowledged)
    work = asks.work(asks.source(file), read, assume_blank, accepted=accepted)
    work.check_filters(selection)
    if public:
        from ehcp_timeline.commands.worklists.publication import publish

        publish(to, work, selection, group or "district", disclosure.threshold, disclosure.previous)
    else:
        from ehcp_timeline.commands.worklists.lists import overdue_document, save_list_document
        from ehcp_timeline.output.calendar import entries_of

        overdue_list = partial(overdue_document, by=group, for_people=to.for_people)
        list_ = save_list_document if save_list else overdue_list
        document = list_(work, selection, key, top)
        to.write(replace(document, entries=partial(entries_of, as_at=work.as_at, names=names)))
    raise typer.Exit(
        options.exit_code(work.audit, failed=work.is_late(selection), strict=strict, exit_zero=exit_zero)
    )

"""`ehcp reconcile`: the legal 20-week rate beside the DfE's, and the plans that are counted differently."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.kpi_request import exit_code
from ehcp_timeline.shell.parse import choice

if TYPE_CHECKING:
    from ehcp_timeline.commands.reconcile.rates import Rule

Year = Annotated[
    int | None, options.option("--year", "YEAR", "Plans of this year.  [default: that of the as-at day]")
]
Against = Annotated[
    str, options.option("--against", "RULE", "The DfE's rate excluding or including exceptions.")
]


@options.exit_codes("0  done", "2  cannot run", "3  done, but some rows could not be judged")
@options.examples(
    "ehcp reconcile cases.csv",
    "ehcp reconcile cases.csv --year 2024 --against including -o gap.csv",
)
def reconcile(
    files: options.SomeCaseFilePaths = None,
    *,
    year: Year = None,
    against: Against = "excluding",
    top: options.Top = 20,
    output: options.ScreenOptions,
    about: options.LawOptions,
) -> None:
    """Compare the legal 20-week rate with the DfE's.

    Lists every plan that the law and the DfE count differently, with the reason: an exception, an order in
    place of the 20 weeks, no request date, a plan transferred in.
    Formats: table, plain, csv, json, ndjson, md, xlsx.
    """
    if not files:
        raise UsageError("no file was given", "ehcp reconcile cases.csv")
    to = output.choose()
    rule = cast("Rule", choice("--against", against, ("excluding", "including")))
    asks = about.request()
    from ehcp_timeline.commands.reconcile.rates import reconcile as reconciled
    from ehcp_timeline.commands.reconcile.rates import reconcile_sections
    from ehcp_timeline.output.document import Document

    answer = reconciled(asks.rulebook, asks.sources(files), asks.as_at, year or asks.as_at.year, rule)
    title = f"Plans of {answer.year} counted differently"
    sections = partial(reconcile_sections, answer, top if "table" in to.formats() else None)
    to.write(Document.of_list(title, answer, "cases", sections))
    if not to.for_people:
        say(*(f"{file.name}: {file.rows:,} rows, {file.judged:,} judged." for file in answer.input))
    raise typer.Exit(exit_code(answer.input))

"""`ehcp compare`: own figures beside those that the DfE publishes for England and others."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ehcp_timeline.errors import OutputError, UsageError
from ehcp_timeline.inputs import read_text
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import ROW_FORMATS, one_path, prepare_file, say
from ehcp_timeline.shell.kpi_request import Measures, asked_for, exit_code, left_out
from ehcp_timeline.shell.parse import choice
from ehcp_timeline.text import day

Authority = Annotated[
    str | None, options.option("--authority", "NAME", "Your authority: its name, or the DfE's code.")
]
With = Annotated[
    options.Words, options.option("--with", "NAMES", "Others, as Essex,Suffolk; neighbours; none.")
]
Layout = Annotated[str, options.option("--layout", "KIND", "wide: a row for each authority, years across.")]
Year = Annotated[int | None, options.option("--year", "YEAR", "Only this calendar year.")]
FiguresFiles = Annotated[
    list[Path] | None, options.option("--figures", "FILE", "Figures made by --refresh, over those shipped.")
]
Refresh = Annotated[
    Path | None, options.option("--refresh", "DOWNLOADED", "Make figures for -o from the DfE's file.")
]


@options.exit_codes("0  done", "2  cannot run", "3  done, but some rows could not be judged")
@options.examples(
    "ehcp compare cases.csv --authority Kent",
    "ehcp compare cases.csv --authority Kent --with Essex,Suffolk -o beside.csv",
    "ehcp compare --authority Kent --measure request_assess_pc --layout wide",
    "ehcp compare --refresh timeliness_20_week.csv -o figures.csv",
    "ehcp compare cases.csv --authority Kent --figures figures.csv",
)
def compare(
    files: options.SomeCaseFilePaths = None,
    *,
    authority: Authority = None,
    beside: With = None,
    layout: Layout = "long",
    measure: Measures = None,
    year: Year = None,
    figures: FiguresFiles = None,
    refresh: Refresh = None,
    output: options.ScreenOptions,
    about: options.LawOptions,
) -> None:
    """Compare with England, statistical neighbours and all councils.

    The DfE's figures of "Education, health and care plans" and its statistical neighbours ship with the
    package (Open Government Licence v3.0); nothing is fetched. Without a case file they are compared alone. A
    newer file that you download is laid over them with --refresh and --figures.
    Formats: table, plain, csv, json, ndjson, md, xlsx, html.
    """
    if refresh is not None:
        _refresh(refresh, one_path(output.outputs), force=output.force)
        return
    to = output.choose((*ROW_FORMATS, "html"))
    wide = choice("--layout", layout, ("long", "wide")) == "wide"
    what = asked_for(files or (), about, period="year", measure=measure)
    question, authority = what.question, authority or what.config.authority
    if authority is None:
        raise UsageError("a comparison needs --authority", "ehcp compare cases.csv --authority Kent")
    from ehcp_timeline.commands.compare.view import compare_sections, wide_lines, wide_sections
    from ehcp_timeline.measure.answer import RulebookUsed, keys, values
    from ehcp_timeline.measure.compare.compare import (
        CompareAnswer,
        ComparedMeasure,
        Comparison,
        comparable,
        own_figures,
    )
    from ehcp_timeline.measure.compare.figures import ATTRIBUTION, published_figures
    from ehcp_timeline.output.document import Document
    from ehcp_timeline.output.html import page_of
    from ehcp_timeline.output.sections import markdown_page

    published = published_figures((*what.config.figures, *(figures or ()))).with_rates(question.kpis)
    council, words = published.find(authority), tuple(beside or ("neighbours",))
    if words == ("neighbours",):
        others = published.neighbours(council)
    else:
        others = () if words == ("none",) else published.find_all(words)
    measures = comparable(question.measures, published)
    if not measures:
        raise UsageError(
            "--measure: the DfE publishes none of these as a percentage or a rate", "leave --measure out"
        )
    card = what.counted(measures)
    own = own_figures(card.lines, measures, partial(published.people, council))
    comparison = Comparison(published, council, own, question.kpis, others, question.as_at)
    every = tuple(comparison.of(measures))
    years = sorted(measure.year for measure in every)
    if year is not None and year not in years:
        raise UsageError(f"--year: there is no figure of {year}", f"give one from {years[0]} to {years[-1]}")
    answer = CompareAnswer(
        as_at=question.as_at,
        rulebook=RulebookUsed.of(question.rulebook),
        input=card.files.inputs,
        authority=council.name,
        region_name=council.region,
        with_=tuple(other.name for other in others),
        attribution=ATTRIBUTION,
        measures=tuple(measure for measure in every if year in (None, measure.year)),
        problems=card.files.problems,
    )
    title = f"{answer.authority} beside England"
    if wide:
        columns, lines = wide_lines(answer)
        sections = tuple(wide_sections(answer))
        made = {"md": lambda _: markdown_page(sections)}
    else:
        columns = (*(key for key in keys(ComparedMeasure) if key != "others"), *answer.with_)
        lines = [{**values(measure), **measure.others} for measure in answer.measures]
        sections = tuple(compare_sections(answer, median=words == ("neighbours",)))
        made = {}
    made["html"] = page_of(f"{title}, as at {day(answer.as_at)}", lambda: sections)
    to.write(Document(title, answer, columns, lambda: lines, lambda: sections, made=made))
    if not to.for_people:
        say(*left_out(card.files))
    raise typer.Exit(exit_code(card.files.inputs))


def _refresh(downloaded: Path, output: Path | None, *, force: bool) -> None:
    if output is None:
        raise OutputError("--refresh needs a file to write to", "add -o figures.csv")
    from ehcp_timeline.law.kpi import load_kpis
    from ehcp_timeline.measure.compare.figures import MOST_RELEASE, refreshed
    from ehcp_timeline.output.files import write_whole

    prepare_file(output, force=force)
    text = refreshed(read_text(downloaded, UsageError, MOST_RELEASE), str(downloaded), load_kpis())
    write_whole(output, text.encode("utf-8"), force=force)
    say(f"{output}: {text.count(chr(10)) - 1:,} rows; use it with --figures {output}")

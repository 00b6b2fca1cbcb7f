"""`ehcp explain`: how each verdict of one case came about, step by step, with the law quoted."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.audit.selection import is_under
from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.open import STDIN
from ehcp_timeline.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ehcp_timeline.cases.model import Problem, Row
    from ehcp_timeline.cases.source import CaseFile
    from ehcp_timeline.output.receipt import Receipt

_ENOUGH_TO_SUGGEST = 50_000


@options.examples(
    "ehcp explain C-0042 cases.csv", "ehcp explain C-0042 cases.csv --deadline plan.issue --format json"
)
def explain(
    case: Annotated[str, typer.Argument(metavar="CASE", hidden=True)],
    files: options.CaseFilePaths,
    *,
    deadline: options.DeadlineIds = None,
    chronology: options.Chronology = False,
    output: options.ScreenOptions,
    about: options.FileOptions,
) -> None:
    """Explain each verdict of one case, step by step, with the law.

    CASE is its number in the file, FILE a case file; `-` is standard input; several are one history. Shows
    the clocks that have started, or those that --deadline names. Formats: table, plain, json, md,
    html (a page for the family), ics.
    """
    to = output.choose(
        ("table", "plain", "json", "md", "html", "ics"), full=output.full or deadline is not None
    )
    first = files[0]
    if len(files) == 1 and str(first) != STDIN and Path(case).is_file() and not first.exists():
        case, files = str(first), [Path(case)]
        say(f"Read as: ehcp explain {shlex.quote(case)} {shlex.quote(str(files[0]))}")
    asks = about.request()
    rulebook, when = asks.rulebook, asks.as_at
    wanted = options.chosen_deadlines(deadline, rulebook)
    sources = asks.sources(files)
    from ehcp_timeline.audit.single.explain import explain as steps_of
    from ehcp_timeline.audit.single.judge import judge_case
    from ehcp_timeline.commands.explain.view import explain_answer, explain_sections
    from ehcp_timeline.measure.answer import RulebookUsed
    from ehcp_timeline.measure.multi_file import JoinedCases, one_history
    from ehcp_timeline.output.calendar import entries_of_case
    from ehcp_timeline.output.document import Document
    from ehcp_timeline.output.receipt import MadeFrom, read_of
    from ehcp_timeline.output.sections import markdown_page

    history = one_history(rulebook, sources)
    source, rows, problems = _rows(history, case)
    case = rows[0].case_id  # as the file spells it
    judged = judge_case(rulebook, rows, when)
    shown = [working for working in judged if working.clock.verdict != "not-started"]
    if wanted:
        shown = [one for one in judged if any(is_under(name, one.deadline.id) for name in wanted)]
    explained = [(working, steps_of(working, when)) for working in shown]
    if isinstance(source, JoinedCases):  # on the row that the reader of its file knows
        explained = [
            (replace(one, clock=replace(one.clock, row=source.place(one.clock.row))), steps)
            for one, steps in explained
        ]
    sections = explain_sections(case, explained, when, rulebook, problems)

    def page(receipt: "Receipt") -> str:
        from ehcp_timeline.output.family import FamilyCase

        foreseen = judge_case(rulebook, rows, when, foresee=True)
        return FamilyCase(rulebook, rows, foreseen, when, case, chronology).page(receipt)

    to.write(
        Document(
            f"Case {case}",
            explain_answer(case, explained, when, rulebook, problems),
            sections=lambda: sections,
            made_from=MadeFrom(when, RulebookUsed.of(rulebook), read_of(sources)),
            entries=lambda _: entries_of_case(judged, rulebook, when),
            made={"md": lambda _: markdown_page(sections), "html": page},
        )
    )


def _rows(sources: "Sequence[CaseFile]", case: str) -> "tuple[CaseFile, list[Row], list[Problem]]":
    """Return the file with a case, every row of it, in file order, and the problems of cells in these rows.

    Raises:
        UsageError: No file has such a case, its rows cannot be judged, or two children have its number.
    """
    found = [(source, *_rows_of(source, case)) for source in sources]
    there = [(source, rows, problems) for source, rows, problems, _ in found if rows]
    if len(there) > 1:
        names = " and ".join(source.name for source, *_ in there)
        said = f"case `{case}` is of two children in {names}"
        raise UsageError(said, f"ehcp explain {case} {there[0][0].name}")
    if not there:
        name = sources[0].name
        ids = [known for *_, some in found for known in some]
        hint = did_you_mean(case, ids) or f"ehcp check {name} lists cases and problems"
        raise UsageError(f"{name}: there is no case `{case}`", hint)
    return there[0]


def _rows_of(source: "CaseFile", case: str) -> "tuple[list[Row], list[Problem], list[str]]":
    """Return the rows of a case in a file, the problems of cells in them, and the numbers of its cases."""
    from ehcp_timeline.cases.case_numbers import case_key, key_of
    from ehcp_timeline.cases.sheet import rows_of
    from ehcp_timeline.measure.multi_file import JoinedCases

    rows: list[Row] = []
    problems: list[Problem] = []
    ids: list[str] = []
    for batch in source.batches():
        column = batch.frame["case_id"]
        frame = batch.frame.filter(key_of(column) == case_key(case))
        rows += rows_of(replace(batch, frame=frame))
        own = set(frame["row"])
        if isinstance(source, JoinedCases):
            problems += source.problems_about(frame["case_id"].first())
        problems += (problem for problem in batch.problems if problem.stops == "cell" and problem.row in own)
        ids += column.unique(maintain_order=True).to_list()[: _ENOUGH_TO_SUGGEST - len(ids)]
    return rows, problems, ids

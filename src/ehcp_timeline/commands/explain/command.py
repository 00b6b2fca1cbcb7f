"""`ehcp explain`: how each verdict of one case came about, step by step, with the law quoted."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.audit.selection import is_under
from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.help_text import examples
from ehcp_timeline.shell.open import STDIN
from ehcp_timeline.shell.options import (
    CaseFilePath,
    Chronology,
    DeadlineIds,
    FileOptions,
    ScreenOptions,
    chosen_deadlines,
)
from ehcp_timeline.text.spelling import did_you_mean

if TYPE_CHECKING:
    from ehcp_timeline.audit.single.trace import Working
    from ehcp_timeline.cases.model import Problem, Row
    from ehcp_timeline.cases.source import CaseFile
    from ehcp_timeline.output.receipt import Receipt

_ENOUGH_TO_SUGGEST = 50_000


@examples(
    "ehcp explain C-0042 cases.csv", "ehcp explain C-0042 cases.csv --deadline plan.issue --format json"
)
def explain(
    case: Annotated[str, typer.Argument(metavar="CASE", hidden=True)],
    file: CaseFilePath,
    *,
    deadline: DeadlineIds = None,
    chronology: Chronology = False,
    output: ScreenOptions,
    about: FileOptions,
) -> None:
    """Explain each verdict of one case, step by step, with the law.

    CASE is its number in the file, FILE a case file; `-` is standard input. Shows the clocks that have
    started, or those that --deadline names. Formats: table, plain, json, md,
    html (a page for the family), ics.
    """
    to = output.choose(
        ("table", "plain", "json", "md", "html", "ics"), full=output.everything or deadline is not None
    )
    if str(file) != STDIN and Path(case).is_file() and not file.exists():
        case, file = str(file), Path(case)
        say(f"Read as: ehcp explain {shlex.quote(case)} {shlex.quote(str(file))}")
    asks = about.request()
    rulebook, when = asks.rulebook, asks.as_at
    wanted = chosen_deadlines(deadline, rulebook)
    source = asks.source(file)
    from ehcp_timeline.audit.single.explain import explain as steps_of
    from ehcp_timeline.audit.single.judge import judge_case
    from ehcp_timeline.commands.explain.view import Explained, explain_answer, explain_sections
    from ehcp_timeline.measure.answer import ProblemFound, RulebookUsed
    from ehcp_timeline.output.calendar import entries_of_case
    from ehcp_timeline.output.document import Document
    from ehcp_timeline.output.plain import markdown_page
    from ehcp_timeline.output.receipt import MadeFrom, read_of

    rows, problems = _rows(source, case)
    case = rows[0].case_id  # as the file spells it
    judged = judge_case(rulebook, rows, when)
    unread = ProblemFound.all_of(problems)
    explained = [
        Explained(working, steps_of(working, when)) for working in judged if _is_wanted(working, wanted)
    ]
    sections = explain_sections(case, explained, when, rulebook, unread)

    def page(receipt: "Receipt") -> str:
        from ehcp_timeline.output.family import FamilyCase

        foreseen = judge_case(rulebook, rows, when, foresee=True)
        return FamilyCase(rulebook, rows, foreseen, when, case, chronology).page(receipt)

    to.write(
        Document(
            f"Case {case}",
            explain_answer(case, explained, when, rulebook, unread),
            sections=lambda: sections,
            made_from=MadeFrom(when, RulebookUsed.of(rulebook), read_of([source])),
            entries=lambda _: entries_of_case(judged, rulebook, when),
            made={"md": lambda _: markdown_page(sections), "html": page},
        )
    )


def _is_wanted(working: "Working", wanted: frozenset[str]) -> bool:
    """Return whether a clock was asked for by its id or the first part of one, or else has started."""
    if not wanted:
        return working.clock.verdict != "not-started"
    return any(is_under(name, working.deadline.id) for name in wanted)


def _rows(source: "CaseFile", case: str) -> tuple[list["Row"], list["Problem"]]:
    """Return every row of a case, in file order, and the problems of cells in these rows.

    Raises:
        UsageError: The file has no such case, or its rows cannot be judged.
    """
    from ehcp_timeline.cases.batch import rows_of
    from ehcp_timeline.cases.case_numbers import case_key, key_of

    rows: list[Row] = []
    problems: list[Problem] = []
    ids: list[str] = []
    for batch in source.batches():
        column = batch.frame["case_id"]
        frame = batch.frame.filter(key_of(column) == case_key(case))
        rows += rows_of(replace(batch, frame=frame))
        own = set(frame["row"])
        problems += (problem for problem in batch.problems if problem.stops == "cell" and problem.row in own)
        ids += column.unique(maintain_order=True).to_list()[: _ENOUGH_TO_SUGGEST - len(ids)]
    if not rows:
        hint = did_you_mean(case, ids) or f"ehcp check {source.name} lists cases and problems"
        raise UsageError(f"{source.name}: there is no case `{case}`", hint)
    return rows, problems

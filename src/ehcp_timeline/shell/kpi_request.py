"""What the commands that count measures share: the question, the files, and the end of the answer."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.record import record, replace
from ehcp_timeline.shell.open import GROUPS
from ehcp_timeline.shell.options import NOT_ALL_JUDGED, LawOptions, Words
from ehcp_timeline.shell.parse import choice, split
from ehcp_timeline.text import count, did_you_mean

if TYPE_CHECKING:
    from ehcp_timeline.cases.source import CaseFile
    from ehcp_timeline.law.kpi import Kpis, Measure
    from ehcp_timeline.measure.kpi.periods import PeriodKind
    from ehcp_timeline.measure.kpi.question import KpiQuestion
    from ehcp_timeline.measure.kpi.scorecard import Files, Scorecard
    from ehcp_timeline.measure.result import Input
    from ehcp_timeline.shell.open import Config

_ALSO = {"age": "age_at_request", "need": "sen_need", "gender": "sex", "setting": "setting_type"}
Measures = Annotated[
    Words, typer.Option("--measure", metavar="IDS", help="Only these, or the first part of their ids.")
]


@record(frozen=True, slots=True)
class KpiRequest:
    """What is counted, of which files, whose rows are not yet read."""

    question: "KpiQuestion"
    sources: Sequence["CaseFile"]
    config: "Config"

    def counted(self, measures: "tuple[Measure, ...] | None" = None) -> "Scorecard":
        """Count every file once: all measures that were asked for, or these."""
        from ehcp_timeline.measure.kpi.scorecard import make_scorecard

        question = self.question if measures is None else replace(self.question, measures=measures)
        return make_scorecard(question, self.sources)


def asked_for(
    files: Sequence[Path],
    about: LawOptions,
    *,
    period: str,
    by: str | None = None,
    measure: Words = None,
) -> KpiRequest:
    """Return what is asked, every word of it checked before a row is read.

    Raises:
        UsageError: A word of the command line is not known.
        CaseFileError: A file cannot be read as a case file at all.
    """
    from ehcp_timeline.law.kpi import load_kpis
    from ehcp_timeline.measure.kpi.groups import GROUPS as KNOWN
    from ehcp_timeline.measure.kpi.periods import PERIOD_KINDS
    from ehcp_timeline.measure.kpi.question import KpiQuestion, People

    kind = cast("PeriodKind", choice("--period", period, PERIOD_KINDS))
    asks, kpis = about.request(), load_kpis()
    config, when = asks.config, asks.as_at
    group = None
    if by:
        word = choice("--by", by, (*GROUPS, *_ALSO))
        group = KNOWN[_ALSO.get(word, word)]
        group = replace(group, order=config.order.get(group.id, group.order))
    people = config.population or People()
    if config.authority:
        from ehcp_timeline.measure.compare.figures import published_figures

        figures = published_figures(config.figures)
        place = figures.find(config.authority, f"{config.path}: authority")
        people = replace(people, children=figures.people(place, when.year))
    question = KpiQuestion(kpis, asks.rulebook, when, group, measures_asked(kpis, measure), kind, people)
    return KpiRequest(question, asks.sources(files), config)


def measures_asked(kpis: "Kpis", asked: Words) -> "tuple[Measure, ...]":
    """Return the measures that were asked for, by id or the first part of one; all if none was.

    Raises:
        UsageError: There is no such measure.
    """
    words = tuple(split("--measure", asked or ()))
    for word in words:
        if not any(measure.id.startswith(word) for measure in kpis.measures):
            known = _nearest(word, kpis) or "`ehcp scorecard --list-measures` lists them"
            raise UsageError(f"--measure: there is no `{word}`", known)
    return tuple(measure for measure in kpis.measures if not words or measure.id.startswith(words))


def _nearest(word: str, kpis: "Kpis") -> str:
    """Return the measures like a word, else those with a word that begins so, as a question; or nothing."""
    if near := did_you_mean(word, kpis.by_id):
        return near
    begins = re.compile(rf"(?<![a-z0-9]){re.escape(word.strip().lower())}")
    by_id = (one.id for one in kpis.measures if begins.search(one.id.replace("_", " ")))
    by_name = (one.id for one in kpis.measures if begins.search(f"{one.name} {one.short}".lower()))
    found: list[str] = []
    for name in (*by_id, *by_name):
        if not name.startswith(tuple(found)):  # the first part of an id asks for all that begin with it
            found.append(name)
    return f"did you mean {' or '.join(found[:3])}?" if word.strip() and found else ""


def left_out(files: "Files") -> list[str]:
    """Return what an answer as data leaves out: the files, and how many problems they have."""
    said = [input_.words for input_ in files.inputs]
    if files.problems:
        said.append(f"{count(len(files.problems), 'problem')} to put right; `ehcp check` shows them all.")
    return said


def exit_code(inputs: "Iterable[Input]") -> int:
    """Return 3 if some rows could not be judged, else 0."""
    return NOT_ALL_JUDGED if any(input_.not_judged for input_ in inputs) else 0

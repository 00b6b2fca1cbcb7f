"""`ehcp forecast`: when the backlog clears, by order of work, with percentiles and "never"."""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ehcp_timeline.commands.forecast import options
from ehcp_timeline.errors import CaseFileError, UsageError
from ehcp_timeline.shell.destination import Output, choose_output, say
from ehcp_timeline.shell.help_text import examples, exit_codes
from ehcp_timeline.shell.kpi_request import NOT_ALL_JUDGED
from ehcp_timeline.shell.open import case_files, law, names, settings
from ehcp_timeline.shell.options import AsAt, Config, Force, Format, OutputFile, Rules
from ehcp_timeline.shell.parse import day_asked

if TYPE_CHECKING:
    from ehcp_timeline.commands.forecast.counts.file import CountsFile
    from ehcp_timeline.commands.forecast.forecast import Forecast
    from ehcp_timeline.commands.forecast.question import ForecastRequest
    from ehcp_timeline.output.sections import Section
    from ehcp_timeline.shell.config import Config as Settings

FORMATS = ("table", "plain", "json", "csv", "md")
SEED = 20140901
_MOST_BYTES = 10_000_000
_EVERY_LINE = 10_000_000


@dataclass(frozen=True, slots=True)
class _Shown:
    """How much is shown of what was asked.

    Attributes:
        top: Lines of a list of cases on a page; every other format is complete.
        full: Whether every quarter and stage is shown too.
    """

    top: int
    full: bool


@exit_codes("0  done", "2  cannot run", "3  done, but some rows could not be judged")
@examples(
    "ehcp forecast cases.csv",
    "ehcp forecast cases.csv --target 2027-09-30 --capacity +3 --from 2027-01-01",
    "ehcp forecast cases.csv --save-list -o save.csv",
    "ehcp forecast --snapshots counts.csv --target 2025-09-30",
)
def forecast(
    files: options.Files = None,
    *,
    snapshots: options.SnapshotsFile = None,
    measure: options.Measure = None,
    policy: options.Policy = None,
    split: options.SplitShare = "50%",
    target: options.TargetDay = None,
    capacity: options.Capacity = None,
    since: options.From = None,
    psychologists: options.Psychologists = None,
    advice_each: options.AdviceEach = 1.0,
    requests: options.Requests = None,
    shrinkage: options.Shrinkage = None,
    catch_up: options.CatchUp = None,
    per_case: options.PerCase = False,
    save_list: options.SaveList = False,
    intake: options.Intake = 0,
    terms: options.Terms = None,
    backtest: options.Backtest = False,
    clear_at: options.ClearAt = None,
    narrowest: options.Narrowest = None,
    history: options.History = 52,
    seed: options.Seed = SEED,
    runs: options.Runs = 1000,
    horizon: options.Horizon = 156,
    full: options.Full = False,
    top: options.Top = 20,
    as_at: AsAt = None,
    asked: Format = None,
    output: OutputFile = None,
    force: Force = False,
    overlays: Rules = None,
    config_file: Config = None,
) -> None:
    """Say when the backlog clears, and what would change it, from case files or published counts.

    Every order of work stands beside the others; none is recommended. Formats: table, plain, json, csv, md.
    """
    to = choose_output(asked, output, force=force, formats=FORMATS)
    changes = options.what_if(
        capacity=capacity, since=since, psychologists=psychologists, advice_each=advice_each,
        requests=requests, shrinkage=shrinkage, catch_up=catch_up,
    )  # fmt: skip
    if (snapshots is None) == (not files):
        raise UsageError("give case files, or --snapshots with counts", "ehcp forecast cases.csv")
    from ehcp_timeline.commands.forecast.question import POLICIES, ForecastRequest

    today = day_asked(as_at) if as_at or snapshots is None else date.max
    question = ForecastRequest(
        as_at=today, seed=seed, runs=runs, weeks=horizon, policies=options.policies(policy, POLICIES),
        split=options.share("--split", split), what_if=changes, clear_at=clear_at,
        narrowest=narrowest or "", window=history, per_case=per_case,
        save_list=save_list, intake_weeks=intake, backtest=backtest,
    )  # fmt: skip
    if snapshots is not None:
        options.counts_alone(question, policy, terms)
        _from_counts(to, snapshots, measure, question, target)
        return
    if measure is not None:
        raise UsageError("--measure is for --snapshots", "leave it out")
    _one_list(to, question)
    config = settings(config_file)
    goal = options.target_day(target, today)
    options.within(changes, today, horizon)
    question = replace(question, target=goal, closures=options.closures_of(terms, config))
    _from_cases(to, files or [], question, config, overlays, _Shown(top, full))


def _from_cases(
    to: Output,
    files: list[Path],
    question: "ForecastRequest",
    config: "Settings",
    overlays: list[Path] | None,
    shown: _Shown,
) -> None:
    """Forecast from case files."""
    rulebook = law(overlays, config)
    vocabulary = names(rulebook)
    sources = case_files(files, vocabulary, question.as_at, config)
    from ehcp_timeline.commands.forecast import answer as forecast_answer
    from ehcp_timeline.commands.forecast.forecast import forecast as forecast_of
    from ehcp_timeline.commands.forecast.model.stages import stage_lines
    from ehcp_timeline.commands.forecast.view import page

    found = forecast_of(rulebook, sources, question)
    stages = stage_lines(found.now)
    most = shown.top if to.format in ("table", "plain") else _EVERY_LINE
    sections = page.case_sections(found, stages, most, full=shown.full)
    sentences = list(page.sentences(found, stages))
    rows, keys = _rows(found)
    answer = forecast_answer.case_answer(found, rulebook, stages, sentences)
    _send(to, rows, keys, answer, sections)
    if found.too_little and to.format == "csv":
        say(f"No forecast: {found.too_little}.")
    if any(source.doubtful for source in sources):
        say("Dates that prove no order of day and month are read day-first; see `ehcp check`.")
    left_out = sum(input_.not_judged for input_ in found.inputs)
    if left_out:
        say(f"{left_out:,} rows could not be judged and are left out; `ehcp check` says why.")
    if left_out or found.left_out:
        raise typer.Exit(NOT_ALL_JUDGED)


def _send(
    to: Output,
    rows: list[dict[str, Any]],
    keys: tuple[str, ...],
    answer: dict[str, Any],
    sections: "Sequence[Section]",
) -> None:
    """Write the answer; Markdown holds what a person is shown."""
    if to.format == "md":
        from ehcp_timeline.commands.forecast.view.page import without_commands
        from ehcp_timeline.output.plain import markdown_page

        to.send(markdown_page(without_commands(sections)))
        return
    to.send_rows(rows, keys, answer, lambda: sections, "")


def _rows(found: "Forecast") -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return the list that CSV holds: the one asked for, or the quarters under every order."""
    from ehcp_timeline.commands.forecast import answer as rows

    if found.to_save is not None:
        return [rows.save_record(case) for case in found.to_save.cases], rows.SAVE_KEYS
    if found.cases is not None:
        return [rows.case_record(case) for case in found.cases], rows.CASE_KEYS
    if found.intake is not None:
        return [rows.intake_record(one) for one in found.intake], rows.INTAKE_KEYS
    if found.backtest is not None:
        return [
            rows.standpoint_record(standpoint) for standpoint in found.backtest.standpoints
        ], rows.STANDPOINT_KEYS
    return rows.quarter_records(found.outlooks), rows.QUARTER_KEYS


def _one_list(to: Output, question: "ForecastRequest") -> None:
    """Raise UsageError where a CSV file would have to hold two lists."""
    lists = {
        "--save-list": question.save_list,
        "--per-case": question.per_case,
        "--intake": question.intake_weeks > 0,
        "--backtest": question.backtest,
    }
    asked = [word for word, wanted in lists.items() if wanted]
    if to.format == "csv" and len(asked) > 1:
        raise UsageError(
            f"CSV holds one list, and {' and '.join(asked)} are asked for", "leave all but one out"
        )


def _from_counts(
    to: Output, path: Path, measure: str | None, question: "ForecastRequest", target: str | None
) -> None:
    """Forecast from published counts, as at the last of them unless a day was given."""
    from ehcp_timeline.commands.forecast import answer as forecast_answer
    from ehcp_timeline.commands.forecast.counts.file import read_counts, text_of
    from ehcp_timeline.commands.forecast.counts.rates import from_counts
    from ehcp_timeline.commands.forecast.view import page

    raw = _bytes(path)
    name = "standard input" if str(path) == "-" else str(path)
    counted = read_counts(text_of(raw, name), name, measure=measure, until=question.as_at)
    question = _standing(question, counted, target)
    found = from_counts(counted.counts, question.runs, question.seed, question.weeks)
    sections = page.snapshot_sections(found, question, counted.measure, counted.remarks)
    source = (name, hashlib.sha256(raw).hexdigest())
    sentences = list(page.lines_of(sections))
    answer = forecast_answer.snapshot_answer(found, question, source, counted, sentences)
    rows = [forecast_answer.pair_record(pair) for pair in found.pairs]
    _send(to, rows, forecast_answer.PAIR_KEYS, answer, sections)
    if to.format == "csv":
        say(*counted.remarks)


def _standing(question: "ForecastRequest", counted: "CountsFile", target: str | None) -> "ForecastRequest":
    """Return the question with the day that it stands at and, if there is one, the target."""
    last = counted.counts[-1].day
    stands = last if question.as_at == date.max else question.as_at
    return replace(question, as_at=stands, target=options.target_day(target, stands))


def _bytes(path: Path) -> bytes:
    """Return a small file, or what comes on standard input.

    Raises:
        CaseFileError: It cannot be read, or is too large for a list of counts.
    """
    try:
        if str(path) == "-":
            raw = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with path.open("rb") as file:
                raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise CaseFileError(f"{path} cannot be read: {(error.strerror or 'error').lower()}") from None
    if len(raw) > _MOST_BYTES:
        raise CaseFileError(f"{path} is too large for a list of counts", "one line for each count")
    return raw

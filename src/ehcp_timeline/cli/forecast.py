"""`ehcp forecast`: when the backlog clears, by order of work, with percentiles and "never"."""

import hashlib
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ehcp_timeline.cli import forecast_options as options
from ehcp_timeline.cli.examples import examples, exit_codes
from ehcp_timeline.cli.opening import case_file, law, names, settings
from ehcp_timeline.cli.options import AsAt, Config, Force, Format, OutputFile, Rules
from ehcp_timeline.cli.output import Output, choose_output, say
from ehcp_timeline.cli.words import day_asked
from ehcp_timeline.errors import CaseFileError, UsageError

if TYPE_CHECKING:
    from ehcp_timeline.measure.forecast.forecast import Asked, Forecast

FORMATS = ("table", "plain", "json", "csv", "md")
SEED = 20140901
_MOST_BYTES = 10_000_000


@exit_codes("0  done", "2  cannot run")
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
    from ehcp_timeline.measure.forecast.forecast import POLICIES, Asked

    if (snapshots is None) == (not files):
        raise UsageError("give case files, or --snapshots with counts", "ehcp forecast cases.csv")
    question = Asked(
        as_at=day_asked(as_at) if as_at or snapshots is None else date.max,
        seed=seed, runs=runs, weeks=horizon, policies=options.policies(policy, POLICIES),
        split=options.share("--split", split), what_if=changes, clear_at=clear_at,
        narrowest=narrowest or "", window=history, closures=options.closures_of(terms), per_case=per_case,
        save_list=save_list, intake_weeks=intake, backtest=backtest,
    )  # fmt: skip
    if snapshots is not None:
        _counts_alone(question)
        _from_counts(to, snapshots, measure, question, target)
        return
    question = replace(question, target=options.target_day(target, question.as_at))
    _from_cases(to, files or [], question, overlays, config_file, top)


def _from_cases(
    to: Output,
    files: list[Path],
    question: "Asked",
    overlays: list[Path] | None,
    config_file: Path | None,
    top: int,
) -> None:
    """Forecast from case files."""
    config = settings(config_file)
    rulebook = law(overlays, config)
    vocabulary = names(rulebook)
    sources = [case_file(path, vocabulary, question.as_at, config) for path in files]
    from ehcp_timeline.measure.forecast.forecast import forecast as forecast_of
    from ehcp_timeline.measure.forecast.stage_lines import stage_lines
    from ehcp_timeline.report import forecast_answer, forecast_view

    found = forecast_of(rulebook, sources, question)
    stages = stage_lines(found.now)
    sections = forecast_view.case_sections(found, stages, top)
    sentences = list(forecast_view.lines_of(sections))
    rows, keys = _rows(found)
    answer = forecast_answer.case_answer(found, rulebook, stages, sentences)
    to.send_rows(rows, keys, answer, lambda: sections, f"Forecast as at {question.as_at}")
    left_out = sum(one.not_judged for one in found.inputs)
    if left_out:
        say(f"{left_out:,} rows could not be judged and are left out; `ehcp check` says why.")


def _rows(found: "Forecast") -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return the list that CSV and Markdown hold: the one asked for, or the quarters under every order."""
    from ehcp_timeline.report import forecast_answer as rows

    if found.to_save is not None:
        return [rows.save_record(one) for one in found.to_save], rows.SAVE_KEYS
    if found.cases is not None:
        return [rows.case_record(one) for one in found.cases], rows.CASE_KEYS
    if found.intake is not None:
        return [rows.intake_record(one) for one in found.intake], rows.INTAKE_KEYS
    return rows.quarter_records(found.outlooks), rows.QUARTER_KEYS


def _counts_alone(question: "Asked") -> None:
    """Raise UsageError where something is asked that counts cannot tell."""
    of_cases = {
        "--per-case": question.per_case,
        "--save-list": question.save_list,
        "--intake": bool(question.intake_weeks),
        "--backtest": question.backtest,
        "a what-if": question.what_if.changed,
    }
    for word, wanted in of_cases.items():
        if wanted:
            raise UsageError(f"{word} needs case files; counts cannot tell it", "ehcp forecast cases.csv")


def _from_counts(to: Output, path: Path, measure: str | None, question: "Asked", target: str | None) -> None:
    """Forecast from published counts; it stands at the last of them unless a day was asked for."""
    from ehcp_timeline.measure.forecast.counts_file import read_counts
    from ehcp_timeline.measure.forecast.snapshots import from_counts
    from ehcp_timeline.report import forecast_answer, forecast_view

    raw = _bytes(path)
    counted = read_counts(_text(raw, path), str(path), measure=measure, until=question.as_at)
    stands = counted.counts[-1].day
    today = stands if question.as_at == date.max else question.as_at
    question = replace(question, as_at=stands, target=options.target_day(target, today))
    found = from_counts(counted.counts, question.runs, question.seed, question.weeks)
    sections = forecast_view.snapshot_sections(found, question, counted.remarks)
    source = (str(path), hashlib.sha256(raw).hexdigest())
    sentences = list(forecast_view.lines_of(sections))
    answer = forecast_answer.snapshot_answer(found, question, source, sentences, len(counted.counts))
    rows = [forecast_answer.pair_record(one) for one in found.pairs]
    to.send_rows(rows, forecast_answer.PAIR_KEYS, answer, lambda: sections, f"Forecast as at {stands}")
    if to.format not in ("table", "plain"):
        say(*counted.remarks)


def _bytes(path: Path) -> bytes:
    """Return a small file, or what comes on standard input.

    Raises:
        CaseFileError: It cannot be read, or is too large for a list of counts.
    """
    try:
        raw = sys.stdin.buffer.read(_MOST_BYTES + 1) if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise CaseFileError(f"{path} cannot be read: {(error.strerror or 'error').lower()}") from None
    if len(raw) > _MOST_BYTES:
        raise CaseFileError(f"{path} is too large for a list of counts", "one line for each count")
    return raw


def _text(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CaseFileError(f"{path} is not UTF-8 text", "save it as CSV UTF-8") from None

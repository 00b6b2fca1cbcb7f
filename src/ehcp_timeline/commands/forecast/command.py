"""`ehcp forecast`: when the backlog clears, by order of work, with percentiles and "never"."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ehcp_timeline.cases.formats.stream import open_raw
from ehcp_timeline.errors import CaseFileError, ConfigError, UsageError
from ehcp_timeline.inputs import reading
from ehcp_timeline.record import replace
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import Output, say
from ehcp_timeline.shell.open import toml_table
from ehcp_timeline.shell.options import option
from ehcp_timeline.shell.parse import choices, day_asked

if TYPE_CHECKING:
    from ehcp_timeline.cases.source import CaseFile
    from ehcp_timeline.measure.forecast.forecast import ForecastAnswer
    from ehcp_timeline.measure.terms import SchoolDays
    from ehcp_timeline.shell.open import Config

FORMATS = ("table", "plain", "json", "csv", "ndjson", "md", "xlsx")
_LINES = frozenset({"csv", "ndjson", "xlsx"})
SEED = 20140901
_MOST_BYTES = 10_000_000
Text = str | None
OneFile = Path | None
_FARTHEST_YEARS = 10
_INTAKE_COLUMNS = (
    "week", "expected", "decide", "decide_closed", "no_plan", "no_plan_closed", "issue", "issue_closed",
    "issue_act_by", "school_days_lost", "bank_holidays",
)  # fmt: skip


@options.exit_codes("0  done", "2  cannot run", "3  done, but some rows could not be judged")
@options.examples(
    "ehcp forecast cases.csv",
    "ehcp forecast cases.csv --target 2027-09-30 --capacity +3 --from 2027-01-01",
    "ehcp forecast cases.csv --save-list -o save.csv",
    "ehcp forecast --snapshots counts.csv --target 2025-09-30",
)
def forecast(
    files: options.SomeCaseFilePaths = None,
    *,
    snapshots: Annotated[OneFile, option("--snapshots", "CSV", "Published counts: date, count.")] = None,
    measure: Annotated[
        Text, option("--measure", "NAME", "Which measure, where the CSV holds several.")
    ] = None,
    policy: Annotated[
        list[str] | None, option("--policy", "NAMES", "oldest-first, in-time-first, split, observed.  [all]")
    ] = None,
    split: Annotated[str, option("--split", "SHARE", "What `split` keeps for the oldest, as 50%.")] = "50%",
    target: Annotated[Text, option("--target", "DATE", "What it takes to be clear by then.")] = None,
    capacity: Annotated[Text, option("--capacity", "+N", "What if: so many plans a week more.")] = None,
    since: Annotated[Text, option("--from", "DATE", "When more capacity begins.  [as-at date]")] = None,
    psychologists: Annotated[
        Text, option("--psychologists", "+N", "What if: so many psychologists more.")
    ] = None,
    advice_each: Annotated[
        float, option("--advice-each", "N", "Advice a psychologist gives a week.", min=0.1)
    ] = 1.0,
    requests: Annotated[Text, option("--requests", "+P%", "What if: so many percent more requests.")] = None,
    shrinkage: Annotated[
        Text, option("--shrinkage", "P%", "What if: more working time lost to leave, vacancies.")
    ] = None,
    catch_up: Annotated[
        Text, option("--catch-up", "N[:WEEKS]", "What if: a team that does N a week.  [13 weeks]")
    ] = None,
    scenarios: Annotated[
        OneFile, option("--scenarios", "FILE", "TOML with named what-ifs, side by side.")
    ] = None,
    per_case: Annotated[bool, typer.Option("--per-case", help="When each open case closes.")] = False,
    save_list: Annotated[
        bool, typer.Option("--save-list", help="Cases in time that will be late if not hurried.")
    ] = False,
    intake: Annotated[
        int, option("--intake", "WEEKS", "Plan for requests of so many weeks.", min=0, max=104)
    ] = 0,
    terms: Annotated[OneFile, option("--terms", "FILE", "TOML with the school closures, in [terms].")] = None,
    backtest: Annotated[bool, typer.Option("--backtest", help="Score forecasts of the past months.")] = False,
    clear_at: Annotated[
        int | None, option("--clear-at", "N", "Clear means no more than N overdue.", min=0)
    ] = None,
    narrowest: Annotated[
        Text, option("--narrowest", "STAGE", "Where cases wait: decision, advice, draft, final.")
    ] = None,
    history: Annotated[
        int, option("--history", "WEEKS", "Weeks behind that rates are taken of.", min=13, max=156)
    ] = 52,
    seed: Annotated[int, option("--seed", "N", "Seed of the runs; the same gives the same.", min=0)] = SEED,
    runs: Annotated[int, option("--runs", "N", "How many runs.", min=100, max=100_000)] = 1000,
    horizon: Annotated[int, option("--horizon", "WEEKS", "Weeks to look ahead.", min=4, max=1040)] = 156,
    full: Annotated[bool, typer.Option("--full", help="Show every quarter, stage and queue too.")] = False,
    top: Annotated[int, option("--top", "N", "Lines of a list of cases shown.", min=0)] = 20,
    output: options.OutputOptions,
    about: options.LawOptions,
) -> None:
    """Forecast when the backlog clears, and what would change it.

    Every order of work stands beside the others; none is recommended. Formats: table, plain, json, csv,
    ndjson, md, xlsx.
    """
    to = output.choose(FORMATS, full=full)
    from ehcp_timeline.commands.forecast.what_if import scenarios_in, share, what_if, within
    from ehcp_timeline.measure.forecast.request import POLICIES, ForecastRequest

    change = what_if({
        "capacity": capacity, "from": since, "psychologists": psychologists, "advice_each": advice_each,
        "requests": requests, "shrinkage": shrinkage, "catch_up": catch_up,
    })  # fmt: skip
    if (snapshots is None) == (not files):
        raise UsageError("give case files, or --snapshots with counts", "ehcp forecast cases.csv")
    today = day_asked(about.as_at) if about.as_at or snapshots is None else date.max
    wanted = choices("--policy", policy or POLICIES, POLICIES)
    question = ForecastRequest(
        as_at=today, seed=seed, runs=runs, weeks=horizon, policies=tuple(sorted(wanted, key=POLICIES.index)),
        split=share("--split", split), what_if=change, clear_at=clear_at,
        narrowest=narrowest or "", window=history, per_case=per_case,
        save_list=save_list, intake_weeks=intake, backtest=backtest, track_record=True,
    )  # fmt: skip
    lists = {
        "--save-list": save_list, "--per-case": per_case, "--intake": intake, "--backtest": backtest,
        "--scenarios": scenarios,
    }  # fmt: skip
    sources: Sequence[CaseFile] = ()
    if snapshots is not None:
        of_cases = {
            "--policy": policy is not None, "--clear-at": clear_at is not None, "--narrowest": narrowest,
            "--terms": terms, "a what-if": change.changed,
        }  # fmt: skip
        for word, given in (lists | of_cases).items():
            if given:
                raise UsageError(f"{word} needs case files; counts cannot tell it", "ehcp forecast cases.csv")
        from ehcp_timeline.measure.forecast.counts import read_counts
        from ehcp_timeline.measure.forecast.forecast import forecast_from_counts

        name = "standard input" if str(snapshots) == "-" else str(snapshots)
        counts = read_counts(_bytes(snapshots), name, measure=measure, until=today)
        stands = today if about.as_at else counts.counts[-1].day
        question = replace(question, as_at=stands, target=target_day(target, stands))
        answer = forecast_from_counts(counts, question)
    else:
        if measure is not None:
            raise UsageError("--measure is for --snapshots", "leave it out")
        asks = about.request()
        goal = target_day(target, today)
        within(change, today, horizon)
        named = scenarios_in(scenarios, today, horizon) if scenarios else ()
        question = replace(question, target=goal, closures=closures_of(terms, asks.config), scenarios=named)
        listed = [word for word, given in lists.items() if given]
        if _LINES & to.formats() and len(listed) > 1:
            told = f"CSV holds one list, and {' and '.join(listed)} are asked for"
            raise UsageError(told, "leave all but one out")
        sources = asks.sources(files or [])
        from ehcp_timeline.measure.forecast.forecast import forecast as forecast_of

        answer = forecast_of(asks.rulebook, sources, question)
    from ehcp_timeline.commands.forecast.page import every_sentence, page
    from ehcp_timeline.output.document import Document
    from ehcp_timeline.output.sections import markdown_page

    lines, keys = _csv_list(answer)
    said = tuple(every_sentence(answer, question)) if "json" in to.formats() else ()
    to.write(
        Document(
            f"Forecast as at {answer.as_at}",
            replace(answer, sentences=said),
            keys,
            lambda: lines,
            lambda: page(answer, question, top, full=full),
            made={"md": lambda _: markdown_page(page(answer, question, None, full=full, commands=False))},
        )
    )
    _say_what_is_missing(to, answer, sources)


def target_day(word: str | None, after: date) -> date | None:
    """Return the target day.

    Raises:
        UsageError: It is not after the day that the forecast stands at, or too far to say anything of.
    """
    if word is None:
        return None
    day = day_asked(word, "--target")
    if day <= after:
        raise UsageError(f"--target {day}: not after {after}, where the forecast stands", "give a later day")
    if day > after + timedelta(weeks=52 * _FARTHEST_YEARS):
        raise UsageError(f"--target {day}: more than {_FARTHEST_YEARS} years ahead", "give an earlier day")
    return day


def closures_of(path: Path | None, config: "Config") -> "tuple[SchoolDays, ...]":
    """Return the school closures in `[terms]` of a TOML file, or of the settings where none is named.

    Raises:
        ConfigError: It cannot be read, has no `[terms]`, or they are no closures.
    """
    from ehcp_timeline.measure.terms import EXAMPLE, read_terms

    if path is None:
        return config.closures
    table = toml_table(path)
    if "terms" not in table:
        raise ConfigError(f"{path} has no [terms]", f"write  [terms]  and below it  {EXAMPLE}")
    return read_terms(table["terms"], str(path))[0]


def _say_what_is_missing(to: Output, answer: "ForecastAnswer", sources: "Sequence[CaseFile]") -> None:
    """Say what the answer leaves out; exit 3 if rows or assessments could not be judged."""
    if _LINES & to.formats() and answer.snapshots is not None:
        say(*answer.snapshots.remarks)
    if _LINES & to.formats() and answer.now is not None and answer.now.too_little:
        say(f"No forecast: {answer.now.too_little}.")
    if any(source.doubtful for source in sources):
        say("Dates that prove no order of day and month are read day-first; see `ehcp check`.")
    left_out = sum(file.not_judged for file in answer.input)
    if left_out:
        say(f"{left_out:,} rows could not be judged and are left out; `ehcp check` says why.")
    if left_out or (answer.now is not None and answer.now.left_out):
        raise typer.Exit(options.NOT_ALL_JUDGED)


def _csv_list(answer: "ForecastAnswer") -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return the list that CSV holds, with its columns: the one asked for, the quarters, or the pairs."""
    from ehcp_timeline.measure.answer import keys, values
    from ehcp_timeline.measure.forecast.backtest import Standpoint
    from ehcp_timeline.measure.forecast.counts import CountPair
    from ehcp_timeline.measure.forecast.forecast import CaseToSave
    from ehcp_timeline.measure.forecast.outlook import ProjectedCase, Quarter

    rows: list[dict[str, Any]] = []
    if answer.snapshots is not None:
        return values(answer.snapshots.pairs), keys(CountPair)[:-1]
    if answer.intake is not None:
        for week in answer.intake:
            row: dict[str, Any] = dict.fromkeys(_INTAKE_COLUMNS) | values(week)
            for day in week.milestones:
                row[day.name], row[f"{day.name}_act_by"] = day.due, day.act_by
                row[f"{day.name}_closed"] = day.closure or ("bank holiday" if day.bank_holiday else None)
            rows.append(row)
        return rows, _INTAKE_COLUMNS
    past = answer.backtest.standpoints if answer.backtest else None
    lists = ((answer.save_list, CaseToSave), (answer.cases, ProjectedCase), (past, Standpoint))
    for held, kind in lists:
        if held is not None:
            return values(held), keys(kind)
    if answer.scenarios is not None:
        first, lines = "scenario", [(line.name, line.outlook) for line in answer.scenarios]
    else:
        first, lines = "policy", [(outlook.policy, outlook) for outlook in answer.policies]
    rows = [{first: name, **values(quarter)} for name, outlook in lines for quarter in outlook.quarters]
    return rows, (first, *keys(Quarter))


def _bytes(path: Path) -> bytes:
    """Return a small file, or what comes on standard input.

    Raises:
        CaseFileError: It cannot be read, or is too large for a list of counts.
    """
    opened = open_raw(str(path))
    with opened.file as file, reading(opened.shown):
        raw = file.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise CaseFileError(f"{path} is too large for a list of counts", "one line for each count")
    return raw

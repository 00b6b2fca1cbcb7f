"""`ehcp forecast`: when the backlog clears, by order of work, with percentiles and "never"."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ehcp_timeline.cases.formats.stream import open_raw
from ehcp_timeline.errors import CaseFileError, ConfigError, UsageError
from ehcp_timeline.inputs import reading
from ehcp_timeline.record import fields, record, replace
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import Output, say
from ehcp_timeline.shell.open import toml_table
from ehcp_timeline.shell.options import option
from ehcp_timeline.shell.parse import choice, choices, day_asked
from ehcp_timeline.text import did_you_mean

if TYPE_CHECKING:
    from ehcp_timeline.cases.source import CaseFile
    from ehcp_timeline.measure.forecast.forecast import ForecastAnswer
    from ehcp_timeline.measure.forecast.request import Scenario, WhatIf
    from ehcp_timeline.measure.terms import SchoolDays
    from ehcp_timeline.shell.open import Config

FORMATS = ("table", "plain", "json", "csv", "ndjson", "md", "xlsx")
_LINES = frozenset({"csv", "ndjson", "xlsx"})
SEED = 20140901
_MOST_BYTES = 10_000_000
Text = str | None
OneFile = Path | None
_NUMBER = re.compile(r"([+-]?\d{1,9}(?:\.\d{1,9})?)(%?)")
_MOST = 10_000
_FARTHEST_YEARS = 10
_LEAST_ADVICE = 0.1
_KEYS = (
    "capacity", "from", "psychologists", "advice_each", "requests", "shrinkage", "vacancies", "catch_up",
    "order",
)  # fmt: skip
_INTAKE_COLUMNS = (
    "week", "expected", "decide", "decide_closed", "no_plan", "no_plan_closed", "issue", "issue_closed",
    "issue_act_by", "school_days_lost", "bank_holidays",
)  # fmt: skip
_EXAMPLE = '["Two more writers"] and below it  capacity = 2'


@record(frozen=True, slots=True)
class WhatIfOptions:
    """What is to be changed, in the words of the command line or of a scenario."""

    capacity: Annotated[Text, option("--capacity", "+N", "What if: so many plans a week more.")] = None
    since: Annotated[Text, option("--from", "DATE", "When more capacity begins.  [as-at date]")] = None
    psychologists: Annotated[
        Text, option("--psychologists", "+N", "What if: so many psychologists more.")
    ] = None
    advice_each: Annotated[
        float, option("--advice-each", "N", "Advice a psychologist gives a week.", min=_LEAST_ADVICE)
    ] = 1.0
    requests: Annotated[Text, option("--requests", "+P%", "What if: so many percent more requests.")] = None
    shrinkage: Annotated[
        Text, option("--shrinkage", "P%", "What if: more working time lost to leave, vacancies.")
    ] = None
    catch_up: Annotated[
        Text, option("--catch-up", "N[:WEEKS]", "What if: a team that does N a week.  [13 weeks]")
    ] = None

    def what_if(self) -> "WhatIf":
        """Return what is to be changed.

        Raises:
            UsageError: A word is not a number, or one that cannot be.
        """
        from ehcp_timeline.measure.forecast.request import CATCH_UP_WEEKS, MOST_LOST, WhatIf

        team, _, weeks = (self.catch_up or "0").partition(":")
        if weeks and not (weeks.isascii() and weeks.isdigit() and 0 < int(weeks) <= _MOST):
            raise UsageError(
                f"--catch-up {self.catch_up}: `{weeks}` is not a number of weeks", "write it as 5:13"
            )
        hands = number("--catch-up", team)
        if hands < 0:
            raise UsageError(f"--catch-up {self.catch_up}: less than nothing", "write it as 5:13")
        if self.advice_each < _LEAST_ADVICE:
            raise UsageError(f"--advice-each {self.advice_each:g}: less than 0.1", "write it as 1.5")
        lost = number("--shrinkage", self.shrinkage, percent=True)
        if not 0 <= lost <= MOST_LOST:
            raise UsageError(f"--shrinkage {self.shrinkage}: not from 0% to {MOST_LOST}%", "write it as 15%")
        more = number("--requests", self.requests, percent=True)
        if more <= -100:
            raise UsageError(f"--requests {self.requests}: that leaves no request at all", "write it as -10%")
        return WhatIf(
            capacity=number("--capacity", self.capacity),
            since=day_asked(self.since, "--from") if self.since else None,
            psychologists=number("--psychologists", self.psychologists),
            advice_each=self.advice_each,
            requests=more,
            shrinkage=lost,
            catch_up=hands,
            catch_up_weeks=int(weeks) if weeks else CATCH_UP_WEEKS,
        )


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
    changes: WhatIfOptions,
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
    change = changes.what_if()
    if (snapshots is None) == (not files):
        raise UsageError("give case files, or --snapshots with counts", "ehcp forecast cases.csv")
    from ehcp_timeline.measure.forecast.request import POLICIES, ForecastRequest

    today = day_asked(about.as_at) if about.as_at or snapshots is None else date.max
    wanted = choices("--policy", policy or POLICIES, POLICIES)
    question = ForecastRequest(
        as_at=today, seed=seed, runs=runs, weeks=horizon, policies=tuple(sorted(wanted, key=POLICIES.index)),
        split=share("--split", split), what_if=change, clear_at=clear_at,
        narrowest=narrowest or "", window=history, per_case=per_case,
        save_list=save_list, intake_weeks=intake, backtest=backtest, track_record=True,
    )  # fmt: skip
    wanted_lists = {
        "--save-list": save_list, "--per-case": per_case, "--intake": intake, "--backtest": backtest,
        "--scenarios": scenarios is not None,
    }  # fmt: skip
    lists = [word for word, wanted in wanted_lists.items() if wanted]
    sources: Sequence[CaseFile] = ()
    if snapshots is not None:
        of_cases = {
            "--policy": policy is not None, "--clear-at": clear_at is not None, "--narrowest": narrowest,
            "--terms": terms is not None, "a what-if": change.changed,
        }  # fmt: skip
        for word in (*lists, *(word for word, wanted in of_cases.items() if wanted)):
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
        one_list(to, lists)
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


def scenarios_in(path: Path, as_at: date, weeks: int) -> "tuple[Scenario, ...]":
    """Return the scenarios of a TOML file: a table for each, or `[[scenario]]` with a `name`.

    Raises:
        ConfigError: It holds no scenario, or one with a key or a value that is none.
    """
    from ehcp_timeline.measure.forecast.request import EVERY_TEAM, OBSERVED, POLICIES, Scenario

    table = toml_table(path)
    listed = table.get("scenario", table.get("scenarios", table))
    named = listed.items() if isinstance(listed, dict) else ((None, entry) for entry in listed)
    found: list[Scenario] = []
    for place, (name, entry) in enumerate(named, 1):
        if not isinstance(entry, dict):
            raise ConfigError(f"{path}: `{name or place}` is no scenario", f"write  {_EXAMPLE}")
        title = str(entry.get("name", name or f"scenario {place}"))
        where = f"{path}, scenario `{title}`"
        if unknown := [key for key in entry if key not in (*_KEYS, "name")]:
            tip = did_you_mean(unknown[0], _KEYS, 1) or f"one of {', '.join(_KEYS)}"
            raise ConfigError(f"{where}: there is no `{unknown[0]}`", tip)
        vacant = entry.get("vacancies", {})
        by_team = vacant if isinstance(vacant, dict) else {EVERY_TEAM: vacant}
        words = {key: str(value) for key, value in entry.items()}
        words["since"] = words.get("from", "")
        changes: dict[str, Any] = {field.name: words.get(field.name) for field in fields(WhatIfOptions)}
        try:
            changes["advice_each"] = number("advice_each", words.get("advice_each") or "1")
            change = WhatIfOptions(**changes).what_if()
            within(change, as_at, weeks)
            order = choice("order", words.get("order") or OBSERVED, POLICIES)
            lost = {team: 100 * share("vacancies", str(percent)) for team, percent in by_team.items()}
        except UsageError as error:
            raise ConfigError(f"{where}: {error.message}", error.hint) from None
        found.append(Scenario(title, change, lost, order))
    if not found:
        raise ConfigError(f"{path} holds no scenario", f"write  {_EXAMPLE}")
    return tuple(found)


def number(option: str, word: str | None, *, percent: bool = False) -> float:
    """Return a number with or without a sign, and with a percent sign only where it is a percentage.

    Raises:
        UsageError: It is none.
    """
    if word is None:
        return 0.0
    match = _NUMBER.fullmatch(word.strip())
    if match is None or (match[2] and not percent):
        raise UsageError(f"{option} {word}: not a number", f"write it as {'+10%' if percent else '+3'}")
    if abs(float(match[1])) > _MOST:
        raise UsageError(f"{option} {word}: more than {_MOST:,}", "give a number that could be")
    return float(match[1])


def within(change: "WhatIf", as_at: date, weeks: int) -> None:
    """Raise UsageError if the first day of a change is none on which it can make a difference."""
    since = change.since
    if since is None:
        return
    if not (change.capacity or change.psychologists or change.catch_up):
        raise UsageError(
            f"--from {since}: nothing is asked that begins then",
            "add --capacity, --psychologists or --catch-up",
        )
    if since < as_at:
        raise UsageError(f"--from {since}: before {as_at}, where the forecast stands", "leave it out")
    if since > as_at + timedelta(weeks=weeks):
        raise UsageError(f"--from {since}: beyond the {weeks} weeks looked at", "look further with --horizon")


def share(option: str, word: str) -> float:
    """Return a share from 0 to 1 that was written as a percentage, or as a part `of` a whole.

    >>> share("vacancies", "52.4 of 125")
    0.4192

    Raises:
        UsageError: It is none.
    """
    part, of, whole = word.partition(" of ")
    percent = number(option, part, percent=not of)
    if of:
        posts = number(option, whole)
        percent = round(100 * percent / posts, 6) if posts else -1
    if not 0 <= percent <= 100:
        raise UsageError(f"{option} {word}: not from 0% to 100%", "write it as 50%")
    return percent / 100


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


def one_list(to: Output, asked: Sequence[str]) -> None:
    """Raise UsageError where a CSV file would have to hold two lists."""
    if _LINES & to.formats() and len(asked) > 1:
        raise UsageError(
            f"CSV holds one list, and {' and '.join(asked)} are asked for", "leave all but one out"
        )


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

"""The what-ifs and the other words of `ehcp forecast`, and what they come to."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ehcp_timeline.errors import ConfigError, UsageError
from ehcp_timeline.record import fields, record
from ehcp_timeline.shell.open import toml_table
from ehcp_timeline.shell.options import option
from ehcp_timeline.shell.parse import choices, day_asked
from ehcp_timeline.text import did_you_mean

if TYPE_CHECKING:
    from ehcp_timeline.measure.forecast.request import ForecastRequest, Scenario, SchoolDays, WhatIf
    from ehcp_timeline.shell.open import Config

_NUMBER = re.compile(r"([+-]?\d{1,9}(?:\.\d{1,9})?)(%?)")
_MOST = 10_000
_FARTHEST_YEARS = 10
_MOST_PERCENT = 95


@record(frozen=True, slots=True)
class WhatIfOptions:
    """What is to be changed, in the words of the command line or of a scenario."""

    capacity: Annotated[str | None, option("--capacity", "+N", "What if: so many plans a week more.")] = None
    since: Annotated[str | None, option("--from", "DATE", "When more capacity begins.  [as-at date]")] = None
    psychologists: Annotated[
        str | None, option("--psychologists", "+N", "What if: so many psychologists more.")
    ] = None
    advice_each: Annotated[
        float, option("--advice-each", "N", "Advice a psychologist gives a week.", min=0.1)
    ] = 1.0
    requests: Annotated[
        str | None, option("--requests", "+P%", "What if: so many percent more requests.")
    ] = None
    shrinkage: Annotated[
        str | None, option("--shrinkage", "P%", "What if: more working time lost to leave, vacancies.")
    ] = None
    catch_up: Annotated[
        str | None, option("--catch-up", "N[:WEEKS]", "What if: a team that does N a week.  [13 weeks]")
    ] = None

    def what_if(self) -> "WhatIf":
        """Return what is to be changed.

        Raises:
            UsageError: A word is not a number, or one that cannot be.
        """
        from ehcp_timeline.measure.forecast.request import CATCH_UP_WEEKS, WhatIf

        team, _, weeks = (self.catch_up or "0").partition(":")
        if weeks and not (weeks.isascii() and weeks.isdigit() and 0 < int(weeks) <= _MOST):
            raise UsageError(
                f"--catch-up {self.catch_up}: `{weeks}` is not a number of weeks", "write it as 5:13"
            )
        lost = number("--shrinkage", self.shrinkage, percent=True)
        if not 0 <= lost <= _MOST_PERCENT:
            raise UsageError(
                f"--shrinkage {self.shrinkage}: not from 0% to {_MOST_PERCENT}%", "write it as 15%"
            )
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
            catch_up=number("--catch-up", team),
            catch_up_weeks=int(weeks) if weeks else CATCH_UP_WEEKS,
        )


_KEYS = (
    "capacity", "from", "psychologists", "advice_each", "requests", "shrinkage", "vacancies", "catch_up",
    "order",
)  # fmt: skip
_EXAMPLE = '["Two more writers"] and below it  capacity = 2'


def scenarios(path: Path, as_at: date, weeks: int) -> "tuple[Scenario, ...]":
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
            (order,) = choices("order", [words.get("order") or OBSERVED], POLICIES)
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


def lists_of(question: "ForecastRequest") -> dict[str, bool]:
    """Return the options that each ask for a list of their own, and whether they were given."""
    return {
        "--save-list": question.save_list,
        "--per-case": question.per_case,
        "--intake": question.intake_weeks > 0,
        "--backtest": question.backtest,
        "--scenarios": bool(question.scenarios),
    }


def counts_alone(
    question: "ForecastRequest", policy: Sequence[str] | None, terms: Path | None, scenarios: Path | None
) -> None:
    """Raise UsageError where something is asked that counts cannot tell."""
    of_cases = {
        **lists_of(question),
        "--scenarios": scenarios is not None,
        "--policy": policy is not None,
        "--clear-at": question.clear_at is not None,
        "--narrowest": bool(question.narrowest),
        "--terms": terms is not None,
        "a what-if": question.what_if.changed,
    }
    for word, wanted in of_cases.items():
        if wanted:
            raise UsageError(f"{word} needs case files; counts cannot tell it", "ehcp forecast cases.csv")


def closures_of(path: Path | None, config: "Config") -> "tuple[SchoolDays, ...]":
    """Return the school closures in `[terms]` of a TOML file, or of the settings where none is named.

    Raises:
        ConfigError: It cannot be read, has no `[terms]`, or they are no closures.
    """
    from ehcp_timeline.measure.forecast.intake import EXAMPLE, read_terms

    if path is None:
        return config.closures
    table = toml_table(path)
    if "terms" not in table:
        raise ConfigError(f"{path} has no [terms]", f"write  [terms]  and below it  {EXAMPLE}")
    return read_terms(table["terms"], str(path))[0]

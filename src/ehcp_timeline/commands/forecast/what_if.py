"""What is to be changed, in the words of the command line or of a TOML file with scenarios."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ehcp_timeline.errors import ConfigError, UsageError
from ehcp_timeline.measure.forecast.request import (
    CATCH_UP_WEEKS,
    EVERY_TEAM,
    MOST_LOST,
    OBSERVED,
    POLICIES,
    WhatIf,
)
from ehcp_timeline.shell.open import toml_table
from ehcp_timeline.shell.parse import choice, day_asked
from ehcp_timeline.text import did_you_mean

LEAST_ADVICE = 0.1
_NUMBER = re.compile(r"([+-]?\d{1,9}(?:\.\d{1,17})?)(%?)")
_MOST = 10_000
_KEYS = (
    "capacity", "from", "psychologists", "advice_each", "requests", "shrinkage", "vacancies", "catch_up",
    "order",
)  # fmt: skip
_EXAMPLE = '["Two more writers"] and below it  capacity = 2'


def what_if(words: Mapping[str, Any], name: str = "") -> WhatIf:
    """Return what is to be changed: each key is that of a scenario, and None, or missing, changes nothing.

    Raises:
        UsageError: A word is not a number, or one that cannot be.
    """
    catch_up, since = str(words.get("catch_up") or "0"), words.get("from")
    team, _, weeks = catch_up.partition(":")
    if weeks and not (weeks.isascii() and weeks.isdigit() and 0 < int(weeks) <= _MOST):
        raise UsageError(f"--catch-up {catch_up}: `{weeks}` is not a number of weeks", "write it as 5:13")
    hands = number("--catch-up", team)
    if hands < 0:
        raise UsageError(f"--catch-up {catch_up}: less than nothing", "write it as 5:13")
    advice = number("--advice-each", words.get("advice_each", 1))
    if advice < LEAST_ADVICE:
        raise UsageError(f"--advice-each {advice:g}: less than {LEAST_ADVICE}", "write it as 1.5")
    lost = number("--shrinkage", words.get("shrinkage"), percent=True)
    if not 0 <= lost <= MOST_LOST:
        told = f"--shrinkage {words['shrinkage']}: not from 0% to {MOST_LOST}%"
        raise UsageError(told, "write it as 15%")
    more = number("--requests", words.get("requests"), percent=True)
    if more <= -100:
        told = f"--requests {words['requests']}: that leaves no request at all"
        raise UsageError(told, "write it as -10%")
    vacant = words.get("vacancies", {})
    by_team = vacant if isinstance(vacant, dict) else {EVERY_TEAM: vacant}
    return WhatIf(
        capacity=number("--capacity", words.get("capacity")),
        since=day_asked(str(since), "--from") if since else None,
        psychologists=number("--psychologists", words.get("psychologists")),
        advice_each=advice,
        requests=more,
        shrinkage=lost,
        catch_up=hands,
        catch_up_weeks=int(weeks) if weeks else CATCH_UP_WEEKS,
        name=name,
        vacancies=tuple((team, 100 * share("vacancies", percent)) for team, percent in by_team.items()),
        policy=choice("order", str(words.get("order") or OBSERVED), POLICIES),
    )


def scenarios_in(path: Path, as_at: date, weeks: int) -> tuple[WhatIf, ...]:
    """Return the scenarios of a TOML file: a table for each, or `[[scenario]]` with a `name`.

    Raises:
        ConfigError: It holds no scenario, or one with a key or a value that is none.
    """
    table = toml_table(path)
    listed = table.get("scenario", table.get("scenarios", table))
    named = enumerate(listed, 1) if isinstance(listed, list) else getattr(listed, "items", table.items)()
    found: list[WhatIf] = []
    for key, entry in named:
        if not isinstance(entry, dict):
            raise ConfigError(f"{path}: `{key}` is no scenario", f"write  {_EXAMPLE}")
        name = str(entry.get("name", key if isinstance(key, str) else f"scenario {key}"))
        where = f"{path}, scenario `{name}`"
        if unknown := [word for word in entry if word not in (*_KEYS, "name")]:
            tip = did_you_mean(unknown[0], _KEYS, 1) or f"one of {', '.join(_KEYS)}"
            raise ConfigError(f"{where}: there is no `{unknown[0]}`", tip)
        try:
            found.append(what_if(entry, name))
            within(found[-1], as_at, weeks)
        except UsageError as error:
            raise ConfigError(f"{where}: {error.message}", error.hint) from None
    if not found:
        raise ConfigError(f"{path} holds no scenario", f"write  {_EXAMPLE}")
    return tuple(found)


def number(option: str, word: object, *, percent: bool = False) -> float:
    """Return a number with or without a sign, and with a percent sign only where it is a percentage.

    Raises:
        UsageError: It is none.
    """
    match = _NUMBER.fullmatch("0" if word is None else str(word).strip())
    if match is None or (match[2] and not percent):
        raise UsageError(f"{option} {word}: not a number", f"write it as {'+10%' if percent else '+3'}")
    if abs(float(match[1])) > _MOST:
        raise UsageError(f"{option} {word}: more than {_MOST:,}", "give a number that could be")
    return float(match[1])


def share(option: str, word: object) -> float:
    """Return a share from 0 to 1 that was written as a percentage, or as a part `of` a whole.

    >>> share("vacancies", "52.4 of 125")
    0.4192

    Raises:
        UsageError: It is none.
    """
    part, of, whole = str(word).partition(" of ")
    percent = number(option, part, percent=not of)
    if of:
        posts = number(option, whole)
        percent = round(100 * percent / posts, 6) if posts else -1
    if not 0 <= percent <= 100:
        raise UsageError(f"{option} {word}: not from 0% to 100%", "write it as 50%")
    return percent / 100


def within(change: WhatIf, as_at: date, weeks: int) -> None:
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

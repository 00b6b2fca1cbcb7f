"""Parses what was typed: days, lists and choices; the only place that looks at the clock."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from datetime import date

from ehcp_timeline.errors import UsageError
from ehcp_timeline.text import did_you_mean, folded


def today() -> date:
    """Return the day it is where the command runs."""
    return date.today()  # noqa: DTZ011 - a council's day is its own, not that of Greenwich


def day_asked(word: str | None, option: str = "--as-at") -> date:
    """Return the day that an option names, in any form that a case file may use; today if there is none.

    It raises UsageError if it is not a day between 1995 and 2100.
    """
    if word is None:
        return today()
    from ehcp_timeline.cases.cells.dates import FIRST_EVENT, Window, read_date

    read = read_date(word.strip(), Window(FIRST_EVENT, date(2100, 12, 31)))
    if isinstance(read, date):
        return read
    raise UsageError(f"{option} {word}: {read.says}", read.try_.removesuffix(", or clear the cell"))


def choices(option: str, given: Sequence[str], known: Sequence[str]) -> frozenset[str]:
    """Return the words of a repeatable option that also takes comma lists, each as `choice` does."""
    return frozenset(choice(option, word, known) for word in split(option, given))


def choice(option: str, word: str, known: Sequence[str]) -> str:
    """Return the known word meant, whatever its case, hyphens or underscores, or raise UsageError."""
    spelling = {folded(name): name for name in known}.get(folded(word))
    if spelling is None:
        raise UsageError(f"{option}: `{word}` is not one of {', '.join(known)}", did_you_mean(word, known))
    return spelling


def split(option: str, given: Sequence[str]) -> list[str]:
    """Return the words of a repeatable option, comma lists taken apart; raise UsageError if all are empty."""
    words = [word.strip() for part in given for word in part.split(",") if word.strip()]
    if given and not words:
        raise UsageError(f"{option} is empty", "give it a value, or leave it out")
    return words


def typed_again() -> str:
    """Return the command line as it was typed, to be typed again with a word more."""
    return shlex.join(["ehcp", *sys.argv[1:]])


def was_typed(option: str) -> bool:
    """Return whether an option stands on the command line."""
    return any(word.split("=")[0] == option for word in sys.argv)


def typed_options(given: Mapping[str, object]) -> str:
    """Return options as they stand on a command line, a blank before each; those that are None left out.

    >>> typed_options({"--as-at": "2026-01-31", "--rules": ["a.toml", "b c.toml"], "--config": None})
    " --as-at 2026-01-31 --rules a.toml --rules 'b c.toml'"
    """
    words = ""
    for name, held in given.items():
        values = held if isinstance(held, list) else [] if held is None else [held]
        words += "".join(f" {name} {shlex.quote(str(value))}" for value in values)
    return words

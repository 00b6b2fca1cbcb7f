"""`ehcp forecast` with few runs, so that its tests are quick: what it answers, as data and as lines."""

import json
from datetime import date
from typing import Any

from tests.cli.command import ehcp, printed, said
from tests.commands.forecast.files import AS_AT

QUICK = ("--as-at", AS_AT.isoformat(), "--runs", "100", "--horizon", "60")


def forecast(*words: str) -> dict[str, Any]:
    """Return the answer as data."""
    run = ehcp("forecast", *QUICK, *words, "--format", "json")
    assert run.returncode == 0, said(run)
    answer: dict[str, Any] = json.loads(printed(run))
    return answer


def shown(*words: str) -> list[str]:
    """Return what a person is shown, line by line."""
    run = ehcp("forecast", *QUICK, *words)
    assert run.returncode == 0, said(run)
    return printed(run).splitlines()


def in_words(day: str) -> str:
    """Return a day as the sentences write it."""
    when = date.fromisoformat(day)
    return f"{when.day} {when:%B %Y}"

"""The clock on the wall: the only place that looks at it."""

from datetime import date


def today() -> date:
    """Return the day it is where the command runs."""
    return date.today()  # noqa: DTZ011 - a council's day is its own, not that of Greenwich

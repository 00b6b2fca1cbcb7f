"""Dates, counts and verdicts as a person says them."""

from datetime import date

from ehcp_timeline.audit.clocks import Clock

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(when: date) -> str:
    """Return a date in prose.

    >>> day(date(2026, 2, 1))
    '1 February 2026'
    """
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    >>> count(1, "day"), count(2062, "case"), count(2, "duty", "duties")
    ('1 day', '2,062 cases', '2 duties')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: tuple[str, ...], last: str = "and") -> str:
    """Return words as a list in prose.

    >>> listed(("red", "green", "blue")), listed(("red", "green"), "or")
    ('red, green and blue', 'red or green')
    """
    return f" {last} ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def reason_words(reason: str | None) -> str:
    """X."""
    return (reason or "").replace("-", " ")

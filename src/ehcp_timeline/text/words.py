"""Dates, counts and lists as a person says them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ehcp_timeline.text.counting import MONTHS

NOT_ADVICE = "This is information about the law, not legal advice."
REASONS = {
    "no-start": "its start is not recorded",
    "not-yet": "its start is in the future",
    "unreadable": "a date or code that decides it could not be read",
    "blank-fact": "the fact that decides whether it applies is blank",
    "does-not-apply": "it does not apply here",
    "not-owed": "something takes its place, or has not happened yet",
    "no-due-day": "no due day could be found",
    "years-between-not-in-file": "the reviews in between are not in the file",
    "two-answers": "the rows of this request give different answers",
    "decided-before-request": "every decision is dated before the request",
    "unread-heading": "a date under a heading that is not read may be what answered or ended it",
    "ended": "it ended in time",
    "time-passed": "the time has passed",
    "window-over": "the days that had to be given are over",
    "unreadable-excuse": "its excuse could not be read",
    "implied": "done, on a day that is not recorded",
    "released": "the law does not say what is owed after a release from detention",
    "lapsed": "it can no longer be done, and the day on which it was done is not recorded",
}


def day(when: date) -> str:
    """Return a date in prose.

    >>> day(date(2026, 2, 1))
    '1 February 2026'
    """
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def quoted(says: str, means: str) -> str:
    """Return the law's own words in quotation marks, and a paraphrase without them.

    >>> quoted("within 6 weeks of", ""), quoted("", "at once"), quoted("within 5 weeks", "35 days")
    ('“within 6 weeks of”', 'at once', '“within 5 weeks”; 35 days')
    """
    return "; ".join(part for part in (says and f"“{says}”", means) if part)


def count(number: int, singular: str, many: str = "") -> str:
    """Return a number with its noun.

    >>> count(1, "day"), count(2062, "case"), count(2, "duty", "duties")
    ('1 day', '2,062 cases', '2 duties')
    """
    return f"{number:,} {singular if number == 1 else many or singular + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return words as a list in prose.

    >>> listed(("red", "green", "blue")), listed(("red", "green"), "or"), listed(("red",))
    ('red, green and blue', 'red or green', 'red')
    """
    return f" {last} ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def reason_words(reason: str | None) -> str:
    """Return the permanent word for why a verdict is what it is, as a person would say it."""
    return "" if reason is None else REASONS[reason]


def rulebook_name(version: str, overlays: Sequence[tuple[str, str]]) -> str:
    """Return which law was applied: its version, and the local rulebooks laid over it.

    >>> rulebook_name("2026.11", ()), rulebook_name("2026.11", (("ours.toml", "ab12"),))
    ('rulebook 2026.11', 'rulebook 2026.11 with ours.toml')
    """
    local = listed([Path(name).name for name, _ in overlays])
    return f"rulebook {version} with {local}" if local else f"rulebook {version}"

"""Words for people: dates, counts, lists, spelling, and text that is safe to show."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from ehcp_timeline.clock import ONE_DAY, Count, is_bank_holiday, is_tribunal_vacation, is_weekend, last_day

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
    "implied": "done, but no date was recorded",
    "released": "the law does not say what is owed after a release from detention",
    "lapsed": "it can no longer be done, and no date was recorded",
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


def one_decimal_words(share: float | None) -> str:
    """Return a share to one decimal, `n/a` where there was nothing to take it of.

    >>> one_decimal_words(62.5), one_decimal_words(None)
    ('62.5', 'n/a')
    """
    return "n/a" if share is None else f"{share:.1f}"


def plain(number: float) -> str:
    """Return a number as it is printed: whole as it is, else with one decimal.

    >>> plain(2.2), plain(1200), plain(3.0)
    ('2.2', '1,200', '3.0')
    """
    return f"{number:,}" if isinstance(number, int) else f"{number:,.1f}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return words as a list in prose.

    >>> listed(("red", "green", "blue")), listed(("red", "green"), "or"), listed(("red",))
    ('red, green and blue', 'red or green', 'red')
    """
    return f" {last} ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def reason_words(reason: str | None) -> str:
    """Return the permanent word for why a verdict is what it is, as a person would say it."""
    return "" if reason is None else REASONS[reason]


WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
UNIT_WORDS: Final = {"days": "day", "weeks": "week", "months": "month", "working_days": "working day"}


def said_day(day: date) -> str:
    """Return a day as a person says it.

    >>> said_day(date(2025, 5, 26))
    'Monday 26 May 2025'
    """
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def said_count(count: Count) -> str:
    """Return how a period is counted, in words.

    >>> said_count(Count("within", 6, "weeks"))
    '6 weeks, the first day not counted'
    """
    if count.kind == "before":
        edge = "before" if count.start_day == "excluded" else "by"
        return f"{edge} {count.day} {MONTHS[count.month - 1]} of that calendar year"
    unit = UNIT_WORDS[count.unit] + ("" if count.number == 1 else "s")
    if count.kind == "at_least_before":
        return f"at least {count.number} {unit} before"
    if count.number == 0:
        return "at once, on the same day"
    counted = "the first day not counted" if count.start_day == "excluded" else "the first day counted"
    vacation = "; August and 25 December to 1 January not counted" if count.calendar == "tribunal" else ""
    end = ", and only after its end" if count.kind == "not_before_end_of" else ""
    return f"{count.number} {unit}, {counted}{vacation}{end}"


def days_named(count: Count, since: date) -> str:
    """Return a sentence that names the days of a count from a day; empty where there is nothing to name.

    >>> days_named(Count("within", 6, "weeks"), date(2025, 4, 2))
    'Day 1 is Thursday 3 April 2025, day 42 is Wednesday 14 May 2025.'
    >>> days_named(Count("within", 12, "months", "included"), date(2024, 3, 10))
    'The months begin with Sunday 10 March 2024 and end the day before the same date.'
    """
    if count.kind in ("before", "at_least_before") or count.number == 0:
        return ""
    last = last_day(count, since)
    match count.unit:
        case "days" | "weeks":
            first = since if count.start_day == "included" else since + ONE_DAY
            number = count.number * (7 if count.unit == "weeks" else 1)
            return f"Day 1 is {said_day(first)}, day {number} is {said_day(last)}."
        case "months" if count.start_day == "included":
            return f"The months begin with {said_day(since)} and end the day before the same date."
        case "months":
            if last.day < since.day and (last + ONE_DAY).day == 1:
                return f"{MONTHS[last.month - 1]} {last.year} has no day {since.day}, so its last day counts."
            return f"The corresponding date {count.number} months on."
    between = [since + ONE_DAY * number for number in range(1, (last - since).days + 1)]
    vacation = {day for day in between if count.calendar == "tribunal" and is_tribunal_vacation(day)}
    holidays = [
        said_day(day)
        for day in between
        if not is_weekend(day) and is_bank_holiday(day) and day not in vacation
    ]
    tribunal = ["the days of the Tribunal's vacation"] if vacation else []
    *left_out, final = "Saturdays", "Sundays", *holidays, *tribunal
    return f"Not counted: {', '.join(left_out)} and {final}."


def did_you_mean(word: str, known: Iterable[str], most: int = 3) -> str:
    """Return the nearest known words as a question, the nearest first; empty where none is near.

    >>> did_you_mean("Assesment", ("Reviews", "Assessment"))
    'did you mean Assessment?'
    """
    from difflib import get_close_matches

    words = {folded(name): name for name in known}
    near = [words[match] for match in get_close_matches(folded(word), words, n=most)]
    return f"did you mean {' or '.join(near)}?" if near else ""


def folded(word: str) -> str:
    """Return a word without what people write differently."""
    return re.sub(r"[\s_]+", "-", word.strip().lower())


# Unicode Cc, Cf, Zl, Zp and Cs, written out because asking `unicodedata` about every character is slow.
_HIDDEN = (
    "\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_SURROGATES = "\ud800-\udfff"
HIDDEN_IN_A_FRAME = f"[{_HIDDEN.replace(_SURROGATES, '')}]"  # a data frame's text has no surrogates
_HIDDEN_CHARACTER = re.compile(f"[{_HIDDEN}]")
_HIDDEN_BUT_NEWLINE = re.compile(f"(?!\n)[{_HIDDEN}]")


def visible(text: str) -> str:
    r"""Return `text` with every control, formatting and line-breaking character spelled out.

    >>> visible("A\x1b[2J7")
    'A\\u{1b}[2J7'
    """
    if text.isprintable():  # nothing hidden is, and most text is
        return text
    return _HIDDEN_CHARACTER.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)


def visible_lines(text: str) -> str:
    """Return `text` as `visible` does, but with its line breaks kept."""
    return "\n".join(map(visible, text.split("\n")))


def escaped_json(text: str) -> str:
    r"""Return JSON in which hidden characters stand as escapes: the same value, safe on a screen.

    >>> escaped_json('"\u202eA"')
    '"\\u202eA"'
    """
    if text.isascii() and "\x7f" not in text:  # JSON itself writes the others as escapes
        return text

    def escape(match: re.Match[str]) -> str:
        units = match[0].encode("utf-16-be", "surrogatepass").hex(" ", 2).split()
        return "".join(f"\\u{unit}" for unit in units)

    return _HIDDEN_BUT_NEWLINE.sub(escape, text)

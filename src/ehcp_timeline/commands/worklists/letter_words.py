"""What a family is told before a day is missed: one line of a mail merge for each family."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ehcp_timeline.measure.next_steps import NextSteps
from ehcp_timeline.output.answers import Record
from ehcp_timeline.text.words import count, day

LETTER_KEYS = (
    "case_id", "name", "school", "referrer", "district", "team", "caseworker", "deadline", "duty", "law",
    "start", "weeks_waited", "due", "days_left", "expected", "days_over", "still_to_do", "also",
    "promise", "tell", "rights",
)  # fmt: skip
NOTES = (
    "No letter has been sent. Each line is for one family: check it before you write.",
    "The Ombudsman expects families to be told of a delay before the day is missed, and why, and until when.",
    "`expected` is the day at the pace of the last 52 weeks (the median). It is an estimate, not a promise.",
)


def letter_lines(clocks: Iterable[Mapping[str, Any]], steps: NextSteps) -> Iterator[Record]:
    """Yield one line for each family, with the keys of `LETTER_KEYS`.

    Args:
        clocks: In-time clocks that will be missed, as `measure.worklists.before_breach` gives them.
        steps: What families are told.
    """
    for clock in clocks:
        letter = steps.letter_for(clock["deadline"])
        promise, rights = (letter.promise, letter.rights) if letter else (clock["duty"], "")
        words: Record = {
            "expected": clock["expected_p50"],
            "still_to_do": clock["do"],
            "also": ", ".join(clock["also"]),
            "promise": promise,
            "tell": _tell(clock, promise),
            "rights": rights,
        }
        yield {key: words[key] if key in words else clock[key] for key in LETTER_KEYS}


def _tell(clock: Mapping[str, Any], promise: str) -> str:
    """Return the sentences that must not be missing from the letter."""
    over = count(clock["days_over"], "day")
    return (
        f"By law we have until {day(clock['due'])} {promise}. We do not expect to keep to that day. "
        f"At our present pace it will be about {day(clock['expected_p50'])}, {over} late. "
        f"Still to be done: {clock['do'][:1].lower()}{clock['do'][1:]}."
    )

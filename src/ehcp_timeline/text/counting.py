"""Days and periods in words, and the calendar days that a period takes in or leaves out."""

from datetime import date
from typing import Final

from ehcp_timeline.clock.counting import Count, last_day
from ehcp_timeline.clock.workdays import ONE_DAY, is_bank_holiday, is_tribunal_vacation

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
UNIT_WORDS: Final = {"days": "day", "weeks": "week", "months": "month", "working_days": "working day"}
SATURDAY: Final = 5


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
        if day.weekday() < SATURDAY and is_bank_holiday(day) and day not in vacation
    ]
    tribunal = ["the days of the Tribunal's vacation"] if vacation else []
    *left_out, final = "Saturdays", "Sundays", *holidays, *tribunal
    return f"Not counted: {', '.join(left_out)} and {final}."

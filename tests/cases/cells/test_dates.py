"""A date is read day-first, in a plausible year, in every form that council files use, and in no other."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_timeline.cases.cells.dates import (
    MONTH_FIRST,
    NOT_A_DATE,
    NOT_IN_CALENDAR,
    TIME_ZONE,
    WRONG_WEEKDAY,
    Window,
    birth_window,
    event_window,
    numeric_order,
    read_date,
)
from ehcp_timeline.cases.cells.values import CellFault
from tests.cases.made import AS_AT

WINDOW = event_window(AS_AT)
FIRST_OF_MARCH = date(2024, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        *("2024-03-01", "2024/03/01", "2024.03.01", "2024-3-1"),
        *("01/03/2024", "1/3/2024", "01-03-2024", "01.03.2024", "1/3/24", "01-03-24", "1.3.24"),
        *(
            "1-Mar-2024",
            "01-MAR-24",
            "1 Mar 2024",
            "1 March 2024",
            "1st March, 2024",
            "1st of March 2024",
            "01Mar2024",
        ),
        *(
            "Friday 1 March 2024",
            "Fri 01/03/2024",
            "fri, 1 mar 24",
            "2024-Mar-01",
            "March 1, 2024",
            "Mar  1 2024",
        ),
        *(
            "2024-03-01 00:00:00",
            "2024-03-01T00:00:00",
            "2024-03-01T10:15",
            "01/03/2024 23:59",
            "2024-Mar-01 00:00:00",
        ),
        *("2024-03-01 00:00:00.0000000", "01/03/2024 9:05 am", "Mar  1 2024 12:00AM", "1/3/24, 10:00"),
        *("45352", "45352.0", "45352.75"),
    ],
)
def test_every_accepted_form_of_one_day(text: str) -> None:
    """All of these are 1 March 2024; a time of day is dropped."""
    assert read_date(text, WINDOW) == FIRST_OF_MARCH


@pytest.mark.parametrize(
    "text",
    [
        *(
            "soon",
            "Mar 24",
            "2024",
            "20240301",
            "2024-W10-5",
            "+024-03-01",
            "1/3",
            "1/3/024",
            "1/3/20245",
            "01//03/2024",
        ),
        *(
            "01/03-2024",
            "1 Mrz 2024",
            "2024-03-01 24:00",
            "2024-03-01 10",
            "2024-03-01 10:00 10:00",
            "٠١/٠٣/٢٠٢٤",
            "-",
            "x45352",
        ),
        *("34699", "47864", "453520", "4535", "1,2024"),
    ],
)
def test_what_is_not_a_date(text: str) -> None:
    """Nothing is guessed: a number that Excel would not mean, a week, figures that are not ours."""
    assert read_date(text, WINDOW) == NOT_A_DATE


@pytest.mark.parametrize(
    "text", ["Mar-24", "March 2024", "mar 2024", "03/2024", "3-2024", "2024-03", "Mar\u201124"]
)
def test_a_month_without_a_day(text: str) -> None:
    """It is said to be one, not taken for its first day."""
    assert read_date(text, WINDOW) == CellFault(
        "month-only",
        "is a month without a day: judged at both ends, 2024-03-01 and 2024-03-31",
        "give the day",
        month=date(2024, 3, 1),
    )


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1\u00a0March\u00a02024",
            "01\u201103\u20112024",
            "1\u201303\u201324",
            "\u200e01/\u200e03/\u200e2024",
        ),
        *("2024\u22123\u22121", "01\u204403\u20442024", "１/３/２０２４"),
        *("01-MAR-24 00.00.00.000000000", "01-MAR-24 12.00.00.000000000 AM", "01-MAR-2024 10.15.00"),
        *("2024-03-01 00:00:00.0000000", "Mar  1 2024 12:00AM", "01 Mar 2024 00:00:00:000"),
        *("Mar  1 2024 12:00:00:000AM", "Mar 1 2024 12.00AM"),
    ],
)
def test_what_databases_and_office_programs_make_of_a_date(text: str) -> None:
    """Blanks, dashes and marks of every kind, and the times of Oracle and SQL Server, change no day."""
    assert read_date(text, WINDOW) == FIRST_OF_MARCH


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2024-03-01T00:00:00Z",
            "2024-03-01 00:00:00 UTC",
            "2024-03-01T00:00:00+01:00",
            "2024-03-01T00:00:00-0500",
        ),
        *("2024-03-01Z", "2024-03-01+01:00", "1 March 2024 10:00 BST", "01/03/2024 GMT"),
    ],
)
def test_a_time_zone_is_refused(text: str) -> None:
    """Midnight elsewhere is the day before here."""
    assert read_date(text, WINDOW) == TIME_ZONE
    assert TIME_ZONE.says == "has a time zone, which can move the day"


@pytest.mark.parametrize(
    "text", ["31/02/2024", "29/02/2023", "2024-13-01", "31-Apr-2024", "00/03/2024", "45/45/2024"]
)
def test_a_day_that_the_calendar_does_not_have(text: str) -> None:
    """31 February is impossible in every form, whatever the order of day and month."""
    assert read_date(text, WINDOW) == NOT_IN_CALENDAR
    assert (
        CellFault("impossible-date", "is not a real date", "write it as YYYY-MM-DD or DD/MM/YYYY")
        == NOT_IN_CALENDAR
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1994-12-31", "is before 1 January 1995"),
        ("01/01/1900", "is before 1 January 1995"),
        ("01/03/0026", "is before 1 January 1995"),
        ("1/5/94", "is before 1 January 1995"),
        ("2031-01-16", "is after 15 January 2031"),
        ("01/01/9999", "is after 15 January 2031"),
    ],
)
def test_a_day_that_is_not_plausible(text: str, said: str) -> None:
    """Outside 1995 to five years from now a date is a slip, and the message says which end it misses."""
    assert read_date(text, WINDOW) == CellFault("impossible-date", said, "correct it, or clear the cell")


@pytest.mark.parametrize("day", [date(1995, 1, 1), date(2031, 1, 14), date(2031, 1, 15)])
def test_both_ends_of_the_window_are_plausible(day: date) -> None:
    """The first and the last day are in it."""
    assert read_date(day.isoformat(), WINDOW) == day


def test_the_windows_end_where_they_should() -> None:
    """Five years from a leap day is 28 February; nobody is born after the as-at date, nor before 1985."""
    assert event_window(date(2024, 2, 29)) == Window(date(1995, 1, 1), date(2029, 2, 28))
    assert event_window(date(9998, 1, 1)) == Window(date(1995, 1, 1), date(9999, 1, 1))
    assert birth_window(AS_AT) == Window(date(1985, 1, 1), AS_AT)


@pytest.mark.parametrize(
    ("text", "year"), [("1/5/26", 2026), ("1/5/31", 1931), ("1/5/95", 1995), ("1/5/00", 2000)]
)
def test_two_figures_of_a_year_lie_in_this_century_if_they_can(text: str, year: int) -> None:
    """Up to the last year of the window they are 20xx, beyond it 19xx."""
    assert read_date(text, Window(date(1900, 1, 1), date(2030, 12, 31))) == date(year, 5, 1)


def test_the_day_of_the_week_must_be_right() -> None:
    """A weekday that contradicts the date shows that one of them is wrong."""
    assert read_date("Thu 29 Feb 2024", WINDOW) == date(2024, 2, 29)
    assert read_date("Thu 1 Mar 2024", WINDOW) == WRONG_WEEKDAY


@pytest.mark.parametrize("text", ["03/14/2024", "3-14-24", "12.31.2024", "03/14/2024 10:00"])
def test_a_month_first_date_is_not_read(text: str) -> None:
    """What is a date only with the month first is a fault of its own."""
    assert read_date(text, WINDOW) == MONTH_FIRST
    assert MONTH_FIRST.rule == "month-first-date"


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("12/12/2024", None),
        ("13/12/2024", "day-first"),
        ("31/12/2024 10:00", "day-first"),
        ("32/12/2024", None),
        ("12/13/2024", "month-first"),
        ("12/32/2024", None),
        ("13/13/2024", None),
        ("13/00/2024", None),
        ("2024-12-31", None),
        ("31 Dec 2024", None),
    ],
)
def test_what_figures_prove(text: str, order: str | None) -> None:
    """Only figures that cannot be read in both orders prove one."""
    assert numeric_order(text) == order


@settings(deadline=None)
@given(st.dates(date(1995, 1, 1), date(2031, 1, 15)))
def test_every_plausible_day_in_every_layout(day: date) -> None:
    """Whatever the day, all layouts of it are read as that day."""
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[
        day.month - 1
    ]
    serial = (day - date(1899, 12, 30)).days

    for text in (
        *(
            day.isoformat(),
            f"{day.day}/{day.month}/{day.year}",
            f"{day:%d.%m.%Y}",
            f"{day.day}-{month}-{day.year}",
        ),
        *(f"{day:%d/%m/%y}", f"{day.isoformat()}T00:00:00", str(serial)),
    ):
        assert read_date(text, WINDOW) == day


@settings(deadline=None)
@given(st.dates(date(1900, 3, 1), date(2173, 10, 13)))
def test_excels_number_counts_days(day: date) -> None:
    """A number is a date if it falls into the window, and nothing otherwise."""
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    plausible = WINDOW.first <= day <= WINDOW.last

    assert read_date(str(serial), WINDOW) == (day if plausible else NOT_A_DATE)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    """Any text gives a plausible date or a fault."""
    read = read_date(text, WINDOW)

    assert isinstance(read, CellFault) or WINDOW.first <= read <= WINDOW.last

"""Dates are read in the formats that a council names, and otherwise as ever."""

from datetime import date

import pytest

from ehcp_timeline.cases.cells.dates import (
    DAY_FIRST,
    MONTH_FIRST,
    NOT_A_DATE,
    TIME_ZONE,
    WRONG_WEEKDAY,
    date_formats,
    event_window,
    format_faults,
    read_formatted,
)
from ehcp_timeline.cases.cells.values import CellFault
from tests.cases.made import AS_AT

WINDOW = event_window(AS_AT)
USE = "use %d %m %b %B %y %Y"


def read(cell: str, *formats: str) -> date | CellFault:
    """Return what a cell says under some formats."""
    return read_formatted(cell, WINDOW, date_formats(formats))


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ("%d.%m.%y", "1.3.24"),
        ("%d.%m.%y", "01.03.24"),
        ("%m/%d/%Y", "03/01/2024"),
        ("%m/%d/%Y", "3/1/2024 00:00:00"),
        ("%m/%d/%Y %H:%M:%S", "03/01/2024"),
        ("%m/%d/%Y, %I:%M %p", "03/01/2024, 9:05 am"),
        ("%Y%m%d", "20240301"),
        ("%d%m%y", "010324"),
        ("%y/%m/%d", "24/03/01"),
        ("%Y%m%d%H%M%S", "20240301235959"),
        ("%d %m %Y", "01  03 2024"),
        ("%d-%b-%Y", "1-MAR-2024"),
        ("%A %e %B %Y", "Friday 1 March 2024"),
        ("w/c %d/%m/%Y", "W/C 01/03/2024"),
        ("%d.%m.%y", "2024-03-01"),
        ("%m/%d/%Y", "1 March 2024"),
        ("%m/%d/%Y", "45352"),
    ],
)
def test_the_first_of_march(form: str, cell: str) -> None:
    """A format is tried first, without the time of day; what leaves no doubt is read whatever was said."""
    assert read(cell, form) == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("form", "cell", "fault"),
    [
        ("%m/%d/%Y", "14/03/2024", DAY_FIRST),
        ("%m-%d-%Y", "14/03/2024", DAY_FIRST),
        ("%d/%m/%Y", "03/14/2024", MONTH_FIRST),
        ("%d%m%y", "10324", NOT_A_DATE),
        ("%a %d/%m/%Y", "Sat 01/03/2024", WRONG_WEEKDAY),
        ("%d.%m.%Y", "2024-03-01T00:00:00Z", TIME_ZONE),
        ("%d.%m.%Y", "2024-03-01T00:00:00+01:00", TIME_ZONE),
    ],
)
def test_what_no_format_reads_is_a_fault(form: str, cell: str, fault: CellFault) -> None:
    """Nothing falls back to the order of day and month that was not named."""
    assert read(cell, form) == fault


def test_figures_are_read_in_the_order_that_was_named() -> None:
    """With hyphens instead of strokes a month-first column is month-first all the same."""
    assert read("03-04-2024", "%m/%d/%Y") == date(2024, 3, 4)
    assert read("03-04-2024", "%d/%m/%Y") == date(2024, 4, 3)
    assert read("03-04-2024", "%d-%b-%Y") == date(2024, 4, 3)


@pytest.mark.parametrize(("figures", "year"), [("95", 1995), ("31", 2031), ("30", 2030)])
def test_years_of_two_figures_lie_in_the_window(figures: str, year: int) -> None:
    """From 1 January 1995 to five years after the as-at date, 15 January 2026."""
    assert read(f"1.1.{figures}", "%d.%m.%y") == date(year, 1, 1)


def test_a_year_of_two_figures_outside_the_window_is_a_fault() -> None:
    """32 would be 1932 or 2032: neither is plausible."""
    assert read("1.1.32", "%d.%m.%y") == CellFault(
        "impossible-date", "is before 1 January 1995", "correct it, or clear the cell"
    )


@pytest.mark.parametrize(
    ("formats", "faults"),
    [
        (["%d/%m/%Y", "%d.%m.%y", "%Y-%m-%d"], []),
        (["%d/%m"], [f'"%d/%m" does not have the year once; {USE}, as %d.%m.%y']),
        (["dd/mm/yy"], [f'"dd/mm/yy" does not have the day once; {USE}, as %d.%m.%y']),
        (["%d/%m/%y/%Y"], [f'"%d/%m/%y/%Y" does not have the year once; {USE}, as %d.%m.%y']),
        (["%d/%m/%Y %z"], ['"%d/%m/%Y %z" has a time zone, which can move the day; export local dates']),
        (["%d/%m/%Q"], [f'"%d/%m/%Q" has %Q, which is not known; {USE}']),
        (["%d/%m/%Y %"], [f'"%d/%m/%Y %" has %, which is not known; {USE}']),
        (
            ["%d/%m/%Y", "%m-%d-%Y"],
            ["has formats with the day first and with the month first: 01/02/2026 could then mean two days"],
        ),
    ],
)
def test_a_format_that_cannot_do_is_refused(formats: list[str], faults: list[str]) -> None:
    """It names a day, a month and a year once each, and no time zone; two orders do not go together."""
    assert list(format_faults(formats)) == faults


@pytest.mark.parametrize(
    ("form", "settled"),
    [("%d/%m/%y", True), ("%m.%d.%Y", True), ("%d %b %Y", False), ("%Y-%m-%d", False), ("%Y%m%d", False)],
)
def test_some_formats_settle_the_order_of_figures(form: str, settled: bool) -> None:
    """Only one with day, month and year in figures, the year last, says what 01/02/2026 means."""
    assert date_formats([form]).settled is settled

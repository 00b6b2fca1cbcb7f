"""What is looked up in bulk is what counting says, for every day; a verdict is that of the decision table."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
import pytest

from ehcp_timeline.audit.bulk.days import (
    DAYS,
    NEVER,
    DayTable,
    DayTables,
    as_dates,
    between,
    constant,
    earlier,
    either,
    later,
    latest,
    numbered,
    or_never,
    where_true,
)
from ehcp_timeline.audit.bulk.verdicts import REASON_OF, VERDICT_OF, Lines, among, where, worth
from ehcp_timeline.audit.verdicts import TABLE, WORDS, Circumstances, decide, pack
from ehcp_timeline.clock import Count, apply, last_working_day, roll_for_tribunal

EVERY_DAY = [date(1990, 1, 1) + timedelta(days=number) for number in range(25_933)]
COUNTS = [
    Count("within", 12, "months", "included"),
    Count("within", 2, "months", "excluded"),
    Count("at_least_before", 5, "months"),
    Count("not_before_end_of", 2, "months", "excluded"),
    Count("within", 20, "weeks", "excluded"),
    Count("within", 15, "days", "included"),
    Count("before", month=2, day=15),
]


def column(days: Sequence[date]) -> pl.Series:
    """Return dates as day numbers."""
    return pl.Series([day.toordinal() for day in days], dtype=DAYS)


def numbers(*days: int) -> pl.Series:
    """Return day numbers."""
    return pl.Series(days, dtype=DAYS)


@pytest.mark.slow
@pytest.mark.parametrize("count", COUNTS, ids=str)
def test_every_day_of_seventy_years(count: Count) -> None:
    """The table leads from every day of 1990 to 2060 to where counting leads from it."""
    found = as_dates(DayTables().of(count, column(EVERY_DAY))).to_list()

    assert EVERY_DAY[-1] == date(2060, 12, 31)
    assert found == [apply(count, day) for day in EVERY_DAY]


def test_working_days_and_the_tribunal() -> None:
    """The last working day, the Tribunal's rolled day and its 30 working days, for two years."""
    days = [date(2024, 12, 1) + timedelta(days=number) for number in range(400)]
    tables, thirty = DayTables(), Count("within", 30, "working_days", calendar="tribunal")

    assert as_dates(tables.of(last_working_day, column(days))).to_list() == [
        last_working_day(day) for day in days
    ]
    assert as_dates(tables.of(roll_for_tribunal, column(days))).to_list() == [
        roll_for_tribunal(day) for day in days
    ]
    assert as_dates(tables.of(thirty, column(days))).to_list() == [apply(thirty, day) for day in days]


def test_each_day_is_asked_once() -> None:
    """Days are asked for as they turn up, before and after those known, and never twice."""
    asked: list[date] = []

    def ask(day: date) -> date:
        asked.append(day)
        return day + timedelta(days=1)

    table = DayTable(ask)
    middle, first, last = date(2025, 1, 15), date(2025, 1, 1), date(2025, 2, 1)

    assert as_dates(table.of(column([middle, middle]))).to_list() == [date(2025, 1, 16)] * 2
    assert as_dates(table.of(column([first, middle, last]))).to_list() == [
        date(2025, 1, 2),
        date(2025, 1, 16),
        date(2025, 2, 2),
    ]
    assert table.of(column([last, first])).to_list() == [last.toordinal() + 1, first.toordinal() + 1]
    assert asked == [middle, first, last]


def test_no_day_leads_to_no_day() -> None:
    """`NEVER` leads to `NEVER`, beside days and alone, and no day is asked for."""
    table = DayTable(last_working_day)
    friday = date(2025, 5, 23).toordinal()

    assert table.of(numbers(NEVER, friday + 3, NEVER)).to_list() == [NEVER, friday, NEVER]
    assert table.of(numbers(NEVER)).to_list() == [NEVER]
    assert table.of(numbers()).to_list() == []


def test_dates_become_numbers_and_come_back() -> None:
    """Blanks are `NEVER`; every date comes back as it was."""
    days = [date(1, 1, 1), date(1969, 12, 31), date(1970, 1, 1), date(2025, 1, 1), None]

    numbers = numbered(pl.Series(days, dtype=pl.Date))

    assert numbers.to_list() == [1, 719_162, 719_163, date(2025, 1, 1).toordinal(), NEVER]
    assert as_dates(numbers).to_list() == days


def test_the_earliest_and_the_latest_of_several() -> None:
    """The earliest is never `NEVER` where a day stands; the latest is 0 where none does."""
    one, two = numbers(5, NEVER, NEVER), numbers(7, 3, NEVER)

    assert earlier(one, two).to_list() == [5, 3, NEVER]
    assert later(one, two).to_list() == [7, NEVER, NEVER]
    assert latest([one, two]).to_list() == [7, 3, 0]
    assert or_never(numbers(7, 0)).to_list() == [7, NEVER]


def test_both_ends_of_a_span_belong_to_it() -> None:
    """A day is inside on the first and on the last day, and `NEVER` is inside nothing."""
    first, last = date(2025, 1, 1), date(2025, 1, 3)
    days = numbers(*(first.toordinal() + step for step in (-1, 0, 2, 3)), NEVER)

    assert between(days, first, last).to_list() == [False, True, True, False, False]
    assert between(days, None, last).to_list() == [True, True, True, False, False]
    assert between(days, first, None).to_list() == [False, True, True, True, False]
    assert between(days, None, None).to_list() == [True, True, True, True, False]


def test_masks_of_nothing() -> None:
    """No mask is a mask that is true nowhere."""
    mask, other = pl.Series([True, False, False]), pl.Series([False, False, True])

    assert either(None, None) is None
    assert either(mask, None) is mask
    assert either(None, mask) is mask
    assert either(mask, other) is not None
    assert where_true(mask | other).to_list() == [0, 2]
    assert constant(4, 2).to_list() == [4, 4]


def test_a_line_for_every_number() -> None:
    """Each packed number is looked up to its line of the table, asked for once or again."""
    words = [
        Circumstances(start="stands"),
        Circumstances(start="stands", now="after"),
        Circumstances(start="stands", answer="after", excuse="stands"),
        Circumstances(start="unreadable"),
    ]
    packed = numbers(*(pack(one) for one in words))
    lines = Lines()

    assert lines.of(packed).to_list() == [TABLE.index(decide(one)) for one in words]
    assert VERDICT_OF[lines.of(packed)].to_list() == ["running", "overdue", "excused", "unknown"]
    assert REASON_OF[lines.of(packed)].to_list() == [None, None, None, "unreadable"]


def test_what_a_word_is_worth() -> None:
    """The worths of its words add up to the number of a record."""
    record = Circumstances(start="stands", nature="minimum", answer="on", ended="no", now="after")

    assert sum(worth(field, getattr(record, field)) for field in WORDS) == pack(record)


def test_words_that_all_clocks_share_are_one_number() -> None:
    """A mask that is true everywhere or nowhere adds a number; any other adds a column."""
    assert where(pl.Series([True, True]), "applies", "no") == 8
    assert where(pl.Series([False]), "applies", "no") == 0
    assert where(None, "applies", "no") == 0
    some = where(pl.Series([True, False]), "applies", "no")
    assert isinstance(some, pl.Series)
    assert some.to_list() == [8, 0]


def test_lines_of_some_verdicts() -> None:
    """The mask over the table is true for the lines of these verdicts alone."""
    mask = among(frozenset({"early", "overdue"}))

    assert {line.verdict for line, true in zip(TABLE, mask, strict=True) if true} == {"early", "overdue"}
    assert not any(
        line.verdict in {"early", "overdue"} for line, true in zip(TABLE, mask, strict=True) if not true
    )

"""Published counts: what pairs of them imply, Kent's real series, and every bad list of counts in words."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.commands.forecast.sentences import caution_words, counts_sentences
from ehcp_timeline.errors import CaseFileError, UsageError
from ehcp_timeline.measure.forecast.counts import (
    CountsTaken,
    PublishedCount,
    clear_on,
    counts_taken,
    drawn_clearance,
    read_counts,
)
from ehcp_timeline.measure.forecast.forecast import forecast_from_counts, net_needed
from ehcp_timeline.measure.forecast.request import ForecastRequest

ROOT = Path(__file__).parents[3]
KENT = ROOT / "examples" / "kent" / "published_series.csv"
REVIEWS = "annual_reviews_past_12_months"


def taken_of(counts: Sequence[PublishedCount]) -> CountsTaken:
    """Return what some counts imply."""
    return counts_taken(counts)


def words_of(
    counts: Sequence[PublishedCount], as_at: date | None = None, target: date | None = None
) -> list[str]:
    """Return what is said of some counts, 52 weeks ahead."""
    asked = ForecastRequest(as_at or counts[-1].day, runs=100, weeks=52, target=target)
    answer = forecast_from_counts(taken_of(counts), asked)
    return list(counts_sentences(answer, taken_of(counts)))


def caution(counts: Sequence[PublishedCount]) -> list[str]:
    """Return why a line through these counts misleads."""
    answer = forecast_from_counts(taken_of(counts), ForecastRequest(counts[-1].day, runs=100))
    return list(caution_words(answer, taken_of(counts)))


def counts_in(text: str) -> CountsTaken:
    """Return the counts of a file."""
    return read_counts(text.encode(), "c.csv")


def kent() -> tuple[PublishedCount, ...]:
    """Return Kent's overdue reviews as it published them."""
    return read_counts(KENT.read_bytes(), "kent.csv", measure=REVIEWS).counts


def test_each_pair_of_kents_counts_says_something_else() -> None:
    """The first pair never clears, the second does in June 2025, both together in December 2026."""
    found = taken_of(kent())

    assert [(one.first_count, one.last_count) for one in found.pairs] == [(12180, 12419), (12419, 8310)]
    assert [one.clear_on for one in found.pairs] == [None, date(2025, 6, 10)]
    assert found.whole is not None
    assert found.whole.clear_on == date(2026, 12, 14)


def test_september_2025_takes_96_a_week() -> None:
    """8,310 over the 608 days from 31 January 2024 to 30 September 2025."""
    assert net_needed(8310, date(2024, 1, 31), date(2025, 9, 30)) == pytest.approx(8310 * 7 / 608)


def test_kent_in_sentences_for_a_councillor() -> None:
    """Each line through the counts and its date, where it rose, and how far apart the dates lie."""
    assert words_of(kent()) == [
        "8,310 cases were counted on 31 January 2024.",
        (
            "Since the count before, on 31 May 2023, the count fell by 4,109 in 35.0 weeks, 117.4 a week. "
            "At that pace it is clear on 10 June 2025."
        ),
        (
            "Since the first count, on 30 September 2022, the count fell by 3,870 in 69.7 weeks, "
            "55.5 a week. At that pace it is clear on 14 December 2026."
        ),
        (
            "Between 30 September 2022 and 31 May 2023 the count rose by 239 in 34.7 weeks, 6.9 a week: "
            "at such a pace it never clears."
        ),
        "So the same counts give anything from 10 June 2025 to 14 December 2026, or never.",
    ]


def test_what_kents_announcement_takes() -> None:
    """Clear by September 2025 takes 95.7 a week, beside what the counts did."""
    assert words_of(kent(), target=date(2025, 9, 30))[-1:] == [
        (
            "To be clear by 30 September 2025 the count must fall by 95.7 a week, every week from "
            "31 January 2024, after everything that comes in: 81% of the pace between the last two counts "
            "(117.4) and 172% of the pace since the first count (55.5)."
        )
    ]


def test_why_a_straight_line_misleads() -> None:
    """That is said, and that so few counts cannot tell chance from change."""
    words = caution(kent())

    assert words[0].startswith("A straight line through two counts takes one stretch of the past for")
    assert words[1] == (
        "2 stretches between counts cannot tell chance from change, so no share of futures is given; "
        "that takes 6, or a case file."
    )


def test_an_old_count_is_said_to_be_old() -> None:
    """After four weeks the age is told, and a date that has passed is told as passed."""
    assert words_of(kent(), date(2024, 2, 27))[0].endswith("on 31 January 2024.")
    told = words_of(kent(), date(2025, 6, 10))
    assert told[0].endswith("on 31 January 2024; that is 70 weeks before 10 June 2025.")
    assert told[1].endswith("At that pace it was clear on 10 June 2025: a newer count would show.")


def test_a_count_that_rises_never_clears() -> None:
    """In words, and without a date."""
    counts = [PublishedCount(date(2025, 1, 1), 100), PublishedCount(date(2025, 1, 29), 108)]

    assert words_of(counts) == [
        "108 cases were counted on 29 January 2025.",
        (
            "Since the count before, on 1 January 2025, the count rose by 8 in 4.0 weeks, 2.0 a week. "
            "At that pace it is never clear."
        ),
    ]


def test_a_count_that_does_not_move_never_clears() -> None:
    """Standing still is told as such."""
    counts = [PublishedCount(date(2025, 1, 1), 100), PublishedCount(date(2025, 1, 29), 100)]

    assert words_of(counts)[1] == (
        "Since the count before, on 1 January 2025, the count has not moved in 4.0 weeks. "
        "At that pace it is never clear."
    )


def test_how_far_dates_lie_apart_is_told_from_the_last_count() -> None:
    """Each stretch's pace is carried on from the last count, so that no date lies in the past."""
    days = [date(2025, 1, 1), date(2025, 1, 29), date(2025, 2, 26)]
    told = words_of([PublishedCount(*one) for one in zip(days, (100, 60, 50), strict=True)])

    assert told[-1] == "So the same counts give anything from 2 April 2025 to 16 July 2025."


def test_many_stretches_that_rose_are_counted() -> None:
    """Two of four, the last not among them: it has a sentence of its own."""
    counts = [
        PublishedCount(date(2025, 1, 1 + 7 * week), count) for week, count in enumerate((90, 91, 92, 80, 81))
    ]
    told = words_of(counts)

    assert "In 2 of 4 stretches the count rose or stood still: at such a pace it never clears." in told


def test_a_count_of_nothing_is_clear() -> None:
    """No rate, no date; and a target takes nothing."""
    counts = [PublishedCount(date(2025, 1, 1), 100), PublishedCount(date(2025, 1, 29), 0)]

    assert words_of(counts) == [
        "0 cases were counted on 29 January 2025.",
        "It is clear.",
    ]
    assert words_of(counts, target=date(2025, 9, 30))[2:] == [
        "Nothing is left to clear by 30 September 2025."
    ]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1040, "At that pace it is clear on 28 January 2045."),
        (1041, "At that pace it is not clear within 20 years."),
    ],
)
def test_no_date_is_named_beyond_twenty_years(count: int, words: str) -> None:
    """1,040 at one a week are twenty years of weeks; one case more is past what can be said."""
    counts = [PublishedCount(date(2025, 2, 15), count + 1), PublishedCount(date(2025, 2, 22), count)]
    told = words_of(counts)

    assert told[1].endswith(words)


@pytest.mark.parametrize(("net", "clear"), [(10.0, date(2025, 1, 15)), (0.0, None), (-3.0, None)])
def test_a_backlog_clears_only_where_it_falls(net: float, clear: date | None) -> None:
    """Standing still and rising are both never."""
    assert clear_on(PublishedCount(date(2025, 1, 1), 20), net) == clear


def test_a_rate_of_next_to_nothing_is_never() -> None:
    """A date in the year 9999 is no answer."""
    assert clear_on(PublishedCount(date(2025, 1, 1), 10_000), 0.01) is None


def test_counts_that_say_what_came_and_went_are_held_against_themselves() -> None:
    """A change that arrivals less completions do not make up is told."""
    text = "date,count,arrivals,completions\n2025-01-01,100,,\n2025-01-29,90,40,45\n"
    found = taken_of(counts_in(text).counts)

    assert found.pairs[0].unexplained == -5
    assert found.arrivals_per_week == 10
    assert any("arrivals less completions are 5 above" in one for one in caution(found.counts))


def test_more_in_than_out_never_clears_in_words() -> None:
    """Completions that do not exceed arrivals are told as never."""
    text = "date,count,arrivals,completions\n2025-01-01,100,,\n2025-01-29,100,40,40\n"
    found = taken_of(counts_in(text).counts)

    sentence = (
        "10.0 a week came in and 10.0 were done: as long as no more is done than comes in, it never clears."
    )
    assert sentence in caution(found.counts)


def test_many_counts_carry_percentiles() -> None:
    """With six pairs the dates have percentiles, in order, and the same seed gives the same."""
    counts = [
        PublishedCount(date.fromordinal(date(2025, 1, 1).toordinal() + 28 * place), count)
        for place, count in enumerate([500, 470, 455, 410, 400, 360, 350, 310])
    ]
    found = drawn_clearance(taken_of(counts), 2000, 7, 520)
    again = drawn_clearance(taken_of(counts), 2000, 7, 520)

    assert found is not None
    assert found == again
    assert found.p50 is not None
    assert found.p85 is not None
    assert counts[-1].day < found.p50 <= found.p85


def test_one_count_gives_no_rate() -> None:
    """A single count is answered in words."""
    counts = [PublishedCount(date(2025, 1, 1), 20)]

    assert words_of(counts) == [
        "20 cases were counted on 1 January 2025.",
        "A rate needs two counts.",
    ]


def test_two_counts_on_one_day_stop_the_run() -> None:
    """Which of two different counts is right nobody can know; both lines are named."""
    with pytest.raises(CaseFileError) as told:
        counts_in("date,count\n2025-01-01,10\n2025-01-01,12\n")

    assert told.value.message == "c.csv: lines 2 and 3 both count 2025-01-01, 10 and 12"


def test_the_same_count_twice_is_one_count() -> None:
    """Two lines that agree are one, and this is said."""
    found = counts_in("date,count\n2025-01-01,10\n2025-01-01,10\n")

    assert len(found.counts) == 1
    assert found.remarks == ("lines 2 and 3 both count 2025-01-01 and agree; one of them is used",)


@pytest.mark.parametrize(
    ("text", "says", "tip"),
    [
        ("", "c.csv is empty", "begin the file with  date,count"),
        ("\n\n", "c.csv is empty", "begin the file with  date,count"),
        ("when,number\n", "c.csv: no column is headed `date`", "begin the file with  date,count"),
        ("date,many\n2025-01-01,3\n", "c.csv: no column is headed `count`", "begin the file with"),
        ("date,count\n", "c.csv: there is no count in it", "one line for each day"),
        ("date,count\n2025-01-01,\n", "c.csv: every line of it is left out", "one line for each day"),
        (
            "date,count\n2025-01-01,many\n",
            "c.csv line 2: the count is not a whole number",
            "write it as 8310",
        ),
        ("date,count\n2025-01-01,3.5\n", "c.csv line 2: the count is not a whole number", "write it as 8310"),
        ("date,count\n2025-01-01,-4\n", "c.csv line 2: the count is below nothing", "0 or more"),
        ("date,count\n2025-01-01,9999999999\n", "the count has 10 digits", "no council has so many"),
        ("date,count\n2025-02-30,4\n", "c.csv line 2: the date is not a real date", "YYYY-MM-DD"),
        ("date,count\n,4\n", "c.csv line 2: the date is blank", "write it as 2024-01-31"),
        ("date,count\n05/31/2023,4\n", "is a date only if the month comes first", "read day first"),
        ("date,overdue,open\n", "c.csv: `overdue` and `open` could each be the count", "head one"),
        ("date,count,count\n", "c.csv: two `count` could each be the count", "head one"),
        (f"date,count\n2025-01-01,{'9' * 131_073}\n", "c.csv is not a list of counts", "begin the file with"),
    ],
)
def test_a_list_that_cannot_be_read_says_where_and_what_to_try(text: str, says: str, tip: str) -> None:
    """Every fault is one line with its place, and one with what to do."""
    with pytest.raises(CaseFileError) as told:
        counts_in(text)

    assert says in told.value.message
    assert tip in told.value.hint


def test_several_measures_want_a_choice() -> None:
    """A file of many measures is not added up; those that are no counts of cases are not offered."""
    with pytest.raises(UsageError) as told:
        read_counts(KENT.read_bytes(), "kent.csv")

    assert told.value.message == "kent.csv holds several measures"
    assert REVIEWS in told.value.hint
    assert "oldest_case_age" not in told.value.hint


def test_a_measure_that_is_no_count_is_refused() -> None:
    """Weeks and percentages do not clear."""
    with pytest.raises(CaseFileError) as told:
        read_counts(KENT.read_bytes(), "kent.csv", measure="oldest_case_age")

    assert told.value.message == "oldest case age is given in weeks"
    assert told.value.hint == "a backlog is a number of cases"


def test_a_mistyped_measure_is_answered_with_the_nearest() -> None:
    """As every other word is."""
    with pytest.raises(UsageError) as told:
        read_counts(KENT.read_bytes(), "kent.csv", measure="anual_reviews_past_12_months")

    assert told.value.hint == f"did you mean {REVIEWS}?"


def test_a_blank_count_is_a_gap_and_is_said() -> None:
    """A line without a count is left out with its number; the others stand."""
    found = counts_in("date,count\n2025-01-31,9\n2025-02-28,\n2025-03-31,7\n")

    assert [one.count for one in found.counts] == [9, 7]
    assert found.remarks == ("line 3: the count is blank, and the line is left out",)


def test_a_month_without_a_day_is_its_last_day() -> None:
    """As councils publish them; the remark says so."""
    found = counts_in("month,count\n2024-02,9\nSept 2022,7\n")

    assert [one.day for one in found.counts] == [date(2022, 9, 30), date(2024, 2, 29)]
    assert found.remarks[0] == "line 2: a month without a day is taken as its last day, 2024-02-29"


@pytest.mark.parametrize(
    "raw",
    [
        b"date;count\r\n31/01/2024;8310\r\n30/09/2022;12180\r\n",
        b"date\tcount\n31/01/2024\t8310\n30/09/2022\t12180\n",
        '\ufeff"Date","Count"\n31 Jan 2024,"8,310"\n30-Sep-2022,12 180\n'.encode(),
        "Date,Count\n2024-01-31,8310.0\n44834,12180\n".encode("utf-16"),
        b"Overdue reviews \x96 cabinet paper\n\nDate,Count\n2024-01-31,8310\n2022-09-30,12180\n",
    ],
    ids=["semicolons", "tabs", "mark and quotes", "utf-16 and Excel's numbers", "banner in Windows-1252"],
)
def test_counts_are_read_however_they_were_saved(raw: bytes) -> None:
    """Delimiters, encodings, banner rows, thousands separators, any order of lines."""
    found = read_counts(raw, "c.csv")

    assert found.counts == (PublishedCount(date(2022, 9, 30), 12180), PublishedCount(date(2024, 1, 31), 8310))


def test_a_workbook_is_named_as_such() -> None:
    """An Excel file is not a list of counts."""
    with pytest.raises(CaseFileError) as told:
        read_counts(b"PK\x03\x04", "c.xlsx")

    assert (told.value.message, told.value.hint) == (
        "c.xlsx is a workbook or an archive",
        "save the counts as CSV",
    )


def test_counts_after_the_day_asked_about_are_left_out() -> None:
    """The day itself counts, the day after does not, and that is said."""
    text = "date,count\n2025-01-30,9\n2025-01-31,8\n2025-02-01,7\n"
    found = read_counts(text.encode(), "c.csv", until=date(2025, 1, 31))

    assert [one.count for one in found.counts] == [9, 8]
    assert found.remarks == ("line 4: 2025-02-01 lies after the as-at date and is left out",)


def test_the_same_seed_gives_the_same_whatever_the_chunks() -> None:
    """Runs go by in chunks, each with a seed of its own; another seed gives another answer."""
    counts = [PublishedCount(date(2025, 1, 1 + 7 * week), 90 - week) for week in range(4)]
    counts += [PublishedCount(date(2025, 2, 1 + 7 * week), 80 + 3 * week % 5) for week in range(4)]

    taken = taken_of(counts)

    assert drawn_clearance(taken, 1001, 3, 520) == drawn_clearance(taken, 1001, 3, 520)
    assert drawn_clearance(taken, 1000, 3, 520) != drawn_clearance(taken, 1000, 4, 520)

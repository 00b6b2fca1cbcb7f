"""Published counts: what pairs of them imply, Kent's real series, and every bad list of counts in words."""

from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.errors import CaseFileError, UsageError
from ehcp_timeline.measure.forecast.counts_file import read_counts
from ehcp_timeline.measure.forecast.snapshots import Snapshot, clear_on, from_counts
from ehcp_timeline.measure.forecast.target import net_needed
from ehcp_timeline.report.forecast_words import snapshot_sentences

ROOT = Path(__file__).parents[3]
KENT = ROOT / "examples" / "kent" / "published_series.csv"
REVIEWS = "annual_reviews_past_12_months"


def kent() -> tuple[Snapshot, ...]:
    """Return Kent's overdue reviews as it published them."""
    return read_counts(KENT.read_text(encoding="utf-8"), "kent.csv", measure=REVIEWS).counts


def test_each_pair_of_kents_counts_says_something_else() -> None:
    """The first pair never clears, the second does in June 2025, both together in December 2026."""
    found = from_counts(kent(), 1000, 1, 260)

    assert [(one.first.count, one.last.count) for one in found.pairs] == [(12180, 12419), (12419, 8310)]
    assert [one.clear_on for one in found.pairs] == [None, date(2025, 6, 10)]
    assert found.whole is not None
    assert found.whole.clear_on == date(2026, 12, 14)


def test_september_2025_takes_96_a_week() -> None:
    """8,310 over the 608 days from 31 January 2024 to 30 September 2025."""
    assert net_needed(8310, date(2024, 1, 31), date(2025, 9, 30)) == pytest.approx(8310 * 7 / 608)


def test_kent_in_sentences_for_a_councillor() -> None:
    """The rates, the date each implies, what the target takes, and why a straight line misleads."""
    sentences = list(snapshot_sentences(from_counts(kent(), 1000, 1, 260), date(2025, 9, 30)))

    assert sentences[0] == (
        "12,180 on 30 September 2022, 12,419 on 31 May 2023: up 239 in 34.7 weeks, 6.9 a week. "
        "At that rate it never clears."
    )
    assert sentences[1].endswith("117.4 a week. At that rate it is clear on 10 June 2025.")
    assert sentences[3] == (
        "To be clear by 30 September 2025 the 8,310 must fall by 95.7 a week, every week from "
        "31 January 2024, after everything that comes in: 81% of the pace between the last two counts "
        "(117.4) and 172% of the pace since the first count (55.5)."
    )
    assert any(one.startswith("A straight line through two counts misleads") for one in sentences)
    assert sentences[-1].startswith("2 pairs of counts cannot tell chance from change")


@pytest.mark.parametrize(("net", "clear"), [(10.0, date(2025, 1, 15)), (0.0, None), (-3.0, None)])
def test_a_backlog_clears_only_where_it_falls(net: float, clear: date | None) -> None:
    """Standing still and rising are both never."""
    assert clear_on(Snapshot(date(2025, 1, 1), 20), net) == clear


def test_a_rate_of_next_to_nothing_is_never() -> None:
    """A date in the year 9999 is no answer."""
    assert clear_on(Snapshot(date(2025, 1, 1), 10_000), 0.01) is None


def test_counts_that_say_what_came_and_went_are_held_against_themselves() -> None:
    """A change that arrivals less completions do not make up is told."""
    text = "date,count,arrivals,completions\n2025-01-01,100,,\n2025-01-29,90,40,45\n"
    found = from_counts(read_counts(text, "c.csv").counts, 100, 1, 52)

    assert found.pairs[0].unexplained == -5
    assert found.arrivals_per_week == 10
    assert any("arrivals less completions are 5 above" in one for one in snapshot_sentences(found, None))


def test_more_in_than_out_never_clears_in_words() -> None:
    """Completions that do not exceed arrivals are told as never."""
    text = "date,count,arrivals,completions\n2025-01-01,100,,\n2025-01-29,100,40,40\n"
    found = from_counts(read_counts(text, "c.csv").counts, 100, 1, 52)

    sentence = (
        "10.0 a week came in and 10.0 were done: as long as no more is done than comes in, it never clears."
    )
    assert sentence in list(snapshot_sentences(found, None))


def test_many_counts_carry_percentiles() -> None:
    """With six pairs the dates have percentiles, in order, and the same seed gives the same."""
    counts = [Snapshot(date(2025, 1, 1 + 7 * week // 7 * 1), 0) for week in range(0)]
    counts = [
        Snapshot(date.fromordinal(date(2025, 1, 1).toordinal() + 28 * place), count)
        for place, count in enumerate([500, 470, 455, 410, 400, 360, 350, 310])
    ]
    found = from_counts(counts, 2000, 7, 520).clearance
    again = from_counts(counts, 2000, 7, 520).clearance

    assert found is not None
    assert found == again
    assert found.p50 is not None
    assert found.p85 is not None
    assert counts[-1].day < found.p50 <= found.p85


def test_one_count_gives_no_rate() -> None:
    """A single count is answered in words."""
    found = from_counts([Snapshot(date(2025, 1, 1), 20)], 100, 1, 52)

    assert list(snapshot_sentences(found, None)) == ["One count, 20 on 1 January 2025: a rate needs two."]


def test_two_counts_on_one_day_stop_the_run() -> None:
    """Which of two different counts is right nobody can know; both lines are named."""
    with pytest.raises(CaseFileError) as told:
        read_counts("date,count\n2025-01-01,10\n2025-01-01,12\n", "c.csv")

    assert told.value.message == "c.csv: lines 2 and 3 both count 2025-01-01, 10 and 12"


def test_the_same_count_twice_is_one_count() -> None:
    """Two lines that agree are one, and this is said."""
    found = read_counts("date,count\n2025-01-01,10\n2025-01-01,10\n", "c.csv")

    assert len(found.counts) == 1
    assert found.remarks == ("lines 2 and 3 both count 2025-01-01 and agree; one of them is used",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column is headed `date`"),
        ("date,number\n2025-01-01,3\n", "no column is headed `count`"),
        ("date,count\n", "there is no count in it"),
        ("date,count\n2025-01-01,many\n", "line 2: count is not a whole number of cases"),
        ("date,count\n2025-01-01,-4\n", "line 2: count is not a whole number of cases"),
        ("date,count\n2025-02-30,4\n", "line 2: the date is no day of the calendar"),
        ("date,count\n2025-01-01,\n", "line 2: the count is blank"),
    ],
)
def test_a_list_that_cannot_be_read_says_where(text: str, says: str) -> None:
    """Every fault is one line with its place."""
    with pytest.raises(CaseFileError) as told:
        read_counts(text, "c.csv")

    assert says in told.value.message


def test_several_measures_want_a_choice() -> None:
    """A file of many measures is not added up."""
    with pytest.raises(UsageError) as told:
        read_counts(KENT.read_text(encoding="utf-8"), "kent.csv")

    assert told.value.message == "kent.csv holds several measures"
    assert REVIEWS in told.value.hint


def test_thousands_separators_and_unordered_lines_are_read() -> None:
    """Counts are put in order of their days."""
    found = read_counts('date,count\n31/01/2024,"8,310"\n30/09/2022,"12,180"\n', "c.csv")

    assert [one.count for one in found.counts] == [12180, 8310]

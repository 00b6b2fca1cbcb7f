"""A scorecard as at a day in the past is what a file cut at that day gives."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ehcp_timeline.measure.kpi.cases import count_file, tallies_of
from tests.commands.scorecard.counted import (
    CASES,
    Read,
    by_label,
    card,
    chosen,
    count,
    law,
    monthly,
    question,
    read,
)

AS_AT = date(2025, 3, 31)
TOPICS = (
    "requests",
    "decisions",
    "plans",
    "no_plan",
    "open",
    "advice",
    "reviews",
    "phase",
    "tribunal",
    "replies",
)
STATES = (
    "open_",
    "plans_overdue",
    "oldest",
    "mean_weeks_open",
    "reviews_overdue",
    "reviews_waiting",
    "appeals_open",
)


@pytest.fixture(scope="module")
def held() -> Read:
    """The cases, read once."""
    return read(CASES, AS_AT)


def _cut(held: Read, day: date) -> Read:
    """Return the file as it was on a day: later dates blank, planned ones kept."""
    rulebook = law()
    events = [name for name in held.columns if name in rulebook.events and name not in rulebook.planned]
    batches = [
        replace(
            batch,
            frame=batch.frame.with_columns(
                pl.when(pl.col(name) <= day).then(pl.col(name)).alias(name) for name in events
            ),
        )
        for batch in held.batches
    ]
    return Read(held.columns, batches)


def _sums(held: Read, day: date, topic: str) -> dict[str, pl.DataFrame]:
    """Return what is counted of one topic, by district and month, before it is laid out in lines."""
    asked = question(day, "district", *(one.id for one in chosen() if one.topic == topic))
    tallies = tallies_of(asked)
    count_file(asked, held.columns, held.batches, tallies)
    sums = {
        f"{name} {key}": tally.summed(key).with_columns(pl.col(pl.Categorical).cast(pl.String))
        for name, tally in tallies.items()
        for key in tally.frames
    }
    return {name: frame.sort(frame.columns) for name, frame in sums.items()}


@pytest.mark.slow
@pytest.mark.parametrize("month", range(1, 13))
def test_every_day_of_a_year(held: Read, month: int) -> None:
    """On each day of 2024 the counts of one topic, by district, are those of the file cut at that day."""
    first, after = date(2024, month, 1), date(2024 + month // 12, month % 12 + 1, 1)
    for number in range((after - first).days):
        day = first + timedelta(days=number)
        topic = TOPICS[day.toordinal() % len(TOPICS)]
        whole, cut = _sums(held, day, topic), _sums(_cut(held, day), day, topic)
        assert whole.keys() == cut.keys()
        for name, frame in whole.items():
            assert_frame_equal(frame, cut[name], check_exact=True)


@pytest.mark.slow
@pytest.mark.parametrize("month", range(1, 13))
def test_every_measure_at_the_middle_of_each_month(held: Read, month: int) -> None:
    """Every measure at once, too."""
    day = date(2024, month, 15)
    asked = question(day)

    assert_frame_equal(
        count(held, asked, "quarter"), count(_cut(held, day), asked, "quarter"), check_exact=True
    )


def test_later_days_are_not_what_earlier_ones_are(held: Read) -> None:
    """The day matters: the comparison above could fail."""
    one, other = (
        count(held, question(day, None, "open_assessments"), "year") for day in (date(2024, 3, 1), AS_AT)
    )

    assert one["open_assessments"].to_list() != other["open_assessments"].to_list()


@pytest.mark.slow
def test_a_series_is_the_scorecard_of_every_month_end() -> None:
    """Each month of --series monthly is what --as-at its last day gives; the last is as at the day itself."""
    as_at = date(2024, 8, 20)
    found = by_label(monthly(CASES, as_at, date(2024, 1, 31), *STATES).lines, "month")

    assert list(found) == [f"2024-{month:02}" for month in range(1, 9)]
    for month, line in found.items():
        year, number = map(int, month.split("-"))
        day = min(date(year, number + 1, 1) - timedelta(days=1), as_at)
        alone = by_label(card(CASES, day, "month").lines, "month")[month]
        assert {one.id: line[one.id] for one in chosen(*STATES)} == {
            one.id: alone[one.id] for one in chosen(*STATES)
        }


def test_a_refusal_that_is_reversed_is_not_open_in_between() -> None:
    """R04 was refused on 4 March and agreed on 15 April: at the end of March it was not open."""
    names = ("open_assessments",)
    found = by_label(monthly(CASES, date(2024, 5, 31), date(2024, 1, 31), *names).lines, "month")
    held = read(CASES, AS_AT)
    alone = Read(
        held.columns,
        [replace(batch, frame=batch.frame.filter(pl.col("case_id") == "R04")) for batch in held.batches],
    )
    by_month = {day: count(alone, question(day, None, *names), "month")["open_assessments"][-1] for day in (
        date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30))}  # fmt: skip

    assert list(by_month.values()) == [1, 0, 1]
    assert len(found) == 5

"""The illustrative council of docs/method.md: two orders of work, two dates, two rates, one straight line."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from ehcp_timeline.measure.forecast.behind import naive_weeks
from ehcp_timeline.measure.forecast.days import day_number
from ehcp_timeline.measure.forecast.present import IN_TIME_FIRST, OLDEST_FIRST, Present, WorkOrder, present
from ehcp_timeline.measure.forecast.simulate import Kept, Plan, run, start_of
from ehcp_timeline.measure.pace import percentile
from tests.commands.forecast.files import AS_AT, illustrative, work_in

WEEKS = 208
YEAR = 52


@cache
def now() -> Present:
    """Return what its case file says."""
    with TemporaryDirectory() as folder:
        work = work_in(illustrative(Path(folder) / "cases.csv"), AS_AT)
    return present(work, day_number(AS_AT), WEEKS)


@cache
def kept() -> Mapping[str, Kept]:
    """Return five hundred runs under three orders of work, with quarters of 13 weeks."""
    plan = Plan(frozenset({YEAR}), tuple(str(week // 13) for week in range(WEEKS)))
    orders = {"oldest-first": OLDEST_FIRST, "in-time-first": IN_TIME_FIRST, "split": WorkOrder(0.5, 0.5, 0)}
    return run(start_of(now()), orders, plan, 500, 1)


def weeks_to_clear(order: str) -> int:
    """Return the week in which half of the runs are clear."""
    return int(percentile(kept()[order].cleared, 50))


def rates(order: str) -> list[float]:
    """Return the percentage issued in time in each of the first four quarters, in the middle run."""
    return [percentile(spread, 50) / 10 for spread in (kept()[order].rates[at] for at in "0123")]


def test_the_file_is_the_council() -> None:
    """493 open, 220 late, 15 in and 17 out a week, none in less than 14 weeks."""
    past = now().past

    assert (now().standing.place.size, now().standing.overdue) == (493, 220)
    assert (past.requests.mean(), past.issued.mean(), past.stages[0].least) == (15, 17, 14)


def test_oldest_first_clears_in_97_weeks() -> None:
    """Nobody is overdue once no more than 20 weeks of requests are open: (493 - 20 x 15) / (17 - 15)."""
    assert weeks_to_clear("oldest-first") == 97


def test_in_time_first_clears_in_142_weeks() -> None:
    """The late are done once no more than 14 weeks of requests are open: (493 - 14 x 15) / (17 - 15)."""
    assert weeks_to_clear("in-time-first") == 142


def test_the_straight_line_says_110_weeks_whatever_the_order() -> None:
    """220 / (17 - 15) lies between the two and is right for neither."""
    assert naive_weeks(now().standing.overdue, 17, 15) == 110
    assert weeks_to_clear("oldest-first") < 110 < weeks_to_clear("in-time-first")


def test_oldest_first_has_the_poor_rate() -> None:
    """Of a year's plans none is in time; in time first has nearly all, a split about half."""
    assert rates("oldest-first") == [0, 0, 0, 0]
    assert min(rates("in-time-first")) > 85
    assert all(48 <= rate <= 52 for rate in rates("split"))


def test_in_time_first_has_the_old_cases() -> None:
    """After a year: the oldest case 84 weeks and not 25, 179 families past 52 weeks and not one."""
    after = {order: kept()[order].moments[YEAR] for order in ("oldest-first", "in-time-first")}

    assert [percentile(one["oldest"], 50) for one in after.values()] == [25, 84]
    assert [percentile(one["over_52"], 50) for one in after.values()] == [0, 179]


def test_in_time_first_has_the_longer_list() -> None:
    """After a year 89 are overdue oldest first, 179 in time first; a straight line says 220 - 104 = 116."""
    after = [kept()[order].moments[YEAR]["overdue"] for order in ("oldest-first", "in-time-first")]

    assert [percentile(one, 50) for one in after] == [89, 179]
    assert 89 < 220 - 2 * YEAR < 179

"""The sentences of a forecast, each branch of them, word for word."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.commands.forecast.page import backtest_section, backtest_sentences
from ehcp_timeline.commands.forecast.sentences import (
    change_sentences,
    headline,
    order_words,
    review_sentences,
    season_words,
    target_words,
    templates,
)
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.forecast.backtest import Backtest, BaselineScore, Percentiles, Score, Standpoint
from ehcp_timeline.measure.forecast.behind import SeasonLine, StageLine
from ehcp_timeline.measure.forecast.forecast import (
    CapacityNeeded,
    ForecastAnswer,
    TargetAnswer,
    forecast,
    net_needed,
)
from ehcp_timeline.measure.forecast.outlook import ClearanceDay
from ehcp_timeline.measure.forecast.present import WorkOrder
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.measure.forecast.reviews import ReviewOutlook
from tests.commands.forecast.files import AS_AT, illustrative

DAY = date(2027, 9, 30)
FIRST = (
    "To be clear by 30 September 2027 the overdue cases must fall by 4.2 a week, after all that "
    "become overdue "
    "meanwhile."
)


def _needed(policy: str, p50: int | None, p85: int | None) -> CapacityNeeded:
    """Return what a stage that finishes 17 a week now needs."""
    capacity = (None if more is None else 17.0 + more for more in (p50, p85))
    return CapacityNeeded(policy, p50, p85, *capacity)


def _target(*needed: CapacityNeeded) -> TargetAnswer:
    return TargetAnswer(DAY, 4.23, policies=needed)


def test_a_target_tells_each_order_what_it_takes() -> None:
    """So many a week in all, and how many more that is."""
    target = _target(_needed("oldest-first", 1, 2), _needed("in-time-first", 4, 5))

    assert list(target_words(target, changed=False)) == [
        FIRST,
        "Oldest first: 18.0 a week (+1) make half of all runs clear by then, and 19.0 a week (+2) 85 of 100.",
        (
            "In time first: 21.0 a week (+4) make half of all runs clear by then, and 22.0 a week (+5) "
            "85 of 100."
        ),
    ]


@pytest.mark.parametrize(
    ("needed", "changed", "words"),
    [
        (_needed("x", 0, 0), False, "the 17.0 a week that it finishes now are enough in 85 of 100 runs."),
        (_needed("x", 0, 0), True, "the change is enough in 85 of 100 runs."),
        (
            _needed("x", 0, 2),
            False,
            "17.0 a week (+0) make half of all runs clear by then, and 19.0 a week (+2) 85 of 100.",
        ),
        (
            _needed("x", 1, 2),
            True,
            (
                "1 a week more than the change make half of all runs clear by then, and 2 a week "
                "more than the "
                "change 85 of 100."
            ),
        ),
        (
            _needed("x", 3, None),
            False,
            "20.0 a week (+3) make half of all runs clear by then; no number makes 85 of 100.",
        ),
        (
            _needed("x", None, None),
            False,
            "no number of hands at this stage alone makes half of all runs clear by then.",
        ),
    ],
)
def test_what_a_target_takes_in_words(needed: CapacityNeeded, words: str, *, changed: bool) -> None:
    """Enough now, enough with the change, more, or no number at all."""
    assert list(target_words(_target(needed), changed=changed))[1] == f"X: {words}"


def test_a_target_below_what_the_other_stages_keep_overdue_is_not_called_clear() -> None:
    """Where hands at this stage cannot clear it, they bring it down to what is left: 894."""
    one, none = _needed("x", 2, 13), _needed("y", None, None)

    assert list(target_words(_target(one, none), changed=False, floor=894)) == [
        FIRST.replace("To be clear by", "To be down to 894 by"),
        "X: 19.0 a week (+2) bring half of all runs down to 894 by then, and 30.0 a week (+13) 85 of 100.",
        "Y: no number of hands at this stage alone brings half of all runs down to 894 by then.",
    ]


def test_orders_that_need_the_same_are_told_once() -> None:
    """Four equal sentences are one."""
    same = (_needed("oldest-first", 1, 2), _needed("split", 1, 2))

    assert list(target_words(_target(*same), changed=False))[1:] == [
        (
            "Whatever the order of work, 18.0 a week (+1) make half of all runs clear by then, and "
            "19.0 a week (+2) "
            "85 of 100."
        )
    ]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (WorkOrder(1, 0, 0), "of 100 places 100 go to the oldest case"),
        (
            WorkOrder(0.02, 0.14, 0.84),
            (
                "of 100 places 2 go to the oldest case, 14 to those still in time and 84 to cases in no "
                "order of age"
            ),
        ),
        (WorkOrder(0.004, 0, 0.996), "of 100 places 100 go to cases in no order of age"),
    ],
)
def test_an_order_of_work_is_told_by_its_places(order: WorkOrder, words: str) -> None:
    """A share that rounds to nothing is left out."""
    assert order_words(order) == words


def test_seasons_are_told_with_what_was_seen_of_them() -> None:
    """And a kind of week that was never seen is said to be taken as ordinary."""
    seen = SeasonLine("august", 5, 0.48, 1.13)
    unseen = SeasonLine("christmas", 0, 1, 1)

    assert season_words((seen, unseen)) == (
        "Seasons: in August 48% of an ordinary week's requests and 113% of its work (5 weeks seen); no week "
        "seen at Christmas, so that is taken as ordinary."
    )


def test_reviews_are_told_once_where_the_order_makes_no_difference() -> None:
    """12,419 of 19,078, and in no run clear."""
    never = ClearanceDay(None, None, None, 1.0)
    found = ReviewOutlook(19078, 12419, 126.8, 100.5, 52, {"oldest-first": never, "observed": never})

    assert list(review_sentences(found, None)) == [
        (
            "12,419 of 19,078 reviews are overdue. 126.8 a week fall due over the coming year and "
            "100.5 a week "
            "were decided over the last 52 weeks; each one decided falls due again in twelve months."
        ),
        "Whatever the order of work: not clear within the weeks looked at in any run.",
    ]


def test_reviews_under_each_order_have_their_own_line() -> None:
    """With dates for those percentiles that have one, and the share that never clears."""
    some = ClearanceDay(date(2026, 1, 4), None, None, 0.2)
    every = ClearanceDay(date(2026, 1, 4), date(2026, 2, 1), date(2026, 3, 1), 0.0)
    found = ReviewOutlook(10, 1, 1, 2, 52, {"oldest-first": every, "in-time-first": some})

    assert list(review_sentences(found, None))[1:] == [
        (
            "Oldest first: half of all runs are clear by 4 January 2026, 85 of 100 are clear by 1 "
            "February 2026 "
            "and 95 of 100 are clear by 1 March 2026."
        ),
        (
            "In time first: half of all runs are clear by 4 January 2026 and 20 of 100 runs are not "
            "clear within "
            "the weeks looked at."
        ),
    ]


def test_a_target_takes_what_is_overdue_and_what_falls_due() -> None:
    """8,310 over 608 days are 95.7 a week; 212.7 a week fall due: 308.4."""
    never = ClearanceDay(None, None, None, 1.0)
    found = ReviewOutlook(19468, 8310, 212.7, 186.1, 52, {"observed": never})
    needed = net_needed(8310, date(2024, 1, 31), date(2025, 9, 30)) + 212.7

    assert list(review_sentences(found, TargetAnswer(date(2025, 9, 30), 95.7, needed)))[1] == (
        "To be clear by 30 September 2025 at least 308.4 a week must be decided: those that are overdue, and "
        "those that fall due meanwhile."
    )


def _backtest(coverage: tuple[float, float, float], *, beats: bool) -> Backtest:
    """Return a backtest of eight months with this share of dates that held."""
    points = tuple(Standpoint(date(2025, month, 28), 40, 10, 12, 14, 11) for month in range(1, 9))
    rivals = (BaselineScore("straight_line", 0.4, 2.0), BaselineScore("backlog_over_throughput", -1.0, 6.0))
    error = 1.5 if beats else 2.5
    judged = Percentiles(8, 8, 8)
    score = Score("clearance", 8, judged, Percentiles(*coverage), -0.5, error, rivals, beats)
    return Backtest(8, (score,), points)


def test_a_forecast_that_beats_the_baselines_says_so() -> None:
    """And how many months were scored; a line of the table holds the numbers."""
    found = _backtest((0.5, 0.875, 1.0), beats=True)

    assert list(backtest_sentences(found)) == [
        "Forecasts made at 8 past months, 28 January 2025 to 28 August 2025, held against what came.",
        "Of clearance the forecast was nearer than both baselines.",
    ]
    assert backtest_section(found).rows == (
        ("clearance", "50% of 8", "88% of 8", "100% of 8", "1.5", "2.0", "6.0"),
    )


def test_a_forecast_that_does_not_beat_the_baselines_says_so() -> None:
    """The one that was better is named."""
    assert list(backtest_sentences(_backtest((0.5, 0.875, 1.0), beats=False)))[1:] == [
        "Of clearance the forecast was NO better than a straight line through the last two months' counts.",
    ]


@pytest.mark.parametrize(("held", "warned"), [(0.66, False), (0.64, True)])
def test_forecasts_that_hold_far_too_seldom_are_said_to(held: float, *, warned: bool) -> None:
    """Of P85 dates 65% are the least that chance explains."""
    told = list(backtest_sentences(_backtest((0.5, held, 1.0), beats=True)))

    assert (
        told[-1] == "These forecasts were too sure of themselves: give dates more room than P85 leaves."
    ) is warned


def test_nothing_to_score_is_said() -> None:
    """No past month, no table."""
    section = backtest_section(Backtest(0, (), ()))

    assert section.before == (
        "No past month had weeks enough behind it and after it, and a backlog; nothing can be scored.",
    )
    assert section.rows == ()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> ForecastAnswer:
    """Return a forecast of the illustrative council: 220 overdue."""
    path = illustrative(tmp_path_factory.mktemp("council") / "cases.csv")
    asked = ForecastRequest(AS_AT, runs=100, weeks=60, policies=("observed",))
    return forecast(load_rulebook(), [open_case_file(str(path), vocabulary(), as_at=AS_AT)], asked)


def _answer(found: ForecastAnswer) -> str:
    assert found.now is not None
    return list(headline(found, found.now))[1]


def _changes(found: ForecastAnswer, stage: StageLine) -> list[str]:
    assert found.now is not None
    assert found.history is not None
    return list(change_sentences(replace(found, stages=(stage,)), found.history))


CLEAR = date(2026, 1, 4)


@pytest.mark.parametrize(
    ("clear", "words"),
    [
        (
            ClearanceDay(CLEAR, date(2026, 2, 1), None, 0.1),
            (
                "As cases are taken now, it is clear by 4 January 2026 in half of 100 simulated "
                "futures, and by "
                "1 February 2026 in 85 of 100."
            ),
        ),
        (
            ClearanceDay(CLEAR, None, None, 0.4),
            (
                "As cases are taken now, it is clear by 4 January 2026 in half of 100 simulated futures; by "
                "26 July 2026 it is still not in 40 of 100."
            ),
        ),
        (
            ClearanceDay(None, None, None, 0.51),
            (
                "As cases are taken now, it will probably not be clear by 26 July 2026: 51 of 100 simulated "
                "futures say not."
            ),
        ),
    ],
)
def test_the_answer_says_how_likely_it_is(found: ForecastAnswer, clear: ClearanceDay, words: str) -> None:
    """Two dates; one and what is left over; or none."""
    one = replace(found.policies[0], clearance=clear)

    assert _answer(replace(found, policies=(one,))) == words


def test_what_would_change_it_begins_where_cases_wait(found: ForecastAnswer) -> None:
    """What comes to the narrowest stage, what leaves it, and what is left between the two."""
    (stage,) = found.stages
    fast = replace(stage, arrivals_per_week=15.0, completions_per_week=17.0)
    slow = replace(stage, arrivals_per_week=17.0, completions_per_week=15.0)
    opening = (
        "The file has no dates between request and plan, so that is taken as one stage: over the last 52 "
        "weeks "
    )

    assert _changes(found, fast) == [
        f"{opening}15.0 a week came to it and 17.0 left it.",
        "The 2.0 a week that it finishes beyond what comes are all that shortens its queue.",
    ]
    assert _changes(found, slow) == [
        f"{opening}17.0 a week came to it and 15.0 left it.",
        "To stand still it must finish 17.0 a week, 2.0 more than it does.",
    ]


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (220, ("the backlog never clears at this rate: it is clear by 26 July 2026 in none of 100 simulated "
              "futures, and about 220 are overdue then.")),
        (219, ("it is clear by 26 July 2026 in none of 100 simulated futures; about 219 are still "
              "overdue then.")),
    ],
)  # fmt: skip
def test_never_is_said_of_what_does_not_fall(found: ForecastAnswer, last: int, words: str) -> None:
    """A backlog of 220 that is 220 after a year never clears; one of 219 may, later."""
    chosen = found.policies[0]
    path = (*chosen.path[:-1], replace(chosen.path[-1], overdue_p50=last))
    one = replace(chosen, clearance=ClearanceDay(None, None, None, 1.0), path=path)

    assert _answer(replace(found, policies=(one,))) == f"As cases are taken now, {words}"


def test_a_backlog_within_what_counts_as_clear_is_clear_now(found: ForecastAnswer) -> None:
    """At 220 of 220 it is; at 219 it is not."""
    clear = _answer(replace(found, clear_at=220))

    assert clear.startswith(
        "That counts as clear now: clear means no more than 220 overdue. As cases are taken"
    )
    assert not _answer(replace(found, clear_at=219)).startswith("That counts as clear")


def test_every_sentence_of_the_table_is_said_somewhere() -> None:
    """The code names each of them; a sentence that nothing says would be forgotten."""
    folder = Path(__file__).parents[3] / "src" / "ehcp_timeline" / "commands" / "forecast"
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    put_together = {"pace_break", "pace_trend", "straight_line", "backlog_over_throughput"}

    assert {name for name in templates() if f"'{name}'" not in code.replace('"', "'")} == put_together

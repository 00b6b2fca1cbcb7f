"""What is asked of a forecast, and what is to be changed in it."""

from datetime import date

from ehcp_timeline.measure.answer import NOT_IN_JSON
from ehcp_timeline.measure.terms import SchoolDays
from ehcp_timeline.record import Whole, field, record

OBSERVED = "observed"
POLICIES = ("oldest-first", "in-time-first", "split", OBSERVED)
CATCH_UP_WEEKS = 13
EVERY_TEAM = "all"
MOST_LOST = 95
"""Percent of all working time that may be lost beyond what was lost so far."""


@record(frozen=True, slots=True)
class WhatIf:
    """What was changed from how things went so far; 0 is nothing.

    Attributes:
        capacity: Plans a week more at the narrowest stage.
        since: Day from which more is done; null for the as-at date.
        psychologists: Educational psychologists more.
        advice_each: Advice that each of them gives a week.
        requests: Percent more requests.
        shrinkage: Percent of all working time lost to leave and vacancies beyond what was lost so far.
        catch_up: Plans a week that a catch-up team does.
        catch_up_weeks: For so many weeks.
        name: Name of the scenario; empty for what the command line changes.
        vacancies: In percent of each team's posts, or of `all`, beyond those vacant so far.
        policy: Order of work of the scenario.
    """

    capacity: float = 0
    since: date | None = None
    psychologists: float = 0
    advice_each: float = 1
    requests: float = 0
    shrinkage: float = 0
    catch_up: float = 0
    catch_up_weeks: Whole = CATCH_UP_WEEKS
    name: str = field(default="", metadata=NOT_IN_JSON)
    vacancies: tuple[tuple[str, float], ...] = field(default=(), metadata=NOT_IN_JSON)
    policy: str = field(default=OBSERVED, metadata=NOT_IN_JSON)

    @property
    def changed(self) -> bool:
        """Whether anything is changed."""
        return any((self.capacity, self.psychologists, self.requests, self.shrinkage, self.catch_up))


NOTHING = WhatIf()


@record(frozen=True, slots=True)
class ForecastRequest:
    """What is asked of a forecast.

    Attributes:
        split: Share of the places that `split` keeps for the oldest.
        target: Day by which none shall be overdue.
        clear_at: Overdue cases at which the backlog is clear; None: as few as can be.
        narrowest: Name of the stage taken to be the narrowest; empty leaves it to the data.
        window: Weeks behind that rates are taken over.
        intake_weeks: Weeks of requests to plan for; 0 for none.
        track_record: Whether past forecasts of the next quarter are scored.
    """

    as_at: date
    seed: int = 20140901
    runs: int = 1000
    weeks: int = 156
    policies: tuple[str, ...] = POLICIES
    split: float = 0.5
    what_if: WhatIf = NOTHING
    target: date | None = None
    clear_at: int | None = None
    narrowest: str = ""
    window: int = 52
    closures: tuple[SchoolDays, ...] = ()
    per_case: bool = False
    save_list: bool = False
    intake_weeks: int = 0
    backtest: bool = False
    track_record: bool = False
    scenarios: tuple[WhatIf, ...] = ()

    @property
    def main_policy(self) -> str:
        """The observed order of work, or the first that is asked for."""
        return OBSERVED if OBSERVED in self.policies else self.policies[0]

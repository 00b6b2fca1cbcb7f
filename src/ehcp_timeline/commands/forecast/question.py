"""What is asked of a forecast."""

from dataclasses import dataclass
from datetime import date

from ehcp_timeline.commands.forecast.model.present import YEAR
from ehcp_timeline.commands.forecast.results.intake import SchoolClosure
from ehcp_timeline.commands.forecast.simulate.what_if import NOTHING, WhatIf

OBSERVED = "observed"
POLICIES = ("oldest-first", "in-time-first", "split", OBSERVED)


@dataclass(frozen=True, slots=True)
class ForecastRequest:
    """What is asked of a forecast.

    Attributes:
        as_at: The day it stands at.
        seed: Seed of the runs.
        runs: How many runs.
        weeks: Weeks to look ahead.
        policies: Which orders of work, of `POLICIES`.
        split: Share of the places that `split` keeps for the oldest.
        what_if: What is changed.
        target: Day by which none shall be overdue; None where nobody asked.
        clear_at: Overdue cases at which the backlog is clear; None leaves it to `Present.clear_at`.
        narrowest: Name of the stage taken to be the narrowest; empty leaves it to the data.
        window: Weeks behind that rates are taken over.
        closures: School closures.
        per_case: Whether each open case is followed.
        save_list: Whether the save list is made.
        intake_weeks: Weeks of requests to plan for; 0 for none.
        backtest: Whether past forecasts are made and scored.
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
    window: int = YEAR
    closures: tuple[SchoolClosure, ...] = ()
    per_case: bool = False
    save_list: bool = False
    intake_weeks: int = 0
    backtest: bool = False

"""Named what-ifs side by side: what each changes, and what it leads to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np

from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.forecast.model.arrays import WEEK
from ehcp_timeline.measure.forecast.model.caseload import Caseload
from ehcp_timeline.measure.forecast.request import EVERY_TEAM, Scenario, WhatIf
from ehcp_timeline.measure.forecast.results.outlook import Outlook


@dataclass(frozen=True, slots=True)
class ScenarioOutlook:
    """What one scenario leads to.

    Attributes:
        what_if: What it changes; vacancies are in `shrinkage`, by the share of the closed cases that each
            team had.
        vacancies: Percent of each team's posts that are vacant beyond those that were so far.
    """

    name: str
    what_if: WhatIf
    vacancies: Mapping[str, float]
    outlook: Outlook


def with_vacancies(scenario: Scenario, work: Caseload, weeks: int) -> WhatIf:
    """Return the change of a scenario, its vacancies as working time lost by all.

    Args:
        scenario: The scenario.
        work: The file.
        weeks: Weeks behind that a team's share of the closed cases is taken over.

    Raises:
        UsageError: The file has no such team, or the team closed nothing lately.
    """
    if not scenario.vacancies:
        return scenario.what_if
    lately = (work.done > work.day - WEEK * weeks) & (work.done <= work.day)
    closed = Counter(work.team[place] for place in np.flatnonzero(lately).tolist() if work.team)
    teams = sorted(filter(None, closed))
    lost = 0.0
    for team, percent in scenario.vacancies.items():
        if team == EVERY_TEAM:
            lost += percent
            continue
        if not closed[team]:
            near = get_close_matches(team, teams, n=1)
            tip = f"did you mean {near[0]}?" if near else f"one of {', '.join(teams)}"
            raise UsageError(
                f"scenario `{scenario.name}`: no team `{team}` closed a case in the last {weeks} weeks",
                tip if teams else 'add the column team, or write  vacancies = "10%"  for all',
            )
        lost += percent * closed[team] / closed.total()
    kept = (1 - scenario.what_if.shrinkage / 100) * (1 - lost / 100)
    return replace(scenario.what_if, shrinkage=round(100 * (1 - kept), 6))

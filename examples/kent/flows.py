"""How many cases enter, pass and leave each stage in each month: whole numbers only, nothing drawn.

The printed tables fix some of these numbers, `assumed_months.csv` the rest, and what is left over follows
from the stocks that were printed: whoever is open at the end of a month was open at its start or asked in
it, and did not leave in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kent.days import Month, month
from kent.fitting import Share, share_of, shares_of_one_whole, shares_with_total, tenths
from kent.published import TOTAL, AssumedMonth, Published

OPENING_UNDECIDED = 430
"""Requests without a decision on the first day of the file."""
EXCEPTION_TENTHS = 65
"""6.5% of plans have an exception recorded, as in England."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One month.

    Attributes:
        month: The month.
        requests: Requests received.
        withdrawn_undecided: Requests withdrawn before a decision.
        decisions: Decisions whether to assess, by district where the paper prints districts, else under "":
            how many within 6 weeks, of how many.
        refused: How many of the decisions are refusals.
        plans: Plans issued: how many within 20 weeks, of how many.
        over_a_year: Plans issued more than 365 days after the request.
        exceptions: Exceptions recorded: how many on plans within 20 weeks, of how many.
        no_plan: Decisions after an assessment that no plan is needed.
        withdrawn: Withdrawn after the decision to assess.
        moved_away: Moved away after the decision to assess.
    """

    month: Month
    requests: int
    withdrawn_undecided: int
    decisions: Mapping[str, Share]
    refused: int
    plans: Share
    over_a_year: int
    exceptions: Share
    no_plan: int
    withdrawn: int
    moved_away: int

    @property
    def decided(self) -> int:
        """Decisions in the month."""
        return sum(share.whole for share in self.decisions.values())

    @property
    def left(self) -> int:
        """Assessments that were agreed to and ended in the month."""
        return self.plans.whole + self.no_plan + self.withdrawn + self.moved_away


@dataclass(frozen=True, slots=True)
class Flows:
    """Every month, and the assessments agreed to before the first of them and still open."""

    months: tuple[Flow, ...]
    opening_agreed: int


def flows(published: Published) -> Flows:
    """Work every month out."""
    undecided, agreed = OPENING_UNDECIDED, 0
    months: list[Flow] = []
    opening_agreed = 0
    for assumed in published.months:
        flow = _flow(published, assumed, undecided, agreed)
        undecided += flow.requests - flow.withdrawn_undecided - flow.decided
        agreed += flow.decided - flow.refused - flow.left
        months.append(flow)
        stock = _stock(published, flow.month)
        if stock is not None and not opening_agreed:
            opening_agreed = stock - undecided - agreed
            agreed += opening_agreed
    return Flows(tuple(months), opening_agreed)


def _flow(published: Published, assumed: AssumedMonth, undecided: int, agreed: int) -> Flow:
    span = month(assumed.month)
    requests = published.requests(assumed) or _requests_fitting_shares(published, span)
    decisions = _decisions(published, assumed, undecided + requests - assumed.withdrawn_undecided)
    within = _in_20_weeks(published, assumed)
    flow = Flow(
        month=span,
        requests=requests,
        withdrawn_undecided=assumed.withdrawn_undecided,
        decisions=decisions,
        refused=0,
        plans=within,
        over_a_year=assumed.over_a_year,
        exceptions=_exceptions(within, printed=assumed.in_20_weeks is None),
        no_plan=assumed.no_plan,
        withdrawn=assumed.withdrawn,
        moved_away=assumed.moved_away,
    )
    if assumed.refused_pct is not None:
        return replace(flow, refused=flow.decided * assumed.refused_pct // 100)
    stock = _stock(published, span) or 0
    still_open = undecided + agreed + requests - flow.withdrawn_undecided - flow.left
    return replace(flow, refused=still_open - stock)


def _stock(published: Published, span: Month) -> int | None:
    """Open assessments that the papers print for the last day of a month."""
    for measure in ("open_assessments", "outstanding_cases"):
        if (measure, span.last) in published.series:
            return int(published.series[measure, span.last])
    return None


def _requests_fitting_shares(published: Published, span: Month) -> int:
    """How many requests print as the month's shares of parents and schools, near 350."""
    printed = [published.tenths(f"requests_from_{who}_pct", span.last) or 0 for who in ("parents", "schools")]
    return shares_of_one_whole(printed, wanted=350)[0].whole


def _decisions(published: Published, assumed: AssumedMonth, waiting: int) -> dict[str, Share]:
    """Decisions within 6 weeks, of decisions, by district where the paper prints them by district."""
    printed = dict(published.six_weeks.get(assumed.month, {}))
    if printed:
        total = printed.pop(TOTAL)
        share_pct = {district.name: district.share_pct for district in published.districts}
        wanted = {name: max(3, (assumed.decisions or 0) * share_pct[name] // 100) for name in printed}
        return shares_with_total(printed, total, wanted)
    left = assumed.undecided_at_end
    if left is None:
        left = int(published.series["open_assessments_no_decision", month(assumed.month).last])
    decided = waiting - left
    return {"": Share(decided * (assumed.in_6_weeks_pct or 0) // 100, decided)}


def _in_20_weeks(published: Published, assumed: AssumedMonth) -> Share:
    """Plans within 20 weeks, of plans: assumed, or fitted to the printed percentage."""
    if assumed.in_20_weeks is not None:
        return Share(assumed.in_20_weeks, assumed.plans)
    printed = published.tenths("issued_within_20_weeks_pct", month(assumed.month).last)
    return share_of(printed or 0, assumed.plans)


def _exceptions(plans: Share, *, printed: bool) -> Share:
    """Plans with an exception: within 20 weeks, of all. A printed percentage stays the same without them."""
    wanted = plans.whole * EXCEPTION_TENTHS // 1000
    if not printed:
        return Share(plans.part * EXCEPTION_TENTHS // 1000, wanted)
    choices = [
        Share(part, whole)
        for whole in range(2 * wanted + 1)
        for part in range(min(plans.part, whole) + 1)
        if tenths(plans.part - part, plans.whole - whole) == tenths(plans.part, plans.whole)
    ]
    return min(choices, key=lambda share: abs(share.whole - wanted))

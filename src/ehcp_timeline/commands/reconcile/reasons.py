"""Why the law and the DfE's rule count one plan differently: a permanent word, and a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ehcp_timeline.law.rulebook import Rulebook

Counted = Literal["in time", "late", "left out"]
KINDS = {
    "exception": "an exception is recorded",
    "excused": "late, with an excuse that no date refutes",
    "other-time-limit": "another time limit takes the place of the 20 weeks",
    "no-request-date": "no request date",
    "other-start": "the law counts from another day than the request",
    "other-due-day": "the law sets another last day",
    "transferred-in": "another authority's plan",
    "request-after-plan": "the request is dated after the plan",
    "plan-before-start": "the plan is dated before the law's clock starts",
    "not-judged": "the law's answer is not known",
    "no-clock": "no clock of the law runs",
}
"""Every kind of difference, in words."""
_INSTEAD = ("order_made", "tribunal_told_unopposed", "mediation_agreed")


@dataclass(frozen=True, slots=True)
class Why:
    """Why a plan is counted differently: one of `KINDS`, and a sentence about this plan."""

    kind: str
    words: str


def why_parted(plan: Mapping[str, Any], law: Counted, dfe: Counted, rulebook: Rulebook) -> Why:
    """Return why a plan is counted differently.

    Args:
        plan: Its dates and what is known of its clock.
        law: How the law counts it.
        dfe: How the DfE's rule counts it.
        rulebook: What its events are called.
    """
    if dfe == "left out":
        return _not_by_rule(plan, law)
    if law == "left out":
        return _not_by_law(plan, rulebook)
    if plan["start"] != plan["request_received"]:
        happened = _what(plan, plan["start"], rulebook)
        return Why("other-start", f"the law counts from {plan['start']}: {happened}")
    return Why("other-due-day", f"the law sets another last day: {plan['due']}")


def _not_by_rule(plan: Mapping[str, Any], law: Counted) -> Why:
    """Return why the DfE's rule leaves out a plan that the law counts."""
    if plan["plan_transferred"] is not None:
        on = plan["plan_transferred"]
        return Why("transferred-in", f"transferred in on {on}: the DfE leaves the plan out")
    if plan["request_received"] is None:
        return Why("no-request-date", f"no request date: the law counts from {plan['start']}")
    if plan["plan_issued"] is None or plan["request_received"] > plan["plan_issued"]:
        return Why("request-after-plan", "the request is dated after the plan")
    so = "it was in time all the same" if law == "in time" else "the law finds no excuse that applies"
    return Why("exception", f"an exception is recorded, so the DfE leaves the plan out; {so}")


def _not_by_law(plan: Mapping[str, Any], rulebook: Rulebook) -> Why:
    """Return why the law leaves out a plan that the DfE's rule counts."""
    if plan["start"] is None:
        return Why("no-clock", "no clock of the law runs on this row")
    if plan["verdict"] == "excused":
        return Why("excused", f"late, with an excuse: {plan['excuse']}")
    if plan["ended"] is not None:
        instead = _instead(plan)
        words = f"{_what(plan, instead, rulebook)} ({instead})"
        return Why("other-time-limit", f"{words}: another time limit takes the place of the 20 weeks")
    if plan["answered"] is None and plan["verdict"] != "unknown":
        return Why("plan-before-start", f"the plan is dated before the clock starts on {plan['start']}")
    return Why("not-judged", f"the law's answer is {plan['verdict']}: {plan['reason'] or 'not owed'}")


def _instead(plan: Mapping[str, Any]) -> date:
    """Return the day on which something else took the place of the 20 weeks: an order before a refusal."""
    issued = plan["plan_issued"]
    days = [plan[name] for name in _INSTEAD if plan.get(name) and plan["start"] <= plan[name] <= issued]
    day: date = min(days, default=plan["ended"])
    return day


def _what(plan: Mapping[str, Any], day: date, rulebook: Rulebook) -> str:
    """Return what happened on a day, in the words of events.toml."""
    names = [name for name in rulebook.events if plan.get(name) == day]
    return rulebook.events[names[0]].says if names else "another event"

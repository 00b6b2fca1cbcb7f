"""Why the law and the DfE's rule count one plan differently: a permanent word, and a sentence."""

from collections.abc import Mapping
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


def why_parted(plan: Mapping[str, Any], law: Counted, dfe: Counted, rulebook: Rulebook) -> tuple[str, str]:
    """Return why a plan is counted differently: one of `KINDS`, and a sentence about this plan."""
    if dfe == "left out":
        return _not_by_rule(plan, law)
    if law == "left out":
        return _not_by_law(plan, rulebook)
    if plan["start"] != plan["request_received"]:
        happened = _what(plan, plan["start"], rulebook)
        return "other-start", f"the law counts from {plan['start']}: {happened}"
    return "other-due-day", f"the law sets another last day: {plan['due']}"


def _not_by_rule(plan: Mapping[str, Any], law: Counted) -> tuple[str, str]:
    asked, issued, transferred = plan["request_received"], plan["plan_issued"], plan["plan_transferred"]
    if transferred is not None:
        return "transferred-in", f"transferred in on {transferred}: the DfE leaves the plan out"
    if asked is None:
        return "no-request-date", f"no request date: the law counts from {plan['start']}"
    if issued is None or asked > issued:
        return "request-after-plan", "the request is dated after the plan"
    so = "it was in time all the same" if law == "in time" else "the law finds no excuse that applies"
    return "exception", f"an exception is recorded, so the DfE leaves the plan out; {so}"


def _not_by_law(plan: Mapping[str, Any], rulebook: Rulebook) -> tuple[str, str]:
    start, issued = plan["start"], plan["plan_issued"]
    if start is None:
        return "no-clock", "no clock of the law runs on this row"
    if plan["verdict"] == "excused":
        return "excused", f"late, with an excuse: {plan['excuse']}"
    if plan["ended"] is not None:  # an order before a refusal
        days = [plan[name] for name in _INSTEAD if plan.get(name) and start <= plan[name] <= issued]
        instead = min(days, default=plan["ended"])
        words = f"{_what(plan, instead, rulebook)} ({instead})"
        return "other-time-limit", f"{words}: another time limit takes the place of the 20 weeks"
    if plan["answered"] is None and plan["verdict"] != "unknown":
        return "plan-before-start", f"the plan is dated before the clock starts on {start}"
    return "not-judged", f"the law's answer is {plan['verdict']}: {plan['reason'] or 'not owed'}"


def _what(plan: Mapping[str, Any], day: object, rulebook: Rulebook) -> str:
    says = (event.says for name, event in rulebook.events.items() if plan.get(name) == day)
    return next(says, "another event")

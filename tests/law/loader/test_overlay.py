"""Local rulebooks laid over the law: what they may do, what they may not, and that it is always said."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.verdicts import Working
from ehcp_timeline.cases.model import Row
from ehcp_timeline.errors import RulebookError
from ehcp_timeline.law.loader.rulebook import _outside, load_rulebook
from ehcp_timeline.law.rulebook import Rulebook

EXAMPLES = Path(__file__).parents[3] / "examples"
LAW = load_rulebook()
BILL = """
[[deadline]]
supersedes = "plan.issue"
law = "A bill, clause 1"
says = "within 18 weeks"

  [[deadline.version]]
  from = 2028-09-01
  within = { weeks = 18, start_day = "excluded" }
"""
PROMISE = """
[[deadline]]
id = "local.plan"
duty = "Send the finalised plan, as we promised"
who = "authority"
kind = "local"
law = "Our service standard of 2026"
says = "within 18 weeks"
seen = "primary"
checked = 2026-11-21
starts = "request_received"
met_by = "plan_issued"

  [[deadline.version]]
  from = 2014-09-01
  within = { weeks = 18, start_day = "excluded" }
"""


def _laid(tmp_path: Path, *texts: str) -> Rulebook:
    paths = []
    for number, text in enumerate(texts, 1):
        paths.append(tmp_path / f"overlay-{number}.toml")
        paths[-1].write_text(text, encoding="utf-8")
    return load_rulebook(paths)


def _faults(tmp_path: Path, *texts: str) -> tuple[str, ...]:
    with pytest.raises(RulebookError) as caught:
        _laid(tmp_path, *texts)
    return tuple(fault.replace(f"{tmp_path}/", "") for fault in caught.value.faults)


def _plan(rulebook: Rulebook, day: date, as_at: date) -> Working:
    row = Row(2, "A-1", {"request_received": day})
    return next(one for one in judge_case(rulebook, [row], as_at) if one.clock.deadline == "plan.issue")


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (date(2028, 8, 31), date(2029, 1, 18)),  # 140 days: the law's 20 weeks
        (date(2028, 9, 1), date(2029, 1, 5)),  # 126 days: the bill's 18 weeks
        (date(2028, 9, 2), date(2029, 1, 6)),
    ],
)
def test_the_start_of_the_clock_decides_which_text_governs(tmp_path: Path, start: date, due: date) -> None:
    """The day before, the day and the day after a bill would come into force."""
    assert _plan(_laid(tmp_path, BILL), start, start).clock.due == due


def test_the_laws_version_ends_the_day_before(tmp_path: Path) -> None:
    """The statutory version gets an end, and the overlay's stands beside it with its citation."""
    old, new = _laid(tmp_path, BILL).by_id["plan.issue"].versions

    assert (old.until, old.overlay) == (date(2028, 8, 31), "")
    assert (new.since, new.until, new.overlay) == (date(2028, 9, 1), None, "overlay-1.toml")
    assert (new.law, new.says) == ("A bill, clause 1", "within 18 weeks")


def test_every_line_about_a_superseded_deadline_says_so(tmp_path: Path) -> None:
    """The provision that every output prints names the day, the citation and the overlay."""
    laid = _laid(tmp_path, BILL)

    assert laid.by_id["plan.issue"].law == (
        "SEND-Regs-2014 reg 13(2); from 2028-09-01: A bill, clause 1 (overlay-1.toml)"
    )
    assert [Path(overlay.name).name for overlay in laid.overlays] == ["overlay-1.toml"]
    assert laid.sha256 == LAW.sha256


def test_nothing_else_changes(tmp_path: Path) -> None:
    """Every other deadline, and every other word of this one, is the law's own."""
    laid = _laid(tmp_path, BILL)
    issue, mine = LAW.by_id["plan.issue"], laid.by_id["plan.issue"]

    assert [one for one in laid.deadlines if one.id != "plan.issue"] == [
        one for one in LAW.deadlines if one.id != "plan.issue"
    ]
    assert (mine.starts, mine.met_by, mine.ends) == (issue.starts, issue.met_by, issue.ends)
    assert (mine.excuses, mine.says, mine.duty) == (issue.excuses, issue.says, issue.duty)


def test_a_reading_of_the_old_number_ends_with_it(tmp_path: Path) -> None:
    """Day One of 20 weeks does not dispute 18 weeks; it still disputes the clocks before."""
    laid = _laid(tmp_path, BILL)
    before = _plan(laid, date(2028, 8, 31), date(2028, 9, 1)).clock
    after = _plan(laid, date(2028, 9, 1), date(2028, 9, 1)).clock

    assert before.earliest_reading == date(2029, 1, 17)
    assert (after.earliest_reading, after.latest_reading) == (date(2029, 1, 5), date(2029, 1, 5))


def test_a_trial_gives_way_to_the_law_again(tmp_path: Path) -> None:
    """An overlay with a last day leaves the law standing before it and after it, readings too."""
    laid = _laid(tmp_path, BILL.replace("from = 2028-09-01", "from = 2028-09-01\n  to = 2029-08-31"))
    days = [(one.since, one.until, one.overlay) for one in laid.by_id["plan.issue"].versions]
    read = [(one.since, one.until) for one in laid.by_id["plan.issue"].readings if one.id == "day-one"]

    assert days == [
        (date(2014, 9, 1), date(2028, 8, 31), ""),
        (date(2028, 9, 1), date(2029, 8, 31), "overlay-1.toml"),
        (date(2029, 9, 1), None, ""),
    ]
    assert read == [(None, date(2028, 8, 31)), (date(2029, 9, 1), None)]
    assert _plan(laid, date(2029, 9, 1), date(2029, 9, 1)).clock.due == date(2030, 1, 19)


def test_one_overlay_may_follow_another(tmp_path: Path) -> None:
    """Two bills, each from its day: three texts stand next to each other."""
    second = BILL.replace("2028-09-01", "2030-01-01").replace("18", "16")
    versions = _laid(tmp_path, BILL, second).by_id["plan.issue"].versions

    assert [one.overlay for one in versions] == ["", "overlay-1.toml", "overlay-2.toml"]
    assert [one.limit.limbs[0].count.number for one in versions] == [20, 18, 16]
    assert versions[1].until == date(2029, 12, 31)


def test_a_middle_version_of_the_law_may_be_superseded(tmp_path: Path) -> None:
    """Of three versions of the law, those that the overlay covers give way and the others stand."""
    text = """
    [[deadline]]
    supersedes = "phase.post16"
    law = "A draft"
      [[deadline.version]]
      from = 2015-08-01
      to = 2016-07-31
      before = { month = 4, day = 30, counted = "excluded" }
    """
    versions = _laid(tmp_path, text).by_id["phase.post16"].versions
    count = [(one.since.isoformat(), one.limit.limbs[0].count.month) for one in versions[-3:]]

    assert count == [(versions[-3].since.isoformat(), 3), ("2015-08-01", 4), ("2016-08-01", 3)]


def test_an_overlay_adds_deadlines_and_events(tmp_path: Path) -> None:
    """A new duty from a new event stands after the law's."""
    text = (
        PROMISE.replace('"plan_issued"', '"plan_posted"')
        + '\n[[event]]\nid = "plan_posted"\nsays = "posted"\n'
    )
    laid = _laid(tmp_path, text)

    assert laid.deadlines[-1].id == "local.plan"
    assert laid.deadlines[-1].overlay == "overlay-1.toml"
    assert laid.events["plan_posted"].says == "posted"


def test_the_same_file_twice_is_one_overlay(tmp_path: Path) -> None:
    """A file named in ehcp.toml and again on the command line is laid over once."""
    laid = _laid(tmp_path, PROMISE, PROMISE)

    assert len(laid.overlays) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            PROMISE.replace("local.plan", "plan.issue"),
            (
                "overlay-1.toml: plan.issue: is the law's own id; give the local duty another, or change the "
                'law\'s time limit from a day on with supersedes = "plan.issue"'
            ),
        ),
        (
            BILL.replace('law = "A bill, clause 1"\n', ""),
            "overlay-1.toml: supersedes plan.issue: law is missing",
        ),
        (
            BILL.replace("A bill, clause 1", " "),
            (
                "overlay-1.toml: supersedes plan.issue.law: is empty; cite where the new time limit stands, "
                "or is proposed"
            ),
        ),
        (
            BILL.replace("plan.issue", "plan.isue"),
            "overlay-1.toml: supersedes: unknown deadline 'plan.isue'; did you mean plan.issue?",
        ),
        (
            BILL.replace("says =", 'starts = "draft_sent"\nsays ='),
            (
                "overlay-1.toml: supersedes plan.issue.starts: is the law's own; an overlay changes the time "
                "limit of plan.issue, nothing else of it"
            ),
        ),
        (
            BILL.replace("says =", 'kind = "local"\nsays ='),
            (
                "overlay-1.toml: supersedes plan.issue.kind: is the law's own; an overlay changes the time "
                "limit of plan.issue, nothing else of it"
            ),
        ),
        (
            BILL.replace("says =", "ends = []\nsays ="),
            "overlay-1.toml: supersedes plan.issue.ends: not a word of the rulebook; did you mean means?",
        ),
        (
            BILL.replace("2028-09-01", "2014-09-01"),
            (
                "overlay-1.toml: supersedes plan.issue.version[0].from: must lie after 2014-09-01, the first "
                "day of the law that it supersedes; is 2014-09-01"
            ),
        ),
        (
            BILL.replace("  from = 2028-09-01\n", ""),
            "overlay-1.toml: supersedes plan.issue.version[0]: from is missing",
        ),
        (
            BILL.replace("within", "not_before_end_of"),
            (
                "overlay-1.toml: supersedes plan.issue.version[0]: must be of the same nature as the law's: "
                "a limit, a minimum or a day before"
            ),
        ),
        (
            PROMISE.replace("request_received", "request_recieved"),
            (
                "overlay-1.toml: local.plan.starts: unknown event 'request_recieved'; "
                "did you mean request_received?"
            ),
        ),
        (
            "[[provision]]\nlaw = 'x'\n",
            "overlay-1.toml: provision: not a word of the rulebook",
        ),
        (
            PROMISE + '\n[[event]]\nid = "district"\nsays = "x"\n',
            "overlay-1.toml: event[0]: district is the name of a fact or a flag; give the event another",
        ),
        (
            BILL.replace("from = 2028-09-01", "from = 2028-09-01\n  to = 9999-12-31"),
            "overlay-1.toml: supersedes plan.issue.version[0].to: leave it out where there is no end",
        ),
    ],
)
def test_misuse_is_refused_with_what_to_try(tmp_path: Path, text: str, fault: str) -> None:
    """Whatever would change the law in silence stops the run, with file, place and advice."""
    assert fault in _faults(tmp_path, text)


def test_two_overlays_may_not_supersede_from_one_day(tmp_path: Path) -> None:
    """The second would swallow the first without a trace."""
    found = _faults(tmp_path, BILL, BILL.replace("18", "16"))

    assert found == (
        (
            "overlay-2.toml: supersedes plan.issue.version[0].from: overlay-1.toml supersedes it from "
            "2028-09-01 already; lay overlays in order of their days"
        ),
    )


def test_two_overlays_may_not_hold_one_local_id(tmp_path: Path) -> None:
    """The second would replace the first in silence."""
    found = _faults(tmp_path, PROMISE, PROMISE.replace("18", "16"))

    assert found == ("overlay-2.toml: local.plan: stands twice, in overlay-1.toml too",)


def test_a_full_restatement_is_taken_where_it_agrees_with_the_law(tmp_path: Path) -> None:
    """Who copies the whole deadline and changes the version alone is understood."""
    full = BILL.replace(
        "says =",
        'id = "bill.plan"\nduty = "Send the finalised plan"\nwho = "authority"\nkind = "statutory"\n'
        'met_by = "plan_issued"\nstarts = { earliest = ["request_received", "became_responsible"] }\nsays =',
    )
    laid = _laid(tmp_path, full)

    assert laid.by_id["plan.issue"].versions[-1].limit.limbs[0].count.number == 18
    assert "bill.plan" not in laid.by_id


def test_the_what_if_bill_is_a_scenario_and_says_so() -> None:
    """The shipped scenario supersedes by clock start, adds a duty, and calls itself a supposition."""
    laid = load_rulebook([EXAMPLES / "what-if-bill.toml"])

    assert laid.scenarios == (
        "what-if-bill.toml: a supposition: nobody has proposed these numbers, and they are not law",
    )
    assert _plan(laid, date(2028, 8, 31), date(2028, 9, 1)).clock.due == date(2029, 1, 18)
    assert _plan(laid, date(2028, 9, 1), date(2028, 9, 1)).clock.due == date(2029, 1, 5)
    assert laid.by_id["what_if.key_stage_review"].kind == "guidance"


def test_local_promises_and_the_law_stand_side_by_side() -> None:
    """A council's own earlier target is a clock of its own; the statutory one keeps its day."""
    laid = load_rulebook([EXAMPLES / "local-promises.toml"])
    row = Row(2, "A-1", {"request_received": date(2025, 1, 6), "contact_received": date(2025, 5, 23)})
    due = {one.clock.deadline: one.clock.due for one in judge_case(laid, [row], date(2025, 6, 1))}

    assert due["plan.issue"] == date(2025, 5, 26)
    assert due["local.plan"] == date(2025, 5, 12)
    assert due["local.contact"] == date(2025, 6, 2)  # 26 May is a bank holiday
    assert laid.scenarios == ()


def test_a_trial_leaves_what_is_later_and_what_had_ended_as_it_was() -> None:
    """A version that begins after the trial keeps its first day, one that ended before it its last."""
    version = LAW.by_id["plan.issue"].versions[0]
    old = replace(version, since=date(2014, 9, 1), until=date(2017, 8, 31))
    late = replace(version, since=date(2022, 9, 1), until=None)
    trial = replace(version, since=date(2019, 9, 1), until=date(2020, 8, 31))

    assert [part for version in (old, late) for part in _outside(version, trial)] == [old, late]


def test_a_reading_before_or_after_a_trial_stays_as_it_was() -> None:
    """A reading that had ended keeps its last day, one that begins later its first; one between is cut."""
    version = LAW.by_id["plan.issue"].versions[0]
    trial = replace(version, since=date(2019, 9, 1), until=date(2020, 8, 31))
    reading = next(one for one in LAW.by_id["plan.issue"].readings if one.limit and not one.starts)
    days = [(date(2014, 9, 1), date(2017, 8, 31)), (date(2022, 9, 1), None), (date(2018, 9, 1), None)]
    left = [_outside(replace(reading, since=since, until=until), trial) for since, until in days]

    assert [[(part.since, part.until) for part in parts] for parts in left] == [
        [(date(2014, 9, 1), date(2017, 8, 31))],
        [(date(2022, 9, 1), None)],
        [(date(2018, 9, 1), date(2019, 8, 31)), (date(2020, 9, 1), None)],
    ]

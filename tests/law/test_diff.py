"""What changed between two rulebooks, clause by clause, and which deadlines may answer otherwise for it."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.commands.rules.clauses import change_words
from ehcp_timeline.law.diff import ClauseChange, affected, changes
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Rulebook

FOLDER = Path(__file__).parents[2] / "src" / "ehcp_timeline" / "rulebook"
EXAMPLES = Path(__file__).parents[2] / "examples"
LAW = load_rulebook()


def changed(folder: Path, deadline: str, was: str, written: str) -> Rulebook:
    """Return a copy of the law with one text changed, the first after a deadline's id."""
    copy = folder / "rulebook"
    shutil.copytree(FOLDER, copy)
    for path in copy.glob("*.toml"):
        before, named, after = path.read_text(encoding="utf-8").partition(f'id = "{deadline}"\n')
        if named:
            assert was in after
            path.write_text(before + named + after.replace(was, written, 1), encoding="utf-8")
    return load_rulebook(folder=copy)


TWENTY = "within 20 weeks, the first day not counted"
EVER = "time limit of clocks started from 1 September 2014 on: "
EXCUSE = (
    "SEND-Regs-2014 reg 13(3), applying reg 10(4)(e), inserted by Coronavirus-Regs-2020, "
    "claimed by coronavirus, for due days from 1 May 2020 to 25 September 2020; no dates can prove it"
)


@pytest.mark.parametrize(
    ("was", "written", "words"),
    [
        ("weeks = 20", "weeks = 18", f"{EVER}{TWENTY} → {TWENTY.replace('20', '18')}"),
        ('"excluded"', '"included"', f"{EVER}{TWENTY} → {TWENTY.replace('not counted', 'counted')}"),
        ('met_by = "plan_issued"', 'met_by = "draft_sent"', "what answers it: plan_issued → draft_sent"),
        ('"withdrawn", "left_the_area"]', '"withdrawn"]', "what ends it: no longer left_the_area"),
        (
            '"withdrawn", "left_the_area"]',
            '"left_the_area", "withdrawn", "order_due"]',
            "what ends it: also order_due",
        ),
        (
            "reg 10(4)(e), inserted",
            "reg 10(4)(f), inserted",
            f"excuse coronavirus: {EXCUSE} → {EXCUSE.replace('(e)', '(f)')}",
        ),
        ("reg 13(2)", "reg 13(9)", "citation: SEND-Regs-2014 reg 13(2) → SEND-Regs-2014 reg 13(9)"),
        ("2026-11-29", "2026-11-30", "last checked: 2026-11-29 → 2026-11-30"),
    ],
)
def test_one_change_is_one_sentence(tmp_path: Path, was: str, written: str, words: str) -> None:
    """Periods, excuses, citations and events, from what to what, for which starts."""
    found = changes(LAW, changed(tmp_path, "plan.issue", was, written))

    assert [(one.deadline, change_words(one)) for one in found] == [("plan.issue", words)]


@pytest.mark.parametrize(
    ("deadline", "was", "written", "words"),
    [
        (
            "phase.school",
            "answers_from = { months = 12 }",
            "answers_from = { months = 11 }",
            "from when answers count: 12 months before the start → 11 months before the start",
        ),
        (
            "order.assess.notify",
            '["assess", "reassess"]',
            '["assess", "make"]',
            ("the facts it depends on: order_kind is assess or reassess → order_kind is assess or make"),
        ),
        ("appeal.lodge", 'missing = "skip"', 'missing = "unknown"', f"{EVER}missing: skip → unknown"),
        (
            "plan.issue",
            'means = "SEN2 item',
            'means = "SEN item',
            "excuse exception-recorded: means: SEN2 item",
        ),
        (
            "plan_made",
            '"plan_issued", "first_plan_ordered"',
            '"plan_issued"',
            (
                "event plan_made: the first finalised plan was sent, an ordered one too: "
                "the earliest of plan_issued and first_plan_ordered → "
            ),
        ),
        (
            "order_of_no_kind",
            '["blank"]',
            '["blank", "cease"]',
            (
                "event order_of_no_kind: the Tribunal made an order, and the file does not say of what kind: "
                "the earliest of order_made where order_kind is blank → "
            ),
        ),
    ],
)
def test_every_change_is_seen_in_its_words(
    tmp_path: Path, deadline: str, was: str, written: str, words: str
) -> None:
    """Periods, facts and worked-out events as a person reads them; what no words say is named by its key."""
    (change,) = changes(LAW, changed(tmp_path, deadline, was, written))
    said = change_words(change)
    before, _, after = said.partition(": ")[2].partition(" → ")

    assert said.startswith(words)
    assert before != after
    assert "=" not in said


def test_a_change_of_one_version_names_its_days(tmp_path: Path) -> None:
    """The one day of 2015 on which another last day stood."""
    found = changes(LAW, changed(tmp_path, "phase.post16", "month = 5, day = 31", "month = 5, day = 30"))

    assert [change_words(one) for one in found] == [
        (
            "time limit of clocks started from 1 September 2015 to 1 September 2015: "
            "before 31 May of that calendar year → before 30 May of that calendar year"
        )
    ]


def test_nothing_changed_is_no_change() -> None:
    """The law beside itself."""
    assert changes(LAW, load_rulebook()) == ()


def test_a_superseded_version_is_told_by_its_days() -> None:
    """A bill changes the limit from its day on, ends the readings of the old number, and is cited."""
    found = changes(LAW, load_rulebook([EXAMPLES / "what-if-bill.toml"]))
    limits = {one.deadline: (one.since, one.until) for one in found if one.part == "limit"}
    added = [one.deadline for one in found if one.part == "deadline" and one.old is None]

    assert limits == {
        "plan.issue": (date(2028, 9, 1), None),
        "assess.no_plan": (date(2028, 9, 1), None),
    }
    assert added == ["what_if.key_stage_review"]
    assert ("plan.issue", "readings", "day-one") in [(one.deadline, one.part, one.name) for one in found]
    assert [one.name for one in found if one.part == "events"] == ["key_stage_review_held", "key_stage_ends"]


def test_spans_that_adjoin_are_one_change_and_a_citation_alone_is_told() -> None:
    """A version cut in two by its citation changes its limit once; its provision is told for its own days."""
    law = LAW.by_id["plan.issue"]
    (version,) = law.versions
    first = replace(version, until=date(2020, 12, 31))
    second = replace(version, since=date(2021, 1, 1), law="SEND-Regs-2014 reg 13(9)")
    shorter = LAW.by_id["assess.no_plan"].versions[0].limit
    cut, cited = (first, second), replace(LAW, deadlines=(replace(law, versions=(first, second)),))
    short = replace(law, versions=tuple(replace(part, limit=shorter) for part in cut))
    limits = changes(replace(LAW, deadlines=(law,)), replace(LAW, deadlines=(short,)))
    laws = changes(replace(LAW, deadlines=(law,)), cited)

    assert [(one.part, one.since, one.until) for one in limits] == [("limit", version.since, None)]
    assert [(one.part, one.old, one.new, one.since, one.until) for one in laws] == [
        ("law", "", "SEND-Regs-2014 reg 13(9)", date(2021, 1, 1), None)
    ]


def test_taken_out_is_the_other_way_round() -> None:
    """What one side adds the other takes out."""
    found = changes(load_rulebook([EXAMPLES / "local-promises.toml"]), LAW)

    assert {(one.deadline.split(".")[0], one.part, one.new) for one in found[:2]} == {
        ("local", "deadline", None)
    }
    assert [one.deadline for one in found][:2] == ["local.contact", "local.plan"]
    assert change_words(found[0]).startswith(
        "deadline: taken out: Answer a family that wrote or rang (local, "
    )


def test_wording_answers_no_case_otherwise(tmp_path: Path) -> None:
    """A corrected quotation judges nothing anew; a changed number does, and what gives way to it."""
    wording = changed(tmp_path / "a", "plan.issue", 'note = "Sent', 'note = "Posted')
    number = changed(tmp_path / "b", "detained.issue", "weeks = 20", "weeks = 19")

    assert affected(changes(LAW, wording), LAW, wording) == frozenset()
    assert affected(changes(LAW, number), LAW, number) == {"detained.issue", "plan.issue"}


def test_an_event_that_may_lie_ahead_affects_every_deadline_that_names_it(tmp_path: Path) -> None:
    """`planned` decides what a date after the as-at date can do."""
    copy = tmp_path / "rulebook"
    shutil.copytree(FOLDER, copy)
    events = (copy / "events.toml").read_text(encoding="utf-8")
    place = events.index('id = "review_meeting"')
    (copy / "events.toml").write_text(
        events[:place] + events[place:].replace("planned = true", "planned = false", 1), encoding="utf-8"
    )
    new = load_rulebook(folder=copy)
    found = changes(LAW, new)

    assert [(one.part, one.name) for one in found] == [("events", "review_meeting")]
    assert {"review.notice", "review.decide", "review.report"} <= affected(found, LAW, new)
    assert "assess.advice" not in affected(found, LAW, new)


def test_an_event_affects_every_deadline_that_names_what_is_worked_out_from_it() -> None:
    """A move of no known kind is worked out from the day of the move, which its deadline does not name."""
    event = LAW.events["transfer_date"]
    change = ClauseChange("", "events", event.id, event, replace(event, planned=not event.planned))

    assert "phase.unspecified" in affected([change], LAW, LAW)


def test_what_gives_way_to_what_gives_way_is_not_affected() -> None:
    """A duty gives way to another that starts and applies, whatever that one gives way to itself."""
    last = LAW.by_id["assess.advice.medical"]
    middle = replace(last, id="b.middle", displaced_by=(last.id,))
    names = [f"a.{number}" for number in range(20)]
    firsts = (replace(last, id=name, displaced_by=("b.middle",)) for name in names)
    law = replace(LAW, deadlines=(last, middle, *firsts))

    assert affected([ClauseChange(last.id, "limit", old=1, new=2)], law, law) == {last.id, "b.middle"}


def test_a_limit_answers_and_a_quotation_does_not() -> None:
    """Only what can decide a case asks for a golden case."""
    limit = LAW.by_id["plan.issue"].versions[0].limit

    assert ClauseChange("x", "limit", new=limit).answers
    assert not ClauseChange("x", "says", new="other words").answers


def test_the_words_of_an_excuse_answer_no_case_otherwise(tmp_path: Path) -> None:
    """A provision corrected is told and asks for no golden case; a flag that changes does."""
    words = changes(LAW, changed(tmp_path / "a", "plan.issue", 'means = "SEN2 item', 'means = "SEN item'))
    flag = changes(
        LAW, changed(tmp_path / "b", "plan.issue", 'flag = "coronavirus"', 'flag = "missed_appointment"')
    )

    assert [(one.part, one.name, one.answers) for one in words] == [("excuses", "exception-recorded", False)]
    assert [(one.part, one.name, one.answers) for one in flag] == [("excuses", "coronavirus", True)]

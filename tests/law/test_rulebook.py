"""The law as it is written down: complete, cited, and made of words that mean something."""

from collections.abc import Iterator
from datetime import date

import pytest

from ehcp_timeline.law.deadline import Closure, Limit
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Deadline

LAW = load_rulebook()
SOURCES = ("education", "medical", "psychology", "social_care", "sensory", "adulthood")
IDS = """
phase.unspecified agreed.unspecified order.unspecified unopposed.unspecified
assess.decide assess.advice assess.no_plan reversed.no_plan reversed.issue
plan.consultation plan.draft plan.window plan.respond plan.issue
review.annual review.release review.notice review.report review.decide review.amendments review.final
amend.respond amend.window amend.final cease.keep
phase.school phase.post16 phase.between_post16
move.transfer move.notice move.review
reassess.decide reassess.advice reassess.window reassess.issue
mediation.contact mediation.tell_health mediation.arrange mediation.health_arrange mediation.certificate
agreed.assess.notify agreed.assess.no_plan agreed.assess.issue agreed.make.draft agreed.make.final
agreed.reconsider agreed.amend agreed.name_school agreed.continue agreed.continue_amend agreed.cease
agreed.other agreed.health_tell
appeal.lodge appeal.response
order.assess.notify order.assess.no_plan order.assess.issue order.make.draft order.make.final
order.reconsider order.amend order.name_school order.continue order.continue_amend order.cease
unopposed.assess.notify unopposed.assess.no_plan unopposed.assess.issue unopposed.make.draft
unopposed.make.final unopposed.amend unopposed.name_school unopposed.continue unopposed.continue_amend
detained.decide detained.no_plan detained.window detained.issue
payments.review phase.notice phase.notice_post16 health.change_notice health.request mediation.notice
recommend.social_care recommend.health detained.share
remedy.ombudsman remedy.judicial_review remedy.disability remedy.upper_tribunal
"""
FOR_LOCAL_PROMISES = {"contact_received", "contact_answered", "complaint_received", "complaint_answered"}
ORDERS = {
    "assess",
    "reassess",
    "make",
    "reconsider",
    "amend",
    "name_school",
    "continue",
    "continue_amend",
    "cease",
}
NAMES = tuple(deadline.id for deadline in LAW.deadlines)


@pytest.fixture(params=LAW.deadlines, ids=NAMES)
def deadline(request: pytest.FixtureRequest) -> Deadline:
    """Each deadline in turn."""
    found: Deadline = request.param
    return found


def _events(deadline: Deadline) -> Iterator[str]:
    yield from (*deadline.start_events, *deadline.answers, *deadline.ends, *deadline.revived_by)
    yield from deadline.lapses_with
    if span := deadline.ended_while:
        yield from (span.first, span.last)
    yield from (*deadline.revived_unless, *deadline.implied_by, *deadline.shown_by, *deadline.owed_when)
    yield from (*deadline.after, *(deadline.during or ()), deadline.set_by or "case_id")
    yield from (name for name in deadline.displaced_by if name not in LAW.by_id)
    for where in deadline.starts_where:
        yield from (*where.given, where.absent)
    if plan := deadline.plan_by_due:
        yield from (*plan.made, *plan.shown_by, *plan.before_plan)
    if repeats := deadline.repeats:
        yield from (*repeats.first, *repeats.again, *repeats.closed_by, *repeats.unseen)
    for limit in _limits(deadline):
        yield from (name for limb in limit.limbs if limb.since for name in limb.since.events)
        yield from (name for limb in limit.limbs for name in limb.after)
    for reading in deadline.readings:
        yield from (*reading.after, reading.waived_by or "case_id")
        yield from (name for dates in (reading.starts, reading.met_by) if dates for name in dates.events)
    for excuse in deadline.excuses:
        if isinstance(excuse.evidence, Closure):
            yield from (*excuse.evidence.asked, *excuse.evidence.closed)
        elif excuse.evidence:
            yield from excuse.evidence.absent


def _limits(deadline: Deadline) -> Iterator[Limit]:
    yield from (version.limit for version in deadline.versions)
    yield from (reading.limit for reading in deadline.readings if reading.limit)


def test_every_permanent_id_stands() -> None:
    """The ids that outputs, configurations and spreadsheets refer to never change; new ones may join them."""
    expected = {*IDS.split(), *(f"assess.advice.{source}" for source in SOURCES)}

    assert expected <= set(NAMES)
    assert len(NAMES) == len(set(NAMES))


def test_every_deadline_cites_an_instrument(deadline: Deadline) -> None:
    """Deadline, version and excuse each name the provision they rest on."""
    instruments = {instrument.id for instrument in LAW.instruments}
    cited = [
        deadline.law,
        *(version.law for version in deadline.versions if version.law),
        *(excuse.law for excuse in deadline.excuses),
    ]

    assert [law for law in cited if law.split(" ")[0].rstrip(",") not in instruments] == []
    assert all(len(law.split(" ")) > 1 for law in cited)


def test_every_duty_begins_like_a_sentence(deadline: Deadline) -> None:
    """A capital, and no full stop: it stands in tables and in sentences."""
    assert deadline.duty[0].isupper()
    assert not deadline.duty.endswith(".")


def test_every_deadline_says_when_and_how_its_words_were_checked(deadline: Deadline) -> None:
    """The check has a date, after the day from which the law stands."""
    assert deadline.checked >= date(2026, 11, 21)
    assert deadline.seen in ("primary", "quoted", "unverified")


def test_every_event_a_deadline_refers_to_exists(deadline: Deadline) -> None:
    """No clock waits for a column that no file can have."""
    assert set(_events(deadline)) - set(LAW.events) - set(LAW.derived) - {"case_id"} == set()


def test_every_event_is_used_or_kept_for_a_local_promise() -> None:
    """A column that no deadline reads would be collected for nothing."""
    used = {name for one in LAW.deadlines for name in _events(one)}

    assert set(LAW.events) - used == FOR_LOCAL_PROMISES


def test_every_flag_is_an_excuse_somewhere() -> None:
    """Flags and excuses refer to each other, without a rest on either side."""
    claimed = {excuse.flag for one in LAW.deadlines for excuse in one.excuses if excuse.flag}

    assert set(LAW.flags) == claimed


def test_every_code_a_deadline_refers_to_exists(deadline: Deadline) -> None:
    """A condition names a fact with codes, and codes that the fact can hold."""
    for fact, codes in deadline.only_if:
        assert set(codes) <= set(LAW.codes[fact])


def test_every_kind_of_order_and_agreement_has_a_deadline() -> None:
    """No code of an order, an agreement or a transfer leads nowhere."""
    led = {(fact, code) for one in LAW.deadlines for fact, codes in one.only_if for code in codes}

    assert {code for fact, code in led if fact == "order_kind"} == ORDERS
    assert {code for fact, code in led if fact == "agreement_kind"} == ORDERS | {"other", "health"}
    assert {code for fact, code in led if fact == "appeal_ground"} == ORDERS - {"reconsider", "cease"}
    assert {code for fact, code in led if fact == "transfer_kind"} == set(LAW.codes["transfer_kind"])


def test_every_instrument_is_cited() -> None:
    """An instrument that nothing rests on does not belong in the book."""
    cited = " ".join(
        law
        for one in LAW.deadlines
        for law in (one.law, *(version.law for version in one.versions), *(each.law for each in one.excuses))
    )

    assert [one.id for one in LAW.instruments if one.id not in cited] == ["SI-2015-359"]


def test_no_version_begins_before_its_instrument(deadline: Deadline) -> None:
    """A clock is not judged by a law that did not stand when it started."""
    in_force = {one.id: one.in_force for one in LAW.instruments}
    starts = in_force[deadline.law.split(" ")[0].rstrip(",")]

    assert starts is None or deadline.versions[0].since >= starts


def test_versions_stand_next_to_each_other_and_the_last_is_open(deadline: Deadline) -> None:
    """There is no gap in the law, and what stands today has no last day."""
    ends = [version.until for version in deadline.versions]

    assert ends[-1] is None
    assert None not in ends[:-1]


def test_agreements_are_counted_as_orders() -> None:
    """Reg 42(2): the limits of reg 44 "as if the mediation agreement were an order"."""
    twins = [name for name in NAMES if name.startswith("order.")]

    for name in twins:
        order, agreed = LAW.by_id[name], LAW.by_id[name.replace("order", "agreed", 1)]
        assert [(one.since, one.limit) for one in order.versions] == [
            (one.since, one.limit) for one in agreed.versions
        ]
        assert [one.id for one in order.excuses] == [one.id for one in agreed.excuses]


def test_absence_is_four_weeks_before_a_plan_and_two_after_an_order() -> None:
    """Reg 10(4)(d) and reg 8(2)(b) want four weeks, reg 44(3) and 45(7) two."""
    found: dict[int, set[str]] = {14: set(), 28: set()}
    for one in LAW.deadlines:
        for excuse in one.excuses:
            if excuse.id == "absent" and excuse.evidence:
                found[excuse.evidence.length.number].add(one.id.split(".", maxsplit=1)[0])

    assert found == {14: {"order", "agreed", "unopposed"}, 28: {"assess", "plan", "reassess", "detained"}}


def test_a_detained_persons_grounds_are_three_limbs_of_their_own_regulations() -> None:
    """SI 2015/62 reg 10(4)(a) to (c) has no early-years limb, so its letters are others."""
    general = [excuse.law for excuse in LAW.by_id["plan.issue"].excuses][:3]
    detained = [excuse.law for excuse in LAW.by_id["detained.issue"].excuses][:3]

    assert general == [
        f"SEND-Regs-2014 reg 13(3), applying reg 10(4) {limb}" for limb in ("(a)-(b)", "(c)", "(d)")
    ]
    assert detained == [
        f"SEND-Detained-Regs-2015 reg 13, applying reg 10(4) {limb}" for limb in ("(a)", "(b)", "(c)")
    ]


def test_the_coronavirus_ground_has_one_window() -> None:
    """1 May to 25 September 2020 everywhere."""
    excuses = [excuse for one in LAW.deadlines for excuse in one.excuses if excuse.id == "coronavirus"]

    assert {(one.since, one.until) for one in excuses} == {(date(2020, 5, 1), date(2020, 9, 25))}
    assert all("Coronavirus-Regs-2020" in one.law for one in excuses)


def test_planned_events_are_those_of_a_diary() -> None:
    """These may lie after the day of the question; every other date after it has not happened."""
    assert LAW.planned - LAW.derived.keys() == {
        *("transfer_date", "review_meeting", "moved_in", "moved_away"),
        *("closure_from", "closure_to", "absent_from", "absent_to", "mediation_set_for"),
        *("order_due", "agreed_due", "recommendation_due"),
    }


def test_what_is_not_encoded_says_why() -> None:
    """Every provision that is left out has its reason, and none is encoded after all."""
    assert all(one.law and one.about and one.why for one in LAW.not_encoded)
    assert len({one.law for one in LAW.not_encoded}) == len(LAW.not_encoded)


def test_the_rulebook_says_which_it_is() -> None:
    """Version and fingerprint are those of the law alone, and the same on every reading."""
    again = load_rulebook()

    assert LAW.version == "2026.11"
    assert (len(LAW.sha256), LAW.sha256, LAW.overlays) == (64, again.sha256, ())

"""Reading the rulebook: every fault at once, each with its file, its place and what to try."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from ehcp_timeline.errors import RulebookError
from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.law.made import GOOD, faults_of


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """A copy of the law that a test may spoil."""
    with as_file(files("ehcp_timeline") / "rulebook") as folder:
        return Path(shutil.copytree(folder, tmp_path / "rulebook"))


def _spoil(law: Path, file: str, old: str, new: str) -> None:
    path = law / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_six_faults_are_told_at_once(law: Path) -> None:
    """Nobody mends a rulebook one fault at a time: file, key path and the nearest word, for each."""
    _spoil(
        law,
        "1-assessment.toml",
        'met_by = { earliest = ["assess_agreed"',
        'met_by = { earliest = ["assess_agred"',
    )
    _spoil(law, "2-plan.toml", 'who = "school"', 'who = "shool"')
    _spoil(law, "3-review.toml", 'months = 12, start_day = "included"', 'months = 12, start_day = "includd"')
    _spoil(law, "4-phase-transfer.toml", '"primary_middle"', '"primary_midle"')
    _spoil(law, "7-mediation.toml", "implied_by =", "implied =")
    _spoil(law, "8-tribunal.toml", 'law = "HESC-Rules-2008', 'law = "HESC-2008')

    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder=law)

    assert caught.value.faults == (
        (
            "1-assessment.toml: assess.decide.met_by.earliest: unknown event 'assess_agred'"
            "; did you mean assess_agreed?"
        ),
        (
            "2-plan.toml: plan.consultation.who: must be one of authority, other authority, family, school, "
            "adviser, health, not 'shool'; did you mean school?"
        ),
        (
            "3-review.toml: review.annual.version[0].within.start_day: must be one of excluded, included, "
            "not 'includd'; did you mean included?"
        ),
        (
            "4-phase-transfer.toml: phase.school.only_if.transfer_kind: unknown code 'primary_midle'; "
            "did you mean primary_middle?"
        ),
        "7-mediation.toml: mediation.contact.implied: not a word of the rulebook; did you mean implied_by?",
        (
            "8-tribunal.toml: appeal.lodge.law: 'HESC-2008 rule 20(1)(c), 12(1)-(3)' does not begin with an "
            "instrument of instruments.toml"
        ),
    )
    assert str(caught.value).startswith("the rulebook has 6 faults:\n  1-assessment.toml: ")


def test_a_good_overlay_has_no_fault(tmp_path: Path) -> None:
    """What the tests below spoil is right as it stands."""
    path = tmp_path / "local.toml"
    path.write_text(GOOD, encoding="utf-8")

    assert load_rulebook([path]).deadlines[-1].id == "local.visit"


def test_an_overlay_may_not_redefine_the_law(tmp_path: Path) -> None:
    """A statutory id in a local file is refused, and the way to do it openly is named."""
    assert faults_of(tmp_path, GOOD.replace("local.visit", "plan.issue")) == (
        (
            "local.toml: plan.issue: is the law's own id; give the local duty another, or change the law's "
            'time limit from a day on with supersedes = "plan.issue"'
        ),
    )


def test_an_overlay_leaves_the_law_as_it_is(tmp_path: Path) -> None:
    """The law's deadlines come first and unchanged; the overlay is named with its fingerprint."""
    path = tmp_path / "local.toml"
    path.write_text(GOOD, encoding="utf-8")
    law, laid = load_rulebook(), load_rulebook([path])

    assert laid.deadlines[:-1] == law.deadlines
    assert (laid.sha256, laid.version) == (law.sha256, law.version)
    assert [(overlay.name, len(overlay.sha256)) for overlay in laid.overlays] == [(str(path), 64)]
    assert laid.deadlines[-1].overlay == "local.toml"


def test_an_id_that_stands_twice_is_a_fault(law: Path) -> None:
    """Two deadlines of one id would answer for each other."""
    _spoil(law, "2-plan.toml", 'id = "plan.draft"', 'id = "plan.respond"')

    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder=law)

    assert caught.value.faults == ("2-plan.toml: plan.respond: stands twice",)


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    """What the parser says comes with the name of the file."""
    (fault,) = faults_of(tmp_path, "[[deadline]\n")

    assert fault.startswith("local.toml: is not TOML: ")


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    """A workbook taken for a rulebook is told to be saved as text."""
    path = tmp_path / "local.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RulebookError) as caught:
        load_rulebook([path])

    assert caught.value.faults == (f"{path}: is not UTF-8 text; save it as UTF-8",)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing rulebook stops the run with its path."""
    path = tmp_path / "missing.toml"
    with pytest.raises(RulebookError) as caught:
        load_rulebook([path])

    assert caught.value.faults == (f"{path}: there is no such file. check the name and the folder",)


@pytest.mark.parametrize("missing", ["codes.toml", "instruments.toml"])
def test_a_part_of_the_law_that_is_not_there_is_named(missing: str, law: Path) -> None:
    """A folder without the register of codes or of instruments is not a rulebook."""
    (law / missing).unlink()
    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder=law)

    assert f"{missing}: is missing" in caught.value.faults


def test_what_is_no_table_is_a_fault_and_not_a_crash(tmp_path: Path) -> None:
    """A list of numbers where tables belong is named with its place."""
    head = GOOD[: GOOD.index("  [[deadline.version]]")]

    assert "local.toml: local.visit.version[0]: must be a table, not 1" in faults_of(
        tmp_path, f"{head}version = [1]\n"
    )


def test_a_derived_event_that_is_none_is_a_fault_and_not_a_crash(law: Path) -> None:
    """What it is the earliest of is a list, and its id a text."""
    _spoil(law, "events.toml", 'earliest = ["plan_issued", "first_plan_ordered"]', "earliest = true")
    _spoil(law, "events.toml", 'id = "order_of_no_kind"', "id = [3]")

    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder=law)

    assert [fault.partition("].")[2] for fault in caught.value.faults if "must be" in fault] == [
        "earliest: must be a list, not True",
        "id: must be a text, not [3]",
    ]


def test_one_deadline_for_each_source_has_its_names_put_in(law: Path) -> None:
    """`each` spreads one table over six sources: ids, columns and words."""
    found = load_rulebook(folder=law).by_id["assess.advice.social_care"]

    assert (found.source, found.duty) == ("social_care", "Supply social care advice")
    assert found.starts.events == ("social_care_advice_requested",)
    assert found.met_by.events == ("social_care_advice_received",)

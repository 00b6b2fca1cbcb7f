"""The golden cases see every change: no number, unit, word, day or event of the law alters unnoticed."""

import re
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.commands.rules.golden.cases import load_fixtures
from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.cli.command import ehcp, printed
from tests.law.rulebook_mutants import FOLDER, Judges, Law, Mutant

STATUTE = Path(__file__).parents[1] / "statute"
RULEBOOK = load_rulebook()
NO_LIMIT = "a clock without a time limit, whose day nothing in the file sets, is unknown on any day"
SAME_ANSWERS = {
    "unopposed.unspecified.version[0].from: 2014-09-01 -> 2014-08-31": NO_LIMIT,
    "unopposed.unspecified.version[0].from: 2014-09-01 -> 2014-09-02": NO_LIMIT,
}


@pytest.fixture(scope="module")
def mutants() -> Sequence[Mutant]:
    """Every mutant of the law."""
    return tuple(Law(RULEBOOK).mutants())


@pytest.mark.slow
def test_every_mutant_of_the_law_is_killed(mutants: Sequence[Mutant]) -> None:
    """A golden case fails on each, and its message names the deadline; what answers alike is said and why."""
    judges = Judges(RULEBOOK, load_fixtures([STATUTE], RULEBOOK, date.max))
    survivors, unnamed = [], []
    for mutant in mutants:
        if mutant.refused:
            continue
        message = judges.first_failure(mutant)
        if not message:
            survivors.append(mutant.what)
        elif not any(f": {one.id}: expected " in message for one in mutant.deadlines):
            unnamed.append(mutant.what)

    assert survivors == list(SAME_ANSWERS)
    assert unnamed == []


@pytest.mark.slow
def test_a_mutant_that_reading_refuses_is_named(mutants: Sequence[Mutant]) -> None:
    """What cannot stand in the law at all is a fault with the deadline or the group in its place."""
    unnamed = [
        one.what
        for one in mutants
        if one.refused and re.split(r"[.\[{]", one.what)[0] not in " ".join(one.refused)
    ]

    assert unnamed == []


@pytest.mark.slow
def test_every_kind_of_change_is_tried(mutants: Sequence[Mutant]) -> None:
    """Numbers, units, start days, days, events, conditions and excuses of all statutory deadlines."""
    tried = [one.what for one in mutants]
    statutory = {one.id for one in RULEBOOK.deadlines if one.kind == "statutory"}
    named = {one.id for mutant in mutants for one in mutant.deadlines}

    assert len(tried) > 2000
    assert statutory <= named
    for kind in (".weeks: 20 -> 19", "weeks -> days", "excluded -> included", "2014-09-01 -> 2014-08-31"):
        assert any(kind in what for what in tried), kind


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "deadline", "was", "written"),
    [
        ("2-plan.toml", "plan.issue", "weeks = 20", "weeks = 21"),
        ("3-review.toml", "review.annual", "months = 12", "weeks = 12"),
        ("2-plan.toml", "plan.respond", '"included"', '"excluded"'),
        ("8-tribunal.toml", "order.amend", "2014-09-01", "2014-09-02"),
        ("7-mediation.toml", "mediation.arrange", '"mediation_arranged"', '"mediation_held"'),
        ("4-phase-transfer.toml", "phase.post16", "2015-08-31", "2015-08-30"),
        ("2-plan.toml", "plan.issue", '"request_received"', '"request_recieved"'),
    ],
)
def test_the_command_fails_on_the_changed_file(
    tmp_path: Path, file: str, deadline: str, was: str, written: str
) -> None:
    """`ehcp rules test` exits 0 on a copy of the law, and 1 with the deadline's name once it is changed."""
    copy = tmp_path / "rulebook"
    shutil.copytree(FOLDER, copy)
    before = ehcp("rules", "test", str(STATUTE), "--law", str(copy))
    head, named, rest = (copy / file).read_text(encoding="utf-8").partition(f'id = "{deadline}"\n')
    assert was in rest
    (copy / file).write_text(head + named + rest.replace(was, written, 1), encoding="utf-8")
    after = ehcp("rules", "test", str(STATUTE), "--law", str(copy))

    assert before.returncode == 0
    assert after.returncode == 1
    assert f"{deadline}" in printed(after)

"""Every edge of the law has a golden case; and a missing one is named."""

from dataclasses import replace
from pathlib import Path

import pytest

from ehcp_timeline.commands.rules.golden.cases import Golden, load_golden
from ehcp_timeline.commands.rules.golden.edges import uncovered
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Rulebook
from tests.commands.rules.golden.statute import GOLDENS

LOCAL = """
[[deadline]]
id = "local.answer"
duty = "Answer"
who = "authority"
kind = "local"
law = "Promise of 2026"
says = "within 5 days"
seen = "unverified"
checked = 2026-11-21
starts = { earliest = ["contact_received", "complaint_received"] }
met_by = "contact_answered"
ends = ["withdrawn"]
owed_when = ["complaint_answered"]

  [[deadline.version]]
  from = 2026-01-01
  to = 2026-06-30
  within = { days = 5, start_day = "excluded" }

  [[deadline.reading]]
  id = "day-one"
  within = { days = 5, start_day = "included" }
  source = "nobody"

  [[deadline.excuse]]
  id = "storm"
  law = "Promise of 2026"
  flag = "missed_appointment"
  says = "a storm"
  seen = "unverified"
  from = 2026-02-01
"""
EVERY_EDGE = (
    "is answered on its last day",
    "is answered on the day after its last",
    "is asked on its last day",
    "is asked on the day after its last",
    "starts on 2025-12-31, the day before its first version",
    "starts on 2026-01-01, the first day of a version",
    "starts on 2026-06-30, the last day of a version",
    "starts on 2026-07-01, the day after its last version",
    "has another day on the reading day-one",
    "is disputed by the reading day-one",
    "has the excuse storm, claimed",
    "has the excuse storm unclaimed, and is late",
    "is due on 2026-01-31, just outside the excuse storm",
    "is due on 2026-02-01, on an outer day of the excuse storm",
    "is started by contact_received",
    "is started by complaint_received",
    "has several starts, of which the earliest counts",
    "is answered by contact_answered",
    "is ended in time by withdrawn",
    "is ended too late by withdrawn",
    "is owed once complaint_answered has a date",
    "is not owed yet",
)


@pytest.mark.slow
def test_every_edge_of_the_law_has_a_golden_case(rulebook: Rulebook) -> None:
    """Due days, versions, readings, excuses and conditions: each side of each is asserted somewhere."""
    assert uncovered(rulebook, GOLDENS) == ()


@pytest.fixture
def local(tmp_path: Path) -> Rulebook:
    """The law with one local deadline, and that deadline alone."""
    path = tmp_path / "local.toml"
    path.write_text(LOCAL, encoding="utf-8")
    whole = load_rulebook([path])
    return replace(whole, deadlines=(whole.by_id["local.answer"],))


def _cases(tmp_path: Path, local: Rulebook, *texts: str) -> tuple[Golden, ...]:
    path = tmp_path / "cases.toml"
    path.write_text("".join(f"[[case]]\nname = 'case {n}'\n{t}" for n, t in enumerate(texts)), "utf-8")
    return load_golden(path, local)


def test_without_a_case_every_edge_is_named(local: Rulebook) -> None:
    """The list is complete, in order, and each sentence names deadline and edge."""
    assert uncovered(local, ()) == tuple(f"local.answer: no golden case {edge}" for edge in EVERY_EDGE)


def test_a_case_takes_its_own_edges_off_the_list(tmp_path: Path, local: Rulebook) -> None:
    """An answer on the last day of a clock of the first day covers five edges and no more."""
    goldens = _cases(
        tmp_path,
        local,
        """as_at = 2026-03-01
given = { contact_received = 2026-01-01, contact_answered = 2026-01-06, complaint_answered = 2026-01-02 }
expect."local.answer" = { due = 2026-01-06, verdict = "met" }
""",
    )
    covered = {
        "is answered on its last day",
        "starts on 2026-01-01, the first day of a version",
        "is started by contact_received",
        "is answered by contact_answered",
        "is owed once complaint_answered has a date",
    }
    left = tuple(edge for edge in EVERY_EDGE if edge not in covered)

    assert uncovered(local, goldens) == tuple(f"local.answer: no golden case {edge}" for edge in left)


def test_a_case_without_a_verdict_covers_nothing(tmp_path: Path, local: Rulebook) -> None:
    """A clock that merely happens to stand on an edge is not asserted to."""
    goldens = _cases(
        tmp_path,
        local,
        """as_at = 2026-03-01
given = { contact_received = 2026-01-01, contact_answered = 2026-01-06, complaint_answered = 2026-01-02 }
expect."local.answer" = { due = 2026-01-06 }
""",
    )

    assert uncovered(local, goldens) == uncovered(local, ())


def test_a_reading_is_covered_only_where_its_day_is_asserted(tmp_path: Path, local: Rulebook) -> None:
    """The span of the readings and the dispute are expectations of their own."""
    given = """as_at = 2026-03-01
given = { contact_received = 2026-01-05, contact_answered = 2026-01-10, complaint_answered = 2026-01-06 }
expect."local.answer" = """
    silent = _cases(tmp_path, local, given + '{ due = 2026-01-10, verdict = "met" }\n')
    said = _cases(
        tmp_path,
        local,
        given + '{ verdict = "met", earliest_reading = 2026-01-09, certainty = "disputed" }\n',
    )
    edges = {f"local.answer: no golden case {edge}" for edge in EVERY_EDGE if "the reading" in edge}

    assert edges <= set(uncovered(local, silent))
    assert edges.isdisjoint(uncovered(local, said))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("request.toml", "assess.decide: no golden case is shown to be done by no_plan_notified"),
        ("plan.toml", "plan.window: no golden case is answered on the day before its first lawful day"),
        ("review.toml", "review.annual: no golden case is ended too late by plan_ceased"),
        ("phase-transfer.toml", "phase.school: no golden case is answered by no_amendment_notified"),
        ("moves.toml", "move.transfer: no golden case is asked on its last day"),
        ("reassessment.toml", "reassess.advice: no golden case does not apply without reassessment_agreed"),
        ("mediation.toml", "mediation.tell_health: no golden case is not owed yet"),
        ("agreements.toml", "agreed.amend: no golden case is asked on the day after its last"),
        ("tribunal.toml", "appeal.lodge: no golden case has its due day from its start, the later limb"),
        ("unopposed.toml", "unopposed.amend: no golden case has not started where appeal_ground is blank"),
        ("detained.toml", "detained.issue: no golden case starts after detained_to"),
        ("excuses.toml", "assess.decide: no golden case has the excuse absent, refuted"),
        (
            "coronavirus.toml",
            "plan.issue: no golden case is due on 2020-09-26, just outside the excuse coronavirus",
        ),
        ("readings.toml", "review.annual: no golden case is disputed by the reading anniversary"),
        ("versions.toml", "detained.window: no golden case starts on 2015-04-01, the first day of a version"),
    ],
)
def test_a_file_of_cases_that_goes_missing_is_missed(file: str, sentence: str, rulebook: Rulebook) -> None:
    """Without the cases of one theme an edge of that theme is named."""
    name, _, _ = sentence.partition(":")
    alone = replace(rulebook, deadlines=(rulebook.by_id[name],))
    left = [golden for golden in GOLDENS if Path(golden.path).name != file and name in golden.expect]
    mine = [replace(golden, expect={name: golden.expect[name]}) for golden in left]

    assert sentence in uncovered(alone, mine)

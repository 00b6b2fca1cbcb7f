"""`ehcp rules`: the law as it is written down here."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from ehcp_timeline.commands.rules.clauses import deadline_sections
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Deadline
from ehcp_timeline.measure.answer import values
from ehcp_timeline.output.sections import plain_text
from tests.cli.command import ehcp, printed, said

RULEBOOK = load_rulebook()
OLDEST = min(one.checked for one in RULEBOOK.deadlines)
CASES = """
[[case]]
name = "A plan issued on the last day is in time"
as_at = 2026-01-15
given = { request_received = 2025-01-06, plan_issued = 2025-05-26 }
expect."plan.issue" = { due = 2025-05-26, verdict = "met" }
"""
LOCAL = """
[[deadline]]
id = "local.reply"
duty = "Answer a letter"
who = "authority"
kind = "local"
law = "Our policy, page 3"
says = "a full reply within 10 working days"
seen = "primary"
checked = 2026-11-21
starts = "complaint_received"
met_by = "complaint_answered"

  [[deadline.version]]
  from = 2025-01-01
  within = { working_days = 10, start_day = "excluded" }
"""


def test_the_list_has_every_deadline_in_order() -> None:
    """One line for each deadline in every format that is data."""
    ids = [one.id for one in RULEBOOK.deadlines]
    as_json = json.loads(printed(ehcp("rules", "list", "--format", "json")))
    as_csv = list(csv.DictReader(io.StringIO(printed(ehcp("rules", "list", "--format", "csv")))))

    assert [one["deadline"] for one in as_json["deadlines"]] == ids
    assert [one["deadline"] for one in as_csv] == ids
    assert as_json["rulebook"]["sha256"] == RULEBOOK.sha256


def test_the_list_for_a_person_names_the_law() -> None:
    """Each line has the id, who owes it, the provision and the time limit in words."""
    lines = printed(ehcp("rules", "list")).splitlines()
    line = next(line for line in lines if line.startswith("plan.issue "))

    assert line.split("  ")[0] == "plan.issue"
    assert "authority" in line
    assert "SEND-Regs-2014 reg 13(2)" in line
    assert line.endswith("within 20 weeks, the first day not counted")


@pytest.mark.slow
@pytest.mark.parametrize("deadline", RULEBOOK.deadlines, ids=[one.id for one in RULEBOOK.deadlines])
def test_one_deadline_is_shown_whole(deadline: Deadline) -> None:
    """Its duty, words, provision, start, answer, every version, reading and excuse."""
    text = plain_text(deadline_sections(deadline, RULEBOOK))

    assert text.startswith(f"{deadline.id}: {deadline.duty}\n")
    assert deadline.says in text
    assert text.count("\nstarted from ") == len(deadline.versions)
    parts = [one.id for one in deadline.readings] + [one.id for one in deadline.excuses]
    assert [name for name in parts if f"\n{name}  " not in text] == []
    how, _, glossary = text.partition("\nThe words used above\n")
    named = [name for name in RULEBOOK.events if f'"{name}"' in json.dumps(values(deadline), default=str)]
    assert named
    for name in named:
        assert re.search(rf"\b{name}\b", how)
        assert RULEBOOK.events[name].says in glossary


def test_show_takes_an_id_or_the_first_part_of_several() -> None:
    """`order.make` shows both of its deadlines; a misspelt id is refused with the nearest."""
    text = printed(ehcp("rules", "show", "order.make"))
    wrong = ehcp("rules", "show", "plan.isue")

    assert "order.make.draft: " in text
    assert "order.make.final: " in text
    assert wrong.returncode == 2
    assert said(wrong).startswith("ehcp: there is no deadline `plan.isue`\ntry: did you mean plan.issue")


def test_show_as_json_holds_every_field() -> None:
    """The deadline's record, with its dates as text."""
    answer = json.loads(printed(ehcp("rules", "show", "plan.issue", "--format", "json")))

    assert [one["id"] for one in answer["deadlines"]] == ["plan.issue"]
    assert answer["deadlines"][0]["versions"][0]["limit"]["limbs"][0]["count"]["number"] == 20
    assert answer["deadlines"][0]["versions"][0]["since"] == "2014-09-01"


def test_coverage_lists_what_is_left_out_and_why() -> None:
    """Every deadline, and every provision that is not encoded with its reason."""
    answer = json.loads(printed(ehcp("rules", "coverage", "--format", "json")))
    text = printed(ehcp("rules", "coverage"))

    assert len(answer["encoded"]) == len(RULEBOOK.deadlines)
    assert [one["law"] for one in answer["not_encoded"]] == [one.law for one in RULEBOOK.not_encoded]
    assert all(one.why in text for one in RULEBOOK.not_encoded)


def test_a_deadline_is_stale_the_day_after_a_year() -> None:
    """What was checked longest ago is fresh on that day of the next year, and stale on the day after."""
    year = OLDEST.replace(year=OLDEST.year + 1)
    fresh = ehcp("rules", "stale", "--as-at", year.isoformat())
    stale = ehcp("rules", "stale", "--as-at", (year + timedelta(days=1)).isoformat(), "--format", "json")

    assert fresh.returncode == 0
    assert stale.returncode == 1
    assert {one["deadline"] for one in json.loads(printed(stale))["deadlines"]} == {
        one.id for one in RULEBOOK.deadlines if one.checked == OLDEST
    }


def test_cases_that_come_out_right_pass(tmp_path: Path) -> None:
    """Exit 0, nothing on standard output."""
    (tmp_path / "cases.toml").write_text(CASES)
    run = ehcp("rules", "test", str(tmp_path))

    assert (run.returncode, run.stdout) == (0, b"")
    assert said(run) == "1 case, 0 wrong\n"


def test_a_case_that_comes_out_otherwise_fails(tmp_path: Path) -> None:
    """Exit 1; one line says file, line, case, deadline, what was expected and what came; then why."""
    (tmp_path / "cases.toml").write_text(CASES.replace("due = 2025-05-26", "due = 2025-05-27"))
    run = ehcp("rules", "test", str(tmp_path / "cases.toml"))

    assert run.returncode == 1
    lines = printed(run).splitlines()
    assert lines[0] == (
        "cases.toml:2: A plan issued on the last day is in time: plan.issue: "
        "expected due 2025-05-27, verdict met, got due 2025-05-26, verdict met"
    )
    assert lines[1] == "    1. Duty: Send the finalised plan (authority, statutory)."
    assert lines[-1].split(". ")[1].startswith("Verdict: met")


@pytest.mark.parametrize("content", [None, "", "not toml [", '[[case]]\nnames = "x"'])
def test_cases_that_cannot_be_read_are_no_failures(tmp_path: Path, content: str | None) -> None:
    """A missing, empty, broken or misspelt file is exit 2, never 0 or 1."""
    if content is not None:
        (tmp_path / "cases.toml").write_text(content)
    run = ehcp("rules", "test", str(tmp_path / "cases.toml"))

    assert run.returncode == 2
    assert said(run).startswith("ehcp: ")
    assert "Traceback" not in said(run)


def test_a_local_rulebook_is_laid_over_the_law_and_named(tmp_path: Path) -> None:
    """Its deadline stands in the list, and the list says that it is not the law alone."""
    local = tmp_path / "ours.toml"
    local.write_text(
        """
        [[deadline]]
        id = "local.reply"
        duty = "Answer the family"
        who = "authority"
        kind = "local"
        law = "Our promise"
        says = "within 5 working days"
        seen = "primary"
        checked = 2026-11-21
        starts = "contact_received"
        met_by = "contact_answered"
          [[deadline.version]]
          from = 2014-09-01
          within = { working_days = 5, start_day = "excluded" }
        """
    )
    run = ehcp("rules", "list", "--rules", str(local))

    assert printed(run).startswith(
        f"Rulebook {RULEBOOK.version} with ours.toml: {len(RULEBOOK.deadlines) + 1} deadlines"
    )
    assert "local.reply" in printed(run)


SETTINGS_COMMANDS = (("list",), ("show", "local.reply"), ("stale", "--as-at", "2028-01-01"), ("coverage",))


@pytest.mark.parametrize("words", SETTINGS_COMMANDS, ids=[words[0] for words in SETTINGS_COMMANDS])
def test_the_local_rules_of_the_settings_are_shown(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `check` judges by them; an unknown word in the settings is refused, with what it may mean."""
    (tmp_path / "ours.toml").write_text(LOCAL, encoding="utf-8")
    (tmp_path / "ehcp.toml").write_text('rules = ["ours.toml"]\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    shown = ehcp("rules", *words, "--format", "json")
    (tmp_path / "ehcp.toml").write_text('rulse = ["ours.toml"]\n', encoding="utf-8")
    refused = ehcp("rules", *words)

    assert "local.reply" in printed(shown)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert "there is no `rulse`" in said(refused)

"""`ehcp timeline`: every date of one case, with its law."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.answer import Finding, keys
from tests.cli.command import check_schema, ehcp, ehcp_apart, on_a_terminal, printed, said

RULEBOOK = load_rulebook()


def clocks(*words: str) -> dict[str, dict[str, Any]]:
    """Return the clocks of a case by deadline."""
    answer = json.loads(printed(ehcp("timeline", *words, "--format", "json")))
    return {clock["deadline"]: clock for clock in answer["clocks"]}


def test_a_late_no_plan_notice_is_ninety_days_late() -> None:
    """Request 2 April 2025, notice 21 October: due 23 July, late by 90 days."""
    found = clocks("request_received=2025-04-02", "no_plan_notified=2025-10-21", "--as-at", "2026-01-15")

    assert found["assess.no_plan"]["due"] == "2025-07-23"
    assert found["assess.no_plan"]["verdict"] == "late"
    assert found["assess.no_plan"]["days_late"] == 90


def test_the_family_has_its_fifteen_days() -> None:
    """A draft of 1 February 2024 may be finalised from 16 February."""
    found = clocks("draft_sent=2024-02-01", "--as-at", "2024-02-02")

    assert found["plan.window"]["due"] == "2024-02-16"
    assert found["plan.respond"]["due"] == "2024-02-15"


def test_every_deadline_is_there_in_the_rulebooks_order() -> None:
    """Deadlines that have not started or are not owed are in the answer too, each with every key."""
    run = ehcp("timeline", "request_received=2026-01-12", "--as-at", "2026-01-15", "--format", "json")
    answer = json.loads(printed(run))

    check_schema(answer)
    assert run.returncode == 0
    assert [clock["deadline"] for clock in answer["clocks"]] == [one.id for one in RULEBOOK.deadlines]
    assert {tuple(clock) for clock in answer["clocks"]} == {keys(Finding)}
    assert answer["rulebook"] == {"version": RULEBOOK.version, "sha256": RULEBOOK.sha256, "overlays": []}


def test_a_person_reads_first_what_happens_next() -> None:
    """By when and who owes it; then every other date in order, its law, and that it is no advice."""
    text = printed(ehcp("timeline", "request_received=2026-01-12", "--as-at", "2026-01-15"))
    lines = text.splitlines()

    assert lines[:3] == ["The dates of this case on 15 January 2026", "", "Next"]
    assert lines[3].startswith("By 23 February 2026 the council must tell the family whether an EHC needs ")
    assert lines[3].endswith(": due in 39 days.")
    assert lines[5] == "After that"
    assert [line.split("  ")[0] for line in lines[7:10]] == ["20 April 2026", "4 May 2026", "1 June 2026"]
    assert "the council  Send the finalised plan" in lines[9]
    assert "due in 137 days" in lines[9]
    assert re.search(r"\nSend the finalised plan +SEND-Regs-2014 reg 13\(2\)\n", text)
    left_out = f"{len(RULEBOOK.deadlines) - 4} other deadlines of rulebook {RULEBOOK.version}"
    assert f"\n{left_out} have not started or do not apply.\n" in text
    assert lines[-1] == "This is information about the law, not legal advice."


def test_what_is_late_stands_first() -> None:
    """A plan that is overdue comes before what is done."""
    text = printed(ehcp("timeline", "request_received=2025-01-12", "--as-at", "2026-01-15"))

    assert text.index("\nLate now\n") < text.index("Send the finalised plan")
    assert "\nNext\n" not in text


def test_without_words_it_asks_five_questions() -> None:
    """A date that cannot be read is asked for again; the same is then printed as a command."""
    typed = b"12/13/2025\n12/01/2025\nno 10/02/2025\n\n\n\n"
    page = on_a_terminal(("timeline", "--as-at", "2025-02-20"), typed=typed)

    assert "Give a date such as 12/01/2026" in page
    assert page.count("1. When did the council get the request") == 2
    assert "?:" not in page
    assert "request_received: " not in page  # what is wrong is said without the column's name
    assert "5. When was the last review meeting?" in page
    assert "To run it again: ehcp timeline request_received=12/01/2025 assess_refused=10/02/2025" in page
    assert "By 10 April 2025 the family may contact the mediation adviser" in " ".join(page.split())


@pytest.mark.slow
def test_what_was_answered_can_be_verified(tmp_path: Path) -> None:
    """A receipt holds the answers as words: the same command gives the same answer again."""
    page = tmp_path / "page.json"
    on_a_terminal(("timeline", "--as-at", "2025-02-20", "-o", str(page)), typed=b"12/01/2025\n\n\n\n\n")
    run = ehcp("verify", str(page))

    assert json.loads(page.read_bytes())["receipt"]["typed"]["arguments"] == ["request_received=12/01/2025"]
    assert (run.returncode, printed(run).splitlines()[0]) == (0, f"{page}: the same")


def test_a_local_rulebook_is_named() -> None:
    """A promise stands beside the law, is not called law, and its file is named."""
    local = str(Path(__file__).parents[3] / "examples" / "local-promises.toml")
    text = printed(ehcp("timeline", "contact_received=2026-05-01", "--rules", local, "--as-at", "2026-05-10"))

    assert (
        "By 11 May 2026 the council should answer a family that wrote or rang (local, not law): due in 1 day."
        in text
    )
    assert f"of rulebook {RULEBOOK.version} with local-promises.toml have not started" in text


def test_what_is_only_guidance_is_called_so() -> None:
    """The Code and the Ombudsman's practice do not stand as if they were law."""
    text = printed(ehcp("timeline", "request_received=2026-01-12", "--as-at", "2026-01-15"))

    assert "the school's answer (guidance, not law)  " in text


def test_what_a_duty_waits_for_is_said_in_words() -> None:
    """No column name stands where a family reads."""
    text = printed(ehcp("timeline", "request_received=2026-01-12", "--as-at", "2026-01-15"))

    assert "if no plan is to be made: say so by 4 May 2026" in text


def test_a_minimum_stands_under_not_before() -> None:
    """The first lawful day of a plan is no due day; it has a table of its own, and a heading that says so."""
    text = printed(ehcp("timeline", "draft_sent=2024-02-01", "--as-at", "2024-02-02"))
    dates, _, minima = text.partition("\nNot before these days\n")
    heading, line = minima.splitlines()[:2]

    assert heading.startswith("not before ")
    assert line.startswith("16 February 2024  the council  Give the family at least 15 days")
    assert "16 February 2024" not in dates
    assert "By 15 February 2024 the family may make representations" in dates


def test_what_is_not_owed_is_not_ahead() -> None:
    """The review that the move replaced in June is not among what comes after that."""
    moved = ("plan_issued=2024-09-10", "review_decided=2025-06-02", "moved_in=2026-03-02")
    shown = printed(ehcp("timeline", *moved, "plan_transferred=2026-03-31", "--as-at", "2026-04-20"))
    ahead, _, past = shown.partition("Done, past or unclear")

    assert "30 June 2026" in ahead
    assert "1 June 2026" not in ahead
    assert "1 June 2026" in past


def test_a_start_without_its_code_is_told_once() -> None:
    """One line says which code is needed, for an order of any of eleven kinds."""
    text = printed(ehcp("timeline", "order_made=2026-03-02", "--as-at", "2026-06-01"))

    assert text.count("cannot be judged: needs order_kind") == text.count("cannot be judged") == 1


def test_what_comes_next_is_a_sentence() -> None:
    """A duty after an order names the order first; one without a day comes without one."""

    def comes_next(*words: str) -> str:
        text = printed(ehcp("timeline", *words, "--as-at", "2026-05-01"))
        return text.split("Next\n")[1].split("\n\n")[0]

    ordered = comes_next("order_made=2026-04-01", "order_kind=assess")
    released = comes_next("plan_issued=2025-01-10", "detained_from=2025-12-01", "detained_to=2026-02-01")

    assert ordered == (
        "After an order to assess, by 8 July 2026 the council must send the finalised plan: due in 68 days."
    )
    assert released == (
        "The council must review the plan after the release from detention and send the decision letter: "
        "to be done as soon as reasonably practicable."
    )


def test_the_open_rights_are_shown_and_the_last_that_lapsed() -> None:
    """Three decisions: of the two whose time has passed the later stands there, beside the open one."""
    words = ("assess_refused=2024-01-08", "no_plan_notified=2025-01-06", "plan_issued=2026-01-12")
    text = printed(ehcp("timeline", *words, "--as-at", "2026-03-01"))
    appeals = [line for line in text.splitlines() if "Lodge the appeal" in line and "20" in line[:20]]

    assert [line.split("  ")[0] for line in appeals] == ["12 March 2026", "6 March 2025"]
    assert "11 days left" in appeals[0]
    assert "the time has passed" in appeals[1]
    assert "unless the appeal is only about the school named" in text


def test_the_footer_names_a_deadline_of_the_page() -> None:
    """The command that shows the law's words is about what the reader sees."""
    text = printed(ehcp("timeline", "moved_in=2026-03-02", "move_known=2026-03-02", "--as-at", "2026-03-03"))

    assert "\n  ehcp rules show move.transfer\n" in text
    assert "plan.issue" not in text


def test_a_family_is_never_told_of_a_breach() -> None:
    """When its 15 days have gone by, the time has passed; nothing is overdue or in breach."""
    text = printed(ehcp("timeline", "draft_sent=2024-02-01", "--as-at", "2024-03-01"))
    line = next(line for line in text.splitlines() if "  the family  " in line)

    assert "the time has passed" in line
    assert "overdue" not in line
    assert "breach" not in text


@pytest.mark.slow
def test_the_same_words_give_the_same_bytes() -> None:
    """Two runs are byte-identical in every format."""
    for name in ("plain", "json", "csv", "ndjson", "md"):
        words = ("timeline", "request_received=2026-01-12", "--as-at", "2026-01-15", "--format", name)
        assert ehcp_apart(*words).stdout == ehcp(*words).stdout != b""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["request_recieved=2026-01-12"], '"request_recieved" is not the name of an event, a fact or a flag'),
        (["request_received"], '"request_received" is not NAME=VALUE'),
        (["request_received=2026-02-31"], "request_received: "),
        (["request_received=2026-01-12", "--as-at", "soon"], "--as-at soon: is not a date"),
        (["request_received=2026-01-12", "--format", "jsn"], "--format: `jsn` is not one of "),
        (["request_received=2026-01-12", "--rules", "nowhere.toml"], "the rulebook has 1 fault"),
        (["request_received=2026-01-12", "--nope"], "no such option: --nope"),
        ([], "missing argument 'NAME=VALUE'"),
    ],
)
def test_a_wrong_word_is_one_clear_line(words: list[str], message: str) -> None:
    """Exit 2, nothing on standard output, the message first, no traceback."""
    run = ehcp("timeline", *words)

    assert run.returncode == 2
    assert run.stdout == b""
    assert said(run).startswith(f"ehcp: {message}")
    assert "Traceback" not in said(run)


@pytest.mark.slow
def test_one_case_needs_no_dataframe() -> None:
    """Neither polars nor Rich is loaded on the way to a timeline or to any help."""
    for words in (
        ["timeline", "request_received=2026-01-12"],
        ["--help"],
        ["check", "--help"],
        ["rules", "list"],
    ):
        program = (
            "import sys; from ehcp_timeline.cli.app import main; sys.argv = ['ehcp', *sys.argv[1:]]; main();"
            "print(sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
        )
        run = ehcp_apart(*words, program=[sys.executable, "-c", program])
        loaded = said(run).splitlines()[-1]
        assert "'ehcp_timeline'" in loaded
        assert "'polars'" not in loaded
        assert "'rich'" not in loaded

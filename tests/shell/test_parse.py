"""What is typed is understood, or refused in one clear line."""

from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.errors import OutputError, UsageError
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.shell import parse
from ehcp_timeline.shell.destination import choose_output
from ehcp_timeline.shell.options import DutyOptions, GroupOptions, chosen
from ehcp_timeline.shell.parse import choice, choices, day_asked
from ehcp_timeline.text import did_you_mean

RULEBOOK = load_rulebook()


@pytest.mark.parametrize("word", ["2026-01-15", "15/01/2026", "15 January 2026", " 15-Jan-26 "])
def test_a_day_may_be_written_as_in_a_case_file(word: str) -> None:
    """ISO and day-first forms name the same day."""
    assert day_asked(word) == date(2026, 1, 15)


def test_a_day_that_is_typed_is_in_no_cell() -> None:
    """What to try is for who typed it."""
    with pytest.raises(UsageError, match=r"^--as-at 1994-12-31: is before 1 January 1995. correct it$"):
        day_asked("1994-12-31")


@pytest.mark.parametrize("word", ["2026-02-31", "01/15/2026", "tomorrow", "", "1994-12-31", "2101-01-01"])
def test_what_is_no_day_is_refused(word: str) -> None:
    """An impossible, month-first or worded day is named, with what to write."""
    with pytest.raises(UsageError) as stopped:
        day_asked(word)

    assert stopped.value.message.startswith(f"--as-at {word}: ")
    assert stopped.value.hint


def test_without_a_word_it_is_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the clock on the wall is asked when no day is given."""
    monkeypatch.setattr(parse, "today", lambda: date(2026, 11, 21))

    assert day_asked(None) == date(2026, 11, 21)


def test_lists_may_be_repeated_or_joined_by_commas() -> None:
    """Case, underscores and blanks do not matter; every word is one of the known."""
    assert choices(
        "--who", ["authority,Other_Authority", "school"], ("authority", "other authority", "school")
    ) == {
        "authority",
        "other authority",
        "school",
    }


def test_an_unknown_word_is_named_with_the_nearest_known() -> None:
    """The message lists what there is and the hint asks what was meant."""
    with pytest.raises(UsageError) as stopped:
        choice("--include", "over-due", ("overdue", "late"))

    assert stopped.value.message == "--include: `over-due` is not one of overdue, late"
    assert stopped.value.hint == "did you mean overdue?"


def test_the_nearest_word_comes_first() -> None:
    """Suggestions stand in the order of likeness, not of the list."""
    assert did_you_mean("plan.isue", ("plan.window", "plan.issue")).startswith("did you mean plan.issue")
    assert did_you_mean("zzzz", ("plan.window",)) == ""


def test_by_default_the_authoritys_statutory_clocks_are_chosen() -> None:
    """Overdue, early and unknown are listed, with what is due within the days asked for."""
    selection = chosen(RULEBOOK)

    assert selection.verdicts == {"overdue", "early", "unknown"}
    assert selection.kinds == {"statutory"}
    assert selection.who == {"authority"}
    assert not selection.everything


def test_include_adds_and_all_means_everything() -> None:
    """`--include late` adds to the default; `all` lists every verdict, kind or duty-holder."""
    late = chosen(RULEBOOK, include=["late,met"])
    everything = chosen(RULEBOOK, DutyOptions(kind=["all"], who=["all"]), include=["all"])

    assert late.verdicts == {"overdue", "early", "unknown", "late", "met"}
    assert everything.everything
    assert everything.kinds == {"statutory", "guidance", "local"}
    assert everything.who == frozenset()


def test_a_deadline_may_be_named_by_its_first_part() -> None:
    """`order` and `plan.issue` are taken; a misspelt one is refused with the nearest."""
    assert chosen(RULEBOOK, DutyOptions(deadline=["order,plan.issue"])).deadlines == {"order", "plan.issue"}
    with pytest.raises(UsageError) as stopped:
        chosen(RULEBOOK, DutyOptions(deadline=["plan.isue"]))

    assert str(stopped.value).startswith("--deadline: there is no `plan.isue`. did you mean plan.issue")


def test_a_name_with_a_comma_is_one_name_and_a_list() -> None:
    """A caseworker written `Surname, Forename` is found; so is each of several joined by commas."""
    assert chosen(RULEBOOK, groups=GroupOptions(caseworker=["A, B"])).caseworkers == {"A, B", "A", "B"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.csv", "csv"), ("a.JSON", "json"), ("a.jsonl", "ndjson"), ("a.md", "md"), ("a.txt", "plain")],
)
def test_a_files_ending_says_its_format(tmp_path: Path, name: str, expected: str) -> None:
    """The format follows the name, unless it is asked for."""
    formats = ("table", "plain", "csv", "json", "ndjson", "md")

    (named,) = choose_output(None, [tmp_path / name], force=False, formats=formats)
    (asked,) = choose_output("csv", [tmp_path / name], force=False, formats=formats)

    assert (named.format, asked.format) == (expected, "csv")


def test_an_ending_that_says_nothing_is_refused(tmp_path: Path) -> None:
    """Neither guessed nor written as something else."""
    with pytest.raises(UsageError, match="does not say which format to write"):
        choose_output(None, [tmp_path / "out.pdf"], force=False, formats=("csv", "json"))


def test_a_file_that_is_there_is_refused_before_the_work(tmp_path: Path) -> None:
    """The answer is not computed first and lost then."""
    (tmp_path / "a.csv").touch()
    with pytest.raises(OutputError, match="already there"):
        choose_output(None, [tmp_path / "a.csv"], force=False, formats=("csv",))


def test_a_dash_is_standard_output() -> None:
    """`-o -` writes where no `-o` would."""
    (target,) = choose_output("csv", [Path("-")], force=False, formats=("csv",))

    assert target.path is None

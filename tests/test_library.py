"""The package as a library: thirteen names, loaded when asked for, documented by what runs."""

import doctest
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import ehcp_timeline

ROOT = Path(__file__).parents[1]
NAMES = [
    "Audit",
    "Clock",
    "EhcpError",
    "Row",
    "Rulebook",
    "Selection",
    "Working",
    "check_files",
    "explain",
    "judge_case",
    "load_rulebook",
    "open_case_file",
    "vocabulary",
]


def test_these_are_the_names() -> None:
    """Thirteen names and a version; a fourteenth is a decision, not an accident."""
    assert ehcp_timeline.__all__ == NAMES
    assert dir(ehcp_timeline) == sorted([*NAMES, "__version__"])


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there_and_documented(name: str) -> None:
    """What is promised can be imported, and says what it is."""
    found = getattr(ehcp_timeline, name)

    assert found.__name__ == name
    assert found.__doc__


def test_another_name_is_refused() -> None:
    """A name that there is not fails as in any module."""
    with pytest.raises(AttributeError, match="module 'ehcp_timeline' has no attribute 'judge'"):
        ehcp_timeline.judge  # type: ignore[attr-defined]  # noqa: B018


def test_the_examples_in_the_documentation_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package's own docstring is tested."""
    monkeypatch.chdir(ROOT)
    result = doctest.testmod(ehcp_timeline)

    assert (result.failed, result.attempted) == (0, 12)


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import ehcp_timeline", False),
        ("from ehcp_timeline import Row, explain, judge_case, load_rulebook; load_rulebook()", False),
        ("from ehcp_timeline import open_case_file", True),
    ],
)
def test_polars_is_loaded_only_for_files(code: str, *, loaded: bool) -> None:
    """The law and one case work without it."""
    ask = f"import sys; {code}; print('polars' in sys.modules)"
    run = _python("-c", ask)

    assert run.stdout.strip() == str(loaded), run.stderr


@pytest.mark.slow
def test_the_notebook_runs_and_says_the_same_twice() -> None:
    """The analyst's example is a script; its answers are the law's."""
    first, second = (_python("examples/notebook.py") for _ in range(2))

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == second.stdout
    assert f"Rulebook 2026.11: {len(ehcp_timeline.load_rulebook().deadlines)} deadlines\n" in first.stdout
    assert "14  Verdict        late, 1 day late.\n" in first.stdout
    assert first.stdout.endswith("law: due 2029-01-19\nbill: due 2029-01-05\n")


def _python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
        capture_output=True,
        check=False,
        text=True,
    )


@pytest.mark.parametrize(
    ("events", "as_at", "said"),
    [
        (
            {"plan_isued": date(2025, 1, 6)},
            date(2025, 6, 1),
            "no event `plan_isued`. did you mean plan_issued?",
        ),
        ({"plan_issued": "2025-01-06"}, date(2025, 6, 1), "plan_issued is '2025-01-06', not a date"),
        ({"plan_issued": datetime(2025, 1, 6)}, date(2025, 6, 1), "not a date"),  # noqa: DTZ001 - no zone
        ({"plan_issued": date(2025, 1, 6)}, "2025-06-01", "as_at is '2025-06-01', not a date"),
    ],
)
def test_the_rows_of_a_case_are_checked(events: Any, as_at: Any, said: str) -> None:
    """A misspelt event or a text in the place of a date is an error, never another answer."""
    law = ehcp_timeline.load_rulebook()
    with pytest.raises(ehcp_timeline.EhcpError) as error:
        ehcp_timeline.judge_case(law, [ehcp_timeline.Row(2, "C-1", events)], as_at)

    assert said in str(error.value)
    assert repr(law) == f"<Rulebook {law.version}: {len(law.deadlines)} deadlines, 0 overlays>"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"codes": {"order_knd": frozenset({"make"})}}, "no fact `order_knd`. did you mean order_kind?"),
        ({"codes": {"order_kind": frozenset({"mak"})}}, "order_kind has no code `mak`. did you mean make?"),
        ({"codes": {"order_kind": "make"}}, "order_kind has no code `a`. give codes as frozenset"),
        ({"flags": {"coronavirs": True}}, "no flag `coronavirs`. did you mean coronavirus?"),
    ],
)
def test_codes_and_flags_are_checked(given: Any, said: str) -> None:
    """A misspelt code would silently change what is owed."""
    with pytest.raises(ehcp_timeline.EhcpError, match=said.replace("?", "[?]")):
        ehcp_timeline.judge_case(
            ehcp_timeline.load_rulebook(), [ehcp_timeline.Row(2, "C-1", **given)], date(2025, 6, 1)
        )


@pytest.mark.parametrize(
    ("selection", "as_at", "said"),
    [
        (
            {"deadlines": frozenset({"plan.isue"})},
            date(2026, 6, 1),
            "no `plan.isue`. did you mean plan.issue",
        ),
        ({"verdicts": frozenset({"overdu"})}, date(2026, 6, 1), "no `overdu`. did you mean overdue?"),
        ({"who": frozenset({"council"})}, date(2026, 6, 1), "no `council`. one of authority, other"),
        ({"deadlines": "plan.issue"}, date(2026, 6, 1), "text `plan.issue`, not a set. give frozenset"),
        ({}, "2026-06-01", "as_at is '2026-06-01', not a date"),
    ],
)
def test_a_selection_is_checked(selection: Any, as_at: Any, said: str) -> None:
    """A word that there is not is refused with the nearest one; it would silently list nothing."""
    law, file = ehcp_timeline.load_rulebook(), ROOT / "examples" / "cases.csv"
    day = date(2026, 6, 1)
    source = ehcp_timeline.open_case_file(str(file), ehcp_timeline.vocabulary(), as_at=day)
    with pytest.raises(ehcp_timeline.EhcpError) as error:
        ehcp_timeline.check_files(law, [source], as_at, ehcp_timeline.Selection(**selection))

    assert said in str(error.value)

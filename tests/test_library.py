"""The package as a library: thirteen names, loaded when asked for, documented by what runs."""

import doctest
import subprocess
import sys
from datetime import date
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
        ({"plan_issued": date(2025, 1, 6)}, "2025-06-01", "as_at is '2025-06-01', not a date"),
    ],
)
def test_what_is_given_is_checked(events: Any, as_at: Any, said: str) -> None:
    """A misspelt event or a text in the place of a date is an error, never another answer."""
    law = ehcp_timeline.load_rulebook()
    with pytest.raises(ehcp_timeline.EhcpError) as error:
        ehcp_timeline.judge_case(law, [ehcp_timeline.Row(2, "C-1", events)], as_at)

    assert said in str(error.value)
    assert repr(law) == f"<Rulebook {law.version}: {len(law.deadlines)} deadlines, 0 overlays>"

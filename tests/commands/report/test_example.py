"""The performance page in `examples/` is what its command makes."""

import re
from pathlib import Path

import pytest

from tests.cli.command import ehcp, said
from tests.examples.kent_file import EXAMPLES, run

README = EXAMPLES.parent / "README.md"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHART = re.compile(r'(src|srcset)="data:[^"]+"')


def plainly(page: str) -> list[str]:
    """Return a page line by line, without hashes, charts and style, which change with law and look."""
    page = re.sub(r"<head>.*?</head>", "", page, flags=re.DOTALL)
    return _CHART.sub("", _DIGEST.sub("", page)).splitlines()


@pytest.mark.slow
def test_the_example_is_what_the_command_of_the_readme_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the law or the words changed, run that command again and copy the page."""
    monkeypatch.chdir(tmp_path)
    run(tmp_path / "kent.csv")
    words = next(
        line for line in README.read_text(encoding="utf-8").splitlines() if "--for public --with" in line
    )
    made = ehcp(*words.split()[1:])
    assert made.returncode == 0, said(made)

    shipped = (EXAMPLES / "performance.html").read_text(encoding="utf-8")
    assert plainly((tmp_path / "performance.html").read_text(encoding="utf-8")) == plainly(shipped)


def test_the_example_holds_what_kent_published() -> None:
    """2,066 open assessments and 8,310 reviews past their twelve months on 31 January 2024."""
    page = (EXAMPLES / "performance.html").read_text(encoding="utf-8")

    assert "2,066 children are waiting for a decision or a plan" in page
    assert re.search(
        r"Complete the review of the plan: send the decision letter</th>\s*<td class=\"number\">8,310<", page
    )

"""The answer of `ehcp forecast` has the published shape, from cases and from counts."""

import json
from pathlib import Path

import pytest

from tests.cli.command import check_schema, ehcp, printed

CASES = str(Path(__file__).parents[3] / "examples" / "cases.csv")


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        (CASES, "--as-at", "2026-06-01", "--runs", "100", "--horizon", "30", "--target", "2026-12-01"),
        (CASES, "--as-at", "2026-06-01", "--runs", "100", "--horizon", "30", "--per-case", "--save-list"),
        (CASES, "--as-at", "2026-06-01", "--runs", "100", "--horizon", "30", "--intake", "3", "--backtest"),
    ],
)
def test_an_answer_from_cases_keeps_to_its_schema(words: tuple[str, ...]) -> None:
    """Every part that can be asked for is there and valid."""
    answer = json.loads(printed(ehcp("forecast", *words, "--format", "json")))

    check_schema(answer)
    assert answer["schema"] == "ehcp-forecast/1"
    assert answer["source"] == "cases"


def test_an_answer_from_counts_keeps_to_its_schema(tmp_path: Path) -> None:
    """The same keys; what needs cases is null."""
    path = tmp_path / "counts.csv"
    path.write_text("date,count\n2023-05-31,12419\n2024-01-31,8310\n", encoding="utf-8")
    answer = json.loads(
        printed(
            ehcp(
                "forecast", "--snapshots", str(path), "--target", "2025-09-30",
                "--as-at", "2024-02-01", "--format", "json",
            )
        )
    )  # fmt: skip

    check_schema(answer)
    assert answer["source"] == "snapshots"
    assert answer["policies"] == []

"""A lawyer's walk: whole histories by `timeline`, `explain` and `check`, which say what the law says."""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ehcp_timeline.cases.model import Row
from ehcp_timeline.commands.rules.golden.cases import Expected, Golden, load_golden
from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.cli.command import ehcp, printed

RULEBOOK = load_rulebook()
WALK = load_golden(Path(__file__).parents[1] / "statute" / "walk.toml", RULEBOOK)
ALL = ("--include", "all", "--kind", "all", "--who", "all")


@pytest.mark.slow
@pytest.mark.parametrize("golden", WALK, ids=lambda golden: golden.name)
def test_a_history_by_every_command(golden: Golden, tmp_path: Path) -> None:
    """Each clock has the values that were worked out by hand, whichever command is asked."""
    file = str(_case_file(golden, tmp_path / "case.csv"))
    asked = ("--as-at", str(golden.as_at), "--format", "json")
    answers = [
        _answer("check", file, *ALL, "--deadline", ",".join(golden.expect), *asked)["findings"],
        _answer("explain", "golden", file, *asked)["clocks"],
    ]
    if len(golden.rows) == 1:
        words = (f"{name}={_cell(golden.rows[0], name)}" for name in _columns(golden.rows))
        answers.append(_answer("timeline", *words, *asked)["clocks"])

    for clocks in answers:
        for deadline, expected in golden.expect.items():
            assert _values(clocks, deadline, expected) == [
                {key: _said(value) for key, value in wanted.items()} for wanted in expected
            ]


def _answer(*words: str) -> Any:
    return json.loads(printed(ehcp(*words)))


def _values(clocks: Iterable[dict[str, Any]], deadline: str, expected: Sequence[Expected]) -> list[Expected]:
    """Return what the clocks of a deadline say of the keys that are expected, in order of their start."""
    started = [
        clock for clock in clocks if clock["deadline"] == deadline and clock["verdict"] != "not-started"
    ]
    started.sort(key=lambda clock: clock["start"] or "")
    known = started[0].keys() if started else ()
    return [
        {key: clock[key] if key in known else _said(wanted[key]) for key in wanted}
        for clock, wanted in zip(started, expected, strict=True)
    ]


def _said(value: object) -> object:
    return None if value == "none" else str(value) if isinstance(value, date) else value


def _columns(rows: Iterable[Row]) -> list[str]:
    return list(
        dict.fromkeys(
            name for row in rows for name in (*row.events, *row.codes, *row.flags, *sorted(row.unreadable))
        )
    )


def _cell(row: Row, name: str) -> str:
    if name in row.flags:
        return "yes" if row.flags[name] else "no"
    written = row.events.get(name) or "+".join(sorted(row.codes.get(name, ())))
    return "soon" if name in row.unreadable else str(written)


def _case_file(golden: Golden, path: Path) -> Path:
    """Write the rows of a history, with a column for every answer that could be asked about."""
    answers = (RULEBOOK.columns_of(RULEBOOK.by_id[name].answers) for name in golden.expect)
    columns = dict.fromkeys((*_columns(golden.rows), *(name for names in answers for name in names)))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("case_id", *columns))
        writer.writerows(("golden", *(_cell(row, name) for name in columns)) for row in golden.rows)
    return path

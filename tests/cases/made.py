"""Small case files made by hand, for the tests of how they are read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from ehcp_timeline.cases.model import Problem, vocabulary
from ehcp_timeline.cases.sheet import Batch
from ehcp_timeline.cases.source import CaseFile, open_case_file
from ehcp_timeline.record import replace

AS_AT = date(2026, 1, 15)


def write(folder: Path, content: str | bytes, name: str = "cases.csv") -> str:
    """Write a file exactly as given and return its name."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def opened(folder: Path, content: str | bytes, **options: Any) -> CaseFile:
    """Open a file with this content as at 15 January 2026."""
    return open_case_file(write(folder, content), vocabulary(), as_at=AS_AT, **options)


def read(folder: Path, content: str | bytes, **options: Any) -> Batch:
    """Read a file with this content in one batch."""
    return one_batch(opened(folder, content, **options))


def one_batch(source: CaseFile) -> Batch:
    """Read a file with one batch of rows, and what can only be said at its end."""
    batch, *end = source.batches()
    assert not any(rest.frame.height for rest in end)
    return replace(
        batch, problems=tuple(sorted(problem for one in (batch, *end) for problem in one.problems))
    )


def rows(batch: Batch) -> list[dict[str, Any]]:
    """Return the rows of a batch."""
    return batch.frame.to_dicts()


def column(batch: Batch, name: str) -> list[Any]:
    """Return the values of one column of a batch."""
    return batch.frame[name].to_list()


def briefly(problems: Iterable[Problem]) -> list[tuple[int, str, str]]:
    """Return row, column and rule of each problem."""
    return [(problem.row, problem.column, problem.rule) for problem in problems]


def assert_alike(one: Sequence[Batch], other: Sequence[Batch]) -> None:
    """Assert that two readings of one file say the same, however it was cut into batches."""
    assert_frame_equal(pl.concat(batch.frame for batch in one), pl.concat(batch.frame for batch in other))
    assert _unreadable(one) == _unreadable(other)
    assert _problems(one) == _problems(other)
    assert sum(batch.read for batch in one) == sum(batch.read for batch in other)


def _problems(batches: Sequence[Batch]) -> list[Problem]:
    return [problem for batch in batches for problem in batch.problems]


def _unreadable(batches: Sequence[Batch]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for batch in batches:
        for name, numbers in batch.unreadable.items():
            found.setdefault(name, []).extend(numbers)
    return found

"""Reads back a table that was published before: its numbers, and which of them were hidden."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ehcp_timeline.errors import CaseFileError

HIDDEN = "[c]"
_MOST = 10_000_000  # bytes: a published table has some hundred lines

Place = tuple[str, str]


def read_published(path: Path, by: str) -> Mapping[Place, int | None]:
    """Return each number under the names of its row and column; None where it was hidden.

    Args:
        path: A table that `ehcp overdue --disclosure suppress` wrote as CSV or JSON.
        by: The column that holds the names of the rows.

    Raises:
        CaseFileError: The file cannot be read, or is no such table.
    """
    try:
        if path.stat().st_size > _MOST:
            raise _no_table(path, by)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise CaseFileError(
            f"cannot read {path}: {why}", "give the file of the publication before"
        ) from error
    except UnicodeDecodeError as error:
        raise _no_table(path, by) from error
    found = dict(_numbers(_lines(path, by, text), by))
    if not found:
        raise _no_table(path, by)
    return found


def _lines(path: Path, by: str, text: str) -> Iterable[Mapping[str, Any]]:
    if not text.lstrip().startswith("{"):
        return csv.DictReader(text.splitlines())
    try:
        lines = json.loads(text)["rows"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _no_table(path, by) from error
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []


def _numbers(lines: Iterable[Mapping[str, Any]], by: str) -> Iterator[tuple[Place, int | None]]:
    """Yield the whole numbers and the hidden ones; percentages say nothing that those do not."""
    for line in lines:
        name = line.get(by)
        for column, value in line.items():
            word = str(value).strip()
            if name is not None and column != by and (word == HIDDEN or _is_whole(word)):
                yield (str(name), str(column)), None if word == HIDDEN else int(word)


def _is_whole(word: str) -> bool:
    return word.isascii() and word.isdigit()


def _no_table(path: Path, by: str) -> CaseFileError:
    hint = f"give what `ehcp overdue --disclosure suppress --by {by}` wrote as CSV or JSON"
    return CaseFileError(f"{path} is not a published table by {by}", hint)

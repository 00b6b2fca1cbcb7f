"""What `ehcp rules check` tells: faults first, then warnings, then what should be known."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from ehcp_timeline.law.lint import Level, Remark
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.output.answers import rulebook_values
from ehcp_timeline.output.ci import Note
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import count, day

SCHEMA: Final = "ehcp-rules-check/1"
_TITLES: Final[dict[Level, str]] = {"error": "fault", "warning": "warning", "note": "note"}
_COLUMNS: Final = (TableColumn("where", "fixed"), TableColumn("what"), TableColumn("try"))
_ID: Final = re.compile(r'^\s*(?:id|supersedes)\s*=\s*"([^"]+)"')


def remarks_sections(found: Sequence[Remark], rulebook: Rulebook, as_at: date) -> Iterator[Section]:
    """Yield what was found, the worst first."""
    laid = "".join(f" with {Path(name).name}" for name, _ in rulebook.overlays)
    faults = sum(one.level == "error" for one in found)
    said = count(faults, "fault") if faults else "no fault"
    yield Section(f"Rulebook {rulebook.version}{laid} as at {day(as_at)}: {said}")
    for level, title in _TITLES.items():
        mine = [one for one in found if one.level == level]
        if mine:
            rows = tuple((one.where, one.says, one.try_) for one in mine)
            yield Section(
                count(len(mine), title).capitalize(), columns=_COLUMNS, rows=rows, alarm=level == "error"
            )


def remarks_answer(found: Sequence[Remark], rulebook: Rulebook, as_at: date) -> dict[str, Any]:
    """Return the same as plain values, ready to be written as JSON."""
    return {
        "schema": SCHEMA,
        "as_at": as_at,
        "rulebook": rulebook_values(rulebook.version, rulebook.sha256, rulebook.overlays),
        "faults": sum(one.level == "error" for one in found),
        "remarks": [
            {
                "level": one.level,
                "rule": one.rule,
                "where": one.where,
                "says": one.says,
                "try": one.try_ or None,
            }
            for one in found
        ],
    }


def remarks_notes(found: Iterable[Remark], folder: Path | None, overlays: Sequence[Path]) -> Iterator[Note]:
    """Yield the same for other programs, each with its file and line where they are known."""
    lines = _lines((*(sorted(folder.glob("*.toml")) if folder else ()), *overlays))
    for one in found:
        name = re.split(r"[.\[]?(?:version|reading|excuse)\b", one.where.rpartition(": ")[2])[0]
        file, line = _nearest(name, lines)
        said = f"{one.says}; {one.try_}" if one.try_ else one.says
        yield Note(one.level, one.rule, one.where, said, file, line)


def _lines(paths: Iterable[Path]) -> dict[str, tuple[str, int]]:
    """Return where each id of some rulebook files stands."""
    found: dict[str, tuple[str, int]] = {}
    for path in paths:
        text = path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else ""
        for number, line in enumerate(text.splitlines(), 1):
            if match := _ID.match(line):
                found.setdefault(match[1], (str(path), number))
    return found


def _nearest(name: str, lines: dict[str, tuple[str, int]]) -> tuple[str, int]:
    """Return where an id stands; one that stands for several by the id that it is spread from."""
    parts = name.removeprefix("supersedes ").split(".")
    for length in range(len(parts), 0, -1):
        word = ".".join(parts[:length])
        for known in (word, f"{word}.{{source}}"):
            if known in lines:
                return lines[known]
    return "", 0

"""Small case files, typed as a person would, read and judged as every command does it."""

from datetime import date
from pathlib import Path
from textwrap import dedent

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.casework import ALL, Casework, read_casework


def casework(folder: Path, text: str, as_at: str, selection: Selection = ALL) -> Casework:
    """Return the work in a file with this text; blanks around the commas are left out."""
    lines = [",".join(cell.strip() for cell in line.split(",")) for line in dedent(text).strip().split("\n")]
    path = folder / "cases.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    when = date.fromisoformat(as_at)
    return read_casework(
        load_rulebook(), open_case_file(str(path), vocabulary(), as_at=when), when, selection
    )

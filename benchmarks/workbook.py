"""A council's 20,000 cases as an Excel workbook against the same cells as CSV: time and memory.

python benchmarks/workbook.py [ROWS]
"""

import csv
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]

ROUNDS = 5
HEADER = (
    *("case_id", "district", "team", "caseworker", "request_received", "assess_agreed", "advice_requested"),
    *("advice_received", "draft_sent", "consultation_sent", "plan_issued", "previous_review_decided"),
)
EVENTS = 8
FIRST_DAY = date(2023, 1, 1)
# `floor` is a process that imports what every reader needs and opens nothing.
READ = """
import sys, time
from datetime import date
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
began = time.perf_counter()
rows = 0
if sys.argv[1] != "floor":
    source = open_case_file(sys.argv[1], vocabulary(), as_at=date(2026, 1, 15))
    rows = sum(batch.judged for batch in source.batches())
took = time.perf_counter() - began
held = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(rows, took, held)
"""


def main(rows: int) -> None:
    """Write both files, read each in processes of their own, and print the best round of each."""
    with tempfile.TemporaryDirectory() as folder:
        table = [_case(number, random.Random(number)) for number in range(rows)]  # seeded: the same each run
        files = {"csv": Path(folder, "cases.csv"), "xlsx": Path(folder, "cases.xlsx")}
        _write_csv(files["csv"], table)
        _write_workbook(files["xlsx"], table)
        for kind, name in {"floor": "floor", **{kind: str(path) for kind, path in files.items()}}.items():
            seconds, kilobytes = min(_read(name, rows) for _ in range(ROUNDS))
            print(f"{kind:6} {seconds:6.3f} s  {kilobytes / 1000:6.0f} MB")


def _case(number: int, drawn: random.Random) -> list[str | date]:
    """Return one case: a number, three names, eight days."""
    start = FIRST_DAY + timedelta(days=drawn.randrange(900))
    days = [start + timedelta(days=drawn.randrange(20) * place) for place in range(EVENTS)]
    names = [f"{what} {drawn.randrange(12)}" for what in ("District", "Team", "Worker")]
    return [f"C-{number:06}", *names, *days]


def _write_csv(path: Path, table: Sequence[Sequence[str | date]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *table])


def _write_workbook(path: Path, table: Sequence[Sequence[str | date]]) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Cases")
        for row, cells in enumerate([HEADER, *table]):
            sheet.write_row(row, 0, cells)


def _read(name: str, rows: int) -> tuple[float, int]:
    """Return the seconds and the kilobytes that reading a file took."""
    run = subprocess.run([sys.executable, "-c", READ, name], capture_output=True, check=True, text=True)
    judged, seconds, kilobytes = run.stdout.split()
    if name != "floor" and int(judged) != rows:
        raise SystemExit(f"{name}: {judged} rows instead of {rows}")
    return float(seconds), int(kilobytes)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)

"""What people are handed, for a council of 20,000 rows: the board page, the worklist as a workbook, `check`.

    python benchmarks/outputs.py [REVISION]

Seconds are those of the processor, medians of rounds in turns: a busy machine changes the clock on the wall.
With a revision, `ehcp check` of its source is measured beside that of this tree.
"""

import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from processes import run
from sections import AS_AT, COUNCIL, HERE, PYTHON

from ehcp_timeline.measure.answer import Finding, keys
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.workbook import workbook_bytes

ROUNDS = 3
DAYS = ("start", "due", "act_by", "earliest_reading", "latest_reading")


def main(revision: str | None) -> None:
    """Measure all three, and print what is promised beside what was found."""
    with tempfile.TemporaryDirectory() as folder:
        cases, page = Path(folder, "cases.csv"), Path(folder, "board.html")
        run([PYTHON, str(HERE / "national.py"), str(COUNCIL), str(cases)])
        sources = {"this tree": HERE.parent / "src"}
        if revision:
            sources[revision] = _source_of(revision, Path(folder))
        commands = {
            "check": ["check", str(cases)],
            "forecast": ["forecast", str(cases)],
            "report": ["report", str(cases), "-o", str(page), "--force"],
        }
        cpu = _turns({name: partial(_ehcp, words, sources["this tree"]) for name, words in commands.items()})
        more = cpu["report"] - cpu["check"] - cpu["forecast"]
        print(f"check {cpu['check']:.2f} s, forecast {cpu['forecast']:.2f} s, report {cpu['report']:.2f} s")
        print(
            f"board page: {more:+.2f} s beside check and forecast (at most +1), {_kilobytes(page)} KB (400)"
        )
        checks = _turns({name: partial(_ehcp, commands["check"], source) for name, source in sources.items()})
        print(*(f"check of {name}: {seconds:.2f} s" for name, seconds in checks.items()), sep=", ")
    rows, columns = _worklist(), keys(Finding)
    receipt = Receipt("0", None, "0" * 64, date(2024, 12, 31), None, ())
    books = _turns({
        "bare": lambda: _own(lambda: _bare(rows, columns)),
        "worklist": lambda: _own(lambda: workbook_bytes(rows, columns, title="x", receipt=receipt)),
    })  # fmt: skip
    ratio = books["worklist"] / books["bare"]
    print(
        f"XlsxWriter bare {books['bare']:.2f} s, worklist {books['worklist']:.2f} s: {ratio:.2f} (limit 1.5)"
    )


def _turns(measures: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Return the median of each, taken in turns so that all meet the same machine."""
    rounds = [{name: measure() for name, measure in measures.items()} for _ in range(ROUNDS)]
    return {name: statistics.median(each[name] for each in rounds) for name in measures}


def _ehcp(words: Sequence[str], source: Path) -> float:
    """Return the seconds of processor that a command takes."""
    os.environ["PYTHONPATH"] = str(source)
    return run([PYTHON, "-m", "ehcp_timeline", *words, "--as-at", AS_AT])[0].cpu


def _own(work: Callable[[], bytes]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _source_of(revision: str, folder: Path) -> Path:
    """Return the source of another revision, unpacked."""
    words = ["git", "archive", revision, "src"]
    packed = subprocess.run(words, cwd=HERE.parent, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder / "src"


def _kilobytes(path: Path) -> int:
    return path.stat().st_size // 1000


def _worklist() -> list[dict[str, Any]]:
    """Return as many findings as a council has rows."""
    drawn = Random(1)  # seeded: the same each run
    same = dict.fromkeys(keys(Finding)) | {
        "deadline": "plan.issue", "duty": "Send the finalised plan", "law": "SEND-Regs-2014 reg 13(2)",
        "kind": "statutory", "who": "authority", "verdict": "overdue", "certainty": "certain",
        "provisional": False,
    }  # fmt: skip
    return [
        same | {day: date(2024, 1, 1) + timedelta(days=drawn.randrange(300)) for day in DAYS}
        | {"case_id": f"C-{row:06}", "row": row, "days_late": drawn.randrange(400), "team": f"T{row % 30}",
           "district": f"District {row % 12}", "caseworker": f"Worker {row % 60}"}
        for row in range(1, COUNCIL + 1)
    ]  # fmt: skip


def _bare(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    """Write the same cells with XlsxWriter alone."""
    page = io.BytesIO()
    with xlsxwriter.Workbook(page, {"in_memory": True}) as book:
        sheet, dated = book.add_worksheet(), book.add_format({"num_format": "d mmmm yyyy"})
        sheet.write_row(0, 0, columns)
        for place, row in enumerate(rows, start=1):
            for column, key in enumerate(columns):
                value = row[key]
                if isinstance(value, date):
                    sheet.write_datetime(place, column, value, dated)
                elif isinstance(value, str):
                    sheet.write_string(place, column, value)
                elif isinstance(value, bool):
                    sheet.write_string(place, column, "yes" if value else "no")
                elif value is not None:
                    sheet.write_number(place, column, value)
    return page.getvalue()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)

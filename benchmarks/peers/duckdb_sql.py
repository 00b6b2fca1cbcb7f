"""The authority's deadlines of the generated file in DuckDB SQL, written by hand: no rulebook.

With `checked` as the last argument it also names the cells that are no dates, the rows that repeat another
and the columns whose dates leave open whether the day stands first.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from appeals import may_cease_from

NOT_DATES = {
    "case_id", "district", "team", "caseworker",
    "exception_recorded", "order_kind", "review_outcome", "transfer_kind",
}  # fmt: skip
MONTHS = 12
SQL = (Path(__file__).parent / "breaches.sql").read_text(encoding="utf-8")


def read(table: str, file: str, types: Mapping[str, str]) -> None:
    """Make a table of the file, each row with its physical line."""
    duckdb.execute(
        f"CREATE TEMP TABLE {table} AS SELECT row_number() OVER () + 1 AS row, * "
        "FROM read_csv(?, header = true, columns = ?, dateformat = '%d/%m/%Y')",
        [file, types],
    )


def checks(header: Sequence[str], dates: Sequence[str]) -> dict[str, Any]:
    """Return the cells that are no dates, the rows that repeat another, the columns of an open order."""
    bad = " UNION ALL ".join(
        f"SELECT row, {place} AS place, '{name}' AS name, cells.{name} AS cell "
        f"FROM cells JOIN cases USING (row) WHERE cells.{name} IS NOT NULL AND cases.{name} IS NULL"
        for place, name in enumerate(dates)
    )
    repeated = (
        "SELECT unnest(list_sort(list(row))[2:]) AS row FROM cells "
        f"GROUP BY hash({', '.join(header)}) HAVING count(*) > 1 ORDER BY row"
    )
    first = ", ".join(f"max(try_cast(left({name}, 2) AS INTEGER))" for name in dates)
    days = duckdb.execute(f"SELECT {first} FROM cells").fetchall()[0]
    return {
        "bad": duckdb.execute(f"SELECT row, name, cell FROM ({bad}) ORDER BY row, place").fetchall(),
        "repeated": [row for (row,) in duckdb.execute(repeated).fetchall()],
        "open_order": [
            name for name, day in zip(dates, days, strict=True) if day is not None and day <= MONTHS
        ],
    }


def main(file: str, as_at: str, checked: str = "") -> None:
    """Print how many clocks of each deadline are late, overdue or early, and the twenty worst."""
    with Path(file).open(encoding="utf-8") as lines:
        header = lines.readline().strip().split(",")
    dates = [name for name in header if name not in NOT_DATES]
    duckdb.execute("SET enable_progress_bar = false")
    duckdb.create_function("may_cease_from", may_cease_from, ["DATE"], "DATE")
    found: dict[str, Any] = {}
    if checked:
        read("cells", file, dict.fromkeys(header, "VARCHAR"))
        parsed = ", ".join(f"CAST(try_strptime({name}, '%d/%m/%Y') AS DATE) AS {name}" for name in dates)
        duckdb.execute(f"CREATE TEMP TABLE cases AS SELECT * REPLACE ({parsed}) FROM cells")
        found = {"checks": checks(header, dates)}
    else:
        read("cases", file, {name: "VARCHAR" if name in NOT_DATES else "DATE" for name in header})
    duckdb.execute(SQL.replace("$today", f"DATE '{as_at}'"))
    verdicts: dict[str, dict[str, int]] = {}
    for deadline, verdict, count in duckdb.execute(
        "SELECT deadline, verdict, count(*) FROM judged WHERE verdict IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        verdicts.setdefault(deadline, {})[verdict] = count
    worst = duckdb.execute(
        "SELECT row, deadline, days FROM judged WHERE verdict = 'overdue' "
        "ORDER BY days DESC, row, place LIMIT 20"
    ).fetchall()
    print(json.dumps({"verdicts": verdicts, "worst": worst, **found}))


if __name__ == "__main__":
    main(*sys.argv[1:])

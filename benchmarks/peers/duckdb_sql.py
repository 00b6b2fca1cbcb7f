"""The authority's deadlines of the generated file in DuckDB SQL, written by hand: no rulebook, no checks."""

import json
import sys
from pathlib import Path

import duckdb
from appeals import may_cease_from

NOT_DATES = {
    "case_id", "district", "team", "caseworker",
    "exception_recorded", "order_kind", "review_outcome", "transfer_kind",
}  # fmt: skip
SQL = (Path(__file__).parent / "breaches.sql").read_text(encoding="utf-8")


def main(file: str, as_at: str) -> None:
    """Print how many clocks of each deadline are late, overdue or early, and the twenty worst."""
    with Path(file).open(encoding="utf-8") as lines:
        header = lines.readline().strip().split(",")
    types = {name: "VARCHAR" if name in NOT_DATES else "DATE" for name in header}
    duckdb.execute("SET enable_progress_bar = false")
    duckdb.create_function("may_cease_from", may_cease_from, ["DATE"], "DATE")
    duckdb.execute(
        "CREATE TEMP TABLE cases AS SELECT row_number() OVER () + 1 AS row, * "
        "FROM read_csv(?, header = true, columns = ?, dateformat = '%d/%m/%Y')",
        [file, types],
    )
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
    print(json.dumps({"verdicts": verdicts, "worst": worst}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

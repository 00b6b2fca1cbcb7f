"""Say what a full list of `ehcp check` says (Parquet or NDJSON) in the words in which the peers say it."""

import json
import sys

import polars as pl

BREACHES = ("late", "overdue", "early")
DEADLINES = (
    "assess.decide", "assess.no_plan", "plan.window", "plan.issue", "review.annual", "review.decide",
    "review.amendments", "review.final", "amend.window", "amend.final", "cease.keep", "phase.school",
    "phase.post16", "phase.between_post16", "order.assess.notify", "order.assess.no_plan",
    "order.assess.issue",
)  # fmt: skip
WORST = 20


def main(file: str) -> None:
    """Print how many clocks of each deadline are late, overdue or early, and the twenty worst."""
    cells = pl.scan_parquet(file) if file.endswith(".parquet") else pl.scan_ndjson(file)
    findings = cells.select("row", "deadline", "verdict", "days_late").filter(
        pl.col("verdict").is_in(BREACHES)
    )
    counted, overdue = pl.collect_all(
        [
            findings.group_by("deadline", "verdict").len(),
            findings.filter(pl.col("verdict") == "overdue").with_columns(
                pl.col("deadline").cast(pl.String).cast(pl.Enum(DEADLINES))
            ),
        ]
    )
    verdicts: dict[str, dict[str, int]] = {}
    for deadline, verdict, count in counted.iter_rows():
        verdicts.setdefault(deadline, {})[verdict] = count
    worst = overdue.sort("days_late", "row", "deadline", descending=[True, False, False]).head(WORST)
    print(json.dumps({"verdicts": verdicts, "worst": worst.select("row", "deadline", "days_late").rows()}))


if __name__ == "__main__":
    main(sys.argv[1])

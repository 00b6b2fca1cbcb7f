"""What every measure counts: the definitions of kpis.toml as a person reads them."""

from collections.abc import Iterator
from typing import Any

from ehcp_timeline.law.kpis import Kpis
from ehcp_timeline.report.scorecard_answer import measure_values
from ehcp_timeline.report.sections import Column, Section

SCHEMA = "ehcp-measures/1"
MEASURE_KEYS = (
    *("id", "dfe", "name", "topic", "unit", "better", "numerator", "denominator", "dated_by", "source"),
    "note",
)


def measures_answer(kpis: Kpis) -> dict[str, Any]:
    """Return the answer of `ehcp scorecard --list-measures`."""
    return {"schema": SCHEMA, "measures": [measure_values(one, kpis) for one in kpis.measures]}


def measure_rows(kpis: Kpis) -> Iterator[dict[str, Any]]:
    """Yield one flat row for each measure, with the keys of `MEASURE_KEYS`."""
    for measure in kpis.measures:
        values = measure_values(measure, kpis)
        yield {**values, "dfe": ", ".join(values["dfe"]) or None}


def measure_sections(kpis: Kpis) -> Iterator[Section]:
    """Yield the measures of each topic: id, what is counted, out of what, and by which day."""
    for topic, says in kpis.topics.items():
        rows = [row for row in measure_rows(kpis) if row["topic"] == topic]
        yield Section(
            title=says,
            columns=(Column("measure", "fixed"), Column("counted"), Column("out of"), Column("by")),
            rows=tuple(
                (row["id"], row["numerator"], row["denominator"] or "", row["dated_by"] or "the as-at day")
                for row in rows
            ),
        )

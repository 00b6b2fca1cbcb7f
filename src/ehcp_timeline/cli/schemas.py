"""`python -m ehcp_timeline.cli.schemas FOLDER` writes the JSON Schemas of every answer."""

import json
import sys
from pathlib import Path

from ehcp_timeline.commands.changes.schema import CHANGES_ENVELOPES
from ehcp_timeline.commands.check.exceptions.schema import EXCEPTIONS_ENVELOPES
from ehcp_timeline.commands.columns.schema import COLUMNS_ENVELOPES
from ehcp_timeline.commands.convert.schema import CONVERT_ENVELOPES
from ehcp_timeline.commands.forecast.schema import FORECAST_ENVELOPES
from ehcp_timeline.commands.quality.schema import QUALITY_ENVELOPES
from ehcp_timeline.commands.reconcile.schema import RECONCILE_ENVELOPES
from ehcp_timeline.commands.rules.schema import RULES_ENVELOPES
from ehcp_timeline.commands.scorecard.schema import MEASURE_ENVELOPES
from ehcp_timeline.commands.worklists.schema import LIST_ENVELOPES
from ehcp_timeline.output.schema import ENVELOPES, schema_of

EVERY = {
    **ENVELOPES,
    **COLUMNS_ENVELOPES,
    **RULES_ENVELOPES,
    **LIST_ENVELOPES,
    **MEASURE_ENVELOPES,
    **RECONCILE_ENVELOPES,
    **FORECAST_ENVELOPES,
    **CONVERT_ENVELOPES,
    **QUALITY_ENVELOPES,
    **CHANGES_ENVELOPES,
    **EXCEPTIONS_ENVELOPES,
}


def write_schemas(folder: Path) -> None:
    """Write one file for each answer, named after it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, shape in EVERY.items():
        text = json.dumps(schema_of(name, shape), indent=2, ensure_ascii=False)
        (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))

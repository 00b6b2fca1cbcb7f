"""`python -m ehcp_timeline.cli.schemas FOLDER` writes the JSON Schemas of every answer."""

import json
import sys
from pathlib import Path

from ehcp_timeline.commands.check.exceptions.claims import ExceptionsAnswer
from ehcp_timeline.commands.columns.profile import ColumnsAnswer
from ehcp_timeline.commands.convert.canonical import ConvertAnswer
from ehcp_timeline.commands.explain.view import ExplainAnswer
from ehcp_timeline.commands.quality.rules import QualityRulesAnswer
from ehcp_timeline.commands.quality.score import QualityAnswer
from ehcp_timeline.commands.reconcile.rates import ReconcileAnswer
from ehcp_timeline.commands.report.answer import ReportAnswer
from ehcp_timeline.commands.rules.check import RulesCheckAnswer
from ehcp_timeline.commands.rules.diff import RulesDiffAnswer
from ehcp_timeline.commands.rules.golden.run import RulesTestAnswer
from ehcp_timeline.commands.rules.holidays import HolidaysAnswer
from ehcp_timeline.commands.rules.lists import CoverageAnswer, RuleAnswer, RulesAnswer, StaleAnswer
from ehcp_timeline.commands.scorecard.answer import MeasureList, ScorecardAnswer, ScorecardPublication
from ehcp_timeline.commands.timeline.view import TimelineAnswer
from ehcp_timeline.commands.verify.compare import VerifyAnswer
from ehcp_timeline.commands.worklists.answer import (
    NextAnswer,
    OverdueAnswer,
    PublicationAnswer,
    SaveListAnswer,
)
from ehcp_timeline.commands.worklists.family_letters import LettersAnswer
from ehcp_timeline.measure.changes.compare import ChangesAnswer
from ehcp_timeline.measure.compare.compare import CompareAnswer
from ehcp_timeline.measure.forecast.answer import ForecastAnswer
from ehcp_timeline.measure.result import Audit
from ehcp_timeline.output.schema import schema_of

EVERY = {
    "ehcp-check-1": Audit,
    "ehcp-timeline-1": TimelineAnswer,
    "ehcp-explain-1": ExplainAnswer,
    "ehcp-overdue-1": OverdueAnswer,
    "ehcp-save-list-1": SaveListAnswer,
    "ehcp-next-1": NextAnswer,
    "ehcp-letters-1": LettersAnswer,
    "ehcp-publication-1": PublicationAnswer,
    "ehcp-changes-1": ChangesAnswer,
    "ehcp-exceptions-1": ExceptionsAnswer,
    "ehcp-columns-1": ColumnsAnswer,
    "ehcp-rules-1": RulesAnswer,
    "ehcp-rule-1": RuleAnswer,
    "ehcp-stale-1": StaleAnswer,
    "ehcp-coverage-1": CoverageAnswer,
    "ehcp-rules-test-1": RulesTestAnswer,
    "ehcp-rules-check-1": RulesCheckAnswer,
    "ehcp-rules-diff-1": RulesDiffAnswer,
    "ehcp-holidays-1": HolidaysAnswer,
    "ehcp-scorecard-1": ScorecardAnswer,
    "ehcp-measures-1": MeasureList,
    "ehcp-compare-1": CompareAnswer,
    "ehcp-scorecard-publication-1": ScorecardPublication,
    "ehcp-reconcile-1": ReconcileAnswer,
    "ehcp-forecast-1": ForecastAnswer,
    "ehcp-report-1": ReportAnswer,
    "ehcp-convert-1": ConvertAnswer,
    "ehcp-quality-1": QualityAnswer,
    "ehcp-quality-rules-1": QualityRulesAnswer,
    "ehcp-verify-1": VerifyAnswer,
}


def write_schemas(folder: Path) -> None:
    """Write one file for each answer, named after it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, shape in EVERY.items():
        text = json.dumps(schema_of(name, shape), indent=2, ensure_ascii=False)
        (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))

"""Is Education, Health and Care Plan work inside the law's time limits?

The command line is `ehcp`. The same answers are available from Python.

Load the law, and judge one case:

>>> from datetime import date
>>> from ehcp_timeline import Row, explain, judge_case, load_rulebook
>>> law = load_rulebook()
>>> row = Row(2, "C-1", {"request_received": date(2025, 1, 6), "plan_issued": date(2025, 5, 27)})
>>> workings = judge_case(law, [row], date(2025, 6, 1))
>>> plan = next(one for one in workings if one.clock.deadline == "plan.issue")
>>> plan.clock.due, plan.clock.verdict, plan.clock.days_late
(datetime.date(2025, 5, 26), 'late', 1)
>>> explain(plan, date(2025, 6, 1))[-1].text
'late, 1 day late.'

Audit a file, and get frames out (`examples/notebook.py` goes on from here):

>>> from ehcp_timeline import Selection, check_files, open_case_file, vocabulary
>>> file = open_case_file("examples/cases.csv", vocabulary(), as_at=date(2026, 6, 1))
>>> audit = check_files(law, [file], date(2026, 6, 1), Selection())
>>> audit.findings.filter(audit.findings["deadline"] == "plan.issue")["verdict"].value_counts().height > 0
True

What cannot be done is an `EhcpError`, with a message and a hint. Frames are of polars: `.to_pandas()` makes
them of pandas, where that is installed. One case never loads polars; a file does.
Nothing here asks what day it is: `as_at` is always an argument.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.audit.single.explain import explain
    from ehcp_timeline.audit.single.judge import judge_case
    from ehcp_timeline.audit.verdicts import Clock, Working
    from ehcp_timeline.cases.model import Row, vocabulary
    from ehcp_timeline.cases.source import open_case_file
    from ehcp_timeline.errors import EhcpError
    from ehcp_timeline.law.loader.rulebook import load_rulebook
    from ehcp_timeline.law.rulebook import Rulebook
    from ehcp_timeline.measure.audit import check_files
    from ehcp_timeline.measure.result import Audit

__version__ = "0.1.0"

__all__ = [
    "Audit",
    "Clock",
    "EhcpError",
    "Row",
    "Rulebook",
    "Selection",
    "Working",
    "check_files",
    "explain",
    "judge_case",
    "load_rulebook",
    "open_case_file",
    "vocabulary",
]

_HOMES = {
    "Audit": "measure.result",
    "Clock": "audit.verdicts",
    "EhcpError": "errors",
    "Row": "cases.model",
    "Rulebook": "law.rulebook",
    "Selection": "audit.selection",
    "Working": "audit.verdicts",
    "check_files": "measure.audit",
    "explain": "audit.single.explain",
    "judge_case": "audit.single.judge",
    "load_rulebook": "law.loader.rulebook",
    "open_case_file": "cases.source",
    "vocabulary": "cases.model",
}


if not TYPE_CHECKING:  # or a type checker would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Load a name when it is first asked for: a single case must not wait for polars."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """Return the names that are meant to be used."""
    return sorted([*__all__, "__version__"])

"""`ehcp check`: what is late, what is due soon and what cannot be judged in one or more case files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.cli.check_options import (
    AssumeBlank,
    Caseworker,
    DeadlineIds,
    District,
    DueWithin,
    ExitZero,
    FailOn,
    Include,
    Kind,
    Oldest,
    Strict,
    Team,
    Top,
    Who,
    selection,
)
from ehcp_timeline.cli.options import AsAt, Config, Force, Format, OutputFile, Rules
from ehcp_timeline.cli.output import Output, choose_output, say
from ehcp_timeline.cli.words import choice, day_asked

if TYPE_CHECKING:
    from ehcp_timeline.audit.result import Audit

"""One question put to the law about whole files: what every part of the answer needs to know."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ehcp_timeline.audit.bulk.lines import Lines
from ehcp_timeline.audit.bulk.tables import DayTables
from ehcp_timeline.clock.workdays import announced_until
from ehcp_timeline.law.terms import Rulebook


@dataclass(frozen=True)
class Inquiry:
    """One question put to the law.

    Attributes:
        rulebook: The law.
        as_at: The day the question is asked about.
        tables: What counting has been asked so far.
        lines: What the decision table has been asked so far.
    """

    rulebook: Rulebook
    as_at: date
    tables: DayTables = field(default_factory=DayTables)
    lines: Lines = field(default_factory=Lines)

    @cached_property
    def today(self) -> int:
        """The as-at date as a day number."""
        return self.as_at.toordinal()

    @cached_property
    def announced(self) -> int:
        """The last day whose bank holidays have been announced, as a day number."""
        return announced_until().toordinal()

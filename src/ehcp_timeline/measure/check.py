"""The whole answer of `ehcp check`: every file judged once, selected, counted and measured on the way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import polars as pl

from ehcp_timeline.audit.bulk.judged import Judged
from ehcp_timeline.audit.result import Audit, Input, NotJudged
from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.cases.problems import Problem
from ehcp_timeline.law.terms import Deadline, Rulebook
from ehcp_timeline.measure.backlog import Backlog
from ehcp_timeline.measure.rates import Rates
from ehcp_timeline.measure.tally import Tally

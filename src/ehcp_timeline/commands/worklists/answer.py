"""The answers of the commands that make work lists, and the fields of each line."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import polars as pl

from ehcp_timeline.audit.clock import Certainty, Verdict
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.measure.acknowledged import Acknowledged
from ehcp_timeline.measure.answer import ProblemFound, RowsOf, RulebookUsed
from ehcp_timeline.measure.casework import Casework
from ehcp_timeline.measure.result import Input, NotJudged
from ehcp_timeline.measure.worklists import Policy
from ehcp_timeline.privacy.apply import pseudonymised, without_words
from ehcp_timeline.privacy.pseudonyms import STATEMENT
from ehcp_timeline.record import Ge, Whole, record
from ehcp_timeline.shell.open import without_cases

if TYPE_CHECKING:
    from ehcp_timeline.privacy.pseudonyms import Key


@record(frozen=True, slots=True)
class Work:
    """One clock that somebody has to act on, and its next lawful step.

    Attributes:
        do: The next lawful step.
        by: Its last working day; `at once` where that has passed.
        not_before: The first lawful day for it, if it is ahead.
    """

    case_id: str
    name: str | None
    school: str | None
    referrer: str | None
    district: str | None
    team: str | None
    caseworker: str | None
    deadline: str
    duty: str
    law: str
    start: date | None
    due: date | None
    act_by: date | None
    verdict: Verdict
    days_left: int | None
    days_late: int | None
    certainty: Certainty
    excuse: str | None
    do: str
    by: str | None
    not_before: date | None


@record(frozen=True, slots=True)
class WorkAtRisk(Work):
    """One in-time clock, and when it will be met at the present pace.

    Attributes:
        expected_p50: At the median of what the stages took lately.
        expected_p85: At their 85th percentile.
    """

    stage: str
    in_stage_since: date
    expected_p50: date | None
    expected_p85: date | None


@record(frozen=True, slots=True)
class OverdueCounts:
    """How much is overdue."""

    overdue: Whole
    cases: Whole


@record(frozen=True, slots=True)
class RiskCounts:
    """How many in-time clocks are at risk.

    Attributes:
        cannot_be_told: Too little was finished lately to tell.
    """

    at_risk: Whole
    in_time: Whole
    cannot_be_told: Whole


@record(frozen=True, slots=True)
class NextCounts:
    """How much there is to do.

    Attributes:
        cannot_be_told: Clocks whose verdict is unknown.
    """

    policy: Policy
    cases: Whole
    cannot_be_told: Whole


@record(frozen=True, slots=True)
class WorkAnswer:
    """A list of clocks to work from.

    Attributes:
        statement: What must be on every copy of a pseudonymised list; null otherwise.
    """

    as_at: date
    rulebook: RulebookUsed
    input: tuple[Input, ...]
    statement: str | None
    summary: object
    work: Annotated[pl.DataFrame, RowsOf(Work)]
    not_judged: tuple[NotJudged, ...]
    problems: Annotated[tuple[Problem, ...], RowsOf(ProblemFound)]
    acknowledged: Acknowledged | None

    @classmethod
    def of(
        cls,
        work: Casework,
        clocks: pl.DataFrame,
        summary: object,
        key: "Key | None" = None,
        order: Callable[[pl.DataFrame], pl.DataFrame] = lambda clocks: clocks,
        **more: Any,  # noqa: ANN401 - the fields that a kind of list adds
    ) -> Self:
        """Return a list without what is accepted, pseudonymised if there is a key and then put in order."""
        listed, left_out = work.listed(clocks)
        audit, problems = work.audit, work.audit.problems
        if key:
            listed, problems = pseudonymised(listed, key), without_words(problems)
        return cls(
            as_at=audit.as_at,
            rulebook=audit.rulebook,
            input=audit.input,
            statement=STATEMENT if key else None,
            summary=summary,
            work=order(listed),
            not_judged=audit.summary.not_judged,
            problems=problems,
            acknowledged=without_cases(left_out, key),
            **more,
        )


@record(frozen=True, slots=True)
class OverdueAnswer(WorkAnswer):
    """The answer of `ehcp overdue --format json`."""

    SCHEMA: ClassVar = "ehcp-overdue/1"

    summary: OverdueCounts


@record(frozen=True, slots=True)
class SaveListAnswer(WorkAnswer):
    """The answer of `ehcp overdue --save-list --format json`."""

    SCHEMA: ClassVar = "ehcp-save-list/1"

    summary: RiskCounts
    work: Annotated[pl.DataFrame, RowsOf(WorkAtRisk)]


@record(frozen=True, slots=True)
class NextAnswer(WorkAnswer):
    """The answer of `ehcp next --format json`."""

    SCHEMA: ClassVar = "ehcp-next/1"

    summary: NextCounts


@record(frozen=True, slots=True)
class PublicationAnswer:
    """The answer of `ehcp overdue --disclosure suppress --format json`.

    Attributes:
        threshold: Numbers of people below it are hidden.
        withheld: Nothing of the table could be published.
        rows: One for each group and one named Total; [c] stands for what is hidden.
    """

    SCHEMA: ClassVar = "ehcp-publication/1"

    as_at: date
    rulebook: RulebookUsed
    by: Literal["district", "team"]
    threshold: Annotated[int, Ge(3)]
    withheld: bool
    legend: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, int | float | str | None], ...]

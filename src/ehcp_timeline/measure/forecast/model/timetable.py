"""The law's own timetable of an assessment in whole weeks, and the stages that a file can show."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from ehcp_timeline.clock.counting import apply
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.forecast.model.arrays import WEEK

ADVICE = "assess.advice"
WHOLE = "plan"


@dataclass(frozen=True, slots=True)
class PipelineStage:
    """One stage between a request and a plan.

    Attributes:
        name: `decision`, `advice`, `draft` or `final`; `plan` where the file has no date between the request,
            or the decision, and the plan.
        ends_with: The event that ends it; empty for advice, which has many, and for the last stage.
        weeks: Whole weeks that the law's timetable gives it.
        least: Most that its shortest time is ever taken to be, in whole weeks: whoever takes longer, waits.
    """

    name: str
    ends_with: str
    weeks: int
    least: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """The stages of an assessment in order, and the whole weeks from request to plan."""

    stages: tuple[PipelineStage, ...]
    weeks: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the stages, in order."""
        return tuple(stage.name for stage in self.stages)


def timetable(rulebook: Rulebook, columns: Collection[str], as_at: date) -> Timetable:
    """Return the stages that a file with these columns can show.

    The weeks are those of `assess.decide`, `assess.advice`, `plan.draft` and `plan.issue`, as they stand on
    the as-at date: decision by week 6, advice by week 12, draft by week 14, plan by week 20.
    """
    decide, advice, draft, issue = (
        weeks_of(rulebook, deadline, as_at)
        for deadline in ("assess.decide", ADVICE, "plan.draft", "plan.issue")
    )
    drafted = "draft_sent" in columns
    ends = [
        ("decision", "assess_agreed", decide, "assess_agreed" in columns),
        ("advice", "", decide + advice, bool(answerable(rulebook, columns))),
        ("draft", "draft_sent", draft, drafted),
    ]
    stages: list[PipelineStage] = []
    before = 0
    for name, event, by, there in ends:
        if there:
            stages.append(PipelineStage(name, event, by - before, max(1, by - before)))
            before = by
    least = issue - before if drafted else max(1, draft - before)
    stages.append(PipelineStage("final" if drafted else WHOLE, "", issue - before, least))
    return Timetable(tuple(stages), issue)


def weeks_of(rulebook: Rulebook, deadline: str, as_at: date) -> int:
    """Return the whole weeks that a deadline gives on a day; 0 where the rulebook does not have it."""
    known = rulebook.by_id.get(deadline)
    version = known.version_on(as_at) if known else None
    return (apply(version.limit.limbs[0].count, as_at) - as_at).days // WEEK if version else 0


def answerable(rulebook: Rulebook, columns: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return the columns in which advice, whoever gives it, was asked for and came in; both must be there."""
    pairs = (
        (deadline.starts.events[0], deadline.met_by.events[0])
        for deadline in rulebook.deadlines
        if deadline.id == ADVICE or deadline.id.startswith(f"{ADVICE}.")
    )
    return tuple(pair for pair in pairs if set(pair) <= set(columns))

"""One deadline running from one start: the record that both readers fill."""

from datetime import date
from typing import Literal, get_args

from ehcp_timeline.record import record

Verdict = Literal[
    "not-started", "not-owed", "running", "met", "late", "early", "overdue", "excused", "unknown"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
Certainty = Literal["certain", "disputed"]


@record(frozen=True, slots=True)
class Clock:
    """One deadline running from one start, and its outcome.

    Attributes:
        case_id: The authority's own number for the case.
        row: Physical line of the row with the start.
        deadline: Id of the deadline in the rulebook.
        source: Whose advice, if the deadline exists once for each source; otherwise None.
        start: The day the clock started; None if it has not.
        due: Last lawful day; for a minimum (`plan.window`) the first lawful day.
        act_by: Last working day on or before `due`; None for a minimum.
        earliest_reading: The earliest due day that any published reading gives.
        latest_reading: The latest.
        answered: The day of the event that answered it.
        ended: The day on which an event ended it unanswered.
        verdict: The answer. The file's excuses count unless its dates refute them.
        strict: The verdict with every excuse ignored.
        evidenced: The verdict with only those excuses that the file's dates prove.
        days_left: Calendar days from the as-at date to `due` (running), or from the answer to the first
            lawful day (early).
        days_late: Calendar days from `due` to the answer, to the end, or to the as-at date.
        certainty: `disputed` where published readings differ about the verdict.
        excuse: The excuse considered and its strength, as `school-closed (evidenced)`.
        provisional: Whether a day rests on bank holidays that have not been announced yet.
        open: Whether it still runs: started, owed, neither answered nor ended.
        reason: Why the verdict is `unknown` or `not-owed`, as a permanent word; otherwise None.
    """

    case_id: str
    row: int
    deadline: str
    source: str | None = None
    start: date | None = None
    due: date | None = None
    act_by: date | None = None
    earliest_reading: date | None = None
    latest_reading: date | None = None
    answered: date | None = None
    ended: date | None = None
    verdict: Verdict = "not-started"
    strict: Verdict = "not-started"
    evidenced: Verdict = "not-started"
    days_left: int | None = None
    days_late: int | None = None
    certainty: Certainty = "certain"
    excuse: str | None = None
    provisional: bool = False
    open: bool = False
    reason: str | None = None

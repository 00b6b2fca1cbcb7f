"""Letters before a day is missed: one line of a mail merge for each family."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.worklists.lists import untold_lines
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.acknowledged import Acknowledged
from ehcp_timeline.measure.answer import Problems, RulebookUsed, keys, lines_of
from ehcp_timeline.measure.casework import Casework
from ehcp_timeline.measure.next_steps import next_steps
from ehcp_timeline.measure.result import Input, NotJudged
from ehcp_timeline.measure.worklists import AHEAD, before_breach
from ehcp_timeline.output.document import Document
from ehcp_timeline.output.sections import CASE, DEADLINE, DUE, WHOSE_COLUMNS, Section, column_of, list_section
from ehcp_timeline.output.summary import acknowledged_lines, opening
from ehcp_timeline.record import Ge, Whole, record
from ehcp_timeline.shell.open import Config
from ehcp_timeline.text import count, day

if TYPE_CHECKING:
    import polars as pl

_NOTES = (
    "No letter has been sent. Each line is for one family: check it before you write.",
    "The Ombudsman expects families to be told of a delay before the day is missed, and why, and until when.",
    "`expected` is an estimate: for plans that of `ehcp forecast --per-case`, else at the present pace.",
)


@record(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """One family to write to before a day is missed.

    Attributes:
        days_over: From the due day to the expected one.
        also: The case's other deadlines that will be missed.
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
    start: date
    weeks_waited: Whole
    due: date
    days_left: Whole
    expected: date
    days_over: Annotated[int, Ge(1)]
    still_to_do: str
    also: str
    promise: str
    tell: str
    rights: str


@record(frozen=True, slots=True)
class LetterCounts:
    """How many families to write to, of how many duties in time with a day within `within` days."""

    families: Whole
    in_time: Whole
    cannot_be_told: Whole


@record(frozen=True, slots=True)
class LettersAnswer:
    """The answer of `ehcp letters --format json`.

    Attributes:
        statement: Always null: a letter needs names.
        within: How many days ahead a due day may lie.
    """

    SCHEMA: ClassVar = "ehcp-letters/1"

    as_at: date
    rulebook: RulebookUsed
    input: tuple[Input, ...]
    statement: str | None
    summary: LetterCounts
    letters: tuple[LetterLine, ...]
    not_judged: tuple[NotJudged, ...]
    problems: Problems
    within: Whole = AHEAD
    acknowledged: Acknowledged | None = None


def letters_document(
    work: Casework, selection: Selection, top: int, within: int, projected: "pl.DataFrame | None"
) -> Document:
    """Return a line for each family to write to whose day is within so many days, first due first."""
    risk, audit = before_breach(work, selection, within, projected), work.audit
    lines = tuple(map(_line, risk.clocks.iter_rows(named=True)))
    answer = LettersAnswer(
        as_at=audit.as_at,
        rulebook=audit.rulebook,
        input=audit.input,
        statement=None,
        summary=LetterCounts(len(lines), risk.in_time, risk.untold),
        letters=lines,
        not_judged=audit.summary.not_judged,
        problems=audit.problems,
        within=within,
        acknowledged=work.listed(risk.clocks)[1],
    )

    def sections() -> Iterator[Section]:
        yield opening(audit)
        expected, still = column_of("expected", kind="fixed"), column_of("still_to_do", "still to do")
        mail_merge = "No letter is sent: -o letters.xlsx makes the list for a mail merge."
        yield list_section(
            f"Due within {within} days, and will be missed at the present pace",
            (CASE, DUE, expected, DEADLINE, still, *WHOSE_COLUMNS),
            lines_of(lines[:top], LetterLine),
            len(lines),
            after=(*untold_lines(risk.untold), *acknowledged_lines(answer.acknowledged), mail_merge),
        )

    return Document.of_list("Before the day is missed", answer, "letters", sections, notes=_NOTES)


def projected_plans(
    rulebook: Rulebook, source: CaseFile, config: Config, as_at: date
) -> "pl.DataFrame | None":
    """Return the forecast of each open plan (`--per-case`); None where the file records too little."""
    import polars as pl

    from ehcp_timeline.measure.forecast.days import after_weeks
    from ehcp_timeline.measure.forecast.forecast import forecast
    from ehcp_timeline.measure.forecast.request import OBSERVED, ForecastRequest

    asked = ForecastRequest(as_at, policies=(OBSERVED,), closures=config.closures, per_case=True)
    try:
        cases = forecast(rulebook, [source], asked).cases
    except CaseFileError:
        return None
    if cases is None:
        return None
    last = after_weeks(as_at, asked.weeks)
    rows = [
        (case.row, case.start, case.finish_p50 or last, case.finish_p85 or last, case.breach == "likely")
        for case in cases
    ]
    schema = {"row": pl.UInt32, "start": pl.Date, "p50": pl.Date, "p85": pl.Date, "likely": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _line(clock: Mapping[str, Any]) -> LetterLine:
    letter = next_steps().letter_for(clock["deadline"])
    promise, rights = (letter.promise, letter.rights) if letter else (clock["duty"], "")
    expected, over, do = clock["expected_p50"], count(clock["days_over"], "day"), clock["do"]
    as_it_is = {key: clock[key] for key in keys(LetterLine) if key in clock}
    own = {
        "expected": expected,
        "still_to_do": do,
        "also": ", ".join(clock["also"]),
        "promise": promise,
        "tell": (
            f"By law we have until {day(clock['due'])} {promise}. We do not expect to keep to that day. "
            f"At our present pace it will be about {day(expected)}, {over} late. "
            f"Still to be done: {do[:1].lower()}{do[1:]}."
        ),
        "rights": rights,
    }
    return LetterLine(**{**as_it_is, **own})

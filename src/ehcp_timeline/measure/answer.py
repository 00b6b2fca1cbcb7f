"""An answer is one record: its JSON is the record serialised, its JSON Schema is derived from the record.

An answer is a frozen dataclass with a class attribute `SCHEMA`, as `ehcp-reconcile/1`. Its fields, in their
order, are the keys of the JSON. A name that Python keeps for itself ends with an underscore, which the key
drops (`try_`, `from_`). `Attributes:` in the docstring says what a key holds where its name does not; bounds
are those of `record` (`Annotated[int, Ge(0)]`). A field with `metadata=NOT_IN_JSON` is for the views
alone; one with `metadata=decimals(2)` is exact for them and rounded in the JSON. A list that is held in
another form says what it is a list of: `Annotated[pl.DataFrame, RowsOf(Finding)]` is a frame with (at
least) the columns of a finding.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import Field, is_dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Self, get_args

from ehcp_timeline.audit.selection import WHOSE
from ehcp_timeline.audit.verdicts import Certainty, Clock, Verdict
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.law.rulebook import Deadline, DutyKind, Overlay, Who
from ehcp_timeline.record import Ge, Percent, Sha256, fields, record

if TYPE_CHECKING:
    import polars as pl

    from ehcp_timeline.law.rulebook import Rulebook

NOT_IN_JSON: Final = {"json": False}
AT_ONCE: Final = "at once"
Line = Mapping[str, Any]


class JsonText(str):
    """JSON already, hidden characters escaped: a value on one line, or entries of a list, a line each."""

    __slots__ = ()


class FrameRows(Iterator[Line]):
    """The rows of a frame, one by one; what writes a frame at once finds it in `frame`."""

    def __init__(self, frame: "pl.DataFrame") -> None:
        self.frame = frame
        self._rows = frame.iter_rows(named=True)

    def __next__(self) -> Line:
        """Return the next row."""
        return next(self._rows)


def decimals(places: int) -> Mapping[str, int]:
    """Return the metadata of a field that the JSON holds with at most so many decimals."""
    return {"decimals": places}


@record(frozen=True, slots=True)
class RowsOf:
    """Says of a field what its JSON is a list of: the rows of a frame, or what `all_of` makes of a list.

    `all_of` gives records, or each as `JsonText`.
    """

    kind: type

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:  # noqa: ANN401
        """Give the field the JSON Schema of a list of such records."""
        return handler.generate_schema(list[self.kind])  # type: ignore[name-defined]


@record(frozen=True, slots=True)
class RulebookUsed:
    """Which law was applied.

    Attributes:
        version: Version of the rulebook, not of the software.
    """

    version: str
    sha256: Sha256
    overlays: tuple[Overlay, ...]

    @classmethod
    def of(cls, rulebook: "Rulebook") -> Self:
        """Return what an answer says of a rulebook."""
        return cls(rulebook.version, rulebook.sha256, rulebook.overlays)


@record(frozen=True, slots=True)
class ProblemFound:
    """Something in the file that a person should put right.

    Attributes:
        row: Physical line of the file; null where the whole file is meant.
        column: Null where the whole row is meant.
        try_: What to try.
    """

    row: int | None
    column: str | None
    problem: str
    try_: str

    @classmethod
    def all_of(cls, problems: Iterable[Problem]) -> tuple[Self, ...]:
        """Return problems as answers hold them."""
        return tuple(
            cls(problem.row or None, problem.column or None, problem.problem, problem.try_)
            for problem in problems
        )


Problems = Annotated[tuple[Problem, ...], RowsOf(ProblemFound)]


@record(frozen=True, slots=True)
class InTime:
    """Done in time, of all that was answered, ended or is past its day; what is excused is on neither side.

    Attributes:
        strict: Every excuse ignored, in percent to one decimal; None where there is nothing to count.
        claimed: The file's excuses taken at their word, unless its dates refute them.
        evidenced: Only those excuses that its dates prove.
    """

    strict: Percent
    claimed: Percent
    evidenced: Percent


@record(frozen=True, slots=True, kw_only=True)
class ClockRecord:
    """What is said about one clock.

    Attributes:
        row: Physical line of the file, 1 for its first line.
        source: Whose advice, where a duty stands once for each.
        due: Last lawful day; for a minimum the first lawful day.
        act_by: Last working day on or before due.
        provisional: Rests on bank holidays that are not announced yet.
    """

    case_id: str | None
    row: int | None
    deadline: str
    duty: str
    law: str
    kind: DutyKind
    who: Who
    source: str | None
    start: date | None
    due: date | None
    act_by: date | None
    earliest_reading: date | None
    latest_reading: date | None
    answered: date | None
    verdict: Verdict
    days_left: int | None
    days_late: int | None
    certainty: Certainty
    excuse: str | None
    provisional: bool
    district: str | None
    team: str | None
    caseworker: str | None

    @classmethod
    def of(cls, clock: Clock, deadline: Deadline, texts: Mapping[str, str], **more: object) -> Self:
        """Return what is said about a clock of a deadline.

        `texts` are its district, team and caseworker, where they were given; `more`, fields that
        are not those of the clock.
        """
        of_clock = {key: getattr(clock, key) for key in keys(ClockRecord) if hasattr(clock, key)}
        of_deadline = {key: getattr(deadline, key) for key in ("duty", "law", "kind", "who")}
        whose = {key: texts.get(key) for key in WHOSE}
        given: dict[str, Any] = {**of_clock, **of_deadline, **whose, "case_id": clock.case_id or None, **more}
        return cls(**given)


@record(frozen=True, slots=True, kw_only=True)
class Finding(ClockRecord):
    """One clock of a case file that someone should look at, or that was asked for."""

    case_id: str
    row: Annotated[int, Ge(1)]


def keys(kind: type) -> tuple[str, ...]:
    """Return the keys of a record's JSON, which are the columns of a list of such records."""
    return tuple(key for _, key, _ in _fields(kind))


@cache
def _fields(kind: type) -> tuple[tuple[str, str, Callable[[Any], Any]], ...]:
    """Return the fields of a record that its JSON holds: name, key, and what makes plain values of one.

    That of a list in another form gives an iterator.
    """

    def plain(field: "Field[Any]") -> Callable[[Any], Any]:
        if rows := _rows_of(field):
            return lambda held: lines_of(held, rows.kind)
        places = field.metadata.get("decimals")
        return values if places is None else lambda held: held if held is None else round(held, places)

    held = [field for field in fields(kind) if field.metadata.get("json", True)]
    return tuple((field.name, field.name.removesuffix("_"), plain(field)) for field in held)


def _rows_of(field: "Field[Any]") -> RowsOf | None:
    return next((note for note in getattr(field.type, "__metadata__", ()) if isinstance(note, RowsOf)), None)


def kind_of(answer: object, name: str) -> type:
    """Return the kind of record that a field of an answer is a list of."""
    (field,) = (field for field in fields(answer) if field.name == name)  # type: ignore[arg-type]
    rows = _rows_of(field)
    kind: type = rows.kind if rows else get_args(field.type)[0]
    return kind


def lines_of(records: "pl.DataFrame | Iterable[object]", kind: type) -> Iterator[Line]:
    """Yield a list of records as plain values, one by one."""
    held: Any = records
    if hasattr(held, "iter_rows"):
        return FrameRows(held.select(keys(kind)))
    return map(values, kind.all_of(held) if hasattr(kind, "all_of") else held)


def values(record: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return a record as plain values for JSON: mappings, lists, numbers, texts, dates.

    Mappings and sequences are walked.
    """
    return _converter(record.__class__)(record)


def streamed(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - any record
    """Return an answer as `values` does, but an iterator for each list that is held in another form."""
    schema = getattr(answer, "SCHEMA", None)
    plain = {key: made(getattr(answer, name)) for name, key, made in _fields(answer.__class__)}
    return plain if schema is None else {"schema": schema, **plain}


@cache
def _converter(kind: type) -> Callable[[Any], Any]:
    """Return what makes plain values of a type: an answer may have millions."""
    if is_dataclass(kind):
        if hasattr(kind, "SCHEMA") or any(map(_rows_of, fields(kind))):
            return lambda record: {
                key: list(value) if isinstance(value, Iterator) else value
                for key, value in streamed(record).items()
            }
        held = _fields(kind)
        return lambda record: {key: made(getattr(record, name)) for name, key, made in held}
    if issubclass(kind, Mapping):
        return lambda record: {key: values(value) for key, value in record.items()}
    if issubclass(kind, Sequence) and not issubclass(kind, str):
        return lambda record: [values(value) for value in record]
    return lambda record: record

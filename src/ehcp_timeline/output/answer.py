"""An answer is one record: its JSON is the record serialised, its JSON Schema is derived from the record.

An answer is a frozen dataclass with a class attribute `SCHEMA`, as `ehcp-reconcile/1`. Its fields, in their
order, are the keys of the JSON. A name that Python keeps for itself ends with an underscore, which the key
drops (`try_`, `from_`). `Attributes:` in the docstring says what a key holds where its name does not; bounds
are those of `annotated_types` (`Annotated[int, Ge(0)]`), which loads in no time. A field with
`metadata=NOT_IN_JSON` is for the views alone; one with `metadata=decimals(2)` is exact for them and rounded
in the JSON.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self

from ehcp_timeline.cases.model import Problem
from ehcp_timeline.text.bounds import Sha256

if TYPE_CHECKING:
    from ehcp_timeline.law.rulebook import Rulebook

NOT_IN_JSON: Final = {"json": False}


def decimals(places: int) -> Mapping[str, int]:
    """Return the metadata of a field that the JSON holds with at most so many decimals."""
    return {"decimals": places}


@dataclass(frozen=True, slots=True)
class Overlay:
    """A local rulebook that was laid over the law."""

    name: str
    sha256: Sha256


@dataclass(frozen=True, slots=True)
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
        return cls(rulebook.version, rulebook.sha256, tuple(Overlay(*laid) for laid in rulebook.overlays))


@dataclass(frozen=True, slots=True)
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
        return tuple(cls(one.row or None, one.column or None, one.problem, one.try_) for one in problems)


def keys(record: type) -> tuple[str, ...]:
    """Return the keys of a record's JSON, which are the columns of a list of such records."""
    return tuple(key for _, key, _ in _fields(record))


@cache
def _fields(record: type) -> tuple[tuple[str, str, int | None], ...]:
    """Return the fields of a record that its JSON holds, each with its key and its decimals."""
    held = [field for field in fields(record) if field.metadata.get("json", True)]
    return tuple((one.name, one.name.removesuffix("_"), one.metadata.get("decimals")) for one in held)


def values(record: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return a record as plain values for JSON: mappings, lists, numbers, texts, dates.

    Mappings and sequences are walked; rows that are mappings of plain values already stay as they are.
    """
    if isinstance(record, str) or record is None:
        return record
    if is_dataclass(record) and not isinstance(record, type):
        plain = {}
        for name, key, places in _fields(type(record)):
            value = getattr(record, name)
            plain[key] = values(value if places is None or value is None else round(value, places))
        schema = getattr(record, "SCHEMA", None)
        return plain if schema is None else {"schema": schema, **plain}
    if isinstance(record, Mapping):
        return {key: values(value) for key, value in record.items()}
    if isinstance(record, Sequence):
        return [values(value) for value in record]
    return record

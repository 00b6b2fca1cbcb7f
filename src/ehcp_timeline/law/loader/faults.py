"""Reads TOML tables into records and gathers every fault with its place, to report all at once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, is_dataclass
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from ehcp_timeline.errors import RulebookError
from ehcp_timeline.inputs import shipped
from ehcp_timeline.record import field, fields, record
from ehcp_timeline.text import did_you_mean

T = TypeVar("T")
Table = Mapping[str, Any]
_NEAR_MISSES: Mapping[type, tuple[type, ...]] = {int: (bool,), date: (datetime,)}  # Python counts them in
_NAMES = {"str": "text", "int": "whole number", "dict": "table", "bool": "yes or no"}


def suggestion(word: str, known: Collection[str]) -> str:
    """Return a question naming the nearest known word, or an empty string.

    >>> suggestion("plan_isued", ["plan_issued", "draft_sent"])
    '; did you mean plan_issued?'
    """
    question = did_you_mean(word, sorted(known), 1)
    return f"; {question}" if question else ""


@record(slots=True)
class Location:
    """A place in a TOML file, which faults are reported against.

    Attributes:
        path: File and key path, as `2-plan.toml: plan.issue.version[1].within`.
        faults: The list that every place of one reading shares.
        vocabulary: What a word is, as `event`, to the words that there are.
    """

    path: str
    faults: list[str] = field(default_factory=list)
    vocabulary: Mapping[str, Collection[str]] = field(default_factory=dict)

    def at(self, key: str) -> "Location":
        """Return the place one key further in."""
        joint = " " if self.path.endswith(":") else "" if key.startswith("[") else "."
        return Location(f"{self.path}{joint}{key}", self.faults, self.vocabulary)

    def fault(self, message: str) -> None:
        """Report a fault here."""
        self.faults.append(f"{self.path.removesuffix(':')}: {message}")

    def keys(self, table: Table, known: Collection[str]) -> None:
        """Report every key that is not a word of the vocabulary."""
        for key in table:
            if key not in known:
                self.at(key).fault(f"not a word of the rulebook{suggestion(key, known)}")

    def want(self, table: Table, key: str, kind: type[T]) -> T:
        """Return a value that must be there and of its kind."""
        if key not in table:
            self.fault(f"{key} is missing")
        return self.maybe(table, key, kind)

    def maybe(self, table: Table, key: str, kind: type[T]) -> T:
        """Return a value that must be of its kind if it is there, or an empty one."""
        value: T = self.at(key).value(table[key], kind) if key in table else _nothing(kind)
        return value

    def tables(self, table: Table, key: str) -> list[tuple["Location", Table]]:
        """Return a list of tables, each with its own place; what is not a table is reported and left out."""
        tables: list[tuple[Location, Table]] = []
        if key not in table:
            return tables
        if isinstance(table[key], dict):
            self.at(key).fault(
                "is one table where a list belongs; write its heading in double brackets, [[...]]"
            )
            return tables
        for number, body in enumerate(self.maybe(table, key, list)):
            here = self.at(f"{key}[{number}]")
            if isinstance(body, dict):
                tables.append((here, body))
            else:
                here.fault(f"must be a table, not {body!r}")
        return tables

    def known(self, word: str, what: str) -> None:
        """Report a word that is not in the vocabulary."""
        words = self.vocabulary.get(what, ())
        if word not in words:
            self.fault(f"unknown {what} {word!r}{suggestion(word, words)}")

    def record(self, kind: type[T], table: Table, also: Collection[str] = (), **read: object) -> T:
        """Return a table as a record: each key fills the field of its name, or of its `key` in metadata.

        Args:
            kind: A dataclass of texts, numbers, days, yes or no, `Literal`s, tuples of these, tables as
                tuples of pairs, and records. `Annotated[str, "event"]` is a word that must be in the
                vocabulary of events. A field whose `key` is empty is in no file.
            table: What is in the file.
            also: Keys that are no field.
            read: Fields that have been read already.
        """
        named = _fields(kind)  # type: ignore[arg-type]
        self.keys(table, (*named, *also) if also else named)
        for key, (name, hint, choices, required) in named.items():
            if name in read:
                continue
            if key in table:
                value = table[key]
                if type(value) is not hint and value not in choices:
                    value = self.at(key).value(value, hint)
                read[name] = value
            elif required:
                if get_origin(hint) not in (tuple, Union, UnionType):
                    self.fault(f"{key} is missing")
                read[name] = _nothing(hint)
        return kind(**read)

    def value(self, value: object, hint: Any) -> Any:  # noqa: ANN401 - of the type that is hinted at
        """Return a value of a file as the type of a field, or report it and return an empty one."""
        origin, args = get_origin(hint), get_args(hint)
        if origin in (Union, UnionType):
            return self.value(value, next(part for part in args if part is not NoneType))
        if origin is Annotated:
            if isinstance(value, str):
                self.known(value, args[1])
                return value
            return self.value(value, args[0])
        if origin is tuple and get_origin(args[0]) is tuple and isinstance(value, dict):
            key, held = get_args(args[0])
            return tuple((self.value(name, key), self.at(name).value(value[name], held)) for name in value)
        if origin is tuple:
            return self._listed(value, args)
        if origin is Literal:
            if value not in args:
                near = suggestion(str(value), args)
                self.fault(f"must be one of {', '.join(args)}, not {value!r}{near}")
                value = _nothing(hint)
        elif is_dataclass(hint) and isinstance(value, dict):
            value = self.record(hint, value)  # type: ignore[arg-type]
        elif not isinstance(value, hint) or type(value) in _NEAR_MISSES.get(hint, ()):
            name = "table" if is_dataclass(hint) else _NAMES.get(hint.__name__, hint.__name__)
            self.fault(f"must be a {name}, not {value!r}")
            value = _nothing(hint)
        return value

    def _listed(self, value: object, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return a list as a tuple; a text alone is a list of one."""
        many = args[-1] is Ellipsis
        what = args[0].__metadata__[0] if get_origin(args[0]) is Annotated else ""
        listed = [value] if (many or what) and isinstance(value, str) else value
        if what and isinstance(listed, list) and all(isinstance(word, str) for word in listed):
            for word in listed:
                self.known(word, what)
            if many or len(listed) == len(args):
                return tuple(listed)
            self.fault(f"needs two {what}s, the first and the last day")
        elif what:
            self.fault(f"must be a list of {what}s, not {value!r}")
        elif isinstance(listed, list) and (many or len(listed) == len(args)):
            kinds = args[:1] * len(listed) if many else args
            pairs = enumerate(zip(listed, kinds, strict=True))
            return tuple(self.at(f"[{number}]").value(item, part) for number, (item, part) in pairs)
        else:
            self.fault(f"must be a list{'' if many else f' of {len(args)}'}, not {value!r}")
        return () if many else tuple(map(_nothing, args))

    def refuse(self) -> None:
        """Raise RulebookError if there is a fault, with all of them."""
        if self.faults:
            raise RulebookError(tuple(self.faults))


def filled(value: object, fill: Callable[[str, str], str], key: str = "") -> Any:  # noqa: ANN401 - as it was
    """Return a value of a file with every text in it filled in; `fill` is given the text and its key."""
    if isinstance(value, str):
        return fill(value, key)
    if isinstance(value, list):
        return [filled(item, fill, key) for item in value]
    if isinstance(value, dict):
        return {name: filled(item, fill, name) for name, item in value.items()}
    return value


def read_shipped(kind: type[T], name: str) -> T:
    """Return a TOML file of the package, named by its path in it, as a record.

    Raises:
        RulebookError: With every fault.
    """
    place = Location(f"{name.rpartition('/')[2]}:")
    read = place.record(kind, shipped(name))
    place.refuse()
    return read


@cache
def _fields(kind: type) -> Mapping[str, tuple[str, Any, tuple[Any, ...], bool]]:
    """Return key to field: its name, its type, the choices of a `Literal`, and whether it has no default."""
    return {
        key: (
            held.name,
            held.type,
            get_args(held.type) if get_origin(held.type) is Literal else (),
            held.default is MISSING and held.default_factory is MISSING,
        )
        for held in fields(kind)
        if (key := held.metadata.get("key", held.name))
    }


def _nothing(hint: Any) -> Any:  # noqa: ANN401
    """Return what stands for a value that cannot be read, until its fault is reported."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _nothing(args[0])
    if origin is Literal:
        return args[0]
    if origin in (Union, UnionType) or is_dataclass(hint):
        return None
    if origin is tuple:
        return () if args[-1] is Ellipsis else tuple(map(_nothing, args))
    return date.min if hint is date else hint()

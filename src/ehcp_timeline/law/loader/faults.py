"""Faults of a rulebook, gathered while it is read so that all of them are told at once."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from ehcp_timeline.errors import RulebookError
from ehcp_timeline.text import spelling

T = TypeVar("T")
Table = Mapping[str, Any]
Known = Mapping[str, tuple[str, Collection[str]]]
NO_KNOWN: Known = {}
_NEAR_MISSES: Mapping[type, tuple[type, ...]] = {int: (bool,), date: (datetime,)}  # Python counts them in


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return a question naming the nearest known word, or an empty string.

    >>> did_you_mean("plan_isued", ["plan_issued", "draft_sent"])
    '; did you mean plan_issued?'
    """
    question = spelling.did_you_mean(word, sorted(known), 1)
    return f"; {question}" if question else ""


@dataclass(slots=True)
class Location:
    """A place in a rulebook file, which faults are reported against.

    Attributes:
        path: File and key path, as `2-plan.toml: plan.issue.version[1].within`.
        faults: The list that every place of one reading shares.
    """

    path: str
    faults: list[str] = field(default_factory=list)

    def at(self, key: str) -> "Location":
        """Return the place one key further in."""
        joint = " " if self.path.endswith(":") else "" if key.startswith("[") else "."
        return Location(f"{self.path}{joint}{key}", self.faults)

    def fault(self, message: str) -> None:
        """Report a fault here."""
        self.faults.append(f"{self.path.removesuffix(':')}: {message}")

    def keys(self, table: Table, known: Collection[str]) -> None:
        """Report every key that is not a word of the vocabulary."""
        for key in table:
            if key not in known:
                self.at(key).fault(f"not a word of the rulebook{did_you_mean(key, known)}")

    def want(self, table: Table, key: str, kind: type[T], default: T) -> T:
        """Return a value that must be there and of its kind."""
        if key not in table:
            self.fault(f"{key} is missing")
            return default
        return self.maybe(table, key, kind, default)

    def maybe(self, table: Table, key: str, kind: type[T], default: T) -> T:
        """Return a value that must be of its kind if it is there."""
        value = table.get(key, default)
        if isinstance(value, kind) and type(value) not in _NEAR_MISSES.get(kind, ()):
            return value
        self.at(key).fault(f"must be a {_said(kind)}, not {value!r}")
        return default

    def wording(self, table: Table) -> tuple[str, str]:
        """Return `says`, the law's own words, and `means`, a paraphrase; one of them must be there."""
        if "says" not in table and "means" not in table:
            self.fault("says is missing; quote the law, or give a paraphrase in means")
        return self.maybe(table, "says", str, ""), self.maybe(table, "means", str, "")

    def tables(self, table: Table, key: str) -> list[tuple["Location", Table]]:
        """Return a list of tables, each with its own place; what is not a table is reported and left out."""
        tables: list[tuple[Location, Table]] = []
        for number, body in enumerate(self.maybe(table, key, list, [])):
            here = self.at(f"{key}[{number}]")
            if isinstance(body, dict):
                tables.append((here, body))
            else:
                here.fault(f"must be a table, not {body!r}")
        return tables

    def one_or_more(self, value: object) -> list[Table]:
        """Return a table, or a list of tables; what is not a table is reported and left out."""
        listed = value if isinstance(value, list) else [value]
        for body in listed:
            if not isinstance(body, dict):
                self.fault(f"must be a table, not {body!r}")
        return [body for body in listed if isinstance(body, dict)]

    def one_of(self, table: Table, key: str, known: tuple[str, ...], default: str) -> str:
        """Return a word that must be one of a few."""
        value = self.maybe(table, key, str, default)
        if value not in known:
            self.at(key).fault(
                f"must be one of {', '.join(known)}, not {value!r}{did_you_mean(value, known)}"
            )
            return default
        return value

    def words(self, table: Table, key: str, known: Collection[str], what: str) -> tuple[str, ...]:
        """Return a list of words, each of which must be known."""
        value = table.get(key, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
            self.at(key).fault(f"must be a list of {what}s, not {value!r}")
            return ()
        for word in listed:
            self.known(key, word, known, what)
        return tuple(listed)

    def known(self, key: str, word: str, known: Collection[str], what: str) -> None:
        """Report a word that nothing defines."""
        if word not in known:
            self.at(key).fault(f"unknown {what} {word!r}{did_you_mean(word, known)}")

    def record(
        self, kind: type[T], table: Table, known: Known = NO_KNOWN, also: Collection[str] = (), **read: object
    ) -> T:
        """Return a table as a record: each key fills the field of its name, or of its `key` in metadata.

        Args:
            kind: A dataclass of texts, numbers, days, yes or no, `Literal`s, tuples of these and records.
            table: What stands in the file.
            known: Field to what its words are, and those that there are.
            also: Keys that are no field.
            read: Fields that have been read already.
        """
        hints = _hints(kind)  # type: ignore[arg-type]
        names = {held.metadata.get("key", held.name): held for held in fields(kind)}  # type: ignore[arg-type]
        self.keys(table, (*names, *also))
        given: dict[str, object] = {}
        for key, held in names.items():
            hint = hints[held.name]
            what, words = known.get(held.name, ("", ()))
            if held.name in read:
                continue
            if key in table and what and get_origin(hint) is tuple:
                given[held.name] = self.words(table, key, words, what)
            elif key in table:
                given[held.name] = value = self.at(key).value(table[key], hint)
                if what and value:
                    self.known(key, value, words, what)
            elif held.default is MISSING and held.default_factory is MISSING:
                if get_origin(hint) not in (tuple, UnionType):
                    self.fault(f"{key} is missing")
                given[held.name] = _nothing(hint)
        return kind(**given, **read)

    def value(self, value: object, hint: Any) -> Any:  # noqa: ANN401 - of the type that is hinted at
        """Return a value of a file as the type of a field, or report it and return an empty one."""
        origin, args = get_origin(hint), get_args(hint)
        if origin is UnionType:
            return self.value(value, next(part for part in args if part is not NoneType))
        if origin is Literal:
            if value in args:
                return value
            near = did_you_mean(str(value), args)
            self.fault(f"must be one of {', '.join(args)}, not {value!r}{near}")
        elif origin is tuple:
            many = args[-1] is Ellipsis
            value = [value] if many and isinstance(value, str) else value
            if isinstance(value, list) and (many or len(value) == len(args)):
                kinds = args[:1] * len(value) if many else args
                pairs = enumerate(zip(value, kinds, strict=True))
                return tuple(self.at(f"[{number}]").value(item, part) for number, (item, part) in pairs)
            self.fault(f"must be a list{'' if many else f' of {len(args)}'}, not {value!r}")
        elif is_dataclass(hint):
            if isinstance(value, dict):
                return self.record(hint, value)  # type: ignore[arg-type]
            self.fault(f"must be a table, not {value!r}")
        elif isinstance(value, hint) and type(value) not in _NEAR_MISSES.get(hint, ()):
            return value
        else:
            self.fault(f"must be a {_said(hint)}, not {value!r}")
        return _nothing(hint)

    def refuse(self) -> None:
        """Raise RulebookError if there is a fault, with all of them."""
        if self.faults:
            raise RulebookError(tuple(self.faults))


def read_shipped(kind: type[T], *path: str) -> T:
    """Return a TOML file of the package as a record.

    Raises:
        RulebookError: With every fault.
    """
    place = Location(f"{path[-1]}:")
    read = place.record(kind, tomllib.loads(files("ehcp_timeline").joinpath(*path).read_text("utf-8")))
    place.refuse()
    return read


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _nothing(hint: Any) -> Any:  # noqa: ANN401
    """Return what stands for a value that cannot be read, until its fault is told."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return args[0]
    if origin is UnionType or is_dataclass(hint):
        return None
    if origin is tuple:
        return () if args[-1] is Ellipsis else tuple(map(_nothing, args))
    return date.min if hint is date else hint()


def _said(kind: type) -> str:
    return {"str": "text", "int": "whole number", "dict": "table", "list": "list", "bool": "yes or no"}.get(
        kind.__name__, kind.__name__
    )

"""Faults of a rulebook, gathered while it is read so that all of them are told at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, TypeVar

T = TypeVar("T")
Table = Mapping[str, Any]
_NEAR_MISSES: Mapping[type, tuple[type, ...]] = {int: (bool,), date: (datetime,)}  # Python counts them in


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return a question naming the nearest known word, or an empty string.

    >>> did_you_mean("plan_isued", ["plan_issued", "draft_sent"])
    '; did you mean plan_issued?'
    """
    near = get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


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
        """Return a list of tables, each with its own place; what is no table is reported and left out."""
        tables: list[tuple[Location, Table]] = []
        for number, body in enumerate(self.maybe(table, key, list, [])):
            here = self.at(f"{key}[{number}]")
            if isinstance(body, dict):
                tables.append((here, body))
            else:
                here.fault(f"must be a table, not {body!r}")
        return tables

    def one_or_more(self, value: object) -> list[Table]:
        """Return a table, or a list of tables; what is no table is reported and left out."""
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


def _said(kind: type) -> str:
    return {"str": "text", "int": "whole number", "dict": "table", "list": "list", "bool": "yes or no"}.get(
        kind.__name__, kind.__name__
    )

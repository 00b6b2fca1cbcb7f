"""Reads `sen2.toml`: the modules and items of the SEN2 return, and what its tables' headings look like."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from ehcp_timeline.cases.headers import fold
from ehcp_timeline.inputs import shipped
from ehcp_timeline.record import record

KEY = "tableid"
UNKNOWN = "unknown-item"  # the rule of a problem: dates or outcomes of the return that are not read
OUTCOMES = ("requestoutcome", "assessmentoutcome")
RENAME = "use the return's own name for it, or remove it; until then the deadlines that need it are unknown"
ELSEWHERE = "undated: it may be under a name that is not read"
DATE = r"^\s*(\d{4}-(\d\d?|[A-Za-z]{3})-\d\d?|\d\d?/\d\d?/\d{4})\b"
_HEADER = ("header", "collectiondetails", "source", "content", "message", "persons", "person")
_TIES = (KEY, "personid")  # every table of every shape has a heading that ends so


@record(frozen=True, slots=True)
class Module:
    """One module of the return: an element of the XML, a table of every other shape.

    Attributes:
        id: Its name in the COLLECT export, as `requests`.
        names: How the XML, a sheet or a record of the template calls it.
        key: The item that numbers its rows in the COLLECT export.
        parent_key: The item that names the row of the module above there, or an empty string.
        spellings: Folded heading or tag to the item that it means.
    """

    id: str
    names: tuple[str, ...]
    key: str
    parent_key: str
    spellings: Mapping[str, str]

    def item(self, heading: str) -> str | None:
        """Return the item that a heading means, None if it is not read; only its first line counts.

        >>> sen2().modules["requests"].item("Date request was received")
        'receiveddate'
        """
        return self.spellings.get(fold(first_line(heading)))


@record(frozen=True, slots=True)
class Sen2:
    """The return.

    Attributes:
        modules: By id.
        codes: Item to each code it may hold and what that means.
        compulsory: Item to the first collection year in which leaving it blank says something.
        left_behind: Item that a case file cannot hold to its name in the return.
    """

    modules: Mapping[str, Module]
    codes: Mapping[str, Mapping[str, str]]
    compulsory: Mapping[str, int]
    left_behind: Mapping[str, str]

    def module(self, name: str) -> Module | None:
        """Return the module that an element, a sheet or a table goes by, None where it is none.

        >>> sen2().module("Named Plan").id
        'namedplan'
        """
        word = fold(name)
        return next((known for known in self.modules.values() if word in map(fold, known.names)), None)

    def knows(self, name: str) -> bool:
        """Return whether a return may have an element or a heading of this name, read or not."""
        word = fold(first_line(name))
        return (
            word in _HEADER
            or self.module(word) is not None
            or any(module.item(word) for module in self.modules.values())
        )

    def held(self, seen: Iterable[str], year: int | None) -> frozenset[str]:
        """Return which items a file of a collection can be taken to know.

        A blank item then means that there is none. A date goes with its outcome, because "decided, but no
        date" has a meaning of its own.
        """
        items = set(seen)
        items |= {f"{outcome}date" for outcome in OUTCOMES if outcome in items}
        return frozenset(item for item in items if (year or 0) >= self.compulsory.get(item, 0))


@cache
def sen2() -> Sen2:
    """Read the description of the return that ships with the package."""
    read = shipped("cases/formats/sen2/sen2.toml")
    modules = {}
    for name, held in read["module"].items():
        spellings = {fold(word): item for item, words in held["items"].items() for word in (item, *words)}
        key, parent_key = held["key"], held.get("parent_key", "")
        modules[name] = Module(name, tuple(held["names"]), key, parent_key, MappingProxyType(spellings))
    return Sen2(
        modules=MappingProxyType(modules),
        codes=MappingProxyType(read["code"]),
        compulsory=MappingProxyType(read["compulsory"]),
        left_behind=MappingProxyType(read["left_behind"]),
    )


@cache
def outcome_codes() -> frozenset[str]:
    """Return the codes of the outcomes, as `Y`."""
    return frozenset(code for item in OUTCOMES for code in sen2().codes[item])


def decides(text: str) -> bool:
    """Return whether a text may be a date or an outcome.

    >>> decides("2026-01-09"), decides("9/1/2026 12:00"), decides("y"), decides("10-12")
    (True, True, True, False)
    """
    return text.strip().upper() in outcome_codes() or re.match(DATE, text) is not None


def year_of(text: str) -> int | None:
    """Return the year of a collection, None for what is none."""
    return int(text) if len(text) == 4 and text.isascii() and text.isdigit() else None


def first_line(heading: str) -> str:
    r"""Return the first line of a heading: in the DfE's template an instruction follows.

    >>> first_line("Person ID\n\n(This must be a unique ID for each Person record)")
    'Person ID'
    """
    return next(iter(heading.strip().splitlines()), "").strip()


def may_be_table(headings: Sequence[str]) -> bool:
    """Return whether some heading numbers persons or requests, as no other file need do."""
    return any(fold(first_line(heading)).endswith(_TIES) for heading in headings)

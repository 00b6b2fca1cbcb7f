"""School terms and closures, as the settings `[terms]` name them: for forecasts, intake plans and reviews."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from ehcp_timeline.errors import ConfigError
from ehcp_timeline.record import record

EXAMPLE = 'closed = [{ name = "Summer 2026", from = 2026-07-23, to = 2026-09-01 }]'
TERMS = 'open = [{ name = "Autumn 2026", from = 2026-09-02, to = 2026-12-18 }]'
_KEYS = (("closed", EXAMPLE), ("open", TERMS))


@record(frozen=True, slots=True)
class SchoolDays:
    """A school term or closure as the settings name it, first and last day inclusive."""

    name: str
    first: date
    last: date


def read_terms(table: object, file: str) -> tuple[tuple[SchoolDays, ...], tuple[SchoolDays, ...]]:
    """Return the school closures and the terms of a settings table `[terms]`, the terms in their order.

    Each entry of `closed` and of `open` has a `name`, a first day `from` and a last day `to`. Closures do not
    say which of them is a half-term, so terms are never made from them.

    Raises:
        ConfigError: It is none of these, or two terms overlap.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(f"{file}: terms is not a table", f"write  [terms]  and below it  {EXAMPLE}")
    if unknown := [key for key in table if key not in ("closed", "open")]:
        raise ConfigError(f"{file}: there is no `terms.{unknown[0]}`", f"write  {EXAMPLE}")
    closed, open_ = (_entries(table.get(key, []), f"{file}: terms.{key}", example) for key, example in _KEYS)
    terms = sorted(open_, key=lambda term: term.first)
    for before, after in pairwise(terms):
        if after.first <= before.last:
            said = f"{file}: terms.open: {after.name} begins before {before.name} ends"
            raise ConfigError(said, "change from and to")
    return tuple(closed), tuple(terms)


def _entries(entries: object, where: str, example: str) -> list[SchoolDays]:
    if not isinstance(entries, list):
        raise ConfigError(f"{where} is not a list", f"write  {example}")
    read = []
    for place, entry in enumerate(entries, 1):
        this = f"{where} entry {place}"
        if not isinstance(entry, Mapping) or entry.keys() != {"name", "from", "to"}:
            raise ConfigError(f"{this} needs name, from and to, and nothing else", f"write  {example}")
        first, last = entry["from"], entry["to"]
        if type(first) is not date or type(last) is not date:
            raise ConfigError(f"{this}: from and to must be dates", f"write  {example}")
        if last < first:
            raise ConfigError(f"{this} ends before it begins", "change from and to")
        read.append(SchoolDays(str(entry["name"]), first, last))
    return read

"""A rulebook reduced to some of its deadlines."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from ehcp_timeline.law.rulebook import DerivedEvent, Rulebook


def part_of(rulebook: Rulebook, wanted: Collection[str]) -> Rulebook:
    """Return the rulebook with these deadlines alone, and those that may take their place."""
    mine = {name: rulebook.by_id[name] for name in wanted if name in rulebook.by_id}
    needed = {*mine, *(name for deadline in mine.values() for name in deadline.displaced_by)}
    return replace(
        rulebook, deadlines=tuple(deadline for deadline in rulebook.deadlines if deadline.id in needed)
    )


def derived_from(rulebook: Rulebook, names: Iterable[str]) -> tuple[DerivedEvent, ...]:
    """Return the derived events among some names, and those that these are worked out from."""
    named = set(names)
    needed: list[DerivedEvent] = []
    for event in reversed(tuple(rulebook.derived.values())):  # each may name those that stand above it
        if event.id in named:
            named.update(texts_in(event))
            needed.append(event)
    return tuple(reversed(needed))


def texts_in(value: object) -> Iterator[str]:
    """Yield every text of a record, whatever it holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_in(item)
    elif hasattr(value, "__dataclass_fields__"):
        for field in value.__dataclass_fields__:
            yield from texts_in(getattr(value, field))

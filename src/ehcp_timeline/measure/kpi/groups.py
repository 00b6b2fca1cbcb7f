"""The groups that a scorecard can be broken down by; what no cell says is a group of its own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

TOTAL = "Total"
RECORDED = "Total recorded"
NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class Group:
    """One way to break down a scorecard, by columns that the file `needs`.

    Attributes:
        order: The groups that stand first, in the council's own order.
    """

    id: str
    says: str
    needs: tuple[str, ...]
    order: tuple[str, ...] = ()

    def of(self) -> pl.Expr:
        """Return the group of each row as text; null where it is not recorded."""
        if self.id == "age_at_request":
            return _age(pl.col("date_of_birth"), pl.col("request_received"))
        text = pl.col(self.needs[0]).str.strip_chars()
        return pl.when(text != "").then(text)

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Return groups in the order of tables: the council's own, then by name, 3 before 12."""
        places = {name: place for place, name in enumerate(self.order)}

        def place(name: str) -> tuple[int, list[str | int], str]:
            parts = re.split(r"(\d+)", name.casefold())  # every other part is a number
            numbered = [int(part) if number % 2 else part for number, part in enumerate(parts)]
            return places.get(name, len(places)), numbered, name

        return sorted(names, key=place)


def _age(born: pl.Expr, asked: pl.Expr) -> pl.Expr:
    """Return whole years of age; a birthday on 29 February comes on 1 March in other years."""
    before = (asked.dt.month() < born.dt.month()) | (
        (asked.dt.month() == born.dt.month()) & (asked.dt.day() < born.dt.day())
    )
    years = asked.dt.year() - born.dt.year() - before.cast(pl.Int32)
    return pl.when(asked >= born).then(years).cast(pl.String)


GROUPS = {
    id_: Group(id_, says, tuple(needs) or (id_,))
    for id_, says, *needs in (
        ("district", "district"),
        ("team", "team"),
        ("caseworker", "caseworker"),
        ("referrer", "who made the request"),
        ("age_at_request", "age at the request, in whole years", "date_of_birth", "request_received"),
        ("sen_need", "primary need"),
        ("school", "school"),
        ("appeal_ground", "what was appealed"),
        ("appeal_outcome", "how the appeal ended"),
    )
}
"""Every group, by its name on the command line."""

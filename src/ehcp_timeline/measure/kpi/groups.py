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
    """One way to break down a scorecard.

    Attributes:
        id: Its name on the command line.
        says: What it is, in words.
        needs: The columns of the file that it needs.
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
        """Return groups in the order in which they are shown: the council's own, then by name and number."""
        places = {name: place for place, name in enumerate(self.order)}
        return sorted(names, key=lambda name: (places.get(name, len(places)), *_natural(name)))


def _natural(name: str) -> tuple[list[str | int], str]:
    """Return what sorts names as people do: 3 before 12."""
    parts = re.split(r"(\d+)", name.casefold())
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], name


def _age(born: pl.Expr, asked: pl.Expr) -> pl.Expr:
    """Return whole years of age; a birthday on 29 February comes on 1 March in other years."""
    before = (asked.dt.month() < born.dt.month()) | (
        (asked.dt.month() == born.dt.month()) & (asked.dt.day() < born.dt.day())
    )
    years = asked.dt.year() - born.dt.year() - before.cast(pl.Int32)
    return pl.when(asked >= born).then(years).cast(pl.String)


GROUPS = {
    group.id: group
    for group in (
        Group("district", "district", ("district",)),
        Group("team", "team", ("team",)),
        Group("caseworker", "caseworker", ("caseworker",)),
        Group("referrer", "who made the request", ("referrer",)),
        Group(
            "age_at_request",
            "age at the request, in whole years",
            ("date_of_birth", "request_received"),
        ),
        Group("sen_need", "primary need", ("sen_need",)),
        Group("school", "school", ("school",)),
        Group("appeal_ground", "what was appealed", ("appeal_ground",)),
        Group("appeal_outcome", "how the appeal ended", ("appeal_outcome",)),
    )
}
"""Every group, by its name on the command line."""

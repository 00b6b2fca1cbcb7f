"""The groups that a scorecard can be broken down by; what no cell says is a group of its own."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date

import polars as pl

from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.record import field, record

TOTAL = "Total"
RECORDED = "Total recorded"
NOT_RECORDED = "not recorded"
_YEARS = ("before Reception", "Reception", *(f"Year {year}" for year in range(1, 14)), "after Year 13")
_LETTERED = r"^[a-zA-Z]\)\s*"  # as the lists of an area inspection have it: "a) WBRI"
_SEPTEMBER = 9
_YEAR = (
    r"(?i)^(?:national curriculum |nc|school )?\s*(?:year|yr|y)?\s*(?:group)?\s*0*([1-9]|1[0-4])(?:\.0+)?$"
)


@record(frozen=True, slots=True)
class Group:
    """One way to break down a scorecard, by columns that the file `needs`.

    Attributes:
        order: The groups that stand first, in the council's own order.
        instead: The columns that do where the file lacks those.
        protected: Whether its small numbers are hidden unless a person says otherwise, because it tells
            what a child is, not who works on the case.
        labels: Codes of the DfE to what each is called.
    """

    id: str
    says: str
    needs: tuple[str, ...]
    order: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    protected: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)

    def columns(self, held: Collection[str]) -> tuple[str, ...]:
        """Return the columns of a file, with these columns, that say the group."""
        return self.needs if not self.instead or set(self.needs) <= set(held) else self.instead

    def of(self, held: Collection[str], as_at: date) -> pl.Expr:
        """Return the group of each row of a file with these columns as text; null for not recorded."""
        columns = self.columns(held)
        if self.id == "age_at_request":
            born, asked = pl.col("date_of_birth"), pl.col("request_received")
            return pl.when(asked >= born).then(age_on(asked)).cast(pl.String)
        if columns == ("date_of_birth",):
            return _school_year(pl.col("date_of_birth"), as_at)
        text = pl.col(columns[0]).str.strip_chars()
        if self.protected:
            text = text.str.replace(_LETTERED, "")
            if self.id == "year_group":
                text = text.str.replace(_YEAR, "Year $1")
            words = {word.casefold(): label for code, label in self.labels.items() for word in (code, label)}
            words |= {word.casefold(): word for word in self.order}
            text = text.str.to_lowercase().replace_strict(words, default=text, return_dtype=pl.String)
        return group_name(text)

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Return groups in the order of tables: the council's own, then by name, 3 before 12."""
        places = {name: place for place, name in enumerate(self.order)}

        def place(name: str) -> tuple[int, list[str | int], str]:
            parts = re.split(r"(\d+)", name.casefold())  # every other part is a number
            numbered = [int(part) if number % 2 else part for number, part in enumerate(parts)]
            return places.get(name, len(places)), numbered, name

        return sorted(names, key=place)


def group_name(text: pl.Expr) -> pl.Expr:
    """Return a cell as the name of a group: null where it is blank or says `not recorded`.

    A cell that says what a line of totals is called says so, or two lines would have one name.
    """
    text = text.str.strip_chars()
    said, totals = text.str.to_lowercase(), [TOTAL.lower(), RECORDED.lower()]
    return (
        pl.when(said.is_in(totals))
        .then(text + " (as recorded)")
        .when(~said.is_in(["", NOT_RECORDED]))
        .then(text)
    )


def age_on(day: pl.Expr) -> pl.Expr:
    """Return the age in whole years by `date_of_birth`; who was born on 29 February is older on 1 March."""
    born = pl.col("date_of_birth")
    before = (day.dt.month() < born.dt.month()) | (
        (day.dt.month() == born.dt.month()) & (day.dt.day() < born.dt.day())
    )
    return day.dt.year() - born.dt.year() - before.cast(pl.Int32)


def _school_year(born: pl.Expr, as_at: date) -> pl.Expr:
    """Return the national curriculum year of a child of each date of birth, on a day.

    A school year runs from 1 September to 31 August. A child is in Reception in the year of the fifth
    birthday and in Year 1 in the year after, as gov.uk's table of the national curriculum has it.
    """
    years = _school_years(pl.lit(as_at)) - _school_years(born) - 5
    last = len(_YEARS) - 1
    place = (years + 1).clip(0, last)  # _YEARS begins before Reception
    named = place.replace_strict(dict(enumerate(_YEARS)), default=None, return_dtype=pl.String)
    return pl.when(born <= as_at).then(named)


def _school_years(day: pl.Expr) -> pl.Expr:
    """Return the calendar year in which the school year of each day begins."""
    return day.dt.year() - (day.dt.month() < _SEPTEMBER).cast(pl.Int32)


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
GROUPS |= {
    column.id: Group(
        column.id,
        column.says,
        (column.id,),
        order=_YEARS if column.id == "year_group" else tuple(column.labels.values()),
        instead=("date_of_birth",) if column.id == "year_group" else (),
        protected=True,
        labels=column.labels,
    )
    for column in vocabulary().columns.values()
    if column.labels
}
"""Every group, by its name on the command line."""

"""What the DfE publishes of England, its regions and its local authorities, as this package ships it."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from ehcp_timeline.errors import ConfigError, UsageError
from ehcp_timeline.inputs import read_text
from ehcp_timeline.law.kpi.model import Kpis

Level = Literal["National", "Regional", "Local authority"]
ENGLAND = "England"
PEOPLE = "people_0_17"
ATTRIBUTION = (
    "Contains Department for Education figures: Education, health and care plans, releases of 2022 to 2026, "
    "statistical neighbours of May 2025, and population estimates of the Office for National Statistics. "
    "Open Government Licence v3.0."
)
PLACE_KEYS = ("time_period", "geographic_level", "region_name", "old_la_code", "new_la_code", "la_name")


@dataclass(frozen=True, slots=True)
class Area:
    """England, a region or a local authority.

    Attributes:
        level: Which of them.
        name: Its name.
        code: The DfE's three-digit code of an authority; empty for the others.
        ons: The other code of an authority, as E10000016.
        region: The region that an authority lies in, or a region's own name.
    """

    level: Level
    name: str
    code: str = ""
    ons: str = ""
    region: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others through the years."""
        return self.level, self.code or self.name


@dataclass(frozen=True)
class Figures:
    """Published figures.

    Attributes:
        places: Every place, the latest name of each.
        values: Year and place key to measure to the published number; a number that is not published is
            absent.
    """

    places: Mapping[tuple[str, str], Area]
    values: Mapping[tuple[int, tuple[str, str]], Mapping[str, float]] = field(default_factory=dict)

    @property
    def years(self) -> tuple[int, ...]:
        """The years that anything is published for, the latest last."""
        return tuple(sorted({year for year, _ in self.values}))

    def of(self, measure: str, year: int, level: Level) -> Mapping[tuple[str, str], float]:
        """Return what is published of a measure for every place of a level."""
        of_year = ((key, values) for (then, key), values in self.values.items() if then == year)
        return {key: values[measure] for key, values in of_year if key[0] == level and measure in values}

    def value(self, measure: str, year: int, place: Area | None) -> float | None:
        """Return one published number; None where it is not published."""
        return None if place is None else self.values.get((year, place.key), {}).get(measure)

    def authorities(self) -> tuple[Area, ...]:
        """Return every local authority, by name."""
        areas = (place for place in self.places.values() if place.level == "Local authority")
        return tuple(sorted(areas, key=lambda place: place.name))

    def region_of(self, authority: Area) -> Area | None:
        """Return the region of an authority."""
        return self.places.get(("Regional", authority.region))

    def england(self) -> Area | None:
        """Return England."""
        return self.places.get(("National", ENGLAND))

    def people(self, place: Area, year: int) -> int | None:
        """Return the people aged 0 to 17 in a year, or in the latest year before that is estimated."""
        known = (self.value(PEOPLE, then, place) for then in reversed(self.years) if then <= year)
        return next((int(number) for number in known if number is not None), None)

    def with_rates(self, kpis: Kpis) -> "Figures":
        """Return the figures with what is published in cases also for every 10,000 people aged 0 to 17."""
        counts = {
            (measure.counts, measure.part): measure.id for measure in kpis.measures if measure.unit == "count"
        }
        rates = {
            measure.id: counts[measure.counts, measure.part]
            for measure in kpis.measures
            if measure.unit == "per_10000_children"
        }
        return replace(
            self,
            values={
                (year, key): {**values, **self._rates(rates, values, self.people(self.places[key], year))}
                for (year, key), values in self.values.items()
            },
        )

    @staticmethod
    def _rates(
        rates: Mapping[str, str], values: Mapping[str, float], people: int | None
    ) -> Mapping[str, float]:
        there = {rate: values[name] for rate, name in rates.items() if people and name in values}
        return {rate: per_10000(int(number), people or 1) for rate, number in there.items()}

    def neighbours(self, authority: Area) -> tuple[Area, ...]:
        """Return an authority's statistical neighbours, the nearest first."""
        rows = csv.DictReader(io.StringIO(_shipped("neighbours.csv")))
        codes = next((list(row.values())[1:] for row in rows if row["old_la_code"] == authority.code), [])
        return tuple(self.places["Local authority", code] for code in codes)


def per_10000(cases: int, people: int) -> float:
    """Return cases for every 10,000 people to one decimal, halves up.

    >>> per_10000(4401, 355390)
    123.8
    """
    return (200_000 * cases + people) // (2 * people) / 10


@cache
def _shipped(name: str) -> str:
    return (files("ehcp_timeline") / "measure" / "compare" / name).read_text(encoding="utf-8")


@cache
def shipped_figures() -> tuple[str, ...]:
    """Return the text of the files that ship with the package, the oldest release first."""
    folder = files("ehcp_timeline") / "measure" / "compare" / "dfe"
    names = sorted(resource.name for resource in folder.iterdir() if resource.name.endswith(".csv"))
    return tuple((folder / name).read_text(encoding="utf-8") for name in names)


def published_figures(paths: Sequence[Path] = ()) -> Figures:
    """Return the figures that ship with the package, those of these files laid over them.

    Raises:
        UsageError: A file cannot be read as UTF-8 text.
        ConfigError: It does not hold figures.
    """
    own = [read_text(path, UsageError) for path in paths]
    for path, text in zip(paths, own, strict=True):
        if not text.startswith("time_period,geographic_level,region_name,"):
            hint = f"ehcp compare --refresh {path} -o figures.csv"
            raise ConfigError(f"{path} is not a file of figures", hint)
    return read_figures((*shipped_figures(), *own))


def read_figures(texts: Iterable[str]) -> Figures:
    """Read compact files as `refresh.refreshed` writes them; a later one wins over an earlier."""
    places: dict[tuple[str, str], Area] = {}
    values: dict[tuple[int, tuple[str, str]], dict[str, float]] = {}
    for text in texts:
        for row in csv.DictReader(io.StringIO(text)):
            place = place_of(row)
            places[place.key] = place
            mine = values.setdefault((int(row["time_period"]), place.key), {})
            for name in row.keys() - PLACE_KEYS:
                mine.pop(name, None)  # a later release may take back what an earlier one printed
            mine.update(_numbers(row))
    return Figures(places, values)


def place_of(row: Mapping[str, str]) -> Area:
    """Return the place that a row is about."""
    level = row["geographic_level"]
    if level == "National":
        return Area("National", ENGLAND)
    if level == "Regional":
        return Area("Regional", row["region_name"], region=row["region_name"])
    return Area("Local authority", row["la_name"], row["old_la_code"], row["new_la_code"], row["region_name"])


def _numbers(row: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    for name, text in row.items():
        if name not in PLACE_KEYS and is_number(text):
            yield name, float(text)


def is_number(text: str) -> bool:
    """Return whether a cell holds a number; the DfE writes x, z or c where there is none.

    >>> is_number("85.8"), is_number("x"), is_number("")
    (True, False, False)
    """
    return text.replace(".", "", 1).isdigit()

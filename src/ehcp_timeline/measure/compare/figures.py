"""What the DfE publishes about England, its regions and local authorities: shipped, or from a newer file."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path
from typing import Literal, get_args

from ehcp_timeline.errors import ConfigError, UsageError
from ehcp_timeline.inputs import read_text
from ehcp_timeline.law.kpi import Kpis
from ehcp_timeline.record import field, record, replace

Level = Literal["National", "Regional", "Local authority"]
LEVELS: tuple[Level, ...] = get_args(Level)
PlaceKey = tuple[str, str]
ENGLAND = "England"
MOST_RELEASE = 100_000_000  # bytes of a file that the DfE releases
PEOPLE = "people_0_17"
ATTRIBUTION = (
    "Contains Department for Education figures: Education, health and care plans, releases of 2022 to 2026, "
    "statistical neighbours of May 2025, and population estimates of the Office for National Statistics. "
    "Open Government Licence v3.0."
)
PLACE_KEYS = ("time_period", "geographic_level", "region_name", "old_la_code", "new_la_code", "la_name")
_OFFICIAL = re.compile(
    r"\b(the|royal|london|metropolitan|borough|city|county|district|unitary|council|authority|of|and)\b"
)


@record(frozen=True, slots=True)
class Area:
    """England, a region or a local authority.

    Attributes:
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
    def key(self) -> PlaceKey:
        """What tells it from others through the years."""
        return self.level, self.code or self.name


@record(frozen=True)
class Figures:
    """Published figures.

    Attributes:
        places: Every place, the latest name of each.
        values: Year and place key to measure to the published number; a number that is not published is
            absent.
    """

    places: Mapping[PlaceKey, Area]
    values: Mapping[tuple[int, PlaceKey], Mapping[str, float]] = field(default_factory=dict)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years that anything is published for, the latest last."""
        return tuple(sorted({year for year, _ in self.values}))

    def of(self, measure: str, year: int, level: Level) -> Mapping[PlaceKey, float]:
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
        ids = {(measure.unit, measure.counts, measure.part): measure.id for measure in kpis.measures}
        rates = {
            rate: ids["count", counts, part]
            for (unit, counts, part), rate in ids.items()
            if unit == "per_10000_children"
        }
        peopled = {}
        for (year, key), values in self.values.items():
            people = self.people(self.places[key], year)
            there = {
                rate: per_10000(int(values[name]), people)
                for rate, name in rates.items()
                if people and name in values
            }
            peopled[year, key] = {**values, **there}
        return replace(self, values=peopled)

    def neighbours(self, authority: Area) -> tuple[Area, ...]:
        """Return an authority's statistical neighbours, the nearest first."""
        text = (files("ehcp_timeline") / "measure/compare/neighbours.csv").read_text(encoding="utf-8")
        for row in csv.DictReader(io.StringIO(text)):
            code, *others = row.values()
            if code == authority.code:
                return tuple(self.places["Local authority", other] for other in others)
        return ()

    def find(self, word: str, option: str = "--authority") -> Area:
        """Return the authority with this name or code, ignoring capitals and titles.

        Raises:
            UsageError: There is none; names that are near are suggested.
        """
        there, wanted = self.authorities(), _plain(word)
        areas = [place for place in there if word.strip() in (place.code, place.ons)]
        areas = areas or [place for place in there if _plain(place.name) == wanted]
        if areas:
            return areas[-1]
        names = {_plain(place.name): place.name for place in there}
        near = [names[match] for match in get_close_matches(wanted, names, n=3, cutoff=0.6)]
        near += [name for plain, name in names.items() if wanted and wanted in plain and name not in near]
        hint = f"did you mean {' or '.join(near[:3])}?" if near else ""
        raise UsageError(
            f"{option}: there is no local authority `{word.strip()}`",
            hint or "give its name as the DfE does, or its code",
        )

    def find_all(self, words: Sequence[str]) -> tuple[Area, ...]:
        """Return the authorities of lists with commas; names that hold one, as `Bristol, City of`, are kept.

        Raises:
            UsageError: One is not known.
        """
        known = {_plain(place.name) for place in self.authorities()}
        names: list[str] = []
        for word in words:
            pieces = word.split(",")
            while pieces:
                joined = (",".join(pieces[:length]) for length in range(len(pieces), 1, -1))
                name = next((name for name in joined if _plain(name) in known), pieces[0])
                names.append(name)
                pieces = pieces[name.count(",") + 1 :]
        return tuple(self.find(name, "--with") for name in names if name.strip())


def _plain(name: str) -> str:
    """Return a name without what people write differently.

    >>> _plain("Kent County Council") == _plain("kent"), _plain("Bristol, City of")
    (True, 'bristol')
    """
    words = _OFFICIAL.sub(" ", name.lower().replace("&", " "))
    return re.sub(r"[^a-z]+", "", words) or re.sub(r"[^a-z]+", "", name.lower())


def per_10000(cases: int, people: int) -> float:
    """Return cases for every 10,000 people to one decimal, halves up.

    >>> per_10000(4401, 355390)
    123.8
    """
    return (200_000 * cases + people) // (2 * people) / 10


@cache
def shipped_figures() -> tuple[str, ...]:
    """Return the text of the files that ship with the package, the oldest release first."""
    folder = files("ehcp_timeline") / "measure" / "compare" / "dfe"
    names = sorted(resource.name for resource in folder.iterdir() if resource.name.endswith(".csv"))
    return tuple((folder / name).read_text(encoding="utf-8") for name in names)


def published_figures(paths: Sequence[Path] = ()) -> Figures:
    """Return the figures that ship with the package, replaced by those of these files.

    Raises:
        UsageError: A file cannot be read as UTF-8 text.
        ConfigError: It does not hold figures.
    """
    own = [read_text(path, UsageError, MOST_RELEASE) for path in paths]
    for path, rows in zip(paths, map(rows_of, own), strict=True):
        if not rows or not all(is_place(row) for row in rows):
            hint = f"ehcp compare --refresh {path} -o figures.csv"
            raise ConfigError(f"{path} is not a file of figures", hint)
    return read_figures((*shipped_figures(), *own)) if own else _shipped()


@cache
def _shipped() -> Figures:
    return read_figures(shipped_figures())


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV by their headings, blank where a row is too short; none if it is not CSV."""
    try:
        headings, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    except (csv.Error, ValueError):
        return []
    return [dict(zip_longest(headings, cells[: len(headings)], fillvalue="")) for cells in rows if cells]


def is_place(row: Mapping[str, str]) -> bool:
    """Return whether a row names its calendar year and one of the places that are compared."""
    return (
        set(PLACE_KEYS) <= row.keys()
        and row["geographic_level"] in LEVELS
        and re.fullmatch(r"\s*[0-9]{4}\s*", row["time_period"]) is not None
    )


def read_figures(texts: Iterable[str]) -> Figures:
    """Read compact files as `refreshed` writes them; a later one wins over an earlier."""
    places: dict[PlaceKey, Area] = {}
    values: dict[tuple[int, PlaceKey], dict[str, float]] = {}
    for row in (row for text in texts for row in rows_of(text)):
        region = row["region_name"]
        match row["geographic_level"]:
            case "National":
                place = Area("National", ENGLAND)
            case "Regional":
                place = Area("Regional", region, region=region)
            case _:
                place = Area(
                    "Local authority", row["la_name"], row["old_la_code"], row["new_la_code"], region
                )
        places[place.key] = place
        published = values.setdefault((int(row["time_period"]), place.key), {})
        for name, number in row.items():
            if name not in PLACE_KEYS:
                published.pop(name, None)  # a later release may take back what an earlier one printed
                if is_number(number):
                    published[name] = float(number)
    return Figures(places, values)


def is_number(text: str) -> bool:
    """Return whether a cell holds a number; the DfE writes x, z or c where there is none.

    >>> is_number("85.8"), is_number("x"), is_number("")
    (True, False, False)
    """
    return len(text) < 30 and text.isascii() and text.replace(".", "", 1).isdigit()


def refreshed(text: str, name: str, kpis: Kpis) -> str:
    """Return the compact form of a file of "Education, health and care plans", as CSV.

    Kept are the rows of totals for calendar years, and the columns that some measure is known by. The text
    may begin with a byte order mark; an error calls the file by `name`.

    Raises:
        UsageError: It is not such a file, or holds no row of totals.
    """
    there = rows_of(text)
    headings = list(there[0]) if there else []
    known = {dfe.lower(): measure.id for measure in kpis.measures for dfe in measure.dfe}
    columns = {heading: known[heading.lower()] for heading in headings if heading.lower() in known}
    if not columns or not set(PLACE_KEYS) <= set(headings):
        raise UsageError(
            f"{name} is not a file of the DfE's release that can be compared",
            "download timeliness_20_week, requests, assessments or annual_reviews of "
            "'Education, health and care plans' as CSV",
        )
    rows = [
        row
        for row in there
        if is_place(row) and (row.get("breakdown") or "All").strip().lower().startswith("all")
    ]
    if not rows:
        raise UsageError(f"{name} holds no row of totals for a calendar year", "download the whole data set")
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow((*PLACE_KEYS, *columns.values()))
    for row in sorted(rows, key=lambda row: (row["time_period"], LEVELS.index(row["geographic_level"]))):
        place = (row[key].strip() for key in PLACE_KEYS)
        writer.writerow((*place, *(_value(row[heading]) for heading in columns)))
    return page.getvalue()


def _value(text: str) -> str:
    """Return a number as it is printed, without the noughts of some releases.

    >>> _value("85.800000000000"), _value("58"), _value("z")
    ('85.8', '58', 'z')
    """
    if not is_number(text) or "." not in text:
        return text.strip()
    return str(Decimal(text).normalize().quantize(Decimal("0.1")))

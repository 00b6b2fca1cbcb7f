"""Cuts a file downloaded from the DfE down to what is compared, under this package's names of measures."""

import csv
import io
from collections.abc import Mapping
from decimal import Decimal

from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.kpi import Kpis
from ehcp_timeline.measure.compare.figures import PLACE_KEYS, is_number

LEVELS = ("National", "Regional", "Local authority")


def refreshed(text: str, name: str, kpis: Kpis) -> str:
    """Return the compact form of a file of "Education, health and care plans", as CSV.

    Kept are the rows of totals for calendar years, and the columns that some measure is known by. The text
    may begin with a byte order mark; an error calls the file by `name`.

    Raises:
        UsageError: It is no such file, or holds no row of totals.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    headings = list(dict.fromkeys(reader.fieldnames or ()))
    known = {dfe.lower(): measure.id for measure in kpis.measures for dfe in measure.dfe}
    columns = {heading: known[heading.lower()] for heading in headings if heading.lower() in known}
    if not columns or not set(PLACE_KEYS) <= set(headings):
        raise UsageError(
            f"{name} is not a file of the DfE's release that can be compared",
            "download timeliness_20_week, requests, assessments or annual_reviews of "
            "'Education, health and care plans' as CSV",
        )
    rows = [row for row in reader if _is_total(row)]
    if not rows:
        raise UsageError(f"{name} holds no row of totals for a calendar year", "download the whole data set")
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow((*PLACE_KEYS, *columns.values()))
    for row in sorted(rows, key=lambda row: (row["time_period"], LEVELS.index(row["geographic_level"]))):
        place = (row[key].strip() for key in PLACE_KEYS)
        writer.writerow((*place, *(_value(row[heading]) for heading in columns)))
    return page.getvalue()


def _is_total(row: Mapping[str, str]) -> bool:
    whole = (row.get("breakdown") or "All").strip().lower().startswith("all")
    return whole and row["geographic_level"] in LEVELS and len(row["time_period"].strip()) == len("2024")


def _value(text: str) -> str:
    """Return a number as it is printed, without the noughts of some releases.

    >>> _value("85.800000000000"), _value("58"), _value("z")
    ('85.8', '58', 'z')
    """
    if not is_number(text) or "." not in text:
        return text.strip()
    return str(Decimal(text).normalize().quantize(Decimal("0.1")))

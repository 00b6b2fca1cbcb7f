"""A file downloaded from the DfE cut down to what is compared, under the names that measures have here."""

import csv
import io
from collections.abc import Iterator, Mapping
from decimal import Decimal

from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.kpi.model import Kpis
from ehcp_timeline.measure.compare.figures import PLACE_KEYS, is_number

LEVELS = ("National", "Regional", "Local authority")


def refreshed(text: str, name: str, kpis: Kpis) -> str:
    """Return the compact form of a file of "Education, health and care plans", as CSV.

    Kept are the rows of totals for calendar years, and the columns that some measure is known by.

    Args:
        text: The file; with or without a byte order mark.
        name: What to call it in an error.
        kpis: The measures, with the names that DfE's files have used.

    Raises:
        UsageError: It is no such file, or holds no row of totals.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    headings = list(dict.fromkeys(reader.fieldnames or ()))
    known = _known(kpis)
    columns = {heading: known[heading.lower()] for heading in headings if heading.lower() in known}
    lacking = [key for key in PLACE_KEYS if key not in headings]
    if lacking or not columns:
        raise UsageError(
            f"{name} is not a file of the DfE's release that can be compared",
            "download timeliness_20_week, requests, assessments or annual_reviews of "
            "'Education, health and care plans' as CSV",
        )
    rows = list(_totals(reader))
    if not rows:
        raise UsageError(f"{name} holds no row of totals for a calendar year", "download the whole data set")
    return _written(rows, columns)


def _known(kpis: Kpis) -> Mapping[str, str]:
    """Return every name that DfE's files have used, in small letters, to the measure it stands for."""
    return {name.lower(): measure.id for measure in kpis.measures for name in measure.dfe}


def _totals(reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    for row in reader:
        whole = (row.get("breakdown") or "All").strip().lower().startswith("all")
        if whole and row["geographic_level"] in LEVELS and len(row["time_period"].strip()) == len("2024"):
            yield row


def _written(rows: list[dict[str, str]], columns: Mapping[str, str]) -> str:
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow((*PLACE_KEYS, *columns.values()))
    ordered = sorted(rows, key=lambda row: (row["time_period"], LEVELS.index(row["geographic_level"])))
    for row in ordered:
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

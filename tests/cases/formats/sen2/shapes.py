"""The persons of `sen2_made` written in every other shape of the SEN2 return: tables that name each other."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tests.cases.books import book
from tests.cases.formats.sen2.made import Items, Person

Record = dict[str, str | None]
Tables = Mapping[str, Sequence[Record]]
Cell = str | float | date | None

EXPORT = "Blade-Export_15-01-2026_"
ITEMS = {
    "sen2": ("collection", "year", "referencedate", "lea"),
    "person": (
        *("surname", "forename", "personbirthdate", "sex", "ethnicity"),
        *("upn", "uniquelearnernumber", "upnunknown"),
    ),
    "requests": (
        *("receiveddate", "requestsource", "rya", "requestoutcomedate", "requestoutcome"),
        *("requestmediation", "requesttribunal", "exported"),
    ),
    "assessment": (
        *("assessmentoutcome", "assessmentoutcomedate", "assessmentmediation", "assessmenttribunal"),
        *("othermediation", "othertribunal", "week20"),
    ),
    "namedplan": ("startdate", "planres", "planwpb", "pb", "oa", "dp", "ceasedate", "ceasereason"),
    "plandetail": ("urn", "ukprn", "sensetting", "placementrank"),
    "activeplans": (
        *("transferla", "reviewmeeting", "reviewoutcome", "reviewdraft", "phasetransferduedate"),
        *("phasetransferfinaldate", "lastreview"),
    ),
    "placementdetail": ("urn", "ukprn", "sensetting", "placementrank", "entrydate", "leavingdate"),
    "senneed": ("sentype", "sentyperank"),
}
_ABOVE = {
    "person": "sen2",
    "requests": "person",
    "assessment": "requests",
    "namedplan": "assessment",
    "plandetail": "namedplan",
    "activeplans": "requests",
    "placementdetail": "activeplans",
    "senneed": "activeplans",
}
_SHEETS = {
    "person": "Person",
    "requests": "Requests",
    "assessment": "Assessments",
    "namedplan": "Named Plan",
    "plandetail": "Plan Detail",
    "activeplans": "Active Plan",
    "placementdetail": "Placement Detail",
    "senneed": "SEN Need",
}
_TEMPLATE = {
    "persontableid": "Person ID\n\n(This must be a unique ID for each Person record)",
    "requeststableid": "Requests record ID\n\n(This must be a unique ID for each request)",
    "receiveddate": "Date request was received",
    "requestsource": "Source of request for an EHC needs assessment",
    "rya": "Initial Request Whilst In RYA",
    "requestoutcomedate": "Request Outcome Date",
    "requestoutcome": "Request Outcome",
    "requestmediation": "Request Mediation",
    "requesttribunal": "Request Tribunal",
    "exported": "Exported - Child or young person moves out of LA before assessment is completed",
    "assessmentoutcome": "Assessment Outcome - Decision to issue EHC plan",
    "assessmentoutcomedate": "Assessment Outcome Date",
    "week20": "Twenty week time limit exceptions apply",
    "startdate": "EHC Plan Start Date",
    "ceasedate": "Date EHC plan ceased",
    "ceasereason": "Reason EHC plan ceased",
    "transferla": "EHC Plan transferred in from another LA during calendar year",
    "lastreview": "EHC Plan Review Decisions Date",
    "reviewoutcome": "Annual Review Decision",
    "reviewmeeting": "Annual Review Meeting Date",
    "reviewdraft": "Annual review – date draft amended EHC plan issued",
    "phasetransferduedate": "Phase transfer review - due date for any amended plan",
    "phasetransferfinaldate": "Phase transfer review - final plan date",
    "personbirthdate": "Date of birth",
    "uniquelearnernumber": "Unique Learner Number",
}
_RECORDS = {
    "person": "Person Record",
    "requests": "Requests Records",
    "assessment": "Assessments Records",
    "namedplan": "Named Plan Records",
    "plandetail": "Plan Detail Records",
    "activeplans": "Active Plan Records",
    "placementdetail": "Placement Detail Records",
    "senneed": "SEN Need Records",
}
_FIVE = {
    "person": {
        "persontableid": "Person ID",
        "surname": "Surname",
        "forename": "Forename",
        "personbirthdate": "Dob (ccyy-mm-dd)",
        "sex": "Gender",
        "ethnicity": "Ethnicity",
        "upn": "UPN - Unique Pupil Number",
        "uniquelearnernumber": "ULN - Young Persons Unique Learner Number",
        "upnunknown": "UPN and ULN unavailable reason",
    },
    "requests": {
        "persontableid": "Person ID",
        "requeststableid": "Requests Record ID",
        "receiveddate": "Date Request Was Received",
        "rya": "Initial Request Whilst In RYA",
        "requestoutcomedate": "Request Outcome Date",
        "requestoutcome": "Request Outcome",
        "requestmediation": "Request Mediation",
        "requesttribunal": "Request Tribunal",
        "exported": "Exported - Child Or Young Person Moves Out Of LA Before Assessment Is Completed",
        "newstart": "New start date",
    },
    "assessment": {
        "persontableid": "Person ID",
        "requeststableid": "Requests Record ID",
        "assessmentoutcome": "Assessment Outcome To Issue EHCP",
        "assessmentoutcomedate": "Assessment Outcome Date",
        "assessmentmediation": "Assessment Mediation",
        "assessmenttribunal": "Assessment Tribunal",
        "othermediation": "Other Mediation",
        "othertribunal": "Other Tribunal",
        "week20": "Twenty Weeks Time Limit Exceptions Apply",
    },
    "namedplan": {
        "persontableid": "Person ID",
        "requeststableid": "Request Records ID",
        "startdate": "EHC Plan Start Date",
        "planres": "Residential Settings",
        "planwpb": "Worked based learning activity",
        "pb": "Personal budget taken up",
        "oa": "Personal budget - organised arrangements",
        "dp": "Personal budget - direct payments",
        "ceasedate": "Date EHC Plan Ceased",
        "ceasereason": "Reason EHC Plan Ceased",
    },
    "activeplans": {
        "persontableid": "Person ID",
        "requeststableid": "Request Records ID",
        "transferla": "EHC Plan (Transfer)",
        "res": "Residential Settings",
        "wbp": "Worked based learning activity",
        "lastreview": "EHCP review decisions date",
    },
}


class _Numbered:
    """Tables whose rows are numbered as they are added."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Record]] = {module: [] for module in ITEMS}

    def add(self, module: str, items: Items, **above: str | None) -> Record:
        """Add a row, and return the numbers that what hangs on it needs."""
        own: Record = {f"{module}tableid": str(len(self.tables[module]) + 1)}
        self.tables[module].append({**own, **above, **items})
        return own | above


def tables(persons: Iterable[Person], year: int = 2026) -> Tables:
    """Return each table, its rows with their own number and those of all that they hang on."""
    made = _Numbered()
    about = {"collection": "SEN2", "year": str(year), "referencedate": f"{year}-01-15"}
    top = made.add("sen2", about)
    for one in persons:
        person = made.add("person", one.items, **top)
        for request in one.requests:
            asked = made.add("requests", request.items, **person)
            for assessment in request.assessments:
                assessed = made.add("assessment", assessment.items, **asked)
                if assessment.plan is not None:
                    plan = made.add("namedplan", assessment.plan, **assessed)
                    for detail in assessment.details or ({"placementrank": "1"},):
                        made.add("plandetail", detail, **plan)
            if request.active is not None:
                active = made.add("activeplans", request.active, **asked)
                for placement in request.placements or ({"placementrank": "1"},):
                    made.add("placementdetail", placement, **active)
                for rank, need in enumerate(request.needs, start=1):
                    made.add("senneed", {"sentype": need, "sentyperank": str(rank)}, **active)
    return made.tables


def blade(persons: Iterable[Person], year: int = 2026) -> dict[str, bytes]:
    """Return the nine files of COLLECT's export by name, their dates as `2025-Mar-01 00:00:00`."""
    return {
        f"{EXPORT}{module}.csv": csv_text(_export_rows(module, rows))
        for module, rows in tables(persons, year).items()
    }


def five(persons: Iterable[Person]) -> dict[str, bytes]:
    """Return the five files of Data to Insight's tool by name."""
    made = tables(persons)
    return {
        f"m{number}.csv": csv_text([list(named.values()), *_cells(made[module], named)])
        for number, (module, named) in enumerate(_FIVE.items(), start=1)
    }


def workbook(persons: Iterable[Person], **options: Any) -> bytes:
    """Return the pre-submission workbook: real dates, numbers and flags as Excel keeps them."""
    made = tables(persons)
    sheets = []
    for module, sheet in _SHEETS.items():
        keys = ("persontableid",) if module == "person" else ("persontableid", "requeststableid")
        items = (*keys, *ITEMS[module])
        headings = ["rquestsource" if item == "requestsource" else item for item in items]
        cells = [[_excel(item, record.get(item)) for item in items] for record in made[module]]
        sheets.append((sheet, [headings, *cells]))
    return book(*sheets, **options)


def template(persons: Iterable[Person], titles: Mapping[str, str] | None = None) -> bytes:
    """Return the DfE's template: every table on one sheet, dates as text; `titles` stand for its own."""
    made = tables(persons)
    rows: list[list[str | None]] = [
        ["SEN2 return"],
        [],
        ["Header Record"],
        ["Collection", "Year"],
        ["SEN2", "2026"],
    ]
    for module, title in (_RECORDS | dict(titles or {})).items():
        keys = ("persontableid",) if module == "person" else ("persontableid", "requeststableid")
        items = {item: _TEMPLATE.get(item, item) for item in (*keys, *ITEMS[module])}
        rows += [[], [], [], [title], [*items.values()], *_cells(made[module], items)]
    return book(("Data Entry Template", rows))


def csv_text(rows: Iterable[Sequence[str | None]]) -> bytes:
    """Return rows as CSV."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return files as one zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return file.getvalue()


def laid(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write files into a folder, and return their names."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in files]


def _export_rows(module: str, rows: Sequence[Record]) -> Iterator[list[str | None]]:
    above = _ABOVE.get(module)
    keys = (f"{module}tableid", "NativeId", f"{module}orderseqcolumn", "sourceid")
    items = (*keys, *((f"{above}tableid",) if above else ()), *ITEMS[module])
    yield list(items)
    for number, record in enumerate(rows, start=1):
        numbered: Record = {"NativeId": str(number), f"{module}orderseqcolumn": str(number), "sourceid": "1"}
        yield [_exported(item, (numbered | record).get(item)) for item in items]


def _exported(item: str, text: str | None) -> str | None:
    day = _day(item, text)
    return f"{day:%Y-%b-%d} 00:00:00" if day else text


def _excel(item: str, text: str | None) -> Cell:
    if day := _day(item, text):
        return day
    numbers = item.endswith("tableid") or item in {"week20", "requestsource", "rya", "sentyperank"}
    return float(text) if text and numbers and text.isdigit() else text


def _day(item: str, text: str | None) -> date | None:
    """Return the day of an item that is a date, None for all else."""
    if not text or not (item.endswith("date") or item in {"reviewmeeting", "reviewdraft", "lastreview"}):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _cells(records: Sequence[Record], items: Iterable[str]) -> list[list[str | None]]:
    return [[record.get(item) for item in items] for record in records]

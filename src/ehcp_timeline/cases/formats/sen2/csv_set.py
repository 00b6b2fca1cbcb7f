"""Puts the CSV files of one SEN2 return together: COLLECT's nine, or the five of Data to Insight's tool.

A file is known as a table of a return by its headings, never by its name. The name only tells two exports in
one folder apart, as `Blade-Export_15-01-2026_person.csv` belongs to those of 15 January.
"""

import hashlib
import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import PurePath

import polars as pl

from ehcp_timeline.cases.formats.sen2.items import Module, sen2
from ehcp_timeline.cases.formats.sen2.join import READ
from ehcp_timeline.cases.formats.sen2.sheet import Return, return_sheet
from ehcp_timeline.cases.formats.sen2.table import ReturnTable, module_of, table_of
from ehcp_timeline.cases.headers import Spellings, fold
from ehcp_timeline.cases.sheet import Sheet
from ehcp_timeline.errors import CaseFileError

_AT_ONCE = 200_000  # rows
_COPY = re.compile(r" ?\(\d+\)$")  # what a browser adds to a name that is taken
_FIVE = ("person", "requests", "assessment", "namedplan", "activeplans")

Found = tuple[Sheet, Module]


def gathered(sheets: Sequence[Sheet], spellings: Spellings) -> list[Sheet]:
    """Return the files that were given, the tables of one return as one in the place of the first of them.

    Raises:
        CaseFileError: Two files are the same table of one return, or it lacks its persons or requests.
    """
    parts = [(sheet, module_of(sheet.headings, spellings)) for sheet in sheets]
    sets: dict[tuple[str, str], list[Found]] = {}
    places: dict[int, tuple[str, str]] = {}
    for place, (sheet, module) in enumerate(parts):
        if module:
            key = _set_of(sheet.name, module)
            if key not in sets:
                places[place] = key
            sets.setdefault(key, []).append((sheet, module))
    returns = {place: return_of(sets[key]) for place, key in places.items()}
    return [
        returns.get(place, sheet)
        for place, (sheet, module) in enumerate(parts)
        if place in returns or not module
    ]


def return_of(
    tables: Sequence[Found], name: str = "", sha256: str = "", unread: tuple[str, ...] = ()
) -> Sheet:
    """Return the cases of a return whose tables are these files.

    Args:
        tables: The files, each with the module that it holds.
        name: The folder or the packed file that they are in; empty where they were named one by one.
        sha256: Of that packed file; else of what `sha256sum` prints for the files by themselves, in the
            order of their names.
        unread: Files beside them that are no tables of a return.

    Raises:
        CaseFileError: Two files are the same table, or the persons or the requests are missing.
    """
    _refuse_twice(tables)
    export = any(fold(module.key) in map(fold, sheet.headings[:1]) for sheet, module in tables)
    together = name or _together([sheet.name for sheet, _ in tables])
    return return_sheet(
        Return(
            name=together,
            shown=together,
            sha256=sha256 or _digest([sheet for sheet, _ in tables]),
            shape=f"{'COLLECT export' if export else 'CSV'}, {len(tables)} files",
            parts=tuple(sen2().modules) if export else _FIVE,
            tables={module.id: _table(sheet, module) for sheet, module in tables},
            unread=unread,
        )
    )


def _set_of(name: str, module: Module) -> tuple[str, str]:
    """Return what the files of one export share: the folder, and the name before that of the table."""
    path = PurePath(name)
    stem = _COPY.sub("", path.name.removesuffix(path.suffix))
    prefix = stem[: -len(module.id)] if stem.lower().endswith(module.id) else ""
    return str(path.parent), prefix


def _refuse_twice(tables: Sequence[Found]) -> None:
    """Refuse two files that are the same table."""
    first: dict[str, Sheet] = {}
    for sheet, module in tables:
        if module.id in first:
            said = f"{first[module.id].name} and {sheet.name} are both the {module.id} table of a SEN2 return"
            raise CaseFileError(said, "give the files of one return, or name two returns file by file")
        first[module.id] = sheet


def _table(sheet: Sheet, module: Module) -> ReturnTable:
    """Return a file as a table, without its cells if no deadline rests on them."""
    name = PurePath(sheet.name).name
    if module.id not in READ:
        return ReturnTable(module.id, name, pl.DataFrame(), {}, {})
    return table_of(module, name, sheet.headings, sheet.blocks(_AT_ONCE))


def _together(names: Sequence[str]) -> str:
    """Return one name for several files.

    >>> _together(["export/2026_person.csv", "export/2026_requests.csv"])
    'export/2026_*.csv'
    """
    if len(names) == 1:
        return names[0]
    begin = _shared(names)
    end = _shared([name[len(begin) :][::-1] for name in names])[::-1]
    return f"{begin}*{end}"


def _shared(texts: Sequence[str]) -> str:
    """Return what all of some texts begin with."""
    letters = zip(*texts, strict=False)
    return "".join(first for first, *_ in takewhile(lambda each: len(set(each)) == 1, letters))


def _digest(sheets: Sequence[Sheet]) -> str:
    """Return one SHA-256 for several files, in hexadecimal."""
    lines = sorted((PurePath(sheet.name).name, sheet.sha256) for sheet in sheets)
    listed = "".join(f"{sha256}  {name}\n" for name, sha256 in lines)
    return hashlib.sha256(listed.encode("utf-8", errors="replace")).hexdigest()

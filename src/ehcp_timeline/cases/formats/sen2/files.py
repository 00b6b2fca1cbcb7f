"""Puts the CSV files of one SEN2 return together: COLLECT's nine, or the five of Data to Insight's tool.

They are named one by one, or are in a folder or a zip file. A file is known as a table of a return by its
headings. The name only separates two exports in one folder, as `Blade-Export_15-01-2026_person.csv` belongs
to those of 15 January.
"""

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from os.path import commonprefix
from pathlib import Path, PurePath

import polars as pl

from ehcp_timeline.cases.formats.sen2.items import Module, sen2
from ehcp_timeline.cases.formats.sen2.table import READ, ReturnTable, module_of, table_of
from ehcp_timeline.cases.formats.sen2.workbook import return_sheet
from ehcp_timeline.cases.formats.stream import Allowance, Raw, unpacked
from ehcp_timeline.cases.headers import Spellings, fold
from ehcp_timeline.cases.sheet import Sheet
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import reading, spool

_MOST = 40  # files; a return has nine
_LISTED = 6
_AT_ONCE = 200_000  # rows
_COPY = re.compile(r" ?\(\d+\)$")  # what a browser adds to a name that is taken
_FIVE = ("person", "requests", "assessment", "namedplan", "activeplans")


def gathered(sheets: Sequence[Sheet], spellings: Spellings) -> list[Sheet]:
    """Return the files given, with the tables of one return as one file at the place of the first.

    Raises:
        CaseFileError: Two files are the same table of one return, or it lacks its persons or requests.
    """
    sets: dict[tuple[str, str], list[tuple[Sheet, Module]]] = {}
    places: list[Sheet | tuple[str, str]] = []
    for sheet in sheets:
        module = module_of(sheet.headings, spellings)
        if not module:
            places.append(sheet)
            continue
        # The files of one export share the folder, and the name before that of the table.
        path = PurePath(sheet.name)
        stem = _COPY.sub("", path.name.removesuffix(path.suffix))
        prefix = stem[: -len(module.id)] if stem.lower().endswith(module.id) else ""
        key = str(path.parent), prefix
        if key not in sets:
            places.append(key)
        sets.setdefault(key, []).append((sheet, module))
    return [place if isinstance(place, Sheet) else _return_of(sets[place]) for place in places]


def return_in_folder(name: str, spellings: Spellings, read: Callable[[str], Sheet]) -> Sheet:
    """Return the cases of the return whose tables are the files of a folder; `read` opens one by its name.

    Raises:
        CaseFileError: It holds no tables of a return, or those of two.
    """
    with reading(name):
        files = sorted(path for path in Path(name).iterdir() if path.is_file() and path.name[0] != ".")
    if not files:
        raise CaseFileError(f"{name} is a folder", "name a file in it")
    opening = ((path.name, partial(read, str(path))) for path in files[:_MOST])
    tables, unread = _tables(opening, spellings)
    if not tables or len(files) > _MOST:
        said = f"{name} is a folder of {_listed([path.name for path in files])}"
        raise CaseFileError(said, "name the case file in it")
    return _return_of(tables, name, unread=unread)


def return_in_zip(
    raw: Raw,
    archive: zipfile.ZipFile,
    files: Sequence[zipfile.ZipInfo],
    spellings: Spellings,
    read: Callable[[Raw], Sheet],
    most: int,
) -> Sheet:
    """Return the cases of the return whose tables are the members of a zip file.

    `read` reads a member that was unpacked, and closes it or keeps it; `most` is how many bytes they may
    unpack to, together.

    Raises:
        CaseFileError: It holds no tables of a return, or those of two.
    """
    if not files:
        raise CaseFileError(f"{raw.shown} is a zip file of 0 files", "pack one case file by itself")
    allowance = Allowance(raw.shown, most)

    def opening() -> Iterator[tuple[str, Callable[[], Sheet]]]:
        for info in files[:_MOST]:
            with reading(raw.shown):
                file = spool(unpacked(archive, info, allowance, raw.shown))
            member = Raw(info.filename, f"{raw.shown}: {info.filename}", file, spooled=True)
            yield info.filename, partial(read, member)

    tables, unread = _tables(opening(), spellings)
    if not tables or len(files) > _MOST:
        said = f"{raw.shown} is a zip file of {_listed([info.filename for info in files])}"
        raise CaseFileError(said, "pack one case file by itself, or the tables of one SEN2 return")
    return _return_of(tables, raw.name, raw.sha256(), unread)


def _tables(
    files: Iterable[tuple[str, Callable[[], Sheet]]], spellings: Spellings
) -> tuple[list[tuple[Sheet, Module]], list[str]]:
    """Return the files that are tables of a return, each with its module, and the names of the others."""
    tables: list[tuple[Sheet, Module]] = []
    unread: list[str] = []
    for name, opened in files:
        with suppress(CaseFileError):
            sheet = opened()
            if module := module_of(sheet.headings, spellings):
                tables.append((sheet, module))
                continue
        unread.append(PurePath(name).name)
    return tables, unread


def _listed(names: Sequence[str]) -> str:
    """Return how many files there are, and what the first of them are called."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    held = ", ".join(" ".join(name.split()) for name in names[:_LISTED])
    return f"{'1 file' if len(names) == 1 else f'{len(names)} files'}: {held}{more}"


def _return_of(
    tables: Sequence[tuple[Sheet, Module]], name: str = "", sha256: str = "", unread: Sequence[str] = ()
) -> Sheet:
    """Return the cases of a return whose tables are these files, each with the module that it holds.

    `name` is the folder or the packed file that they are in, if they were not named one by one. Without the
    `sha256` of that packed file it is that of what `sha256sum` prints for the files in order of their names.
    """
    first: dict[str, Sheet] = {}
    for sheet, module in tables:
        if module.id in first:
            said = f"{first[module.id].name} and {sheet.name} are both the {module.id} table of a SEN2 return"
            raise CaseFileError(said, "give the files of one return, or name two returns file by file")
        first[module.id] = sheet
    if not sha256:
        lines = sorted((PurePath(sheet.name).name, sheet.sha256) for sheet, _ in tables)
        sums = "".join(f"{digest}  {file}\n" for file, digest in lines)
        sha256 = hashlib.sha256(sums.encode("utf-8", errors="replace")).hexdigest()
    export = any(fold(module.key) in map(fold, sheet.headings[:1]) for sheet, module in tables)
    together = name or _together([sheet.name for sheet, _ in tables])
    return return_sheet(
        {module.id: _table(sheet, module) for sheet, module in tables},
        name=together,
        shown=together,
        sha256=sha256,
        shape=f"{'COLLECT export' if export else 'CSV'}, {len(tables)} files",
        parts=tuple(sen2().modules) if export else _FIVE,
        unread=unread,
    )


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
    begin = commonprefix(names)  # noqa: RUF071 - letter by letter, as meant
    end = commonprefix([name[len(begin) :][::-1] for name in names])[::-1]  # noqa: RUF071
    return f"{begin}*{end}"

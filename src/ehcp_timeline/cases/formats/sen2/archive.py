"""Finds the tables of one SEN2 return in a folder or in a zip file."""

import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePath

from ehcp_timeline.cases.formats.sen2.csv_set import Found, return_of
from ehcp_timeline.cases.formats.sen2.table import module_of
from ehcp_timeline.cases.formats.stream import Allowance, Raw, unpacked
from ehcp_timeline.cases.headers import Spellings
from ehcp_timeline.cases.sheet import Sheet
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import reading, spool

_MOST = 40  # files; a return has nine
_LISTED = 6

Opening = tuple[str, Callable[[], Sheet]]


def sheet_of_folder(name: str, spellings: Spellings, read: Callable[[str], Sheet]) -> Sheet:
    """Return the cases of the return whose tables are the files of a folder.

    Args:
        name: The folder.
        spellings: What headings may mean.
        read: Opens a file by its name.

    Raises:
        CaseFileError: It holds no tables of a return, or those of two.
    """
    with reading(name):
        files = sorted(path for path in Path(name).iterdir() if path.is_file() and path.name[0] != ".")
    if not files:
        raise CaseFileError(f"{name} is a folder", "name a file in it")
    tables, unread = _tables(((path.name, partial(read, str(path))) for path in files[:_MOST]), spellings)
    if not tables or len(files) > _MOST:
        said = f"{name} is a folder of {_listed([path.name for path in files])}"
        raise CaseFileError(said, "name the case file in it")
    return return_of(tables, name, unread=unread)


def sheet_of_zip(
    raw: Raw,
    archive: zipfile.ZipFile,
    files: Sequence[zipfile.ZipInfo],
    spellings: Spellings,
    read: Callable[[Raw], Sheet],
    most: int,
) -> Sheet:
    """Return the cases of the return whose tables are the members of a zip file.

    Args:
        raw: The zip file.
        archive: The same, opened.
        files: Its members.
        spellings: What headings may mean.
        read: Reads a member that was unpacked, and closes it or keeps it.
        most: How many bytes they may unpack to, together.

    Raises:
        CaseFileError: It holds no tables of a return, or those of two.
    """
    if not files:
        raise CaseFileError(f"{raw.shown} is a zip file of 0 files", "pack one case file by itself")
    tables, unread = _tables(_members(raw, archive, files[:_MOST], read, most), spellings)
    if not tables or len(files) > _MOST:
        said = f"{raw.shown} is a zip file of {_listed([info.filename for info in files])}"
        raise CaseFileError(said, "pack one case file by itself, or the tables of one SEN2 return")
    return return_of(tables, raw.name, raw.sha256(), unread)


def _members(
    raw: Raw,
    archive: zipfile.ZipFile,
    files: Iterable[zipfile.ZipInfo],
    read: Callable[[Raw], Sheet],
    most: int,
) -> Iterator[Opening]:
    """Yield the name of each member, and what reads it once it has been unpacked."""
    allowance = Allowance(raw.shown, most)
    for info in files:
        file = spool(unpacked(archive, info, allowance, raw.shown))
        member = Raw(info.filename, f"{raw.shown}: {info.filename}", file, spooled=True)
        yield info.filename, partial(_read_or_closed, member, read)


def _read_or_closed(raw: Raw, read: Callable[[Raw], Sheet]) -> Sheet:
    """Read a file; where it cannot be read, it is closed."""
    try:
        return read(raw)
    except CaseFileError:
        raw.file.close()
        raise


def _tables(files: Iterable[Opening], spellings: Spellings) -> tuple[list[Found], tuple[str, ...]]:
    """Return the files that are tables of a return, each with its module, and the names of the others."""
    tables: list[Found] = []
    unread: list[str] = []
    for name, opened in files:
        try:
            sheet = opened()
        except CaseFileError:
            unread.append(PurePath(name).name)
            continue
        module = module_of(sheet.headings, spellings)
        if module:
            tables.append((sheet, module))
        else:
            unread.append(PurePath(name).name)
    return tables, tuple(unread)


def _listed(names: Sequence[str]) -> str:
    """Return how many files there are, and what the first of them are called."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    held = ", ".join(" ".join(name.split()) for name in names[:_LISTED])
    return f"{'1 file' if len(names) == 1 else f'{len(names)} files'}: {held}{more}"

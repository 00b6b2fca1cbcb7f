"""Files and folders are written whole or not at all, under safe names, and replace nothing unasked."""

import os
import re
import secrets
import shutil
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path

from ehcp_timeline.errors import OutputError
from ehcp_timeline.inputs import reason

_PORTS = tuple(f"{port}{number}" for port in ("com", "lpt") for number in range(10))
_DEVICES = frozenset(("con", "prn", "aux", "nul", *_PORTS))  # of Windows, whatever ending stands behind them
_LONGEST = 60  # characters of a name; and no more than three bytes for each of them
_KEPT = frozenset({"L", "N", "M"})  # letters, numbers and the marks on them, of any script


def write_whole(path: Path, data: bytes | Iterable[bytes], *, force: bool = False) -> None:
    """Write `data`, whole or in parts, to `path` in one step, readable by its owner only.

    The bytes go to a new file in the same folder, which then takes the name; a reader sees the old file or
    the new one, never half of either. A symbolic link is replaced, not followed.

    Raises:
        OutputError: The file is there already and `force` is not set, is not an ordinary file, or the folder
            cannot be written in.
    """
    check_target(path, force=force)
    part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        number = os.open(part, flags, 0o600)
        _lock(number)
        with os.fdopen(number, "wb") as stream:
            stream.writelines((data,) if isinstance(data, bytes) else data)
            stream.flush()
            os.fsync(stream.fileno())
            if os.name != "nt":  # where nobody can take a part away that is still locked
                _take_name(part, path, force=force)
        if os.name == "nt":
            _take_name(part, path, force=force)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {reason(error)}", "choose another file with -o") from error
    finally:
        part.unlink(missing_ok=True)


def remove_leftovers(place: Path) -> list[Path]:
    """Remove what killed runs left of their writing to a file or into a folder, and return it.

    A run that still writes holds a lock on what it writes; that stays.
    """
    folder, name = (place, "") if place.is_dir() else (place.parent, re.escape(f".{place.name[:100]}"))
    part = re.compile(rf"{name}\.[0-9a-f]{{16}}\.part")
    removed = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if part.fullmatch(path.name) and _is_left(path):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            removed.append(path)
    return removed


def _is_left(path: Path) -> bool:
    """Return whether no process that is still there writes to a part."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        return _lock(number)
    finally:
        os.close(number)


def _lock(number: int) -> bool:
    """Take the lock of an open part, and return whether it was free."""
    try:
        import fcntl
    except ImportError:  # Windows removes no file that is open
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def check_target(path: Path, *, force: bool) -> None:
    """Raise OutputError if `path` cannot be written, before any work is done for it."""
    if path.stem.casefold() in _DEVICES:
        raise OutputError(f"{path} is the name of a device", "choose another name")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}", "create it first, or choose another")
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"cannot write {path}: {reason(error)}", "choose another file with -o") from error
    if stat.S_ISDIR(kind):
        raise OutputError(f"{path} is a folder", f"name a file in it, as -o {path / 'findings.csv'}")
    if not (stat.S_ISREG(kind) or stat.S_ISLNK(kind)):
        raise OutputError(f"{path} is not an ordinary file", "leave -o out to write to standard output")
    if not force:
        raise OutputError(f"{path} is already there", "add --force to replace it")


def _take_name(part: Path, path: Path, *, force: bool) -> None:
    """Give the finished file its name; without `force` a file that came in the meantime stays."""
    if not force:
        try:
            path.hardlink_to(part)
        except FileExistsError as error:
            raise OutputError(f"{path} is already there", "add --force to replace it") from error
        except OSError:  # a file system without hard links: the check before was the best there is
            part.replace(path)
        return
    part.replace(path)


def check_folder(folder: Path) -> None:
    """Raise OutputError if files cannot be written to `folder`, before any work is done for it."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file", "name a folder with -o: one file for each name goes there")
    if not folder.parent.is_dir():
        raise OutputError(
            f"{folder}: there is no folder {folder.parent}", "create it first, or choose another"
        )


def write_folder(folder: Path, files: Mapping[str, bytes], *, force: bool = False) -> None:
    """Write every file, readable by its owner only.

    All are first written, whole, to a hidden folder inside `folder`, and then take their names one by one;
    whenever this is stopped, what stands in `folder` under its own name is whole.

    Raises:
        OutputError: One of them is there already and `force` is not set, or the folder cannot be written in.
    """
    check_folder(folder)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in files:
            check_target(folder / name, force=force)
        with _waiting_room(folder) as waiting:
            for name, data in files.items():
                write_whole(waiting / name, data)
            for name in files:
                _take_name(waiting / name, folder / name, force=force)
    except OSError as error:
        said = f"cannot write to the folder {folder}: {reason(error)}"
        raise OutputError(said, "choose another folder with -o") from error


@contextmanager
def _waiting_room(folder: Path) -> Iterator[Path]:
    """Give a hidden folder inside a folder, locked while files wait in it for their names."""
    waiting = folder / f".{secrets.token_hex(8)}.part"
    waiting.mkdir(mode=0o700)
    lock = None if os.name == "nt" else os.open(waiting, os.O_RDONLY)
    try:
        if lock is not None:
            _lock(lock)
        yield waiting
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def safe_names(names: Iterable[str], suffix: str, nameless: str) -> Mapping[str, str]:
    """Return a file name for each name, no two alike even where capitals are not told apart.

    They are numbered in the order of the names; a blank one is called `nameless`.

    >>> safe_names(("A. Khan", "a khan", "../etc", "CON", ""), ".csv", "no-caseworker")["../etc"]
    'etc.csv'
    """
    taken: set[str] = set()
    files = {}
    for name in names:
        stem = _stem(name, nameless)
        numbered = chain((stem,), (f"{stem}-{number}" for number in count(2)))
        free = next(candidate for candidate in numbered if _folded(candidate) not in taken)
        taken.add(_folded(free))
        files[name] = free + suffix
    return files


def _stem(name: str, nameless: str) -> str:
    if not name.strip():
        return nameless
    text = unicodedata.normalize("NFC", name)
    kept = "".join(character if unicodedata.category(character)[0] in _KEPT else " " for character in text)
    stem = "-".join(kept.split())[:_LONGEST]
    while len(stem.encode("utf-8")) > 3 * _LONGEST:
        stem = stem[:-1]
    stem = stem.strip("-")
    if not stem:
        return "unnamed"
    return f"name-{stem}" if _folded(stem) in _DEVICES else stem


def _folded(stem: str) -> str:
    """Return a stem as a file system sees it that ignores capitals and Unicode forms."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", stem).casefold())

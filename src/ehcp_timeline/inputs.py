"""Opens every input file; an error of the operating system becomes one line."""

import errno
import hashlib
import os
import pickle
import re
import stat
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path
from typing import IO, Any

from ehcp_timeline.errors import CaseFileError, EhcpError

LIMITS = "EHCP_LIMITS"
# Small enough to stay in the processor's cache while it is looked at in several ways.
PIECE = 1 << 18
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_MOST_WHOLE = 500_000_000  # bytes of a file that is read at once
MOST_COPIED = 2_000_000_000  # bytes
MOST_WRITTEN = 10_000_000  # bytes of what a person writes, as settings and rules
_MOST_VALUES = 8_000_000  # of JSON: each may take a hundred bytes of memory
_DIGEST = 32  # bytes of a SHA-256
_WAITS = 20  # tenths of a second for a pipe's writer
_NO_ROOM = "free some disk space, or set TMPDIR to another folder"
_NO_FILE = (": there is no such file", "check the name and the folder")
_NO_LEAVE = (" may not be read", "ask for permission to read it, or copy it")
_SAID = {
    errno.ENOENT: _NO_FILE,
    errno.ENOTDIR: _NO_FILE,
    errno.EISDIR: (" is a folder", "name a file in it"),
    errno.EACCES: _NO_LEAVE,
    errno.EPERM: _NO_LEAVE,
    errno.ENODEV: (" is a device, not a file", "copy what it holds to a file"),
    errno.ENXIO: (
        " is a pipe that no program writes to",
        "start the program that writes to it first, or name a file",
    ),
    errno.ENOSPC: (": there is no room for a temporary copy of it", _NO_ROOM),
}


def reason(error: OSError) -> str:
    """Return the operating system's message, without the path that it repeats."""
    return (error.strerror or type(error).__name__).lower()


def limit(count: int) -> int:
    """Return how much of something is read at most: EHCP_LIMITS times the count, if that is set.

    Raises:
        CaseFileError: EHCP_LIMITS is not a number from 1 to 1,000.
    """
    times = os.environ.get(LIMITS) or "1"
    if not (times.isascii() and times.isdigit() and 1 <= int(times[:9]) <= 1000):
        raise CaseFileError(f"{LIMITS} is {times[:20]!r}", "set it to a whole number from 1 to 1000")
    return count * int(times)


def too_much(said: str, hint: str = "") -> CaseFileError:
    """Return the error for a file beyond a limit, with the way to raise it."""
    raised = f"set {LIMITS}=2 in the environment to read twice as much"
    return CaseFileError(said, f"{hint}; or {raised}" if hint else raised)


@contextmanager
def reading(shown: str, kind: type[EhcpError] = CaseFileError) -> Iterator[None]:
    """Turn an operating system's error about a file that cannot be read into one line."""
    try:
        yield
    except OSError as error:
        no_room = isinstance(error, FileNotFoundError) and error.filename is None  # tempfile says so
        number = errno.ENOSPC if no_room else error.errno or 0
        said, hint = _SAID.get(number, (f" cannot be read: {reason(error)}", ""))
        raise kind(f"{shown}{said}", hint) from None


def open_input(name: str) -> tuple[IO[bytes], bool]:
    """Open a file that can be read more than once; return it, and whether it is a copy of a pipe.

    A file of the system that has no size, as `/proc/kmsg`, is taken for an empty one: it may never end.

    Raises:
        OSError: It cannot be opened, is a folder or a device, or a pipe that nobody writes to.
    """
    if "\0" in name:
        raise _os_error(errno.ENOENT, name)
    number = os.open(name, _READ)
    status = os.fstat(number)
    if stat.S_ISFIFO(status.st_mode):
        return _copied(number, name), True
    ordinary = stat.S_ISREG(status.st_mode) or os.path.samestat(status, Path(os.devnull).stat())
    if not ordinary:
        os.close(number)
        raise _os_error(errno.EISDIR if stat.S_ISDIR(status.st_mode) else errno.ENODEV, name)
    if not status.st_size:
        os.close(number)
        number = os.open(os.devnull, _READ)
    return os.fdopen(number, "rb"), False


def _copied(number: int, name: str) -> IO[bytes]:
    first = b""
    for _ in range(_WAITS):
        try:
            if first := os.read(number, PIECE):
                break
        except BlockingIOError:
            break  # somebody will
        time.sleep(0.1)
    else:
        os.close(number)
        raise _os_error(errno.ENXIO, name)
    os.set_blocking(number, True)
    with os.fdopen(number, "rb") as pipe:
        return spool(chain((first,), pieces(pipe)))


def _os_error(number: int, name: str) -> OSError:
    return OSError(number, os.strerror(number), name)


def spool(parts: Iterable[bytes]) -> IO[bytes]:
    """Write parts to a file that has no name, so that nothing else can read it and nothing is left behind.

    Raises:
        CaseFileError: There are more than `MOST_COPIED` bytes.
    """
    kept: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as what reads it
    try:
        kept.writelines(_bounded(parts))
        kept.seek(0)
    except BaseException:
        kept.close()
        raise
    return kept


def _bounded(parts: Iterable[bytes]) -> Iterator[bytes]:
    left = most = limit(MOST_COPIED)
    for part in parts:
        left -= len(part)
        if left < 0:
            raise too_much(f"there are more than {most // 1_000_000:,} million bytes to read")
        yield part


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the rest of a file piece by piece."""
    while piece := file.read(PIECE):
        yield piece


def read_whole(path: Path, kind: type[EhcpError] = CaseFileError, most: int = _MOST_WHOLE) -> bytes:
    """Return the bytes of a file.

    Raises:
        EhcpError: Of the kind asked for: it cannot be read, or has more than `most` bytes.
    """
    with reading(str(path), kind), open_input(str(path))[0] as file:
        raw = file.read(most + 1)
    if len(raw) > most:
        raise kind(f"{path} has more than {most:,} bytes", "check that it is the file you mean")
    return raw


def bounded_json(raw: bytes, shown: str) -> bytes:
    """Return JSON that does not hold more values than there may be memory for.

    Raises:
        CaseFileError: It holds more.
    """
    if sum(map(raw.count, (b",", b"{", b"["))) > (most := limit(_MOST_VALUES)):
        raise too_much(f"{shown} holds more than {most:,} values")
    return raw


_MOST_PARTS = 100  # of a dotted key: the time that tomllib takes grows with their square
_DOTTED = re.compile(rf"""(?<![\w"'.-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){{{_MOST_PARTS}}}""")


def parse_toml(text: str) -> dict[str, Any]:
    """Return a file's TOML.

    Raises:
        tomllib.TOMLDecodeError: It is not TOML, or a key has more than 100 parts.
        RecursionError: Values are nested too deeply.
    """
    if _DOTTED.search(text):
        said = f"a key has more than {_MOST_PARTS} parts"
        raise tomllib.TOMLDecodeError(said)
    return tomllib.loads(text)


def shipped(name: str, package: Traversable | None = None) -> dict[str, Any]:
    """Return a TOML file of the package by its path in it, as the build kept it if it is the same still.

    To parse 800 lines takes 15 ms, to take what was kept 1 ms.
    """
    package = package or files("ehcp_timeline")
    content = package.joinpath(name).read_bytes()
    table: dict[str, Any] | None = kept(package.joinpath(*_kept_at(name)), lambda: content)
    return tomllib.loads(content.decode()) if table is None else table


def keep_shipped(package: Path) -> Iterator[Path]:
    """Keep every TOML file of the package as it is parsed, and yield where."""
    for path in package.rglob("*.toml"):
        content = path.read_bytes()
        place = package.joinpath(*_kept_at(path.relative_to(package).as_posix()))
        place.parent.mkdir(exist_ok=True)
        keep(place, tomllib.loads(content.decode()), content)
        yield place


def _kept_at(name: str) -> tuple[str, str]:
    return "kept", f"{name.replace('/', '.')}.pickle"


def kept(path: Traversable, source: Callable[[], bytes]) -> Any:  # noqa: ANN401 - what was kept
    """Return what the build kept, or None where there is none or its source has changed since."""
    with suppress(OSError):
        content = path.read_bytes()
        if content[:_DIGEST] == hashlib.sha256(source() + content[_DIGEST:]).digest():
            return pickle.loads(content[_DIGEST:])  # noqa: S301 - to be trusted as code is
    return None


def keep(path: Path, value: object, source: bytes) -> None:
    """Keep a value with the digest of it and of what it was made from."""
    pickled = pickle.dumps(value, 5)
    path.write_bytes(hashlib.sha256(source + pickled).digest() + pickled)


def read_text(path: Path, kind: type[EhcpError] = CaseFileError, most: int = _MOST_WHOLE) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark.

    Raises:
        EhcpError: As `read_whole` raises, or it is not UTF-8.
    """
    try:
        return read_whole(path, kind, most).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise kind(f"{path} is not UTF-8 text", "save it as UTF-8") from None

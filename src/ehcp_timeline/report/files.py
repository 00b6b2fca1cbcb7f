"""Files are written whole or not at all, for their owner only, and never over another without leave."""

import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from ehcp_timeline.errors import OutputError

_DEVICE_NAMES = frozenset(
    {"CON", "PRN", "AUX", "NUL"} | {f"{port}{n}" for port in ("COM", "LPT") for n in range(10)}
)


def write_whole(path: Path, data: bytes | Iterable[bytes], *, force: bool = False) -> None:
    """Write `data`, whole or in parts, to `path` in one step, readable by its owner only.

    The bytes go to a new file in the same folder, which then takes the name; a reader sees the old file or
    the new one, never half of either. A symbolic link is replaced, not followed.

    Raises:
        OutputError: The file is there already and `force` is not set, is no ordinary file, or the folder
            cannot be written in.
    """
    check_target(path, force=force)
    part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.part")
    try:
        _write_new(part, (data,) if isinstance(data, bytes) else data)
        _take_name(part, path, force=force)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {_why(error)}", "choose another file with -o") from error
    finally:
        part.unlink(missing_ok=True)


def check_target(path: Path, *, force: bool) -> None:
    """Raise OutputError if `path` cannot be written, before any work is done for it."""
    if path.stem.upper() in _DEVICE_NAMES:
        raise OutputError(f"{path} is the name of a device", "choose another name")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}", "create it first, or choose another")
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"cannot write {path}: {_why(error)}", "choose another file with -o") from error
    if stat.S_ISDIR(kind):
        raise OutputError(f"{path} is a folder", f"name a file in it, as -o {path / 'findings.csv'}")
    if not (stat.S_ISREG(kind) or stat.S_ISLNK(kind)):
        raise OutputError(f"{path} is not an ordinary file", "leave -o out to write to standard output")
    if not force:
        raise OutputError(f"{path} is already there", "add --force to replace it")


def _write_new(part: Path, data: Iterable[bytes]) -> None:
    """Write a file that must not exist yet and wait until the disk has it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(part, flags, 0o600), "wb") as stream:
        stream.writelines(data)
        stream.flush()
        os.fsync(stream.fileno())


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


def _why(error: OSError) -> str:
    """Return what the operating system said, without the path that it repeats."""
    return (error.strerror or type(error).__name__).lower()

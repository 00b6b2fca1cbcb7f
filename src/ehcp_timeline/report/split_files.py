"""A folder of files that appear whole or not at all, each in one step."""

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from ehcp_timeline.errors import OutputError
from ehcp_timeline.report.files import check_target, write_whole


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
        waiting = folder / f".{secrets.token_hex(8)}.part"
        waiting.mkdir(mode=0o700)
    except OSError as error:
        raise _cannot(folder, error) from error
    try:
        for name, data in files.items():
            write_whole(waiting / name, data)
        for name in files:
            _settle(waiting / name, folder / name, force=force)
    except OSError as error:
        raise _cannot(folder, error) from error
    finally:
        shutil.rmtree(waiting, ignore_errors=True)


def _settle(waiting: Path, place: Path, *, force: bool) -> None:
    """Give a finished file its place; without `force` a file that came in the meantime stays."""
    if not force and os.path.lexists(place):
        raise OutputError(f"{place} is already there", "add --force to replace it")
    waiting.replace(place)


def _cannot(folder: Path, error: OSError) -> OutputError:
    why = (error.strerror or type(error).__name__).lower()
    return OutputError(f"cannot write to the folder {folder}: {why}", "choose another folder with -o")

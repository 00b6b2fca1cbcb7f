"""A rulebook as a person names it: the installed one, a folder, a file laid over it, or a git revision."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ehcp_timeline import __version__
from ehcp_timeline.errors import RulebookError, UsageError

if TYPE_CHECKING:
    from ehcp_timeline.law.rulebook import Rulebook

INSTALLED = "installed"
LAW_FILE = "instruments.toml"
CHECKOUT = Path("src/ehcp_timeline/rulebook")


@dataclass(frozen=True, slots=True)
class RulebookSource:
    """A rulebook, and the word that it was named by."""

    name: str
    rulebook: "Rulebook"


def named_rulebook(word: str) -> RulebookSource:
    """Return the rulebook that a word names.

    It is looked for as `installed` or this package's own version, a folder, a file, a git revision with a
    path (`main:rules/ours.toml`) or without one. A folder without the law's own files, and a file, are laid
    over the installed law.

    Raises:
        UsageError: There is nothing of that name.
        RulebookError: It has faults.
    """
    from ehcp_timeline.law.loader.rulebook import load_rulebook

    path = Path(word)
    if word in (INSTALLED, __version__):
        return RulebookSource(word, load_rulebook())
    if path.is_dir():
        return RulebookSource(word, _folder(path))
    if path.is_file():
        return RulebookSource(word, load_rulebook([path]))
    installed = load_rulebook()
    return RulebookSource(word, installed if word == installed.version else _revision(word))


def _folder(folder: Path) -> "Rulebook":
    from ehcp_timeline.law.loader.rulebook import load_rulebook

    for law in (folder, folder / CHECKOUT):
        if (law / LAW_FILE).is_file():
            return load_rulebook(folder=law)
    overlays = sorted(one for one in folder.glob("*.toml") if is_overlay(one.read_bytes()))
    if not overlays:
        raise UsageError(f"{folder} holds no rulebook", "name a folder or file with [[deadline]] in it")
    return load_rulebook(overlays)


def is_overlay(content: bytes) -> bool:
    """Say whether the text of a TOML file may be a local rulebook: it has a deadline or an event."""
    return b"[[deadline]]" in content or b"[[event]]" in content


def _revision(word: str) -> "Rulebook":
    from ehcp_timeline.commands.rules import revisions

    if not revisions.is_revision(word):
        raise UsageError(
            f"`{word}` is no file, folder, git revision or version of this package",
            f"one of: {INSTALLED}, a path, a revision as HEAD~1 or main:rules/ours.toml",
        )
    revision, path = revisions.parted(word)
    files = revisions.files_at(revision, path)
    if files is None:
        raise UsageError(f"{revision} has no `{path}`", f"git ls-tree -r --name-only {revision}")
    if LAW_FILE in files:
        return loaded(files, {})
    place = f"{revision}:{path}" if path in files or path.endswith(".toml") else ""
    return loaded(
        {}, {place or f"{revision}:{path}/{one}": text for one, text in files.items() if is_overlay(text)}
    )


def rulebook_before(revision: str, law: Path | None, overlays: Sequence[Path]) -> "Rulebook":
    """Return what the same law and local rulebooks were in a git revision; what was not there is left out.

    Args:
        revision: The revision.
        law: The folder of the law; None for the one that the revision holds, else the installed one.
        overlays: Local rulebooks.

    Raises:
        UsageError: There is no such revision.
        RulebookError: It has faults.
    """
    from ehcp_timeline.commands.rules import revisions

    revisions.parted(f"{revision}:.")
    folder = _from_here(law) if law else next(iter(revisions.law_folders(revision)), "")
    files = revisions.files_at(revision, folder) if folder else None
    laid = {
        f"{revision}:{overlay}": revisions.files_at(revision, _from_here(overlay)) for overlay in overlays
    }
    return loaded(files or {}, {name: next(iter(found.values())) for name, found in laid.items() if found})


def _from_here(path: Path) -> str:
    return Path(os.path.relpath(path)).as_posix()


def loaded(law: Mapping[str, bytes], overlays: Mapping[str, bytes]) -> "Rulebook":
    """Return the rulebook that some files make, called by their own names in outputs and errors.

    Args:
        law: File name to content; empty for the installed law.
        overlays: Name of each local rulebook to its content.
    """
    from ehcp_timeline.law.loader.rulebook import load_rulebook

    with TemporaryDirectory(prefix="ehcp-") as name:
        brought = _write(Path(name) / "law", law)
        laid = [
            _write(Path(name) / str(number), {PurePosixPath(one.rpartition(":")[2]).name: text})
            for number, (one, text) in enumerate(overlays.items())
        ]
        paths = [path for one in laid for path in one]
        names = dict(zip(map(str, paths), overlays, strict=True))
        try:
            rulebook = load_rulebook(paths, Path(name) / "law" if brought else None)
        except RulebookError as error:
            raise RulebookError(tuple(_renamed(fault, names) for fault in error.faults)) from None
    return replace(rulebook, overlays=tuple((names[one], digest) for one, digest in rulebook.overlays))


def _write(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for path, name in names.items():
        text = text.replace(path, name)
    return text

"""A rulebook as a person names it: the installed one, a folder, a file laid over it, or a git revision.

A git revision is one of the repository that the command runs in.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from ehcp_timeline import __version__
from ehcp_timeline.errors import RulebookError, UsageError
from ehcp_timeline.inputs import MOST_WRITTEN, read_whole, reading
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Rulebook

INSTALLED = "installed"
LAW_FILE = "instruments.toml"
CHECKOUT = Path("src/ehcp_timeline/rulebook")
OUR_FOLDER = "ehcp_timeline/rulebook"


def named_rulebook(word: str) -> Rulebook:
    """Return the rulebook that a word names.

    It is looked for as `installed` or this package's own version, a folder, a file, a git revision with a
    path (`main:rules/ours.toml`) or without one. A folder without the law's own files, and a file, are laid
    over the installed law.

    Raises:
        UsageError: There is nothing of that name.
        RulebookError: It has faults.
    """
    if not word:
        raise UsageError("a rulebook has an empty name", "check the text between the quotation marks")
    path = Path(word)
    if word in (INSTALLED, __version__):
        return load_rulebook()
    if path.is_dir():
        return _folder(path)
    if path.is_file():
        return load_rulebook([path])
    installed = load_rulebook()
    return installed if word == installed.version else _revision(word)


def _folder(folder: Path) -> Rulebook:
    for law in (folder, folder / CHECKOUT):
        if (law / LAW_FILE).is_file():
            return load_rulebook(folder=law)
    files = sorted(path for path in folder.glob("*.toml") if path.is_file())
    overlays = [path for path in files if _is_overlay(read_whole(path, most=MOST_WRITTEN))]
    if not overlays:
        raise UsageError(f"{folder} holds no rulebook", "name a folder or file with [[deadline]] in it")
    return load_rulebook(overlays)


def _is_overlay(content: bytes) -> bool:
    """Return whether the text of a TOML file may be a local rulebook: it has a deadline or an event."""
    return b"[[deadline]]" in content or b"[[event]]" in content


def _revision(word: str) -> Rulebook:
    revision, _, path = word.partition(":")
    if not _is_revision(revision):
        raise UsageError(
            f"`{word}` is not a file, folder, git revision or version of this package",
            f"one of: {INSTALLED}, a path, a revision as HEAD~1 or main:rules/ours.toml",
        )
    if not path:
        folders = _law_folders(revision)
        ours = [folder for folder in folders if folder.endswith(OUR_FOLDER)] or folders
        if len(ours) != 1:
            holds = f"holds {len(folders)} rulebooks" if folders else "holds no rulebook"
            hint = f"name the folder or the file, as {revision}:rules/ours.toml"
            raise UsageError(f"{revision} {holds}", hint)
        path = ours[0]
    files = _files_at(revision, path)
    if files is None:
        raise UsageError(f"{revision} has no `{path}`", f"git ls-tree -r --name-only {revision}")
    if LAW_FILE in files:
        return _loaded(files, {})
    place = f"{revision}:{path}" if path in files or path.endswith(".toml") else ""
    return _loaded(
        {}, {place or f"{revision}:{path}/{name}": text for name, text in files.items() if _is_overlay(text)}
    )


def rulebook_before(revision: str, law: Path | None, overlays: Sequence[Path]) -> Rulebook:
    """Return what the same law and local rulebooks were in a git revision; what was not there is left out.

    Without a folder of the law it is the one that the revision holds, else the installed one.

    Raises:
        UsageError: There is no such revision.
        RulebookError: It has faults.
    """
    if not _is_revision(revision):
        raise UsageError(
            f"`{revision}` is not a revision of a git repository here", "git log --oneline lists them"
        )
    folder = _from_here(law) if law else next(iter(_law_folders(revision)), "")
    files = _files_at(revision, folder) if folder else None
    laid = {f"{revision}:{path}": _files_at(revision, _from_here(path)) for path in overlays}
    return _loaded(files or {}, {name: next(iter(texts.values())) for name, texts in laid.items() if texts})


def _from_here(path: Path) -> str:
    return Path(os.path.relpath(path)).as_posix()


def _loaded(law: Mapping[str, bytes], overlays: Mapping[str, bytes]) -> Rulebook:
    """Return the rulebook that some files make, called by their own names; no `law` is the installed one."""
    with reading("the earlier rulebook", UsageError), TemporaryDirectory(prefix="ehcp-") as room:
        _write(Path(room) / "law", law)
        names: dict[str, str] = {}
        for number, (name, text) in enumerate(overlays.items()):
            file = PurePosixPath(name.rpartition(":")[2]).name
            _write(Path(room) / str(number), {file: text})
            names[str(Path(room) / str(number) / file)] = name
        try:
            rulebook = load_rulebook([Path(path) for path in names], Path(room) / "law" if law else None)
        except RulebookError as error:
            faults = error.faults
            for path, name in names.items():
                faults = tuple(fault.replace(path, name) for fault in faults)
            raise RulebookError(faults) from None
    named = (replace(overlay, name=names[overlay.name]) for overlay in rulebook.overlays)
    return replace(rulebook, overlays=tuple(named))


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _is_revision(word: str) -> bool:
    if not word or word.startswith("-"):
        return False
    return _git("rev-parse", "--verify", "--quiet", f"{word}^{{commit}}") is not None


def _law_folders(revision: str) -> list[str]:
    """Return the folders that hold a whole rulebook in a revision, from the repository's own root."""
    names = map(PurePosixPath, _listed("ls-tree", "-r", "--name-only", "--full-tree", "-z", revision))
    return [f"/{name.parent}" for name in names if name.name == LAW_FILE]


def _files_at(revision: str, path: str) -> dict[str, bytes] | None:
    """Return the TOML files of a folder, or the one file, as they were; None where there is no such path.

    A path is seen from the folder that the command runs in, or from the repository's root if a stroke begins
    it.
    """
    place = f"{revision}:{path[1:] or '.'}" if path.startswith("/") else f"{revision}:./{path}"
    match _git("cat-file", "-t", place):
        case b"blob\n":
            return {PurePosixPath(path).name: _git("cat-file", "blob", place) or b""}
        case b"tree\n":
            names = (
                name for name in _listed("ls-tree", "--name-only", "-z", place) if name.endswith(".toml")
            )
            return {name: _git("cat-file", "blob", f"{place.rstrip('/')}/{name}") or b"" for name in names}
        case _:
            return None


def _listed(*words: str) -> list[str]:
    """Return the names that git lists, each ended by a null byte."""
    return [name for name in (_git(*words) or b"").decode("utf-8", "surrogateescape").split("\0") if name]


def _git(*words: str) -> bytes | None:
    try:
        run = subprocess.run(["git", *words], capture_output=True, check=False)
    except OSError:
        return None
    return run.stdout if run.returncode == 0 else None

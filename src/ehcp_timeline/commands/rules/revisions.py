"""The files of a rulebook as they stood in a git revision of the folder that the command runs in."""

import subprocess
from pathlib import PurePosixPath

from ehcp_timeline.errors import UsageError

LAW_FILE = "instruments.toml"
OUR_FOLDER = "ehcp_timeline/rulebook"


def is_revision(word: str) -> bool:
    """Say whether a word names a git revision here, whether or not a path stands after it."""
    revision = word.partition(":")[0]
    return (
        bool(revision)
        and not revision.startswith("-")
        and _asked("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is not None
    )


def parted(word: str) -> tuple[str, str]:
    """Return a revision, and the path in it: the one that is given, or that of the one rulebook it holds.

    Raises:
        UsageError: There is no such revision, or it is not clear which rulebook is meant.
    """
    revision, _, path = word.partition(":")
    if not is_revision(revision):
        raise UsageError(
            f"`{revision}` is no revision of a git repository here", "git log --oneline lists them"
        )
    return revision, path or _law_folder(revision)


def _law_folder(revision: str) -> str:
    folders = law_folders(revision)
    ours = [folder for folder in folders if folder.endswith(OUR_FOLDER)]
    if len(ours or folders) != 1:
        found = f"holds {len(folders)} rulebooks" if folders else "holds no rulebook"
        raise UsageError(f"{revision} {found}", f"name the folder or the file, as {revision}:rules/ours.toml")
    return (ours or folders)[0]


def law_folders(revision: str) -> list[str]:
    """Return the folders that hold a whole rulebook in a revision, from the repository's own root."""
    listed = _asked("ls-tree", "-r", "--name-only", "--full-tree", "-z", revision) or b""
    names = [PurePosixPath(name) for name in listed.decode("utf-8", "surrogateescape").split("\0") if name]
    return [f"/{name.parent}" for name in names if name.name == LAW_FILE]


def files_at(revision: str, path: str) -> dict[str, bytes] | None:
    """Return the TOML files of a folder, or the one file, as they stood; None where there is no such path.

    Args:
        revision: The revision.
        path: From the folder that the command runs in; from the repository's root if a stroke begins it.
    """
    place = f"{revision}:{path[1:] or '.'}" if path.startswith("/") else f"{revision}:./{path}"
    match _asked("cat-file", "-t", place):
        case b"blob\n":
            return {PurePosixPath(path).name: _asked("cat-file", "blob", place) or b""}
        case b"tree\n":
            names = (_asked("ls-tree", "--name-only", "-z", place) or b"").decode("utf-8", "surrogateescape")
            tomls = [name for name in names.split("\0") if name.endswith(".toml")]
            return {name: _asked("cat-file", "blob", f"{place.rstrip('/')}/{name}") or b"" for name in tomls}
        case _:
            return None


def _asked(*words: str) -> bytes | None:
    """Return what git answers, or None where it cannot."""
    try:
        run = subprocess.run(["git", *words], capture_output=True, check=False)
    except OSError:
        return None
    return run.stdout if run.returncode == 0 else None

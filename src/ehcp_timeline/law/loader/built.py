"""The package's own law as records, kept when the wheel is built: reading it takes 3 ms, reading TOML 22.

It is taken only if its digest is that of the files that are here: the TOML, what reads it, and what was kept.
Otherwise, as in a checkout in which the law or its reader has changed, the TOML is read. No command writes.
"""

import hashlib
import pickle
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from ehcp_timeline.law.rulebook import Rulebook

_KEPT = ("law", "loader", "law.pickle")
_DECIDES = (("rulebook", ".toml"), ("law", ".py"), ("law/loader", ".py"), ("", "clock.py"), ("", "record.py"))
_DIGEST = 32  # bytes of a SHA-256


def read_built(package: Traversable | None = None) -> Rulebook | None:
    """Return the law that was kept, or None where there is none or anything has changed since."""
    package = package or files("ehcp_timeline")
    try:
        content = package.joinpath(*_KEPT).read_bytes()
    except OSError:
        return None
    if content[:_DIGEST] != _digest(package, content[_DIGEST:]):
        return None
    law: Rulebook = pickle.loads(content[_DIGEST:])  # noqa: S301 - to be trusted as its code is
    return law


def write_built(law: Rulebook, package: Path) -> Path:
    """Keep the law beside its reader, and return where."""
    path, kept = package.joinpath(*_KEPT), pickle.dumps(law, 5)
    path.write_bytes(_digest(package, kept) + kept)
    return path


def _digest(package: Traversable, kept: bytes) -> bytes:
    made = hashlib.sha256(kept)
    for folder, ending in _DECIDES:
        entries = (package / folder if folder else package).iterdir()
        for name, entry in sorted((entry.name, entry) for entry in entries if entry.name.endswith(ending)):
            content = entry.read_bytes()
            made.update(f"{folder}/{name} {len(content)} ".encode() + content)
    return made.digest()

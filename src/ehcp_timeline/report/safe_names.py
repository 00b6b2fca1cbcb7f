"""File names made from people's names: nothing in them can leave the folder, hide, or be a device."""

import unicodedata
from collections.abc import Iterable, Mapping

_PORTS = tuple(f"{port}{number}" for port in ("com", "lpt") for number in range(10))
_DEVICES = frozenset(("con", "prn", "aux", "nul", *_PORTS))  # of Windows, whatever ending stands behind them
_LONGEST = 60  # characters; and no more than three bytes for each of them
_KEPT = frozenset({"L", "N", "M"})  # letters, numbers and the marks on them, of any script


def safe_names(names: Iterable[str], suffix: str, nameless: str) -> Mapping[str, str]:
    """Return a file name for each name, no two alike even where capitals are not told apart.

    Args:
        names: The names as they stand in a file, each once; they are numbered in this order.
        suffix: The ending of the files, as `.csv`.
        nameless: What a blank name is called.

    >>> safe_names(("A. Khan", "a khan", "../etc", "CON", ""), ".csv", "no-caseworker")["../etc"]
    'etc.csv'
    """
    taken: set[str] = set()
    return {name: _free(_stem(name, nameless), taken) + suffix for name in names}


def _stem(name: str, nameless: str) -> str:
    """Return a name as a file may be called."""
    if not name.strip():
        return nameless
    text = unicodedata.normalize("NFC", name)
    kept = "".join(one if unicodedata.category(one)[0] in _KEPT else " " for one in text)
    stem = _cut("-".join(kept.split()))
    if not stem:
        return "unnamed"
    return f"name-{stem}" if _folded(stem) in _DEVICES else stem


def _cut(stem: str) -> str:
    """Return a stem that is no longer than a file system allows."""
    stem = stem[:_LONGEST]
    while len(stem.encode("utf-8")) > 3 * _LONGEST:
        stem = stem[:-1]
    return stem.strip("-")


def _free(stem: str, taken: set[str]) -> str:
    """Return the stem, numbered if another file has it, and take it."""
    number, free = 1, stem
    while _folded(free) in taken:
        number += 1
        free = f"{stem}-{number}"
    taken.add(_folded(free))
    return free


def _folded(stem: str) -> str:
    """Return a stem as a file system that forgives capitals and ways of writing sees it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", stem).casefold())

"""What the commands that make lists share: groups and pseudonyms."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ehcp_timeline.shell.options import GROUPS
from ehcp_timeline.shell.parse import choice

if TYPE_CHECKING:
    import polars as pl

    from ehcp_timeline.measure.acknowledged import Acknowledged
    from ehcp_timeline.measure.result import Audit
    from ehcp_timeline.privacy.pseudonyms import Key


def group_asked(option: str, word: str | None) -> str | None:
    """Return the column of the groups, if any; raise UsageError if there is no such group."""
    return None if word is None else choice(option, word, GROUPS)


def key_asked(path: Path | None, outputs: Sequence[Path] | None) -> "Key | None":
    """Return the key for pseudonyms, if one was asked for; raise UsageError if it cannot be used."""
    if path is None:
        return None
    from ehcp_timeline.privacy.pseudonyms import read_key

    return read_key(path, outputs or ())


def without_people(audit: "Audit", clocks: "pl.DataFrame", key: "Key | None") -> "tuple[Audit, pl.DataFrame]":
    """Return an answer and a list made from it, both pseudonymised if there is a key."""
    if key is None:
        return audit, clocks
    from ehcp_timeline.privacy.apply import pseudonymised, without_words

    return replace(audit, problems=without_words(audit.problems)), pseudonymised(clocks, key)


def without_cases(left_out: "Acknowledged | None", key: "Key | None") -> "Acknowledged | None":
    """Return what is said of acknowledgements; with a key nothing that may quote a cell of theirs."""
    if left_out is None or key is None:
        return left_out
    from ehcp_timeline.privacy.apply import without_words

    return replace(left_out, problems=without_words(left_out.problems))

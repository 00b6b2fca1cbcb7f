"""Pseudonyms that nobody can turn back without the key: HMAC-SHA256 of the case's own number.

Names, dates of birth and free text are dropped, never hashed: there are so few of them that all could be
tried. What is left is pseudonymised, and still personal data.
"""

import base64
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ehcp_timeline.cases.model import Problem
from ehcp_timeline.errors import UsageError
from ehcp_timeline.inputs import reason
from ehcp_timeline.record import field, record, replace

if TYPE_CHECKING:
    import polars as pl

STATEMENT = (
    "Pseudonymised, still personal data: keep the key apart from this, and treat both as confidential."
)
LEAST_KEY = 32
KEPT_TEXTS = ("district", "team")  # short lists that an authority keeps; every other text may say anything
DROPPED = ("name", "date_of_birth", "school", "referrer", "sen_need", "caseworker", "row")
_MOST_KEY = 4096
_LETTERS = 12
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)  # never wait for a pipe
_NEW_KEY = "make a new one with: ehcp key new PATH"


@record(frozen=True, slots=True)
class Key:
    """A secret that makes pseudonyms; its value is never printed."""

    secret: bytes = field(repr=False)

    def pseudonym(self, case_id: str) -> str:
        """Return the pseudonym of a case: 12 letters and digits, the same for the same key and case.

        Twelve characters of base32 are 60 bits: among a million cases the chance that any two share one
        is below one in a million.

        >>> Key(b"0" * 32).pseudonym("C-0042")
        'FEZRXUDAEPQ3'
        """
        digest = hmac.new(self.secret, case_id.encode("utf-8"), hashlib.sha256).digest()
        return base64.b32encode(digest).decode("ascii")[:_LETTERS]


def new_key() -> bytes:
    """Return the content of a new key file: 32 random bytes, written in hexadecimal on one line."""
    return f"{secrets.token_hex(LEAST_KEY)}\n".encode("ascii")


def read_key(path: Path, outputs: Sequence[Path] = ()) -> Key:
    """Read a key; every byte of the file counts.

    The key must not lie in or below the folder of an output.

    Raises:
        UsageError: It is not there, is not an ordinary file, can be read by others, is too
            short, or lies where the output goes.
    """
    for output in outputs:
        inside = Path(os.path.realpath(output if output.is_dir() else output.parent))
        if Path(os.path.realpath(path)).is_relative_to(inside) or path.absolute().is_relative_to(inside):
            raise UsageError(
                f"the key file {path} is inside the folder of the output",
                "keep the key in another folder, or write somewhere else",
            )
    try:
        with os.fdopen(os.open(path, _READ), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UsageError(f"the key file {path} is not an ordinary file", _NEW_KEY)
            if os.name != "nt" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise UsageError(
                    f"the key file {path} can be read by other users than its owner",
                    f"chmod 600 {path}; if others may have read it, make a new key",
                )
            secret = stream.read(_MOST_KEY + 1)
    except OSError as error:
        raise UsageError(f"cannot read the key file {path}: {reason(error)}", _NEW_KEY) from error
    if len(secret) < LEAST_KEY:
        raise UsageError(f"the key file {path} is too short: it needs at least {LEAST_KEY} bytes", _NEW_KEY)
    if len(secret) > _MOST_KEY:
        raise UsageError(f"{path} is too long for a key file: at most {_MOST_KEY} bytes", _NEW_KEY)
    return Key(secret)


def pseudonymised(clocks: "pl.DataFrame", key: Key) -> "pl.DataFrame":
    """Return a list with a pseudonym for each `case_id`; whatever could name a person is null.

    The row of the file is removed too: whoever has the file could find the case by it.
    """
    import polars as pl

    cases = clocks["case_id"].unique()
    names = {case: key.pseudonym(case) for case in cases if case is not None}
    dropped = [
        pl.lit(None, dtype=clocks.schema[name]).alias(name) for name in DROPPED if name in clocks.columns
    ]
    case_id = pl.col("case_id").cast(pl.String).replace_strict(names, default=None, return_dtype=pl.String)
    return clocks.with_columns(case_id, *dropped)


def without_words(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems with their rule and column alone: a row tells the case, and words may quote a cell."""
    return tuple(sorted(replace(problem, row=0, problem=problem.rule, try_="") for problem in problems))

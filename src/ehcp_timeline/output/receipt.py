"""What an output was made from: the hashes of its files, rulebook and options, its day and the version."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from html import unescape
from pathlib import Path, PurePath
from typing import Any, Self

from ehcp_timeline import __version__
from ehcp_timeline.errors import EhcpError
from ehcp_timeline.inputs import bounded_json, read_whole
from ehcp_timeline.law.rulebook import rulebook_name
from ehcp_timeline.measure.answer import RulebookUsed, values
from ehcp_timeline.record import Sha256, record, replace
from ehcp_timeline.text import day

_PATHS = frozenset(
    {"acknowledged", "config", "pseudonymise", "rules", "since"}
)  # and a path may be the name of a person
_PEOPLE = frozenset({"caseworker", "team", "district", "school", "referrer", "name", "date_of_birth"})
Words = Mapping[str, str | bool | list[str]]
FOLDER_RECEIPT = "receipt.json"
_MOST = 10_000_000  # bytes of the properties of a workbook
_BEGINS = {
    "BEGIN:VCALENDAR": "ics",
    "<!doctype html": "html",
    "<!DOCTYPE html": "html",
    "# ": "md",
    "## ": "md",
    "| ": "md",
}


@record(frozen=True, slots=True)
class InputRead:
    """A file that an output was made from.

    Attributes:
        name: Null where the output is to name nothing.
    """

    name: str | None
    sha256: Sha256


@record(frozen=True, slots=True)
class MadeFrom:
    """What an answer was made from, where the answer itself does not hold it."""

    as_at: date | None
    rulebook: RulebookUsed | None
    input: tuple[InputRead, ...]


@record(frozen=True, slots=True)
class Typed:
    """What was typed.

    Attributes:
        command: The command, as `check` or `rules list`.
        arguments: Its words; null for each file.
        options: The options that were given, but for the day and where the answer goes.
    """

    command: str
    arguments: tuple[str | None, ...]
    options: Words

    @property
    def sha256(self) -> str:
        """Return the hash of all this."""
        return hashlib.sha256(json.dumps(values(self), sort_keys=True).encode()).hexdigest()


@record(frozen=True, slots=True)
class Receipt:
    """What an output was made from.

    Attributes:
        software: Version of ehcp-timeline.
        typed: What was typed; null where that could name people.
        typed_sha256: Its hash.
        as_at: The day that was asked about; null where none was.
        rulebook: Null where no law was applied.
    """

    software: str
    typed: Typed | None
    typed_sha256: Sha256
    as_at: date | None
    rulebook: RulebookUsed | None
    input: tuple[InputRead, ...]

    @classmethod
    def of(cls, answer: object, typed: Typed) -> Self:
        """Return the receipt of an answer, as far as the answer says what it was made from.

        The file of acknowledgements is the last of the input.
        """
        accepted = getattr(answer, "acknowledged", None)
        return cls(
            software=__version__,
            typed=typed,
            typed_sha256=typed.sha256,
            as_at=getattr(answer, "as_at", None),
            rulebook=getattr(answer, "rulebook", None),
            input=read_of((*getattr(answer, "input", ()), *([accepted] if accepted else ()))),
        )

    def without_people(self) -> Self:
        """Return the receipt of an output that names nobody: hashes stay, words that may be names go."""

        def may_name(word: str | None) -> bool:
            """Return whether a word may be a case's number, or a name as in `school=Oak Lane`."""
            column, given, _ = (word or "x=").partition("=")
            return not given or column.strip() in _PEOPLE

        typed = self.typed
        if typed:
            named = (_PEOPLE | _PATHS) & {option.strip("-") for option in typed.options}
            typed = None if named or any(map(may_name, typed.arguments)) else typed
        return replace(self, typed=typed, input=tuple(replace(file, name=None) for file in self.input))

    @property
    def json(self) -> str:
        """Return the receipt on one line, which no markup can end or begin in."""
        text = json.dumps(values(self), default=date.isoformat)
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

    def lines(self) -> tuple[str, ...]:
        """Return the receipt in words, a line for each part."""
        law = self.rulebook
        return (
            f"Made by ehcp-timeline {self.software}{f' as at {day(self.as_at)}' if self.as_at else ''}.",
            *([f"Law: {rulebook_name(law.version, law.overlays)}, SHA-256 {law.sha256}."] if law else []),
            *(f"Input: {file.name or 'a case file'}, SHA-256 {file.sha256}." for file in self.input),
            f"Options: SHA-256 {self.typed_sha256}.",
        )


def read_of(files: Iterable[Any]) -> tuple[InputRead, ...]:
    """Return what a receipt says of files that have a name and a hash; of a name, its last part."""
    return tuple(InputRead(file.name and PurePath(file.name).name, file.sha256) for file in files)


def path_beside(output: Path) -> Path:
    """Return where the receipt of an output stands that holds none itself, as `list.csv.receipt.json`."""
    return output.with_name(f"{output.name}.receipt.json")


def left_beside(output: Path) -> Receipt | None:
    """Return the receipt beside an output, or that of its folder; None if there is none that can be read."""
    for path in (path_beside(output), output.with_name(FOLDER_RECEIPT)):
        with suppress(EhcpError, ValueError):
            return read_receipt(read_whole(path, most=_MOST))
    return None


def find_receipt(data: bytes) -> tuple[str, Receipt | None]:
    """Return the format of an output, and the receipt that it carries, if it does."""
    form = _form_of(data)
    text = "" if form in ("xlsx", "parquet") else data.decode("utf-8-sig", errors="replace")
    match form:
        case "xlsx":
            carried = ""
            with suppress(Exception), zipfile.ZipFile(io.BytesIO(data)) as book:  # a damaged one has none
                properties = book.open("docProps/custom.xml").read(_MOST).decode()
                texts = re.findall(r"<vt:lpwstr>(.*?)</vt:lpwstr>", properties, re.DOTALL)
                carried = unescape("".join(texts))
        case "parquet":
            import polars as pl

            carried = ""
            with suppress(Exception, pl.exceptions.PanicException):
                carried = pl.read_parquet_metadata(io.BytesIO(data)).get("receipt", "")
        case "json":
            carried = json.dumps(json.loads(text).get("receipt"))
        case "ics":
            carried = _after("X-EHCP-RECEIPT:", re.sub(r"\r?\n[ \t]", "", text))
        case "html":
            carried = _after('name="ehcp-receipt" content="', text, '">')
        case "md":
            carried = _after("<!-- receipt: ", text, " -->")
        case _:
            carried = text.rstrip().rpartition("\n")[2]
    with suppress(ValueError):
        return form, read_receipt(carried)
    return form, None


def _form_of(data: bytes) -> str:
    if data.startswith((b"PK", b"PAR1")):
        return "xlsx" if data.startswith(b"PK") else "parquet"
    raw = data.removeprefix(b"\xef\xbb\xbf").strip()
    for whole in (raw.partition(b"\n")[0], raw) if raw.startswith(b"{") else ():
        with suppress(ValueError, RecursionError):
            table = json.loads(bounded_json(whole, "the output"))
            return "json" if "schema" in table and len(whole) == len(raw) else "ndjson"
    if not raw or raw.startswith(b"{"):
        return "ndjson"
    text = raw.decode("utf-8", errors="replace")
    for mark, form in _BEGINS.items():
        if text.startswith(mark):
            return form
    return "plain" if text.rstrip().rpartition("\n")[2].startswith('{"software": ') else "csv"


def _after(mark: str, text: str, end: str = "\n") -> str:
    """Return what stands in a text between the last mark and an end, markup undone."""
    return unescape(text.rpartition(mark)[2].partition(end)[0])


def file_sha256(path: Path) -> str:
    """Return the hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_receipt(text: str | bytes) -> Receipt:
    """Return a receipt from its JSON; raise ValueError if it is not that of a receipt."""
    from pydantic import TypeAdapter

    return TypeAdapter(Receipt).validate_json(text, strict=True)

"""Reads the XML of the SEN2 person-level return, as it is sent to and downloaded from COLLECT."""

import hashlib
import re
import weakref
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from os import fstat
from typing import IO

from ehcp_timeline.cases.cells.values import shown as quoted
from ehcp_timeline.cases.formats.csv.encoding import Surveyed
from ehcp_timeline.cases.formats.sen2.columns import ITEMS, case_block, case_headings
from ehcp_timeline.cases.formats.sen2.items import sen2
from ehcp_timeline.cases.formats.sen2.xml_persons import (
    LONGEST_PERSON,
    cut_short,
    malformed,
    no_person_ends,
    read_persons,
)
from ehcp_timeline.cases.formats.stream import Raw
from ehcp_timeline.cases.formats.xml import local, streamed
from ehcp_timeline.cases.headers import fold
from ehcp_timeline.cases.sheet import Block, Sheet
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import pieces, reading

_ROOTS = ("message", "sen2")
_ABOUT = ("collection", "year", "referencedate")
_AS_SENT = "give the return as it is sent to COLLECT, or export the cases as CSV"
_OUTCOME = "assessmentoutcome"
_AGREED = re.compile(rb"requestoutcome>\s*y")
_OVERLAP = 200  # bytes: a tag, white space, and the first letter of its text


@dataclass(frozen=True, slots=True)
class About:
    """What the header of a return says of it; None for what it does not say.

    Attributes:
        year: Of the collection.
        reference: The day as of which it was returned: it knows nothing later.
    """

    year: int | None
    reference: date | None


def find_sen2_sheet(raw: Raw) -> Sheet:
    """Find what a SEN2 return in XML knows; its persons are read when they are asked for.

    An item that is blank or missing for every person is taken for one that the file does not know.

    Raises:
        CaseFileError: It is other XML, is not well formed, has a document type, or holds no persons.
    """
    try:
        with reading(raw.shown):
            about = read_about(raw)
            digest, filled = _filled(raw.file, raw.shown)
            file = _reopened(raw, digest)
    except CaseFileError:
        raw.file.close()
        raise
    held = sen2().held(filled, about.year)
    return Sheet(
        name=raw.name,
        shown=raw.shown,
        sha256=digest,
        encoding=f"SEN2 return of {about.year}, XML" if about.year else "SEN2 return, XML",
        delimiter="",
        header_row=1,
        headings=case_headings(held),
        blocks=partial(_blocks, file, held),
        known_until=about.reference,
    )


def _blocks(file: Surveyed, held: frozenset[str], rows: int) -> Generator[Block]:
    """Yield the requests, about `rows` of them at a time."""
    with file.opened() as opened:
        packed = file.spool is not None
        for flat, problems in read_persons(pieces(opened), file.shown, rows, packed=packed):
            yield case_block(flat, held, problems)


def _reopened(raw: Raw, digest: str) -> Surveyed:
    """Return the file to be read again and again; it is closed, or kept where it has no name."""
    kept = raw.file if raw.spooled else None
    file = Surveyed(raw.name, raw.shown, digest, "utf-8", fstat(raw.file.fileno()).st_size, 0, kept)
    if kept:
        weakref.finalize(file, kept.close)
    else:
        raw.file.close()
    return file


def read_about(raw: Raw) -> About:
    """Read what stands above the first person.

    Raises:
        CaseFileError: As `find_sen2_sheet` raises.
    """
    if b"<html" in raw.head().lower().replace(b"\0", b""):
        raise _no_return(raw.shown)
    header = _Header(raw.shown)
    raw.file.seek(0)
    for _ in streamed(
        pieces(raw.file),
        raw.shown,
        start=header.start,
        text=header.texts.append,
        end=header.end,
        malformed=partial(malformed, raw.shown),
        cut_short=header.ends_early,
    ):
        if header.complete:
            return header.about()
        if raw.file.tell() > LONGEST_PERSON:
            said = f"{raw.shown}: no person begins in its first {LONGEST_PERSON // 1_000_000} million bytes"
            raise CaseFileError(said, _AS_SENT)
    raise CaseFileError(f"{raw.shown} is a SEN2 return without persons", "export the return again")


def _no_return(shown: str) -> CaseFileError:
    return CaseFileError(f"{shown} looks like XML or a web page, not a case file", "export the cases as CSV")


class _Header:
    """Takes what the XML says until the first person begins.

    Attributes:
        texts: The text since the last tag.
        complete: The first person has begun.
    """

    def __init__(self, shown: str) -> None:
        self.texts: list[str] = []
        self.complete = False
        self._shown = shown
        self._root = ""
        self._items: dict[str, str] = {}

    def start(self, name: str, _: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        self.texts.clear()
        if not self._root:
            self._root = name
            if local(name) not in _ROOTS:
                begins = f"{self._shown} is XML, but begins with {quoted(name)}"
                raise CaseFileError(f"{begins}, not with the Message of a SEN2 return", _AS_SENT)
        if local(name) == "person" and not self.complete:
            self.complete = True

    def end(self, name: str) -> None:
        """Take the end of an element."""
        tag = local(name)
        if tag in _ABOUT and not self.complete:
            item = self._items.setdefault(tag, "".join(self.texts).strip())
            if tag == "collection" and item and "sen2" not in fold(item):
                said = f"{self._shown} is a {quoted(item).strip(chr(34))} census return, not SEN2"
                raise CaseFileError(said, _AS_SENT)

    def ends_early(self, line: int) -> CaseFileError:
        """Return the error for XML that ends before the first person."""
        return cut_short(self._shown, line) if self._root else _no_return(self._shown)

    def about(self) -> About:
        """Return what it says."""
        year = self._items.get("year", "")
        try:
            reference = date.fromisoformat(self._items.get("referencedate", "")[:10])
        except ValueError:
            reference = None
        return About(int(year) if len(year) == 4 and year.isascii() and year.isdigit() else None, reference)


def _filled(file: IO[bytes], shown: str) -> tuple[str, frozenset[str]]:
    """Return the SHA-256 of a file and which items have a text anywhere in it; it is read without parsing.

    Where no request was agreed to, there are no assessments to be missed: none has been decided.
    """
    digest, wanted, end, agreed, without_person = hashlib.sha256(), dict.fromkeys(ITEMS), b"", False, 0
    file.seek(0)
    for piece in pieces(file):
        digest.update(piece)
        letters = piece.replace(b"\0", b"") if b"\0" in piece else piece  # as UTF-16 has between letters
        text = end + letters.lower()
        without_person = 0 if b"person>" in text else without_person + len(piece)
        if without_person > LONGEST_PERSON:
            raise no_person_ends(shown)
        end = text[-_OVERLAP:]
        if wanted:
            for item in [item for item in wanted if _has_text(text, item.encode() + b">")]:
                del wanted[item]
            agreed = agreed or (_OUTCOME in wanted and _AGREED.search(text) is not None)
    if "requestoutcome" not in wanted and not agreed:
        wanted.pop(_OUTCOME, None)
    return digest.hexdigest(), frozenset(ITEMS) - wanted.keys()


def _has_text(xml: bytes, tag: bytes) -> bool:
    """Return whether some element, whose beginning ends with `tag`, holds anything but white space."""
    at = xml.find(tag)
    while at >= 0:
        at += len(tag)
        text = xml[at : at + _OVERLAP].lstrip()
        if text and not text.startswith(b"<"):
            return True
        at = xml.find(tag, at)
    return False

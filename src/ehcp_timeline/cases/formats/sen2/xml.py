"""Reads the XML of the SEN2 person-level return, as it is sent to and downloaded from COLLECT."""

import hashlib
import re
from collections.abc import Generator, Mapping
from datetime import date
from itertools import chain
from os import fstat
from typing import IO

from ehcp_timeline.cases.cells.values import shown as quoted
from ehcp_timeline.cases.formats.csv.encoding import Surveyed
from ehcp_timeline.cases.formats.sen2.columns import ITEMS, case_block, case_headings
from ehcp_timeline.cases.formats.sen2.items import sen2, year_of
from ehcp_timeline.cases.formats.sen2.xml_persons import LONGEST_PERSON, broken, no_person_ends, read_persons
from ehcp_timeline.cases.formats.stream import Raw
from ehcp_timeline.cases.formats.xml import BrokenXmlError, XmlStream, local
from ehcp_timeline.cases.headers import fold
from ehcp_timeline.cases.sheet import Block, Dtypes, Sheet
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import pieces, reading

_ROOTS = ("message", "sen2")
_ABOUT = ("collection", "year", "referencedate")
_AS_SENT = "give the return as it is sent to COLLECT, or export the cases as CSV"
_OUTCOME = "assessmentoutcome"
_TAGS = {"sex": ("sex", "gendercurrent"), "sensetting": ("sensetting", "urn", "ukprn")}
"""Items that other elements give too."""
_AGREED = re.compile(rb"requestoutcome>\s*y")
_OVERLAP = 200  # bytes: a tag, white space, and the first letter of its text


def find_sen2_sheet(raw: Raw) -> Sheet:
    """Find what a SEN2 return in XML knows; its persons are read when they are asked for.

    An item that is blank or missing for every person is taken for one that the file does not know.

    Raises:
        CaseFileError: It is other XML, is not well formed, has a document type, or holds no persons.
    """
    with reading(raw.shown):
        try:
            if b"<html" in raw.head().lower().replace(b"\0", b""):
                raise _no_return(raw.shown)
            about = _header(raw)
            digest, filled = _filled(raw.file, raw.shown)
            file = Surveyed(raw, digest, "utf-8", fstat(raw.file.fileno()).st_size, begin=0)
        finally:
            if not raw.spooled:
                raw.file.close()
    year = year_of(about.get("year", ""))
    try:
        reference = date.fromisoformat(about.get("referencedate", "")[:10])
    except ValueError:
        reference = None
    held = sen2().held(filled, year)

    def blocks(rows: int, _: Dtypes = dict) -> Generator[Block]:
        with file.opened() as opened:
            for flat, problems in read_persons(pieces(opened), raw.shown, rows, packed=raw.spooled):
                yield case_block(flat, held, problems)

    return Sheet(
        name=raw.name,
        shown=raw.shown,
        sha256=digest,
        encoding=f"SEN2 return of {year}, XML" if year else "SEN2 return, XML",
        headings=case_headings(held),
        blocks=blocks,
        known_until=reference,
    )


def _no_return(shown: str) -> CaseFileError:
    return CaseFileError(f"{shown} looks like XML or a web page, not a case file", "export the cases as CSV")


def _header(raw: Raw) -> dict[str, str]:
    shown = raw.shown
    root, complete = "", False
    texts: list[str] = []
    items: dict[str, str] = {}

    def start(name: str, _: Mapping[str, str]) -> None:
        nonlocal root, complete
        texts.clear()
        if not root and local(name) not in _ROOTS:
            begins = f"{shown} is XML, but begins with {quoted(name)}"
            raise CaseFileError(f"{begins}, not with the Message of a SEN2 return", _AS_SENT)
        root = root or name
        complete = complete or local(name) == "person"

    def end(name: str) -> None:
        tag = local(name)
        if tag in _ABOUT and not complete:
            item = items.setdefault(tag, "".join(texts).strip())
            if tag == "collection" and item and "sen2" not in fold(item):
                said = f"{shown} is a {quoted(item).strip(chr(34))} census return, not SEN2"
                raise CaseFileError(said, _AS_SENT)

    xml = XmlStream(shown, start, texts.append, end)
    raw.file.seek(0)
    try:
        for piece in chain(pieces(raw.file), (b"",)):
            xml.feed(piece)
            if complete:
                return items
            if raw.file.tell() > LONGEST_PERSON:
                said = f"{shown}: no person begins in its first {LONGEST_PERSON // 1_000_000} million bytes"
                raise CaseFileError(said, _AS_SENT)
    except BrokenXmlError as fault:
        raise (broken(shown, fault) if root or not fault.early else _no_return(shown)) from None
    raise CaseFileError(f"{shown} is a SEN2 return without persons", "export the return again")


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
            for item in list(wanted):
                if any(_has_text(text, tag.encode() + b">") for tag in _TAGS.get(item, (item,))):
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

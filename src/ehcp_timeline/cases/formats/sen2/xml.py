"""Reads the XML of the SEN2 person-level return, as it is sent to and downloaded from COLLECT.

Persons are streamed: a row for each request and each further assessment.
"""

import hashlib
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from datetime import date
from itertools import chain
from os import fstat
from typing import IO

import polars as pl

from ehcp_timeline.cases.cells.values import shown as quoted
from ehcp_timeline.cases.formats.csv.encoding import Surveyed
from ehcp_timeline.cases.formats.sen2.columns import (
    ITEMS,
    LOST,
    PERSON,
    SETTINGS,
    case_block,
    case_headings,
    is_date,
)
from ehcp_timeline.cases.formats.sen2.items import (
    ELSEWHERE,
    OUTCOMES,
    RENAME,
    UNKNOWN,
    decides,
    sen2,
    year_of,
)
from ehcp_timeline.cases.formats.sen2.table import NUMBERED, OF_SETTING
from ehcp_timeline.cases.formats.stream import BrokenXmlError, Raw, XmlStream, local
from ehcp_timeline.cases.headers import fold
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW, Block, Dtypes, Sheet
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import pieces, reading

# What bounds the memory: the length of a text, of a comment, of a tag; different names; nested elements.
LONGEST_PERSON = 4_000_000  # bytes
MOST_NAMES = 1_000
DEEPEST = 100

_LINE, _RANK, _NOT_YET = "line", "sentyperank", "A"
_SCHEMA = {ROW: pl.UInt32, PERSON: pl.UInt32} | dict.fromkeys(ITEMS, pl.String)
_COLUMNS = tuple(_SCHEMA)
_PATH = ("message", "persons", "person", "requests", "assessment", "namedplan", "activeplans")
_MAY_STAND_ELSEWHERE = {item for item in ITEMS if is_date(item)} - {"personbirthdate"} | {*OUTCOMES}

Items = dict[str, str | int | None]
# Where an item is gathered, or what is done when a module ends; None for all else.
_Meaning = tuple[Items, str] | Callable[[str], object] | None
_Rows = tuple[pl.DataFrame, tuple[Problem, ...]]


def read_persons(parts: Iterable[bytes], shown: str, rows: int, *, packed: bool) -> Generator[_Rows]:
    """Yield the requests of a return from the first, about `rows` of them at a time; at least once.

    Each time the flat table that `columns.case_cells` reads, and a problem for each person without a request.
    `row` is the line on which the first item of the request stands, or the next number where a line holds
    several. A file that was `packed` may hold elements within elements by the million, however small it is.

    Raises:
        CaseFileError: The XML is not well formed, was cut short, has a document type, a person that is
            longer than any can be, or elements such as no return has.
    """
    persons = _Persons(shown, packed=packed)
    for part in chain(parts, (b"",)):
        persons.take(part)
        if len(persons.rows) >= rows:
            yield persons.taken()
    yield persons.taken()


def broken(shown: str, fault: BrokenXmlError) -> CaseFileError:
    """Return the error for XML that is not well formed, or ends too early."""
    if fault.early:
        said = f"{shown} was cut short: its XML ends on line {fault.line}, before it is complete"
        return CaseFileError(said, "export the return again, or copy it again")
    if fault.ampersand:
        tip = "correct it where the text was typed, and export again"
        return CaseFileError(f'{shown}: line {fault.line}: "&" must be written "&amp;"', tip)
    return CaseFileError(f"{shown}: line {fault.line} is not well-formed XML", "export the return again")


def no_person_ends(shown: str) -> CaseFileError:
    """Return the error for a person that is longer than any can be."""
    said = f"{shown} holds {LONGEST_PERSON // 1_000_000} million bytes in which no person ends"
    return CaseFileError(said, "export the return again")


class _Persons:
    """The persons met so far.

    Elements are known only by their ends, and their text is what came since the end before: between the tags
    of a return there is nothing but white space. A return of a million persons has some sixty million ends,
    so each end is handled with as little work as possible.

    Attributes:
        rows: Those not yet taken, each with the cells of `_SCHEMA`.
    """

    def __init__(self, shown: str, *, packed: bool) -> None:
        self.rows: list[tuple[str | int | None, ...]] = []
        self._shown = shown
        self._problems: list[Problem] = []
        self._person: Items = {}
        self._request: Items = {}
        self._assessment: Items = {}
        self._need: Items = {}
        self._setting: Items = {}
        self._settings: dict[str, tuple[tuple[bool, str], str]] = {}
        self._assessments: list[Items] = []
        self._requests: list[Items] = []
        self._count = self._last_row = 0
        self._part = b""
        self._at = self._newlines = self._without_end = self._depth = 0
        self._known: dict[str, _Meaning] = {}
        self._open: dict[str, object] = {}
        self._names: dict[str, str] = {}
        self._misplaced: list[tuple[int, str, str]] = []
        self._unplaced: set[str] = set()
        self._unknown: set[tuple[str, str]] = set()
        self._texts: list[str] = []
        text, end = self._texts.append, self._ending()
        if packed:
            self._xml = XmlStream(shown, self._deeper, text, lambda name: self._higher(name, end))
        else:
            self._xml = XmlStream(shown, self._open.setdefault, text, end)

    def take(self, part: bytes) -> None:
        """Take the next part of the XML; an empty one is the end.

        Raises:
            CaseFileError: As `read_persons` raises.
        """
        self._part, self._at, before = part, 0, self._count
        try:
            self._xml.feed(part)
        except BrokenXmlError as fault:
            raise broken(self._shown, fault) from None
        self._newlines += part.count(b"\n", self._at)
        self._without_end = self._without_end + len(part) if self._count == before else 0
        if self._without_end > LONGEST_PERSON:
            raise no_person_ends(self._shown)
        if len(self._known) > MOST_NAMES:
            self._refuse(f"there are more than {MOST_NAMES:,} names of elements")

    def taken(self) -> _Rows:
        columns = zip(*self.rows, strict=True) if self.rows else ((),) * len(_COLUMNS)
        flat = pl.DataFrame(dict(zip(_COLUMNS, columns, strict=True)), schema=_SCHEMA)
        problems = tuple(self._problems)
        self.rows.clear()
        self._problems.clear()
        return flat, problems

    def _refuse(self, why: str) -> None:
        """Refuse a file that no return can be, and would fill the memory."""
        said = f"{self._shown}: by line {self._newlines + 1} {why}"
        raise CaseFileError(said, "export the return again")

    def _line(self) -> int:
        """Return the line that the parser is on; counted here, because the parser takes its time."""
        at = max(self._xml.at, self._at)
        self._newlines += self._part.count(b"\n", self._at, at)
        self._at = at
        return self._newlines + 1

    def _deeper(self, name: str, _: object) -> None:
        self._open[name] = None
        self._depth += 1
        if self._depth > DEEPEST:
            self._refuse(f"elements are nested more than {DEEPEST} deep")

    def _higher(self, name: str, end: Callable[[str], None]) -> None:
        self._depth -= 1
        end(name)

    def _ending(self) -> Callable[[str], None]:
        """Return what takes the end of each element; it learns each name when it first meets it."""
        texts, known = self._texts, self._known

        def end(name: str) -> None:
            try:
                means = known[name]
            except KeyError:
                means = known[name] = self._meaning(local(name))
            if means is not None:
                if not isinstance(means, tuple):
                    means(name)
                elif text := "".join(texts).strip():
                    gathered, item = means
                    if gathered and item not in gathered:
                        gathered[item] = text
                    else:
                        if not gathered:
                            gathered[_LINE] = self._line()
                        # Two of one name are kept both, so that neither is taken for the truth.
                        same = gathered.get(item, text) == text
                        gathered[item] = text if same else f"{gathered[item]} and {text}"
            texts.clear()

        return end

    def _meaning(self, tag: str) -> _Meaning:
        ends: dict[str, Callable[[str], object]] = {
            "person": self._end_person,
            "requests": self._end_request,
            "assessment": self._end_assessment,
            "senneed": self._end_need,
            "placementdetail": self._end_setting,
            "plandetail": self._end_setting,
            "namedplan": lambda name: self._is_placed(name, "assessment", self._assessment),
            "activeplans": lambda name: self._is_placed(name, "requests", self._request),
        }
        if tag in ends:
            return ends[tag]
        for module, gathered in (
            ("person", self._person),
            ("requests", self._request),
            ("activeplans", self._request),
            ("assessment", self._assessment),
            ("namedplan", self._assessment),
            ("senneed", self._need),
            ("placementdetail", self._setting),
        ):
            item = sen2().modules[module].item(tag)
            if item is not None and item in (*ITEMS, _RANK, *OF_SETTING):
                return gathered, item
        return None if sen2().knows(tag) else self._end_unknown

    def _is_placed(self, name: str, within: str, gathered: Items) -> bool:
        """Return whether the element of a module that ends is within that of another; else note that.

        `gathered` are its items, forgotten if it is misplaced.
        """
        self._open.pop(name, None)
        if self._names.get(within) in self._open:
            return True
        for opened in self._open:
            if local(opened) == within:
                self._names[within] = opened
                return True
        self._misplace(name, within, gathered)
        return False

    def _path(self, name: str) -> str:
        return "/".join((*(opened for opened in self._open if local(opened) in _PATH), name))

    def _misplace(self, name: str, within: str, gathered: Items) -> None:
        """Note an element that is where it does not belong, and forget its items."""
        line = int(gathered.pop(_LINE, None) or self._line())
        self._misplaced.append((line, self._path(name), sen2().modules[within].names[0]))
        self._unplaced |= gathered.keys()
        gathered.clear()

    def _leave(self, gathered: Items, within: str) -> None:
        """Note items that belong to a module and are in none."""
        for item in [item for item in gathered if item != _LINE]:
            self._misplace(item, within, {_LINE: gathered.get(_LINE), item: gathered[item]})
        gathered.clear()

    def _end_need(self, name: str) -> None:
        if self._is_placed(name, "activeplans", self._need):
            if self._need.get(_RANK) == "1" or "sentype" not in self._request:
                self._request["sentype"] = self._need.get("sentype")
            self._need.clear()

    def _end_setting(self, name: str) -> None:
        """Keep the setting of each kind that was not left, of the first rank; no deadline rests on it."""
        own, item = self._setting, SETTINGS[local(name)]
        code = own.get("sensetting") or (NUMBERED if own.get("urn") or own.get("ukprn") else None)
        order = "leavingdate" in own, str(own.get("placementrank") or "9")
        if code and (item not in self._settings or order < self._settings[item][0]):
            self._settings[item] = order, str(code)
        own.clear()

    def _end_unknown(self, name: str) -> None:
        """Note an element of a person that no return has; its date or code may be what is missing."""
        text = "".join(self._texts)
        if not text.strip() or not any(local(opened) == "person" for opened in self._open):
            return
        rule = UNKNOWN if decides(text) else "unread-item"
        if (name, rule) not in self._unknown:
            self._unknown.add((name, rule))
            says = (
                f"line {self._line()}: {self._path(name)} is not an element of a SEN2 return, and is not read"
            )
            self._problems.append(Problem(self._last_row + 1, "", rule, says, RENAME, "nothing"))
        if rule == UNKNOWN:
            self._unplaced |= _MAY_STAND_ELSEWHERE

    def _end_assessment(self, name: str) -> None:
        if self._is_placed(name, "requests", self._assessment):
            self._assessments.append(self._assessment.copy())
            self._assessment.clear()

    def _end_request(self, name: str) -> None:
        """Keep a request with the first assessment that decides anything, and each further one by itself."""
        if not self._is_placed(name, "person", self._request):
            self._assessments.clear()
            self._say_misplaced(self._next_row(self._misplaced[0][0]), "row")
            self._unplaced.clear()
            return
        self._leave(self._assessment, "assessment")
        first: Items = min(
            self._assessments,
            key=lambda own: str(own.get("assessmentoutcome") or _NOT_YET).upper() == _NOT_YET,
            default={},
        )
        here = {_LINE: self._line()}
        further = (assessment for assessment in self._assessments if assessment is not first)
        settings: Items = {item: code for item, (_, code) in self._settings.items()}
        self._requests += [here | first | self._request | settings, *further]
        self._request.clear()
        self._settings.clear()
        self._assessments.clear()

    def _end_person(self, name: str) -> None:
        self._open.pop(name, None)
        self._count += 1
        self._leave(self._request, "requests")
        self._leave(self._assessment, "assessment")
        if not self._requests:
            row = self._next_row(self._person.get(_LINE))
            tip = "add the request that led to the plan; outcome H if it was decided in an earlier year"
            self._problems.append(Problem(row, "", "no-request", "the person has no request", tip, "row"))
        for request in self._requests:
            whole = self._person | request
            for item in self._unplaced:  # what is missing may stand elsewhere; a blank would say "not yet"
                if not whole.get(item):
                    whole[item] = LOST if item in OUTCOMES else ELSEWHERE if is_date(item) else None
            whole[ROW], whole[PERSON] = self._next_row(request.get(_LINE)), self._count
            self.rows.append(tuple(map(whole.get, _COLUMNS)))
        if self._misplaced:
            self._say_misplaced(self._last_row, "nothing")
        self._unplaced.clear()
        self._person.clear()
        self._requests.clear()
        self._settings.clear()

    def _say_misplaced(self, row: int, stops: str) -> None:
        for line, path, within in self._misplaced:
            says = f"line {line}: {path} is not where it belongs, inside {within}, and is not read"
            tip = f"move it into {within}; until then the deadlines that need it are unknown"
            self._problems.append(Problem(row, "", "misplaced-element", says, tip, stops))
        self._misplaced.clear()

    def _next_row(self, line: str | int | None) -> int:
        """Return the line of a row, or the next number where rows share a line."""
        self._last_row = max(int(line or 0), self._last_row + 1)
        return self._last_row


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

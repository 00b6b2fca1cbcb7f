"""Looks through the bytes of a file once, and makes them UTF-8 with line feeds if they are not."""

import codecs
import hashlib
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from os import fstat
from typing import IO, Literal

from ehcp_timeline.cases.formats.stream import Raw
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import PIECE, limit, open_input, pieces, reading, spool, too_much
from ehcp_timeline.record import record, replace

Encoding = Literal["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252", "mac_roman", "cp850"]

MOST_LINES = 10_000_000
_LONE_RETURN = re.compile(rb"\r[^\n]")
_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ONE_BYTE: dict[Encoding, str] = {
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp850": "DOS code page 850",
}
_IN_NAMES = re.compile(rb"(?<=[A-Za-z])[\x80-\xff]+|[\x80-\xff]+(?=[A-Za-z])")
_COMMON = "éèëêïíîöóôøüúáàäåâçñšž"
_BEFORE_WORDS, _AFTER_WORDS = "“‘£€•", "”…–—"
_ENOUGH = 5_000  # places
_PIECES_HELD = 3  # that are not hashed yet; to wait for each costs as much again as the hash
_AS_CSV = "save it as CSV UTF-8"
_NOT_TEXT = (
    (b"%PDF", "is a PDF", "export the cases as CSV"),
    (b"<", "looks like XML or a web page", "export the cases as CSV"),
)


@record(frozen=True, slots=True)
class Surveyed:
    """A file, or a spooled copy of it, that is known to be UTF-8 with line feeds.

    Attributes:
        raw: The file, closed, or its copy.
        sha256: Of the original bytes, in hexadecimal.
        encoding: Of the original bytes.
        size: How many bytes were looked at.
        begin: How many bytes to skip at the beginning.
        remarks: What is odd about its text as a whole.
    """

    raw: Raw
    sha256: str
    encoding: Encoding
    size: int
    begin: int
    remarks: tuple[Problem, ...] = ()

    @property
    def end(self) -> int:
        """How many bytes `opened` gives, with those that are skipped at the beginning."""
        return fstat(self.raw.file.fileno()).st_size if self.raw.spooled else self.size

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Open the bytes at the beginning; one reader at a time."""
        if self.raw.spooled:
            self.raw.file.seek(self.begin)
            yield self.raw.file
            return
        with reading(self.raw.shown), open_input(self.raw.name)[0] as file:
            if fstat(file.fileno()).st_size != self.size:
                raise CaseFileError(f"{self.raw.shown} has changed while it was read", "try again")
            file.seek(self.begin)
            yield file


def survey(raw: Raw) -> Surveyed:
    """Look through the bytes of an open file; it is closed, or kept where it cannot be opened again.

    Raises:
        CaseFileError: It is empty, or not text.
    """
    file, shown, kept = raw.file, raw.shown, raw
    with reading(shown):
        try:
            begin, declared = _declared(raw)
            sha256, utf8, lone_return, nul = _look(file, shown)
            encoding, sure = (declared or "utf-8", True) if declared or utf8 else _one_byte(file)
            utf16 = encoding in {"utf-16-le", "utf-16-be"}
            if nul and not utf16:
                raise CaseFileError(f"{shown} looks like a damaged or binary file", _AS_CSV)
            size = fstat(file.fileno()).st_size
            remarks = tuple(_mixed(file)) if encoding == "cp1252" else ()
            if encoding in {"mac_roman", "cp850"} or not sure:
                said = f"the text is read as {_ONE_BYTE[encoding]}: check the letters with accents"
                remarks += (Problem(0, "", "mixed-encodings", said, _AS_CSV, "nothing"),)
            if utf16 or lone_return or not utf8:
                file.seek(begin)
                kept, begin = replace(raw, file=spool(_retold(file, encoding, shown)), spooled=True), 0
        finally:
            if not raw.spooled or kept is not raw:
                file.close()
    return Surveyed(kept, sha256, encoding, size, begin, remarks)


def _declared(raw: Raw) -> tuple[int, Encoding | None]:
    """Return how many bytes mark the encoding at the beginning, and which one they or the text declare."""
    head = raw.head()
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return len(mark), encoding
    if not head:
        raise CaseFileError(f"{raw.shown} is empty", "export the cases again")
    for magic, what, hint in _NOT_TEXT:
        if head.startswith(magic):
            raise CaseFileError(f"{raw.shown} {what}, not a case file", hint)
    # UTF-16 without a mark: nearly every other byte of English text is nought.
    first, second = head[0::2], head[1::2]
    if 0 not in first and second.count(0) > 0.8 * len(second):
        return 0, "utf-16-le"
    return 0, "utf-16-be" if 0 not in second and first.count(0) > 0.8 * len(first) else None


def _look(file: IO[bytes], shown: str) -> tuple[str, bool, bool, bool]:
    """Return the SHA-256 of a file, whether it is UTF-8, and has a lone carriage return, or a NUL."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    utf8, lone_return, nul, held, lines = True, False, False, b"", 0
    with ThreadPoolExecutor(max_workers=1) as beside:
        hashing = deque([beside.submit(digest.update, b"")])
        for piece in pieces(file):
            hashing.append(beside.submit(digest.update, piece))
            if len(hashing) > _PIECES_HELD:
                hashing.popleft().result()
            lines += piece.count(b"\n")
            if lines > limit(MOST_LINES):
                raise too_much(f"{shown} has more than {limit(MOST_LINES):,} lines")
            utf8 = utf8 and ((piece.isascii() and not decoder.getstate()[0]) or _decodes(decoder, piece))
            nul = nul or b"\0" in piece
            if held or b"\r" in piece:
                lone_return = lone_return or _LONE_RETURN.search(held + piece) is not None
                held = b"\r" if piece.endswith(b"\r") else b""
    return digest.hexdigest(), utf8 and _decodes(decoder, b"", final=True), lone_return, nul


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _mixed(file: IO[bytes]) -> Iterator[Problem]:
    """Yield the problem of a file with lines in UTF-8 beside lines that are not: some letters are wrong."""
    lines: dict[bool, int] = {}
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    for number, line in enumerate(iter(partial(file.readline, PIECE), b""), start=1):
        if not line.isascii():
            lines.setdefault(_decodes(decoder, line, final=True), number)
        if len(lines) == 2:
            said = f"line {lines[True]} is UTF-8 and line {lines[False]} is not: some letters are wrong"
            yield Problem(0, "", "mixed-encodings", said, _AS_CSV, "nothing")
            return


def _one_byte(file: IO[bytes]) -> tuple[Encoding, bool]:
    """Return the one-byte encoding in which names make most sense, and whether no other makes as much.

    Windows-1252 where nothing speaks against it.
    """
    file.seek(0)
    letters = (
        piece[max(match.start() - 1, 0) : match.end() + 1]
        for piece in pieces(file)
        for match in _IN_NAMES.finditer(piece)
    )
    places = Counter(islice(letters, _ENOUGH))
    scores = {
        encoding: sum(_sense(around.decode(encoding, "replace")) * times for around, times in places.items())
        for encoding in _ONE_BYTE
    }
    file.seek(0)
    best = max(_ONE_BYTE, key=lambda encoding: scores[encoding])
    return best, not any(scores.values()) or list(scores.values()).count(scores[best]) == 1


def _sense(text: str) -> int:
    """Return how likely letters are in a name: common accents, capitals only where a word begins.

    Quotation marks and dashes make sense beside a word, not inside it.
    """
    sense = 0
    for before, letter, after in zip(f" {text}"[:-1], text, f"{text} "[1:], strict=True):
        if letter.isascii():
            sense -= 3 * (letter.isupper() and not before.isascii() and before.islower())
        elif letter == "’" or (
            letter in _BEFORE_WORDS + _AFTER_WORDS
            and not (letter in _BEFORE_WORDS and before.isalpha())
            and not (letter in _AFTER_WORDS and after.isalpha())
        ):
            sense += 4
        elif letter.isalpha():
            sense += (3 if letter.lower() in _COMMON else 1) - 4 * (letter.isupper() and before.islower())
        else:
            sense -= 3
    return sense


def _retold(file: IO[bytes], encoding: Encoding, shown: str) -> Iterator[bytes]:
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(codec)(), translate=True)
    line = 1
    for piece in chain(pieces(file), [b""]):
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            bad = line + piece.count(b"\n", 0, error.start)
            said = "UTF-16" if encoding.startswith("utf-16") else "UTF-8"
            said += ", as the beginning of the file says" if encoding == "utf-8-sig" else ""
            said += f", nor {_ONE_BYTE[encoding]}" if encoding in _ONE_BYTE else ""
            raise CaseFileError(f"{shown}: line {bad} is not {said}", _AS_CSV) from None
        if "\0" in text:
            raise CaseFileError(f"{shown} looks like a damaged or binary file", _AS_CSV)
        line += text.count("\n")
        yield text.encode()

"""Streams XML through expat: no entities, no document type, nothing fetched, nothing kept."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pyexpat import ExpatError
from xml.parsers import expat

from ehcp_timeline.errors import CaseFileError

Start = Callable[[str, Mapping[str, str]], None]
Text = Callable[[str], None]
End = Callable[[str], None]

_AMPERSAND = re.compile(rb"&\w*\Z")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def streamed(
    parts: Iterable[bytes],
    shown: str,
    *,
    start: Start | None = None,
    text: Text | None = None,
    end: End | None = None,
    malformed: Callable[[int, bool], CaseFileError],
    cut_short: Callable[[int], CaseFileError] | None = None,
) -> Iterator[bytes]:
    """Put XML to handlers while it goes by, and yield each part once it has been looked at.

    Args:
        parts: The XML, piece by piece.
        shown: The file, to begin an error with.
        start: Takes each element's name, as the file writes it, and its attributes.
        text: Takes text between tags, perhaps in several pieces.
        end: Takes the name of each element that ends.
        malformed: Gives the error for XML that is not well formed from the line where it breaks, and whether
            an ampersand that stands for itself breaks it.
        cut_short: The same for XML that ends too early, where that is worth telling apart.

    Raises:
        CaseFileError: It is not well formed, or has a document type (with which small files declare
            gigabytes, or ask for other files).
    """
    parser = parser_of(shown)
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
    passed, part = 0, b""
    try:
        for part in parts:
            parser.Parse(part, False)
            passed += len(part)
            yield part
        part = b""
        parser.Parse(b"", True)
    except ExpatError as error:
        if cut_short and not part:
            raise cut_short(error.lineno) from None
        raise malformed(error.lineno, is_ampersand(parser, part, passed)) from None
    except (LookupError, ValueError):
        said = f"{shown} names an encoding that there is not, or that cannot be read"
        raise CaseFileError(said, "export it again as UTF-8") from None


def is_ampersand(parser: expat.XMLParserType, part: bytes, passed: int) -> bool:
    """Return whether an ampersand that stands for itself broke a part, after so many bytes before it."""
    at = parser.ErrorByteIndex - passed
    return _AMPERSAND.search(part[max(at - 40, 0) : max(at, 0)]) is not None


def parser_of(shown: str) -> expat.XMLParserType:
    """Return a parser without handlers that refuses a document type; `shown` is the file for the error."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> None:
        said = f"{shown} declares a document type, which no case file needs"
        raise CaseFileError(said, "export it again, or open it in Excel and save it anew")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def run(parts: Iterator[bytes]) -> None:
    """Let a stream go by for what its handlers see."""
    for _ in parts:
        pass


def local(name: str) -> str:
    """Return an element's name in small letters, without the prefix of its namespace.

    >>> local("ns:ReceivedDate")
    'receiveddate'
    """
    return name.rpartition(":")[2].lower()


def is_xml(head: bytes) -> bool:
    """Return whether a file that begins so is XML, or a web page."""
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").lstrip().startswith(b"<")

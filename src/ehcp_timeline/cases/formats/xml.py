"""Streams XML through expat: no entities, no document type, nothing fetched, nothing kept."""

import re
from collections.abc import Callable, Mapping
from pyexpat import ExpatError
from xml.parsers import expat

from ehcp_timeline.errors import CaseFileError

Start = Callable[[str, Mapping[str, str]], object]
Text = Callable[[str], object]

_AMPERSAND = re.compile(rb"&\w*\Z")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class BrokenXmlError(Exception):
    """XML that is not well formed: on which line, whether a bare ampersand breaks it, or it ends early."""

    def __init__(self, line: int, *, ampersand: bool, early: bool) -> None:
        super().__init__(line)
        self.line, self.ampersand, self.early = line, ampersand, early


class XmlStream:
    """Puts XML to handlers while it goes by.

    Args:
        shown: The file, with which an error begins.
        start: Takes each element's name, as the file writes it, and its attributes.
        text: Takes text between tags, perhaps in several pieces.
        end: Takes the name of each element that ends.
    """

    def __init__(
        self, shown: str, start: Start | None = None, text: Text | None = None, end: Text | None = None
    ) -> None:
        self._shown = shown
        self._passed = 0
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
        parser.StartDoctypeDeclHandler = self._refuse

    @property
    def at(self) -> int:
        """The byte of the part at hand where the parser is; below 0 in the part before it."""
        return self._parser.CurrentByteIndex - self._passed

    def feed(self, part: bytes) -> None:
        """Take the next part of the XML; an empty one is the end.

        Raises:
            BrokenXmlError: It is not well formed.
            CaseFileError: It has a document type (with which small files declare gigabytes, or ask for other
                files), or an encoding that cannot be read.
        """
        try:
            self._parser.Parse(part, not part)
        except ExpatError as error:
            at = max(self._parser.ErrorByteIndex - self._passed, 0)
            ampersand = _AMPERSAND.search(part[max(at - 40, 0) : at]) is not None
            raise BrokenXmlError(error.lineno, ampersand=ampersand, early=not part) from None
        except (LookupError, ValueError):
            said = f"{self._shown} names an encoding that does not exist or cannot be read"
            raise CaseFileError(said, "export it again as UTF-8") from None
        self._passed += len(part)

    def _refuse(self, *_: object) -> None:
        said = f"{self._shown} declares a document type, which no case file needs"
        raise CaseFileError(said, "export it again, or open it in Excel and save it again")


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

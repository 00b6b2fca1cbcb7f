"""What other programs read of a test of the rules: JUnit XML, SARIF 2.1.0 and GitHub's annotations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree as ET

from ehcp_timeline import __version__
from ehcp_timeline.output.data import json_text
from ehcp_timeline.text.safe import visible, visible_lines

Level = Literal["error", "warning", "note"]
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_GITHUB_LEVEL: Mapping[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was found in a file.

    Attributes:
        level: How bad it is.
        rule: What it is about, as `plan.issue`.
        title: What it is about in a few words, as the name of a case.
        message: What is wrong, in one line.
        file: The file, as it was named; empty for none.
        line: The line, 1 for the first; 0 for the whole file.
        more: What leads to it, line by line.
    """

    level: Level
    rule: str
    title: str
    message: str
    file: str = ""
    line: int = 0
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRun:
    """One case of a test run, with everything that is wrong with it."""

    file: str
    line: int
    name: str
    notes: tuple[Note, ...] = ()


def junit_text(tested: Sequence[CaseRun]) -> str:
    """Return a test run as JUnit XML: a suite for each file, a test for each case."""
    failed = sum(bool(run.notes) for run in tested)
    root = ET.Element("testsuites", name="ehcp rules test", tests=str(len(tested)), failures=str(failed))
    for file in dict.fromkeys(run.file for run in tested):
        cases = [run for run in tested if run.file == file]
        failures = sum(bool(case.notes) for case in cases)
        suite = ET.SubElement(
            root, "testsuite", name=visible(file), tests=str(len(cases)), failures=str(failures), errors="0"
        )
        for case in cases:
            _add_junit_case(suite, case)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add_junit_case(suite: ET.Element, run: CaseRun) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=visible(run.file),
        name=visible(run.name),
        file=visible(run.file),
        line=str(run.line),
    )
    for note in run.notes:
        failure = ET.SubElement(case, "failure", type=note.rule, message=visible(note.message))
        failure.text = visible_lines("\n".join((note.message, *note.more)))


def sarif_text(notes: Sequence[Note]) -> str:
    """Return what was found as SARIF 2.1.0."""
    rules = [{"id": rule} for rule in dict.fromkeys(note.rule for note in notes)]
    driver = {"name": "ehcp", "version": __version__, "rules": rules}
    log = {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": [_sarif_result(note) for note in notes]}],
    }
    return json_text(log)


def _sarif_result(note: Note) -> dict[str, Any]:
    text = visible_lines("\n".join((f"{note.title}: {note.message}", *note.more)))
    result: dict[str, Any] = {"ruleId": note.rule, "level": note.level, "message": {"text": text}}
    if note.file:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(note.file)}}
        if note.line:
            place["region"] = {"startLine": note.line}
        result["locations"] = [{"physicalLocation": place}]
    return result


def _uri(file: str) -> str:
    from urllib.parse import quote

    return quote(visible(file).replace("\\", "/"))


def github_text(notes: Iterable[Note]) -> str:
    """Return what was found as GitHub workflow commands, one line each."""
    return "".join(f"{_github_line(note)}\n" for note in notes)


def _github_line(note: Note) -> str:
    properties = {"file": note.file, "line": str(note.line) if note.line else "", "title": note.title}
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    message = _data(visible_lines("\n".join((note.message, *note.more))))
    return f"::{_GITHUB_LEVEL[note.level]} {said}::{message}"


def _data(text: str) -> str:
    r"""Return text as the message of a workflow command.

    >>> _data("50%\n::error::")
    '50%25%0A::error::'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")

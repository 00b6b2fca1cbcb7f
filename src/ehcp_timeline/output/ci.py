"""Test results of the rules for other programs: JUnit XML, SARIF 2.1.0 and GitHub's annotations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal
from xml.etree import ElementTree as ET

from ehcp_timeline import __version__
from ehcp_timeline.output.data import json_text
from ehcp_timeline.record import record
from ehcp_timeline.text import visible, visible_lines

Level = Literal["error", "warning", "note"]
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_GITHUB_LEVEL: Mapping[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}


@record(frozen=True, slots=True)
class Note:
    """One thing that was found in a file.

    Attributes:
        rule: What it is about, as `plan.issue`.
        title: The same in a few words, as the name of a case.
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

    @property
    def text(self) -> str:
        """Return the message, and below it what leads to it."""
        return visible_lines("\n".join((self.message, *self.more)))


@record(frozen=True, slots=True)
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
        cases, shown = [run for run in tested if run.file == file], visible(file)
        failures = str(sum(bool(case.notes) for case in cases))
        suite = ET.SubElement(
            root, "testsuite", name=shown, tests=str(len(cases)), failures=failures, errors="0"
        )
        for run in cases:
            place = {"classname": shown, "name": visible(run.name), "file": shown, "line": str(run.line)}
            case = ET.SubElement(suite, "testcase", place)
            for note in run.notes:
                failure = ET.SubElement(case, "failure", type=note.rule, message=visible(note.message))
                failure.text = note.text
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def sarif_text(notes: Sequence[Note]) -> str:
    """Return what was found as SARIF 2.1.0."""
    from urllib.parse import quote

    results = []
    for note in notes:
        text = f"{visible_lines(note.title)}: {note.text}"
        result: dict[str, Any] = {"ruleId": note.rule, "level": note.level, "message": {"text": text}}
        if note.file:
            uri = quote(visible(note.file).replace("\\", "/"))
            place: dict[str, Any] = {"artifactLocation": {"uri": uri}}
            if note.line:
                place["region"] = {"startLine": note.line}
            result["locations"] = [{"physicalLocation": place}]
        results.append(result)
    rules = [{"id": rule} for rule in dict.fromkeys(note.rule for note in notes)]
    driver = {"name": "ehcp", "version": __version__, "rules": rules}
    runs = [{"tool": {"driver": driver}, "results": results}]
    return json_text({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": runs})


def github_text(notes: Iterable[Note]) -> str:
    """Return what was found as GitHub workflow commands, one line each."""
    lines = []
    for note in notes:
        properties = {"file": note.file, "line": str(note.line) if note.line else "", "title": note.title}
        said = ",".join(
            f"{key}={_escaped(visible(value)).replace(':', '%3A').replace(',', '%2C')}"
            for key, value in properties.items()
            if value
        )
        lines.append(f"::{_GITHUB_LEVEL[note.level]} {said}::{_escaped(note.text)}\n")
    return "".join(lines)


def _escaped(text: str) -> str:
    r"""Return text as the message of a workflow command.

    >>> _escaped("50%\n::error::")
    '50%25%0A::error::'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

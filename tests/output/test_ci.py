"""What other programs read: whole, valid, and with nothing in it that could steer them."""

import json
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from ehcp_timeline.output.ci import CaseRun, Note, github_text, junit_text, sarif_text

HOSTILE = 'a"<b>&\x1b[2J\n::error::x, y: 100%\r\u202e]]>'
NOTE = Note("error", "plan.issue", "A plan", "expected met, got late", "cases.toml", 7, ("1. Start: x.",))

# The parts of SARIF 2.1.0 (OASIS, section 3) that every consumer relies on.
SARIF: dict[str, Any] = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "rules"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {"required": ["id"]},
                                    }
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["ruleId", "level", "message"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"required": ["text"]},
                                "locations": {
                                    "type": "array",
                                    "items": {
                                        "required": ["physicalLocation"],
                                        "properties": {
                                            "physicalLocation": {
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "region": {
                                                        "properties": {
                                                            "startLine": {"type": "integer", "minimum": 1}
                                                        }
                                                    }
                                                },
                                            }
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


def test_junit_counts_what_passed_and_what_failed() -> None:
    """A suite for each file, a test for each case, the reasons inside the failure."""
    passed = CaseRun("cases.toml", 2, "In time")
    root = ET.fromstring(junit_text([passed, CaseRun("cases.toml", 7, "A plan", (NOTE,))]).encode())
    (suite,) = root
    first, second = suite
    (failure,) = second

    assert (root.attrib["tests"], root.attrib["failures"]) == ("2", "1")
    assert (suite.attrib["name"], suite.attrib["tests"], suite.attrib["failures"]) == ("cases.toml", "2", "1")
    assert (first.attrib["name"], list(first)) == ("In time", [])
    assert (second.attrib["file"], second.attrib["line"]) == ("cases.toml", "7")
    assert failure.attrib == {"type": "plan.issue", "message": "expected met, got late"}
    assert failure.text == "expected met, got late\n1. Start: x."


def test_junit_can_be_read_whatever_a_case_is_called() -> None:
    """Control characters, markup and CDATA's end are spelled out or escaped, and come back as text."""
    text = junit_text([CaseRun("x.csv", 1, HOSTILE, (Note("error", "r", HOSTILE, HOSTILE, "x.csv", 1),))])
    case = ET.fromstring(text.encode()).find(".//testcase")

    assert case is not None
    assert "\\u{1b}" in case.attrib["name"]
    assert "\x1b" not in text


def test_sarif_has_the_shape_of_the_standard() -> None:
    """Tool, rules once each, results with level, message, file and line."""
    log = json.loads(sarif_text([NOTE, NOTE, Note("warning", "stale", "x", "old")]))

    jsonschema.validate(log, SARIF)
    run = log["runs"][0]
    assert [one["id"] for one in run["tool"]["driver"]["rules"]] == ["plan.issue", "stale"]
    assert run["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "cases.toml"},
        "region": {"startLine": 7},
    }
    assert run["results"][0]["message"]["text"] == "A plan: expected met, got late\n1. Start: x."
    assert "locations" not in run["results"][2]


def test_sarif_without_results_is_still_a_run() -> None:
    """No finding is an empty list, which tells a scanner that all is well."""
    log = json.loads(sarif_text([]))

    jsonschema.validate(log, SARIF)
    assert log["runs"][0]["results"] == []


def test_sarif_quotes_file_names() -> None:
    """A blank or a backslash in a name makes no broken address."""
    (result,) = json.loads(sarif_text([Note("error", "r", "t", "m", "our cases\\a#1.toml", 1)]))["runs"][0][
        "results"
    ]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "our%20cases/a%231.toml"


@pytest.mark.parametrize(("level", "word"), [("error", "error"), ("warning", "warning"), ("note", "notice")])
def test_github_has_its_own_words_for_levels(level: Any, word: str) -> None:
    """What SARIF calls a note GitHub calls a notice."""
    assert github_text([Note(level, "r", "t", "m")]) == f"::{word} title=t::m\n"


def test_github_names_file_and_line() -> None:
    """The annotation stands beside the case."""
    assert github_text([NOTE]) == (
        "::error file=cases.toml,line=7,title=A plan::expected met, got late%0A1. Start: x.\n"
    )


def test_a_case_cannot_write_a_second_annotation() -> None:
    """Line breaks, colons and commas of a name are escaped: one note is one line and one command."""
    text = github_text([Note("error", "r", HOSTILE, HOSTILE, HOSTILE, 1)])

    assert text.count("\n") == 1
    assert "\n::" not in text
    assert 'file=a"<b>&\\u{1b}[2J\\u{a}%3A%3Aerror%3A%3Ax%2C y%3A 100%25' in text

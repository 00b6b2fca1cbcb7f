"""Nothing in a case file can steer a screen or hide from its reader."""

import json
import sys
import unicodedata
from functools import cache

import pytest

from ehcp_timeline.text import escaped_json, visible, visible_lines

HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}


@cache
def _every() -> list[str]:
    return [chr(code) for code in range(sys.maxunicode + 1)]


def test_every_hidden_character_is_spelled_out() -> None:
    """Every character that Unicode calls control, format, separator or surrogate is replaced."""
    left = [hex(ord(one)) for one in _every() if unicodedata.category(one) in HIDDEN and visible(one) == one]

    assert left == []


def test_every_other_character_is_left_as_it_is() -> None:
    """No letter, mark, number, sign or blank that Unicode has assigned is touched."""
    kept = HIDDEN | {"Cn"}
    changed = [
        hex(ord(one)) for one in _every() if unicodedata.category(one) not in kept and visible(one) != one
    ]

    assert changed == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Łukasz O’Neill", "Łukasz O’Neill"),
        ("a\x1b]0;title\x07b", r"a\u{1b}]0;title\u{7}b"),
        ("\u202egnirts", r"\u{202e}gnirts"),
        ("two\nlines", r"two\u{a}lines"),
        ("\U000e0041", r"\u{e0041}"),
    ],
)
def test_what_hides_is_shown(text: str, shown: str) -> None:
    """Escapes, right-to-left marks, line breaks and tags stand as their numbers."""
    assert visible(text) == shown


def test_lines_are_kept_where_they_are_meant() -> None:
    """A message of several lines keeps its line breaks and nothing else."""
    assert visible_lines("one\ntwo\r\x1b") == "one\ntwo\\u{d}\\u{1b}"


def test_json_keeps_every_value() -> None:
    """Escaped JSON holds the same values as before, and no character that steers a screen."""
    value = {"case_id": "".join(one for one in _every() if unicodedata.category(one) in HIDDEN - {"Cs"})}
    text = escaped_json(json.dumps(value, ensure_ascii=False))

    assert json.loads(text) == value
    assert visible(text) == text

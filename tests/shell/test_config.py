"""A council's own settings are found and read, or refused in one clear line."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.cases.mapping.loader import KEYS, read_mappings
from ehcp_timeline.cases.mapping.model import FileMapping, Mappings
from ehcp_timeline.cases.mapping.validate import word_faults
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.errors import ConfigError
from ehcp_timeline.shell.open import Config, read_config

OURS = 'rules = ["ours.toml"]\nblanks = ["awaiting"]\n[columns]\nrequest_received = ["Date in", "Received"]\n'


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EHCP_CONFIG", raising=False)


def test_without_a_file_nothing_is_set(tmp_path: Path) -> None:
    """No file, no settings; a pyproject without our table is none."""
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")

    assert read_config(None, tmp_path) == Config()


def test_the_nearest_file_upward_is_read(tmp_path: Path) -> None:
    """Headings, blanks and rulebooks; a rulebook's path is relative to the file that names it."""
    (tmp_path / "ehcp.toml").write_text(OURS)
    (tmp_path / "a" / "b").mkdir(parents=True)
    config = read_config(None, tmp_path / "a" / "b")

    said = FileMapping(columns={"request_received": ("Date in", "Received")}, blanks=("awaiting",))
    path = tmp_path / "ehcp.toml"
    assert config == Config(path, Mappings(str(path), said), (tmp_path / "ours.toml",))


def test_a_pyproject_that_holds_something_else_is_none(tmp_path: Path) -> None:
    """A file that is not ours and has no tables of tools stops nothing; a table of ours that is none does."""
    (tmp_path / "pyproject.toml").write_text("tool = 1\n")

    assert read_config(None, tmp_path) == Config()
    (tmp_path / "pyproject.toml").write_text("[tool]\nehcp = 1\n")
    with pytest.raises(ConfigError, match=r"tool\.ehcp is not a table"):
        read_config(None, tmp_path)


def _blanks(config: Config) -> tuple[str, ...]:
    return config.mappings.every.blanks if config.mappings else ()


def test_the_order_of_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--config beats EHCP_CONFIG beats ehcp.toml beats pyproject.toml."""
    (tmp_path / "pyproject.toml").write_text('[tool.ehcp]\nblanks = ["pyproject"]\n')
    for name in ("asked", "variable", "ehcp"):
        (tmp_path / f"{name}.toml").write_text(f'blanks = "{name}"\n')
    monkeypatch.setenv("EHCP_CONFIG", str(tmp_path / "variable.toml"))

    assert _blanks(read_config(tmp_path / "asked.toml", tmp_path)) == ("asked",)
    assert _blanks(read_config(None, tmp_path)) == ("variable",)
    monkeypatch.delenv("EHCP_CONFIG")
    assert _blanks(read_config(None, tmp_path)) == ("ehcp",)
    (tmp_path / "ehcp.toml").unlink()
    assert _blanks(read_config(None, tmp_path)) == ("pyproject",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"colums = {}", "there is no `colums`. did you mean columns?"),
        (b"columns = 3", "columns is not a table"),
        (b"[columns]\nplan_issued = 3", "columns.plan_issued is not a list of texts"),
        (b'[columns]\ncase_id = " - "', "columns.case_id is a heading without a letter or a digit"),
        (b"rules = [1]", "rules is not a list of texts"),
        (b"rules = [", "is not TOML"),
        (b"# \xff", "is not UTF-8 text"),
    ],
)
def test_a_fault_is_named_with_its_file_and_key(tmp_path: Path, content: bytes, message: str) -> None:
    """One line says which file and which word of it."""
    path = tmp_path / "ehcp.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as stopped:
        read_config(None, tmp_path)

    assert str(path) in str(stopped.value)
    assert message in str(stopped.value)


MANY = b"""
colums = 3
blanks = 1
header_row = 0
[columns]
plan_isued = ["x"]
draft_sent = ["Draft"]
amendment_notice_sent = ["draft"]
assess_agreed = { date = "Decision date", were = "Decision", is = "A", undated = "never" }
team = { date = "a", where = "b", is = "c" }
[values.review_outcome]
"No change" = "maintian"
[values.name]
x = "y"
[values.plan_issued]
"Not issued" = "2024-01-01"
[date_formats]
draft_sent = "%d/%m/%Y %z"
team = "%d/%m/%Y"
[constants]
case_id = "1"
transfer_kind = "primary to secondary"
exception_recorded = false
plan_issued = 2024-02-30T10:00:00
[files."sub/capita.csv"]
rows = 3
[files."capita.csv".columns]
plan_issud = "Day"
"""


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Of form and of words, in every part of the file, each with its key path and what to try."""
    path = tmp_path / "ehcp.toml"
    path.write_bytes(MANY.replace(b"02-30", b"02-20"))
    with pytest.raises(ConfigError) as stopped:
        read_config(None, tmp_path)

    message, *lines = str(stopped.value).split("\n  ")
    assert message == f"{path} has {len(lines)} faults:"
    assert lines == EVERY_FAULT


EVERY_FAULT = [
    "there is no `columns.assess_agreed.were`; did you mean where?",
    'columns.assess_agreed.where must be a heading; write where = "..."',
    "columns.assess_agreed.undated is not one of unknown, not-yet",
    (
        'date_formats.draft_sent cannot be used: "%d/%m/%Y %z" has a time zone, which can move the '
        "day; export local dates"
    ),
    'blanks is not a list of texts; write  blanks = ["...", "..."]',
    "constants.plan_issued is not one value; write a text, a date, true or false",
    "header_row is not the number of a row; the first row is 1",
    'files."sub/capita.csv" names a folder; write the pattern of the file\'s name alone',
    (
        'there is no `files."sub/capita.csv".rows`; one of columns, values, date_formats, blanks, '
        "ignore, constants, sheet, header_row"
    ),
    "there is no `colums`; did you mean columns?",
    "columns.plan_isued is not a column of a case file; did you mean plan_issued?",
    (
        'columns.amendment_notice_sent gives the heading "draft" to amendment_notice_sent; it is '
        "given to draft_sent too"
    ),
    "columns.team is not an event, so it has no date to choose",
    (
        'values.review_outcome."No change" cannot be "maintian", which is not a code of '
        "review_outcome; did you mean maintain? use one of maintain, amend, cease"
    ),
    "values.name cannot be translated: its cells are taken as they are",
    'values.plan_issued."Not issued" can only be a blank, which is written ""',
    "date_formats.team is not a date",
    "constants.case_id cannot be the same on every row",
    (
        'constants.transfer_kind cannot be "primary to secondary", which is not a code of '
        "transfer_kind; did you mean primary_secondary? use one of early_years_school, infant_junior, "
        "primary_middle, primary_secondary, middle_secondary, secondary_post16, post16_post16"
    ),
    'files."capita.csv".columns.plan_issud is not a column of a case file; did you mean plan_issued?',
]


def test_the_example_in_the_documentation_has_no_fault() -> None:
    """What docs/case-file.md shows can be written so."""
    page = (Path(__file__).parents[2] / "docs" / "case-file.md").read_text(encoding="utf-8")
    mappings, faults = read_mappings(tomllib.loads(page.split("```toml\n")[1].split("```")[0]), "ehcp.toml")

    assert faults == []
    assert list(word_faults(mappings, vocabulary(), date(2026, 1, 15))) == []
    assert mappings.files
    assert all(getattr(mappings.every, key) for key in KEYS if key != "files")


def test_a_missing_file_that_was_asked_for_is_an_error(tmp_path: Path) -> None:
    """What is named must be there."""
    with pytest.raises(ConfigError, match="there is no such file"):
        read_config(tmp_path / "none.toml", tmp_path)

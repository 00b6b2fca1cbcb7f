"""Every answer in JSON has a published schema, and keeps to it."""

import json
import re
import tomllib
from functools import cache
from pathlib import Path

import jsonschema
import pytest

from ehcp_timeline.cli.schemas import SETTINGS, settings_schema
from ehcp_timeline.shell.open import read_config
from tests.cli.command import ehcp, printed

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "docs" / "schemas"
NAMED = re.compile(r'"(ehcp-[a-z-]+)/(\d+)"')
AS_AT = ("--as-at", "2026-06-01")


def _named() -> set[str]:
    """Return the schemas that the source names."""
    source = ROOT / "src" / "ehcp_timeline"
    return {
        f"{name}-{number}"
        for path in source.rglob("*.py")
        for name, number in NAMED.findall(path.read_text(encoding="utf-8"))
    }


@cache
def _settings() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(settings_schema())


def test_every_answer_that_the_source_names_has_a_published_schema() -> None:
    """A schema that is named and not published, or published and not named, is a broken promise."""
    assert {*_named(), SETTINGS} == {path.stem for path in SCHEMAS.glob("*.json")}


@pytest.mark.parametrize(
    "text",
    [
        (ROOT / "examples" / "council-export" / "ehcp.toml").read_text(encoding="utf-8"),
        (ROOT / "docs" / "case-file.md").read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0],
        (
            'rules = ["a.toml"]\npopulation = 480000\n[order]\ndistrict = ["West"]\n'
            "[targets]\npc_plans_issued_within_20_weeks = 60\n"
            '[terms]\nclosed = [{ name = "Summer", from = 2026-07-23, to = 2026-09-01 }]\n'
        ),
    ],
)
def test_settings_that_can_be_used_keep_to_the_published_schema(text: str, tmp_path: Path) -> None:
    """What an editor marks as wrong is wrong."""
    (tmp_path / "ehcp.toml").write_text(text, encoding="utf-8")

    assert read_config(None, tmp_path).path
    _settings().validate(tomllib.loads(text))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("blank = ['?']", "there is no `blank`\ntry: did you mean blanks?"),
        ("header_row = 0", "header_row is not the number of a row"),
        ('[files."a.csv"]\nrules = ["b.toml"]', 'there is no `files."a.csv".rules`'),
        ("[columns]\nplan_issued = 4", "columns.plan_issued is not a list of texts"),
        ("[targets]\npc_plans_issued = 60", "there is no measure `pc_plans_issued`\ntry: did you mean"),
        ("[targets]\npc_plans_issued_within_20_weeks = 'all'", "is not a number"),
        ('[order]\ndistrct = ["North"]', "there is no `order.distrct`\ntry: did you mean district?"),
        ("population = 0", "population is not a number of people"),
        (f"population = {'9' * 400}", "population is not a number of people"),
        ("[targets]\npc_plans_issued_within_20_weeks = -inf", "-inf cannot be reached"),
        ("[population]\npeople = 480000", "population.people is not known"),
        ("[terms]\nholidays = []", "there is no `terms.holidays`"),
        (
            '[terms]\nclosed = [{ name = "S", from = 2026-07-23, to = 2026-09-01, region = "N" }]',
            "terms.closed entry 1 needs name, from and to, and nothing else",
        ),
        ('[values.transfer_kind]\n"Y6" = "primary"', 'values.transfer_kind."Y6"'),
    ],
)
def test_settings_with_a_fault_are_refused_by_every_command_and_by_the_schema(
    text: str, said: str, tmp_path: Path
) -> None:
    """Targets and terms with a fault stop a command that needs neither; an editor marks the same."""
    path = tmp_path / "ehcp.toml"
    path.write_text(text, encoding="utf-8")
    run = ehcp("timeline", "request_received=2026-01-12", *AS_AT, "--config", str(path))

    assert run.returncode == 2
    assert said in run.stderr.decode()
    with pytest.raises(jsonschema.ValidationError):
        _settings().validate(tomllib.loads(text))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("rules", "list"), "ehcp-rules-1"),
        (("rules", "show", "plan.issue"), "ehcp-rule-1"),
        (("rules", "show", "review"), "ehcp-rule-1"),
        (("rules", "stale", "--as-at", "2030-01-01"), "ehcp-stale-1"),
        (("rules", "coverage"), "ehcp-coverage-1"),
        (("check", "examples/cases.csv", *AS_AT, "--exceptions"), "ehcp-exceptions-1"),
        (
            (
                *("scorecard", "examples/cases.csv", *AS_AT, "--from", "2026-01-01"),
                *("--disclosure", "suppress", "--by", "district"),
            ),
            "ehcp-scorecard-publication-1",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_keeps_to_its_schema(words: tuple[str, ...], name: str) -> None:
    """What is printed is valid by the schema of the name that it gives itself."""
    answer = json.loads(printed(ehcp(*words, "--format", "json")))
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator(schema).validate(answer)
    assert answer["schema"] == name.removesuffix("-1") + "/1"
    assert {*answer, "schema"} == set(schema["required"])


def test_a_deadline_in_json_has_every_part() -> None:
    """A part of a deadline that is empty still has its key."""
    schema = json.loads((SCHEMAS / "ehcp-rule-1.json").read_text(encoding="utf-8"))
    deadline = schema["$defs"]["Deadline"]

    assert set(deadline["required"]) == set(deadline["properties"])
    assert {"ends", "revived_by", "set_by", "readings", "excuses"} <= set(deadline["required"])


@pytest.mark.slow
def test_the_published_schemas_are_what_the_package_writes(tmp_path: Path) -> None:
    """`python -m ehcp_timeline.cli.schemas FOLDER` writes each of them, letter for letter."""
    from ehcp_timeline.cli.schemas import write_schemas

    write_schemas(tmp_path)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}

    assert written == {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")}


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_a_published_schema_is_a_schema(path: Path) -> None:
    """It is valid by the dialect that it names, so that other tests need not look again."""
    schema = json.loads(path.read_text(encoding="utf-8"))

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "path",
    sorted(path for path in SCHEMAS.glob("*.json") if path.stem != "ehcp-toml-1"),  # settings, not an answer
    ids=lambda path: path.stem,
)
def test_every_key_is_always_there(path: Path) -> None:
    """No object of an answer has a key that may be missing or one that is not named."""
    schema = json.loads(path.read_text(encoding="utf-8"))
    shapes = [one for one in (schema, *schema.get("$defs", {}).values()) if "properties" in one]

    assert [one["title"] for one in shapes if set(one["required"]) != set(one["properties"])] == []
    assert [one["title"] for one in shapes if one["additionalProperties"]] == []

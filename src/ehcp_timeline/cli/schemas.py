"""`python -m ehcp_timeline.cli.schemas FOLDER` writes the JSON Schemas of every answer and of `ehcp.toml`."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import DataclassSchema

from ehcp_timeline import commands, measure
from ehcp_timeline.cases.mapping.loader import KEYS
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.law.kpi import load_kpis
from ehcp_timeline.measure.answer import keys
from ehcp_timeline.measure.kpi.question import MOST_PEOPLE
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.shell.open import GROUPS, OTHER_KEYS

_ATTRIBUTE = re.compile(r"^\s*(\w+): (.+(?:\n\s+.+(?<!:))*?)(?=\n\s*\w+: |\s*\Z)", re.MULTILINE)
SETTINGS: Final = "ehcp-toml-1"


class _OfRecords(GenerateJsonSchema):
    """Makes of each record an object that holds every key, no other, and says what a key holds."""

    def field_is_required(self, field: object, total: bool) -> bool:  # noqa: ARG002 - pydantic's own
        return True

    def dataclass_schema(self, schema: DataclassSchema) -> dict[str, Any]:
        """Add what the `Attributes:` of the record and of those it is made from say of the keys."""
        made = super().dataclass_schema(schema)
        record = schema["cls"]
        described: dict[str, str] = {}
        for kind in reversed(record.__mro__):
            described |= _ATTRIBUTE.findall((kind.__doc__ or "").partition("Attributes:")[2])
        properties = {}
        if hasattr(record, "SCHEMA"):
            properties["schema"] = {"const": record.SCHEMA, "title": "Schema", "type": "string"}
        for name, definition in made["properties"].items():
            if (key := name.removesuffix("_")) in keys(record):
                definition.pop("default", None)
                says = {"description": " ".join(described[name].split())} if name in described else {}
                properties[key] = {**definition, **says}
        description = " ".join((record.__doc__ or "").partition("Attributes:")[0].split())
        own = {"description": description, "properties": properties, "required": list(properties)}
        return {**made, **own, "additionalProperties": False}


def _answers() -> Iterator[type[Any]]:
    """Yield every record of the package that names its own schema."""
    for package in (commands, measure):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            for kind in vars(import_module(module.name)).values():
                own = isinstance(kind, type) and kind.__module__ == module.name
                if own and "SCHEMA" in vars(kind):
                    yield kind


EVERY: Mapping[str, type[Any]] = {answer.SCHEMA.replace("/", "-"): answer for answer in _answers()}


def schema_of(name: str, answer: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an answer, under its published name, the receipt at its end."""
    schema, receipt = (
        TypeAdapter(kind).json_schema(by_alias=True, mode="serialization", schema_generator=_OfRecords)
        for kind in (answer, Receipt)
    )
    schema["$defs"] = {**schema.get("$defs", {}), **receipt.pop("$defs")}
    schema["properties"]["receipt"] = receipt
    schema["required"].append("receipt")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{name}.json", **schema}


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema of `ehcp.toml`, which editors read from its first line (`#:schema`).

    A local rulebook may add columns, so other columns are allowed; `ehcp` itself refuses them.
    """
    texts, headings, people, amount, value = (
        {"$ref": f"#/$defs/{name}"} for name in ("texts", "headings", "people", "amount", "value")
    )
    text = {"type": "string"}
    words = {"event": {"const": ""}, "date": {"const": ""}, "flag": {"enum": ["", "yes", "no", True, False]}}
    columns = vocabulary().columns
    fixed = {name: list(column.codes) for name, column in columns.items() if not column.several}
    of_file = {
        "columns": _table(
            {name: {**headings, "description": column.says} for name, column in columns.items()}, headings
        ),
        "values": _table(
            {
                name: _table(
                    {}, {"enum": ["", *fixed[name]]} if fixed.get(name) else words.get(column.kind, value)
                )
                for name, column in columns.items()
            },
            _table({}, value),
        ),
        "date_formats": {"anyOf": [texts, _table({}, texts)]},
        **dict.fromkeys(("blanks", "ignore"), texts),
        "constants": _table({}, value),
        "sheet": text,
        "header_row": {"type": "integer", "minimum": 1},
    }
    targets = {measure.id: measure.name for measure in load_kpis().measures if measure.better}
    closure = {**_table({key: {} for key in ("name", "from", "to")}), "required": ["name", "from", "to"]}
    parts: dict[str, Any] = {
        **of_file,
        "files": _table({}, _table({key: {"$ref": f"#/properties/{key}"} for key in of_file})),
        **dict.fromkeys(("rules", "figures"), texts),
        **dict.fromkeys(("authority", "acknowledged"), text),
        "order": _table(dict.fromkeys(GROUPS, texts)),
        "targets": _table({name: {**amount, "description": says} for name, says in targets.items()}),
        "population": {"anyOf": [people, _table({"total": people, "groups": _table({}, people)})]},
        "terms": _table({key: {"type": "array", "items": closure} for key in ("closed", "open")}),
    }
    number = {"type": "number", "minimum": 0}
    shared = _table({"date": text, "where": text, "is": texts, "undated": {"enum": ["unknown", "not-yet"]}})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{SETTINGS}.json",
        "title": "ehcp.toml: what a council says about its files, its targets and its local rules",
        **_table({key: parts[key] for key in (*KEYS, *OTHER_KEYS)}),
        "$defs": {
            "texts": {"anyOf": [text, {"type": "array", "items": text}]},
            "headings": {"anyOf": [texts, {**shared, "required": ["date", "where", "is"]}]},
            "people": {"type": "integer", "minimum": 1, "maximum": MOST_PEOPLE},
            "amount": {"anyOf": [number, _table({}, number)]},
            "value": {"type": ["string", "integer", "boolean"], "description": "Or a date, as 2026-01-31."},
        },
    }


def _table(keys: Mapping[str, Any], others: object = False) -> dict[str, Any]:
    return {"type": "object", "properties": keys, "additionalProperties": others}


def write_schemas(folder: Path) -> None:
    """Write one file for each answer, named after it, and the one of the settings."""
    folder.mkdir(parents=True, exist_ok=True)
    answers = {name: schema_of(name, shape) for name, shape in EVERY.items()}
    for name, schema in {**answers, SETTINGS: settings_schema()}.items():
        text = json.dumps(schema, indent=2, ensure_ascii=False)
        (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))

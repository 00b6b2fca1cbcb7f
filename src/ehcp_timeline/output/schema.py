"""The JSON Schema of an answer, derived from its record (`measure.answer`)."""

import re
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import DataclassSchema

from ehcp_timeline.measure.answer import keys
from ehcp_timeline.output.receipt import Receipt

_ATTRIBUTE = re.compile(r"^\s*(\w+): (.+(?:\n\s+.+(?<!:))*?)(?=\n\s*\w+: |\s*\Z)", re.MULTILINE)


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
                says = {"description": described[name]} if name in described else {}
                properties[key] = {**definition, **says}
        description = " ".join((record.__doc__ or "").partition("Attributes:")[0].split())
        own = {"description": description, "properties": properties, "required": list(properties)}
        return {**made, **own, "additionalProperties": False}


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

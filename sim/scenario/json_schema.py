"""The JSON Schema of scenario files, for editors."""

from __future__ import annotations

from typing import Any

from sim.parameters.behaviour import PARAMETERS
from sim.scenario import references as documents
from sim.scenario.loading import catalogue
from sim.scenario.scenario import Scenario


def scenario_schema() -> dict[str, Any]:
    """A JSON Schema of scenario files, for editors. A file that extends another may leave out the rest."""
    schema = Scenario.model_json_schema(by_alias=True)
    fields = schema["properties"]
    del fields["name"]
    schema.pop("required", None)
    fields["extends"] = {
        "description": "name or path of a scenario to build on, or a list merged from left to right",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    fields["parameters"]["propertyNames"] = {"enum": list(PARAMETERS)}
    moving = [name for name, one in PARAMETERS.items() if one.may_follow_path]
    fields["paths"]["propertyNames"] = {"enum": moving}
    for table in ("parameters", "paths", "shocks", "levers"):
        entry = fields[table].pop("additionalProperties", None) or next(
            iter(fields[table].pop("patternProperties").values())
        )
        fields[table]["additionalProperties"] = {"anyOf": [entry, {"type": "null"}]}  # null removes
    citation = schema["$defs"]["Lever"]["properties"]["citation"]
    one_or_more = {"anyOf": [citation, {"$ref": "#/$defs/Citation"}]}
    schema["$defs"]["Lever"]["properties"]["citation"] = one_or_more
    uses = _instrument_uses(schema["$defs"])
    by_name = fields["levers"]["additionalProperties"]["anyOf"]
    by_name.insert(1, uses)
    listed = {"type": "array", "items": uses}
    fields["levers"] = {
        "anyOf": [fields["levers"], listed],
        "description": "levers by name, or a list of instruments of the catalogue",
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _instrument_uses(definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a lever that takes what it does not say from an instrument of the catalogue."""
    slugs = list(catalogue().instruments)
    fields = definitions["Lever"]["properties"]
    inside = {name: _partial(field, definitions) for name, field in fields.items()}
    inside |= {
        "instrument": {"anyOf": [{"enum": slugs}, {"type": "integer"}]},
        "name": {"type": "string", "description": "its name, where it is not the instrument's"},
        "documents": {
            "type": "array",
            "items": {"enum": list(documents.documents())},
            "description": "the documents that are cited; all that name it if none is given",
        },
        "parts": {"type": "object", "description": "what differs by part of the instrument"},
    }
    return {"type": "object", "required": ["instrument"], "properties": inside, "additionalProperties": False}


def _partial(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a field of which any part may be left out, or removed with null."""
    named = next((part["$ref"] for part in (field, *field.get("anyOf", ())) if "$ref" in part), None)
    if named is not None:
        record = definitions[named.rpartition("/")[2]]
        parts = {name: {"anyOf": [part, {"type": "null"}]} for name, part in record["properties"].items()}
        field = {**record, "properties": parts}
        field.pop("required", None)
    elif isinstance(field.get("additionalProperties"), dict):
        entry = {"anyOf": [field["additionalProperties"], {"type": "null"}]}
        field = {**field, "additionalProperties": entry}
    return {"anyOf": [field, {"type": "null"}]}

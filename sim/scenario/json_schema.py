"""The JSON Schema of scenario files, for editors.

A file that extends another says what differs: any key may be left out, and null removes what the other
says. The schema so accepts every file that ``labor-sim check`` accepts. It refuses unknown keys and values of
a wrong kind or out of range; what depends on other files or on several keys at once only the check knows.
"""

from __future__ import annotations

from typing import Any

from sim.core.deprecated import KEYS
from sim.parameters.behaviour import PARAMETERS
from sim.scenario import references as documents
from sim.scenario.loading import MOST_LEVERS, MOST_PARENTS, catalogue
from sim.scenario.scenario import Scenario

_PARTIAL = "Partial"  # what the names of definitions of which any part may be left out begin with


def scenario_schema() -> dict[str, Any]:
    """A JSON Schema of scenario files, for editors. A file that extends another may leave out the rest."""
    whole = Scenario.model_json_schema(by_alias=True)
    lever = whole["$defs"]["Lever"]["properties"]
    one_or_more = {"anyOf": [lever["citation"], {"$ref": "#/$defs/Citation"}]}
    lever["citation"] = one_or_more
    parts = _Parts(whole["$defs"])
    fields = {
        name: parts.of(field)
        for name, field in whole["properties"].items()
        if name not in ("name", "levers", "paths")
    }
    moving = [name for name, one in PARAMETERS.items() if one.may_follow_path]
    paths = parts.of(whole["properties"]["paths"])
    paths["anyOf"][0]["propertyNames"] = {"enum": moving}
    fields |= {"extends": _extends(), "paths": paths, "levers": _levers(parts)}
    used = {**whole["$defs"], **parts.found}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": whole.get("title"),
        "description": whole.get("description"),
        "type": "object",
        "properties": fields,
        "additionalProperties": False,
        "$defs": used,
    }


def _extends() -> dict[str, Any]:
    one = {"type": "string"}
    several = {"type": "array", "items": one, "maxItems": MOST_PARENTS}
    return {
        "description": "name or path of a scenario to build on, or a list merged from left to right",
        "anyOf": [one, several, {"type": "null"}],
    }


def _levers(parts: _Parts) -> dict[str, Any]:
    """Levers by name, or a list of instruments of the catalogue."""
    own = parts.record("Lever")["properties"]
    former = {old: own[new] for words in (KEYS["levers", "*"],) for old, new in words.items()}
    within = {name: field for name, field in own.items() if name != "instrument"} | former
    document = {"enum": [*documents.documents(), *documents.documents_in_chinese()]}
    instrument = {
        "anyOf": [{"enum": [*catalogue().instruments, *catalogue().in_chinese]}, {"type": "integer"}]
    }
    lever = {
        **within,
        "instrument": {"anyOf": [*instrument["anyOf"], {"type": "null"}]},
        "documents": {
            "anyOf": [document, {"type": "array", "items": document}, {"type": "null"}],
            "description": "the documents that are cited; all that name it if none is given",
        },
        "parts": {
            "type": "object",
            "additionalProperties": _or_null(
                {"type": "object", "properties": within, "additionalProperties": False}
            ),
            "description": "what differs by part of the instrument",
        },
    }
    parts.found["LeverOfAFile"] = {
        "type": "object",
        "properties": lever,
        "additionalProperties": False,
    }
    named = {"type": "string", "description": "its name, where it is not the instrument's"}
    listed = {
        "type": "object",
        "properties": {**lever, "instrument": instrument, "name": named},
        "anyOf": [{"required": ["instrument"]}, {"required": ["name"]}],
        "additionalProperties": False,
    }
    by_name = {
        "type": "object",
        "patternProperties": {"^[a-z][a-z0-9_-]*$": _or_null({"$ref": "#/$defs/LeverOfAFile"})},
        "additionalProperties": False,
        "maxProperties": MOST_LEVERS,
    }
    return {
        "anyOf": [by_name, {"type": "array", "items": listed, "maxItems": MOST_LEVERS}, {"type": "null"}],
        "description": "levers by name, or a list of instruments of the catalogue",
    }


class _Parts:
    """Schemas of which any part may be left out, or removed with null; lists are replaced as a whole."""

    def __init__(self, definitions: dict[str, Any]):
        self._definitions = definitions
        self.found: dict[str, Any] = {}

    def record(self, name: str) -> dict[str, Any]:
        """The definition of that name with all that it holds in parts."""
        partial = _PARTIAL + name
        if partial not in self.found:
            self.found[partial] = {}  # a definition that holds itself ends here
            self.found[partial] |= self._inside(self._definitions[name])
        return self.found[partial]

    def of(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema of a part of a map, which may be null."""
        said: dict[str, Any] = {name: schema[name] for name in ("title", "description") if name in schema}
        return {**said, **_or_null(self._inside(schema))}

    def _inside(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            self.record(name)
            return {"$ref": f"#/$defs/{_PARTIAL}{name}"}
        if "anyOf" in schema:
            return {"anyOf": [self._inside(one) for one in schema["anyOf"]]}
        if schema.get("type") != "object":
            return {name: value for name, value in schema.items() if name != "default"}
        kept = {
            name: value
            for name, value in schema.items()
            if name not in ("default", "required", "minProperties", "title")
        }
        if "properties" in schema:
            kept["properties"] = {name: self.of(field) for name, field in schema["properties"].items()}
        if "patternProperties" in schema:  # names of a pattern, and no others
            kept["patternProperties"] = {
                pattern: self.of(field) for pattern, field in schema["patternProperties"].items()
            }
            kept["additionalProperties"] = False
        elif isinstance(schema.get("additionalProperties"), dict):
            kept["additionalProperties"] = self.of(schema["additionalProperties"])
        return kept


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("anyOf"):
        kinds = schema["anyOf"]
        return schema if {"type": "null"} in kinds else {**schema, "anyOf": [*kinds, {"type": "null"}]}
    return {"anyOf": [schema, {"type": "null"}]}

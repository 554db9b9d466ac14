"""Files drawn from a JSON Schema by Hypothesis: mostly right, now and then with what is out of place."""
# ruff: noqa: E501 (values stand in one line)

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 10**30, 1e308, -1e-300, "", " ", "²", "１", "٣", "a\x1b[31m", "西部", "$x_1$", "[red]",
    "a" * 2000, [], {}, [[]], {"a": {"b": {"c": 1}}}, "2025-13", "2025-01", "../baseline", "C:\\x", "\u202e", "🚀",
)  # fmt: skip
TEXTS = st.sampled_from(
    ["a", "grant of $2,800", "西部创业补贴", "<b>x</b> & y", "[red]x[/red]", "a\nb", "one_two"]
)
MONTHS = st.sampled_from(
    ["2014-01", "2014-06", "2020-02", "2024-12", "2025-01", "2026-07", "2035-12", "2036-01"]
)
NAMES = st.sampled_from(["a", "b", "startup_grant", "grant_2", "x1"])
HINTS = {"extends": st.sampled_from(["baseline", "combined", "startup-support", ["baseline"], "none"])}


def files(schema: dict[str, Any], hints: dict[str, Any] | None = None):
    """A strategy of contents of files. ``hints``: strategies of keys at the top."""
    return _Drawn(schema, {**HINTS, **(hints or {})}).top()


class _Drawn:
    def __init__(self, schema: dict[str, Any], hints: dict[str, Any]):
        self.schema, self.hints = schema, hints

    def top(self):
        fields = {
            name: self.hints.get(name, self.of(field)) for name, field in self.schema["properties"].items()
        }
        required = {name: field for name, field in fields.items() if name in self.hints}
        optional = {name: field for name, field in fields.items() if name not in self.hints}
        return st.fixed_dictionaries(required, optional=optional)

    def of(self, schema: dict[str, Any], depth: int = 0):
        return st.integers(0, 39).flatmap(
            lambda chance: st.sampled_from(ODD) if chance == 0 else self._right(schema, depth)
        )

    def _right(self, schema: dict[str, Any], depth: int):
        if depth > 9:
            return st.none()
        if "$ref" in schema:
            return self._right(self.schema["$defs"][schema["$ref"].rpartition("/")[2]], depth + 1)
        if "anyOf" in schema:
            kinds = [kind for kind in schema["anyOf"] if kind != {"type": "null"}] or schema["anyOf"]
            return st.sampled_from(kinds).flatmap(lambda kind: self._right(kind, depth + 1))
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            return self._map(schema, depth)
        if kind == "array":
            if "prefixItems" in schema:
                return st.tuples(*(self._right(one, depth + 1) for one in schema["prefixItems"])).map(list)
            return st.lists(self.of(schema.get("items", {}), depth + 1), min_size=1, max_size=3)
        if kind == "string":
            return MONTHS if schema.get("format") == "YYYY-MM" else self._text(schema)
        if kind == "boolean":
            return st.booleans()
        if kind == "null":
            return st.none()
        if kind == "integer":
            return st.integers(int(schema.get("minimum", 0)), int(schema.get("maximum", 60)))
        if kind == "number":
            low, high = schema.get("minimum", 0.0), schema.get("maximum", 2.0)
            low = schema.get("exclusiveMinimum", low)
            return st.one_of(st.floats(low, max(low, high)), st.sampled_from([low, 1, 8000, 0.5, 2000000000]))
        return st.sampled_from(ODD)

    def _text(self, schema: dict[str, Any]):
        pattern = schema.get("pattern", "")
        return NAMES if pattern.startswith("^[a-z]") else TEXTS

    def _map(self, schema: dict[str, Any], depth: int):
        if "properties" in schema:
            fields = {name: self.of(field, depth + 1) for name, field in schema["properties"].items()}
            needed = {name: fields[name] for name in schema.get("required", ()) if name in fields}
            others = {name: field for name, field in fields.items() if name not in needed}
            picked = st.lists(st.sampled_from(sorted(others) or [""]), max_size=5, unique=True)
            return picked.flatmap(
                lambda names: st.fixed_dictionaries(
                    {**needed, **{name: others[name] for name in names if name}}
                )
            )
        inner = schema.get("additionalProperties") or next(
            iter(schema.get("patternProperties", {"": {}}).values())
        )
        names = schema.get("propertyNames", {})
        keys = st.sampled_from(names["enum"]) if "enum" in names else NAMES
        keys = MONTHS if names.get("format") == "YYYY-MM" else keys
        return st.dictionaries(keys, self.of(inner if isinstance(inner, dict) else {}, depth + 1), max_size=3)

"""What there is and where it comes from: scenarios, levers, citations, the schema, a scenario in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sim.core.categories import OCCASIONS
from sim.core.errors import ScenarioError
from sim.parameters.behaviour import PARAMETERS
from sim.scenario import references as documents
from sim.scenario.lever import Lever
from sim.scenario.loading import catalogue, load_scenario, parents_of, scenario_files
from sim.scenario.scenario import Scenario
from sim.scenario.steering import Delivery
from sim.scenario.yaml_tree import Key, dotted, shown

GRADES = {
    "A": "quasi-experiment in China",
    "B": "quasi-experiment elsewhere, or matching in China",
    "C": "counts or association",
    "D": "prior only: no measured effect",
    "n/a": "a principle: it has no effect of its own",
}


def list_scenarios() -> list[dict[str, Any]]:
    """The scenarios that can be loaded by name, one row each; one with mistakes says so in its title."""
    rows = []
    for name, path in scenario_files().items():
        try:
            scenario = load_scenario(path)
        except ScenarioError as error:
            rows.append({"name": name, "title": f"({len(error.problems)} problems: check it)", "title_zh": "",
                         "extends": [], "levers": 0, "description": "", "file": shown(path)})
            continue
        rows.append({
            "name": name,
            "title": scenario.title.en,
            "title_zh": scenario.title.zh,
            "extends": list(parents_of(path)),
            "levers": len(scenario.levers),
            "description": scenario.description,
            "file": shown(path),
        })
    return rows


def scenario_notes(rows: list[dict[str, Any]]) -> list[str]:
    """What a list of scenarios does not say by itself: which one each is to be held against."""
    names = {row["name"] for row in rows}
    notes = []
    if "baseline" in names:
        notes.append("baseline is history as it was, and the future without further policy: hold what begins "
                     "from 2024 on against it.")
    if "none" in names:
        notes.append("none is a reference too, not a policy: history without the measures of 2020 and 2022. "
                     "Its levers take away what these reached; hold documents that extend it against it.")
    return notes


def list_levers() -> list[dict[str, Any]]:
    """Every lever that a ready scenario defines itself, one row each, with the file that defines it."""
    rows: dict[str, dict[str, Any]] = {}
    for path in scenario_files().values():
        scenario = load_scenario(path)
        own = {name: lever for name, lever in scenario.levers.items() if lever.instrument is None}
        for name, lever in own.items():
            origin = scenario.origins.get(f"levers.{name}.label.en", "")
            rows[f"{name} {origin}"] = {"name": name, **_lever_row(lever), "origin": origin}
    return list(rows.values())


def _lever_row(lever: Lever) -> dict[str, Any]:
    return {
        "label": lever.label.en,
        "label_zh": lever.label.zh,
        "documents": [citation.document for citation in lever.citation],
        "evidence": lever.evidence,
        "evidence_means": GRADES[lever.evidence],
        "window": f"{lever.window.from_} to {lever.window.to}",
        "effects": effects_in_words(lever),
        "unit_cost": cost_in_words(lever),
        "take_up": lever.take_up,
    }


def effects_in_words(lever: Lever) -> str:
    """What a lever changes: ``set startup grant to 8,000 yuan, once``."""
    said = [_steering_in_words(lever.delivery)] if lever.delivery else []
    for name, effect in lever.effects.items():
        parameter = PARAMETERS[name]
        noun, unit = name.removesuffix("_yuan").replace("_", " "), parameter.unit
        if effect.set is not None:
            said.append(f"set {noun} to {amount(effect.set)} {unit}")
        if effect.scale is not None:
            said.append(f"multiply {noun} by {effect.scale:g}")
        if effect.add is not None:
            said.append(f"add {amount(effect.add)} {unit} to {noun}")
    return "; ".join(said)


def _steering_in_words(delivery: Delivery) -> str:
    """What a steering lever does to others: ``of all levers: multiply take-up by 1.1``."""
    steers = delivery.steers
    numbers = [f"instrument {number}" for number in steers.instruments]
    changes = {"multiply take-up by": delivery.take_up_scale,
               "multiply effects on places by": delivery.effect_scale,
               "multiply unit costs by": delivery.unit_cost_scale,
               "multiply budgets by": delivery.budget_scale}
    said = [f"{words} {factor:g}" for words, factor in changes.items() if factor != 1.0]
    if delivery.first_in_queue:
        said.append("serve those named first")
    return f"of {', '.join([*steers.families, *numbers]) or 'all levers'}: {', '.join(said) or 'nothing'}"


def cost_in_words(lever: Lever) -> str:
    """What serving one worker costs: ``8,000 yuan when an eligible worker starts a business (local)``."""
    cost = lever.unit_cost
    if cost is None:
        return "none counted"
    sum_ = f"{amount(cost.yuan)} yuan"
    if cost.labour_share is not None:
        sum_ = f"{sum_} of pay, {cost.labour_share:.0%} of what is spent"
    words = f"{sum_}, {OCCASIONS[cost.per]}; paid by: {payers_in_words(cost.shares)}"
    if lever.budget is None:
        return words
    per_year = lever.budget.yuan_per_year
    if per_year is not None:
        return f"{words}; at most {amount(per_year)} yuan a year"
    return f"{words}; at most {amount(lever.budget.yuan_total)} yuan in all"


def payers_in_words(shares: Mapping[str, float]) -> str:
    """Who pays: ``central 50%, local 50%``."""
    return ", ".join(f"{payer} {share:.0%}" if share < 1.0 else payer for payer, share in shares.items())


def amount(number: float) -> str:
    """A number for people: 8,000 or 0.97 or 12 billion."""
    if abs(number) >= 1e9:
        return f"{number / 1e9:,g} billion"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:g}"


def describe(scenario: Scenario) -> str:
    """The resolved scenario as YAML, each value followed by the file and line that it came from.

    What no file says is left at its default and is not shown.
    """
    content = scenario.model_dump(by_alias=True, exclude_none=True)
    document = _commented(content, scenario.origins, ())
    document.yaml_set_start_comment(f"scenario {scenario.name}, fingerprint {scenario.fingerprint()}")
    yaml = YAML()
    yaml.width = 1000
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _commented(content: dict[str, Any], origins, key: Key) -> CommentedMap:
    """The part of ``content`` that files gave, with origins as comments at the line ends."""
    commented = CommentedMap()
    for name, value in content.items():
        place = (*key, name)
        if isinstance(value, dict):
            inner = _commented(value, origins, place)
            if inner:
                commented[name] = inner
        elif (origin := _origin(origins, place)) is not None:
            commented[name] = _flow(value) if isinstance(value, (list, tuple)) else value
            commented.yaml_add_eol_comment(origin, name, column=72)
    return commented


def _flow(items: Sequence[Any]) -> CommentedSeq:
    sequence = CommentedSeq(items)
    sequence.fa.set_flow_style()
    return sequence


def _origin(origins, key: Key) -> str | None:
    """The origin of a value, or of the first value inside a list."""
    name = dotted(key)
    return origins.get(name) or next((o for k, o in origins.items() if k.startswith(f"{name}.")), None)


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
    for table in ("parameters", "paths"):
        fields[table]["propertyNames"] = {"enum": list(PARAMETERS)}
    for table in ("parameters", "paths", "shocks", "levers"):
        entry = fields[table].pop("additionalProperties", None) or \
            next(iter(fields[table].pop("patternProperties").values()))
        fields[table]["additionalProperties"] = {"anyOf": [entry, {"type": "null"}]}  # null removes
    citation = schema["$defs"]["Lever"]["properties"]["citation"]
    one_or_more = {"anyOf": [citation, {"$ref": "#/$defs/Citation"}]}
    schema["$defs"]["Lever"]["properties"]["citation"] = one_or_more
    uses = _instrument_uses(schema["$defs"])
    by_name = fields["levers"]["additionalProperties"]["anyOf"]
    by_name.insert(1, uses)
    listed = {"type": "array", "items": uses}
    fields["levers"] = {"anyOf": [fields["levers"], listed],
                        "description": "levers by name, or a list of instruments of the catalogue"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _instrument_uses(definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a lever that takes what it does not say from an instrument of the catalogue."""
    slugs = list(catalogue().instruments)
    fields = definitions["Lever"]["properties"]
    inside = {name: _partial(field, definitions) for name, field in fields.items()}
    inside |= {
        "instrument": {"anyOf": [{"enum": slugs}, {"type": "integer"}]},
        "name": {"type": "string", "description": "its name, where it is not the instrument's"},
        "documents": {"type": "array", "items": {"enum": list(documents.documents())},
                      "description": "the documents that are cited; all that name it if none is given"},
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

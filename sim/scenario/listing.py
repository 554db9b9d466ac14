"""Lists of the available scenarios, and a scenario in full with the source of each value."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sim.core.errors import ScenarioError
from sim.core.language import _
from sim.scenario.loading import (
    USUAL_REFERENCE,
    load_reference,
    load_scenario,
    parents_of,
    scenario_files,
)
from sim.scenario.scenario import Scenario
from sim.scenario.yaml_tree import Key, dotted, shown


def list_scenarios() -> list[dict[str, Any]]:
    """The scenarios that can be loaded by name, one row each; mistakes in a file are counted in its title."""
    rows = []
    for name, path in scenario_files().items():
        try:
            scenario = load_scenario(path)
        except ScenarioError as error:
            rows.append(
                {
                    "name": name,
                    "title": _("({count} problems: check it)", count=len(error.problems)),
                    "title_zh": "",
                    "extends": [],
                    "compare_with": "",
                    "levers": 0,
                    "description": "",
                    "file": shown(path),
                }
            )
            continue
        rows.append(
            {
                "name": name,
                "title": scenario.title.en,
                "title_zh": scenario.title.zh,
                "extends": list(parents_of(path)),
                "compare_with": "" if name == USUAL_REFERENCE else load_reference(scenario).name,
                "levers": len(scenario.levers),
                "description": scenario.description,
                "file": shown(path),
            }
        )
    return rows


def scenario_notes(rows: list[dict[str, Any]]) -> list[str]:
    """Notes below the list of scenarios: with what the references are."""
    names = {row["name"] for row in rows}
    notes = []
    if "baseline" in names:
        notes.append(_("baseline is history as it was, and a future without further policy."))
    if "none" in names:
        notes.append(
            _(
                "none is a reference too, not a policy: history without the measures of 2020 and 2022, which "
                "its levers take away."
            )
        )
    notes.append(_("labor-sim compare NAME holds a scenario against what it is made to be compared with."))
    return notes


def describe(scenario: Scenario) -> str:
    """The resolved scenario as YAML, each value followed by its file and line.

    Defaults, which no file gives, are not shown.
    """
    content = scenario.model_dump(by_alias=True, exclude_none=True)
    document = _commented(content, scenario.origins, ())
    document.yaml_set_start_comment(
        _("scenario {name}, fingerprint {hash}", name=scenario.name, hash=scenario.fingerprint())
    )
    yaml = YAML()
    yaml.width = 1000
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _commented(content: dict[str, Any], origins, key: Key) -> CommentedMap:
    """The part of ``content`` that files give, with origins as comments at the line ends."""
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

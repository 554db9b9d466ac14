"""From an experiment file to a checked ``Experiment``, with all mistakes reported at once.

A key that cannot be read is replaced by a neutral value while the rest is checked; such a file is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.core.errors import Problem, ScenarioError, headed
from sim.core.language import _
from sim.experiments.design import DesignError
from sim.experiments.experiment import Experiment, ExperimentError
from sim.results.outcomes import OUTCOMES
from sim.scenario.loading import files_in, load_scenario, named_file, with_overrides
from sim.scenario.problems import placed, problems_of
from sim.scenario.scenario import Scenario
from sim.scenario.yaml_tree import Tree, read_tree

_LABEL = {"en": "-", "zh": "-"}
_FACTOR = {"label": _LABEL, "keys": ["-"], "values": [0]}
_PLAIN = {
    "title": _LABEL,
    "question": "-",
    "period": {"from": "2014-01", "to": "2035-12"},
    "scale": 20_000,
    "seeds": 1,
    "overrides": {},
}


def load_experiment(name_or_path: str | Path) -> Experiment:
    """Load and check an experiment, with its scenarios.

    ``name_or_path`` is the name of a ready one (``subsidy_dose_response``) or the path of a file.

    Raises ``ExperimentError`` with every problem found, in the file and at the values of its factors.

    >>> experiment = load_experiment("subsidy_dose_response")
    >>> experiment.run_count == experiment.design.point_count * len(experiment.seeds)
    True
    """
    path = named_file(str(name_or_path), experiment_files(), _("no such experiment"), ExperimentError)
    problems: list[Problem] = []
    tree = read_tree(path, problems)
    if tree is None:
        raise ExperimentError(problems)
    experiment = _sound_parts(path.stem, tree, problems)
    wrong = {str(problem.key).split(".")[0] for problem in problems}
    if not wrong & {"scenario", "scenarios"}:
        experiment._bases = _bases(experiment, tree, problems)
    if "design" not in wrong and _has_points(experiment, path, tree, problems) and "overrides" not in wrong:
        problems += _wrong_values(experiment, tree)
    if problems:
        once = [problem for at, problem in enumerate(problems) if problem not in problems[:at]]
        raise ExperimentError(sorted(once, key=lambda problem: (problem.file or "", problem.line or 0)))
    return experiment


def _sound_parts(name: str, tree: Tree, problems: list[Problem]) -> Experiment:
    """The experiment, with neutral values in place of what cannot be read, so that the rest is checked."""
    content: dict[str, Any] = {**tree.plain, "name": name}
    gathered: list[Problem] = []
    try:
        experiment = Experiment.model_validate(content, context=gathered)
    except ValidationError as error:
        problems += problems_of(error, Experiment, tree)
        gathered.clear()
        unreadable = [detail["loc"] for detail in error.errors(include_url=False)]
        try:
            experiment = Experiment.model_validate(_neutral(content, unreadable), context=gathered)
        except ValidationError:
            raise ExperimentError(problems) from None
    known = [f"{problem.key}." for problem in problems]
    problems += [
        placed(problem, tree)
        for problem in gathered
        if not any(key.startswith(f"{problem.key}.") for key in known)
    ]
    return experiment


def experiment_files() -> dict[str, Path]:
    """Every experiment that can be loaded by name; their folder is beside that of the scenarios."""
    return {
        name: path for name, path in files_in("experiments").items() if not name.startswith("calibration")
    }  # these are for `labor-sim calibrate`


def _neutral(content: Mapping[str, Any], unreadable: Iterable[tuple[str | int, ...]]) -> dict[str, Any]:
    """The content with each unreadable key replaced or left out.

    Names that other keys refer to are kept where possible: those of factors, outcomes and the figure.
    """
    places = list(unreadable)
    wrong = {place[0] for place in places if place}
    kept = {key: value for key, value in content.items() if key not in wrong}
    kept |= {key: value for key, value in _PLAIN.items() if key in wrong}
    if "design" in wrong:
        named = _map(_map(content.get("design")).get("factors"))
        names = [name for name in named if re.fullmatch("[a-z][a-z0-9_]*", str(name))]
        kept["design"] = {
            "kind": "grid",
            "factors": {name: {**_FACTOR, "keys": [name]} for name in names} or {"any": _FACTOR},
        }
    figure = _map(content.get("figure"))
    if "outcomes" in wrong:
        said = content.get("outcomes")
        listed = [*(said if isinstance(said, list) else []), figure.get("outcome")]
        kept["outcomes"] = [key for key in listed if isinstance(key, str) and key in OUTCOMES] or [
            next(iter(OUTCOMES))
        ]
    if "figure" in wrong:
        refused = {place[1] for place in places if len(place) > 1 and place[0] == "figure"}
        sound = {key: value for key, value in figure.items() if key not in refused}
        kept["figure"] = {"outcome": _map(kept).get("outcomes", [None])[0], **sound}
    return kept


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _has_points(experiment: Experiment, path: Path, tree: Tree, problems: list[Problem]) -> bool:
    """Whether the design has its points; some designs read them from a file beside the experiment."""
    if experiment.design.kind != "file":
        return True
    try:
        experiment.design.read(path.parent)
    except DesignError as error:
        problems += [placed(problem, tree, ("design",)) for problem in error.problems]
        return False
    return True


def _bases(experiment: Experiment, tree: Tree, problems: list[Problem]) -> dict[str, Scenario]:
    """The scenarios that can be loaded, changed by the experiment's own overrides."""
    found = {}
    for position, name in enumerate(experiment.scenario_names):
        key = f"scenarios.{position}" if experiment.scenarios else "scenario"
        try:
            scenario = load_scenario(name)
        except ScenarioError as error:  # a mistake in the scenario's own file keeps its own place
            problems += [
                problem if problem.file else placed(replace(problem, key=key), tree)
                for problem in error.problems
            ]
            continue
        try:
            found[name] = with_overrides(scenario, experiment.overrides)
        except ScenarioError as error:
            problems += [
                placed(replace(problem, message=headed(problem.key, problem.message), key="overrides"), tree)
                for problem in error.problems
            ]
    return found


def _wrong_values(experiment: Experiment, tree: Tree) -> list[Problem]:
    """Problems at values of each factor alone: wrong keys and bounds are reported before anything runs."""
    problems: list[Problem] = []
    for base in experiment.bases.values():
        for name, where, value in experiment.design.tried_values():
            keys = experiment.design.factors[name].keys
            try:
                with_overrides(base, {key: value for key in keys})
            except ScenarioError as error:
                found = (_placed_in_factor(problem, name, keys, where, tree) for problem in error.problems)
                problems += [problem for problem in found if problem not in problems]
    return problems


def _placed_in_factor(problem: Problem, name: str, keys: Sequence[str], where: str, tree: Tree) -> Problem:
    """The problem placed in the file: a wrong key at the key, anything else at the value."""
    is_key = problem.kind == "key"
    at = next((i for i, key in enumerate(keys) if str(problem.key).startswith(key)), None)
    told = replace(problem, message=headed(problem.key, problem.message), key=f"design.{where}")
    if is_key and at is not None:
        told = replace(told, key=f"design.factors.{name}.keys.{at}", value=None)
    return placed(told, tree)

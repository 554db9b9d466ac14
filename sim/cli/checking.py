"""Which kind of file one is given, and all that is wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sim.core.errors import Problem, SimError
from sim.core.files import is_file


def check_file(name: str) -> tuple[str, list[Problem], list[str]]:
    """The kind of a file given by path or name, its problems, and warnings about it.

    Kinds are those of ``sim.scenario.loading.kind_of_file``; what can be read as none is a ``scenario``.
    """
    from sim.scenario.loading import load_scenario

    warnings: list[str] = []

    def scenario(given: str) -> None:
        warnings.extend(load_scenario(given).warnings())

    kind = "scenario"
    try:
        kind, path = _kind_and_path(name)
        checks: dict[str, Callable[[str], object]] = {"scenario": scenario, **_other_checks()}
        checks[kind](str(path))
    except SimError as error:
        return kind, list(error.problems), warnings
    return kind, [], warnings


def _kind_and_path(name: str) -> tuple[str, str | Path]:
    from sim.experiments.loading import experiment_files
    from sim.scenario.loading import files_in, kind_of_file, scenario_files

    path = Path(name)
    if is_file(path) and name.endswith((".yaml", ".yml")):
        return kind_of_file(path), path
    if name not in scenario_files():
        beside = (files_in(f"experiments{folder}") for folder in ("/virtual", "/checks", ""))
        for found in (experiment_files(), *beside):
            if name in found:
                return kind_of_file(found[name]), found[name]
    return "scenario", name


def _other_checks() -> dict[str, Callable[[str], object]]:
    from sim.calibration.declaration import load_calibration
    from sim.experiments.loading import load_experiment
    from sim.scenario.instruments import check_family
    from sim.studies import load_checks, load_virtual

    return {
        "experiment": load_experiment,
        "calibration": load_calibration,
        "virtual": load_virtual,
        "checks": load_checks,
        "family": lambda path: check_family(Path(path)),
    }

"""Which kind of file one is given, and all that is wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.core.errors import Problem, SimError
from sim.core.files import is_file


def check_file(name: str) -> tuple[str, list[Problem], list[str]]:
    """The kind of a file given by path or name, its problems, and warnings about it.

    Kinds are those of ``sim.scenario.loading.kind_of_file``; what can be read as none is a ``scenario``.
    """
    kind, warnings = "scenario", []
    try:
        kind, path = _kind_and_path(name)
        found = _loader(kind)(str(path))
        if kind == "scenario":
            warnings = [*filter(None, [found.missing_title()]), *found.warnings()]
    except SimError as error:
        return kind, list(error.problems), warnings
    return kind, [], warnings


def _kind_and_path(name: str) -> tuple[str, str | Path]:
    from sim.scenario.loading import declared_files, kind_of_file, scenario_files

    path = Path(name)
    if is_file(path) and name.endswith((".yaml", ".yml")):
        return kind_of_file(path), path
    if name not in scenario_files():
        declared = declared_files()
        if name in declared:
            return kind_of_file(declared[name]), declared[name]
    return "scenario", name


def _loader(kind: str) -> Callable[[str], Any]:
    """What loads a file of a kind; only that kind's part of the program is imported."""
    if kind == "experiment":
        from sim.experiments.loading import load_experiment

        return load_experiment
    if kind == "calibration":
        from sim.calibration.declaration import load_calibration

        return load_calibration
    if kind == "virtual":
        from sim.studies.study import load_virtual

        return load_virtual
    if kind == "checks":
        from sim.studies.checks import load_checks

        return load_checks
    if kind == "family":
        from sim.scenario.instruments import check_family

        return lambda path: check_family(Path(path))
    from sim.scenario.loading import load_scenario

    return load_scenario

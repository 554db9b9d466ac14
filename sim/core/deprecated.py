"""Old names of public things: they work for one more version, with a warning that says the new one.

This is the whole list. It goes with version 0.3; what a deprecation is, DECISIONS.md says.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# Modules of 0.1 that users imported from -> where their contents are now.
MODULES = {
    "sim.batch": "sim.experiments",
    "sim.batch.attribution": "sim.analysis.attribution",
    "sim.batch.band": "sim.analysis.uncertainty",
    "sim.batch.calibration": "sim.calibration",
    "sim.batch.experiment": "sim.experiments.experiment",
    "sim.batch.rerun": "sim.experiments.rerun",
    "sim.batch.runner": "sim.experiments.sweep",
    "sim.batch.tables": "sim.experiments.export",
    "sim.compare": "sim.comparison.compare",
    "sim.ensemble": "sim.comparison.bands",
    "sim.errors": "sim.core.errors",
    "sim.estimate": "sim.validation.gravity",
    "sim.findings": "sim.present.text.comparison",
    "sim.loading": "sim.scenario.loading",
    "sim.mesa_model": "sim.agents.model",
    "sim.mesa_worker": "sim.agents.worker",
    "sim.official": "sim.results.official",
    "sim.outcomes": "sim.results.outcomes",
    "sim.policy.lever": "sim.scenario.lever",
    "sim.posterior": "sim.parameters.posterior",
    "sim.tables": "sim.results.columns",
    "sim.validate": "sim.validation.validate",
    "sim.virtual": "sim.studies",
    "sim.vocabulary": "sim.core.categories",
}
# Names of modules that have become packages -> the module that holds them.
NAMES = {
    "sim.comparison": {"Comparison": "sim.comparison.comparison"},
    "sim.parameters": {"PARAMETERS": "sim.parameters.behaviour", "Parameter": "sim.parameters.definition"},
    "sim.results": {"Results": "sim.results.results"},
    "sim.scenario": {"Scenario": "sim.scenario.scenario"},
}
# Methods that have become functions: (class, method) -> module and function.
METHODS = {
    ("Comparison", "headline"): ("sim.present.text.comparison", "headline"),
    ("Validation", "text"): ("sim.present.text.validation", "validation_text"),
    ("VirtualResult", "text"): ("sim.present.text.studies", "studies_text"),
}
# Keys of scenario files, wherever they stand in a lever.
KEYS = {"held": "baseline_share", "reached": "implemented_share"}


def warn(old: str, new: str) -> None:
    """Say what an old name is called now, to whoever called the caller."""
    warnings.warn(f"{old} is now {new}; the old name goes with version 0.3", DeprecationWarning, stacklevel=3)


class _OldModules(MetaPathFinder, Loader):
    """Finds modules by their old names."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, self, is_package=True) if name in MODULES else None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Make the old module answer with what is in the new one."""
        old, new = module.__name__, MODULES[module.__name__]
        warn(old, new)
        module.__dict__["__getattr__"] = lambda name: getattr(import_module(new), name)


def key_of_today(key: str, where: str) -> str:
    """The word of today for a key of a scenario file. ``where``: the file and line, for the warning."""
    if key not in KEYS:
        return key
    warnings.warn(
        f"{where}: {key!r} is now called {KEYS[key]!r}; the old word goes with version 0.3",
        FutureWarning,
        stacklevel=2,
    )
    return KEYS[key]


def find_old_modules() -> None:
    """Let old names of modules be imported."""
    if not any(isinstance(finder, _OldModules) for finder in sys.meta_path):
        sys.meta_path.insert(0, _OldModules())  # first: an old folder may have been left behind


def old_names(package: str) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package that was a module."""

    def find(name: str) -> Any:
        if name not in NAMES[package]:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = NAMES[package][name]
        warn(f"{package}.{name}", f"{home}.{name}")
        return getattr(import_module(home), name)

    return find


def old_method(class_name: str, name: str) -> Callable[..., Any]:
    """A method that has become a function in a room above."""
    module, function = METHODS[class_name, name]

    def method(self: Any) -> Any:
        warn(f"{class_name}.{name}()", f"{module}.{function}")
        return getattr(import_module(module), function)(self)

    method.__name__, method.__doc__ = name, f"Deprecated: use ``{module}.{function}``."
    return method

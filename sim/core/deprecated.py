"""Old names of public things: they work for one more version, with a warning that says the new one.

This is the whole list. It goes with version 0.3; what a deprecation is, DECISIONS.md says.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from sim.core.language import _

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
# Names in modules -> what they are now.
NAMES = {
    "sim.comparison": {"Comparison": "sim.comparison.comparison.Comparison"},
    "sim.comparison.bands": {
        "World": "sim.comparison.bands.Draw",
        "worlds": "sim.comparison.bands.parameter_draws",
        "effects_by_world": "sim.comparison.bands.effects_by_draw",
    },
    "sim.parameters": {
        "PARAMETERS": "sim.parameters.behaviour.PARAMETERS",
        "Parameter": "sim.parameters.definition.Parameter",
    },
    "sim.results": {"Results": "sim.results.results.Results"},
    "sim.scenario": {"Scenario": "sim.scenario.scenario.Scenario"},
}
# Attributes with another name: (class, attribute) -> attribute.
ATTRIBUTES = {("Validation", "facts"): "stylised_facts"}
# Methods that have become functions: (class, method) -> module and function.
METHODS = {
    ("Comparison", "headline"): ("sim.present.text.comparison", "headline"),
    ("Validation", "text"): ("sim.present.text.validation", "validation_text"),
    ("VirtualResult", "text"): ("sim.present.text.studies", "studies_text"),
}
# Keys of YAML files and of what was stored, by the keys above them ("*": any) -> the key of today.
_OF_LEVERS = {"held": "baseline_share", "reached": "implemented_share"}
KEYS = {
    ("levers", "*"): _OF_LEVERS,
    ("instruments", "*"): _OF_LEVERS,
    ("parts", "*"): _OF_LEVERS,
    ("stages",): {"luck": "monte_carlo"},  # of a calibration
    ("observations", "*"): {"luck": "monte_carlo"},  # of a stored ensemble
}


def warn(old: str, new: str) -> None:
    """Say what an old name is called now, to whoever called the caller."""
    warnings.warn(
        _("{old} is now {new}; the old name goes with version 0.3", old=old, new=new),
        DeprecationWarning,
        stacklevel=3,
    )


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


def key_of_today(key: Sequence[str | int], where: str) -> str | int:
    """The last part of a key, in the word of today. ``where``: the file and line, for the warning."""
    found = _word_of_today(key)
    if found != key[-1]:
        warnings.warn(
            _(
                "{where}: {key!r} is now called {found!r}; the old word goes with version 0.3",
                where=where,
                key=key[-1],
                found=found,
            ),
            FutureWarning,
            stacklevel=2,
        )
    return found


def content_of_today(content: Any, above: tuple[str | int, ...] = ()) -> Any:
    """Maps and lists that an earlier version stored, with the keys of today. ``above``: where they stand."""
    if isinstance(content, Mapping):
        found = {_word_of_today((*above, key)): value for key, value in content.items()}
        return {key: content_of_today(value, (*above, key)) for key, value in found.items()}
    if isinstance(content, list):
        return [content_of_today(value, (*above, place)) for place, value in enumerate(content)]
    return content


def _word_of_today(key: Sequence[str | int]) -> str | int:
    *above, word = key
    for place, words in KEYS.items():
        is_there = len(above) >= len(place) and all(
            known in ("*", given) for known, given in zip(place, above[-len(place) :], strict=True)
        )
        if is_there and word in words:
            return words[str(word)]
    return word


def find_old_modules() -> None:
    """Let old names of modules be imported."""
    if not any(isinstance(finder, _OldModules) for finder in sys.meta_path):
        sys.meta_path.insert(0, _OldModules())  # first: an old folder may have been left behind


def old_names(module: str) -> Callable[[str], Any]:
    """The ``__getattr__`` of a module in which names have changed, or from which they have moved."""

    def find(name: str) -> Any:
        if name not in NAMES[module]:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        home, __, new = NAMES[module][name].rpartition(".")
        warn(f"{module}.{name}", f"{home}.{new}")
        return getattr(import_module(home), new)

    return find


def old_attribute(class_name: str, name: str) -> Any:
    """A property that answers to an attribute's old name."""
    new = ATTRIBUTES[class_name, name]

    def find(self: Any) -> Any:
        warn(f"{class_name}.{name}", f"{class_name}.{new}")
        return getattr(self, new)

    return property(find, doc=f"Deprecated: use ``{new}``.")


def old_method(class_name: str, name: str) -> Callable[..., Any]:
    """A method that has become a function in a room above."""
    module, function = METHODS[class_name, name]

    def method(self: Any) -> Any:
        warn(f"{class_name}.{name}()", f"{module}.{function}")
        return getattr(import_module(module), function)(self)

    method.__name__, method.__doc__ = name, f"Deprecated: use ``{module}.{function}``."
    return method

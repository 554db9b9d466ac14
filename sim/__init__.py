"""Agent-based simulation of China's rural migrant workers and of the policies that reach them.

    from sim import load_scenario, simulate, compare
    results = simulate("baseline", scale="1:5000", seed=1)
    results.national  # a pandas table, one row a month

``import sim`` is light: Mesa, the compiler, pandas and the plots load when a name is first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sim.core.deprecated import find_old_modules
from sim.core.version import __version__ as __version__

# Each public name and the module that defines it.
_HOMES = {
    "load_scenario": "sim.scenario.loading",
    "simulate": "sim.engine.simulate",
    "compare": "sim.comparison.compare",
    "Scenario": "sim.scenario.scenario",
    "Lever": "sim.scenario.lever",
    "Results": "sim.results.results",
    "LaborMigrationModel": "sim.agents.model",
}

__all__ = [
    "LaborMigrationModel",
    "Lever",
    "Results",
    "Scenario",
    "compare",
    "load_scenario",
    "simulate",
]

if TYPE_CHECKING:  # what __getattr__ below does, spelt out for editors
    from sim.agents.model import LaborMigrationModel
    from sim.comparison.compare import compare
    from sim.engine.simulate import simulate
    from sim.results.results import Results
    from sim.scenario.lever import Lever
    from sim.scenario.loading import load_scenario
    from sim.scenario.scenario import Scenario


class _Package(ModuleType):
    """Loading the old module ``sim.compare`` must not put it in the place of the function ``compare``."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
find_old_modules()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    try:
        module = import_module(_HOMES[name])
    except AttributeError as error:  # Python would take it for a missing name, and hide what is wrong
        raise ImportError(f"{_HOMES[name]} cannot be loaded: {error}") from error
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))

"""The house: rooms on floors. Imports go down only, wherever they stand, and never run in circles."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# fmt: off
ROOMS = ("core", "parameters", "rules", "world", "scenario", "results", "steps", "policy",
         "validation", "engine", "agents", "experiments", "comparison", "analysis", "studies",
         "calibration", "present", "cli")  # from the ground up; a room is the second part of a module's name
# fmt: on
OWNERS = {"mesa": "agents", "matplotlib": "present", "jinja2": "present", "typer": "cli", "numba": "core"}
READ_THE_CLOCK = "engine.simulate results comparison experiments analysis calibration cli".split()
MAKE_CHANCE = "core.draws calibration.sampler agents.model".split()
FACES = {"sim", "sim.__main__"}  # what no room imports
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "sim").rglob("*.py"))
}


def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imports(module: str) -> set[str]:
    """What a module imports, at its top, in functions and for type checkers alike."""
    found = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{module}: imports are written in full"
            names = {f"{node.module}.{name.name}" for name in node.names}
            found |= {name if name in MODULES else node.module for name in names}
    return found


@pytest.mark.parametrize("module", sorted(MODULES.keys() - FACES))
def test_imports_go_down(module):
    (_, room, *_), calls = module.split("."), ast.unparse(tree_of(module))
    assert room in ROOMS, f"{module} is in no room; give {room!r} a place in ROOMS"
    for name in imports(module):
        if name.split(".")[0] == "sim":
            assert name in MODULES.keys() - FACES, f"{module} imports {name}, which is no module of a room"
            assert ROOMS.index(name.split(".")[1]) <= ROOMS.index(room), f"{module} imports upward: {name}"
        assert room == OWNERS.get(name.split(".")[0], room), f"{module} may not import {name}"
    own = module.removeprefix("sim.")
    if not any(own == place or own.startswith(f"{place}.") for place in READ_THE_CLOCK):
        assert not imports(module) & {"time", "datetime"}, f"{module} reads the clock"
    if own not in MAKE_CHANCE:
        assert not imports(module) & {"random", "secrets"} and "default_rng" not in calls, (
            f"{module} makes random numbers"
        )


def test_imports_never_run_in_circles():
    unfinished, finished = [], set()

    def visit(module):
        assert module not in unfinished, f"a circle of imports: {' -> '.join([*unfinished, module])}"
        if module not in finished:
            unfinished.append(module)
            for name in sorted(imports(module) & MODULES.keys() - {module}):
                visit(name)
            finished.add(unfinished.pop())

    for module in MODULES:
        visit(module)


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("sim.rules")])
def test_rules_speak_of_economics_only(module):
    text = MODULES[module].read_text(encoding="utf-8").lower()
    assert not [word for word in ("lever", "policy", "policies", "scenario") if word in text]

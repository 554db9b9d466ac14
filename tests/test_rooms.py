"""The house: rooms on floors. Imports go down only, wherever they stand, and never run in circles."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the ground up. A module belongs to the room that is the second part of its name.
ROOMS = (
    "core",
    "parameters",
    "rules",
    "world",
    "scenario",
    "results",
    "steps",
    "policy",
    "validation",
    "engine",
    "agents",
    "experiments",
    "comparison",
    "analysis",
    "calibration",
    "studies",
    "present",
    "cli",
)
HEAVY = {
    "mesa": {"agents"},
    "matplotlib": {"present"},
    "jinja2": {"present"},
    "typer": {"cli"},
    "numba": {"core"},
    "distributed": {"experiments"},
}  # outside libraries that only some rooms use
OPEN_FILES = {
    "core",
    "parameters",
    "world",
    "scenario",
    "results",
    "engine.checkpoint",
    "experiments",
    "analysis",
    "calibration",
    "present",
    "studies",
    "cli",
}
READ_THE_CLOCK = {"engine.simulate", "results", "comparison", "experiments", "analysis", "calibration", "cli"}
OPENERS = {
    "open",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "read_csv",
    "read_parquet",
    "to_parquet",
}
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "sim").rglob("*.py"))
}
FACES = {"sim", "sim.__main__"}  # what no room imports


def imports(module: str) -> set[str]:
    """What a module imports, at its top, in functions and for type checkers alike."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are written in full"
            names = {f"{node.module}.{name.name}" for name in node.names}
            found |= {name if name in MODULES else node.module for name in names}
    return found


def is_one_of(module: str, names: set[str]) -> bool:
    return any(re.match(rf"sim\.{re.escape(name)}(\.|$)", module) for name in names)


@pytest.mark.parametrize("module", sorted(MODULES.keys() - FACES))
def test_imports_go_down(module):
    room = module.split(".")[1]
    assert room in ROOMS, f"{module} is in no room; give {room!r} a place in ROOMS"
    for name in imports(module):
        if name.startswith("sim.") or name == "sim":
            assert name in MODULES and name != "sim", f"{module} imports {name}, which is no module of a room"
            assert ROOMS.index(name.split(".")[1]) <= ROOMS.index(room), f"{module} imports upward: {name}"
        owners = HEAVY.get(name.split(".")[0], set(ROOMS))
        assert room in owners, f"{module} imports {name}, which only {sorted(owners)} may"


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


@pytest.mark.parametrize("module", sorted(MODULES.keys() - FACES))
def test_files_clock_and_chance_stay_in_their_rooms(module):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {getattr(function, "attr", getattr(function, "id", "")) for function in functions}
    assert is_one_of(module, OPEN_FILES) or not called & OPENERS, f"{module} opens files"
    assert is_one_of(module, READ_THE_CLOCK) or not imports(module) & {"time", "datetime"}, (
        f"{module}: the clock"
    )
    if not is_one_of(module, {"core.draws", "calibration.sampler"}):
        assert not called & {"default_rng", "RandomState"} and "random" not in imports(module), (
            f"{module}: chance"
        )


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("sim.rules")])
def test_rules_speak_of_economics_only(module):
    text = MODULES[module].read_text(encoding="utf-8").lower()
    assert not [word for word in ("lever", "policy", "policies", "scenario") if word in text]
    assert "math" not in imports(module), "rules use sim.core.arithmetic: the C library differs by machine"

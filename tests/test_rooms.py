"""Who may import what, read from the syntax trees, so that the rooms of the design stay rooms.

A file belongs to the room with the longest name that begins its own (``sim.policy.policy`` lies in
``policy.arrays``, ``sim.scenario.lever`` in ``policy``). A file in no room must only keep the rules that
hold everywhere: no circles, no file opened, no clock, no random numbers.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "sim").rglob("*.py"))
}

WORDS = {"errors", "vocabulary", "parameters", "group_words", "reach_words", "wording"}
CORE = {"compiled", "arithmetic", "draws"}
SCENARIO = {"policy", "scenario"}
FILES = {"loading", "yaml_tree", "problems", "instruments", "catalogue", "citations", "instrument_words"}
OUTPUT = {"outcomes", "results", "tables", "differences", "winners", "findings", "official",
          "validate", "validation_text", "compare", "comparison", "paired_runs", "targets", "facts", "rivals",
          "moves", "posterior", "ensemble", "band_words", "official_words"}
TABLES = {"numpy", "pandas", "pyarrow"}

# Room: the rooms that it may import, and the outside libraries.
ROOMS: dict[str, tuple[set[str], set[str]]] = {
    "vocabulary": (set(), set()),
    "group_words": (set(), set()),
    "wording": (set(), set()),
    "reach_words": ({"group_words", "wording"}, set()),
    "errors": (set(), set()),
    "parameters": (WORDS, {"pydantic"}),
    "compiled": ({"errors"}, {"numpy", "numba"}),
    "arithmetic": ({"compiled"}, {"numpy"}),
    "draws": (CORE, {"numpy"}),
    "rules": ({"compiled", "arithmetic"}, set()),
    "world": (WORDS | CORE, {"numpy", "pandas"}),
    "steps": (WORDS | CORE | {"rules", "world", "policy.arrays"}, {"numpy"}),
    "month": (CORE | {"vocabulary", "rules", "steps", "world", "policy.arrays"}, {"numpy"}),
    "policy": (WORDS, {"pydantic", "pydantic_core"}),
    **{room: (WORDS | CORE | SCENARIO | {"world", "steps"}, {"numpy"})
       for room in ("policy.arrays", "policy.by_place", "policy.lever_rows")},
    "past": (WORDS | SCENARIO, set()),
    "scenario": (WORDS | {"policy"}, {"pydantic", "pydantic_core"}),
    **{room: (WORDS | SCENARIO | FILES, {"pydantic", "ruamel"}) for room in FILES},
    "engine": (WORDS | CORE | SCENARIO | OUTPUT | {"past", "rules", "steps", "month", "world", "loading"},
               TABLES | {"numba"}),
    "mesa_worker": (WORDS | CORE | SCENARIO | {"steps", "world", "engine"}, TABLES | {"mesa"}),
    "mesa_model": (WORDS | CORE | SCENARIO | OUTPUT | {"steps", "month", "world", "engine", "loading",
                                                       "mesa_worker"}, TABLES | {"mesa"}),
    **{room: (WORDS | OUTPUT | {"world.data", "policy.documents", "scenario", "loading", "past"}, TABLES)
       for room in OUTPUT},
    "estimate": (WORDS | {"moves", "world.data"}, {"numpy", "pandas"}),
    "virtual": (WORDS | OUTPUT | SCENARIO | FILES | {"arguments", "engine", "world"}, TABLES | {"pydantic"}),
    "present": (WORDS | OUTPUT | {"scenario", "policy.documents", "world.data"},
                TABLES | {"matplotlib", "jinja2", "markupsafe"}),
    "present.dashboard": (WORDS | OUTPUT | SCENARIO | FILES | {"present", "engine", "mesa_model"},
                          TABLES | {"matplotlib", "solara", "mesa", "altair"}),
}
NEVER_IMPORTED = {"cli", "batch"}  # by any other room

OPENS_FILES = {"yaml_tree", "loading", "results", "validate", "posterior", "present", "batch", "world",
               "engine.checkpoint", "policy.documents", "cli",
               "compiled"}  # compiled reads the sources, to key its cache
READS_THE_CLOCK = {"engine.simulate", "results", "compare", "batch", "cli", "present.dashboard",
                   "terminal"}
MAKES_RANDOM_NUMBERS = {"draws", "batch.calibration.sample"}  # the latter: of a posterior, not of the model
OPENERS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "read_csv", "read_parquet",
           "to_csv", "to_parquet", "fromfile", "loadtxt"}


def _room(module: str, rooms=tuple(ROOMS)) -> str | None:
    name = module.removeprefix("sim.")
    inside = [room for room in rooms if name == room or name.startswith(f"{room}.")]
    return max(inside, key=len, default=None)


def _tree(module: str) -> ast.Module:
    """The syntax tree without what is imported for type checkers alone."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body
                 if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))]
    return tree


def _imports(module: str, at_import_time: bool = False) -> set[str]:
    """Dotted names of what a module imports; on request only what it imports as it is imported."""
    tree = _tree(module)
    found = set()
    for node in tree.body if at_import_time else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are written in full"
            names = {f"{node.module}.{name.name}" for name in node.names}
            found |= {name if name in MODULES else node.module for name in names}
    return found


def _calls(module: str) -> set[str]:
    """The last names of everything that a module calls: ``path.open()`` gives ``open``."""
    functions = [node.func for node in ast.walk(_tree(module)) if isinstance(node, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else f.id for f in functions
            if isinstance(f, (ast.Attribute, ast.Name))}


@pytest.mark.parametrize("module", MODULES)
def test_imports_keep_to_the_rooms(module):
    room = _room(module)
    for name in _imports(module):
        if name.split(".")[0] == "sim":
            target = _room(name, tuple(ROOMS) + tuple(NEVER_IMPORTED))
            own = _room(module, tuple(ROOMS) + tuple(NEVER_IMPORTED)) or module
            if target in NEVER_IMPORTED:
                assert own in NEVER_IMPORTED, f"{module} imports {name}; only cli and batch may"
            elif room and target and target != room:
                allowed = ROOMS[room][0]
                assert _room(name, tuple(allowed)), f"{module} (room {room}) may not import {name}"
        elif room and name.split(".")[0] not in sys.stdlib_module_names:
            assert name.split(".")[0] in ROOMS[room][1], f"{module} (room {room}) may not import {name}"


def test_imports_never_run_in_circles():
    unfinished, finished = [], set()

    def visit(module):
        assert module not in unfinished, f"a circle of imports: {' -> '.join([*unfinished, module])}"
        if module not in finished:
            unfinished.append(module)
            for name in sorted(_imports(module, at_import_time=True) & MODULES.keys()):
                visit(name)
            finished.add(unfinished.pop())

    for module in MODULES:
        visit(module)


@pytest.mark.parametrize("module", MODULES)
def test_files_clock_and_chance_are_used_in_their_own_rooms_only(module):
    imported, called = _imports(module), _calls(module)
    if not _room(module, tuple(OPENS_FILES)):
        assert not called & OPENERS, f"{module} opens files: {called & OPENERS}"
    if not _room(module, tuple(READS_THE_CLOCK)):
        assert not imported & {"time", "datetime"}, f"{module} reads the clock"
    if not _room(module, tuple(MAKES_RANDOM_NUMBERS)):
        assert not imported & {"random", "secrets", "numpy.random"}, f"{module} makes random numbers"
        assert not called & {"default_rng", "RandomState"}, f"{module} makes random numbers"


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("sim.rules")])
def test_rules_speak_of_economics_only(module):
    text = MODULES[module].read_text(encoding="utf-8").lower()
    assert not [word for word in ("lever", "policy", "policies", "scenario") if word in text]
    assert "math" not in _imports(module), "rules use sim.core.arithmetic: the C library differs by machine"

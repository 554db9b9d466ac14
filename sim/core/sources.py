"""What runs and calibrations depend on: nothing stale is used, and nothing good is spoilt.

Compiled code has finer hashes of its own (``sim.core.code_hash``). Sources are read as syntax trees: a module
depends on all that it imports, directly or not. Comments, docstrings and imports for type checkers do not
count, nor do the modules of words in ``_WORDS``: no number depends on them.
"""

from __future__ import annotations

import ast
import csv
import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

from sim.core import cache
from sim.core.files import files_of

ROOT = Path(__file__).parents[1]
PARAMETERS = ROOT / "parameters" / "parameters.csv"
_FOR_READERS = {"unit", "meaning", "source", "status", "group"}  # columns that no result hangs on
_DIGITS = 16
STORED = ("backtest.csv", "growth_forecasts.csv")  # packaged tables that no run of today reads
RUN = "sim.engine.simulate"  # what it imports is what a run depends on
_WORDS = (
    "sim.core.errors",
    "sim.core.labels",
    "sim.core.version",
    "sim.core.deprecated",
    "sim.results.columns",
)


@functools.lru_cache(maxsize=1)
def model_hash() -> str:
    """Hash of the sources and the packaged data: what results depend on besides scenario, seed and scale."""
    data = file_hash(inputs(ROOT / "data"))
    return hashlib.sha256(f"{run_hash()} {data}".encode()).hexdigest()[:_DIGITS]


@functools.lru_cache(maxsize=8)
def rooms_hash(*rooms: str) -> str:
    """Hash of all sources of some rooms, such as ``comparison``: of what makes results of runs."""
    parts = [tuple(f"sim.{room}".split(".")) for room in rooms]
    own = [path for name, path in modules().items() if tuple(name.split(".")[:2]) in parts]
    return file_hash(own)


def inputs(folder: Path) -> list[Path]:
    """The tables of a folder of data that runs of today may read."""
    return [path for path in files_of(folder, ".csv") if path.name not in STORED]


def file_hash(files: Iterable[Path]) -> str:
    """Hash of text files, by name and content; how their lines end does not count."""
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes().replace(b"\r\n", b"\n")  # as a checkout on Windows may have them
        digest.update(path.name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


@functools.lru_cache(maxsize=1)
def run_hash() -> str:
    """Hash of every source that a run depends on (16 hexadecimal digits).

    Reading the trees takes most of a second, so it is kept on disk under a hash of the files as they are.
    """
    files = hashlib.sha256()
    for path in (*modules().values(), PARAMETERS):
        files.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    kept = f"sources/{files.hexdigest()[:16]}.txt"
    if found := cache.read(kept):
        return found.decode("ascii")
    made = _read_run_hash()
    cache.write(kept, made.encode("ascii"))
    return made


def _read_run_hash() -> str:
    digest = hashlib.sha256()
    with open(PARAMETERS, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            digest.update(repr([row[key] for key in sorted(row.keys() - _FOR_READERS)]).encode())
    for name in closure([RUN]):
        digest.update(f"{name}\n{_dumped(modules()[name].read_text(encoding='utf-8'))}\n".encode())
    return digest.hexdigest()[:_DIGITS]


def closure(roots: Iterable[str]) -> list[str]:
    """The modules that these depend on, themselves included, in order of name."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += _imported(module)
    return sorted(name for name in found if name not in _WORDS)


@functools.lru_cache(maxsize=1)
def modules() -> dict[str, Path]:
    """The file of every module of the package."""
    return {
        ".".join(("sim", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in sorted(ROOT.rglob("*.py"))
        # editors and desktops leave ._x.py, links named .#x.py and folders of their own
        if not any(part[0] in ".~#" for part in path.relative_to(ROOT).parts) and path.is_file()
    }


def _tree(module: str) -> ast.Module:
    """The syntax tree without what no number depends on."""
    return _tree_of(modules()[module].read_text(encoding="utf-8"))


@functools.cache
def _tree_of(text: str) -> ast.Module:
    tree = _Bare().visit(ast.parse(text))
    assert isinstance(tree, ast.Module)
    return tree


class _Bare(ast.NodeTransformer):
    """Takes away docstrings, other strings that stand alone, and imports for type checkers."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if "TYPE_CHECKING" in ast.unparse(node.test) else self.generic_visit(node)


@functools.cache
def _imported(module: str) -> tuple[str, ...]:
    """The modules of this package that a module imports, in functions too."""
    found = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{name.name}" for name in node.names}
            found |= (whole & modules().keys()) or {node.module}
    return tuple(sorted(found & modules().keys()))


@functools.cache
def _dumped(text: str) -> str:
    return ast.dump(_tree_of(text))


def forget() -> None:
    """Read the sources anew at the next question (for tests that edit them)."""
    for kept in (run_hash, model_hash, modules, _imported):
        kept.cache_clear()

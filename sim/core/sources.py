"""What compiled code, runs and calibrations depend on: nothing stale is used, and nothing good is spoilt.

Read from the syntax trees: a module depends on all that it imports, directly or not. Comments,
docstrings and imports for type checkers do not count, nor do the modules of words in ``_WORDS``: no
number depends on them.
"""

from __future__ import annotations

import ast
import contextlib
import csv
import functools
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARAMETERS = ROOT / "parameters" / "parameters.csv"
_DECIDING = ("name", "default", "low", "high", "scope", "occasion")  # the columns that results hang on
RUN = "sim.engine.simulate"  # what it imports is what a run depends on
_WORDS = (
    "sim.core.errors",
    "sim.core.labels",
    "sim.core.version",
    "sim.core.deprecated",
    "sim.results.columns",
)


def source_hash() -> str:
    """Hash of every source that compiled code can depend on (16 hexadecimal digits)."""
    return _hashes()["kernels"]


def run_hash() -> str:
    """Hash of every source that a run depends on."""
    return _hashes()["run"]


@functools.lru_cache(maxsize=1)
def model_hash() -> str:
    """Hash of the sources and the packaged data: what results depend on besides scenario, seed and scale."""
    data = file_hash(sorted((ROOT / "data").glob("*.csv")))
    return hashlib.sha256(f"{run_hash()} {data}".encode()).hexdigest()[:16]


def file_hash(files: Iterable[Path]) -> str:
    """Hash of files, by name and content."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def cache_root() -> Path:
    """The folder of all that is kept between processes, which may not exist."""
    return Path(
        os.environ.get("LABOR_SIM_CACHE")
        or os.path.join(
            os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache"),
            "labor-migration-sim",
        )
    )


@functools.lru_cache(maxsize=1)
def _hashes() -> dict[str, str]:
    """The hashes of these sources. Reading the trees takes most of a second, so they are kept on disk under
    a hash of the files as they are.
    """
    files = hashlib.sha256()
    for path in (*modules().values(), PARAMETERS):
        files.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    kept = cache_root() / f"sources-{files.hexdigest()[:16]}.json"
    try:
        found = json.loads(kept.read_text(encoding="utf-8"))
        return {name: str(found[name]) for name in ("kernels", "run")}
    except (OSError, ValueError, KeyError, TypeError):  # not kept yet, or damaged
        table = _parameter_rows()
        names = "\n".join(",".join((row["name"], row["scope"], row["occasion"])) for row in table)
        made = {
            # kernels know parameters by their rows, not by their values
            "kernels": _digest(closure(kernel_modules()), names),
            "run": _digest(closure([RUN]), json.dumps([[row[key] for key in _DECIDING] for row in table])),
        }
        with contextlib.suppress(OSError):  # a read-only home: read the trees in each process
            kept.parent.mkdir(parents=True, exist_ok=True)
            waiting = kept.with_suffix(f".{os.getpid()}")
            waiting.write_text(json.dumps(made), encoding="utf-8")
            waiting.replace(kept)
        return made


def kernel_modules() -> list[str]:
    """The modules that define a function marked ``@kernel``."""
    return [
        module
        for module in modules()
        if any(
            isinstance(node, ast.FunctionDef)
            and any(isinstance(mark, ast.Name) and mark.id == "kernel" for mark in node.decorator_list)
            for node in _tree(module).body
        )
    ]


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


def _parameter_rows() -> list[dict[str, str]]:
    with open(PARAMETERS, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _digest(names: Iterable[str], more: str) -> str:
    digest = hashlib.sha256(more.encode())
    for name in names:
        digest.update(f"{name}\n{_dumped(modules()[name].read_text(encoding='utf-8'))}\n".encode())
    return digest.hexdigest()[:16]


@functools.cache
def _dumped(text: str) -> str:
    return ast.dump(_tree_of(text))


def forget() -> None:
    """Read the sources anew at the next question (for tests that edit them)."""
    for kept in (_hashes, model_hash, modules, _imported):
        kept.cache_clear()

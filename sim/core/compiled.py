"""The only file that configures numba: how a rule is marked and how a kernel is compiled and cached.

``@rule`` leaves a function ordinary Python, so that a test, a debugger or a Mesa agent runs it as
written; when a kernel is first called, every rule is made known to the compiler, which inlines it.
``@kernel`` compiles at the first call and keeps the machine code on disk between processes. The
cache folder is named after a hash of all sources that kernels import, so that an edited rule can
never run stale, while edits elsewhere (reports, commands) cost no compilation.

Set ``LABOR_SIM_COMPILED=0`` to run everything uncompiled (slow, but debuggable).
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

_RULES: list[tuple[Callable, bool]] = []
_registered = 0
_ONE_AT_A_TIME = threading.Lock()  # threads meet a kernel for the first time together; one makes it

_ROOT = Path(__file__).parents[1]
_KERNEL = re.compile(r"^@kernel", re.MULTILINE)
_IMPORT = re.compile(
    r"^\s*(?:from sim(?:\.([\w.]+))? import (\([^)]*\)|.+)|import sim\.([\w.]+))", re.MULTILINE
)


def rule(function: Callable) -> Callable:
    """Mark a pure scalar function for use in kernels; it stays an ordinary Python function."""
    _RULES.append((function, False))
    return function


def inlined_rule(function: Callable) -> Callable:
    """The same, and have the compiler copy it into every caller.

    For what many workers do every month: a call costs a dozen instructions. Left to itself the
    compiler copies small functions only.
    """
    _RULES.append((function, True))
    return function


def is_enabled() -> bool:
    """Whether kernels are compiled (the default) or run as plain Python."""
    return os.environ.get("LABOR_SIM_COMPILED", "1") != "0"


@functools.lru_cache(maxsize=1)
def source_hash() -> str:
    """Hash of every source that compiled code can depend on (16 hexadecimal digits)."""
    return _hash_of(kernel_sources())


@functools.lru_cache(maxsize=1)
def model_hash() -> str:
    """Hash of the sources and the packaged data: what results depend on besides scenario, seed and scale."""
    patterns = ("*.py", "rules/*.py", "steps/*.py", "world/*.py", "engine/*.py", "policy/*.py", "data/*.csv")
    return _hash_of([path for pattern in patterns for path in sorted(_ROOT.glob(pattern))])


def kernel_sources() -> list[Path]:
    """The files that hold kernels and all that these import from this package, directly or not."""
    texts = {path: path.read_text(encoding="utf-8") for path in _ROOT.rglob("*.py")}
    found: set[Path] = set()
    waiting = [path for path, text in texts.items() if _KERNEL.search(text)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imported(texts[path])
    return sorted(found)


def _imported(text: str) -> list[Path]:
    modules = []
    for package, names, module in _IMPORT.findall(text):
        base = f"{package}." if package else ""
        modules += [package or module, *(base + name for name in re.findall(r"\w+", names))]
    files = [_ROOT.joinpath(*name.split(".")) for name in modules if name]
    return [path for f in files for path in (f.with_suffix(".py"), f / "__init__.py") if path.exists()]


def _hash_of(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(_ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled kernels of exactly these sources are kept."""
    root = os.environ.get("LABOR_SIM_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache"),
        "labor-migration-sim",
    )
    folder = Path(root) / source_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home: compile anew in each process rather than fail
        folder = Path(tempfile.gettempdir()) / "labor-migration-sim" / source_hash()
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _register_rules() -> None:
    """Make the rules marked since the last call known to the compiler."""
    global _registered
    from numba.extending import register_jitable

    for function, is_inlined in _RULES[_registered:]:
        register_jitable(forceinline=is_inlined)(function)
    _registered = len(_RULES)


class _Kernel:
    """A loop over columns, compiled at its first call; releases the interpreter lock while it runs."""

    def __init__(self, function: Callable):
        functools.update_wrapper(self, function)
        self.python = function
        self._compiled: Callable | None = None

    def __call__(self, *arguments):
        if self._compiled is None:
            with _ONE_AT_A_TIME:
                if self._compiled is None:
                    self._compiled = self._compile() if is_enabled() else self.python
        return self._compiled(*arguments)

    def _compile(self) -> Callable:
        import numba

        _register_rules()
        # numba reads the cache folder when the dispatcher is made, so ours does not leak into
        # other users of numba in the same process. No fastmath: results must not depend on it.
        previous = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(cache_folder())
        try:
            return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False)(self.python)
        finally:
            numba.config.CACHE_DIR = previous


def kernel(function: Callable) -> _Kernel:
    """Compile ``function`` when it is first called."""
    return _Kernel(function)

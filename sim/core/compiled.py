"""The only file that configures numba: how a rule is marked and how a kernel is compiled and cached.

``@rule`` leaves a function ordinary Python, so that a test, a debugger or a Mesa agent runs it as
written; when a kernel is first called, every rule is made known to the compiler, which inlines it.
``@kernel`` compiles at the first call and keeps the machine code on disk between processes, in a folder named
after a hash of the code and of all that it reaches (``sim.core.code_hash``). So an edited rule never runs
stale, while an edit elsewhere, of a comment, or of where the package lies costs no compilation.

Set ``LABOR_SIM_COMPILED=0`` to run everything uncompiled (slow, but debuggable).
"""

from __future__ import annotations

import functools
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

from sim.core import deferred_linking
from sim.core.code_hash import code_hash
from sim.core.sources import cache_root

_RULES: list[tuple[Callable, bool]] = []
_registered = 0
_HOME = "code.py"  # the file that compiled functions are said to come from
on_compile: list[Callable[[str, int], object]] = []  # called with what is compiled now, and how much is left
_ONE_AT_A_TIME = threading.Lock()  # threads meet a kernel for the first time together; one makes it


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


def kept_folder(kind: str, key: str) -> Path | None:
    """The folder of what is kept under a hash: in the cache, else among temporary files; None where neither
    can be written to, so that nothing is kept.
    """
    for root in (cache_root(), Path(tempfile.gettempdir()) / "labor-migration-sim"):
        folder = root / kind / key
        try:
            folder.mkdir(parents=True, exist_ok=True)
            home = folder / _HOME
            if not home.exists():
                home.write_text("# compiled here: code with the hash that names this folder\n")
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


def compile_kept(make: Callable[..., Any], function: Callable, folder: Path | None) -> Any:
    """What ``make(function, cache=...)`` compiles, kept in a folder if there is one.

    The function is given to numba as if it were written in a file of that folder that never changes: numba
    takes what it kept for stale when the file of a function changes or moves, and the hash that names the
    folder says it better.
    """
    import numba

    if folder is None:
        return make(deferred_linking.of_kernel(_copy_of(function)), cache=False)
    previous = numba.config.CACHE_DIR
    # numba reads this as the dispatcher is made, so that ours does not leak into others' use of numba
    numba.config.CACHE_DIR = str(folder)
    try:
        return make(deferred_linking.of_kernel(_copy_of(function, str(folder / _HOME))), cache=True)
    finally:
        numba.config.CACHE_DIR = previous


def _copy_of(function: Callable, file: str = "") -> Callable:
    """The same function, under another file's name if one is given."""
    assert isinstance(function, FunctionType)
    code = function.__code__
    if file:
        code = code.replace(co_filename=file, co_firstlineno=1)
    made = FunctionType(code, function.__globals__, function.__name__, None, function.__closure__)
    made.__module__, made.__qualname__ = function.__module__, function.__qualname__
    made.__defaults__, made.__doc__ = function.__defaults__, function.__doc__
    return made


def tell(what: str, left: int) -> None:
    """Tell whoever listens what is compiled now, and how many more parts are to be compiled after it."""
    for listener in on_compile:
        listener(what, left)


def register_rules() -> None:
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

        register_rules()
        deferred_linking.install()

        def make(function: Callable, cache: bool) -> Callable:  # no fastmath: results must not depend on it
            return numba.njit(cache=cache, nogil=True, error_model="numpy", fastmath=False)(function)

        if not self.is_kept():
            tell(self.python.__name__.strip("_").replace("_", " "), 0)
        return compile_kept(make, self.python, kept_folder("kernels", self.key()))

    def key(self) -> str:
        """Hash of all that the machine code hangs on, but for the types of the arguments."""
        import numba

        return code_hash([self.python], numba.__version__)

    def is_kept(self) -> bool:
        """Whether machine code of it is kept, for some types of arguments."""
        return any((cache_root() / "kernels" / self.key()).rglob("*.nbi"))


def kernel(function: Callable) -> _Kernel:
    """Compile ``function`` when it is first called."""
    return _Kernel(function)

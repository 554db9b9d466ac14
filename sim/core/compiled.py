"""The only file that configures numba: how a rule is marked and how a kernel is compiled and cached.

``@rule`` leaves a function ordinary Python, so that a test, a debugger or a Mesa agent runs it as
written; when a kernel is first called, every rule is made known to the compiler, which inlines it.
``@kernel`` compiles at the first call and keeps the machine code on disk between processes. The
cache folder is named after ``sim.core.sources.source_hash``, so that an edited rule can never run stale,
while edits elsewhere (reports, commands) cost no compilation.

Set ``LABOR_SIM_COMPILED=0`` to run everything uncompiled (slow, but debuggable).
"""

from __future__ import annotations

import functools
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from sim.core import deferred_linking
from sim.core.sources import cache_root, source_hash

_RULES: list[tuple[Callable, bool]] = []
_registered = 0
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


def cache_folder() -> Path:
    """Where compiled kernels of exactly these sources are kept."""
    folder = cache_root() / source_hash()
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
        deferred_linking.install()
        # numba reads the cache folder when the dispatcher is made, so ours does not leak into
        # other users of numba in the same process. No fastmath: results must not depend on it.
        previous = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(cache_folder())
        try:
            function = deferred_linking.of_kernel(self.python)
            return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False)(function)
        finally:
            numba.config.CACHE_DIR = previous


def kernel(function: Callable) -> _Kernel:
    """Compile ``function`` when it is first called."""
    return _Kernel(function)

"""The only file that configures numba: how a rule is marked and how a kernel is compiled and cached.

``@rule`` leaves a function ordinary Python, so that a test, a debugger or a Mesa agent runs it as
written; when a kernel is first called, every rule is made known to the compiler, which inlines it.
``@kernel`` compiles at the first call and keeps the machine code on disk between processes, under a name made
of a hash of the code and of all that it reaches (``sim.core.code_hash``). So an edited rule never runs
stale, while an edit elsewhere, of a comment, or of where the package lies costs no compilation.

Set ``LABOR_SIM_COMPILED=0`` to run everything uncompiled (slow, but debuggable); numba's own
``NUMBA_DISABLE_JIT=1`` does the same.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
import sys
import threading
from collections.abc import Callable
from types import FunctionType
from typing import Any

from sim.core import cache, deferred_linking
from sim.core.code_hash import code_hash

_RULES: list[tuple[Callable, bool]] = []
_registered = 0
_LESSONS: list[Callable[[], None]] = []  # what numba is taught once it is loaded
on_compile: list[Callable[[str, int], object]] = []  # called with what is compiled now, and how much is left
_ONE_AT_A_TIME = threading.Lock()  # threads meet a kernel for the first time together; one makes it


def _without_bad_threads() -> None:
    """Drop a number of threads with which numba could not be imported; its threads are not used here."""
    asked = os.environ.get("NUMBA_NUM_THREADS", "").strip()
    if asked.lstrip("+-").isdecimal() and int(asked) < 1:
        del os.environ["NUMBA_NUM_THREADS"]


_without_bad_threads()


def rule(function: Callable) -> Callable:
    """Mark a pure scalar function for use in kernels; it stays an ordinary Python function."""
    _RULES.append((function, False))
    return function


def named_rule(*words: object) -> Callable[[Callable], Callable]:
    """Mark a rule that another function makes, which needs a name of its own: these words.

    Machine code compiled in several processes is joined by the names of functions: of two by one name, the
    first that is loaded would run for both.
    """

    def mark(function: Callable) -> Callable:
        name = "_".join(map(str, words)).replace(" ", "_")
        function.__name__ = function.__qualname__ = name
        return rule(function)

    return mark


def inlined_rule(function: Callable) -> Callable:
    """The same, and have the compiler copy it into every caller.

    For what many workers do every month: a call costs a dozen instructions. Left to itself the
    compiler copies small functions only.
    """
    _RULES.append((function, True))
    return function


def on_first_use(teach: Callable[[], None]) -> None:
    """Have numba taught something (a type of its own) before anything is compiled."""
    _LESSONS.append(teach)


def is_enabled() -> bool:
    """Whether kernels are compiled (the default) or run as plain Python."""
    if os.environ.get("LABOR_SIM_COMPILED", "1") == "0":
        return False
    if numba := sys.modules.get("numba"):
        return not numba.config.DISABLE_JIT
    asked = os.environ.get("NUMBA_DISABLE_JIT", "").strip()
    return not (asked.lstrip("+-").isdecimal() and int(asked))


class KeptCode:
    """Where numba finds and keeps the machine code of one function, in place of its own cache.

    Its own hangs on the path and the date of a source file, needs a folder that can be written, and fails
    where a file is damaged. Here an entry is named after a hash of the code and of the types of arguments.
    """

    cache_path = None  # numba shows it in statistics

    def __init__(self, folder: str, on_miss: Callable[[], object]):
        """folder: below the cache, such as ``units/HASH``. on_miss: called before anything is compiled."""
        self.folder, self.on_miss = folder, on_miss

    def entry(self, sig: Any, context: Any) -> str:
        """The name of what is kept for a signature, a processor and the settings of the compiler."""
        from numba import config

        how = (config.OPT, config.BOUNDSCHECK, config.DEBUGINFO_DEFAULT, config.LOOP_VECTORIZE)
        about = repr((str(sig), context.codegen().magic_tuple(), how))
        return f"{self.folder}/{hashlib.sha256(about.encode()).hexdigest()[:20]}.code"

    def load_overload(self, sig: Any, context: Any) -> Any:
        """The compiled function; None where it has to be compiled."""
        from numba.core.compiler import CompileResult

        context.refresh()
        kept = cache.read(self.entry(sig, context))
        if kept is not None:
            try:
                return CompileResult._rebuild(context, *pickle.loads(kept))
            except Exception:  # another version of a library wrote it, or part of it
                pass
        self.on_miss()
        return None

    def save_overload(self, sig: Any, compiled: Any) -> None:
        """Keep a compiled function, if it can be kept."""
        from numba.core.serialize import dumps

        if not compiled.library.has_dynamic_globals:
            cache.write(self.entry(sig, compiled.target_context), dumps(compiled._reduce()))

    def enable(self) -> None: ...

    def disable(self) -> None: ...

    def flush(self) -> None: ...


def of_no_place(function: Callable) -> Callable:
    """A copy of the function without the path of its file, so that its machine code is the same anywhere."""
    assert isinstance(function, FunctionType)
    code = function.__code__.replace(co_filename="labor-sim", co_firstlineno=1)
    made = FunctionType(code, function.__globals__, function.__name__, None, function.__closure__)
    made.__module__, made.__qualname__ = function.__module__, function.__qualname__
    made.__defaults__, made.__doc__ = function.__defaults__, function.__doc__
    return deferred_linking.of_kernel(made)


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
    while _LESSONS:
        _LESSONS.pop(0)()


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

        # no fastmath: results must not depend on it
        options = {"nogil": True, "error_model": "numpy", "fastmath": False}
        made = numba.njit(**options)(of_no_place(self.python))
        words = self.python.__name__.strip("_").replace("_", " ")
        made._cache = KeptCode(f"kernels/{self.key()}", lambda: tell(words, 0))
        return made

    def key(self) -> str:
        """Hash of all that the machine code hangs on, but for the types of the arguments."""
        import numba

        return code_hash([self.python], numba.__version__)


def kernel(function: Callable) -> _Kernel:
    """Compile ``function`` when it is first called."""
    return _Kernel(function)

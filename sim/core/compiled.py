"""How a rule is marked, and how a kernel is marked, found in the cache or compiled, and called.

``@rule`` leaves a function ordinary Python, so that a test, a debugger or a Mesa agent runs it as
written; when a kernel is first compiled, every rule is made known to the compiler, which inlines it.
``@kernel`` marks a loop over columns. At its first call its machine code is taken from the cache, where it
lies under a hash of the code and of all that it reaches (``sim.core.code_hash``), or is compiled and kept. So
an edited rule never runs stale, while an edit elsewhere, of a comment, or of where the package lies costs no
compilation.

Set ``LABOR_SIM_COMPILED=0`` to run everything uncompiled (slow, but debuggable); numba's own
``NUMBA_DISABLE_JIT=1`` does the same.
"""

from __future__ import annotations

import functools
import os
import struct
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from sim.core import machine_code
from sim.core.code_hash import code_hash

_RULES: list[tuple[Callable, bool]] = []
_registered = 0
_LESSONS: list[Callable[[], None]] = []  # what numba is taught once it is loaded
on_compile: list[Callable[[str, int], object]] = []  # called with what is compiled now, and how much is left
_ONE_AT_A_TIME = threading.RLock()  # threads meet a kernel for the first time together; one makes it
_LETTERS = {int: "q", bool: "q", float: "d"}  # how a number is packed; anything else is an address
_FLAGS = 0x1 | 0x2 | 0x100 | 0x400  # of an array: contiguous in rows, in columns; aligned; may be written to


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


_Code = tuple[Callable[..., bytes], Callable[[bytes], None]]  # what packs arguments, and what is called


class _Kernel:
    """A loop over columns that returns nothing; the interpreter lock is released while it runs compiled.

    It takes arrays, numbers, and named tuples of them. Arrays of other elements or other dimensions are other
    code.
    """

    def __init__(self, function: Callable):
        functools.update_wrapper(self, function)
        self.python = function
        self.compiled: list[str] = []  # what this process had to compile, by name in the cache
        self._run: Callable | None = None
        self._codes: dict[tuple, _Code] = {}
        _RULES.append((function, False))

    def __call__(self, *arguments: Any) -> None:
        if self._run is None:
            self._run = self._call if is_enabled() else self.python
        self._run(*arguments)

    def _call(self, *arguments: Any) -> None:
        values: list[int | float] = []
        kinds: list[Any] = []
        _take_apart(arguments, values, kinds)
        pack, call = self._codes.get(tuple(kinds)) or self._found(arguments, tuple(kinds))
        call(pack(*values))

    def _found(self, arguments: tuple, kinds: tuple) -> _Code:
        """The code for arguments of these kinds, from the cache or compiled."""
        with _ONE_AT_A_TIME:
            if kinds not in self._codes:
                name = self.python.__name__.strip("_")
                letters = "".join(_LETTERS.get(kind, "P") for kind in kinds)
                call = machine_code.caller(self._address(name, arguments), name)
                self._codes[kinds] = struct.Struct(letters).pack, call
            return self._codes[kinds]

    def _address(self, name: str, arguments: tuple) -> int:
        key = self.key(*arguments)
        entry = f"kernels/{key}"
        if address := machine_code.load(entry):
            return address
        tell(name.replace("_", " "), 0)
        self.compiled.append(entry)
        from sim.core.compiler import kernel_code

        register_rules()
        return machine_code.link_and_keep(entry, kernel_code(self.python, f"{name}_{key}", arguments))

    def key(self, *arguments: Any) -> str:
        """Hash of all that the machine code for such arguments hangs on."""
        return code_hash([self.python], machine_code.settings(), [_told(one) for one in arguments])


def kernel(function: Callable) -> _Kernel:
    """Compile ``function`` when it is first called."""
    return _Kernel(function)


def _take_apart(arguments: Iterable[Any], values: list[int | float], kinds: list[Any]) -> None:
    """List numbers and the addresses of arrays, those in named tuples included, and of each what the machine
    code hangs on. Months are full of such calls, so it is quick.
    """
    for one in arguments:
        if isinstance(one, np.ndarray):
            values.append(id(one))
            kinds.append((one.dtype, one.ndim, one.flags.num & _FLAGS))
        elif type(one) in _LETTERS:
            values.append(one)
            kinds.append(type(one))
        elif isinstance(one, tuple):
            _take_apart(one, values, kinds)
        elif isinstance(one, np.generic):
            _take_apart([one.item()], values, kinds)
        else:
            raise TypeError(f"kernels take arrays and numbers, not {type(one).__name__}")


def _told(argument: Any) -> Any:
    """The same of an argument, in words that mean the same in every process."""
    if isinstance(argument, tuple):
        kind = type(argument)
        return kind.__module__, kind.__qualname__, [_told(one) for one in argument]
    if isinstance(argument, np.ndarray):
        return type_text(argument.dtype), argument.ndim, argument.flags.num & _FLAGS
    return (argument.item() if isinstance(argument, np.generic) else argument).__class__.__name__


@functools.cache
def type_text(kind: np.dtype) -> str:
    """A type of NumPy's as text, from which ``ast.literal_eval`` and ``descr_to_dtype`` make it again."""
    return repr(np.lib.format.dtype_to_descr(kind))

"""Machine code that is kept on disk, linked and called without the compiler.

Loading numba takes longer than a month of the model, and a process whose code is all kept has no use for it.
What is kept is the object code of one function with all that it calls, which uses nothing but the C library,
so that linking it is all there is to do.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.core import cache

_UNUSED = ("NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "NUMBA_THREADING_LAYER")  # no code depends on them
_MADE_BY = ("compiler.py", "deferred_linking.py", "views.py")  # how code is made, all of it
_FINE = (0, -2)  # what compiled functions return unless they failed
_ONE_AT_A_TIME = threading.Lock()

# Where compiled functions put a result, which ours have none of, and an error, which nobody reads.
_RESULT, _ERROR = ctypes.c_void_p(), ctypes.c_void_p()
_PLACES = ctypes.addressof(_RESULT), ctypes.addressof(_ERROR)
_CALL = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)


@functools.cache
def settings() -> str:
    """What machine code hangs on besides its function: libraries, the processor, and how numba is set."""
    from importlib.metadata import version

    from llvmlite import binding

    numba_file = Path(".numba_config.yaml")  # numba reads it where it lies in the present folder
    values = (
        version("numba"),
        version("llvmlite"),
        binding.get_default_triple(),
        binding.get_host_cpu_name(),
        binding.get_host_cpu_features().flatten(),
        object.__basicsize__,
        *(Path(__file__).with_name(name).read_bytes() for name in _MADE_BY),
        sorted(one for one in os.environ.items() if one[0].startswith("NUMBA_") and one[0] not in _UNUSED),
        numba_file.read_bytes() if numba_file.is_file() else b"",
    )
    return repr(values)


def is_kept(entry: str) -> bool:
    """Whether code is kept under a name such as ``units/1a2b``, whole or not."""
    return cache.has(f"{entry}.object")


def load(entry: str) -> int:
    """The address of the function kept under a name; 0 where there is none, or none of use."""
    content = cache.read(f"{entry}.object")
    if content is None:
        return 0
    symbol, _, code = content.partition(b"\0")
    return link(symbol.decode(), code)


def link_and_keep(entry: str, made: tuple[str, bytes, bool]) -> int:
    """The address of what ``sim.core.compiler`` made, which is kept if other processes can use it."""
    symbol, code, is_portable = made
    if is_portable:
        cache.write(f"{entry}.object", symbol.encode() + b"\0" + code)
    return link(symbol, code)


def link(symbol: str, code: bytes) -> int:
    """The address of a function whose object code this is; 0 if it was made for another kind of machine."""
    from llvmlite import binding

    with _ONE_AT_A_TIME:
        engine = _engine()
        try:
            engine.add_object_file(binding.ObjectFileRef.from_data(code))
        except RuntimeError:
            return 0
        engine.finalize_object()
        return engine.get_function_address(symbol)


@functools.cache
def _engine() -> Any:
    """What links object code into this process."""
    from llvmlite import binding

    with contextlib.suppress(RuntimeError):  # newer versions do it themselves
        binding.initialize()
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine()
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)


def caller(address: int, what: str) -> Callable[[bytes], None]:
    """A function that calls machine code with its packed arguments, other threads running meanwhile.

    what: its name in the RuntimeError that is raised where it fails.
    """
    function, (result, error) = _CALL(address), _PLACES

    def call(packed: bytes) -> None:
        if function(result, error, packed) not in _FINE:
            raise RuntimeError(f"compiled code failed: {what}")

    return call

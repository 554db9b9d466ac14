"""Loops compiled one by one, and kept under a hash of their own code: an edit compiles what it reaches.

A unit is a function ``run(rows, states, conditions, block, count)`` over workers. It is compiled to machine
code that is called through its address, so that the loop around many units need not be compiled with them.
Machine code is kept in the cache folder under a hash of the functions and constants that the unit reaches
(``sim.core.code_hash``) and of the layout of its records. Where several units are missing, a second process
helps to compile them.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim.core import cache, compiled, deferred_linking
from sim.core.code_hash import code_hash

_WRAPPER = """\
def unit(rows, states, conditions, block, count):
    c, b = carray(conditions, (1,))[0], carray(block, (1,))[0]
    run(carray(rows, (count,)), carray(states, (count,)), c, b, count)
"""
_ENOUGH_FOR_TWO = 4  # units from which starting a second process pays
_ONE_AT_A_TIME = threading.Lock()
_addresses: dict[tuple[str, tuple[np.dtype, ...]], np.ndarray] = {}
_made: dict[str, int] = {}  # addresses by hash, loaded or compiled in this process
_in_use: list[Any] = []  # what owns the machine code that this process compiled


def addresses(
    where: str, runs: Sequence[Callable], names: Sequence[str], records: Sequence[np.ndarray]
) -> np.ndarray:
    """The addresses of units, compiled if need be, (units,).

    where: ``module:name`` of the sequence ``runs``, by which a second process finds it. names: what to call
    them while they are compiled. records: arrays of the types of rows, states, conditions and block.
    """
    kinds = tuple(record.dtype for record in records)
    known = _addresses.get((where, kinds))
    return _found(where, runs, names, kinds) if known is None else known


def _found(
    where: str, runs: Sequence[Callable], names: Sequence[str], kinds: tuple[np.dtype, ...]
) -> np.ndarray:
    """The addresses of units, loaded or compiled."""
    keys = [_key(run, kinds) for run in runs]
    with _ONE_AT_A_TIME:
        missing = [n for n, key in enumerate(keys) if key not in _made and not _is_kept(key, kinds)]
        is_long = len(missing) >= _ENOUGH_FOR_TWO and cache.is_shared()
        helper = _second_process(where, kinds, missing) if is_long else None
        try:
            for n, run in enumerate(runs):
                if keys[n] in _made:
                    continue

                def tell(name: str = names[n], first: int = n) -> None:
                    later = [m for m in missing if m > first]
                    compiled.tell(name, sum(not _is_kept(keys[m], kinds) for m in later))

                _made[keys[n]] = _unit(run, keys[n], kinds, tell)
        except BaseException:  # stopped from the keyboard, too
            if helper is not None:
                helper.terminate()
            raise
        finally:
            if helper is not None:
                helper.wait()
    found = _addresses[where, kinds] = np.array([_made[key] for key in keys], dtype=np.intp)
    return found


def compile_from_the_end(where: str, kinds: Sequence[str], places: Sequence[int]) -> None:
    """What the second process does: compile units that are still missing, the last ones first."""
    from importlib import import_module

    module, _, name = where.partition(":")
    runs = getattr(import_module(module), name)
    types = tuple(_dtype_of(kind) for kind in kinds)
    for n in reversed(places):
        key = _key(runs[n], types)
        if _is_kept(key, types):
            break  # the first process has come as far
        _unit(runs[n], key, types, lambda: None)


def _key(run: Callable, kinds: Sequence[np.dtype]) -> str:
    import numba

    return code_hash([run], numba.__version__, _texts_of(tuple(kinds)), _WRAPPER)


def _is_kept(key: str, kinds: tuple[np.dtype, ...]) -> bool:
    """Whether machine code of a unit is kept for this processor."""
    return cache.has(_entry(key, kinds))


def _entry(key: str, kinds: tuple[np.dtype, ...]) -> str:
    """Under which name the machine code of a unit is kept."""
    from numba.core.registry import cpu_target

    entry = compiled.KeptCode(f"units/{key}", lambda: None).entry
    return entry(_signature(kinds), cpu_target.target_context).replace(".code", ".object")


@functools.cache
def _signature(kinds: tuple[np.dtype, ...]) -> Any:
    import numba

    records = [numba.types.CPointer(numba.from_dtype(kind)) for kind in kinds]
    return numba.types.void(*records, numba.types.intp)


def _unit(run: Callable, key: str, kinds: tuple[np.dtype, ...], on_miss: Callable[[], object]) -> int:
    """The address of one unit, from the cache or compiled, of which ``on_miss`` is told."""
    kept = _load(key, kinds)
    if kept:
        return kept
    on_miss()
    import numba
    from numba.core.ccallback import CFunc

    compiled.register_rules()
    deferred_linking.install()
    space: dict[str, Any] = {"run": run, "carray": numba.carray, "__name__": __name__}
    exec(_WRAPPER, space)  # the text above: a closure would have no code of its own to be kept under
    sig = _signature(kinds)
    options = {"nopython": True, "error_model": "numpy"}
    made = CFunc(compiled.of_no_place(space["unit"]), (sig.args, sig.return_type), {}, options)
    made.compile()
    _in_use.append(made)
    if not made._library.has_dynamic_globals:
        name = made._wrapper_name.encode()
        cache.write(_entry(key, kinds), name + b"\0" + made._library._get_compiled_object())
    return made.address


def _load(key: str, kinds: tuple[np.dtype, ...]) -> int:
    """The address of a unit whose machine code is kept; 0 where it is not, or of no use.

    Machine code alone is kept and linked: numba's own record of a function takes ten times as long to load.
    """
    content = cache.read(_entry(key, kinds))
    if content is None:
        return 0
    from llvmlite import binding
    from numba.core.registry import cpu_target

    name, _, code = content.partition(b"\0")
    context = cpu_target.target_context
    context.refresh()  # helpers of numba that the code calls are there after it
    engine = context.codegen()._engine._ee
    try:
        engine.add_object_file(binding.ObjectFileRef.from_data(code))
    except RuntimeError:  # written by another version of the compiler
        return 0
    engine.finalize_object()
    return engine.get_function_address(name.decode())


def _second_process(where: str, kinds: Sequence[np.dtype], places: Sequence[int]) -> subprocess.Popen | None:
    """Another process that compiles too; None where there can be none."""
    texts = _texts_of(tuple(kinds))
    code = (
        f"import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        f"sys.path[:0] = {[path for path in sys.path if path]!r}\n"
        f"from sim.core.units import compile_from_the_end\n"
        f"compile_from_the_end({where!r}, {texts!r}, {list(places)!r})\n"
    )
    environment = {**os.environ, cache.IS_HELPER: "1"}
    try:
        return subprocess.Popen([sys.executable, "-c", code], env=environment, stdin=subprocess.DEVNULL)
    except OSError:  # no memory for it, or no program of that name: this process compiles all
        return None


@functools.cache
def _texts_of(kinds: tuple[np.dtype, ...]) -> list[str]:
    return [repr(np.lib.format.dtype_to_descr(kind)) for kind in kinds]


def _dtype_of(text: str) -> np.dtype:
    import ast

    return np.lib.format.descr_to_dtype(ast.literal_eval(text))


def call_unit() -> Any:
    """What a kernel calls a unit with: ``call(address, rows, states, conditions, block, count)``.

    Arrays are given by their addresses.
    """
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    @intrinsic
    def call(typing_context, address, rows, states, conditions, block, count):
        signature = types.void(*[types.intp] * 6)

        def generate(context, builder, signature, arguments):
            byte, whole = ir.IntType(8).as_pointer(), ir.IntType(64)
            kind = ir.FunctionType(ir.VoidType(), [byte, byte, byte, byte, whole])
            function = builder.inttoptr(arguments[0], kind.as_pointer())
            pointers = [builder.inttoptr(argument, byte) for argument in arguments[1:5]]
            builder.call(function, [*pointers, arguments[5]])
            return context.get_dummy_value()

        return signature, generate

    return call

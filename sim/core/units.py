"""Loops compiled one by one, and kept under a hash of their own code: an edit compiles what it reaches.

A unit is a function ``run(rows, states, conditions, block, count)`` over workers. It is compiled to machine
code that is called through its address, so that the loop around many units need not be compiled with them.
Machine code is kept in the cache folder under a hash of the functions and constants that the unit reaches
(``sim.core.code_hash``) and of the layout of its records. Where several units are missing, a second process
helps to compile them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim.core import cache, compiled, machine_code
from sim.core.code_hash import code_hash

_ENOUGH_FOR_TWO = 4  # units from which starting a second process pays
_ONE_AT_A_TIME = threading.Lock()
_addresses: dict[tuple[str, tuple[np.dtype, ...]], np.ndarray] = {}
_made: dict[str, int] = {}  # addresses by entry, loaded or compiled in this process


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
    entries = [_entry(run, kinds) for run in runs]
    is_kept = machine_code.is_kept
    with _ONE_AT_A_TIME:
        missing = [n for n, entry in enumerate(entries) if entry not in _made and not is_kept(entry)]
        is_long = len(missing) >= _ENOUGH_FOR_TWO and cache.is_shared()
        helper = _second_process(where, kinds, missing) if is_long else None
        try:
            for n, run in enumerate(runs):
                if entries[n] in _made:
                    continue

                def tell(name: str = names[n], first: int = n) -> None:
                    later = [m for m in missing if m > first]
                    compiled.tell(name, sum(not is_kept(entries[m]) for m in later))

                _made[entries[n]] = _unit(run, entries[n], kinds, tell)
        except BaseException:  # stopped from the keyboard, too
            if helper is not None:
                helper.terminate()
            raise
        finally:
            if helper is not None:
                helper.wait()
    found = _addresses[where, kinds] = np.array([_made[entry] for entry in entries], dtype=np.intp)
    return found


def compile_from_the_end(where: str, kinds: Sequence[str], places: Sequence[int]) -> None:
    """What the second process does: compile units that are still missing, the last ones first."""
    from importlib import import_module

    module, _, name = where.partition(":")
    runs = getattr(import_module(module), name)
    types = tuple(_dtype_of(kind) for kind in kinds)
    for n in reversed(places):
        entry = _entry(runs[n], types)
        if machine_code.is_kept(entry):
            break  # the first process has come as far
        _unit(runs[n], entry, types, lambda: None)


def _entry(run: Callable, kinds: Sequence[np.dtype]) -> str:
    """Under which name the machine code of a unit is kept."""
    texts = [compiled.type_text(kind) for kind in kinds]
    return f"units/{code_hash([run], machine_code.settings(), texts)}"


def _unit(run: Callable, entry: str, kinds: Sequence[np.dtype], on_miss: Callable[[], object]) -> int:
    """The address of one unit, from the cache or compiled, of which ``on_miss`` is told."""
    if address := machine_code.load(entry):
        return address
    on_miss()
    from sim.core.compiler import unit_code

    compiled.register_rules()
    return machine_code.link_and_keep(entry, unit_code(run, f"unit_{entry.rpartition('/')[2]}", kinds))


def _second_process(where: str, kinds: Sequence[np.dtype], places: Sequence[int]) -> subprocess.Popen | None:
    """Another process that compiles too; None where there can be none."""
    texts = [compiled.type_text(kind) for kind in kinds]
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


def _dtype_of(text: str) -> np.dtype:
    import ast

    return np.lib.format.descr_to_dtype(ast.literal_eval(text))


def call_unit(address, rows, states, conditions, block, count) -> int:
    """Call a unit from a kernel, with the addresses of its arrays; returns 0, or a number where it failed."""
    raise NotImplementedError("compiled code alone has addresses")


def _teach_call_unit() -> None:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import lower_builtin, type_callable

    @type_callable(call_unit)
    def type_of_call(context: Any) -> Callable[..., Any]:
        return lambda address, rows, states, conditions, block, count: types.int32

    @lower_builtin(call_unit, *[types.Integer] * 6)
    def call(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte, whole, status = ir.IntType(8).as_pointer(), ir.IntType(64), ir.IntType(32)
        kind = ir.FunctionType(status, [byte] * 6 + [whole])
        function = builder.inttoptr(arguments[0], kind.as_pointer())
        unused = cgutils.alloca_once(builder, byte, size=2)  # where it puts a result and an error
        places = [builder.bitcast(builder.gep(unused, [whole(n)]), byte) for n in range(2)]
        return builder.call(
            function, [*places, *(builder.inttoptr(one, byte) for one in arguments[1:5]), arguments[5]]
        )


compiled.on_first_use(_teach_call_unit)

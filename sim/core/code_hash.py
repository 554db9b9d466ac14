"""A hash of what functions do: their own code and all that they reach, whatever module it stands in.

Two functions with the same hash compile to the same machine code. It is taken from the byte code, so that
comments, docstrings and line numbers do not count, and holds for one version of Python. Names of modules
count: kept machine code looks them up.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

_PACKAGE = __name__.partition(".")[0]


def code_hash(functions: Iterable[Callable], *more: object) -> str:
    """Hash of functions, of all functions and constants that they reach, and of ``more`` (plain values)."""
    functions = tuple(functions)
    reader = _Reader({_PACKAGE, *(_package_of(function.__module__) for function in functions)})
    for function in functions:
        reader.read(function, frozenset())
    reader.note("python", *sys.version_info[:2], *more)
    return reader.digest.hexdigest()[:20]


class _Reader:
    """Walks from a function to all that it uses, each thing once."""

    def __init__(self, packages: set[str]) -> None:
        """packages: whose functions are read; of others the names count, as versions of libraries do."""
        self.digest, self._packages = hashlib.sha256(), packages
        self._seen: set[FunctionType] = set()

    def note(self, *values: object) -> None:
        self.digest.update(repr(values).encode())

    def read(self, value: Any, names: frozenset[str]) -> None:
        """Take in a value. names: what the code that uses it may ask of it."""
        if isinstance(value, FunctionType):
            self._function(value)
        elif isinstance(value, ModuleType):
            self._module(value, names)
        elif isinstance(value, np.ndarray):
            self.note("array", value.dtype.str, value.shape, value.tobytes())
        elif isinstance(value, tuple) and hasattr(value, "_fields"):  # codes by name: those that are used
            self.note("codes", [(name, getattr(value, name)) for name in sorted(names & set(value._fields))])
        elif isinstance(value, (tuple, list)):
            self.note("several", len(value))
            for one in value:
                self.read(one, names)
        elif value is None or isinstance(value, (bool, int, float, str, bytes, np.generic, np.dtype)):
            self.note(type(value).__name__, str(value) if isinstance(value, np.dtype) else value)
        elif isinstance(value, type) or callable(value):  # of a library
            name = getattr(value, "__qualname__", repr(type(value)))
            self.note("library", getattr(value, "__module__", ""), name)
        else:
            raise TypeError(f"compiled code cannot hang on a {type(value).__name__}")

    def _function(self, function: FunctionType) -> None:
        if function in self._seen:
            return
        self._seen.add(function)
        if _package_of(function.__module__) not in self._packages:
            self.note("library", function.__module__, function.__qualname__)
            return
        self.note("function", function.__module__, function.__qualname__)  # kept code names its module
        self._code(function.__code__, function.__doc__)
        self.note("with", getattr(function, "hashed_with", ""))
        names = frozenset(_names_in(function.__code__))
        for name in sorted(names & function.__globals__.keys()):
            self.note("global", name)
            self.read(function.__globals__[name], names)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            self.note("cell", name)
            self.read(cell.cell_contents, names)
        self.note("defaults")
        self.read(function.__defaults__, names)

    def _module(self, module: ModuleType, names: frozenset[str]) -> None:
        self.note("module", module.__name__)
        if _package_of(module.__name__) in self._packages:
            for name in sorted(names & vars(module).keys()):
                self.note("member", name)
                self.read(vars(module)[name], names)

    def _code(self, code: CodeType, doc: str | None) -> None:
        self.note("code", code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_argcount)
        for place, constant in enumerate(code.co_consts):
            if isinstance(constant, CodeType):
                self._code(constant, None)
            elif isinstance(constant, frozenset):  # its order changes from process to process
                self.note("constant", sorted(map(repr, constant)))
            elif not (place == 0 and constant == doc):
                self.note("constant", constant)


def _package_of(module: str) -> str:
    return module.partition(".")[0]


def _names_in(code: CodeType) -> set[str]:
    inner = (_names_in(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*inner)

"""Compile the functions of a kernel once, with the kernel, and not each by itself.

Ordinarily every function that a kernel calls is linked with all below it, optimised and turned into machine
code on its own, though nobody calls it but kernels; that is most of the time that compiling takes. Here such
a function stays raw intermediate code. The kernel links each once, and the whole is optimised once. Results
are the same to the last bit, and kernels run a little faster, since the optimiser sees all of the code.

This changes three methods of numba's code generation, for kernels of this package alone (others' functions
compile as ever, also where they share helpers with ours). It is used with the versions of numba that it was
tested with; with any other, kernels compile in the ordinary way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

TESTED = ("0.68",)  # versions of numba
_installed = False
_now = threading.local()  # depth: how many functions deep the compilation of a kernel is


def install() -> bool:
    """Defer linking in this process from now on; whether the version of numba allows it."""
    global _installed
    import numba

    if not _installed and numba.__version__.rpartition(".")[0] in TESTED:
        _change_numba()
        _installed = True
    return _installed


def of_kernel(function: Callable) -> Callable:
    """Mark the Python function of a kernel, whose compilation defers linking."""
    function.is_labor_sim_kernel = True  # type: ignore[attr-defined]  # functions take attributes
    return function


def _depth() -> int:
    return getattr(_now, "depth", 0)


@contextmanager
def _one_deeper(function: Callable) -> Iterator[None]:
    """Inside a kernel's compilation, or the beginning of one."""
    before = _depth()
    if before or getattr(function, "is_labor_sim_kernel", False):
        _now.depth = before + 1
    try:
        yield
    finally:
        _now.depth = before


def _change_numba() -> None:
    from numba.core import codegen, cpu, dispatcher

    compiler, library_type = dispatcher._FunctionCompiler, codegen.CPUCodeLibrary
    compile_core, customize_flags = compiler._compile_core, compiler._customize_flags
    finalize, add_linking_library = library_type.finalize, library_type.add_linking_library
    get_executable = cpu.CPUContext.get_executable

    def compile_deeper(self: Any, args: Any, return_type: Any) -> Any:
        with _one_deeper(self.py_func):
            return compile_core(self, args, return_type)

    def flags_of_inner_functions(self: Any, flags: Any) -> Any:
        flags = customize_flags(self, flags)
        if _depth() > 1:  # Python never calls it
            flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        return flags

    def add_unlinked(self: Any, library: Any) -> None:
        if _depth() and not library._finalized:
            for inner in library._linking_libraries:
                library._reload_init.update(inner._reload_init)
            library._finalize_dynamic_globals()
            library.is_unlinked = library._finalized = True
        add_linking_library(self, library)

    def finalize_with_unlinked(self: Any) -> None:
        """Ordinary, but what is linked brings all below it that has not been linked yet."""
        below = _below(self)
        if not any(getattr(library, "is_unlinked", False) for library in below):
            return finalize(self)
        self._raise_if_finalized()
        for library in below:
            self._reload_init.update(library._reload_init)
        _link_in(self, below)
        self._optimize_final_module()
        self._final_module.verify()
        self._finalize_final_module()
        return None

    def executable_of_inner(self: Any, library: Any, fndesc: Any, env: Any) -> Any:
        if _depth() > 1:
            name = fndesc.qualname.split(".")[-1]
            return cpu._dynfunc.make_function(
                fndesc.lookup_module(), name, "can be called from kernels only", 0, env, (library,)
            )
        return get_executable(self, library, fndesc, env)

    compiler._compile_core = compile_deeper
    compiler._customize_flags = flags_of_inner_functions
    library_type.add_linking_library = add_unlinked
    library_type.finalize = finalize_with_unlinked
    cpu.CPUContext.get_executable = executable_of_inner


def whole_module(library: Any, symbol: str, more: Any) -> Any:
    """The optimised module of a kernel's library with all that it calls.

    symbol: its function's name. more: a module of further functions that it may call.

    All but this function is made internal, so that what is inlined everywhere leaves no code, and so that
    functions of one name in several kernels are not taken for each other.
    """
    _link_in(library, _below(library))
    module = library._final_module
    _make_internal(module, symbol)
    library._optimize_final_module()
    module.link_in(more)  # after it: where these are inlined, loops are not vectorised
    _make_internal(module, symbol)
    module.verify()
    return module


def _make_internal(module: Any, symbol: str) -> None:
    for function in module.functions:
        if not function.is_declaration and function.name != symbol:
            function.linkage = "internal"


def _link_in(library: Any, below: list[Any]) -> None:
    """Add libraries to another, whose functions use theirs."""
    # Users before what they use: a function that nothing refers to is dropped as it is linked.
    for one in reversed(below):
        library._final_module.link_in(one._get_module_for_linking(), preserve=True)


def _below(library: Any) -> list[Any]:
    """All libraries that a library links, directly or through unlinked ones; what is used comes first."""
    seen: set[Any] = set()
    found: list[Any] = []

    def visit(one: Any) -> None:
        for inner in one._linking_libraries:
            if inner not in seen:
                seen.add(inner)
                if getattr(inner, "is_unlinked", False):
                    visit(inner)
                found.append(inner)

    visit(library)
    return found

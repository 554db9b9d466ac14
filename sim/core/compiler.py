"""From a Python function to object code: the only file that configures numba.

The code is of no use to Python: it takes addresses and numbers, and brings along the few functions with which
numba manages memory, so that it calls nothing but the C library and runs where numba is not loaded
(``sim.core.machine_code``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import numpy as np

from sim.core import deferred_linking

# no fastmath: results must not depend on it
_OPTIONS = {"nopython": True, "error_model": "numpy", "fastmath": False}
_OF_NUMBA = ("Py", "_Py", "NRT_", "numba_")  # how the names of what is not there without it begin
_HEAD = 40  # bytes before the elements of an array that compiled code makes
_OF_PROCESS = "numba.dynamic.globals"  # and of what lies in the memory of this process
_in_use: list[Any] = []  # what owns memory that code in this process refers to


def object_code(function: Callable, symbol: str, types: Sequence[Any]) -> tuple[str, bytes, bool]:
    """Compile a function that returns nothing.

    symbol: a name that no other function has. types: numba's, of its arguments. Returns the name under which
    it stands in the object code, the object code, and whether it runs in processes without numba too.
    """
    from numba.core import compiler, registry
    from numba.core.compiler_lock import global_compiler_lock
    from numba.core.dispatcher import _FunctionCompiler
    from numba.types import none

    class BareCompiler(_FunctionCompiler):
        """Compiles without the wrappers through which Python calls, and leaves linking to us."""

        def _customize_flags(self, flags: Any) -> Any:
            flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.no_compile = True
            flags.enable_pyobject = False
            flags.noalias = True  # rows, states, conditions and block are memory of their own
            return flags

    deferred_linking.install()
    bare = _of_no_place(function, symbol)
    with global_compiler_lock:
        made = BareCompiler(bare, registry.cpu_target, _OPTIONS, {}, compiler.Compiler)
        found = made.compile(tuple(types), none)
        library, name = found.library, found.fndesc.llvm_func_name
        module = deferred_linking.whole_module(library, name, _memory(library.codegen))
        is_portable = not any(
            one.is_declaration and one.name.startswith(_OF_NUMBA)
            for one in (*module.functions, *module.global_variables)
        )
        is_portable &= not any(one.name.startswith(_OF_PROCESS) for one in module.global_variables)
        _in_use.append(found)
        with _choices_without_branches():
            return name, library.codegen._tm.emit_object(module), is_portable


@contextmanager
def _choices_without_branches() -> Iterator[None]:
    """Have LLVM keep choices between two numbers what they are. It would turn some into branches, which the
    processor guesses wrong where workers differ.

    LLVM has one such setting for the whole process: what others compile finds it as it is by default. To be
    entered with the compiler's lock.
    """
    from llvmlite import binding

    binding.set_option("labor-sim", "-x86-cmov-converter=false")
    try:
        yield
    finally:
        binding.set_option("labor-sim", "-x86-cmov-converter=true")


def _memory(codegen: Any) -> Any:
    """A module of the functions through which numba's code takes and frees memory, over those of C."""
    from llvmlite import binding, ir

    byte, whole, word = ir.IntType(8).as_pointer(), ir.IntType(64), ir.IntType(32)
    module = ir.Module("memory")
    malloc = ir.Function(module, ir.FunctionType(byte, [whole]), "malloc")
    free = ir.Function(module, ir.FunctionType(ir.VoidType(), [byte]), "free")

    def begin(name: str, result: Any, *arguments: Any) -> tuple[Any, Any]:
        function = ir.Function(module, ir.FunctionType(result, arguments), name)
        return ir.IRBuilder(function.append_basic_block()), function.args

    builder, (size,) = begin("NRT_Allocate", byte, whole)
    builder.ret(builder.call(malloc, [size]))
    for name in ("NRT_Free", "NRT_MemInfo_call_dtor"):  # to free an array's head is to free its elements
        builder, (start,) = begin(name, ir.VoidType(), byte)
        builder.call(free, [start])
        builder.ret_void()
    for name in ("NRT_MemInfo_alloc_aligned", "NRT_MemInfo_alloc_safe_aligned"):
        builder, (size, alignment) = begin(name, byte, whole, word)
        alignment = builder.zext(alignment, whole)
        # the head, whose fields numba's code knows: uses, two that we leave unused, elements, their size
        head = ir.LiteralStructType([whole, byte, byte, byte, whole])
        room = builder.add(alignment, ir.Constant(whole, _HEAD))
        start = builder.call(malloc, [builder.add(size, room)])
        with builder.if_then(builder.icmp_unsigned("!=", start, ir.Constant(byte, None)), likely=True):
            fields = builder.bitcast(start, head.as_pointer())
            elements = builder.add(builder.ptrtoint(start, whole), builder.sub(room, ir.Constant(whole, 1)))
            elements = builder.sub(elements, builder.urem(elements, alignment))
            values = ir.Constant(whole, 1), builder.inttoptr(elements, byte), size
            for place, value in zip((0, 3, 4), values, strict=True):
                at = builder.gep(fields, [ir.Constant(word, 0), ir.Constant(word, place)])
                builder.store(value, at)
        builder.ret(start)
    module.triple, module.data_layout = codegen._tm.triple, str(codegen._tm.target_data)
    return binding.parse_assembly(str(module))


def _of_no_place(function: Callable, symbol: str) -> Callable:
    """A copy of the function without the path of its file, so that its machine code is the same anywhere."""
    assert isinstance(function, FunctionType)
    code = function.__code__.replace(co_filename="labor-sim", co_firstlineno=1)
    made = FunctionType(code, function.__globals__, symbol, None, function.__closure__)
    made.__module__, made.__qualname__ = __name__, symbol
    made.__defaults__, made.__doc__ = function.__defaults__, function.__doc__
    return deferred_linking.of_kernel(made)


def kernel_code(function: Callable, symbol: str, arguments: Sequence[Any]) -> tuple[str, bytes, bool]:
    """Compile a kernel for arguments of the types of these: arrays, numbers, and named tuples of them.

    What is compiled takes the address of packed words: of an array the address of its Python object, of
    another argument its value. Otherwise as ``object_code``.
    """
    from numba import typeof, types

    space: dict[str, Any] = {"run": function}

    def told(value: Any) -> str:
        """How an argument is read, as an expression."""
        name = f"part_{len(space)}"
        if isinstance(value, tuple):
            space[name] = type(value)
            return f"{name}({', '.join([told(one) for one in value])})"
        kind = typeof(value.item() if isinstance(value, np.generic) else value)
        space[name] = _reader(kind, len(places))
        places.append(name)
        return f"{name}(words)"

    places: list[str] = []
    text = f"def entry(words):\n    run({', '.join([told(one) for one in arguments])})\n"
    exec(text, space)
    return object_code(space["entry"], symbol, [types.intp])


def unit_code(run: Callable, symbol: str, kinds: Sequence[np.dtype]) -> tuple[str, bytes, bool]:
    """Compile a unit, which takes the addresses of rows, states, conditions and block of these types, and the
    number of rows. Otherwise as ``object_code``.
    """
    from numba import carray, from_dtype, types

    def unit(rows, states, conditions, block, count):
        c, b = carray(conditions, (1,))[0], carray(block, (1,))[0]
        run(carray(rows, (count,)), carray(states, (count,)), c, b, count)

    pointers = [types.CPointer(from_dtype(kind)) for kind in kinds]
    return object_code(unit, symbol, [*pointers, types.intp])


def _reader(kind: Any, place: int) -> Any:
    """What reads the argument in one place of the packed words, for compiled code."""
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic
    from numba.np.arrayobj import populate_array

    word, byte = ir.IntType(64), ir.IntType(8).as_pointer()

    def array(context: Any, builder: Any, about: Any) -> Any:
        """The array whose NumPy object lies at an address: where its elements lie, and of which shape."""
        # after the head of every Python object, as NumPy's PyArray_DATA, _DIMS and _STRIDES read it
        fields = ir.LiteralStructType([byte, ir.IntType(32), word.as_pointer(), word.as_pointer()])
        start = builder.add(about, ir.Constant(word, object.__basicsize__))
        found = builder.load(builder.inttoptr(start, fields.as_pointer()))
        shape, strides = (
            [
                builder.load(builder.gep(builder.extract_value(found, part), [ir.Constant(word, axis)]))
                for axis in range(kind.ndim)
            ]
            for part in (2, 3)
        )
        made = context.make_array(kind)(context, builder)
        element = context.get_data_type(kind.dtype)
        size = context.get_constant(types.intp, context.get_abi_sizeof(element))
        data = builder.bitcast(builder.extract_value(found, 0), made.data.type)
        populate_array(made, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
        return made._getvalue()

    @intrinsic
    def read(typing_context, words):
        def generate(context, builder, signature, arguments):
            start = builder.inttoptr(arguments[0], word.as_pointer())
            value = builder.load(builder.gep(start, [ir.Constant(word, place)]))
            if isinstance(kind, types.Array):
                return array(context, builder, value)
            if kind == types.float64:
                return builder.bitcast(value, ir.DoubleType())
            return cgutils.as_bool_bit(builder, value) if kind == types.boolean else value

        return kind(words), generate

    return read

"""One thing whose fields lie in several arrays, seen as one record by compiled code.

A rule is handed a view and reads and writes ``w.savings`` as if ``w`` were a record. Where a field lies, and
how many bits of a word it takes, is told once, by a ``Layout``; a view itself is the addresses of its parts
and its number, which compiled code keeps in registers. Uncompiled, a view is a Python object that does the
same with NumPy arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.core.compiled import on_first_use


class Field(NamedTuple):
    """Where one field lies: in the record of which part, at which byte, and in which of its bits.

    kind: the type that is read there ("u1", "i2", …). bits: 0 for all of it, else how many from ``shift`` on;
    of a signed kind, they are a signed number.
    """

    part: int
    offset: int
    kind: str
    shift: int = 0
    bits: int = 0


class Layout(NamedTuple):
    """The fields of a view by name. sizes: bytes of a record of either part. number: its number's name."""

    name: str
    sizes: tuple[int, int]
    fields: tuple[tuple[str, Field], ...]
    number: str = "id"


def read_field(field: Field, words: np.ndarray) -> np.ndarray:
    """The field's values, from what lies at its place in each record."""
    if not field.bits:
        return words
    if np.dtype(field.kind).kind == "i":
        width = 8 * np.dtype(field.kind).itemsize  # to the top, where the sign is, and down again
        return (words << (width - field.shift - field.bits)) >> (width - field.bits)
    return (words >> field.shift) & ((1 << field.bits) - 1)


def view_maker(layout: Layout) -> Callable[..., Any]:
    """A function ``view(first, second, row, number)`` for kernels: the record of a row of two arrays."""
    python_class = _python_class(layout)

    def view(first, second, row, number):
        return python_class(first, second, row, number)

    view.hashed_with = repr(layout)  # type: ignore[attr-defined]  # for sim.core.code_hash
    on_first_use(lambda: _teach_compiler(layout, view))
    return view


def read_ahead(array, row) -> None:
    """Ask for the memory of a record, which is needed soon; nothing is waited for. A row beyond the end
    is allowed. Uncompiled, it does nothing.
    """


def _teach_read_ahead() -> None:
    from llvmlite import ir
    from numba import types
    from numba.extending import lower_builtin, type_callable

    @type_callable(read_ahead)
    def type_of_read_ahead(context: Any) -> Callable[..., Any]:
        return lambda array, row: types.none

    @lower_builtin(read_ahead, types.Array, types.Integer)
    def ask(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type, row_type = signature.args
        array = context.make_array(array_type)(context, builder, arguments[0])
        byte, whole, word = ir.IntType(8).as_pointer(), ir.IntType(64), ir.IntType(32)
        row = context.cast(builder, arguments[1], row_type, types.int64)
        step = builder.mul(row, ir.Constant(whole, array_type.dtype.size))
        at = builder.gep(builder.bitcast(array.data, byte), [step])
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        # to be read, kept in all caches, data
        builder.call(prefetch, [at, ir.Constant(word, 0), ir.Constant(word, 2), ir.Constant(word, 1)])
        return context.get_dummy_value()


on_first_use(_teach_read_ahead)


def _python_class(layout: Layout) -> type:
    """A class whose attributes are the fields."""

    def begin(self, first, second, row, number) -> None:
        self.parts, self.row, self.number = (
            (first.view(np.uint8), second.view(np.uint8)),
            int(row),
            int(number),
        )

    def member(field: Field) -> property:
        kind, size, mask = np.dtype(field.kind), layout.sizes[field.part], (1 << field.bits) - 1

        def word(self) -> np.ndarray:
            start = self.row * size + field.offset
            return self.parts[field.part][start : start + kind.itemsize].view(kind)

        def get(self) -> int:
            return int(read_field(field, word(self))[0])

        def put(self, value: int) -> None:
            if field.bits:
                kept = int(word(self).view(f"u{kind.itemsize}")[0]) & ~(mask << field.shift)
                word(self).view(f"u{kind.itemsize}")[0] = kept | ((int(value) & mask) << field.shift)
            else:
                word(self)[0] = value

        return property(get, put)

    members = {name: member(field) for name, field in layout.fields}
    members[layout.number] = property(lambda self: self.number)
    return type(layout.name, (), {"__init__": begin, **members})


def _teach_compiler(layout: Layout, view: Callable[..., Any]) -> None:
    """Make a layout's view known to numba."""
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.core.imputils import lower_getattr_generic, lower_setattr_generic
    from numba.core.typing.templates import AttributeTemplate, infer_getattr
    from numba.extending import lower_builtin, models, register_model, type_callable

    fields, byte, whole = dict(layout.fields), ir.IntType(8).as_pointer(), ir.IntType(64)

    class View(types.Type):
        """Addresses of the two parts of a record, and its number."""

        def __init__(self) -> None:
            super().__init__(name=f"View({layout.name})")

    kind = View()

    @register_model(View)
    class _Model(models.StructModel):
        def __init__(self, manager: Any, view_type: Any) -> None:
            members = [("first", types.voidptr), ("second", types.voidptr), ("number", types.int64)]
            super().__init__(manager, view_type, members)

    @infer_getattr
    class _Attributes(AttributeTemplate):
        key = View

        def generic_resolve(self, view_type: Any, name: str) -> Any:
            return types.int64 if name in fields or name == layout.number else None

    @type_callable(view)
    def type_of_view(context: Any) -> Callable[..., Any]:
        return lambda first, second, row, number: kind

    @lower_builtin(view, types.Array, types.Array, types.Integer, types.Integer)
    def make(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        made = cgutils.create_struct_proxy(kind)(context, builder)
        row = context.cast(builder, arguments[2], signature.args[2], types.int64)
        for name, part in (("first", 0), ("second", 1)):
            array = context.make_array(signature.args[part])(context, builder, arguments[part])
            step = builder.mul(row, ir.Constant(whole, layout.sizes[part]))
            setattr(made, name, builder.gep(builder.bitcast(array.data, byte), [step], inbounds=True))
        made.number = context.cast(builder, arguments[3], signature.args[3], types.int64)
        return made._getvalue()

    def word_of(builder: Any, made: Any, field: Field) -> tuple[Any, Any, int]:
        """Where the word that holds a field lies, the word's type, and what its address is a multiple of."""
        width, size = np.dtype(field.kind).itemsize, layout.sizes[field.part]
        start = ir.Constant(whole, field.offset)
        at = builder.gep((made.first, made.second)[field.part], [start], inbounds=True)
        is_aligned = size % width == 0 and field.offset % width == 0
        word = ir.IntType(8 * width)
        return builder.bitcast(at, word.as_pointer()), word, width if is_aligned else 1

    @lower_getattr_generic(View)
    def get(context: Any, builder: Any, view_type: Any, value: Any, name: str) -> Any:
        made = cgutils.create_struct_proxy(kind)(context, builder, value=value)
        if name == layout.number:
            return made.number
        field = fields[name]
        at, word, align = word_of(builder, made, field)
        found = builder.load(at, align=align)
        is_signed = np.dtype(field.kind).kind == "i"
        if field.bits and is_signed:
            found = builder.shl(found, ir.Constant(word, word.width - field.shift - field.bits))
            found = builder.ashr(found, ir.Constant(word, word.width - field.bits))
        elif field.bits:
            found = builder.lshr(found, ir.Constant(word, field.shift))
            found = builder.and_(found, ir.Constant(word, (1 << field.bits) - 1))
        widen = builder.sext if is_signed else builder.zext
        return widen(found, whole)

    @lower_setattr_generic(View)
    def put(context: Any, builder: Any, signature: Any, arguments: Any, name: str) -> None:
        made = cgutils.create_struct_proxy(kind)(context, builder, value=arguments[0])
        field = fields[name]
        at, word, align = word_of(builder, made, field)
        new = builder.trunc(arguments[1], word)
        if field.bits:
            mask, others = (1 << field.bits) - 1, (1 << word.width) - 1
            kept = builder.and_(
                builder.load(at, align=align), ir.Constant(word, others & ~(mask << field.shift))
            )
            new = builder.shl(builder.and_(new, ir.Constant(word, mask)), ir.Constant(word, field.shift))
            new = builder.or_(kept, new)
        builder.store(new, at, align=align)

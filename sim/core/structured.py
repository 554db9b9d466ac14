"""Structured arrays of NumPy as records: made, named, and handed to compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.compiled import is_enabled


def field_names(kind: np.dtype) -> tuple[str, ...]:
    """The names of a record's fields, in order."""
    assert kind.names is not None, f"{kind} is no record"
    return kind.names


def make_record(kind: np.dtype) -> np.recarray:
    """One zeroed record, as an array of length one (compiled code takes it by reference)."""
    return np.zeros(1, dtype=kind).view(np.recarray)


def for_kernels(records: np.ndarray, kind: np.dtype) -> np.ndarray:
    """The same memory as an array whose type is ``kind`` itself, where kernels are compiled.

    Compiled code knows that type at sight; a recarray's it compares field by field at every call.
    """
    return records.view(kind, np.ndarray) if is_enabled() else records


def record_of(values: Any) -> np.recarray:
    """A named tuple of numbers, arrays and named tuples as one record of the same names."""
    record = np.zeros(1, _type_of(values)).view(np.recarray)
    _fill(record[0], values)
    return record


def _type_of(values: Any) -> np.dtype:
    kinds: list[tuple] = []
    for name, value in zip(values._fields, values, strict=True):
        if hasattr(value, "_fields"):
            kinds.append((name, _type_of(value)))
        else:
            array = np.asarray(value)
            kinds.append((name, array.dtype, array.shape) if array.shape else (name, array.dtype))
    return np.dtype(kinds)


def _fill(record: np.void, values: Any) -> None:
    for name, value in zip(values._fields, values, strict=True):
        if hasattr(value, "_fields"):
            _fill(record[name], value)
        else:
            record[name] = value

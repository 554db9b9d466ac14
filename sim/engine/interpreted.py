"""A month in plain Python: records turned into ordinary numbers, for stepping one worker at a time.

The steps of ``sim.steps.month`` run unchanged on these and give the same bits as the compiled pass.
Attributes of NumPy records are slow to read, so a worker's row is copied out, lived and copied back.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.core.structured import field_names, make_record
from sim.steps.month import live_month
from sim.steps.records import block_type
from sim.world.workers import BLOCK, Workers, read_worker, write_worker

_SMALL_TABLE = 1500  # cells; a smaller table is read faster as a dictionary than as an array


def plain_conditions(record: np.record | np.ndarray) -> SimpleNamespace:
    """A month's conditions as numbers, lists and tables that the steps index as they would arrays."""
    return SimpleNamespace(**{name: _plain(record[name]) for name in field_names(record.dtype)})


def _plain(value: np.ndarray) -> Any:
    if value.dtype.names:
        return plain_conditions(value)
    if value.ndim == 0:
        return value.item()
    if value.ndim == 1:
        return value.tolist()
    if value.ndim == 2 and value.size < _SMALL_TABLE:
        return {(i, j): cell for i, row in enumerate(value.tolist()) for j, cell in enumerate(row)}
    return value


def plain_sums(block: np.record) -> SimpleNamespace:
    """A block's sums and scratch as arrays; what the steps add goes into the block."""
    return SimpleNamespace(**{name: block[name] for name in field_names(block.dtype)})


def spare_sums(places: int) -> SimpleNamespace:
    """Sums that belong to no run, for trying out a month."""
    return plain_sums(make_record(block_type(places))[0])


def copy_row(workers: Workers, row: int) -> SimpleNamespace:
    """A worker's id and columns as plain numbers; changing them does not change the row."""
    return SimpleNamespace(id=workers.ids.number(row), **read_worker(workers, row))


def liver(workers: Workers, c: SimpleNamespace, b: SimpleNamespace) -> Callable[[int], None]:
    """A function that lives the month of the worker in a row and writes the row back."""
    w, ids = SimpleNamespace(), workers.id
    columns = w.__dict__

    def live(row: int) -> None:
        columns.update(read_worker(workers, row))
        w.id = int(ids[row])
        live_month(w, c, b, row % BLOCK)
        write_worker(workers, row, columns)

    return live

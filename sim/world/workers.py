"""All workers of a run in memory: their rows and states, the ids of the rows, and single workers as numbers.

Rows stand in the order of birth into the model: January 2014 by home, then each month's entrants by home. A
row is never used again, so its number tells the worker's id.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.core.categories import OWN_BUSINESS
from sim.core.compiled import rule
from sim.core.views import read_field
from sim.world.worker import (
    BYTES_PER_WORKER,
    COLUMNS,
    OF_OTHERS,
    OF_OWNERS,
    ROW_BYTES,
    ROW_TYPE,
    STATE_BYTES,
    STATE_TYPE,
    worker_at,
)

BLOCK = 4096  # rows that are gone through together; fits the cache, and fixes the scratch index of a row
_PLACES = {column.name: column.place for column in COLUMNS}
_PARTS = ("rows", "states")  # as the places of columns count them


def _record(part: int, size: int) -> np.dtype:
    """The words of a part as a record of NumPy; some lie over one another."""
    columns = [column for column in COLUMNS if column.place.part == part]
    return np.dtype(
        {
            "names": [column.name for column in columns],
            "formats": [column.place.kind for column in columns],
            "offsets": [column.place.offset for column in columns],
            "itemsize": size,
        }
    )


_RECORDS = _record(0, ROW_BYTES), _record(1, STATE_BYTES)


class Ids(NamedTuple):
    """The ids of rows: stretches of rows whose ids follow one another.

    first_rows: int64 (stretches + 1,), the row that each begins with, and the number of all rows. first_ids:
    int64 (stretches,), the id of that row.
    """

    first_rows: np.ndarray
    first_ids: np.ndarray

    @classmethod
    def of(cls, first_ids: np.ndarray, counts: np.ndarray) -> Ids:
        """Stretches of ``counts`` rows that begin with these ids; those without rows are left out."""
        has_rows = counts > 0
        rows = np.concatenate([[0], np.cumsum(counts[has_rows])]).astype(np.int64)
        return cls(rows, first_ids[has_rows].astype(np.int64))

    def numbers(self, rows: int) -> np.ndarray:
        """The ids of the first rows, uint32."""
        lengths = np.diff(np.minimum(self.first_rows, rows))
        return (np.repeat(self.first_ids - self.first_rows[:-1], lengths) + np.arange(rows)).astype(np.uint32)

    def number(self, row: int) -> int:
        """The id of a row."""
        stretch = int(np.searchsorted(self.first_rows, row, side="right")) - 1
        return int(self.first_ids[stretch] + row - self.first_rows[stretch])

    def row_of(self, worker: int) -> int:
        """The row of a worker; -1 where none has this id."""
        lengths = np.diff(self.first_rows)
        found = np.flatnonzero((self.first_ids <= worker) & (worker < self.first_ids + lengths))
        return int(self.first_rows[found[0]] + worker - self.first_ids[found[0]]) if len(found) else -1


@rule
def fill_ids(first_rows, first_ids, start, count, ids) -> None:
    """Write the ids of ``count`` rows from ``start`` on into the first places of ``ids``."""
    low, high = 0, len(first_ids) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if first_rows[middle] <= start:
            low = middle
        else:
            high = middle - 1
    k = 0
    while k < count:
        end = min(count, first_rows[low + 1] - start)
        base = first_ids[low] - first_rows[low] + start
        part = ids[k:end]
        for j in range(end - k):
            part[j] = base + k + j
        k = end
        low += 1


class Workers:
    """Rows of workers. ``workers.savings`` is a column, ``workers[5]`` one worker, ``workers[:9]`` the first.

    Columns of whole bytes are the memory itself and can be written to; those that share a word are copies.
    """

    def __init__(self, rows: np.ndarray, states: np.ndarray, ids: Ids):
        self.rows, self.states, self.ids = rows, states, ids

    @classmethod
    def empty(cls, ids: Ids) -> Workers:
        """Zeroed memory for all rows of ``ids``."""
        rows = int(ids.first_rows[-1])
        return cls(np.zeros(rows, ROW_TYPE), np.zeros(rows, STATE_TYPE), ids)

    @property
    def memory(self) -> tuple[np.ndarray, np.ndarray]:
        """What kernels take: rows, and states."""
        return self.rows, self.states

    @property
    def id(self) -> np.ndarray:
        """Ids, uint32: cohort, home province and number in it (see sim.world.synthesis)."""
        return self.ids.numbers(len(self))

    def __len__(self) -> int:
        return len(self.rows)

    def __getattr__(self, name: str) -> np.ndarray:
        place = _PLACES.get(name)
        if place is None:
            raise AttributeError(f"workers have no column {name!r}")
        values = read_field(place, self._words(name))
        if name not in (OF_OWNERS, OF_OTHERS):
            return values
        is_owner = self.activity == OWN_BUSINESS
        return np.where(is_owner == (name == OF_OWNERS), values, 0).astype(place.kind)

    def _words(self, name: str) -> np.ndarray:
        part = _PLACES[name].part
        return self.memory[part].view(_RECORDS[part])[name]

    def value(self, row: int, name: str) -> int:
        """One column of the worker in a row, or the id."""
        if name == "id":
            return self.ids.number(row)
        if name in (OF_OWNERS, OF_OTHERS) and (self.activity[row] == OWN_BUSINESS) != (name == OF_OWNERS):
            return 0
        return int(read_field(_PLACES[name], self._words(name)[row]))

    def __getitem__(self, chosen: Any) -> Any:
        if isinstance(chosen, (int, np.integer)):
            row = range(len(self))[chosen]
            return worker_at(self.rows, self.states, row, self.ids.number(row))
        if isinstance(chosen, slice) and not chosen.start and chosen.step in (None, 1):
            return Workers(self.rows[chosen], self.states[chosen], self.ids)
        ids = self.id[chosen]
        return Workers(self.rows[chosen], self.states[chosen], Ids.of(ids, np.ones(len(ids), np.int64)))

    def __eq__(self, other: object) -> bool:
        """Whether both are the same workers, to the last bit."""
        return isinstance(other, Workers) and self.tobytes() == other.tobytes()

    __hash__ = None  # type: ignore[assignment]  # they change

    def copy(self) -> Workers:
        """The same workers in memory of their own."""
        return Workers(self.rows.copy(), self.states.copy(), self.ids)

    def tobytes(self) -> bytes:
        """All that is kept of them."""
        return self.rows.tobytes() + self.states.tobytes() + self.id.tobytes()

    def table(self) -> np.ndarray:
        """Ids and all columns as one structured array, a copy."""
        columns = {"id": self.id, **{name: getattr(self, name) for name in _PLACES}}
        table = np.empty(len(self), [(name, column.dtype) for name, column in columns.items()])
        for name, column in columns.items():
            table[name] = column
        return table

    def planes(self) -> dict[str, np.ndarray]:
        """Memory byte by byte, as it compresses well: rows (32, workers) and states (4, workers)."""
        return {
            name: np.ascontiguousarray(part.view(np.uint8).reshape(len(self), -1).T)
            for name, part in zip(_PARTS, self.memory, strict=True)
        }

    def fill(self, planes: dict[str, np.ndarray]) -> None:
        """Take over what ``planes`` gave of as many workers, in the first rows."""
        for name, part in zip(_PARTS, self.memory, strict=True):
            given = planes[name]
            part[: given.shape[1]].view(np.uint8).reshape(given.shape[::-1])[:] = given.T


# --- one worker as plain numbers --------------------------------------------------------------------------

_CODES = {"1": "B", "2": "H", "4": "I"}  # of unsigned numbers, by bytes


def _words() -> tuple[struct.Struct, dict[str, tuple[int, int, int, int]]]:
    """How a row and a state, one after the other, are read as unsigned words; and of each column its word,
    its first bit there, its mask, and what is to be taken off above that mask's half (0: nothing).
    """
    starts = {name: ROW_BYTES * place.part + place.offset for name, place in _PLACES.items()}
    kinds = {starts[name]: _CODES[place.kind[1]] for name, place in _PLACES.items()}
    numbers = {start: number for number, start in enumerate(sorted(kinds))}
    columns = {}
    for name, place in _PLACES.items():
        bits = place.bits or 8 * int(place.kind[1])
        span = 1 << bits if place.kind[0] == "i" else 0
        columns[name] = (numbers[starts[name]], place.shift, (1 << bits) - 1, span)
    return struct.Struct("<" + "".join(kinds[start] for start in sorted(kinds))), columns


_WORDS, _COLUMNS = _words()
assert _WORDS.size == BYTES_PER_WORKER, "a worker's bytes have gaps"


def read_worker(workers: Workers, row: int) -> dict[str, int]:
    """A worker's columns as plain numbers; 0 for what only others have."""
    words = _WORDS.unpack(workers.rows[row].tobytes() + workers.states[row].tobytes())
    found = {}
    for name, (word, shift, mask, span) in _COLUMNS.items():
        value = (words[word] >> shift) & mask
        found[name] = value - span if value > mask >> 1 and span else value
    found[_unused(found)] = 0
    return found


def write_worker(workers: Workers, row: int, columns: Mapping[str, int]) -> None:
    """Write back what ``read_worker`` gave, changed or not."""
    words = [0] * (len(_WORDS.format) - 1)
    unused = _unused(columns)
    for name, (word, shift, mask, _) in _COLUMNS.items():
        if name != unused:
            words[word] |= (columns[name] & mask) << shift
    content = _WORDS.pack(*words)
    workers.rows.view(np.uint8).reshape(-1, ROW_BYTES)[row] = np.frombuffer(content[:ROW_BYTES], np.uint8)
    workers.states[row] = int.from_bytes(content[ROW_BYTES:], "little")


def _unused(columns: Mapping[str, int]) -> str:
    """Which of the two columns that share a byte the worker does not have."""
    return OF_OTHERS if columns["activity"] == OWN_BUSINESS else OF_OWNERS

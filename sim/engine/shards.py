"""Compiled loops over workers: the month, and the claims before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.core.compiled import is_enabled, kernel, rule
from sim.core.structured import field_names, for_kernels, make_record
from sim.core.units import addresses, call_unit
from sim.core.views import read_ahead
from sim.engine.passes import (
    CLAIM,
    CLAIM_NAMES,
    CLAIM_PURPOSE,
    MONTH,
    MONTH_NAMES,
    claim_listed,
    list_claimants,
    note_rows,
)
from sim.steps.records import WORKER, block_type, sums_type
from sim.world.workers import BLOCK


# Each pass over a block is a compiled unit of its own, so that an edit compiles few of them.
@kernel
def _run_units(rows, states, first_rows, first_ids, conditions, ahead, units, blocks, listed, first, last):
    c, b = conditions[0], blocks[0]
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        own, own_states = rows[start : start + count], states[start : start + count]
        note_rows(own_states, first_rows, first_ids, c, b, count, start)
        _call_all(units, rows, states, conditions, blocks, start, count)
        if len(listed) > 0:
            list_claimants(own, own_states, c, b, ahead, listed, count, start)


@kernel
def _rehearse_units(
    rows, states, first_rows, first_ids, conditions, units, blocks, spare, spare_states, first, last
):
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        spare[:count] = rows[start : start + count]
        spare_states[:count] = states[start : start + count]
        note_rows(spare_states[:count], first_rows, first_ids, conditions[0], blocks[0], count, start)
        _call_all(units, spare, spare_states, conditions, blocks, 0, count)


@kernel
def _claim_units(rows, states, first_rows, first_ids, conditions, units, blocks, first, last):
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        own_states = states[start : start + count]
        note_rows(own_states, first_rows, first_ids, conditions[0], blocks[0], count, start)
        _call_all(units, rows, states, conditions, blocks, start, count)


@rule
def _call_all(units, rows, states, conditions, blocks, start, count):
    """Call units for the rows of a block, and read the next block's rows meanwhile: steps need them here and
    there, which memory is slow to give.
    """
    own, own_states, each = (
        rows[start : start + count],
        states[start : start + count],
        BLOCK // len(units) + 1,
    )
    for n in range(len(units)):
        status = call_unit(
            units[n],
            own.ctypes.data,
            own_states.ctypes.data,
            conditions.ctypes.data,
            blocks.ctypes.data,
            count,
        )
        if status != 0:
            raise RuntimeError("a step of the month failed")
        for k in range(0, each, 2):
            read_ahead(rows, start + BLOCK + n * each + k)


def _run_rows(rows, states, first_rows, first_ids, conditions, ahead, blocks, listed, first, last) -> None:
    """Live the month of the rows from ``first`` to before ``last``."""
    ids = first_rows, first_ids
    if is_enabled():
        units = addresses("sim.engine.passes:MONTH", MONTH, MONTH_NAMES, (rows, states, conditions, blocks))
        _run_units(rows, states, *ids, conditions, ahead, units, blocks, listed, first, last)
        return
    c, b = conditions[0], blocks[0]
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        own, own_states = rows[start : start + count], states[start : start + count]
        note_rows(own_states, *ids, c, b, count, start)
        for run in MONTH:
            run(own, own_states, c, b, count)
        if len(listed) > 0:
            list_claimants(own, own_states, c, b, ahead, listed, count, start)


def _rehearse_rows(rows, states, first_rows, first_ids, conditions, blocks, spare, first, last) -> None:
    """Add up the month of the rows from ``first`` to before ``last``, who live it in a copy of each block.

    spare: memory for a block, which is left as it falls.
    """
    ids = first_rows, first_ids
    if is_enabled():
        units = addresses("sim.engine.passes:MONTH", MONTH, MONTH_NAMES, (rows, states, conditions, blocks))
        _rehearse_units(rows, states, *ids, conditions, units, blocks, *spare, first, last)
        return
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        own, own_states = rows[start : start + count].copy(), states[start : start + count].copy()
        note_rows(own_states, *ids, conditions[0], blocks[0], count, start)
        for run in MONTH:
            run(own, own_states, conditions[0], blocks[0], count)


def _count_claims(rows, states, first_rows, first_ids, conditions, blocks, first, last) -> None:
    """Enter the claims of the rows from ``first`` to before ``last``."""
    ids = first_rows, first_ids
    if is_enabled():
        units = addresses("sim.engine.passes:CLAIM", CLAIM, CLAIM_NAMES, (rows, states, conditions, blocks))
        _claim_units(rows, states, *ids, conditions, units, blocks, first, last)
        return
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        own, own_states = rows[start : start + count], states[start : start + count]
        note_rows(own_states, *ids, conditions[0], blocks[0], count, start)
        for run in CLAIM:
            run(own, own_states, conditions[0], blocks[0], count)


@kernel
def _count_listed_claims(rows, states, conditions, blocks, listed):
    claim_listed(rows, states, conditions[0], blocks[0], listed)


_HEADROOM = 1.25  # next month's chance of claiming may rise by as much before the list is in vain
QUOTA_CLAIMS = (
    "points",
    "points_without_levers",
)  # what is added up before the month; the other sums are the month's
BUDGET_CLAIMS = ("claims", "claimed")  # needed only where a lever has a budget, and large


_PIECES = 64  # by thread and pass: a thread that is held up leaves the others more of them
_LEAST_PIECE = 4 * BLOCK  # rows; smaller ones are not worth a call


class Shards:
    """Rows shared out over threads in pieces of whole blocks. Sums are whole numbers, so any will do."""

    def __init__(self, threads: int, places: int):
        kind = block_type(places)
        self.sums = field_names(sums_type(places))
        self.blocks = [make_record(kind) for _ in range(max(threads, 1))]
        self._plain = [for_kernels(block, kind) for block in self.blocks]
        self._of_month = tuple(name for name in self.sums if name not in QUOTA_CLAIMS + BUDGET_CLAIMS)
        self._pool = ThreadPoolExecutor(len(self.blocks)) if len(self.blocks) > 1 else None
        self._unlisted = [np.zeros((0, 2), np.uint32) for _ in self.blocks]
        self._listed, self._listed_for = self._unlisted, -1  # claimants of a month, by shard
        self._ahead = np.zeros(3, np.int64)
        self._with_claims = np.arange(places)  # whose queues may hold claims

    def run_month(
        self,
        memory: tuple[np.ndarray, ...],
        conditions: np.ndarray,
        rows: int,
        keys_ahead: np.ndarray | None = None,
        has_budgets: bool = False,
    ) -> np.record:
        """Run the month for the first ``rows`` workers; returns the summed block.

        memory: their rows and states, and the stretches of their ids (``Workers.memory`` and ``ids``).
        has_budgets: whether claims on budgets are added up too.

        keys_ahead: of next month's draws (``sim.core.draws.month_keys``), where quotas are likely to be
        claimed then: the claimants are listed on the way, and ``count_claims`` need not look for them.
        """
        sums = self._of_month + (BUDGET_CLAIMS if has_budgets else ())
        self.clear(has_budgets)
        self._begin_list(conditions[0], rows, keys_ahead)
        parts: list[tuple] = list(zip(self._plain, self._listed, strict=True))
        self._run(_run_rows, parts, sums, rows, *memory, conditions, self._ahead)
        return self.blocks[0][0]

    def rehearse_month(
        self, memory: tuple[np.ndarray, ...], conditions: np.ndarray, rows: int, has_budgets: bool = False
    ) -> None:
        """Add up what ``run_month`` would, and leave the workers as they are; takes as long."""
        sums = self._of_month + (BUDGET_CLAIMS if has_budgets else ())
        self.clear(has_budgets)
        spare = [tuple(np.empty(BLOCK, part.dtype) for part in memory[:2]) for _ in self._plain]
        parts: list[tuple] = list(zip(self._plain, spare, strict=True))
        self._run(_rehearse_rows, parts, sums, rows, *memory, conditions)

    def count_claims(
        self,
        memory: tuple[np.ndarray, ...],
        conditions: np.ndarray,
        rows: int,
        has_quota: np.ndarray,
    ) -> None:
        """Count who would use a place in a settlement quota this month.

        has_quota: (places,), where there is one. Few places have, and the queues of all are large: the others
        are left alone.
        """
        self._clear_claims()
        self._with_claims = np.flatnonzero(has_quota)
        if self._has_listed_all(conditions[0]):
            parts: list[tuple] = list(zip(self._plain, self._listed, strict=True))
            self._at_once([(_count_listed_claims, *memory[:2], conditions, *part) for part in parts])
        else:
            parts = [(block,) for block in self._plain]
            self._spread(_count_claims, parts, rows, *memory, conditions)
        for name in QUOTA_CLAIMS:
            total = self._plain[0][name][0]
            for block in self._plain[1:]:
                total[self._with_claims] += block[name][0][self._with_claims]

    def _clear_claims(self) -> None:
        for block in self._plain:
            for name in QUOTA_CLAIMS:
                block[name][0][self._with_claims] = 0

    def _begin_list(self, c: np.void, rows: int, keys_ahead: np.ndarray | None) -> None:
        if keys_ahead is None:
            self._listed, self._listed_for = self._unlisted, -1
            return
        room = rows // (16 * len(self.blocks)) + BLOCK  # for many times those who get round to it
        if len(self._listed[0]) < room:
            self._listed = [np.zeros((room, 2), np.uint32) for _ in self.blocks]
        for listed in self._listed:
            listed[0, 0] = 0
        self._listed_for = int(c["month"]) + 1
        self._ahead[:] = *keys_ahead[CLAIM_PURPOSE], int(_HEADROOM * _highest_claim_draw(c))

    def _has_listed_all(self, c: np.void) -> bool:
        """Whether all who can claim something this month were listed at the end of the month before."""
        return bool(
            c["month"] == self._listed_for
            and _highest_claim_draw(c) <= self._ahead[2]
            and all(listed[0, 0] < len(listed) for listed in self._listed)
        )

    def count(self, loop: Callable, kind: np.dtype, rows: int, *arguments) -> np.record:
        """A record of sums over all rows: ``loop(*arguments, sums, first row, last row)``."""
        parts = [make_record(kind) for _ in self.blocks]
        self._run(loop, [(for_kernels(part, kind),) for part in parts], field_names(kind), rows, *arguments)
        return parts[0][0]

    def each(self, loop: Callable, rows: int, *arguments) -> None:
        """``loop(*arguments, first row, last row)`` until all rows are done."""
        self._spread(loop, [()] * len(self.blocks), rows, *arguments)

    def clear(self, has_budgets: bool = False) -> None:
        """Set the month's sums to zero. has_budgets: those of claims on budgets too."""
        self._clear(self._of_month)
        if has_budgets:
            self._clear(BUDGET_CLAIMS)

    def _clear(self, names: tuple[str, ...]) -> None:
        for block in self._plain:
            _bytes_of(block, names).fill(0)

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def _run(self, loop: Callable, parts: list[tuple], names: tuple[str, ...], rows: int, *arguments) -> None:
        """``loop(*arguments, *part, first row, last row)`` for each part; a part begins with its sums."""
        self._spread(loop, parts, rows, *arguments)
        _add_up(parts, names)

    def _spread(self, loop: Callable, parts: list[tuple], rows: int, *arguments) -> None:
        pieces = _pieces(rows, len(parts))
        if len(pieces) == 1:
            loop(*arguments, *parts[0], *pieces[0])
        else:
            waiting = iter(pieces)  # each thread takes the next as soon as it is free
            self._at_once([(_take_pieces, waiting, loop, *arguments, *part) for part in parts])

    def _at_once(self, jobs: list[tuple]) -> None:
        """Each job is a function and its arguments."""
        if self._pool is None:
            for job in jobs:
                job[0](*job[1:])
            return
        for running in [self._pool.submit(*job) for job in jobs]:
            running.result()


def _take_pieces(pieces: Iterator[tuple[int, int]], loop: Callable, *arguments) -> None:
    for first, last in pieces:
        loop(*arguments, first, last)


def _add_up(parts: list[tuple], names: tuple[str, ...]) -> None:
    """Add the sums of all parts up in the first one's; a part begins with its sums."""
    total = parts[0][0]
    for name in names:
        for other, *_ in parts[1:]:
            total[name] += other[name]


def _bytes_of(records: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """The memory of fields that lie one after another: many small arrays are slow to clear one by one."""
    fields = records.dtype.fields
    assert fields is not None, f"{records.dtype} is no record"
    first, (last_kind, start) = fields[names[0]][1], fields[names[-1]][:2]
    return records.view(np.uint8)[first : start + last_kind.itemsize]


def _highest_claim_draw(c: np.void) -> int:
    """Who draws more than this for registering claims no place in a quota this month."""
    return int(float(c["upper_bound"][WORKER.settlement_registration_probability]) * 4294967296.0) + 1


def _pieces(rows: int, threads: int) -> list[tuple[int, int]]:
    if threads == 1:
        return [(0, rows)]
    blocks = max(_LEAST_PIECE, rows // (_PIECES * threads)) // BLOCK
    edges = [*range(0, rows, BLOCK * blocks), rows]
    return list(zip(edges[:-1], edges[1:], strict=True))

"""Compiled loops over workers: the month, and the claims before it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.compiled import kernel
from sim.month import claim_block, run_block
from sim.steps.conditions import BLOCK, block_type, make_record, sums_type


@kernel
def _run_rows(workers, conditions, blocks, first, last):
    for start in range(first, last, BLOCK):
        run_block(workers, conditions[0], blocks[0], start, min(start + BLOCK, last))


@kernel
def _count_claims(workers, conditions, blocks, first, last):
    for start in range(first, last, BLOCK):
        claim_block(workers, conditions[0], blocks[0], start, min(start + BLOCK, last))


class Shards:
    """Rows shared out over threads in whole blocks. Sums are whole numbers, so the split is free."""

    def __init__(self, threads: int, places: int):
        self.sums = sums_type(places).names
        self.blocks = [make_record(block_type(places)) for _ in range(max(threads, 1))]
        self._views = [block[name] for block in self.blocks for name in self.sums]
        self._pool = ThreadPoolExecutor(len(self.blocks)) if len(self.blocks) > 1 else None

    def run_month(self, workers: np.recarray, conditions: np.recarray, rows: int) -> np.record:
        """Run the month for the first ``rows`` workers; returns the summed block."""
        self.clear()
        return self._run(_run_rows, self.blocks, self.sums, rows, workers, conditions)

    def count_claims(self, workers: np.recarray, conditions: np.recarray, rows: int) -> np.record:
        """Count who would use a rationed lever or a quota place this month."""
        self.clear()
        return self._run(_count_claims, self.blocks, self.sums, rows, workers, conditions)

    def count(self, loop: Callable, kind: np.dtype, rows: int, *arguments) -> np.record:
        """Add up a record of sums over all rows: ``loop(*arguments, sums, first row, last row)``."""
        return self._run(loop, [make_record(kind) for _ in self.blocks], kind.names, rows, *arguments)

    def clear(self) -> None:
        """Set all sums to zero."""
        for view in self._views:
            view.fill(0)

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def _run(self, loop: Callable, sums: list[np.recarray], names: tuple[str, ...], rows: int,
             *arguments) -> np.record:
        if self._pool is None or rows < 4 * BLOCK:
            loop(*arguments, sums[0], 0, rows)
            return sums[0][0]
        jobs = [
            self._pool.submit(loop, *arguments, part, first, last)
            for part, (first, last) in zip(sums, _shares(rows, len(sums)), strict=True)
        ]
        for job in jobs:
            job.result()
        for name in names:
            for other in sums[1:]:
                sums[0][name] += other[name]
        return sums[0][0]


def _shares(rows: int, parts: int) -> list[tuple[int, int]]:
    blocks = -(-rows // BLOCK)
    edges = [min(rows, BLOCK * (blocks * part // parts)) for part in range(parts)] + [rows]
    return list(zip(edges[:-1], edges[1:], strict=True))

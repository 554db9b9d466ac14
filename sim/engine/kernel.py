"""Compiled loops over workers: the month, and the claims before it."""

from __future__ import annotations

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
        self._pool = ThreadPoolExecutor(len(self.blocks)) if len(self.blocks) > 1 else None

    def run_month(self, workers: np.recarray, conditions: np.recarray, rows: int) -> np.record:
        """Run the month for the first ``rows`` workers; returns the summed block."""
        return self._run(_run_rows, workers, conditions, rows)

    def count_claims(self, workers: np.recarray, conditions: np.recarray, rows: int) -> np.record:
        """Count who would use a rationed lever or a quota place this month."""
        return self._run(_count_claims, workers, conditions, rows)

    def clear(self) -> None:
        """Set all sums to zero."""
        for block in self.blocks:
            for name in self.sums:
                block[name].fill(0)

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def _run(self, loop, workers: np.recarray, conditions: np.recarray, rows: int) -> np.record:
        self.clear()
        first = self.blocks[0]
        if self._pool is None or rows < 4 * BLOCK:
            loop(workers, conditions, first, 0, rows)
            return first[0]
        jobs = [
            self._pool.submit(loop, workers, conditions, block, start, stop)
            for block, (start, stop) in zip(self.blocks, _shares(rows, len(self.blocks)), strict=True)
        ]
        for job in jobs:
            job.result()
        for name in self.sums:
            for other in self.blocks[1:]:
                first[name] += other[name]
        return first[0]


def _shares(rows: int, parts: int) -> list[tuple[int, int]]:
    blocks = -(-rows // BLOCK)
    edges = [min(rows, BLOCK * (blocks * part // parts)) for part in range(parts)] + [rows]
    return list(zip(edges[:-1], edges[1:], strict=True))

"""Compiled loops over workers: the month, and the claims before it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.compiled import kernel
from sim.month import claim_block, run_block
from sim.steps.conditions import BLOCK, block_type, for_kernels, make_record, sums_type


@kernel
def _run_rows(workers, conditions, blocks, first, last):
    for start in range(first, last, BLOCK):
        run_block(workers, conditions[0], blocks[0], start, min(start + BLOCK, last))


@kernel
def _count_claims(workers, conditions, blocks, first, last):
    for start in range(first, last, BLOCK):
        claim_block(workers, conditions[0], blocks[0], start, min(start + BLOCK, last))


CLAIMS = ("tickets", "points")  # what is added up before the month; the other sums are the month's


class Shards:
    """Rows shared out over threads in whole blocks. Sums are whole numbers, so the split is free."""

    def __init__(self, threads: int, places: int):
        kind = block_type(places)
        self.sums = sums_type(places).names
        self.blocks = [make_record(kind) for _ in range(max(threads, 1))]
        self._plain = [for_kernels(block, kind) for block in self.blocks]
        self._of_month = tuple(name for name in self.sums if name not in CLAIMS)
        self._pool = ThreadPoolExecutor(len(self.blocks)) if len(self.blocks) > 1 else None

    def run_month(self, workers: np.ndarray, conditions: np.ndarray, rows: int) -> np.record:
        """Run the month for the first ``rows`` workers; returns the summed block."""
        self.clear()
        self._run(_run_rows, self._plain, self._of_month, rows, workers, conditions)
        return self.blocks[0][0]

    def count_claims(self, workers: np.ndarray, conditions: np.ndarray, rows: int,
                     sums: tuple[str, ...] = CLAIMS) -> None:
        """Count who would use a rationed lever or a quota place this month; ``sums``: what is asked."""
        self.clear(sums)
        self._run(_count_claims, self._plain, sums, rows, workers, conditions)

    def count(self, loop: Callable, kind: np.dtype, rows: int, *arguments) -> np.record:
        """A record of sums over all rows: ``loop(*arguments, sums, first row, last row)``."""
        parts = [make_record(kind) for _ in self.blocks]
        self._run(loop, [for_kernels(part, kind) for part in parts], kind.names, rows, *arguments)
        return parts[0][0]

    def clear(self, names: tuple[str, ...] | None = None) -> None:
        """Set sums to zero: those of the month, if not told which."""
        for block in self._plain:
            for name in self._of_month if names is None else names:
                block[name].fill(0)

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def _run(self, loop: Callable, sums: list[np.ndarray], names: tuple[str, ...], rows: int,
             *arguments) -> None:
        if self._pool is None or rows < 4 * BLOCK:
            loop(*arguments, sums[0], 0, rows)
            return
        jobs = [
            self._pool.submit(loop, *arguments, part, first, last)
            for part, (first, last) in zip(sums, _shares(rows, len(sums)), strict=True)
        ]
        for job in jobs:
            job.result()
        for name in names:
            for other in sums[1:]:
                sums[0][name] += other[name]


def _shares(rows: int, parts: int) -> list[tuple[int, int]]:
    blocks = -(-rows // BLOCK)
    edges = [min(rows, BLOCK * (blocks * part // parts)) for part in range(parts)] + [rows]
    return list(zip(edges[:-1], edges[1:], strict=True))

"""How net incomes of a year are spread over all workers: counted each December, read off as a few figures."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from sim.core.arithmetic import log
from sim.core.categories import EXITED
from sim.core.compiled import inlined_rule, kernel
from sim.steps.income import fill_land, year_income_with
from sim.world.worker import worker_at
from sim.world.workers import BLOCK, fill_ids

INCOME_BINS = 60
FIRST_BIN_YUAN = 1000.0
BINS_PER_LOG = 10.0  # a bin is a tenth of a log point wide
TENTH = 0.1


class Distribution(NamedTuple):
    """Net incomes of a year over all workers, in yuan of 2023; shares and the Gini coefficient in percent."""

    median: float
    lowest_tenth: float  # mean of the tenth with the lowest incomes
    highest_tenth: float
    gini: float
    poor: float  # share under the poverty line


@cache
def incomes_type() -> np.dtype:
    """Workers and their yuan by income bin, and how many are poor, as one record."""
    bins = (INCOME_BINS,)
    return np.dtype([("workers", np.int64, bins), ("yuan", np.int64, bins), ("poor", np.int64)])


@inlined_rule
def income_bin(income) -> int:
    """The bin of a net income of a year, in yuan of 2023."""
    found = int(BINS_PER_LOG * log(max(income, 1.0) / FIRST_BIN_YUAN) + 1.0)
    return min(max(found, 0), INCOME_BINS - 1)


@kernel
def count_incomes(rows, states, first_rows, first_ids, conditions, sums, first, last):
    """Add the net incomes of some rows to ``sums`` (one record of ``incomes_type``)."""
    c, total, poor = conditions[0], sums[0], 0
    line = c.economy.poverty_line_yuan * c.economy.persons_per_worker
    income, land, ids = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK, np.uint32)
    bins = np.empty(BLOCK, np.int64)
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        fill_ids(first_rows, first_ids, start, count, ids)
        fill_land(c, ids, count, land)
        for k in range(count):
            income[k] = year_income_with(worker_at(rows, states, start + k, ids[k]), c, land[k])
        for k in range(count):  # apart, so that logs are taken many at a time
            bins[k] = income_bin(income[k])
        for k in range(count):
            if worker_at(rows, states, start + k, ids[k]).activity != EXITED:
                total.workers[bins[k]] += 1
                total.yuan[bins[k]] += int(income[k])
                poor += income[k] < line
    total.poor += poor


@kernel
def fill_incomes(rows, states, first_rows, first_ids, conditions, incomes, first, last):
    """Write the net income of each of some rows, in yuan of 2023, into ``incomes``."""
    c, land, ids = conditions[0], np.empty(BLOCK), np.empty(BLOCK, np.uint32)
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        fill_ids(first_rows, first_ids, start, count, ids)
        fill_land(c, ids, count, land)
        for k in range(count):
            incomes[start + k] = year_income_with(worker_at(rows, states, start + k, ids[k]), c, land[k])


def bin_edges() -> np.ndarray:
    """Edges of the income bins, yuan of 2023, (bins + 1,); the first holds all below, the last all above."""
    edges = FIRST_BIN_YUAN * np.exp((np.arange(INCOME_BINS + 1) - 1) / BINS_PER_LOG)
    edges[0], edges[-1] = 0.0, np.inf
    return edges


def distribution(counted: np.record) -> Distribution:
    """The figures of one record of ``incomes_type``; within a bin all have its mean.

    Incomes below nothing count as nothing in the Gini coefficient.
    """
    workers, yuan = counted["workers"].astype(float), counted["yuan"].astype(float)
    total = max(workers.sum(), 1.0)
    mean = np.divide(yuan, workers, out=np.zeros_like(yuan), where=workers > 0)
    up_to = np.concatenate([[0.0], np.cumsum(workers)]) / total
    held = np.concatenate([[0.0], np.cumsum(yuan)])

    def below(share: float) -> float:
        return float(np.interp(share, up_to, held))

    lorenz = np.concatenate([[0.0], np.cumsum(np.maximum(yuan, 0.0))])
    area = np.sum((lorenz[1:] + lorenz[:-1]) * np.diff(up_to)) / max(lorenz[-1], 1.0)
    middle = int(np.searchsorted(up_to[1:], 0.5))
    edges = bin_edges()
    inside = (0.5 - up_to[middle]) / max(up_to[middle + 1] - up_to[middle], 1e-12)
    upper = edges[middle + 1] if np.isfinite(edges[middle + 1]) else mean[middle]
    return Distribution(
        float(edges[middle] + inside * (upper - edges[middle])),
        below(TENTH) / (TENTH * total),
        (held[-1] - below(1.0 - TENTH)) / (TENTH * total),
        100.0 * (1.0 - float(area)),
        100.0 * float(counted["poor"]) / total,
    )

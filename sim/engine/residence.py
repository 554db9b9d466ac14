"""The five-year moves of a run: where its workers lived at the end of two months."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.categories import EXITED
from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.core.months import month_text
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation, checked_month
from sim.scenario.scenario import Scenario
from sim.world.places import HOMES


def simulate_moves(
    scenario: Scenario | str | Path,
    start: Any = "2014-11",
    end: Any = "2019-11",
    *,
    scale: int | str = 5000,
    seed: int = 0,
    threads: int = 2,
    progress: Callable[[int, int], None] | None = None,
    cache: RunCache | None = None,
) -> np.ndarray:
    """Persons by province of residence at the end of ``start`` (rows) and of ``end`` (columns), (31, 31).

    Counted are workers in the labour force at both ends, the settled included, and those who entered
    between, who lived at home before. The months are text or dates. Who left the labour force is not
    counted: the model does not follow them. A home visit is no change of residence. cache: what the run
    shares with others that are passed the same one. Raises UsageError for impossible months.
    """
    first, last = checked_month("from", start), checked_month("to", end)
    start, end = month_text(first), month_text(last)
    if last <= first:
        raise UsageError(
            Problem(
                _("the second date must lie after the first"),
                key="to",
                value=end,
                allowed=_("later than {start}", start=start),
            )
        )
    if progress is not None:
        progress(0, last + 1)
    run = Simulation(scenario, scale, end, seed, threads, cache=cache)
    try:
        for month in range(last + 1):
            run.step()
            if month == first:
                before, ids = _residence(run), run.workers.id[: run.rows].copy()
            if progress is not None:
                progress(month + 1, last + 1)
    finally:
        run.close()
    now, rows = _residence(run), len(before)
    if not np.array_equal(run.workers.id[:rows], ids):
        raise AssertionError("workers changed their rows within a run")
    then = np.concatenate([before, run.workers.home[rows : run.rows].astype(np.int64)])
    counted = (run.workers.activity[: run.rows] != EXITED) & (then >= 0)
    table = np.zeros((HOMES, HOMES))
    np.add.at(table, (then[counted], now[counted]), float(run.scale))
    return table


def _residence(run: Simulation) -> np.ndarray:
    """Province of residence by row; -1 for those who have left the labour force."""
    workers = run.workers[: run.rows]
    province = run.places.province[workers.place]
    return np.where(workers.activity == EXITED, -1, province)

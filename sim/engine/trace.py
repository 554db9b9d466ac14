"""Every month of chosen workers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from sim.core.errors import Problem, UsageError
from sim.core.months import month_text
from sim.engine.simulation import Simulation
from sim.results.columns import TABLES, empty_table
from sim.world.synthesis import ENTRANT_BIT
from sim.world.worker import COLUMNS


class Tracer:
    """Every column of chosen workers, every month."""

    def __init__(self, run: Simulation, ids: Iterable[int]):
        self._run, self.ids = run, [int(i) for i in ids]
        self._rows: list[list[Any]] = []
        alive = set(run.workers.id[: run.rows].tolist())
        unknown = [worker for worker in self.ids if worker not in alive and not _may_enter(worker, run)]
        if unknown:
            raise UsageError(
                Problem(
                    "no worker with this id at this scale",
                    key="trace",
                    value=unknown[0],
                    allowed=f"such as {', '.join(map(str, run.workers.id[:3]))}",
                )
            )

    def add_month(self, month: int) -> None:
        for worker in self.ids:
            for row in np.flatnonzero(self._run.workers.id[: self._run.rows] == worker):
                values = [getattr(self._run.workers, column.name)[row].item() for column in COLUMNS]
                self._rows.append([month_text(month), *values])

    def table(self) -> pd.DataFrame:
        if not self._rows:
            return empty_table("traces", TABLES["traces"])
        return pd.DataFrame(self._rows, columns=["month", *(column.name for column in COLUMNS)])

    def warnings(self) -> list[str]:
        """Which workers never were in the labour force, whose rows one may look for in vain."""
        place = 1 + [column.name for column in COLUMNS].index("id")
        missing = sorted(set(self.ids) - {row[place] for row in self._rows})
        return [f"no worker with the id {worker} entered during the run" for worker in missing]


def _may_enter(worker: int, run: Simulation) -> bool:
    """Whether a worker with this id could enter during the run: the id of an entrant holds the month."""
    return bool(worker & ENTRANT_BIT) and run.month <= (worker ^ ENTRANT_BIT) >> 22 <= run.last

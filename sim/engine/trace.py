"""Every month of chosen workers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from sim.core.errors import Problem, UsageError
from sim.core.months import month_text
from sim.engine.simulation import Simulation
from sim.world.worker import COLUMNS


class Tracer:
    """Every column of chosen workers, every month."""

    def __init__(self, run: Simulation, ids: Iterable[int]):
        self._run, self.ids = run, [int(i) for i in ids]
        self._rows: list[list[Any]] = []

    def add_month(self, month: int) -> None:
        for worker in self.ids:
            for row in np.flatnonzero(self._run.workers.id[: self._run.rows] == worker):
                values = [getattr(self._run.workers, column.name)[row].item() for column in COLUMNS]
                self._rows.append([month_text(month), *values])

    def table(self) -> pd.DataFrame:
        known = set(int(i) for i in self._run.workers.id[: self._run.rows])
        missing = [worker for worker in self.ids if worker not in known]
        if missing:
            raise UsageError(
                Problem(
                    "no worker with this id at this scale",
                    key="trace",
                    value=missing[0],
                    allowed=f"such as {', '.join(map(str, self._run.workers.id[:3]))}",
                )
            )
        return pd.DataFrame(self._rows, columns=["month", *(column.name for column in COLUMNS)])

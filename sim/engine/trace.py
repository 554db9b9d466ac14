"""Every month of chosen workers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from sim.core.errors import Problem, UsageError
from sim.core.language import _
from sim.core.months import month_text
from sim.engine.interpreted import copy_row
from sim.engine.simulation import Simulation
from sim.results.columns import TABLES, empty_table
from sim.world.worker import COLUMNS


class Tracer:
    """Every column of chosen workers, every month."""

    def __init__(self, run: Simulation, ids: Iterable[int]):
        self._run, self.ids = run, [int(i) for i in ids]
        self._rows: list[dict[str, Any]] = []
        known = run.workers.ids  # of all who enter up to the last month, too
        unknown = [worker for worker in self.ids if known.row_of(worker) < 0]
        if unknown:
            raise UsageError(
                Problem(
                    _("no worker with this id at this scale, or none who enters before the run ends"),
                    key="trace",
                    value=unknown[0],
                    allowed=_("such as {names}", names=", ".join(map(str, known.numbers(3)))),
                )
            )

    def add_month(self, month: int) -> None:
        for worker in self.ids:
            row = self._run.workers.ids.row_of(worker)
            if 0 <= row < self._run.rows:
                self._rows.append({"month": month_text(month), **vars(copy_row(self._run.workers, row))})

    def table(self) -> pd.DataFrame:
        if not self._rows:
            return empty_table("traces", TABLES["traces"])
        return pd.DataFrame(self._rows, columns=["month", "id", *(column.name for column in COLUMNS)])

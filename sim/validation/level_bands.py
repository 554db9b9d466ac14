"""How sure a forecast of a level is today: bands from what the stored backtest's forecasts were off by.

Their errors hold all that can go wrong with a level: parameters, sampling, outside series, shocks that nobody
foresaw, and the form of the model. They were seen one and two years ahead; beyond that they are carried on by
the power with which they grew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.core.errors import ResultsError
from sim.validation.forecast_bands import SAMPLING, Discrepancies
from sim.validation.forecast_scores import errors_by, stored_forecasts
from sim.validation.forecasts import official_values, subject_of
from sim.world.data import Data


@dataclass(frozen=True)
class LevelBands:
    """``tolerance`` of the last figure of each series, in the unit of its errors (percent or its own)."""

    errors: Discrepancies
    tolerance: dict[tuple[str, str], float]

    def reach(self, indicator: str, group: str, years_ahead: int) -> float:
        """From the middle of the 90 % band to either end, in percent of the figure or its own unit; nothing
        (NaN) of a series that no forecast was made of."""
        size = self.tolerance.get((indicator, group), np.nan)
        if years_ahead < 1:
            return 0.0
        subject = subject_of(indicator)
        sd = float(np.hypot(self.errors.sd(indicator, subject, years_ahead), SAMPLING))
        return self.errors.quantile(subject) * sd * size


def level_bands(data: Data, rows: pd.DataFrame | None = None) -> LevelBands | None:
    """The bands from the scored forecasts of a backtest, by default the stored one. None where none is stored
    or nothing was scored."""
    if rows is None:
        try:
            rows = stored_forecasts()
        except ResultsError:
            return None
    errors = pd.concat(
        [errors_by(part, f"from {origin}").assign(explained=0.0) for origin, part in rows.groupby("origin")]
    )
    last = rows.loc[rows["origin"].idxmax(), "power"]
    found = Discrepancies.found(errors, float(last))
    if found is None:
        return None
    official = official_values(data).groupby(["indicator", "group"], sort=False)["tolerance"].last()
    return LevelBands(found, {(str(one), str(other)): float(size) for (one, other), size in official.items()})

"""What was expected of output at the end of a year, and how wrong such expectations had been by then.

The forecasts are published ones (``sim/data/growth_forecasts.csv``). Whoever asks for the outlook of a year
sees no forecast of a later one, and no outturn of a later year.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.world.data import PACKAGED_FOLDER

PUBLISHED = PACKAGED_FOLDER / "growth_forecasts.csv"
_FEWEST_ERRORS = 3  # that a spread is taken from


@dataclass(frozen=True)
class Outlook:
    """``growth``: of real output in each year ahead, as shares; none where nobody said so. ``sd``: the root
    mean square of what earlier forecasts of the next year were off by, a share a year.
    """

    growth: tuple[float, ...]
    sd: float

    @property
    def slower(self) -> tuple[float, ...]:
        """Growth a standard deviation below what is expected, in every year ahead."""
        return tuple(rate - self.sd for rate in self.growth)


def outlook_at(year: int, path: Path | None = None) -> Outlook:
    """The outlook at the end of a year."""
    table = pd.read_csv(path or PUBLISHED)
    own = table[table["made_in"] == year].sort_values("for_year")
    past = table[(table["for_year"] == table["made_in"] + 1) & (table["for_year"] <= year)]
    errors = ((past["growth"] - past["outturn"]) / 100.0).dropna()
    sd = float(np.sqrt((errors**2).mean())) if len(errors) >= _FEWEST_ERRORS else 0.0
    return Outlook(tuple((own["growth"] / 100.0).tolist()), sd)

"""How far a run is from the last official figures, and what of that came with the survey's new sample."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd

from sim.validation.official_figures import sampling_tolerances
from sim.validation.targets import NEW_SAMPLE
from sim.validation.tolerances import Survey

HEADLINES = (
    ("migrant_workers", "total"),
    ("migrant_workers", "local"),
    ("migrant_workers", "out"),
    ("monthly_income", "all"),
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A level of the last official year: the model less the official figure, in percent of it.

    ``tolerance`` is the sampling error of such a level (95 %, percent). ``jump`` is by how many points it
    moved from the last year of the old sample to the first of the new one; NaN where that is not known.
    """

    indicator: str
    group: str
    year: int
    error: float
    tolerance: float
    jump: float

    @property
    def is_off(self) -> bool:
        """Whether the gap is more than the sampling error."""
        return abs(self.error) > self.tolerance

    @property
    def is_jump(self) -> bool:
        """Whether the new sample moved it by more than two samples differ by chance."""
        return abs(self.jump) > sqrt(2.0) * self.tolerance


def last_gaps(rows: pd.DataFrame, survey: Survey) -> list[Gap]:
    """The gaps of ``HEADLINES`` in the last official year, from the rows of a ``Validation``."""
    found = []
    for indicator, group in HEADLINES:
        own = rows[(rows["indicator"] == indicator) & (rows["group"] == group) & (rows["note"] == "")]
        if own.empty:
            continue
        errors, last = own.set_index("year")["error"], own.loc[own["year"].idxmax()]
        is_new = last["year"] >= NEW_SAMPLE
        tolerance = sampling_tolerances(own, survey)[last.name]
        jump = errors.get(NEW_SAMPLE, np.nan) - errors.get(NEW_SAMPLE - 1, np.nan) if is_new else np.nan
        found.append(
            Gap(indicator, group, int(last["year"]), float(last["error"]), float(tolerance), float(jump))
        )
    latest = max((gap.year for gap in found), default=0)
    return [gap for gap in found if gap.year == latest]

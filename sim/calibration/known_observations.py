"""What parameters are fitted to at an origin of a backtest: fitted targets and facts, as far as known then.

They are read like those of a calibration (``sim.calibration.observations``), from figures by year instead of
whole runs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calibration.observations import CHANGE, FACT, LEVEL, RECENT, YEARS_FOR_A_CHANGE
from sim.validation.forecasts import official_values
from sim.validation.targets import FIRST_YEAR, NEW_SAMPLE, Target, read_targets
from sim.validation.tolerances import Survey
from sim.world.data import Data


def fitted_facts(data: Data) -> list[Target]:
    """The stylised facts that a calibration uses."""
    return [target for target in read_targets(data, "stylised_fact") if target.fitted]


@dataclass(frozen=True)
class KnownObservation:
    """One number that a run is judged by: the mean error over years (``level``), or the last less the first.

    ``official``: by year. ``column``: of the figures. ``in_percent``: errors are percent of the official
    figure.
    """

    name: str
    sd: float
    column: int
    years: tuple[int, ...]
    official: tuple[float, ...]
    in_percent: bool
    is_level: bool

    def error(self, values: np.ndarray) -> np.ndarray:
        """Errors of runs, (points, seeds), whose figures are (points, seeds, years, columns)."""
        official = np.array(self.official)
        found = values[:, :, [year - FIRST_YEAR for year in self.years], self.column]
        gap = found - official
        gap = 100.0 * gap / official if self.in_percent else gap
        return gap.mean(axis=2) if self.is_level else gap[:, :, -1] - gap[:, :, 0]


def known_observations(known: Data, origin: int) -> list[KnownObservation]:
    """What the parameters are fitted to at an origin: the fitted targets and facts, as far as known then."""
    targets = read_targets(known)
    official = official_values(known)
    official = official[official["year"] <= origin]
    by_name = dict(tuple(official.groupby(["indicator", "group"], sort=False)))
    of_a_year = Survey.read(known.survey).over_a_year()  # most households are asked in both years
    found = []
    for column, target in enumerate(targets):
        series = by_name.get((target.indicator, target.group))
        if not target.fitted or series is None:
            continue
        years, values = series["year"].to_numpy(), series["value"].to_numpy(float)
        in_percent, sd = series["error_unit"].iloc[-1] == "percent", target.discrepancy / 2.0
        for is_new in (False, True):
            part = (years >= NEW_SAMPLE) == is_new
            own = tuple(years[part].tolist()), tuple(values[part].tolist())
            if not is_new and part.any():
                found.append(KnownObservation(f"{target.id}:{LEVEL}", sd, column, *own, in_percent, True))
            if part.any() and own[0][-1] - own[0][0] >= (1 if is_new else YEARS_FOR_A_CHANGE):
                kind, factor = (RECENT, of_a_year) if is_new else (CHANGE, 1.0)
                found.append(
                    KnownObservation(f"{target.id}:{kind}", factor * sd, column, *own, in_percent, False)
                )
    for number, fact in enumerate(fitted_facts(known)):
        if int(fact.year[-4:]) <= origin:  # a figure of the whole run, kept with each of its years
            found.append(
                KnownObservation(
                    f"{fact.id}:{FACT}", fact.discrepancy / 2.0, len(targets) + number,
                    (FIRST_YEAR,), (fact.value,), False, True,
                )
            )  # fmt: skip
    return found

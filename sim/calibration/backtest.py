"""Rolling origins: fitted to the years up to an origin alone, the model forecasts the years after it.

At each origin the input data are those of the time (``sim.world.vintage``): output goes on as the IMF
expected then (``sim.calibration.outlook``); wages and rural incomes at the mean growth of the five years
before, as much slower or faster; shocks that reach beyond the origin are unknown, and rules stay as they
were. Parameters are found anew from the priors of a calibration file, with fewer runs than a calibration has
(``sim.calibration.origins``). Bands learn from errors that had been seen by then
(``sim.validation.forecast_bands``), so origins are made in their order.

The test is out of sample for the parameters and not for the form of the model, which has been chosen by
people who had seen these years.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.calibration.declaration import Calibration, load_calibration
from sim.calibration.observations import YEARS_FOR_A_CHANGE
from sim.calibration.origins import Origin, Plan
from sim.core.arguments import whole_number
from sim.core.errors import Problem, UsageError, nearest
from sim.core.files import write_whole
from sim.core.language import _
from sim.parameters.posterior import versions
from sim.results.folders import MANIFEST, claimed_folder, explained
from sim.results.results import FORMAT
from sim.scenario.loading import files_in
from sim.validation.forecast_scores import NUMBERS, STORED, scored
from sim.validation.targets import FIRST_YEAR
from sim.world.data import Data, load_data

KIND = "backtest"
PRIORS = "calibration"  # the calibration, among the ready experiments, whose priors are taken


QUICK = Plan(origins=(2019, 2023), waves=(16, 8), members=8, seeds=(1,), scale="1:100000", sample=64)


@dataclass(frozen=True)
class Backtest:
    """``rows``: a forecast each, beside the official figure and the benchmarks; ``growth``: what was
    expected of the outside series at each origin; ``fits``: how well the parameters fitted there; ``about``:
    how it was made; ``failed_runs`` by stage."""

    rows: pd.DataFrame
    growth: pd.DataFrame
    fits: pd.DataFrame
    about: dict[str, Any]
    failed_runs: dict[str, int]

    def stored(self) -> pd.DataFrame:
        """The forecasts as ``sim/data/backtest.csv`` holds them, rounded to what a reader can use."""
        said = ", ".join(
            f"{name} {value}" if not isinstance(value, list) else f"{name} {' '.join(map(str, value))}"
            for name, value in self.about.items()
            if name != "origins"
        )
        kept = self.rows.assign(source=f"labor-sim backtest: {said}")[list(STORED)]
        numbers = list(NUMBERS)
        kept[numbers] = kept[numbers].map(lambda value: float(f"{value:.6g}"))
        return kept


def backtest(
    folder: str | os.PathLike,
    *,
    plan: Plan | None = None,
    calibration: Calibration | str | Path | None = None,
    jobs: int = 2,
    data: Data | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Backtest:
    """Run what is missing of a backtest in ``folder``, on ``jobs`` processes, and score it.

    ``data`` take the place of the packaged data. ``progress(stage, done, total)`` is called as runs finish.
    Raises UsageError for an impossible plan, RunsFailed where most runs of a stage failed, ResultsError where
    the folder cannot be used.
    """
    plan = plan or Plan()
    jobs = whole_number(jobs, "jobs", least=1)
    if not isinstance(calibration, Calibration):
        calibration = files_in("experiments")[PRIORS] if calibration is None else calibration
        calibration = load_calibration(calibration)
    data = data or load_data()
    origins = checked_origins(plan.origins, data)
    with claimed_folder(folder, KIND):
        with explained(folder):
            _begin(Path(folder))
        parts: list[pd.DataFrame] = []
        growth, fits, failed = [], [], {}
        for origin in origins:
            at = Origin(origin, plan, calibration, data, Path(folder), jobs, progress)
            parts.append(at.forecasts(pd.concat(parts, ignore_index=True) if parts else None))
            growth.append({"origin": origin, **vars(at.growth)})
            fits.append({"origin": origin, **at.fit})
            failed.update(at.failed_runs)
    rows = scored(pd.concat(parts, ignore_index=True), data)
    about = {
        "origins": list(origins),
        "waves": list(plan.waves),
        "members": plan.members,
        "seeds": list(plan.seeds),
        "scale": plan.scale,
        "priors": calibration.name,
        **{name: value for name, value in versions().items() if name != "targets"},
    }
    return Backtest(rows, pd.DataFrame(growth), pd.DataFrame(fits), about, failed)


def checked_origins(origins: Sequence[int], data: Data) -> tuple[int, ...]:
    """The origins, in order. Raises UsageError for one at which nothing can be fitted or scored."""
    low, high = FIRST_YEAR + YEARS_FOR_A_CHANGE - 1, int(data.official_annual["year"].max()) - 1
    for place, origin in enumerate(origins):
        if not low <= origin <= high:
            raise UsageError(
                Problem(
                    _("no origin: it needs four years of figures before it and one after it"),
                    key="origins",
                    value=origin,
                    allowed=_("{low} to {high}", low=low, high=high),
                    nearest=nearest(str(origin), [str(year) for year in range(low, high + 1)]),
                )
            )
        if origin in origins[:place]:
            raise UsageError(Problem(_("is named twice"), key="origins", value=origin))
    return tuple(sorted(origins))


def _begin(folder: Path) -> None:
    if not (folder / MANIFEST).exists():
        about = {"format": FORMAT, "kind": KIND, "name": "backtest"}
        write_whole(folder / MANIFEST, (json.dumps(about, indent=1) + "\n").encode())

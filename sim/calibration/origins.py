"""One origin of a backtest: what was known then, parameters found from it alone, and forecasts with bands.

Stages of runs, each in a folder of its own:

wave1/    points over the whole prior; an emulator learns each observation
wave2/    points where the figures known by then leave room
members/  the posterior's parameter sets, run on beyond the origin and weighted by their own errors
slower/   the same sets where the outside series grow more slowly, by what forecasts of output had been off
knowing/  the same sets with the outside series as they came, which no forecaster knew
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.calibration.declaration import Calibration
from sim.calibration.emulator import fit_emulator
from sim.calibration.known_observations import fitted_facts, known_observations
from sim.calibration.outlook import outlook_at
from sim.calibration.runs import fields_of_points, most_failed, run_points
from sim.calibration.sampler import posterior_points, spread_over, unit_points
from sim.calibration.scenario_then import scenario_at
from sim.calibration.stages import reweighted, with_discrepancy
from sim.calibration.vintage_runs import Vintage, hash_of
from sim.core.arguments import parse_scale
from sim.scenario.loading import load_scenario
from sim.validation.forecast_bands import Discrepancies, banded, line_bands
from sim.validation.forecast_scores import errors_by, scored
from sim.validation.forecasts import BENCHMARKS, benchmark_errors_then, forecasts_at, window_errors
from sim.validation.targets import FIRST_YEAR, read_targets
from sim.world.data import Data, load_data
from sim.world.vintage import as_known, expected_growth

ORIGINS = (2017, 2019, 2021, 2023)
HORIZON = 2  # years ahead that are forecast
_SOFTER = 4.0  # times the allowed variance, where the second wave looks
_KEYS = ["origin", "year", "indicator", "group"]


@dataclass(frozen=True)
class Plan:
    """How much is run: origins, points of the two waves, members, seeds, scale."""

    origins: tuple[int, ...] = ORIGINS
    waves: tuple[int, int] = (96, 64)
    members: int = 40
    seeds: tuple[int, ...] = (1, 2)
    scale: str = "1:20000"
    sample: int = 1024  # points of the posterior from which members are spread


class Origin:
    """One origin: what was known, the fit to it, and the forecasts."""

    def __init__(
        self,
        origin: int,
        plan: Plan,
        calibration: Calibration,
        data: Data,
        folder: Path,
        jobs: int,
        progress: Callable[[str, int, int], None] | None,
    ):
        self.origin, self.plan, self.calibration, self.jobs = origin, plan, calibration, jobs
        self.folder, self.progress, self.data = folder / str(origin), progress, data
        self.outlook = outlook_at(origin)
        self.known = as_known(data, origin, self.outlook.growth)
        self.today = None if data is load_data() else data
        self.growth = expected_growth(self.known, next(iter(self.outlook.growth), None))
        self._last_said = self.outlook.growth[-1] if self.outlook.growth else None
        self.names = tuple(calibration.priors)
        self.base = load_scenario(calibration.scenario)
        self.ids = [target.id for target in read_targets(self.known)]
        self.observed = known_observations(self.known, origin)
        self.failed_runs: dict[str, int] = {}
        self.fit: dict[str, float] = {}

    def forecasts(self, earlier: pd.DataFrame | None = None) -> pd.DataFrame:
        """What is expected of every series in the years ahead, with its band.

        ``earlier``: forecasts made at earlier origins, whose errors widen the bands where their figures were
        published by now.
        """
        members, weights, shares = self._members()
        ahead = list(range(self.origin + 1, self.origin + HORIZON + 1))
        years = list(range(FIRST_YEAR, self.origin + HORIZON + 1))
        found, apart = self._figures(members), self._slower(members, shares)
        table = forecasts_at(self.origin, self.known, ahead, years, found, weights, self.ids, apart)
        errors = window_errors(self.known, years[:-HORIZON], found[:, :-HORIZON], weights, self.ids)
        if earlier is not None:
            known_by_now = scored(earlier[earlier["year"] <= self.origin], self.known)
            for origin, part in known_by_now.groupby("origin"):
                errors = pd.concat([errors, errors_by(part, f"from {origin}")], ignore_index=True)
        own = Discrepancies.found(errors)
        assert own is not None, "an origin has figures before it"
        records = {name: benchmark_errors_then(self.known, name) for name in BENCHMARKS}
        table = line_bands(banded(table, own), records, tuple(BENCHMARKS))
        return table.merge(self._knowing(shares, weights, ahead, years), "left", _KEYS)

    def _slower(self, members: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """Figures of the members where output, wages and rural incomes grow a standard deviation less, and as
        expected, on the first seed: what chance does is common to both."""
        if not self.outlook.growth or self.outlook.sd == 0.0:
            return None
        slow = as_known(self.data, self.origin, self.outlook.slower)
        last = self.origin + HORIZON
        values = self._run("slower", shares, last, slow, self.outlook.slower[-1], self.plan.seeds[:1])
        kept = np.isfinite(self._figures(values)[:, 0]).any(axis=1)
        same = members[:, :1]
        return self._figures(np.where(kept[:, None, None, None], values, same)), self._figures(same)

    def _knowing(
        self, shares: np.ndarray, weights: np.ndarray, ahead: Sequence[int], years: Sequence[int]
    ) -> pd.DataFrame:
        """What the same members would have said with the outside series as they came."""
        last = min(self.origin + HORIZON, self.data.observed_to)
        known_years = [year for year in years if year <= last]
        later = self._run("knowing", shares, last, self.today)[:, :, : len(known_years)]
        kept = np.isfinite(self._figures(later)[:, 0]).any(axis=1)
        knowing = forecasts_at(
            self.origin,
            self.known,
            [year for year in ahead if year <= last],
            known_years,
            self._figures(later)[kept],
            weights[kept] / weights[kept].sum(),
            self.ids,
        )
        return knowing[[*_KEYS, "forecast"]].rename(columns={"forecast": "knowing"})

    def _members(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Figures of the members, (members, seeds, years, columns), their weights, and their points."""
        plan, calibration = self.plan, self.calibration
        dimensions, seed = len(self.names), calibration.draw_seed + self.origin
        sd = np.array([one.sd for one in self.observed])
        fitted = np.array([c for c, name in enumerate(self.names) if name in calibration.always_fitted])
        points, errors = np.empty((0, dimensions)), np.empty((0, len(sd)))
        monte_carlo, emulator = np.zeros((len(sd), len(sd))), None
        for wave, count in enumerate(plan.waves, start=1):
            if emulator is None:
                shares = unit_points(count, dimensions, seed + wave)
            else:
                softer = _SOFTER * (np.diag(sd**2) + monte_carlo)
                likelihood = emulator.log_likelihood(0.0, softer)
                shares = self._drawn(likelihood, 100 * wave, count)
            each = self._errors(self._run(f"wave{wave}", shares, self.origin, self.known, self._last_said))
            whole = np.isfinite(each).all(axis=(1, 2))
            points, errors = np.vstack([points, shares[whole]]), np.vstack([errors, each[whole].mean(axis=1)])
            if wave == 1:
                sd = with_discrepancy(sd, errors)
                monte_carlo = _monte_carlo(each[whole])
            judged = np.arange(len(points)) >= len(points) - whole.sum()
            emulator = fit_emulator(points, errors, fitted, judged)
        assert emulator is not None, "there are waves"
        allowed = np.diag(sd**2) + monte_carlo
        likelihood = emulator.log_likelihood(0.0, allowed)
        chosen = self._drawn(likelihood, 5000, plan.members)
        values = self._run("members", chosen, self.origin + HORIZON, self.known, self._last_said)
        own = self._errors(values).mean(axis=1)
        weights, power = reweighted(own, likelihood(chosen), allowed)
        kept = weights > 0
        misfit = ((own[kept] / sd) ** 2).mean(axis=1)
        self.fit = {
            "observations": len(sd),
            "members": int(kept.sum()),
            "effective_members": float(1.0 / (weights**2).sum()),
            "likelihood_power": power,
            "misfit": float(np.average(misfit, weights=weights[kept])),
            "misfit_of_prior": float(((errors[: plan.waves[0]] / sd) ** 2).mean()),
        }
        return values[kept], weights[kept] / weights[kept].sum(), chosen[kept]

    def _drawn(self, likelihood: Callable[[np.ndarray], np.ndarray], seed: int, count: int) -> np.ndarray:
        """Points of the unit cube, spread as the priors times a likelihood."""
        seed += self.calibration.draw_seed + self.origin
        found = posterior_points(likelihood, len(self.names), seed, max(self.plan.sample, count))
        return spread_over(found, count)

    def _figures(self, values: np.ndarray) -> np.ndarray:
        """Means over seeds of the targets alone, (points, years, targets)."""
        return values[..., : len(self.ids)].mean(axis=1)

    def _errors(self, values: np.ndarray) -> np.ndarray:
        """Errors on the observations, (points, seeds, observations)."""
        return np.stack([one.error(values) for one in self.observed], axis=-1)

    def _run(
        self,
        stage: str,
        shares: np.ndarray,
        last: int,
        data: Data | None,
        output: float | None = None,
        seeds: Sequence[int] = (),
    ) -> np.ndarray:
        """Figures of runs to the end of a year at points of the unit cube: (points, seeds, years from
        ``FIRST_YEAR``, targets and facts); NaN where a run failed.

        ``data``: those that are run on; of another ``observed_to`` than the origin, those of today, under the
        rules and shocks of today. ``output``: growth expected after them.
        """
        is_known = data is not None and data.observed_to == self.origin
        scenario = scenario_at(self.base, self.origin, self.known, output) if is_known else self.base
        seeds = tuple(seeds) or self.plan.seeds
        experiment = self._experiment(stage, last, data, seeds)
        values, title = self.calibration.values(shares), f"{self.origin} {stage}"
        done = run_points(experiment, values, scenario, self.folder, stage, self.jobs, self.progress, title)
        if len(done.failures):
            self.failed_runs[f"{self.origin}/{stage}"] = len(done.failures)
        count = len(values) * len(seeds)
        if len(done.failures) > count / 2:
            raise most_failed(title)
        years = range(FIRST_YEAR, last + 1)
        columns = [*self.ids, *(f"fact.{fact.id}" for fact in fitted_facts(self.known))]
        table = done.results.set_index(["run", "year"]).reindex(columns=columns)
        table = table.reindex(pd.MultiIndex.from_product([range(count), years]))
        return table.to_numpy(float).reshape(len(values), len(seeds), len(years), -1)

    def _experiment(self, stage: str, last: int, data: Data | None, seeds: Sequence[int]) -> Vintage:
        experiment = Vintage.model_validate(
            {
                "name": f"backtest-{self.origin}-{stage}",
                "title": {"en": f"Backtest from {self.origin}", "zh": f"以{self.origin}年为起点的回测"},
                "question": "What does the model expect, fitted to the years before?",
                "scenario": self.calibration.scenario,
                "period": {"from": f"{FIRST_YEAR}-01", "to": f"{last}-12"},
                "scale": parse_scale(self.plan.scale),
                "seeds": list(seeds),
                **fields_of_points(self.names, stage),
                "outside": "packaged" if data is None else hash_of(data),
            }
        )
        experiment._data = data
        return experiment


def _monte_carlo(errors: np.ndarray) -> np.ndarray:
    """Covariance of the mean error over seeds that other seeds would bring; errors: (points, seeds, obs)."""
    points, seeds, count = errors.shape
    if seeds < 2:
        return np.zeros((count, count))
    apart = (errors - errors.mean(axis=1, keepdims=True)).reshape(points * seeds, count)
    return apart.T @ apart / (points * (seeds - 1)) / seeds

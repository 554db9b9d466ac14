"""Rolling origins: fitted to the years up to an origin alone, the model forecasts the years after it.

At each origin the input data are those of the time (``sim.world.vintage``): outside series after it go on
at the mean growth of the five years before, shocks that reach beyond it are unknown, and rules stay as they
were. Parameters are found anew from the priors of a calibration file, with fewer runs than a calibration
takes:

wave1/    points over the whole prior; an emulator learns each observation
wave2/    points where the figures known by then leave room
members/  the posterior's parameter sets, run on beyond the origin and weighted by their own errors
knowing/  the same sets with the outside series as they came, which no forecaster knew

The test is out of sample for the parameters and not for the form of the model, which has been chosen by
people who had seen these years.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import PrivateAttr

from sim.calibration.declaration import Calibration, load_calibration
from sim.calibration.emulator import fit_emulator
from sim.calibration.observations import YEARS_FOR_A_CHANGE
from sim.calibration.runs import fields_of_points, most_failed, run_points
from sim.calibration.sampler import posterior_points, spread_over, unit_points
from sim.calibration.stages import reweighted, with_discrepancy
from sim.core.arguments import parse_scale, whole_number
from sim.core.errors import Problem, UsageError, nearest
from sim.core.files import write_whole
from sim.core.language import _
from sim.experiments.experiment import Experiment
from sim.parameters.posterior import versions
from sim.results.folders import MANIFEST, claimed_folder, explained
from sim.results.official import official_table
from sim.results.results import FORMAT, Results
from sim.scenario.loading import files_in, load_scenario
from sim.scenario.scenario import FutureAssumptions, Scenario
from sim.validation.forecasts import FORECASTS, STORED, forecasts_at, official_values, scored
from sim.validation.official_figures import with_ratios
from sim.validation.stylised_facts import stylised_facts_table
from sim.validation.targets import FIRST_YEAR, NEW_SAMPLE, Target, read_targets
from sim.world.data import Data, load_data
from sim.world.vintage import as_known, expected_growth

KIND = "backtest"
ORIGINS = (2017, 2019, 2021, 2023)
HORIZON = 2  # years ahead that are forecast
PRIORS = "calibration"  # the calibration, among the ready experiments, whose priors are taken
_SOFTER = 4.0  # times the allowed variance, where the second wave looks


@dataclass(frozen=True)
class Plan:
    """How much is run: origins, points of the two waves, members, seeds, scale."""

    origins: tuple[int, ...] = ORIGINS
    waves: tuple[int, int] = (96, 64)
    members: int = 40
    seeds: tuple[int, ...] = (1, 2)
    scale: str = "1:20000"
    sample: int = 1024  # points of the posterior from which members are spread


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
        numbers = [name for name in STORED if name in FORECASTS or name in ("low", "high")]
        kept[numbers] = kept[numbers].map(lambda value: float(f"{value:.6g}"))
        return kept


class Vintage(Experiment):
    """Runs on the data of an origin; all figures of each whole year are kept. ``outside`` is the hash of the
    data, or ``packaged``."""

    outside: str = "packaged"

    _data: Data | None = PrivateAttr(default=None)

    @property
    def tables(self) -> tuple[str, ...]:
        return ("national", "official")

    def input_data(self) -> Data | None:
        """The data that the runs are made on; None: the packaged ones."""
        return self._data

    def rows_of(self, results: Results) -> pd.DataFrame:
        """A row a year: every target's figure under its id, every stylised fact as ``fact.NAME``."""
        data = load_data()
        targets = read_targets(data)
        names = {(target.indicator, target.group) for target in targets}
        table = with_ratios(official_table(results, names))
        table["id"] = table["indicator"] + "." + table["group"]
        wide = table.pivot(index="year", columns="id", values="value")
        wide = wide.reindex(columns=[target.id for target in targets])
        last = results.manifest["end"][:4]
        facts = [fact for fact in _facts(data) if fact.year[-4:] <= last]
        found = stylised_facts_table([results], facts) if facts else None
        for number, fact in enumerate(facts):
            wide[f"fact.{fact.id}"] = np.nan if found is None else found["model"].iloc[number]
        return wide.reset_index()


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
    checked_origins(plan.origins, data)
    with claimed_folder(folder, KIND):
        with explained(folder):
            _begin(Path(folder))
        parts, growth, fits, failed = [], [], [], {}
        for origin in plan.origins:
            at = _Origin(origin, plan, calibration, data, Path(folder), jobs, progress)
            parts.append(at.forecasts())
            growth.append({"origin": origin, **vars(at.growth)})
            fits.append({"origin": origin, **at.fit})
            failed.update(at.failed_runs)
    rows = scored(pd.concat(parts, ignore_index=True), data)
    about = {
        "origins": list(plan.origins),
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


def _facts(data: Data) -> list[Target]:
    """The stylised facts that a calibration uses."""
    return [target for target in read_targets(data, "stylised_fact") if target.fitted]


def scenario_at(base: Scenario, origin: int, known: Data) -> Scenario:
    """The scenario as somebody would have written it at the end of ``origin``.

    Shocks that reach beyond it are left out, rules stay as they were in its January, and the outside series
    go on as expected then.
    """
    content = base.content()
    content["shocks"] = {
        name: shock
        for name, shock in content["shocks"].items()
        if all(month[:4] <= str(origin) for month in _months_of(shock))
    }
    for name, path in base.paths.items():
        tables = {None: path.all} if path.all else path.by_tier
        cut = {}
        for tier, table in tables.items():
            now = path.at(float(origin), tier or "")
            assert now is not None, "the table has values"
            cut[tier] = {year: value for year, value in table.items() if year < origin} | {origin: now}
        content["paths"][name] = {
            "source": path.source,
            **({"all": cut[None]} if path.all else {"by_tier": cut}),
        }
    growth = expected_growth(known)
    assumed = FutureAssumptions(
        real_output_growth=growth.real_output,
        real_wage_growth=growth.real_wage,
        real_rural_income_growth=growth.real_rural_income,
        consumer_price_inflation=growth.prices,
        entrants_growth=growth.entrants,
        source=f"mean growth of the five years to {origin}",
    ).model_dump()
    content["future"] = {"low": assumed, "middle": assumed, "high": assumed}
    return Scenario.model_validate(content)


def _months_of(shock: dict[str, Any]) -> set[str]:
    """The months in which a shock acts."""
    return {
        month
        for effect in shock["effects"].values()
        for table in effect.values()
        if isinstance(table, dict)
        for month in table
    }


class _Origin:
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
        self.known = as_known(data, origin)
        self.today = None if data is load_data() else data
        self.growth = expected_growth(self.known)
        self.names = tuple(calibration.priors)
        self.base = load_scenario(calibration.scenario)
        self.ids = [target.id for target in read_targets(self.known)]
        self.observed = _observed(self.known, origin)
        self.failed_runs: dict[str, int] = {}
        self.fit: dict[str, float] = {}

    def forecasts(self) -> pd.DataFrame:
        """What is expected of every series in the years ahead."""
        members, weights, shares = self._members()
        ahead = list(range(self.origin + 1, self.origin + HORIZON + 1))
        years = list(range(FIRST_YEAR, self.origin + HORIZON + 1))
        table = forecasts_at(self.origin, self.known, ahead, years, self._figures(members), weights, self.ids)
        last = min(self.origin + HORIZON, self.data.observed_to)
        known_years = [year for year in years if year <= last]
        later = self._run("knowing", shares, last, is_known=False)[:, :, : len(known_years)]
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
        keys = ["origin", "year", "indicator", "group"]
        knowing = knowing[[*keys, "forecast"]].rename(columns={"forecast": "knowing"})
        return table.merge(knowing, "left", keys)

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
            each = self._errors(self._run(f"wave{wave}", shares, self.origin))
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
        values = self._run("members", chosen, self.origin + HORIZON)
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

    def _run(self, stage: str, shares: np.ndarray, last: int, is_known: bool = True) -> np.ndarray:
        """Figures of runs to the end of a year at points of the unit cube: (points, seeds, years from
        ``FIRST_YEAR``, targets and facts); NaN where a run failed.

        ``is_known``: on the data of the origin, else on those of today.
        """
        scenario = scenario_at(self.base, self.origin, self.known) if is_known else self.base
        experiment = self._experiment(stage, last, self.known if is_known else self.today)
        values, title = self.calibration.values(shares), f"{self.origin} {stage}"
        done = run_points(experiment, values, scenario, self.folder, stage, self.jobs, self.progress, title)
        if len(done.failures):
            self.failed_runs[f"{self.origin}/{stage}"] = len(done.failures)
        count = len(values) * len(self.plan.seeds)
        if len(done.failures) > count / 2:
            raise most_failed(title)
        years = range(FIRST_YEAR, last + 1)
        columns = [*self.ids, *(f"fact.{fact.id}" for fact in _facts(self.known))]
        table = done.results.set_index(["run", "year"]).reindex(columns=columns)
        table = table.reindex(pd.MultiIndex.from_product([range(count), years]))
        return table.to_numpy(float).reshape(len(values), len(self.plan.seeds), len(years), -1)

    def _experiment(self, stage: str, last: int, data: Data | None) -> Vintage:
        experiment = Vintage.model_validate(
            {
                "name": f"backtest-{self.origin}-{stage}",
                "title": {"en": f"Backtest from {self.origin}", "zh": f"以{self.origin}年为起点的回测"},
                "question": "What does the model expect, fitted to the years before?",
                "scenario": self.calibration.scenario,
                "period": {"from": f"{FIRST_YEAR}-01", "to": f"{last}-12"},
                "scale": parse_scale(self.plan.scale),
                "seeds": list(self.plan.seeds),
                **fields_of_points(self.names, stage),
                "outside": "packaged" if data is None else _hash_of(data),
            }
        )
        experiment._data = data
        return experiment


def _hash_of(data: Data) -> str:
    """What the outside series and cohorts of data are told by."""
    tables = (data._province_year, data._national_year, data.cohorts)
    return hashlib.sha256(pickle.dumps([table.to_csv() for table in tables])).hexdigest()[:16]


def _monte_carlo(errors: np.ndarray) -> np.ndarray:
    """Covariance of the mean error over seeds that other seeds would bring; errors: (points, seeds, obs)."""
    points, seeds, count = errors.shape
    if seeds < 2:
        return np.zeros((count, count))
    apart = (errors - errors.mean(axis=1, keepdims=True)).reshape(points * seeds, count)
    return apart.T @ apart / (points * (seeds - 1)) / seeds


@dataclass(frozen=True)
class _Observation:
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


def _observed(known: Data, origin: int) -> list[_Observation]:
    """What the parameters are fitted to at an origin: the fitted targets and facts, as far as known then."""
    targets = read_targets(known)
    official = official_values(known)
    official = official[official["year"] <= origin]
    by_name = dict(tuple(official.groupby(["indicator", "group"], sort=False)))
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
                found.append(_Observation(f"{target.id}:level", sd, column, *own, in_percent, True))
            if part.any() and own[0][-1] - own[0][0] >= (1 if is_new else YEARS_FOR_A_CHANGE):
                found.append(_Observation(f"{target.id}:change", sd, column, *own, in_percent, False))
    for number, fact in enumerate(_facts(known)):
        if int(fact.year[-4:]) <= origin:  # a figure of the whole run, kept with each of its years
            found.append(
                _Observation(
                    f"{fact.id}:fact", fact.discrepancy / 2.0, len(targets) + number,
                    (FIRST_YEAR,), (fact.value,), False, True,
                )
            )  # fmt: skip
    return found

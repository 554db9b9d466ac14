"""The stages of a calibration, each a resumable sweep in a folder of its own.

    screen/   Morris trajectories over every prior: the most telling parameters are fitted, the rest carried
    wave1/    points over the whole prior; the emulator says which part of it the figures rule out
    wave2/    points in what is left, so that the emulator is sharp where it matters
    truths/   runs at parameters drawn from the prior, taken for data: do the intervals cover them?
    members/  the ensemble itself is run, and weighted by its own errors, not by the emulator's
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.batch.calibration.declare import Calibration
from sim.batch.calibration.emulate import Emulator, fit_emulator
from sim.batch.calibration.observe import Observation, measured, observations
from sim.batch.calibration.outcome import Outcome, describe
from sim.batch.calibration.sample import posterior_points, resample, unit_points, weighted_quantiles
from sim.batch.design import Design, Factor
from sim.batch.experiment import Experiment, Figure
from sim.batch.runner import run_sweep
from sim.errors import Problem, UsageError
from sim.loading import load_scenario
from sim.parameters import PARAMETERS
from sim.posterior import Posterior, versions
from sim.results import Results
from sim.targets import LAST_FIT_YEAR

IMPLAUSIBLE = 3.0  # the second largest error, in standard deviations, beyond which a point is ruled out
COVERED = (0.5, 0.9)
LEAST_EFFECTIVE = 0.25  # effective share of the members that the last weighting must leave
_OTHER_SEEDS = 1000  # added to the seeds of the runs that are taken for data
_LEVELS = 4  # of the Morris grid


class Stage(Experiment):
    """A sweep whose rows are errors on the targets: one row a run."""

    @property
    def tables(self) -> tuple[str, ...]:
        return ("national", "official")

    def rows_of(self, results: Results) -> pd.DataFrame:
        return pd.DataFrame([{"year": LAST_FIT_YEAR, **measured(results)}])


@dataclass
class _Work:
    """What the stages share."""

    calibration: Calibration
    folder: Path
    jobs: int
    seen: tuple[Observation, ...]
    progress: Callable[[str, int, int], None] | None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.calibration.priors)

    @property
    def sd(self) -> np.ndarray:
        """Standard deviations that the tolerances stand for."""
        return np.array([observation.sd for observation in self.seen])

    @property
    def default_point(self) -> np.ndarray:
        """The defaults in the code as a point of the unit cube."""
        return np.array([prior.share(PARAMETERS[name].default)
                         for name, prior in self.calibration.priors.items()])

    def run(self, stage: str, shares: np.ndarray, seeds: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Errors at points of the unit cube: mean over seeds and spread between them (points, observations).

        Rows of points whose runs failed are NaN.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        points = pd.DataFrame(self.calibration.values(shares), columns=list(self.names))
        points.to_csv(self.folder / f"{stage}.csv", index=False)
        experiment = _experiment(self.calibration, stage, seeds, self.folder)
        heard = self.progress
        done = run_sweep(experiment, self.folder / stage, jobs=self.jobs,
                         progress=heard and (lambda now, total, failed: heard(stage, now, total)))
        table = done.results.set_index("run").reindex(range(len(points) * len(seeds)))
        table = table.reindex(columns=[observation.name for observation in self.seen])
        errors = table.to_numpy(float).reshape(len(points), len(seeds), -1)
        spread = errors.std(axis=1, ddof=1) if len(seeds) > 1 else np.full(errors.shape[::2], np.nan)
        return errors.mean(axis=1), spread


def calibrate(calibration: Calibration, folder: str | os.PathLike, *, jobs: int = 2,
              progress: Callable[[str, int, int], None] | None = None) -> Outcome:
    """Run what is missing of every stage in ``folder`` and return the ensemble and what was learnt.

    ``progress(stage, done, total)`` is called as runs finish. Raises UsageError where scipy or SALib is
    missing or nearly all runs of a stage failed, ResultsError where a folder cannot be used.
    """
    _needed()
    work = _Work(calibration, Path(folder), jobs, observations(), progress)
    seed = calibration.draw_seed
    effects = _screen(work, seed)
    strongest = np.argsort(-effects["influence"].to_numpy(), kind="stable")[: calibration.stages.fitted]
    fitted = np.sort(strongest)

    sd = work.sd
    points, errors = np.empty((0, len(work.names))), np.empty((0, len(work.seen)))
    spread, plausible, emulators = np.empty((0, len(work.seen))), [], []
    for wave, count in enumerate(calibration.stages.waves, start=1):
        shares = unit_points(count, len(work.names), seed + wave)
        if emulators:  # where the figures, taken as half as sharp as they are, leave room
            found, weights = posterior_points(_likelihood(emulators[-1], sd, softer=2.0), len(work.names),
                                              seed + 100 * wave)
            shares = found[resample(weights, count)]
        means, stds = work.run(f"wave{wave}", shares, calibration.seeds)
        whole = np.isfinite(means).all(axis=1)
        if whole.sum() < len(work.names):
            raise UsageError(Problem("most runs of this stage failed: see failures.parquet in its folder",
                                     value=f"wave{wave}"))
        points, errors = np.vstack([points, shares[whole]]), np.vstack([errors, means[whole]])
        spread = np.vstack([spread, stds[whole]])
        judged = np.arange(len(points)) >= len(points) - whole.sum()
        if wave == 1:
            sd = _with_discrepancy(work.sd, means[whole])
        emulators.append(fit_emulator(points, errors, fitted, judged))
        plausible.append(_plausible_share(emulators[-1], sd, len(work.names), seed + 7))

    recovery = _recovery(work, emulators[0], fitted)
    found, weights = posterior_points(_likelihood(emulators[-1], sd), len(work.names), seed + 5000)
    chosen = found[resample(weights, calibration.stages.members)]
    member_errors, _ = work.run("members", np.vstack([chosen, work.default_point]), calibration.seeds)
    member_errors, now = member_errors[:-1], member_errors[-1]
    luck = np.nan_to_num(np.sqrt(np.nanmean(spread**2, axis=0) / len(calibration.seeds)))
    weight, power = _reweighted(chosen, member_errors, emulators[-1], sd, luck)
    values = pd.DataFrame(calibration.values(chosen), columns=list(work.names))
    best = int(np.argmin(np.where(np.isfinite(member_errors).all(axis=1),
                                  ((member_errors / sd) ** 2).sum(axis=1), np.inf)))
    kept = weight > 0
    about = {
        "calibration": calibration.model_dump(mode="json", by_alias=True), "versions": versions(),
        "fitted": [work.names[column] for column in fitted], "members": int(kept.sum()),
        "effective_members": float(1.0 / (weight**2).sum()), "likelihood_power": power,
        "plausible_share_of_prior": plausible,
        "observations": [{"name": one.name, "label": one.label, "unit": one.unit, "sd": one.sd,
                          "sd_used": float(used), "error_of_defaults": float(error)}
                         for one, used, error in zip(work.seen, sd, now, strict=True)],
        "emulator_explained": dict(zip([one.name for one in work.seen],
                                       np.round(emulators[-1].explained, 3).tolist(), strict=True)),
        "recovery": recovery,
    }
    posterior = Posterior(values[kept].reset_index(drop=True), weight[kept] / weight[kept].sum(),
                          dict(values.iloc[best]),
                          pd.DataFrame(member_errors[kept], columns=[one.name for one in work.seen]), about)
    point = weights @ found
    return describe(calibration, posterior, effects, work.seen, (found, weights),
                    emulators[-1].slopes(np.clip(point, 0.1, 0.9)), fitted)


def _experiment(calibration: Calibration, stage: str, seeds: tuple[int, ...], folder: Path) -> Stage:
    factors = {name: Factor(label={"en": name.replace("_", " "), "zh": name}, keys=(f"parameters.{name}",))
               for name in calibration.priors}  # fmt: skip
    experiment = Stage.model_validate({
        "name": f"{calibration.name}-{stage}", "title": calibration.title, "question": calibration.question,
        "scenario": calibration.scenario, "period": calibration.period, "scale": calibration.scale,
        "seeds": list(seeds), "design": Design(kind="file", factors=factors, file=f"{stage}.csv"),
        "outcomes": ["out"], "figure": Figure(outcome="out"),
    })
    experiment.design.read(folder)
    experiment._bases = {calibration.scenario: load_scenario(calibration.scenario)}
    return experiment


def _needed() -> None:
    try:
        import SALib  # noqa: F401
        import scipy  # noqa: F401
    except ImportError as error:
        raise UsageError(Problem(f"calibration needs {error.name}, which is not installed", value=error.name,
                                 allowed='pip install "labor-migration-sim[experiments]"')) from None


def _screen(work: _Work, seed: int) -> pd.DataFrame:
    """Morris: mean absolute effect of moving each parameter over its prior, in standard deviations of each
    observation; ``influence`` is the root mean square over the observations."""
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as sampling

    problem = {"num_vars": len(work.names), "names": list(work.names),
               "bounds": [[0.0, 1.0]] * len(work.names)}  # fmt: skip
    count = work.calibration.stages.trajectories
    shares = sampling.sample(problem, count, num_levels=_LEVELS, seed=seed)
    errors, _ = work.run("screen", np.clip(shares, 0.02, 0.98), work.calibration.screen_seeds)
    table = {}
    for column, observation in enumerate(work.seen):
        values = np.where(np.isfinite(errors[:, column]), errors[:, column], np.nanmean(errors[:, column]))
        found = analysis.analyze(problem, shares, values, num_levels=_LEVELS, seed=seed)
        table[observation.name] = np.asarray(found["mu_star"]) / observation.sd
    effects = pd.DataFrame(table, index=list(work.names))
    effects.insert(0, "influence", np.sqrt((effects**2).mean(axis=1)))
    return effects


def _likelihood(emulator: Emulator, sd: np.ndarray, data: np.ndarray | float = 0.0, softer: float = 1.0):
    """Log likelihood of points: normal errors of the targets' tolerance and the emulator's own."""
    variance = softer**2 * (sd**2 + emulator.sd**2)
    return lambda shares: -0.5 * ((emulator.means(shares) - data) ** 2 / variance).sum(axis=1)


def _with_discrepancy(sd: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Standard deviations with room for what the model cannot do at any parameters of the first wave.

    Where no run comes within two standard deviations, half the least error takes their place, so that a
    target out of reach does not bend the parameters in order to come a little closer.
    """
    return np.maximum(sd, np.abs(errors).min(axis=0) / 2.0)


def _plausible_share(emulator: Emulator, sd: np.ndarray, dimensions: int, seed: int) -> float:
    """Share of the prior that the figures do not rule out: history matching's second largest error."""
    shares = unit_points(8192, dimensions, seed)
    size = np.abs(emulator.means(shares)) / np.sqrt(sd**2 + emulator.sd**2)
    return float((np.sort(size, axis=1)[:, -2] < IMPLAUSIBLE).mean())


def _recovery(work: _Work, emulator: Emulator, fitted: np.ndarray) -> dict:
    """How often intervals cover the parameters that made-up data were made with, of the fitted ones.

    The data are runs at parameters drawn from the prior under other seeds, with errors of the targets'
    tolerance added, since the likelihood allows for as much.
    """
    from scipy.special import ndtri

    count = work.calibration.stages.truths
    if not count:
        return {}
    seed = work.calibration.draw_seed + 300
    truths = unit_points(count, len(work.names), seed)
    seeds = tuple(one + _OTHER_SEEDS for one in work.calibration.seeds)
    errors, _ = work.run("truths", truths, seeds)
    noise = ndtri(unit_points(count, len(work.seen), seed + 1)) * work.sd
    inside: dict[float, list[bool]] = {share: [] for share in COVERED}
    for truth, error, luck in zip(truths, errors, noise, strict=True):
        if not np.isfinite(error).all():
            continue
        found, weights = posterior_points(_likelihood(emulator, work.sd, error + luck), len(work.names), seed)
        for column in fitted:
            for share in COVERED:
                ends = weighted_quantiles(found[:, column], weights, ((1 - share) / 2, (1 + share) / 2))
                inside[share].append(bool(ends[0] <= truth[column] <= ends[1]))
    return {"truths": count, "parameters": len(fitted),
            "covered": {f"{share:.0%}": float(np.mean(inside[share])) for share in COVERED}}


def _reweighted(chosen: np.ndarray, errors: np.ndarray, emulator: Emulator, sd: np.ndarray,
                luck: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights of the members by their own runs; their power where all would rest on a few (1: as it is)."""
    whole = np.isfinite(errors).all(axis=1)
    own = -0.5 * (np.where(whole[:, None], errors, 0.0) ** 2 / (sd**2 + luck**2)).sum(axis=1)
    ratio = np.where(whole, own - _likelihood(emulator, sd)(chosen), -np.inf)
    for power in (1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05, 0.0):
        weights = np.where(whole, np.exp(power * (np.where(whole, ratio, 0.0) - ratio[whole].max())), 0.0)
        weights /= weights.sum()
        if 1.0 / (weights**2).sum() >= LEAST_EFFECTIVE * whole.sum():
            break
    return weights, power

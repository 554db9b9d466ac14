"""The stages of a calibration, each a resumable sweep in a folder of its own.

screen/       Morris trajectories over every prior: the most telling parameters are fitted, the rest carried
monte_carlo/  the packaged defaults under many seeds: the Monte Carlo error of one run
wave1/        points over the whole prior; the emulator says which part of it the figures rule out
wave2/        points in what is left, so that the emulator is precise where it matters; and so on
truths/       runs at parameters drawn from the prior, taken for data: do the intervals cover them?
members/      the ensemble itself is run, and weighted by its own errors, not by the emulator's
point1/       the default point is looked for: fitted parameters at their best, the carried ones as packaged
final/        the best few of it beside the packaged defaults and the best member, on more seeds
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from sim.calibration.declaration import Calibration, load_calibration
from sim.calibration.default_point import default_point
from sim.calibration.emulator import Emulator, fit_emulator
from sim.calibration.moves import moves_observations
from sim.calibration.observations import observations
from sim.calibration.outcome import CalibrationOutcome, describe
from sim.calibration.recovery import recover
from sim.calibration.responses import response_observations
from sim.calibration.runs import Work
from sim.calibration.sampler import (
    posterior_points,
    spread_over,
    unit_points,
    weighted_quantiles,
)
from sim.core.arguments import whole_number
from sim.core.errors import Problem, UsageError
from sim.core.files import write_whole
from sim.core.language import N_, _
from sim.parameters.posterior import Posterior, versions
from sim.results.folders import MANIFEST, claimed_folder, explained
from sim.results.results import FORMAT

KIND = "calibration"
IMPLAUSIBLE = 3.0  # the second largest error, in standard deviations, beyond which a point is ruled out
LEAST_EFFECTIVE = 0.25  # effective share of the members that the last weighting must leave
_MONTE_CARLO_SEEDS = 500  # seeds of the runs that show the Monte Carlo error begin here
_LEVELS = 4  # of the Morris grid


def calibrate(
    calibration: Calibration | str | Path,
    folder: str | os.PathLike,
    *,
    jobs: int = 2,
    progress: Callable[[str, int, int], None] | None = None,
) -> CalibrationOutcome:
    """Run what is missing of every stage of a ``calibration`` in ``folder``, on ``jobs`` processes.

    ``calibration`` may be the path of its file. Returns the ensemble of parameter sets and what was learnt.
    ``progress(stage, done, total)`` is called as runs finish. Raises UsageError where scipy or SALib is
    missing or most runs of a stage failed, ResultsError where a folder cannot be used.
    """
    _needed()
    if not isinstance(calibration, Calibration):
        calibration = load_calibration(calibration)
    jobs = whole_number(jobs, "jobs", least=1)
    with claimed_folder(folder, KIND):
        with explained(folder):
            _begin(Path(folder), calibration)
        seen = (
            *observations(),
            *response_observations(calibration.responses),
            *moves_observations(calibration.moves_from),
        )
        return _calibrated(Work(calibration, Path(folder), jobs, seen, progress))


def _begin(folder: Path, calibration: Calibration) -> None:
    """Say whose folder it is, so that one with other files is never taken for it."""
    if not (folder / MANIFEST).exists():
        about = {"format": FORMAT, "kind": KIND, "name": calibration.name}
        write_whole(folder / MANIFEST, (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode())


def _calibrated(work: Work) -> CalibrationOutcome:
    calibration = work.calibration
    seed, plan = calibration.draw_seed, calibration.stages
    effects = _screen(work, seed)
    fitted = _fitted(work, effects)
    monte_carlo = _monte_carlo(work)

    sd, dimensions = work.sd, len(work.names)
    points, errors = np.empty((0, dimensions)), np.empty((0, len(work.seen)))
    plausible: list[float] = []
    emulators: list[Emulator] = []
    for wave, count in enumerate(plan.waves, start=1):
        shares = unit_points(count, dimensions, seed + wave)
        if emulators:  # where the figures, taken as half as sharp as they are, leave room
            softer = 4.0 * _allowed(work, sd, monte_carlo)
            likelihood = emulators[-1].log_likelihood(0.0, softer)
            shares = spread_over(posterior_points(likelihood, dimensions, seed + 100 * wave), count)
        means = work.run(f"wave{wave}", shares, calibration.seeds).mean(axis=1)
        whole = np.isfinite(means).all(axis=1)
        points, errors = np.vstack([points, shares[whole]]), np.vstack([errors, means[whole]])
        judged = np.arange(len(points)) >= len(points) - whole.sum()
        if wave == 1:
            sd = with_discrepancy(work.sd, means[whole])
        emulators.append(fit_emulator(points, errors, fitted, judged))
        plausible.append(_plausible_share(emulators[-1], sd, dimensions, seed + 7))

    recovery = recover(work, emulators[0], fitted, monte_carlo)
    likelihood = emulators[-1].log_likelihood(0.0, _allowed(work, sd, monte_carlo))
    found = posterior_points(likelihood, dimensions, seed + 5000)
    chosen = spread_over(found, plan.members)
    member_errors = work.run("members", chosen, calibration.seeds).mean(axis=1)
    weight, power = reweighted(member_errors, likelihood(chosen), _allowed(work, sd, monte_carlo))
    misfits = ((member_errors / sd) ** 2).sum(axis=1)  # NaN where a run failed
    values = pd.DataFrame(calibration.values(chosen), columns=list(work.names))
    kept = weight > 0
    best_member = values.iloc[int(np.nanargmin(misfits))].to_numpy()
    point = default_point(work, emulators[-1], fitted, sd, monte_carlo, best_member)
    median = weighted_quantiles(misfits[kept], weight[kept], (0.5,))[0]
    point["misfits"][N_("weighted median of the members")] = float(median)
    names = [one.name for one in work.seen]
    about = {
        "calibration": calibration.model_dump(mode="json", by_alias=True),
        "versions": versions(),
        "fitted": [work.names[column] for column in fitted],
        "members": int(kept.sum()),
        "effective_members": float(1.0 / (weight**2).sum()),
        "likelihood_power": power,
        "plausible_share_of_prior": plausible,
        "observations": [
            {
                "name": one.name,
                "label": one.label,
                "unit": one.unit,
                "sd": one.sd,
                "sd_used": float(used),
                "monte_carlo": float(spread),
            }
            for one, used, spread in zip(work.seen, sd, np.sqrt(np.diag(monte_carlo)), strict=True)
        ],
        "emulator_explained": dict(zip(names, np.round(emulators[-1].explained, 3).tolist(), strict=True)),
        "recovery": recovery,
        "default_point": point,
    }
    posterior = Posterior(
        values[kept].reset_index(drop=True),
        weight[kept] / weight[kept].sum(),
        pd.DataFrame(member_errors[kept], columns=names),
        about,
    )
    slopes = emulators[-1].slopes(np.clip(found.mean(axis=0), 0.1, 0.9))
    outcome = describe(calibration, posterior, effects, work.seen, found, slopes, fitted)
    return replace(outcome, failed_runs={stage: count for stage, count in work.failed_runs.items() if count})


def _needed() -> None:
    try:
        import SALib  # noqa: F401
        import scipy  # noqa: F401
    except ImportError as error:
        raise UsageError(
            Problem(
                _("calibration needs {name}, which is not installed", name=error.name),
                value=error.name,
                allowed=_('pip install "labor-migration-sim[experiments]"'),
            )
        ) from None


def _screen(work: Work, seed: int) -> pd.DataFrame:
    """Morris: mean absolute effect of moving each parameter over its prior, in standard deviations of each
    observation; ``influence`` is the root mean square over the observations."""
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as sampling

    problem = {
        "num_vars": len(work.names),
        "names": list(work.names),
        "bounds": [[0.0, 1.0]] * len(work.names),
    }
    count = work.calibration.stages.trajectories
    shares = sampling.sample(problem, count, num_levels=_LEVELS, seed=seed)
    errors = work.run("screen", np.clip(shares, 0.02, 0.98), work.calibration.screen_seeds).mean(axis=1)
    table = {}
    for column, observation in enumerate(work.seen):
        values = np.where(np.isfinite(errors[:, column]), errors[:, column], np.nanmean(errors[:, column]))
        found = analysis.analyze(problem, shares, values, num_levels=_LEVELS, seed=seed)
        table[observation.name] = np.asarray(found["mu_star"]) / observation.sd
    effects = pd.DataFrame(table, index=list(work.names))
    effects.insert(0, "influence", np.sqrt((effects**2).mean(axis=1)))
    return effects


def _fitted(work: Work, effects: pd.DataFrame) -> np.ndarray:
    """Columns of the fitted parameters: those that always are, and the most telling of the others."""
    always = set(work.calibration.always_fitted)
    ranked = np.argsort(-effects["influence"].to_numpy(), kind="stable")
    strongest = [column for column in ranked if work.names[column] not in always]
    named = [column for column, name in enumerate(work.names) if name in always]
    return np.sort([*named, *strongest[: work.calibration.stages.fitted]])


def _monte_carlo(work: Work) -> np.ndarray:
    """Covariance of one run's errors under other seeds, (observations, observations), at the defaults."""
    seeds = tuple(_MONTE_CARLO_SEEDS + place for place in range(work.calibration.stages.monte_carlo))
    errors = work.run_values("monte_carlo", work.defaults[None, :], seeds)[0]
    return np.cov(errors[np.isfinite(errors).all(axis=1)], rowvar=False)


def _allowed(work: Work, sd: np.ndarray, monte_carlo: np.ndarray) -> np.ndarray:
    """Covariance of the errors at a right point: the tolerances, and the Monte Carlo error of the mean."""
    return np.diag(sd**2) + monte_carlo / len(work.calibration.seeds)


def with_discrepancy(sd: np.ndarray, errors: np.ndarray) -> np.ndarray:
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


def reweighted(errors: np.ndarray, emulated: np.ndarray, allowed: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights of the members by their own runs in place of the emulator, whose log likelihood they were drawn
    by; their power where all would rest on a few (1: as it is)."""
    whole = np.isfinite(errors).all(axis=1)
    seen = np.where(whole[:, None], errors, 0.0)
    own = -0.5 * np.einsum("ij,jk,ik->i", seen, np.linalg.inv(allowed), seen)
    ratio = np.where(whole, own - emulated, -np.inf)
    for power in (1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05, 0.0):
        weights = np.where(whole, np.exp(power * (np.where(whole, ratio, 0.0) - ratio[whole].max())), 0.0)
        weights /= weights.sum()
        if 1.0 / (weights**2).sum() >= LEAST_EFFECTIVE * whole.sum():
            break
    return weights, power

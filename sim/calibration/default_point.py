"""The default point: the fitted parameters at their best, the carried ones at their packaged values.

Members of the ensemble carry parameters drawn from their priors, which no single set should: what is known
best of a carried parameter is its packaged value. So the fitted ones are optimised with the others held,
in two rounds of runs on the calibration's seeds, each with an emulator of its own for what the one of the
waves gets wrong here, and a final of the best few on more seeds. Of points that fit alike the one nearest
the middle of the priors is taken; values are rounded to three significant digits before they are judged.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.calibration.emulator import Emulator, fit_emulator
from sim.calibration.runs import Work
from sim.calibration.sampler import posterior_points, spread_over
from sim.core.language import N_

DIGITS = 3
FINALISTS = 4
FINAL_SEEDS = 8  # seeds of the final, counted from the calibration's first one
_POINTS = 1024  # of the sample from which points to try are taken
_EDGE = 2.0  # standard deviations of the prior beyond which no point is looked for


def default_point(
    work: Work,
    emulator: Emulator,
    fitted: np.ndarray,
    sd: np.ndarray,
    monte_carlo: np.ndarray,
    best_member: np.ndarray,
) -> dict:
    """The point, run and judged: ``values`` of all parameters, ``fitted``, ``errors`` by observation, those
    of the packaged defaults, and ``misfits`` on ``seeds`` (errors in standard deviations, squared, summed).

    The packaged defaults take part in the final: where nothing beats them, they are the point.
    """
    seeds, seed = work.calibration.seeds, work.calibration.draw_seed + 600
    allowed = np.diag(sd**2) + monte_carlo / len(seeds)
    at_defaults = work.default_shares

    def whole(some: np.ndarray) -> np.ndarray:
        points = np.repeat(at_defaults[None, :], len(some), axis=0)
        points[:, fitted] = some
        return points

    tried, errors = np.empty((0, len(fitted))), np.empty((0, len(sd)))
    most = work.calibration.stages.point
    for step, count in enumerate((most, most // 2), start=1):
        predict, likelihood = _predictors(emulator, whole, tried, errors, allowed)
        sample = posterior_points(likelihood, len(fitted), seed + step, _POINTS)
        chosen = np.vstack([_best(predict, sd, sample), spread_over(sample, count - 1)])
        found = work.run_values(f"point{step}", _rounded(work, whole(chosen), fitted), seeds).mean(axis=1)
        kept = np.isfinite(found).all(axis=1)
        tried, errors = np.vstack([tried, chosen[kept]]), np.vstack([errors, found[kept]])
    predict, _ = _predictors(emulator, whole, tried, errors, allowed)
    order = np.argsort(((errors / sd) ** 2).sum(axis=1), kind="stable")[: FINALISTS - 1]
    finalists = _rounded(work, whole(np.vstack([_best(predict, sd, tried), tried[order]])), fitted)
    finalists = np.vstack([finalists, work.defaults, best_member])
    final_seeds = tuple(range(min(seeds), min(seeds) + FINAL_SEEDS))
    judged = work.run_values("final", finalists, final_seeds).mean(axis=1)
    misfit = np.where(np.isfinite(judged).all(axis=1), ((judged / sd) ** 2).sum(axis=1), np.inf)
    winner = int(np.argmin(misfit[:-1]))  # a member holds the carried parameters elsewhere: it cannot win
    names = [one.name for one in work.seen]
    return {
        "values": dict(zip(work.names, finalists[winner].tolist(), strict=True)),
        "fitted": [work.names[column] for column in fitted],
        "seeds": list(final_seeds),
        "errors": dict(zip(names, judged[winner].tolist(), strict=True)),
        "errors_of_defaults": dict(zip(names, judged[-2].tolist(), strict=True)),
        "misfits": {
            N_("default point"): float(misfit[winner]),
            N_("packaged defaults"): float(misfit[-2]),
            N_("best member"): float(misfit[-1]),
        },
    }


def _predictors(
    emulator: Emulator, whole: Callable, tried: np.ndarray, errors: np.ndarray, allowed: np.ndarray
) -> tuple[Callable, Callable]:
    """Expected errors, and log likelihood, at shares of the fitted parameters: the emulator of the waves,
    mended by what the points tried here showed it to get wrong."""
    if not len(tried):
        likelihood = emulator.log_likelihood(0.0, allowed)
        return lambda some: emulator.means(whole(some)), lambda some: likelihood(whole(some))
    mend = fit_emulator(tried, errors - emulator.means(whole(tried)), np.arange(tried.shape[1]))

    def predict(some: np.ndarray) -> np.ndarray:
        return emulator.means(whole(some)) + mend.means(some)

    inverse = np.linalg.inv(allowed + mend.covariance)
    return predict, lambda some: -0.5 * np.einsum("ij,jk,ik->i", predict(some), inverse, predict(some))


def _best(predict: Callable, sd: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Shares of the fitted parameters with the least expected misfit and distance from the priors' middle."""
    from scipy.optimize import minimize
    from scipy.special import ndtr, ndtri

    def loss(z: np.ndarray) -> np.ndarray:
        z = np.atleast_2d(z)
        return ((predict(ndtr(z)) / sd) ** 2).sum(axis=1) + (z**2).sum(axis=1)

    z = np.clip(ndtri(starts), -_EDGE, _EDGE)
    start = z[int(np.argmin(loss(z)))]
    found = minimize(
        lambda one: float(loss(one)[0]), start, method="L-BFGS-B", bounds=[(-_EDGE, _EDGE)] * len(start)
    )
    return ndtr(found.x)[None, :]


def _rounded(work: Work, shares: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """Parameter values of points: the fitted ones rounded, the carried ones exactly as packaged."""
    values = work.calibration.values(shares)
    rounded = np.repeat(work.defaults[None, :], len(values), axis=0)
    rounded[:, fitted] = [[float(f"{value:.{DIGITS}g}") for value in row] for row in values[:, fitted]]
    return rounded

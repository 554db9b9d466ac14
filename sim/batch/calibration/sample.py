"""Parameter sets that agree with the figures, by sequential importance sampling on an emulator.

Points live in a space where the prior is standard normal. The likelihood is brought in by degrees, so that
at each step a fair share of the points keeps weight; between steps the points are drawn afresh from a
normal fitted to the weighted ones (population Monte Carlo; Cappé and others, 2004). All draws are scrambled
Sobol' points of a stated seed, so a calibration can be repeated to the last bit.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

POINTS = 8192
KEPT_SHARE = 0.15  # effective share of points that each step must keep
WIDER = 1.2  # proposals are wider than what they are fitted to
MOST_STEPS = 40


def unit_points(count: int, dimensions: int, seed: int) -> np.ndarray:
    """Scrambled Sobol' points strictly inside the unit cube, (count, dimensions)."""
    from scipy.stats import qmc

    try:
        engine = qmc.Sobol(dimensions, rng=seed)
    except TypeError:  # before scipy 1.15
        engine = qmc.Sobol(dimensions, seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # balance in powers of two is not needed here
        return np.clip(engine.random(count), 1e-6, 1 - 1e-6)


def posterior_points(log_likelihood: Callable[[np.ndarray], np.ndarray], dimensions: int, seed: int,
                     count: int = POINTS) -> tuple[np.ndarray, np.ndarray]:
    """Points of the unit cube and their weights (sum 1) under an even prior times the likelihood."""
    from scipy.special import ndtr, ndtri

    z = ndtri(unit_points(count, dimensions, seed))
    proposal = _normal_log(z, np.zeros(dimensions), np.eye(dimensions))
    power = 0.0
    for step in range(MOST_STEPS):
        target, fit = _normal_log(z, np.zeros(dimensions), np.eye(dimensions)), log_likelihood(ndtr(z))
        power = _next_power(target - proposal, fit, power)
        weights = _weights(target - proposal + power * fit)
        if power >= 1.0 and 1.0 / (weights**2).sum() > KEPT_SHARE * count:
            break
        mean = weights @ z
        centred = z - mean
        covariance = WIDER * (centred * weights[:, None]).T @ centred + 1e-4 * np.eye(dimensions)
        z = mean + ndtri(unit_points(count, dimensions, seed + step + 1)) @ np.linalg.cholesky(covariance).T
        proposal = _normal_log(z, mean, covariance)
    return ndtr(z), weights


def resample(weights: np.ndarray, count: int) -> np.ndarray:
    """Indices of ``count`` evenly spread draws in proportion to the weights."""
    return np.searchsorted(np.cumsum(weights), (np.arange(count) + 0.5) / count).clip(max=len(weights) - 1)


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """Quantiles of a weighted sample."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order]) - 0.5 * weights[order]
    return np.interp(shares, cumulative / weights.sum(), values[order])


def _next_power(ratio: np.ndarray, fit: np.ndarray, power: float) -> float:
    """The largest power of the likelihood, up to one, at which enough points keep weight."""
    def kept(candidate: float) -> float:
        return 1.0 / (_weights(ratio + candidate * fit) ** 2).sum() / len(fit)

    if kept(1.0) >= KEPT_SHARE:
        return 1.0
    low, high = power, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if kept(middle) >= KEPT_SHARE else (low, middle)
    return max(low, min(power + 1e-3, 1.0))


def _weights(logs: np.ndarray) -> np.ndarray:
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


def _normal_log(z: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Log density of a normal but for the constant in its dimension."""
    root = np.linalg.cholesky(covariance)
    scaled = np.linalg.solve(root, (z - mean).T)
    return -0.5 * (scaled**2).sum(axis=0) - np.log(np.diag(root)).sum()

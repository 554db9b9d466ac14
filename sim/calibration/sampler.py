"""Parameter sets that agree with the figures: a sample of the posterior, made on an emulator.

Points live in a space where the prior is standard normal. The likelihood is brought in by degrees, so that
at each step half of the points keep weight; they are drawn anew by their weights and then moved by
elliptical slice sampling, which leaves the posterior of that step as it is and has nothing to tune
(sequential Monte Carlo: Del Moral and others, 2006; the moves: Murray, Adams and MacKay, 2010). All points
weigh the same in the end, however sharp the posterior is: with several dozen parameters, importance weights
would come to rest on a few. All draws follow from a stated seed, so a calibration can be repeated to the
last bit.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

POINTS = 4096
KEPT_SHARE = 0.5  # effective share of points that each step must keep
MOVES = 6  # of every point at each step
LAST_MOVES = 12  # at the full likelihood
_MOST_SHRINKS = 60  # of a slice, which then holds next to nothing but the point itself


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


def posterior_points(
    log_likelihood: Callable[[np.ndarray], np.ndarray], dimensions: int, seed: int, count: int = POINTS
) -> np.ndarray:
    """Points of the unit cube, (count, dimensions), spread as an even prior times the likelihood."""
    from scipy.special import ndtr, ndtri

    draws = np.random.default_rng(seed)
    z = ndtri(unit_points(count, dimensions, seed))
    fit, power = log_likelihood(ndtr(z)), 0.0
    while power < 1.0:
        before, power = power, _next_power(fit, power)
        places = resample(_weights((power - before) * fit), count)
        z, fit = z[places], fit[places]
        for _ in range(MOVES if power < 1.0 else LAST_MOVES):
            z, fit = _moved(z, fit, power, log_likelihood, draws)
    return ndtr(z)


def _moved(
    z: np.ndarray,
    fit: np.ndarray,
    power: float,
    log_likelihood: Callable[[np.ndarray], np.ndarray],
    draws: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Every point moved once along an ellipse through itself and a draw from the prior."""
    from scipy.special import ndtr

    other = draws.standard_normal(z.shape)
    least = power * fit + np.log(draws.random(len(z)))
    angle = draws.uniform(0.0, 2.0 * np.pi, len(z))
    low, high = angle - 2.0 * np.pi, angle.copy()
    new_z, new_fit, waiting = z.copy(), fit.copy(), np.arange(len(z))
    for _ in range(_MOST_SHRINKS):
        turn = angle[waiting, None]
        tried = z[waiting] * np.cos(turn) + other[waiting] * np.sin(turn)
        found = log_likelihood(ndtr(tried))
        taken = power * found > least[waiting]
        new_z[waiting[taken]], new_fit[waiting[taken]] = tried[taken], found[taken]
        waiting = waiting[~taken]
        if not len(waiting):
            break
        behind = angle[waiting] < 0.0
        low[waiting] = np.where(behind, angle[waiting], low[waiting])
        high[waiting] = np.where(behind, high[waiting], angle[waiting])
        angle[waiting] = draws.uniform(low[waiting], high[waiting])
    return new_z, new_fit


def resample(weights: np.ndarray, count: int) -> np.ndarray:
    """Indices of ``count`` evenly spread draws in proportion to the weights."""
    return np.searchsorted(np.cumsum(weights), (np.arange(count) + 0.5) / count).clip(max=len(weights) - 1)


def spread_over(points: np.ndarray, count: int) -> np.ndarray:
    """``count`` points of a sample, evenly over its order, in which those of one descent lie together."""
    return points[((np.arange(count) + 0.5) / count * len(points)).astype(int)]


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """Quantiles of a weighted sample."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order]) - 0.5 * weights[order]
    return np.interp(shares, cumulative / weights.sum(), values[order])


def _next_power(fit: np.ndarray, power: float) -> float:
    """The largest power of the likelihood, up to one, at which enough points keep weight."""

    def kept(candidate: float) -> float:
        return 1.0 / (_weights((candidate - power) * fit) ** 2).sum() / len(fit)

    if kept(1.0) >= KEPT_SHARE:
        return 1.0
    low, high = power, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if kept(middle) >= KEPT_SHARE else (low, middle)
    return min(max(low, power + 1e-6), 1.0)


def _weights(logs: np.ndarray) -> np.ndarray:
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()

"""An emulator: each observation as a smooth function of the parameters, fitted to runs.

Straight in every parameter, with squares of all and products of the fitted ones with all, by ridge
regression; all parameters lie between -1 and 1. There may be more terms than runs: the ridge on squares and
products is the one of ``CURVATURE`` that predicts left-out runs best. What the emulator does not know is the
covariance of its leave-one-out errors, which are alike in neighbouring observations (who is wrong about the
stock away is wrong about its change) and larger far from the runs; it also holds their Monte Carlo error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

RIDGE = 0.1  # added to the diagonal for straight terms: a term needs some support
CURVATURE = (0.1, 1.0, 3.0, 10.0, 30.0, 100.0)  # the same for squares and products: one is chosen


@dataclass(frozen=True)
class Emulator:
    """Its error at a point is normal with ``covariance`` (observations, observations) times 1 plus the
    point's leverage; ``sd`` (observations,) is the error met when runs were left out."""

    fitted: np.ndarray  # columns of the points that enter by products too
    coefficients: np.ndarray  # (terms, observations)
    root: np.ndarray  # (terms, terms): squared length of terms @ root is a point's leverage
    covariance: np.ndarray
    sd: np.ndarray
    explained: np.ndarray  # share of the variance of left-out runs that is predicted

    def means(self, points: np.ndarray) -> np.ndarray:
        """Expected observations, (points, observations); ``points`` lie between 0 and 1."""
        return terms(points, self.fitted) @ self.coefficients

    def log_likelihood(
        self, data: np.ndarray | float, allowed: np.ndarray
    ) -> Callable[[np.ndarray], np.ndarray]:
        """Log density of data at points, but for a constant: normal errors of covariance ``allowed`` and,
        beside them, the emulator's own."""
        white = np.linalg.inv(np.linalg.cholesky(allowed))
        sizes, axes = np.linalg.eigh(white @ self.covariance @ white.T)
        turned = white.T @ axes  # independent errors of variance 1, and sizes * (1 + leverage)
        root = self.root.astype(np.float32)

        def found(points: np.ndarray) -> np.ndarray:
            x = terms(points, self.fitted)
            errors = (x @ self.coefficients - data) @ turned
            leverage = ((x.astype(np.float32) @ root) ** 2).sum(axis=1)
            variance = 1.0 + np.outer(1.0 + leverage, np.maximum(sizes, 0.0))
            return -0.5 * (errors**2 / variance + np.log(variance)).sum(axis=1)

        return found

    def slopes(self, point: np.ndarray) -> np.ndarray:
        """Change of each observation over the whole range of each parameter at a point, by differences."""
        step = 0.05
        around = np.repeat(point[None, :], 2 * len(point), axis=0)
        for column in range(len(point)):
            around[2 * column, column] += step
            around[2 * column + 1, column] -= step
        values = self.means(around)
        return (values[0::2] - values[1::2]) / (2 * step)


def terms(points: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """Constant, every parameter, every square, products of fitted ones with all: (points, terms)."""
    x = 2.0 * np.atleast_2d(points) - 1.0
    first, second = _products(x.shape[1], fitted)
    return np.column_stack([np.ones(len(x)), x, x[:, first] * x[:, second]])


def _products(count: int, fitted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns whose products enter."""
    chosen = set(np.asarray(fitted).tolist())
    pairs = [(i, j) for i in range(count) for j in range(i, count) if i == j or i in chosen or j in chosen]
    return tuple(np.array(pairs).T)


def fit_emulator(
    points: np.ndarray, values: np.ndarray, fitted: np.ndarray, judged: np.ndarray | None = None
) -> Emulator:
    """Fit to runs: ``points`` (runs, parameters) between 0 and 1, ``values`` (runs, observations).

    ``judged`` marks the runs whose left-out errors say how good it is; all, if not given.
    """
    x = terms(points, fitted)
    judged = np.ones(len(points), dtype=bool) if judged is None else judged
    spread = np.maximum(values[judged].std(axis=0), 1e-12)
    best: tuple[float, np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None = None
    for curvature in CURVATURE:
        penalty = np.full(x.shape[1], curvature)
        penalty[: 1 + points.shape[1]] = RIDGE
        penalty[0] = 1e-6  # the constant is free
        inverse = np.linalg.inv(x.T @ x + np.diag(penalty))
        coefficients = inverse @ x.T @ values
        leverage = np.minimum(np.einsum("ij,ij->i", x @ inverse, x), 1.0 - 1e-9)  # 1 but for rounding
        left_out = (values - x @ coefficients) / (1.0 - leverage)[:, None]
        sd = np.maximum(np.sqrt(np.mean(left_out[judged] ** 2, axis=0)), 1e-12)
        score = float(np.log(sd / spread).mean())
        if best is None or score < best[0]:
            own = left_out[judged] * np.sqrt(1.0 - leverage[judged])[:, None]  # free of their own leverage
            best = (score, coefficients, np.linalg.cholesky(inverse), own.T @ own / len(own), sd)
    assert best is not None, "there is a curvature to try"
    _, coefficients, root, covariance, sd = best
    return Emulator(np.asarray(fitted), coefficients, root, covariance, sd, 1.0 - (sd / spread) ** 2)

"""An emulator: each observation as a smooth function of the parameters, fitted to runs.

Quadratic in the fitted parameters, straight in the carried ones, by ridge regression; all parameters lie
between -1 and 1. What the emulator does not know is the spread of its leave-one-out errors, which also
holds the luck of the runs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RIDGE = 0.1  # added to the diagonal for every term but the constant: a term needs some support


@dataclass(frozen=True)
class Emulator:
    """``means`` of (observations,) at points; ``sd`` (observations,) is the emulator's own error."""

    fitted: np.ndarray  # columns of the points that enter by squares and products too
    coefficients: np.ndarray  # (terms, observations)
    sd: np.ndarray
    explained: np.ndarray  # share of the variance of left-out runs that is predicted

    def means(self, points: np.ndarray) -> np.ndarray:
        """Expected observations, (points, observations); ``points`` lie between 0 and 1."""
        return terms(points, self.fitted) @ self.coefficients

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
    """Constant, every parameter, squares and products of the fitted ones: (points, terms)."""
    x = 2.0 * np.atleast_2d(points) - 1.0
    pairs = [x[:, i] * x[:, j] for place, i in enumerate(fitted) for j in fitted[place:]]
    return np.column_stack([np.ones(len(x)), x, *pairs])


def fit_emulator(points: np.ndarray, values: np.ndarray, fitted: np.ndarray,
                 judged: np.ndarray | None = None) -> Emulator:
    """Fit to runs: ``points`` (runs, parameters) between 0 and 1, ``values`` (runs, observations).

    ``judged`` marks the runs whose left-out errors say how good it is; all, if not given.
    """
    x = terms(points, fitted)
    penalty = RIDGE * np.eye(x.shape[1])
    penalty[0, 0] = 0.0
    inverse = np.linalg.inv(x.T @ x + penalty)
    coefficients = inverse @ x.T @ values
    leverage = np.minimum(np.einsum("ij,jk,ik->i", x, inverse, x), 0.99)
    left_out = (values - x @ coefficients) / (1.0 - leverage)[:, None]
    judged = np.ones(len(points), dtype=bool) if judged is None else judged
    sd = np.sqrt(np.mean(left_out[judged] ** 2, axis=0))
    spread = np.maximum(values[judged].std(axis=0), 1e-12)
    return Emulator(np.asarray(fitted), coefficients, sd, 1.0 - (sd / spread) ** 2)

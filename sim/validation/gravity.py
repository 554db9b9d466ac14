"""Distance, culture and network terms of corridors, estimated on the census moves of 2005-10.

A gravity equation by Poisson pseudo-maximum likelihood: shares of all cross-province moves on log distance,
a step between official regions (the nearest that the packaged data have to differences of culture), the
moves of 2000-05 between the same provinces (the network), and an effect of each origin and each destination.
Shares, never logs of zeros; standard errors are robust to clusters by origin. The moves of 2010-15 are not
used: they are what the estimates are held against.

Method: Santos Silva and Tenreyro (2006), The log of gravity, Review of Economics and Statistics 88(4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.validation.five_year_moves import COMMON_PART, LOG_CORRELATION, corridor_measures
from sim.world.data import Data

FITTED, BEFORE, HELD_BACK = "2005-2010", "2000-2005", "2010-2015"
SPECIFICATIONS = {
    "distance": ("log_distance",),
    "distance_culture": ("log_distance", "other_region"),
    "distance_culture_network": ("log_distance", "other_region", "log_earlier_share"),
}
MEANINGS = {
    "log_distance": ("log share per log kilometre", "between population centres"),
    "other_region": (
        "log share",
        "origin and destination lie in different regions: East, Central, West, Northeast",
    ),
    "log_earlier_share": (
        "elasticity",
        "share of the moves five years earlier that took this corridor; "
        "cells without a move count as half a sampled person",
    ),
}
_STEPS, _CONVERGED = 200, 1e-10


@dataclass(frozen=True)
class GravityEstimate:
    """One fitted specification: ``values`` and ``errors`` by term, fitted shares (31, 31)."""

    name: str
    values: dict[str, float]
    errors: dict[str, float]
    fitted: np.ndarray
    deviance_explained: float


def estimate_corridors(
    data: Data, specification: str, period: str = FITTED, before: str = BEFORE
) -> GravityEstimate:
    """Fit one of ``SPECIFICATIONS`` to the moves of ``period``."""
    terms = SPECIFICATIONS[specification]
    origin, destination = np.nonzero(~np.eye(len(data.region_of), dtype=bool))
    share = data.od_moves[period][origin, destination]
    share = share / share.sum()
    columns = _covariates(data, before)
    x = np.column_stack(
        [columns[term][origin, destination] for term in terms]
        + [_dummies(origin), _dummies(destination)[:, 1:]]
    )
    beta, mean = _poisson(x, share)
    errors = _clustered_errors(x, share, mean, origin)
    fitted = np.zeros_like(data.distance_km)
    fitted[origin, destination] = mean
    saturated = np.where(share > 0, share * np.log(np.maximum(share, 1e-300) / mean), 0.0) - (share - mean)
    null = np.where(share > 0, share * np.log(np.maximum(share, 1e-300) / share.mean()), 0.0)
    return GravityEstimate(
        specification,
        dict(zip(terms, beta, strict=False)),
        dict(zip(terms, errors, strict=False)),
        fitted,
        float(1.0 - saturated.sum() / null.sum()),
    )


def estimates_table(data: Data) -> pd.DataFrame:
    """Every specification's terms with standard errors, and how its shares fit 2005-10 and 2010-15."""
    rows = []
    for name in SPECIFICATIONS:
        found = estimate_corridors(data, name)
        fit = corridor_measures(found.fitted, data.od_moves[FITTED])
        ahead = corridor_measures(found.fitted, data.od_moves[HELD_BACK])
        for term, value in found.values.items():
            unit, meaning = MEANINGS[term]
            rows.append(
                {
                    "specification": name,
                    "term": term,
                    "estimate": round(value, 4),
                    "standard_error": round(found.errors[term], 4),
                    "unit": unit,
                    "meaning": meaning,
                    "deviance_explained": round(found.deviance_explained, 4),
                    "common_part_of_commuters_2005_10": round(fit[COMMON_PART], 4),
                    "common_part_of_commuters_2010_15": round(ahead[COMMON_PART], 4),
                    "log_correlation_2010_15": round(ahead[LOG_CORRELATION], 4),
                    "source": f"od_flows_history.csv {FITTED} by Poisson on shares; network {BEFORE}",
                }
            )
    return pd.DataFrame(rows)


def _covariates(data: Data, before: str) -> dict[str, np.ndarray]:
    earlier = np.maximum(data.od_moves[before], 0.5)
    return {
        "log_distance": np.log(np.maximum(data.distance_km, 1.0)),
        "other_region": (data.region_of[:, None] != data.region_of[None, :]).astype(float),
        "log_earlier_share": np.log(earlier / data.od_moves[before].sum()),
    }


def _dummies(groups: np.ndarray) -> np.ndarray:
    return (groups[:, None] == np.unique(groups)[None, :]).astype(float)


def _poisson(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and fitted means of a log-linear Poisson regression, by reweighted least squares."""
    mean = (y + y.mean()) / 2.0
    index = np.log(mean)
    for _ in range(_STEPS):
        response = index + (y - mean) / mean
        weighted = x * mean[:, None]
        beta = np.linalg.solve(x.T @ weighted, weighted.T @ response)
        index, last = x @ beta, index
        mean = np.exp(index)
        if np.max(np.abs(index - last)) < _CONVERGED:
            return beta, mean
    raise ArithmeticError("the Poisson regression did not converge")


def _clustered_errors(x: np.ndarray, y: np.ndarray, mean: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Standard errors robust to any dependence within a cluster, with the small-sample factor G/(G-1)."""
    bread = np.linalg.inv(x.T @ (x * mean[:, None]))
    scores = x * (y - mean)[:, None]
    sums = np.array([scores[clusters == group].sum(axis=0) for group in np.unique(clusters)])
    count = len(sums)
    return np.sqrt(np.diag(bread @ (sums.T @ sums) @ bread) * count / (count - 1))

"""Confidence intervals over seeds, and verdicts on the sign of an effect."""

from __future__ import annotations

import numpy as np

# Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom.
_T_TABLE = (
    12.7062,
    4.3027,
    3.1824,
    2.7764,
    2.5706,
    2.4469,
    2.3646,
    2.3060,
    2.2622,
    2.2281,
    2.2010,
    2.1788,
    2.1604,
    2.1448,
    2.1314,
    2.1199,
    2.1098,
    2.1009,
    2.0930,
    2.0860,
    2.0796,
    2.0739,
    2.0687,
    2.0639,
    2.0595,
    2.0555,
    2.0518,
    2.0484,
    2.0452,
    2.0423,
)
NORMAL_975 = 1.959964


def t_975(freedom: int) -> float:
    """The 97.5 % point of Student's t; beyond 30 degrees of freedom by its expansion in 1/freedom."""
    if freedom <= len(_T_TABLE):
        return _T_TABLE[freedom - 1]
    z = NORMAL_975
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def mean_and_interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, lower and upper end of the 95 % interval over the first axis (the seeds).

    One seed gives no interval: its ends are NaN.
    """
    values = np.asarray(values, dtype=float)
    count = len(values)
    mean = values.mean(axis=0)
    if count < 2:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    half = t_975(count - 1) * values.std(axis=0, ddof=1) / np.sqrt(count)
    return mean, mean - half, mean + half


def verdict(differences: np.ndarray, low: float, high: float) -> str:
    """``higher``, ``lower``, ``identical`` (no seed differs) or ``cannot tell`` (the interval spans 0)."""
    if not np.any(differences) and not low < high:
        return "identical"
    if low > 0:
        return "higher"
    if high < 0:
        return "lower"
    return "cannot tell"

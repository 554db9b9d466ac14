"""Benchmark forecasts from the official figures alone: what the model must beat.

None needs a model: the last value (the naive forecast), the linear trend, and an autoregression. Figures of
the survey's new sample do not continue the earlier ones: each sample has a level of its own, and what is
learnt of the change from year to year is learnt within the samples.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.validation.targets import NEW_SAMPLE

FEWEST_FOR_A_TREND = 3
FEWEST_PAIRS = 3  # of neighbouring years, for an autoregression


def benchmark_errors(series: pd.DataFrame) -> dict[str, float]:
    """Mean absolute errors in the unseen years of the last fit value and of the fit years' linear trend.

    ``series`` has the columns ``year``, ``period``, ``official`` and ``error_unit`` of one target. A series
    without a fit value has no benchmark, one with fewer than three no trend: NaN.
    """
    fit, unseen = (series[series["period"] == name].sort_values("year") for name in ("fit", "unseen"))
    errors = {"last_value_error": np.nan, "trend_error": np.nan}
    if fit.empty or unseen.empty:
        return errors
    truth, ahead = unseen["official"].to_numpy(), unseen["year"].to_numpy()
    scale = np.where(unseen["error_unit"] == "percent", 100.0 / truth, 1.0)
    held = fit["official"].iloc[-1]
    errors["last_value_error"] = float(np.mean(np.abs((held - truth) * scale)))
    line = trend(fit["year"].to_numpy(), fit["official"].to_numpy(), ahead)
    errors["trend_error"] = float(np.mean(np.abs((line - truth) * scale)))
    return errors


def trend(years: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The least-squares line through a series, at later years; each sample of the survey has its own level.

    NaN where no sample has ``FEWEST_FOR_A_TREND`` years.
    """
    is_new = years >= NEW_SAMPLE
    samples = [sample for sample in (~is_new, is_new) if sample.any()]
    if max(sample.sum() for sample in samples) < FEWEST_FOR_A_TREND:
        return np.full(len(at), np.nan)
    x, y = years.astype(float), values.astype(float)
    for sample in samples:
        x[sample] -= years[sample].mean()
        y[sample] -= values[sample].mean()
    slope, last = (x @ y) / (x @ x), samples[-1]
    return values[last].mean() + slope * (np.asarray(at) - years[last].mean())


def autoregression(years: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The forecasts of later years by an autoregression of the first order with a constant.

    It is fitted by least squares to neighbouring years of one sample and goes on from the last value. A root
    beyond one is held at one: a random walk with the mean change as its drift. NaN with fewer than
    ``FEWEST_PAIRS`` pairs.
    """
    step = np.diff(years) == 1
    step &= (years[:-1] < NEW_SAMPLE) == (years[1:] < NEW_SAMPLE)
    before, after = values[:-1][step], values[1:][step]
    if len(before) < FEWEST_PAIRS:
        return np.full(len(at), np.nan)
    spread = before - before.mean()
    root = float(spread @ after / (spread @ spread)) if np.any(spread) else 1.0
    root = min(max(root, -1.0), 1.0)
    constant, found, now = float(after.mean() - root * before.mean()), {}, float(values[-1])
    for year in range(int(years[-1]) + 1, int(max(at)) + 1):
        found[year] = now = constant + root * now
    return np.array([found[int(year)] for year in at])


def most_accurate(model: float, last_value: float, trend: float) -> str:
    """Who errs least in the unseen years: ``model``, ``last value`` or ``trend``; on a tie the benchmark."""
    benchmarks = {"last value": last_value, "trend": trend}
    known = {name: error for name, error in benchmarks.items() if not np.isnan(error)}
    if not known:
        return ""
    best = min(known, key=known.__getitem__)
    return "model" if model < known[best] else best

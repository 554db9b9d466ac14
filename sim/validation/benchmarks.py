"""Benchmark forecasts of the unseen years, made from the official fit years alone: what the model must beat.

Two need no model: the last value of the fit years (the naive forecast), and their linear trend.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.validation.targets import FIRST_YEAR

FEWEST_FOR_A_TREND = 3


def benchmark_errors(series: pd.DataFrame) -> dict[str, float]:
    """Mean absolute errors in the unseen years of the last fit value and of the fit years' linear trend.

    ``series`` has the columns ``year``, ``period``, ``official`` and ``error_unit`` of one target. A series
    without a fit value has no benchmark, one with fewer than three no trend: NaN.
    """
    fit, unseen = (series[series["period"] == name].sort_values("year") for name in ("fit", "unseen"))
    errors = {"last_value_error": np.nan, "trend_error": np.nan}
    if fit.empty or unseen.empty:
        return errors
    truth = unseen["official"].to_numpy()
    scale = np.where(unseen["error_unit"] == "percent", 100.0 / truth, 1.0)
    held = fit["official"].iloc[-1]
    errors["last_value_error"] = float(np.mean(np.abs((held - truth) * scale)))
    if len(fit) >= FEWEST_FOR_A_TREND:
        slope, level = np.polyfit(fit["year"] - FIRST_YEAR, fit["official"], 1)
        line = level + slope * (unseen["year"].to_numpy() - FIRST_YEAR)
        errors["trend_error"] = float(np.mean(np.abs((line - truth) * scale)))
    return errors


def most_accurate(model: float, last_value: float, trend: float) -> str:
    """Who errs least in the unseen years: ``model``, ``last value`` or ``trend``; on a tie the benchmark."""
    benchmarks = {"last value": last_value, "trend": trend}
    known = {name: error for name, error in benchmarks.items() if not np.isnan(error)}
    if not known:
        return ""
    best = min(known, key=known.__getitem__)
    return "model" if model < known[best] else best

"""Two forecasts that need no model, made from the official fit years alone: what the model must beat."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.validation.targets import FIRST_YEAR

FEWEST_FOR_A_TREND = 3


def rival_errors(series: pd.DataFrame) -> dict[str, float]:
    """Mean absolute errors in the unseen years of the last fit value held and of the fit years' line.

    ``series`` has the columns ``year``, ``period``, ``official`` and ``error_unit`` of one target. A series
    without a fit value has no rival, one with fewer than three no trend: NaN.
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


def better(model: float, last_value: float, trend: float) -> str:
    """Who errs least in the unseen years: ``model``, ``last value`` or ``trend``; a tie is the rival's."""
    rivals = {"last value": last_value, "trend": trend}
    known = {name: error for name, error in rivals.items() if not np.isnan(error)}
    if not known:
        return ""
    best = min(known, key=known.__getitem__)
    return "model" if model < known[best] else best

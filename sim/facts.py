"""Stylised facts that a run must show although no official series holds them: measured from its tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from sim.results import Results
from sim.targets import Target

_FESTIVAL = ("02", "03")


def facts_table(runs: Sequence[Results], targets: Sequence[Target]) -> pd.DataFrame:
    """One row a fact: the target, the runs' mean, the error, whether it is within the tolerance.

    ``verdict`` is ``met``, ``missed`` or ``not measured`` (the run's tables do not hold it).
    """
    rows = []
    for target in targets:
        values = [value for run in runs if (value := _measured(run, target)) is not None]
        model = float(np.mean(values)) if values else np.nan
        error = model - target.value
        verdict = "not measured" if not values else "met" if abs(error) <= target.tolerance else "missed"
        rows.append({"id": target.id, "label": target.label, "unit": target.unit, "years": target.year,
                     "official": target.value, "model": model, "error": error,
                     "tolerance": target.tolerance, "tolerance_kind": target.tolerance_kind,
                     "role": target.role, "verdict": verdict, "source": target.source})  # fmt: skip
    return pd.DataFrame(rows)


def _measured(run: Results, target: Target) -> float | None:
    measure = MEASURES.get(target.id)
    first, _, last = target.year.partition("-")
    months = run.national["month"].str
    inside = run.national[(months[:4] >= first) & (months[:4] <= (last or first))]
    return measure(inside) if measure is not None and len(inside) else None


def _ratio(part: float, whole: float) -> float | None:
    """None where the run has no such event at all."""
    return float(part / whole) if whole > 0 else None


def job_length(months: pd.DataFrame) -> float | None:
    """Years that a job lasts: jobs held over jobs that end in a month, by loss or by change."""
    held = months[["migrant_work", "local_work", "settled_work"]].sum(axis=1).sum()
    return _ratio(held / 12, (months["separations"] + months["job_changes"]).sum())


def unemployment(months: pd.DataFrame) -> float | None:
    """Percent of the out-of-township who look for work, mean over the months."""
    return float(100 * months["searching_rate"].mean())


def settlement_rate(months: pd.DataFrame) -> float | None:
    """Percent of the out-of-township who move registration in a year."""
    return _ratio(1200 * months["settlements"].sum(), months["out"].sum())


def return_rate(months: pd.DataFrame) -> float | None:
    """Percent of the out-of-township who come back to the home township in a year."""
    return _ratio(1200 * months["returns"].sum(), months["out"].sum())


def seasonal_departures(months: pd.DataFrame) -> float | None:
    """Percent of departures from home that fall into February and March."""
    in_season = months["month"].str[5:].isin(_FESTIVAL)
    return _ratio(100 * months.loc[in_season, "departures"].sum(), months["departures"].sum())


MEASURES: dict[str, Callable[[pd.DataFrame], float | None]] = {
    function.__name__: function
    for function in (job_length, unemployment, settlement_rate, return_rate, seasonal_departures)
}

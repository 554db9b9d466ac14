"""Outcomes by calendar year: the total of a flow, the mean of a stock or rate, whole years only."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sim.results.outcomes import OUTCOMES


def yearly(national: pd.DataFrame, keys: Iterable[str]) -> pd.DataFrame:
    """One row per whole calendar year of the table ``national``: ``year``, then the outcomes asked for."""
    of_month = np.array([int(month[:4]) for month in national["month"]], dtype=np.int64)
    years, months = np.unique(of_month, return_counts=True)
    whole = years[months == 12]
    positions = np.flatnonzero(np.isin(of_month, whole)).reshape(len(whole), 12)
    return pd.DataFrame(
        {
            "year": whole,
            **{key: OUTCOMES[key].over_each(OUTCOMES[key].series(national)[positions]) for key in keys},
        }
    )

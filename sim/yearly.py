"""Outcomes by calendar year: the total of a flow, the mean of a stock or rate, whole years only."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sim.outcomes import OUTCOMES, monthly


def yearly(national: pd.DataFrame, keys: Iterable[str]) -> pd.DataFrame:
    """One row per whole calendar year of the table ``national``: ``year``, then the outcomes asked for."""
    months = monthly(national)
    rows = []
    for year, block in months.groupby(months.index.str[:4]):
        if len(block) == 12:
            rows.append({"year": int(year),
                         **{key: OUTCOMES[key].over(block[key].to_numpy()) for key in keys}})
    return pd.DataFrame(rows, columns=["year", *keys])

"""Outcomes by calendar year: the total of a flow, the mean of a stock or rate, whole years only."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sim.outcomes import OUTCOMES, monthly
from sim.wording import join, number, scale_of, significant, unit_word


def yearly(national: pd.DataFrame, keys: Iterable[str]) -> pd.DataFrame:
    """One row per whole calendar year of the table ``national``: ``year``, then the outcomes asked for."""
    keys = list(keys)
    years = national["month"].str[:4]
    months = {key: values.to_numpy() for key, values in monthly(national, keys).items()} if keys else {}
    rows = []
    for year, block in years.groupby(years).indices.items():
        if len(block) == 12:
            rows.append({"year": int(year),
                         **{key: OUTCOMES[key].over(months[key][block]) for key in keys}})
    return pd.DataFrame(rows, columns=["year", *keys])


def in_words(table: pd.DataFrame, most: int = 8) -> pd.DataFrame:
    """A yearly table for reading: an outcome a row with its unit, at most ``most`` years as columns."""
    every = -(-(len(table) - 1) // (most - 1)) if len(table) > most else 1
    chosen = table[(table["year"].max() - table["year"]) % every == 0].set_index("year")
    rows = []
    for key, values in chosen.items():
        outcome, largest = OUTCOMES[key], values.abs().max()
        factor, word = scale_of(largest) if outcome.is_count or outcome.unit == "yuan" else (1.0, "")
        digits = significant(largest / factor) if factor > 1 else outcome.digits
        unit = join(word, unit_word(outcome.unit))
        cells = {str(year): number(value / factor, digits) for year, value in values.items()}
        rows.append({"outcome": outcome.label, "unit": unit, **cells})
    return pd.DataFrame(rows)

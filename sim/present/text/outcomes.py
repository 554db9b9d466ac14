"""Outcomes by year, for reading."""

from __future__ import annotations

import pandas as pd

from sim.present.text.numbers import join, number, scale_of, significant, unit_word
from sim.results.outcomes import OUTCOMES


def years_in_words(table: pd.DataFrame, most: int = 8) -> pd.DataFrame:
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

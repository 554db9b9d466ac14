"""Checks of the model's mechanics in words."""

from __future__ import annotations

import pandas as pd

from sim.present.text.numbers import join, number, scale_of, significant

_LARGE = 1e6  # from here on numbers are scaled to millions and billions
HEADINGS = {
    "check": "check",
    "expected": "expected",
    "found": "found (95 % interval over seeds)",
    "verdict": "verdict",
    "source": "why",
}


def check_rows(table: pd.DataFrame) -> list[dict[str, str]]:
    """Rows for printing: what was expected and found, in the check's unit."""
    rows, is_by_scale = [], table["scale"].nunique() > 1
    for row in table.itertuples():
        same = row.expected_low == row.expected_high
        expected = (
            effect_figure(row.expected_low)
            if same
            else f"{effect_figure(row.expected_low)} to {effect_figure(row.expected_high)}"
        )
        found = effect_figure(row.found)
        if row.low == row.low and row.low != row.high:
            found += f" ({effect_figure(row.low)} to {effect_figure(row.high)})"
        rows.append(
            {
                "check": f"{row.check} ({row.unit})" + (f", at 1:{row.scale}" if is_by_scale else ""),
                "expected": expected,
                "found": found,
                "verdict": row.verdict,
                "source": row.source,
            }
        )
    return rows


def effect_figure(value: float) -> str:
    """A number in three figures or so: ``-0.25``, ``166 million``."""
    if value != value:
        return "none"
    if abs(value) >= _LARGE:
        factor, word = scale_of(value)
        return join(number(value / factor, significant(value / factor)), word)
    return number(value, 0 if abs(value) >= 100 else 2 if abs(value) >= 1 or value == 0 else 3)

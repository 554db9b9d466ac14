"""The tornado: how far each uncertain factor moves an outcome, the strongest on top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.present.charts.style import COLOURS, INK, empty_figure, headed, scaled, styled, wrapped
from sim.present.text.numbers import join, unit_word
from sim.results.outcomes import OUTCOMES

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def tornado_chart(table: pd.DataFrame, labels: Mapping[str, str], key: str) -> Figure:
    """Change of an outcome from the lowest to the highest drawn value of each factor, with 95 % intervals.

    ``table`` has a row per factor, the strongest first, with ``change``, ``low``, ``high``, ``year`` and
    ``points``; ``labels`` are the factors in words, ``key`` the outcome.
    """
    outcome, places = OUTCOMES[key], np.arange(len(table))
    size, word = scaled(float(table[["low", "high"]].abs().to_numpy().max()), outcome.unit)
    figure = empty_figure(7.6, 0.6 + 0.36 * len(table))
    panel = figure.subplots()
    change = table["change"] / size
    panel.axvline(0, color=INK, linewidth=0.8)
    panel.barh(
        places,
        change,
        color=[COLOURS[0] if value >= 0 else COLOURS[1] for value in change],
        height=0.62,
        alpha=0.85,
    )
    ends = [(table["change"] - table["low"]) / size, (table["high"] - table["change"]) / size]
    panel.errorbar(change, places, xerr=ends, fmt="none", ecolor=INK, elinewidth=0.9, capsize=2)
    panel.set_yticks(places, [wrapped(labels[name], 44, 2) for name in table["factor"]])
    panel.invert_yaxis()
    panel.grid(axis="x")
    panel.grid(visible=False, axis="y")
    unit = join(word, "points" if outcome.unit == "percent" else unit_word(outcome.unit))
    panel.set_xlabel(f"difference ({unit})")
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    headed(
        figure,
        f"{outcome.label}, {table['year'].iloc[0]}: what it hangs on",
        f"{unit} more or less at the highest value drawn than at the lowest; lines: 95 % over "
        f"{table['points'].iloc[0]} points",
    )
    return figure

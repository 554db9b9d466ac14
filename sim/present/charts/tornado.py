"""The tornado: how far each uncertain factor moves an outcome, the strongest on top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.core.language import _
from sim.present.charts.style import (
    COLOURS,
    INK,
    axis_words,
    empty_figure,
    headed,
    plain_numbers,
    row_panel,
    scaled,
    styled,
    wrapped,
)
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
    row_panel(panel, ticks=8)
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
    unit = axis_words(word, outcome.unit)
    panel.set_xlabel(_("difference ({unit})", unit=unit))
    plain_numbers(panel.xaxis)
    headed(
        figure,
        _("{outcome}, {year}: what it hangs on", outcome=outcome.label, year=table["year"].iloc[0]),
        _("{unit} more or less at the highest value drawn than at the lowest", unit=unit),
        _("lines: 95 % over {points} points", points=table["points"].iloc[0]),
    )
    return figure

"""How an outcome answers to the strength of one thing that is varied."""

from __future__ import annotations

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
    scaled,
    styled,
    wrapped,
)
from sim.results.outcomes import OUTCOMES

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@styled
def response_chart(table: pd.DataFrame, factor: str, label: str, key: str, at: str = "") -> Figure:
    """The difference from the factor's first value, with its 95 % band over seeds.

    ``table`` has a row per value of ``factor``, with ``difference``, ``low``, ``high``, ``year`` and
    ``seeds``; ``label`` is the factor in words with its unit, ``key`` the outcome, ``at`` what
    else is held at one value, in words.
    """
    outcome = OUTCOMES[key]
    ends = table[["difference", "low", "high"]].abs().to_numpy()
    size, word = scaled(float(np.nanmax(ends)), outcome.unit)
    figure = empty_figure(6.2, 3.6)
    panel = figure.subplots()
    panel.axhline(0, color=INK, linewidth=0.8)
    doses = table[factor]
    panel.fill_between(
        doses, table["low"] / size, table["high"] / size, color=COLOURS[0], alpha=0.22, linewidth=0
    )
    panel.plot(doses, table["difference"] / size, "o-", color=COLOURS[0], linewidth=1.8, markersize=4)
    unit = axis_words(word, outcome.unit)
    panel.set_xlabel(wrapped(label, 80, 2))
    panel.set_ylabel(_("difference ({unit})", unit=unit))
    for axis in (panel.xaxis, panel.yaxis):
        plain_numbers(axis)
    first = f"{doses.iloc[0]:,.10g}"
    headed(
        figure,
        _("{outcome}, {year}: difference", outcome=outcome.label, year=table["year"].iloc[0]),
        _(
            "{unit} more or less than with {factor} at {value}",
            unit=unit,
            factor=label,
            value=first,
        ),
        _("band: 95 % over {seeds} paired seeds", seeds=table["seeds"].iloc[0]),
        at,
    )
    return figure

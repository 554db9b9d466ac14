"""Errors of forecasts by horizon: the model beside the benchmarks, group by group of series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.core.language import _, plural
from sim.present.charts.style import COLOURS, GREY, INK, MODEL, WIDTH, empty_figure, headed, styled, wrapped
from sim.present.text.backtest import FORECASTERS, SUBJECTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LOOKS = {
    "forecast": {"color": MODEL, "marker": "o", "markersize": 8},
    "knowing": {"color": MODEL, "marker": "o", "markersize": 7, "markerfacecolor": "white"},
    "last_value": {"color": INK, "marker": "s", "markersize": 5.5},
    "trend": {"color": COLOURS[1], "marker": "D", "markersize": 5.5},
    "autoregression": {"color": COLOURS[2], "marker": "^", "markersize": 6.5},
}


@styled
def errors_by_horizon(scores: pd.DataFrame) -> Figure:
    """Mean absolute errors in tolerances; ``scores`` are a ``summary`` by horizon and subject."""
    horizons = sorted(scores["horizon"].unique())
    subjects = [name for name in SUBJECTS if name in set(scores["subject"])]
    figure = empty_figure(WIDTH, 1.3 + 0.5 * len(subjects))
    panels = figure.subplots(1, len(horizons), sharey=True, squeeze=False)[0]
    for panel, horizon in zip(panels, horizons, strict=True):
        part = scores[scores["horizon"] == horizon].set_index("subject")
        for name, look in _LOOKS.items():
            places = [place for place, subject in enumerate(subjects) if subject in part.index]
            sizes = [part.loc[subjects[place], name] for place in places]
            panel.plot(sizes, places, linestyle="none", label=FORECASTERS[name], **look)
        panel.axvline(1.0, color=GREY, linewidth=0.9, linestyle=(0, (3, 2)))
        panel.set_xlim(left=0)
        panel.grid(axis="x")
        panel.set_yticks(np.arange(len(subjects)), [wrapped(SUBJECTS[name], 24, 2) for name in subjects])
        panel.set_ylim(len(subjects) - 0.5, -0.5)
        panel.set_title(plural("{count} year ahead", "{count} years ahead", int(horizon)))
        panel.set_xlabel(_("mean error, in tolerances of the figure"))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False, fontsize=8.5)
    headed(
        figure,
        _("Forecasts from rolling origins: the model against benchmarks"),
        _("each mark: mean over the series and origins for which all could forecast"),
        _("dashed: what two surveys could differ by"),
    )
    return figure

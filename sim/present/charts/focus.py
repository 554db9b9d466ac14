"""Pictures of one province: its people and its jobs over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.comparison.comparison import Comparison
from sim.comparison.focus import JOBS, PEOPLE
from sim.core.language import _
from sim.present.charts.style import (
    COLOURS,
    WIDTH,
    axis_words,
    difference_line,
    empty_figure,
    headed,
    scaled,
    styled,
    wrapped,
)
from sim.present.text.comparison import title_of
from sim.present.text.focus import focus_measure_words, province_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHOWN = ((PEOPLE, "local"), (PEOPLE, "out"), (PEOPLE, "settled"), (JOBS, "at_work"))


@styled
def province_over_time(comparison: Comparison, policy: dict[str, Any]) -> Figure:
    """Differences over the twelve months that end there: three panels of its people, one of its jobs."""
    table = comparison.focus_paths
    own = table[table["policy"] == policy["name"]]
    factor, word = _factor(own)
    figure = empty_figure(WIDTH, 2.5)
    panels = figure.subplots(1, len(_SHOWN), sharex=True, sharey=True)
    for panel, (side, measure) in zip(panels, _SHOWN, strict=True):
        part = own[(own["side"] == side) & (own["outcome"] == measure)]
        difference_line(panel, part, factor, policy["start"], COLOURS[0] if side == PEOPLE else COLOURS[1])
        measured = focus_measure_words(measure).lower()
        panel.set_title(
            wrapped(
                _("its people: {measure}", measure=measured)
                if side == PEOPLE
                else _("its jobs: {measure}", measure=measured),
                26,
            )
        )
    headed(
        figure,
        _("{policy} in {province}", policy=title_of(policy), province=province_words(comparison)),
        _(
            "{unit}, difference from the baseline, mean of the last 12 months",
            unit=axis_words(word, "persons"),
        ),
        _("shade: 95 % over seeds"),
        _("dotted: the policy begins"),
    )
    return figure


def _factor(own: Any) -> tuple[float, str]:
    ends = own.loc[own["side"].isin([PEOPLE, JOBS]), ["year_low", "year_high", "year_difference"]]
    sizes = ends.abs().to_numpy(float)
    largest = float(np.nanmax(sizes)) if np.isfinite(sizes).any() else 1.0
    return scaled(largest or 1.0, "persons")

"""Pictures of one province: its people and its jobs over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.comparison.comparison import Comparison
from sim.comparison.focus import JOBS, PEOPLE
from sim.present.charts.style import (
    COLOURS,
    INK,
    WIDTH,
    decimal_year,
    dotted,
    empty_figure,
    headed,
    scaled,
    styled,
    whole_years,
    wrapped,
)
from sim.present.text.comparison import title_of
from sim.present.text.focus import focus_measure_words, province_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
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
        _line(panel, part, factor, policy["start"], COLOURS[0] if side == PEOPLE else COLOURS[1])
        whose = "its people: " if side == PEOPLE else "its jobs: "
        panel.set_title(wrapped(f"{whose}{focus_measure_words(measure).lower()}", 26))
    headed(
        figure,
        f"{title_of(policy)} in {province_of(comparison)}",
        f"{word or 'people'}{' people' if word else ''}, difference from the baseline, mean of the last 12 months; "
        "shade: 95 % over seeds; dotted: the policy begins",
    )
    return figure


def _factor(own: Any) -> tuple[float, str]:
    ends = own.loc[own["side"].isin([PEOPLE, JOBS]), ["year_low", "year_high", "year_difference"]]
    sizes = ends.abs().to_numpy(float)
    largest = float(np.nanmax(sizes)) if np.isfinite(sizes).any() else 1.0
    return scaled(largest or 1.0, "persons")


def _line(panel: Axes, part: Any, factor: float, start: str, colour: str) -> None:
    part = part[part["month"] >= f"{int(start[:4]) - 1}{start[4:]}"].dropna(subset=["year_difference"])
    when = part["month"].map(decimal_year).to_numpy(float)
    middle, low, high = (part[f"year_{name}"].to_numpy() / factor for name in ("difference", "low", "high"))
    panel.axhline(0, color=INK, linewidth=0.8)
    dotted(panel, start)
    panel.fill_between(when, low, high, color=colour, alpha=0.22, linewidth=0)
    panel.plot(when, middle, color=colour, linewidth=1.8)
    whole_years(panel)

"""The picture of a ranking: what a billion yuan buys, instrument by instrument, a panel for each outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.ranking import RANKED, Ranking
from sim.present.charts.style import (
    COLOURS,
    INK,
    WIDTH,
    axis_digits,
    empty_figure,
    headed,
    scaled,
    styled,
    wrapped,
)
from sim.present.text.numbers import amount, number, significant, unit_word
from sim.present.text.ranking import ends_of
from sim.results.outcomes import OUTCOMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 24  # instruments in a panel; the table has all
_WIDEST = 2.5  # times the largest effect that is told: further out an interval is cut off


@styled
def what_a_billion_buys(ranking: Ranking) -> Figure:
    """Instruments whose effect is told from nothing, the best first, with intervals, grades and places."""
    keys = ranking.about["outcomes"]
    tables = {key: _shown(ranking.table, key) for key in keys}
    heights = [max(0.27 * len(table), 0.6) + 0.75 for table in tables.values()]
    figure = empty_figure(WIDTH, sum(heights))
    panels = figure.subplots(len(keys), 1, squeeze=False, height_ratios=heights)[:, 0]
    for panel, key in zip(panels, keys, strict=True):
        _panel(panel, tables[key], key)
    about = ranking.about
    headed(
        figure,
        f"What a billion yuan buys: each instrument alone, at {amount(about['budget_yuan_per_year'], 'yuan')} a year",
        f"effect in year {about['years']} (of a flow: in years 1 to {about['years']}) per billion yuan of net cost to "
        f"government in these years; bar: {_bar_words(about)}; in brackets the grade of the "
        "evidence; then the place, and between which places it may lie; instruments whose effect cannot be told "
        "from zero are in the table alone",
    )
    return figure


def _bar_words(about: dict[str, Any]) -> str:
    if about.get("members"):
        return "95 % with parameters, size of levers and future"
    return f"95 % over {len(about['seeds'])} seeds"


def _shown(table: pd.DataFrame, key: str) -> pd.DataFrame:
    own = table[(table["outcome"] == key) & (table["note"] == RANKED)]
    told = own[own["verdict"].isin(["higher", "lower"])]
    if len(told) <= MOST:
        return told
    return pd.concat([told.head(MOST - MOST // 3), told.tail(MOST // 3)])


def _panel(panel: Axes, table: pd.DataFrame, key: str) -> None:
    outcome = OUTCOMES[key]
    panel.grid(axis="x")
    panel.grid(axis="y", visible=False)
    panel.tick_params(axis="y", length=0)
    panel.axvline(0, color=INK, linewidth=0.8)
    if table.empty:
        panel.set_title(wrapped(f"{outcome.label}: no ranked instrument moves it by more than chance", 80))
        panel.set_yticks([])
        panel.set_xticks([])
        return
    largest = float(table["per_billion"].abs().max())
    factor, word = scaled(largest, outcome.unit)
    limit = _WIDEST * largest
    for place, row in enumerate(table.itertuples()):
        _bar(panel, place, row, factor, limit, outcome.good)
    panel.set_yticks(range(len(table)), [_label(row) for row in table.itertuples()])
    panel.set_ylim(len(table) - 0.4, -0.6)
    unit = " ".join(filter(None, (word, unit_word(outcome.unit))))
    panel.set_title(" ")  # room for the heading, which begins at the edge of the figure
    heading = panel.annotate(
        f"{outcome.label}: {unit} per billion yuan",
        (0.0, 1.0),
        xycoords=("figure fraction", "axes fraction"),
        xytext=(6, 7),
        textcoords="offset points",
        fontsize=9.5,
        weight="bold",
    )
    heading.set_in_layout(False)
    _ticks(panel)
    for place, row in enumerate(table.itertuples()):
        value = row.per_billion / factor
        digits = max(significant(value), 0 if factor == 1 and outcome.is_count else 1)
        words = number(value, digits, signed=True)
        across = panel.get_yaxis_transform()
        panel.text(1.02, place, words, transform=across, va="center", fontsize=8)


def _label(row: Any) -> str:
    """An instrument with its grade, its place, and between which places it may lie."""
    span = "" if row.rank_best == row.rank_worst else f" ({row.rank_best:.0f}–{row.rank_worst:.0f})"
    return f"{row.title} ({row.evidence})   {row.rank:.0f}{span}"


def _bar(panel: Axes, place: int, row: Any, factor: float, limit: float, good: str) -> None:
    colour = COLOURS[0] if good == "neutral" or (row.per_billion > 0) == (good != "lower") else COLOURS[1]
    low, high = ends_of(row)
    ends = np.clip([low, high], -limit, limit) / factor
    panel.plot(ends, [place, place], color=colour, linewidth=1.6, solid_capstyle="butt")
    is_clear = low > 0 or high < 0
    face = colour if is_clear else "white"
    panel.plot(row.per_billion / factor, place, "o", color=colour, markersize=4.8, markerfacecolor=face)


def _ticks(panel: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    panel.xaxis.set_major_locator(MaxNLocator(nbins=6, min_n_ticks=2))
    panel.xaxis.set_major_formatter(
        lambda value, _: number(value, axis_digits(panel.get_xlim()), signed=True)
    )

"""The picture of the answer: what policies are for, with bands, beside what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from sim.comparison.aims import is_trivial
from sim.comparison.comparison import Comparison
from sim.core.language import _, language
from sim.present.charts.hatching import DOTS, STROKES, hatch, swatches
from sim.present.charts.style import (
    COLOURS,
    GREY,
    WIDTH,
    axis_words,
    empty_figure,
    estimate,
    headed,
    row_panel,
    scaled,
    styled,
    wrapped,
)
from sim.present.text.bands import part_words
from sim.present.text.comparison import main_horizon, title_of, year_of_answer
from sim.results.outcomes import OUTCOMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NET_COST = "net_cost"
_ROW = 0.42  # inches for a policy
_BAR, _STEP = 0.7, 3.5  # of a band's parts: height of a bar in rows; between the marks of a hatch, in percent
# Parts of a band: colour and hatch, so that they stay apart in black and white.
PART_LOOKS = {
    "parameters": ("#0072b2", ""),
    "levers": ("#009e73", STROKES),
    "monte_carlo": ("#c9c9c9", ""),
    "scenario": ("#e69f00", DOTS),
}


class Mark(NamedTuple):
    """One point of a panel with its band; NaN where there is none."""

    value: float
    low: float
    high: float
    is_clear: bool


@styled
def answer(comparison: Comparison, keys: Sequence[str]) -> Figure:
    """Each policy's effect on the outcomes ``keys`` in its main year, with bands, beside its net cost.

    A policy a row; filled marks are told from zero, hollow ones are not.
    """
    policies = comparison.policies
    figure = empty_figure(WIDTH, _ROW * len(policies) + 0.75)
    panels = figure.subplots(1, len(keys) + 1, sharey=True, squeeze=False)[0]
    rows = [year_of_answer(comparison, policy) for policy in policies]
    for panel, key in zip(panels, [*keys, NET_COST], strict=True):
        marks = [_cost(part) if key == NET_COST else _effect(part, key) for part in rows]
        _panel(panel, marks, *_words(key))
    panels[0].set_yticks(range(len(policies)), [wrapped(title_of(policy), 24) for policy in policies])
    panels[0].set_ylim(len(policies) - 0.4, -0.6)
    headed(
        figure,
        _("What the policies change, and what they cost"),
        _("difference from the baseline in the year of the answer"),
        _("bar: 95 % band") if "bands" in comparison.tables else _("bar: 95 % over seeds"),
        _("hollow: not told from zero, or under a thousandth"),
        _("net cost to government to the end of that year"),
    )
    return figure


def _words(key: str) -> tuple[str, str]:
    return (_("Net cost"), "yuan") if key == NET_COST else (OUTCOMES[key].label, OUTCOMES[key].unit)


def _effect(part: pd.DataFrame, key: str) -> Mark:
    own = part[part["outcome"] == key]
    if own.empty:
        return Mark(np.nan, np.nan, np.nan, False)
    row = own.iloc[0]
    is_clear = row["verdict"] in ("higher", "lower") and not is_trivial(row)
    return Mark(row["difference"], row["low"], row["high"], is_clear)


def _cost(part: pd.DataFrame) -> Mark:
    if part.empty:
        return Mark(np.nan, np.nan, np.nan, False)
    row = part.iloc[0]
    return Mark(row["net_cost_to_date_yuan"], row["net_cost_low"], row["net_cost_high"], True)


def _panel(panel: Axes, marks: Sequence[Mark], label: str, unit: str) -> None:
    ends = np.abs(np.array([mark[:3] for mark in marks], dtype=float))
    largest = float(np.nanmax(ends)) if np.isfinite(ends).any() else 0.0
    factor, word = scaled(largest or 1.0, unit)
    row_panel(panel, ticks=3, signed=unit != "yuan")
    for place, mark in enumerate(marks):
        ends, colour = (mark.low / factor, mark.high / factor), COLOURS[place % len(COLOURS)]
        estimate(panel, place, mark.value / factor, ends, colour, mark.is_clear, 6.5)
    panel.set_title(wrapped(label, 20 if language() == "en" else 24))
    panel.set_xlabel(axis_words(word, unit, noun=unit == "yuan"), color=GREY, fontsize=8.5)
    if not largest > 1e-9:
        panel.set_xlim(-1, 1)


@styled
def parts_of_bands(comparison: Comparison, keys: Sequence[str]) -> Figure:
    """What share of each band is whose: a bar for each policy and outcome of ``keys``."""
    bands, policies = comparison.bands, comparison.policies
    figure = empty_figure(WIDTH, (0.2 * len(keys) + 0.25) * -(-len(policies) // 2) + 0.4)
    columns = min(len(policies), 2)
    panels = figure.subplots(-(-len(policies) // columns), columns, sharex=True, sharey=True, squeeze=False)
    for index, panel in enumerate(panels.flat):
        if index >= len(policies):
            panel.set_visible(False)
            continue
        policy = policies[index]
        own = bands[
            (bands["policy"] == policy["name"]) & (bands["horizon_years"] == main_horizon(policy))
        ].set_index("outcome")
        left = np.zeros(len(keys))
        for name, (colour, marks) in PART_LOOKS.items():
            shares = own[f"{name}_percent"].reindex(keys).fillna(0.0).to_numpy()
            panel.barh(
                range(len(keys)),
                shares,
                left=left,
                color=colour,
                edgecolor="white",
                linewidth=0.4,
                height=_BAR,
            )
            for row, (begin, share) in enumerate(zip(left, shares, strict=True)):
                if marks:
                    hatch(panel, marks, (begin, row - _BAR / 2, share, _BAR), _STEP, _STEP, "white")
            left += shares
        panel.set_title(wrapped(title_of(policy), 40))
        panel.grid(axis="y", visible=False)
        panel.tick_params(axis="y", length=0)
    panels[0, 0].set_yticks(range(len(keys)), [OUTCOMES[key].label for key in keys])
    panels[0, 0].invert_yaxis()
    panels[0, 0].set_xlim(0, 100)
    handles, drawn_by = swatches(PART_LOOKS.values())
    figure.legend(
        handles, [part_words(name) for name in PART_LOOKS], handler_map=drawn_by, numpoints=3,
        loc="outside lower center", ncols=len(PART_LOOKS), frameon=False, fontsize=8.5,
    )  # fmt: skip
    headed(
        figure,
        _("What the bands are made of"),
        _("share of the squared width, percent, in the year of the answer"),
    )
    return figure

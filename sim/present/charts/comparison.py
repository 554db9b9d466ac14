"""Charts for reading: labelled in words with their unit, scaled, labels beside the lines they name.

Every function returns a matplotlib ``Figure`` and draws nothing on screen; ``style.as_svg`` and
``style.as_png`` turn it into bytes. Matplotlib is imported when the first chart is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.comparison.bands import KEYS
from sim.comparison.comparison import Comparison
from sim.core.language import _
from sim.present.charts.style import (
    COLOURS,
    WIDTH,
    axis_words,
    decimal_year,
    difference_line,
    dotted,
    empty_figure,
    end_labels,
    estimate,
    headed,
    plain_numbers,
    row_panel,
    scaled,
    styled,
    whole_years,
    wrapped,
)
from sim.present.text.comparison import last_month, title_of
from sim.present.text.numbers import join, scale_of, unit_word
from sim.results.outcomes import OUTCOMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS_PER_ROW = 4


@styled
def difference_over_time(comparison: Comparison, key: str) -> Figure:
    """One outcome's difference from the baseline over time with its band, a panel a policy."""
    outcome = OUTCOMES[key]
    policies = comparison.policies
    table = comparison.paths[comparison.paths["outcome"] == key]
    bands = comparison.tables.get("bands", pd.DataFrame(columns=["outcome", "policy", "low", "high"]))
    bands = (
        bands[bands["outcome"] == key].merge(comparison.effects[[*KEYS, "to_month"]], how="left")
        if len(bands)
        else bands
    )
    ends = np.concatenate(
        [
            table[["year_low", "year_high", "year_difference"]].abs().to_numpy().ravel(),
            bands[["low", "high"]].abs().to_numpy(float).ravel(),
        ]
    )
    largest = float(np.nanmax(ends)) if np.isfinite(ends).any() else 0.0  # none: no twelve months are over
    factor, word = scaled(largest or 1.0, outcome.unit)
    rows = -(-len(policies) // PANELS_PER_ROW)
    columns = min(len(policies), PANELS_PER_ROW)
    figure = empty_figure(WIDTH * {1: 0.62, 2: 0.8}.get(columns, 1.0), 2.3 * rows)
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for index, panel in enumerate(panels.flat):
        if index >= len(policies):
            panel.set_visible(False)
            continue
        policy = policies[index]
        part = table[table["policy"] == policy["name"]]
        difference_line(panel, part, factor, policy["start"], COLOURS[index % len(COLOURS)])
        if last_month(policy) and last_month(policy) < comparison.manifest["end"]:
            dotted(panel, last_month(policy))
        for row in bands[bands["policy"] == policy["name"]].itertuples():
            panel.plot(
                [decimal_year(row.to_month)] * 2,
                [row.low / factor, row.high / factor],
                color=COLOURS[index % len(COLOURS)],
                linewidth=2.2,
                solid_capstyle="butt",
            )
        if not largest > 1e-9:  # nothing changes: rounding must not look like a result
            panel.set_ylim(-1, 1)
        panel.set_title(wrapped(title_of(policy), 26))
    unit = axis_words(word, outcome.unit)
    headed(
        figure,
        _("{outcome}: difference from the baseline", outcome=outcome.label),
        _("{unit}, total of the last 12 months", unit=unit)
        if outcome.kind == "flow"
        else _("{unit}, mean of the last 12 months", unit=unit),
        _("shade: 95 % over seeds"),
        _("bars: 95 % with parameters, size of levers and future") if len(bands) else "",
        _("dotted: the policy begins, and ends"),
    )
    return figure


@styled
def spending_by_year(comparison: Comparison) -> Figure:
    """What each policy spends a year."""
    factor, word = scale_of(1e9)
    sums = comparison.costs.groupby(["policy", "year"])["spending_yuan"].sum() / factor
    figure = empty_figure(WIDTH * 0.62, 2.8)
    panel = figure.subplots()
    ends = []
    for index, policy in enumerate(comparison.policies):
        if policy["name"] not in sums.index.get_level_values("policy"):
            continue
        spent = sums[policy["name"]]
        colour = COLOURS[index % len(COLOURS)]
        panel.plot(spent.index, spent, color=colour, linewidth=1.8, marker="o", markersize=3)
        ends.append((spent.iloc[-1], wrapped(title_of(policy), 28), colour))
    panel.set_ylim(bottom=0)
    whole_years(panel)
    plain_numbers(panel.yaxis)
    end_labels(panel, ends)
    headed(
        figure,
        _("Policy spending"),
        _(
            "{unit}, all payers, current prices, mean over seeds",
            unit=join(word, unit_word("yuan per year")),
        ),
    )
    return figure


@styled
def change_by_group(
    tables: Sequence[tuple[str, pd.DataFrame]], words: Callable[[str, str], str], title: str
) -> Figure:
    """Mean change of annual net income by group with its interval, a panel a policy.

    ``title`` says by what and when; ``tables`` are (policy in words, its rows of ``winners``); hollow marks may be zero.
    """
    groups = max((table for _, table in tables), key=len)[["grouping", "group"]]
    places = _spaced(groups["grouping"])
    figure = empty_figure(WIDTH * (0.3 + 0.175 * len(tables)), 0.2 * len(groups) + 0.8)
    panels = figure.subplots(1, len(tables), sharex=True, sharey=True, squeeze=False)[0]
    for index, (panel, (policy, table)) in enumerate(zip(panels, tables, strict=True)):
        _dots(panel, groups.merge(table, how="left"), places, COLOURS[index % len(COLOURS)])
        panel.set_title(wrapped(policy, 22))
    labels = [words(row.grouping, row.group) for row in groups.itertuples()]
    panels[0].set_yticks(places, labels)
    panels[0].invert_yaxis()
    headed(
        figure,
        title,
        _("yuan of 2023 a year per worker"),
        _("bar: 95 % over seeds"),
        _("hollow: cannot be told from zero"),
    )
    return figure


def _dots(panel: Axes, table: pd.DataFrame, places: list[float], colour: str) -> None:
    row_panel(panel)
    for place, row in zip(places, table.itertuples(), strict=True):
        is_clear = row.low > 0 or row.high < 0
        estimate(panel, place, row.mean_change_yuan, (row.low, row.high), colour, is_clear, 4.5)


def _spaced(groupings: pd.Series) -> list[float]:
    """A place on the axis for each row, with a gap where another grouping begins."""
    gaps = (groupings != groupings.shift()).cumsum() - 1
    return [index + 0.6 * gap for index, gap in enumerate(gaps)]

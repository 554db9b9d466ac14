"""The picture of a ranking: what a billion yuan buys, instrument by instrument, a panel for each outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.analysis.ranking import RANKED, Ranking
from sim.core.language import _
from sim.present.charts.style import (
    COLOURS,
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
from sim.present.text.numbers import amount, number, significant
from sim.present.text.ranking import ends_of, place_of, title_of
from sim.results.outcomes import OUTCOMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 24  # instruments in a panel; the table has all
_BEST = 16  # of these the first ones, where there are more
_NOTHING = 0.4  # inches for the line that says that an outcome is not moved
_WIDEST = 2.5  # times the largest effect that is told: further out an interval is cut off


@styled
def what_a_billion_buys(ranking: Ranking) -> Figure:
    """Instruments whose effect is told from nothing, the best first, with intervals, grades and places."""
    keys = ranking.about["outcomes"]
    tables = {key: _shown(ranking.table, key) for key in keys}
    heights = [max(0.27 * len(table), 0.6) + 0.75 if len(table) else _NOTHING for table in tables.values()]
    figure = empty_figure(WIDTH, sum(heights))
    panels = figure.subplots(len(keys), 1, squeeze=False, height_ratios=heights)[:, 0]
    for panel, key in zip(panels, keys, strict=True):
        _panel(panel, tables[key], key)
    about = ranking.about
    headed(
        figure,
        _(
            "What a billion yuan buys: each instrument alone, at {budget} a year",
            budget=amount(about["budget_yuan_per_year"], "yuan"),
        ),
        _(
            "effect in year {years} (of a flow: in years 1 to {years}) per billion yuan of net cost to "
            "government in these years",
            years=about["years"],
        ),
        _bar_words(about),
        _("in brackets the grade of the evidence"),
        _("then the place, and between which places it may lie"),
        _("instruments whose effect cannot be told from zero are in the table alone"),
        _(
            "of more than {most} the best {best} and the last {last} are drawn",
            most=MOST,
            best=_BEST,
            last=MOST - _BEST,
        )
        if any(len(table) == MOST for table in tables.values())
        else "",
    )
    return figure


def _bar_words(about: dict[str, Any]) -> str:
    if about.get("members"):
        return _("bar: 95 % with parameters, size of levers and future")
    return _("bar: 95 % over {seeds} seeds", seeds=len(about["seeds"]))


def _shown(table: pd.DataFrame, key: str) -> pd.DataFrame:
    own = table[(table["outcome"] == key) & (table["note"] == RANKED)]
    told = own[own["verdict"].isin(["higher", "lower"])]
    if len(told) <= MOST:
        return told
    return pd.concat([told.head(_BEST), told.tail(MOST - _BEST)])


def _panel(panel: Axes, table: pd.DataFrame, key: str) -> None:
    outcome = OUTCOMES[key]
    row_panel(panel, ticks=6)
    if table.empty:
        panel.set_title(
            wrapped(
                _("{outcome}: no ranked instrument moves it by more than chance", outcome=outcome.label), 80
            )
        )
        panel.set_axis_off()
        return
    largest = float(table["per_billion"].abs().max())
    factor, word = scaled(largest, outcome.unit)
    limit = _WIDEST * largest
    for place, row in enumerate(table.itertuples()):
        _bar(panel, place, row, factor, limit, outcome.good)
    panel.set_yticks(range(len(table)), [_label(row) for row in table.itertuples()])
    panel.set_ylim(len(table) - 0.4, -0.6)
    panel.set_title(" ")  # room for the heading, which begins at the edge of the figure
    heading = panel.annotate(
        _("{outcome}: {unit} per billion yuan", outcome=outcome.label, unit=axis_words(word, outcome.unit)),
        (0.0, 1.0),
        xycoords=("figure fraction", "axes fraction"),
        xytext=(6, 7),
        textcoords="offset points",
        fontsize=9.5,
        weight="bold",
    )
    heading.set_in_layout(False)
    for place, row in enumerate(table.itertuples()):
        value = row.per_billion / factor
        digits = max(significant(value), 0 if factor == 1 and outcome.is_count else 1)
        words = number(value, digits, signed=True)
        across = panel.get_yaxis_transform()
        panel.text(1.02, place, words, transform=across, va="center", fontsize=8)


def _label(row: Any) -> str:
    """An instrument with its grade, its place, and between which places it may lie."""
    return _(
        "{instrument} ({grade})   {place}", instrument=title_of(row), grade=row.evidence, place=place_of(row)
    )


def _bar(panel: Axes, place: int, row: Any, factor: float, limit: float, good: str) -> None:
    colour = COLOURS[0] if good == "neutral" or (row.per_billion > 0) == (good != "lower") else COLOURS[1]
    low, high = ends_of(row)
    ends = (min(max(low, -limit), limit) / factor, min(max(high, -limit), limit) / factor)
    estimate(panel, place, row.per_billion / factor, ends, colour, low > 0 or high < 0, 4.5)

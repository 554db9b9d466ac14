"""The model against official statistics, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.core.language import _, in_context, translated
from sim.present.charts.style import (
    COLOURS,
    MODEL,
    OFFICIAL,
    UNSEEN,
    WIDTH,
    decimal_year,
    empty_figure,
    end_labels,
    headed,
    plain_numbers,
    styled,
    whole_years,
    with_room,
)
from sim.present.text.numbers import join, scale_of, unit_word
from sim.validation.targets import LAST_FIT_YEAR, NEW_SAMPLE
from sim.validation.validate import Validation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def baseline_outlook(model: pd.DataFrame, official: pd.DataFrame, series: dict[str, str]) -> Figure:
    """Head-counts under the official definitions over the whole run, the published ones as points.

    ``model`` and ``official`` are rows of the official table; ``series`` is group -> words.
    """
    figure = empty_figure(WIDTH * 0.72, 3.4)
    panel = figure.subplots()
    ends = []
    for colour, (group, words) in zip(COLOURS, series.items(), strict=False):
        line, points = (
            table[(table["indicator"] == "migrant_workers") & (table["group"] == group)].sort_values("year")
            for table in (model, official)
        )
        if line.empty:
            continue
        panel.plot(line["year"], line["value"] / _persons(), color=colour, linewidth=1.8)
        points = points[points["year"].between(line["year"].min(), line["year"].max())]
        panel.plot(
            points["year"],
            points["value"] / _persons(),
            "o",
            color=colour,
            markersize=4,
            markerfacecolor="white",
            markeredgewidth=1.3,
        )
        ends.append((line["value"].iloc[-1] / _persons(), words, colour))
    panel.set_ylim(bottom=0)
    whole_years(panel)
    plain_numbers(panel.yaxis)
    end_labels(panel, ends)
    headed(
        figure,
        _("The baseline: migrant workers under the official definitions"),
        _("{unit} a year", unit=_people()),
        _("line: model, mean over seeds"),
        _("points: published statistics"),
    )
    return figure


@styled
def validation_chart(validation: Validation, indicator: str, group: str) -> Figure:
    """One indicator: official figures as points, the model as a line, unseen years shaded."""
    rows = _rows_of(validation.rows, indicator, group)
    figure = empty_figure(4.6, 2.7)
    panel = figure.subplots()
    _against_official(panel, rows, _rows_of(validation.model, indicator, group))
    headed(
        figure,
        translated(rows["label"].iloc[0]),
        in_context("below a picture's title", "{unit}", unit=_official_unit(rows)),
        _("line: model"),
        _("points: official"),
        _("shaded: unseen years"),
    )
    return figure


@styled
def validation_grid(validation: Validation, pairs: Sequence[tuple[str, str]]) -> Figure:
    """Several (indicator, group) at once, three a row."""
    count = -(-len(pairs) // 3)
    figure = empty_figure(WIDTH, 2.3 * count)
    panels = figure.subplots(count, 3, squeeze=False)
    for index, panel in enumerate(panels.flat):
        if index >= len(pairs):
            panel.set_visible(False)
            continue
        rows, model = (_rows_of(table, *pairs[index]) for table in (validation.rows, validation.model))
        _against_official(panel, rows, model)
        title = f"{translated(rows['label'].iloc[0])}\n{_official_unit(rows)}"
        panel.set_title(title, fontsize=8.6, linespacing=1.4)
    headed(
        figure,
        _("The baseline against official statistics"),
        _("line: model, mean and range over seeds"),
        _("points: official (open: not comparable)"),
        _("shaded: unseen years"),
        _("dotted: the new sample of the survey"),
    )
    return figure


def _rows_of(table: pd.DataFrame, indicator: str, group: str) -> pd.DataFrame:
    found = table[(table["indicator"] == indicator) & (table["group"] == group)]
    return found.sort_values("year")


def _official_unit(rows: pd.DataFrame) -> str:
    unit = rows["unit"].iloc[0]
    if unit == _TEN_THOUSANDS:
        return _people()
    if unit == "years":
        return in_context("age", "years")
    return unit_word({"yuan": "yuan per month"}.get(unit, unit))


_TEN_THOUSANDS = "10k_persons"  # the unit of official head-counts


def _people() -> str:
    """The unit in which head-counts are drawn: million people, 万人."""
    return join(scale_of(1e6)[1], unit_word("persons"))


def _persons() -> float:
    """Ten thousands of persons, in which head-counts are published, in that unit."""
    return scale_of(1e6)[0] / 1e4


def _against_official(panel: Axes, rows: pd.DataFrame, model: pd.DataFrame) -> None:
    factor = _persons() if rows["unit"].iloc[0] == _TEN_THOUSANDS else 1.0
    last = max(2021, rows["year"].max())
    model = model[model["year"] <= last]
    panel.axvspan(LAST_FIT_YEAR + 0.5, NEW_SAMPLE - 0.5, color=UNSEEN, linewidth=0)
    if last >= NEW_SAMPLE:
        panel.axvline(NEW_SAMPLE - 0.5, color=OFFICIAL, linewidth=0.8, linestyle=":")
    low, middle, high = (model[name].to_numpy() / factor for name in ("model_low", "model", "model_high"))
    panel.fill_between(model["year"], low, high, color=MODEL, alpha=0.25, linewidth=0)
    panel.plot(model["year"], middle, color=MODEL, linewidth=1.8)
    broken = rows["note"] != ""
    for part, filling in ((rows[~broken], OFFICIAL), (rows[broken], "white")):
        panel.plot(
            part["year"],
            part["official"] / factor,
            "o",
            color=OFFICIAL,
            markersize=4,
            markerfacecolor=filling,
        )
    panel.set_xlim(2013.6, last + 0.4)
    with_room(panel, np.concatenate([rows["official"] / factor, low, high]))
    whole_years(panel)
    plain_numbers(panel.yaxis)


@styled
def stock_within_2020(national: pd.DataFrame, stocks: pd.DataFrame) -> Figure:
    """Rural workers away, month by month around 2020, with the published quarterly stocks."""
    first, last = "2018-01", "2021-12"
    part, stocks = (table[table["month"].between(first, last)] for table in (national, stocks))
    by_month = part.groupby("month")["away_now"].mean() / (1e4 * _persons())
    figure = empty_figure(WIDTH * 0.72, 2.6)
    panel = figure.subplots()
    panel.plot([decimal_year(month) for month in by_month.index], by_month, color=MODEL, linewidth=1.8)
    panel.plot(
        [decimal_year(month) for month in stocks["month"]],
        stocks["official_10k_persons"] / _persons(),
        "o",
        color=OFFICIAL,
        markersize=4,
    )
    panel.set_ylim(bottom=0)
    whole_years(panel)
    plain_numbers(panel.yaxis)
    headed(
        figure,
        _("Rural workers away from home around 2020"),
        in_context("below a picture's title", "{unit}", unit=_people()),
        _("line: model, end of month"),
        _("points: published, end of quarter (February in 2020)"),
    )
    return figure

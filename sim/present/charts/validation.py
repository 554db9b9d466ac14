"""The model against official statistics, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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
    leading,
    plain_numbers,
    styled,
    whole_years,
    with_room,
    wrapped,
)
from sim.present.text.numbers import apart, join, scale_of, unit_word
from sim.present.text.validation import errors_in_line
from sim.validation.level_bands import LevelBands
from sim.validation.targets import FIRST_YEAR, LAST_FIT_YEAR, NEW_SAMPLE
from sim.validation.validate import Validation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def baseline_outlook(
    model: pd.DataFrame, official: pd.DataFrame, series: dict[str, str], bands: LevelBands | None = None
) -> Figure:
    """Head-counts under the official definitions over the whole run, the published ones as points.

    ``model`` and ``official`` are rows of the official table; ``series`` is group -> words. With ``bands`` a
    shade tells where later official figures should lie: the last one, carried on with the model's change.
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
        _official_points(
            panel,
            points["year"],
            points["value"] / _persons(),
            color=colour,
            markerfacecolor="white",
            markeredgewidth=1.3,
        )
        if bands is not None and len(points):
            _shade(panel, line, points, group, bands, colour)
        ends.append((line["value"].iloc[-1] / _persons(), words, colour))
    panel.set_ylim(bottom=0)
    whole_years(panel)
    plain_numbers(panel.yaxis)
    end_labels(panel, ends)
    _mark_new_sample(panel)
    headed(
        figure,
        _("The baseline: migrant workers under the official definitions"),
        _("{unit} a year", unit=_people()),
        _("line: model, mean over seeds"),
        _("points: published statistics (diamonds: the new sample of {year})", year=NEW_SAMPLE),
        _("shade: later ones, 90 %, by what forecasts from past years were off by") if bands else "",
    )
    return figure


def _shade(
    panel: Axes, line: pd.DataFrame, points: pd.DataFrame, group: str, bands: LevelBands, colour: str
) -> None:
    """Where official figures after the last one should lie: carried on with the model's growth, and its band."""
    last, then = int(points["year"].iloc[-1]), line.set_index("year")["value"]
    if last not in then.index or not then[last] > 0:
        return
    ahead = then.loc[last:]
    middle = points["value"].iloc[-1] * ahead / then[last] / _persons()
    reach = np.array([bands.reach("migrant_workers", group, year - last) for year in ahead.index]) / 100.0
    low, high = middle * np.clip(1.0 - reach, 0.0, None), middle * (1.0 + reach)
    panel.fill_between(ahead.index, low, high, color=colour, alpha=0.14, linewidth=0)


@styled
def validation_chart(validation: Validation, indicator: str, group: str) -> Figure:
    """One series with its title, its errors and what the marks mean: a picture that can stand alone."""
    rows = _rows_of(validation.rows, indicator, group)
    said = apart([official_unit(rows), errors_in_line(validation, indicator, group)])
    lines: list[tuple[str, float, dict[str, Any]]] = [
        (wrapped(translated(rows["label"].iloc[0]), 31, 4), 0.175, {"fontsize": 9.5, "weight": "bold"}),
        (wrapped(said, 46, 3), 0.145, {"fontsize": 7.5}),
        (wrapped(apart(legend(validation)), 48, 6), 0.145, {"fontsize": 7.5, "color": "#555555"}),
    ]
    heights = [line * (text.count("\n") + 1) + 0.03 for text, line, _look in lines]
    figure, panel = _small_panel(sum(heights) + 0.08)
    _against_official(panel, validation, indicator, group)
    top = 0.05
    for (text, _line, look), height in zip(lines, heights, strict=True):
        place = (0.05 / _SMALL[0], 1 - top / figure.get_figheight())
        figure.text(*place, text, va="top", linespacing=leading(), **look)
        top += height
    return figure


@styled
def series_panel(validation: Validation, indicator: str, group: str) -> Figure:
    """One series without any words around it, for a page that gives them: see ``validation_chart``."""
    figure, panel = _small_panel(0.0)
    _against_official(panel, validation, indicator, group)
    return figure


_SMALL = (2.8, 1.72)  # inches: a small panel with the labels of its axes
_LEFT, _RIGHT, _BOTTOM, _TOP = 0.5, 0.1, 0.25, 0.17  # inches around the axes, in all panels alike


def _small_panel(heading: float) -> tuple[Figure, Axes]:
    """A figure of one panel whose axes stand where those of all others do; ``heading`` inches above it."""
    from matplotlib.figure import Figure

    (width, height), whole = _SMALL, _SMALL[1] + heading
    figure = Figure(figsize=(width, whole))
    panel = figure.add_axes(
        (_LEFT / width, _BOTTOM / whole, (width - _LEFT - _RIGHT) / width, (height - _BOTTOM - _TOP) / whole)
    )
    panel.tick_params(labelsize=8.5, length=2)
    panel.locator_params(axis="y", nbins=5, min_n_ticks=3)
    return figure, panel


def legend(validation: Validation) -> list[str]:
    """What the marks of a series mean, in words."""
    members = validation.about.get("members")
    return [
        _("line: model, mean and middle 90 % of the ensemble")
        if members
        else _("line: model, mean and range over seeds"),
        _("points: official (open: not comparable; diamonds: new sample)"),
        _("shaded: unseen years"),
        _(
            "error: mean absolute error of a period; of a level since {year}, what it changed by",
            year=NEW_SAMPLE,
        ),
    ]


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
        rows = _rows_of(validation.rows, *pairs[index])
        _against_official(panel, validation, *pairs[index])
        panel.set_title(translated(rows["label"].iloc[0]), fontsize=8.6, pad=34)
        errors = errors_in_line(validation, *pairs[index])
        words = panel.annotate(
            f"{official_unit(rows)}\n{errors}",
            (0, 1),
            xycoords="axes fraction",
            xytext=(0, 31),
            textcoords="offset points",
            va="top",
            fontsize=7.5,
            linespacing=leading(),
        )
        words.set_in_layout(False)
    headed(figure, _("The baseline against official statistics"), *legend(validation))
    return figure


def _rows_of(table: pd.DataFrame, indicator: str, group: str) -> pd.DataFrame:
    found = table[(table["indicator"] == indicator) & (table["group"] == group)]
    return found.sort_values("year")


def official_unit(rows: pd.DataFrame) -> str:
    """The unit in which a series is drawn, in words."""
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


def _against_official(panel: Axes, validation: Validation, indicator: str, group: str) -> None:
    """The model as a line with its band, official figures as points; unseen years and the new sample marked."""
    rows, model = (_rows_of(table, indicator, group) for table in (validation.rows, validation.model))
    factor = _persons() if rows["unit"].iloc[0] == _TEN_THOUSANDS else 1.0
    last = max(2021, validation.rows["year"].max())  # the same years in every panel
    model = model[model["year"] <= last]
    panel.axvspan(LAST_FIT_YEAR + 0.5, NEW_SAMPLE - 0.5, color=UNSEEN, linewidth=0)
    ends = ("band_low", "band_high") if validation.about.get("members") else ("model_low", "model_high")
    low, middle, high = (model[name].to_numpy() / factor for name in (ends[0], "model", ends[1]))
    panel.fill_between(model["year"], low, high, color=MODEL, alpha=0.25, linewidth=0)
    panel.plot(model["year"], middle, color=MODEL, linewidth=1.8)
    broken = rows["note"] != ""
    for part, filling in ((rows[~broken], OFFICIAL), (rows[broken], "white")):
        _official_points(
            panel, part["year"], part["official"] / factor, color=OFFICIAL, markerfacecolor=filling
        )
    panel.set_xlim(FIRST_YEAR - 0.4, last + 0.4)
    with_room(panel, np.concatenate([rows["official"] / factor, low, high]))
    whole_years(panel)
    plain_numbers(panel.yaxis)
    _mark_new_sample(panel)


def _official_points(panel: Axes, years: pd.Series, values: pd.Series, **look: Any) -> None:
    """Official figures as points, never joined; those of the survey's new sample are diamonds."""
    is_new = years >= NEW_SAMPLE
    for part, marker in ((~is_new, "o"), (is_new, "D")):
        panel.plot(years[part], values[part], marker, markersize=4 if marker == "o" else 3.6, **look)


def _mark_new_sample(panel: Axes) -> None:
    """A thin line with a short note where the survey drew a new sample, in a panel that crosses it."""
    first, last = panel.get_xlim()
    if not first < NEW_SAMPLE - 0.5 < last:
        return
    panel.axvline(NEW_SAMPLE - 0.5, color=OFFICIAL, linewidth=0.7, linestyle=(0, (1, 1.5)))
    note = panel.annotate(
        _("new sample"),
        (NEW_SAMPLE - 0.5, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, 2),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=7,
        color="#555555",
        annotation_clip=False,
    )
    note.set_in_layout(False)  # it lies above the axes, where room is left for it


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

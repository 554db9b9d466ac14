"""Charts for reading: labelled in words with their unit, scaled, labels beside the lines they name.

Every function returns a matplotlib ``Figure`` and draws nothing on screen; ``style.as_svg`` and
``style.as_png`` turn it into bytes. Matplotlib is imported when the first chart is drawn.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.comparison.bands import KEYS
from sim.present.charts.style import COLOURS, GREY, INK, WIDTH, empty_figure, headed, scaled, styled
from sim.present.text.comparison import last_month, title_of
from sim.present.text.numbers import number, unit_word
from sim.results.outcomes import OUTCOMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.comparison.comparison import Comparison
    from sim.validation.validate import Validation

OFFICIAL, MODEL, UNSEEN = "#222222", "#0072b2", "#f3f0e6"
PANELS_PER_ROW = 4


@styled
def difference_over_time(comparison: Comparison, key: str) -> Figure:
    """One outcome's difference from the baseline over time with its band, a panel a policy."""
    outcome = OUTCOMES[key]
    policies = comparison.policies
    table = comparison.paths[comparison.paths["outcome"] == key]
    bands = comparison.tables.get("bands", pd.DataFrame(columns=["outcome", "policy", "low", "high"]))
    bands = bands[bands["outcome"] == key].merge(comparison.effects[[*KEYS, "to_month"]], how="left") if len(
        bands) else bands
    ends = np.concatenate([table[["year_low", "year_high", "year_difference"]].abs().to_numpy().ravel(),
                           bands[["low", "high"]].abs().to_numpy(float).ravel()])
    factor, word = scaled(np.nanmax(ends) if np.isfinite(ends).any() else 1.0, outcome.unit)
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
        _band(panel, part, factor, policy["start"], COLOURS[index % len(COLOURS)])
        if last_month(policy) and last_month(policy) < comparison.manifest["end"]:
            _dotted(panel, last_month(policy))
        for row in bands[bands["policy"] == policy["name"]].itertuples():
            panel.plot([_decimal_year(row.to_month)] * 2, [row.low / factor, row.high / factor],
                       color=COLOURS[index % len(COLOURS)], linewidth=2.2, solid_capstyle="butt")
        if not np.nanmax(ends) > 1e-9:  # nothing changes: rounding must not look like a result
            panel.set_ylim(-1, 1)
        panel.set_title(_wrapped(title_of(policy), 26))
    unit = "points" if outcome.unit == "percent" else unit_word(outcome.unit)
    period = "total of" if outcome.kind == "flow" else "mean of"
    bars = "; bars: 95 % with parameters and future" if len(bands) else ""
    headed(figure, f"{outcome.label}: difference from the baseline",
            f"{' '.join(filter(None, (word, unit)))}, {period} the last 12 months; shade: 95 % over "
            f"seeds{bars}; dotted: the policy begins, and ends")
    return figure


def _band(panel: Axes, part: pd.DataFrame, factor: float, start: str, colour: str) -> None:
    """Difference and band from a year before the policy begins, the last value written out."""
    part = part[part["month"] >= f"{int(start[:4]) - 1}{start[4:]}"].dropna(subset=["year_difference"])
    when = part["month"].map(_decimal_year).to_numpy()
    middle, low, high = (part[f"year_{name}"].to_numpy() / factor for name in ("difference", "low", "high"))
    panel.axhline(0, color=INK, linewidth=0.8)
    _dotted(panel, start)
    panel.fill_between(when, low, high, color=colour, alpha=0.22, linewidth=0)
    panel.plot(when, middle, color=colour, linewidth=1.8)
    _whole_years(panel)


def _dotted(panel: Axes, month: str) -> None:
    panel.axvline(_decimal_year(month), color=GREY, linewidth=0.8, linestyle=(0, (2, 2)))


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
        panel.plot(line["year"], line["value"] / 100, color=colour, linewidth=1.8)
        points = points[points["year"].between(line["year"].min(), line["year"].max())]
        panel.plot(points["year"], points["value"] / 100, "o", color=colour, markersize=4,
                   markerfacecolor="white", markeredgewidth=1.3)  # fmt: skip
        ends.append((line["value"].iloc[-1] / 100, words, colour))
    panel.set_ylim(bottom=0)
    _whole_years(panel)
    _end_labels(panel, ends)
    headed(figure, "The baseline: migrant workers under the official definitions",
            "million people a year; line: model, mean over seeds; points: published statistics")
    return figure


@styled
def validation_chart(validation: Validation, indicator: str, group: str) -> Figure:
    """One indicator: official figures as points, the model as a line, unseen years shaded."""
    rows = _rows_of(validation.rows, indicator, group)
    figure = empty_figure(4.6, 2.7)
    panel = figure.subplots()
    _against_official(panel, rows, _rows_of(validation.model, indicator, group))
    headed(figure, rows["label"].iloc[0],
           f"{_official_unit(rows)}; line: model; points: official; shaded: unseen years")
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
        panel.set_title(f"{rows['label'].iloc[0]}\n{_official_unit(rows)}", fontsize=8.6, linespacing=1.4)
    headed(figure, "The baseline against official statistics",
           "line: model, mean and range over seeds; points: official (open: not comparable); shaded: "
           "unseen years")
    return figure


def _rows_of(table: pd.DataFrame, indicator: str, group: str) -> pd.DataFrame:
    found = table[(table["indicator"] == indicator) & (table["group"] == group)]
    return found.sort_values("year")


def _official_unit(rows: pd.DataFrame) -> str:
    unit = rows["unit"].iloc[0]
    return {"10k_persons": "million people", "percent": "%", "yuan": "yuan a month"}.get(unit, unit)


def _against_official(panel: Axes, rows: pd.DataFrame, model: pd.DataFrame) -> None:
    factor = 100.0 if rows["unit"].iloc[0] == "10k_persons" else 1.0
    last = max(2021, rows["year"].max())
    model = model[model["year"] <= last]
    panel.axvspan(2019.5, last + 0.4, color=UNSEEN, linewidth=0)
    low, middle, high = (model[name].to_numpy() / factor for name in ("model_low", "model", "model_high"))
    panel.fill_between(model["year"], low, high, color=MODEL, alpha=0.25, linewidth=0)
    panel.plot(model["year"], middle, color=MODEL, linewidth=1.8)
    broken = rows["note"] != ""
    for part, filling in ((rows[~broken], OFFICIAL), (rows[broken], "white")):
        panel.plot(part["year"], part["official"] / factor, "o", color=OFFICIAL, markersize=4,
                   markerfacecolor=filling)  # fmt: skip
    panel.set_xlim(2013.6, last + 0.4)
    _room(panel, np.concatenate([rows["official"] / factor, low, high]))
    _whole_years(panel)
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")


@styled
def stock_within_2020(national: pd.DataFrame, stocks: pd.DataFrame) -> Figure:
    """Rural workers away, month by month around 2020, with the published quarterly stocks."""
    first, last = "2018-01", "2021-12"
    part, stocks = (table[table["month"].between(first, last)] for table in (national, stocks))
    by_month = part.groupby("month")["away_now"].mean() / 1e6
    figure = empty_figure(WIDTH * 0.72, 2.6)
    panel = figure.subplots()
    panel.plot([_decimal_year(month) for month in by_month.index], by_month, color=MODEL, linewidth=1.8)
    panel.plot([_decimal_year(month) for month in stocks["month"]], stocks["official_10k_persons"] / 100,
               "o", color=OFFICIAL, markersize=4)  # fmt: skip
    panel.set_ylim(bottom=0)
    _whole_years(panel)
    headed(figure, "Rural workers away from home around 2020",
            "million people; line: model, end of month; points: published, end of quarter (February in 2020)")
    return figure


@styled
def spending_by_year(comparison: Comparison) -> Figure:
    """What each policy spends a year."""
    sums = comparison.costs.groupby(["policy", "year"])["spending_yuan"].sum() / 1e9
    figure = empty_figure(WIDTH * 0.62, 2.8)
    panel = figure.subplots()
    ends = []
    for index, policy in enumerate(comparison.policies):
        if policy["name"] not in sums.index.get_level_values("policy"):
            continue
        spent = sums[policy["name"]]
        colour = COLOURS[index % len(COLOURS)]
        panel.plot(spent.index, spent, color=colour, linewidth=1.8, marker="o", markersize=3)
        ends.append((spent.iloc[-1], _wrapped(title_of(policy), 28), colour))
    panel.set_ylim(bottom=0)
    _whole_years(panel)
    _end_labels(panel, ends)
    headed(figure, "Policy spending", "billion yuan a year, all payers, current prices, mean over seeds")
    return figure


@styled
def change_by_group(
    tables: Sequence[tuple[str, pd.DataFrame]], words: Callable[[str, str], str], year: int
) -> Figure:
    """Mean change of annual earnings by group with its interval, a panel a policy.

    ``tables`` are (policy in words, its rows of ``winners``); hollow marks may be zero.
    """
    groups = max((table for _, table in tables), key=len)[["grouping", "group"]]
    places = _spaced(groups["grouping"])
    figure = empty_figure(WIDTH * (0.3 + 0.175 * len(tables)), 0.2 * len(groups) + 0.8)
    panels = figure.subplots(1, len(tables), sharex=True, sharey=True, squeeze=False)[0]
    for index, (panel, (title, table)) in enumerate(zip(panels, tables, strict=True)):
        _dots(panel, groups.merge(table, how="left"), places, COLOURS[index % len(COLOURS)])
        panel.set_title(_wrapped(title, 22))
    labels = [words(row.grouping, row.group) for row in groups.itertuples()]
    panels[0].set_yticks(places, labels)
    panels[0].invert_yaxis()
    headed(figure, f"Mean change of annual earnings by group, {year}",
           "yuan a year per worker; bar: 95 % over seeds; hollow: cannot be told from zero")
    return figure


def _dots(panel: Axes, table: pd.DataFrame, places: list[float], colour: str) -> None:
    panel.grid(axis="x")
    panel.grid(axis="y", visible=False)
    panel.tick_params(axis="y", length=0)
    panel.axvline(0, color=INK, linewidth=0.8)
    for place, row in zip(places, table.itertuples(), strict=True):
        is_clear = row.low > 0 or row.high < 0
        panel.plot([row.low, row.high], [place, place], color=colour, linewidth=1.6)
        panel.plot(row.mean_change_yuan, place, "o", color=colour, markersize=4.5,
                   markerfacecolor=colour if is_clear else "white")  # fmt: skip
    from matplotlib.ticker import MaxNLocator

    panel.xaxis.set_major_locator(MaxNLocator(nbins=3, min_n_ticks=2))
    panel.xaxis.set_major_formatter(lambda value, _: number(value, _digits(panel.get_xlim()), signed=True))


def _spaced(groupings: pd.Series) -> list[float]:
    """A place on the axis for each row, with a gap where another grouping begins."""
    gaps = (groupings != groupings.shift()).cumsum() - 1
    return [index + 0.6 * gap for index, gap in enumerate(gaps)]


# --- parts ------------------------------------------------------------------------------------------


def _end_labels(panel: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Name each line at its right end, moved apart where two would touch."""
    low, high = panel.get_ylim()
    gap = 0.065 * (high - low)
    previous = -np.inf
    for value, words, colour in sorted(ends):
        previous = max(value, previous + gap)
        panel.annotate(words, (1.0, previous), xycoords=("axes fraction", "data"), xytext=(6, 0),
                       textcoords="offset points", va="center", color=colour, weight="bold",
                       annotation_clip=False)  # fmt: skip


def _decimal_year(month: str) -> float:
    """The middle of the month on an axis of years."""
    return int(month[:4]) + (int(month[5:7]) - 0.5) / 12


def _whole_years(panel: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    panel.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")


def _room(panel: Axes, values: np.ndarray) -> None:
    """Limits that hold the values, and not less than a tenth of their level, so that noise looks small."""
    low, high = np.nanmin(values), np.nanmax(values)
    missing = max(0.0, 0.12 * abs(high) - (high - low)) / 2
    edge = 0.08 * (high - low) + missing
    panel.set_ylim(low - edge, high + edge)


def _digits(limits: tuple[float, float]) -> int:
    return 0 if limits[1] - limits[0] >= 8 else 1


def _wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width))

"""Charts of effects by place and by group: dots for groups, a tile map of provinces, flows between regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.comparison.breakdown import MEASURES
from sim.comparison.comparison import Comparison
from sim.core.categories import REGIONS
from sim.core.language import _, language
from sim.present.charts.hatching import STROKES, hatch
from sim.present.charts.style import (
    COLOURS,
    GREY,
    INK,
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
from sim.present.text.breakdown import (
    MAIN,
    dimension_words,
    is_told,
    measure_words,
    measures_of,
    of_dimension,
    when_words,
)
from sim.present.text.comparison import in_a_sentence, title_of
from sim.present.text.groups import OWN_PROVINCE, group_words
from sim.present.text.numbers import join, number, scale_of, unit_word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MORE, FEWER = "#0072b2", "#d55e00"
# Column and row of each province on the map of tiles.
TILES: dict[str, tuple[int, int]] = {
    "Heilongjiang": (7, 0),
    "Inner Mongolia": (5, 1),
    "Beijing": (6, 1),
    "Jilin": (7, 1),
    "Xinjiang": (1, 2),
    "Gansu": (2, 2),
    "Ningxia": (3, 2),
    "Shanxi": (4, 2),
    "Hebei": (5, 2),
    "Tianjin": (6, 2),
    "Liaoning": (7, 2),
    "Qinghai": (2, 3),
    "Shaanxi": (3, 3),
    "Henan": (4, 3),
    "Shandong": (5, 3),
    "Tibet": (1, 4),
    "Sichuan": (2, 4),
    "Chongqing": (3, 4),
    "Hubei": (4, 4),
    "Anhui": (5, 4),
    "Jiangsu": (6, 4),
    "Shanghai": (7, 4),
    "Yunnan": (2, 5),
    "Guizhou": (3, 5),
    "Hunan": (4, 5),
    "Jiangxi": (5, 5),
    "Zhejiang": (6, 5),
    "Guangxi": (3, 6),
    "Guangdong": (4, 6),
    "Fujian": (5, 6),
    "Hainan": (4, 7),
}
PANELS = (  # of the map: dimension and measure
    ("home-province", "local"),
    ("home-province", "out"),
    ("home-province", "settled"),
    ("destination", "at_work"),
)


@styled
def effects_by_group(comparison: Comparison, policy: dict[str, Any], dimension: str) -> Figure:
    """A row for each group, a panel for each measure: the effect with its interval; grey where few workers."""
    table = of_dimension(comparison, policy["name"], dimension)
    measures = [name for name in measures_of(dimension, table) if name in MAIN]
    groups = list(dict.fromkeys(table["group"]))
    figure = empty_figure(WIDTH * (0.3 + 0.175 * len(measures)), max(0.2 * len(groups), 0.9) + 0.7)
    panels = figure.subplots(1, len(measures), sharey=True, squeeze=False)[0]
    for panel, measure in zip(panels, measures, strict=True):
        own = table[table["outcome"] == measure].set_index("group")
        factor, word = _scale(own, measure)
        for place, group in enumerate(groups):
            if group in own.index:
                _dot(panel, place, own.loc[group], factor)
        row_panel(panel)
        panel.set_title(wrapped(measure_words(measure), 22), loc="left")
        panel.set_xlabel(axis_words(word, MEASURES[measure]), fontsize=8)
    panels[0].set_yticks(range(len(groups)), [group_words(dimension, group) for group in groups])
    panels[0].set_ylim(len(groups) - 0.4, -0.6)
    headed(
        figure,
        _(
            "{policy}: {divided}",
            policy=title_of(policy),
            divided=in_a_sentence(dimension_words(dimension)),
        ),
        _("difference from the baseline, {when}", when=when_words(comparison, policy["name"])),
        _("bar: 95 % over seeds"),
        _("hollow: cannot be told from zero"),
        _("grey: too few simulated workers"),
    )
    return figure


def _dot(panel: Axes, place: int, row: Any, factor: float) -> None:
    colour = COLOURS[0] if row.is_reliable else "#bdbdbd"
    ends = (row.low / factor, row.high / factor)
    estimate(panel, place, row.difference / factor, ends, colour, row.low > 0 or row.high < 0, 4.2)


@styled
def province_map(comparison: Comparison, policy: dict[str, Any]) -> Figure:
    """Four maps of tiles: what changes for the people of each province, and in the work in it."""
    name = policy["name"]
    tables = {dimension: of_dimension(comparison, name, dimension) for dimension, _ in PANELS}
    figure = empty_figure(WIDTH, 10.4)
    shares = _shares(tables)
    for panel, (dimension, measure) in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
        table = tables[dimension]
        own = table[table["outcome"] == measure].set_index("group")
        panel.set_title(
            _(
                "{measure}, {divided}",
                measure=measure_words(measure),
                divided=in_a_sentence(dimension_words(dimension)),
            ),
            fontsize=9,
        )
        _tiles(panel, own, shares)
    headed(
        figure,
        _("{policy}: the 31 provinces", policy=title_of(policy)),
        _(
            "difference from the baseline in {unit}, {when}",
            unit=_change_unit(),
            when=when_words(comparison, name),
        ),
        _(
            "colour: in percent of the province's rural workers (below: of those who work there), blue more, "
            "orange fewer"
        ),
        _("white: cannot be told from zero"),
        _("hatched grey: too few simulated workers at this scale"),
    )
    return figure


def _shares(tables: dict[str, pd.DataFrame]) -> float:
    """The largest effect that is told, as a share of a province's workers, for the colours of all maps."""
    told = [
        abs(row.difference) / row.persons
        for dimension, measure in PANELS
        for row in tables[dimension].itertuples()
        if row.outcome == measure and is_told(row)
    ]
    return float(np.quantile(told, 0.9)) if told else 1.0


def _tiles(panel: Axes, own: pd.DataFrame, largest: float) -> None:
    from matplotlib.patches import Rectangle

    for province, (column, row) in TILES.items():
        cell = own.loc[province] if province in own.index else None
        face: str | tuple[float, ...] = "white"
        value, ink = "", GREY
        is_few = False
        if cell is None or not cell.is_reliable:
            is_few, face = True, "#f0f0f0"
        elif is_told(cell):
            strength = min(abs(cell.difference) / cell.persons / largest, 1.0)
            face = _mixed(MORE if cell.difference > 0 else FEWER, 0.2 + 0.65 * strength)
            value, ink = _change(cell.difference), INK
            if cell.difference > 0 and strength > _DARK:
                ink = "white"
        else:
            value = _change(cell.difference)
        panel.add_patch(
            Rectangle(
                (column, row),
                0.94,
                0.94,
                facecolor=face,
                edgecolor="#c8c8c8",
                linewidth=0.6,
            )
        )
        if is_few:
            hatch(panel, STROKES, (column, row, 0.94, 0.94), 0.17, 0.94, "#c8c8c8")
        name = _province(province)
        panel.text(
            column + 0.47,
            row + 0.33,
            name,
            ha="center",
            va="center",
            fontsize=6.8,
            color="#777777" if is_few else "white" if ink == "white" else INK,
            linespacing=1.05,
        )
        panel.text(column + 0.47, row + 0.73, value, ha="center", va="center", fontsize=7.4, color=ink)
    panel.set_xlim(0.9, 8.05)
    panel.set_ylim(8.05, -0.1)
    panel.set_aspect("equal")
    panel.set_axis_off()


def _province(name: str) -> str:
    """A province's name in a tile."""
    if name == "Heilongjiang" and language() == "en":
        return "Heilong-\njiang"
    return wrapped(group_words("home-province", name), 9, 2)


_DARK = 0.75  # of the strongest blue: darker tiles have white letters
_ALL = 1e6  # persons: their scale word (million, 万) is that of all migrants of a corridor
_CHANGE = 1e4  # persons: their scale word (thousand, 万) is that of all changes on maps


def _change_unit() -> str:
    return join(scale_of(_CHANGE)[1], unit_word("persons"))


def _change(value: float) -> str:
    size = value / scale_of(_CHANGE)[0]
    digits = 0 if abs(size) >= 10 else 1 if language() == "en" or abs(size) >= 1 else 2
    return number(size, digits, signed=True)


def _mixed(colour: str, share: float) -> tuple[float, ...]:
    from matplotlib.colors import to_rgb

    return tuple(share * part + (1.0 - share) for part in to_rgb(colour))


@styled
def flows_between_regions(comparison: Comparison, policy: dict[str, Any]) -> Figure:
    """From each region of home, on the left, to where its out-migrants work: how many more or fewer."""
    table = of_dimension(comparison, policy["name"], "corridor").set_index("group")
    figure = empty_figure(WIDTH * 0.86, 6.2)
    panel = figure.subplots()
    largest = float(table.loc[table["is_reliable"], "difference"].abs().max() or 1.0)
    places = (OWN_PROVINCE, *REGIONS)
    left = _slots(REGIONS, len(places))
    right = _slots(places, len(REGIONS))
    for home in REGIONS:
        for place in places:
            group = f"{home} > {place}"
            start, end = left[home][places.index(place)], right[place][REGIONS.index(home)]
            if group in table.index:
                _ribbon(panel, start, end, table.loc[group], largest)
    for words, slots, x, side in (
        *((group_words("region", home), left[home], -0.02, "right") for home in REGIONS),
        *((_place_words(place), right[place], 1.02, "left") for place in places),
    ):
        panel.plot([x, x], [slots[0] - 0.016, slots[-1] + 0.016], color=INK, linewidth=2.2, clip_on=False)
        gap = -0.02 if side == "right" else 0.02
        middle = (slots[0] + slots[-1]) / 2
        panel.text(x + gap, middle, words, ha=side, va="center", fontsize=9.5, weight="bold")
    panel.text(-0.02, -0.055, _("registered in"), ha="right", fontsize=8.5, color="#555555")
    panel.text(1.02, -0.055, _("work in"), ha="left", fontsize=8.5, color="#555555")
    panel.set_xlim(-0.24, 1.24)
    panel.set_ylim(1.02, -0.08)
    panel.set_axis_off()
    headed(
        figure,
        _("{policy}: out-of-township migrants from region to region", policy=title_of(policy)),
        _(
            "difference from the baseline in {unit} (beside it all under the baseline, {word}), official "
            "definition, {when}",
            unit=_change_unit(),
            word=scale_of(_ALL)[1],
            when=when_words(comparison, policy["name"]),
        ),
        _("width: the difference"),
        _("blue more, orange fewer, grey: cannot be told from zero"),
        _("dotted: too few simulated workers"),
    )
    return figure


def _slots(blocks: Sequence[str], count: int) -> dict[str, list[float]]:
    """The heights of so many ends of lines in each block, from the top, 0, to the bottom, 1."""
    gap = 0.05
    step = (1.0 - gap * (len(blocks) - 1)) / (len(blocks) * count)
    found = {}
    for number_of_block, name in enumerate(blocks):
        top = number_of_block * (count * step + gap)
        found[name] = [top + (slot + 0.5) * step for slot in range(count)]
    return found


def _ribbon(panel: Axes, start: float, end: float, row: Any, largest: float) -> None:
    """One corridor: its line, and at its beginning what changes and how many there are."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    colour, width, style = _line(row, largest)
    begin = 0.2
    steps = [(begin, start), (0.5, start), (0.62, end), (0.98, end)]
    path = Path(steps, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    panel.add_patch(
        PathPatch(path, facecolor="none", edgecolor=colour, linewidth=width, linestyle=style, alpha=0.85)
    )
    change = _change(row.difference) if row.is_reliable else _("few")
    strong = {"color": colour, "weight": "bold"} if is_told(row) else {"color": "#777777"}
    panel.text(0.075, start, change, ha="right", va="center", fontsize=8.5, **strong)
    size = row.baseline / scale_of(_ALL)[0]
    total = _("of {total}", total=number(size, 1 if size < 100 else 0))
    panel.text(0.185, start, total, ha="right", va="center", fontsize=7.5, color="#777777")


def _place_words(place: str) -> str:
    if place == OWN_PROVINCE:
        return _("Own province")
    return _("{region},\nother province", region=group_words("region", place))


def _line(row: Any, largest: float) -> tuple[str, float, Any]:
    """Colour, width and style of an arrow."""
    if not row.is_reliable:
        return "#cfcfcf", 0.8, (0, (1, 2))
    width = 0.8 + 5.0 * abs(row.difference) / largest
    if not is_told(row):
        return "#b0b0b0", width, "solid"
    return (MORE if row.difference > 0 else FEWER), width, "solid"


def _scale(own: pd.DataFrame, measure: str) -> tuple[float, str]:
    """Factor and word of an axis, by the largest end of an interval that is not grey, if there is one."""
    shown = own[own["is_reliable"]] if own["is_reliable"].any() else own
    ends = shown[["low", "high", "difference"]].abs().to_numpy(float)
    largest = float(np.nanmax(ends)) if np.isfinite(ends).any() else 1.0
    return scaled(largest or 1.0, MEASURES[measure])

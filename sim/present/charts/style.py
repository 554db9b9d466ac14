"""The house style of every chart: colours, fonts, the heading, and how a chart becomes bytes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from io import BytesIO
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import numpy as np
import pandas as pd

from sim.core.language import in_context, language
from sim.present.charts.fonts import LATIN, families, use_fonts_for_all, without_chatter
from sim.present.charts.settings import own_settings
from sim.present.text.numbers import apart, join, number, scale_of, unit_word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

INK, GREY, PALE = "#222222", "#8a8a8a", "#e4e4e4"
OFFICIAL, MODEL, UNSEEN = "#222222", "#0072b2", "#f3f0e6"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
_STYLE = {
    "font.size": 9,
    "text.parse_math": False,  # a title may hold dollars and underscores, and shows them as written
    "text.usetex": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "svg.hashsalt": "labor-sim",
    "svg.fonttype": "none",  # text stays text, to be searched, copied and read aloud
    "figure.dpi": 100,
    "axes.unicode_minus": True,
}
WIDTH, _HEADING = 10.0, 0.55  # inches: a full-width figure, and its title and subtitle
_LINE, _LETTERS_PER_INCH = 0.16, 15.5  # of a subtitle of several lines


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draw under the house style without changing anybody else's."""

    @wraps(draw)
    def inside(*args: Any, **named: Any) -> Figure:
        with house_style():
            figure = draw(*args, **named)
            engine = figure.get_layout_engine()  # none where every place is given
            if engine:
                engine.execute(figure)
            if use_fonts_for_all(figure) and engine:
                engine.execute(figure)
            figure.set_layout_engine(None)  # laid out once; with one that rests, writing draws twice
        return figure

    return inside


def as_svg(figure: Figure) -> bytes:
    """The chart as SVG, the same bytes for the same chart."""
    return _bytes(figure, format="svg", metadata={"Date": None, "Creator": None})


def as_png(figure: Figure, dpi: int = 150) -> bytes:
    """The chart as PNG."""
    return _bytes(figure, format="png", dpi=dpi, metadata={"Software": None})


def as_pdf(figure: Figure) -> bytes:
    """The chart as PDF, with text that can be searched."""
    return _bytes(figure, format="pdf", metadata={"CreationDate": None, "Creator": None, "Producer": None})


def _bytes(figure: Figure, **options: Any) -> bytes:
    stream = BytesIO()
    with house_style():
        figure.savefig(stream, facecolor="white", **options)
    return stream.getvalue()


_IS_IN_FORCE: ContextVar[bool] = ContextVar("the house style is in force", default=False)


@contextmanager
def house_style() -> Iterator[None]:
    """Draw under the house style. Setting it takes a while: whoever draws many charts does it once around all."""
    if _IS_IN_FORCE.get():
        yield
        return
    with own_settings(_STYLE), without_chatter():
        import matplotlib

        matplotlib.rcParams.update({"font.family": families(), "font.sans-serif": [LATIN, "sans-serif"]})
        token = _IS_IN_FORCE.set(True)
        try:
            yield
        finally:
            _IS_IN_FORCE.reset(token)


def empty_figure(width: float, height: float) -> Figure:
    """An empty figure of that many inches, with room for the heading above."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height + _HEADING), layout="constrained")


def headed(figure: Figure, title: str, *notes: str) -> None:
    """Title and, below it, what the numbers are, left-aligned over the whole figure, in lines that fit."""
    lines = _lines(apart(notes), int(figure.get_figwidth() * _LETTERS_PER_INCH), 6)
    heading = _HEADING + _LINE * (len(lines) - 1)
    height = figure.get_figheight() + heading - _HEADING
    figure.set_figheight(height)
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - heading / height))
    for text, inches, look in (
        (title, 0.05, {"fontsize": 11, "weight": "bold"}),
        ("\n".join(lines), 0.28, {"fontsize": 8.5, "color": "#555555"}),
    ):
        mark = figure.text(
            0.006, 1 - inches / height, text, ha="left", va="top", linespacing=leading(), **look
        )
        mark.set_in_layout(False)


def leading() -> float:
    """Height of a line of several: Chinese letters fill theirs."""
    return 1.4 if language() == "zh" else 1.2


def scaled(largest: float, unit: str) -> tuple[float, str]:
    """Factor and word for an axis whose largest value is ``largest``; only counts and money are scaled."""
    return scale_of(largest) if unit in ("persons", "businesses", "jobs", "yuan") else (1.0, "")


def axis_words(word: str, unit: str, *, is_difference: bool = True, noun: bool = True) -> str:
    """What the numbers of an axis are: the scale word and the unit; a difference of percentages is in points."""
    if is_difference and unit == "percent":
        return join(word, in_context("on an axis", "points"))
    return join(word, unit_word(unit, noun or language() == "zh")) or unit_word(unit)


def row_panel(panel: Axes, ticks: int = 3, signed: bool = True) -> None:
    """Set up a panel whose rows are things and whose axis is a value: a line at nought, and few, plain ticks."""
    from matplotlib.ticker import MaxNLocator

    panel.axvline(0, color=INK, linewidth=0.8)
    panel.grid(axis="x")
    panel.grid(axis="y", visible=False)
    panel.tick_params(axis="y", length=0)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=ticks, min_n_ticks=2))
    panel.xaxis.set_major_formatter(
        lambda value, _: number(value, axis_digits(panel.get_xlim()), signed=signed)
    )


def estimate(
    panel: Axes,
    place: float,
    value: float,
    ends: tuple[float, float],
    colour: str,
    is_clear: bool,
    size: float,
) -> None:
    """A value in a row with its interval: a filled mark where it is told from nothing, else a hollow one."""
    panel.plot(ends, [place, place], color=colour, linewidth=0.35 * size, solid_capstyle="butt")
    face = colour if is_clear else "white"
    panel.plot(value, place, "o", color=colour, markersize=size, markerfacecolor=face)


def difference_line(panel: Axes, part: pd.DataFrame, factor: float, start: str, colour: str) -> None:
    """Yearly differences and their band from a year before the policy begins, which a dotted line marks."""
    part = part[part["month"] >= f"{int(start[:4]) - 1}{start[4:]}"].dropna(subset=["year_difference"])
    when = part["month"].map(decimal_year).to_numpy(float)
    middle, low, high = (part[f"year_{name}"].to_numpy() / factor for name in ("difference", "low", "high"))
    panel.axhline(0, color=INK, linewidth=0.8)
    dotted(panel, start)
    panel.fill_between(when, low, high, color=colour, alpha=0.22, linewidth=0)
    panel.plot(when, middle, color=colour, linewidth=1.8)
    whole_years(panel)
    plain_numbers(panel.yaxis)


def dotted(panel: Axes, month: str) -> None:
    panel.axvline(decimal_year(month), color=GREY, linewidth=0.8, linestyle=(0, (2, 2)))


def end_labels(panel: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Name each line at its right end, moved apart where two would touch."""
    low, high = panel.get_ylim()
    gap = 0.065 * (high - low)
    previous = -np.inf
    for value, words, colour in sorted(ends):
        previous = max(value, previous + gap)
        panel.annotate(
            words,
            (1.0, previous),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            weight="bold",
            annotation_clip=False,
        )


def decimal_year(month: str) -> float:
    """The middle of the month on an axis of years."""
    return int(month[:4]) + (int(month[5:7]) - 0.5) / 12


def plain_numbers(axis: Axis) -> None:
    """Numbers along an axis with thousands apart and a real minus."""
    axis.set_major_formatter(lambda value, _: f"{value:,.10g}".replace("-", "−"))


def whole_years(panel: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    panel.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")


def with_room(panel: Axes, values: np.ndarray) -> None:
    """Limits that hold the values, and not less than a tenth of their level, so that noise looks small."""
    low, high = np.nanmin(values), np.nanmax(values)
    missing = max(0.0, 0.12 * abs(high) - (high - low)) / 2
    edge = 0.08 * (high - low) + missing
    panel.set_ylim(low - edge, high + edge)


def axis_digits(limits: tuple[float, float]) -> int:
    return 0 if limits[1] - limits[0] >= 8 else 1


def wrapped(text: str, width: int, most: int = 4) -> str:
    r"""The text in at most that many lines that are no wider than so many letters, a Chinese one counting as two.

    >>> wrapped("Support for founders", 12)
    'Support for\nfounders'
    """
    return "\n".join(_lines(text, width, most))


_WIDE = "WF"  # widths of Chinese letters and marks, which count as two
_CLOSING = "，。、；：？！）》」』”’％…"  # marks that never begin a line
_OPENING = "（《「『“‘"  # marks that never end one
_PIECE = re.compile(rf"\s+|[{_OPENING}]*(?:[+−]?[A-Za-z0-9]+(?:[.,/–-][A-Za-z0-9]+)*[%×]?|\S)[{_CLOSING}]*")


def _lines(text: str, width: int, most: int) -> list[str]:
    if not any(east_asian_width(letter) in _WIDE for letter in text):
        return textwrap.wrap(text, width, max_lines=most, placeholder="…")
    return _chinese_lines(text, width, most)


def _chinese_lines(text: str, width: int, most: int) -> list[str]:
    """Lines of a text that may break between any two Chinese letters, but not within a number or a word."""
    lines = [""]
    for found in _PIECE.findall(text):
        piece = " " if found.isspace() else found
        if _width(lines[-1] + piece.rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    lines = [line.rstrip() for line in lines if line.strip()]
    if len(lines) > most:
        last = lines[most - 1]
        while last and _width(last) > width - 1:
            last = last[:-1]
        lines[most - 1 :] = [last + "…"]
    return lines


def _width(text: str) -> int:
    """Letters in a row, a Chinese one counting as two."""
    return sum(2 if east_asian_width(letter) in _WIDE else 1 for letter in text)

"""Pictures of lives: what a worker did and where, pay and savings, month by month."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from sim.agents.life import Life, LivedMonth
from sim.core.labels import ACTIVITIES
from sim.present.charts.style import GREY, INK, WIDTH, decimal_year, empty_figure, headed, styled
from sim.present.text.lives import place_in_words, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Home is warm, away is blue; looking for work is the paler of the two.
ACTIVITY_COLOURS = {
    "farm": "#c9b458",
    "local_work": "#e69f00",
    "own_business": "#d55e00",
    "migrant_work": "#0072b2",
    "migrant_search": "#9ecae1",
    "settled_work": "#009e73",
    "settled_search": "#a6dcc9",
    "training": "#cc79a7",
    "exited": "#e4e4e4",
}
_MONTH = 1.0 / 12.0
_LETTER = 0.016  # width of a letter of a label, as a share of the picture
_MARKS = {  # happenings that are marked, and how
    "loses_job": ("v", "lost a job"),
    "stranded": ("v", "lost a job"),
    "changes_job": ("^", "changed jobs"),
    "settles": ("*", "registered in the city"),
    "starts_business": ("D", "started a business"),
    "takes_course": ("s", "took a course"),
    "goes_unpaid": ("X", "went unpaid"),
}


@styled
def life_chart(life: Life, first: str | None = None) -> Figure:
    """One life: a band of what the worker did, labelled with places; then pay and savings."""
    months = [month for month in life.months if first is None or month.month >= first]
    figure = empty_figure(WIDTH, 3.9)
    band, money, saved = figure.subplots(3, 1, sharex=True, height_ratios=(1.3, 2.0, 1.0))
    draw_band(band, months)
    _key(band, months)
    draw_pay(money, months)
    _draw_savings(saved, months)
    headed(
        figure,
        title_of(life),
        f"{life.title}, seed {life.seed}, 1:{life.scale:,}. Above: what the worker did, and where away "
        "from home. Below: yuan of the time.",
    )
    return figure


def draw_band(panel: Axes, months: list[LivedMonth], at: float = 0.0, height: float = 1.0) -> None:
    """A band of activities, each stretch labelled with its place where there is room, and what happened."""
    span = len(months) * _MONTH
    for (activity, place), group in groupby(months, key=lambda one: (one.activity, one.place)):
        stretch = list(group)
        left, width = decimal_year(stretch[0].month) - _MONTH / 2, len(stretch) * _MONTH
        panel.barh(at, width, height, left, align="edge", color=ACTIVITY_COLOURS[activity], linewidth=0)
        if place.tier != "home_township":
            label = place_in_words(place, short=True).replace(", ", "\n")
            longest = max(len(line) for line in label.split("\n"))
            for shown in (label, place.province):
                longest = max(len(line) for line in shown.split("\n"))
                if width / span > _LETTER * longest * 0.62:
                    panel.text(
                        left + width / 2, at + height / 2, shown, ha="center", va="center", fontsize=7,
                        color="white" if activity in ("migrant_work", "settled_work") else INK,
                    )  # fmt: skip
                    break
    for month in months:
        for one in month.happenings:
            if one.what in _MARKS:
                panel.plot(
                    decimal_year(month.month), at + height + 0.12, _MARKS[one.what][0], color=INK,
                    markersize=4.5, markeredgewidth=0, clip_on=False,
                )  # fmt: skip
    panel.set_ylim(at - 0.05, at + height + 0.3)
    panel.set_yticks([])
    panel.grid(False)
    panel.spines["left"].set_visible(False)


def _key(panel: Axes, months: list[LivedMonth]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    seen = {month.activity for month in months}
    marked = {_MARKS[one.what]: None for month in months for one in month.happenings if one.what in _MARKS}
    parts = [
        Patch(color=colour, label=ACTIVITIES[activity])
        for activity, colour in ACTIVITY_COLOURS.items()
        if activity in seen
    ]
    parts += [
        Line2D([], [], marker=marker, linestyle="", color=INK, markersize=5, markeredgewidth=0, label=label)
        for marker, label in marked
    ]
    panel.legend(
        handles=parts, loc="lower left", bbox_to_anchor=(0, 1.02), ncols=5, frameon=False, fontsize=7.5,
        borderpad=0, handlelength=1.2, columnspacing=1.2,
    )  # fmt: skip


def draw_pay(panel: Axes, months: list[LivedMonth]) -> None:
    """What was earned and what was sent home, month by month."""
    years = [decimal_year(month.month) for month in months]
    earned = [month.money.get("earned", 0) for month in months]
    sent = [month.money.get("remittance", 0) for month in months]
    panel.fill_between(years, earned, step="mid", color="#0072b2", alpha=0.25, linewidth=0)
    panel.step(years, earned, where="mid", color="#0072b2", linewidth=1.0)
    panel.fill_between(years, sent, step="mid", color="#d55e00", alpha=0.55, linewidth=0)
    panel.set_title("Earned in the month (blue), and sent home of it (orange)", fontsize=8.5)
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    panel.set_ylim(0, None)


def _draw_savings(panel: Axes, months: list[LivedMonth]) -> None:
    years = [decimal_year(month.month) for month in months]
    panel.plot(years, [month.savings_yuan for month in months], color=GREY, linewidth=1.6)
    panel.set_title("Savings", fontsize=8.5)
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    panel.set_ylim(0, None)
    from matplotlib.ticker import MaxNLocator

    panel.yaxis.set_major_locator(MaxNLocator(3))
    panel.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    panel.set_xlim(years[0] - _MONTH / 2, years[-1] + _MONTH / 2)

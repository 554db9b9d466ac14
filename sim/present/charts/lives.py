"""Pictures of lives: what a worker did and where, pay and savings, month by month."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from sim.agents.life import Life, LivedMonth
from sim.agents.taken_apart import Explained
from sim.agents.twins import Twins
from sim.comparison.changers import Gallery
from sim.core.labels import ACTIVITIES
from sim.core.width import columns
from sim.present.charts.style import GREY, INK, WIDTH, decimal_year, empty_figure, headed, styled, wrapped
from sim.present.text import life_phrases as words
from sim.present.text.changers import group_title
from sim.present.text.decisions import option_in_words
from sim.present.text.lives import place_in_two_lines, title_of
from sim.present.text.numbers import month_in_words, scale_number
from sim.scenario.references import province_in_words

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
    "loses_job": "v",
    "changes_job": "^",
    "settles": "*",
    "starts_business": "D",
    "takes_course": "s",
    "goes_unpaid": "X",
}
_MARKED_AS = {"stranded": "loses_job", "placed": "changes_job"}


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
    about = {"title": life.title, "seed": life.seed, "scale": scale_number(life.scale)}
    headed(figure, title_of(life), words.CHART["life"].format(**about))
    return figure


def draw_band(
    panel: Axes,
    months: list[LivedMonth],
    at: float = 0.0,
    height: float = 1.0,
    marks: bool = True,
    line: float | None = None,
) -> None:
    """A band of activities, each stretch labelled with its place where there is room, and what happened.

    line: where one will be drawn across the band; labels keep to its wider side.
    """
    span = len(months) * _MONTH
    for (activity, place), group in groupby(months, key=lambda one: (one.activity, one.place)):
        stretch = list(group)
        left, width = decimal_year(stretch[0].month) - _MONTH / 2, len(stretch) * _MONTH
        panel.barh(at, width, height, left, align="edge", color=ACTIVITY_COLOURS[activity], linewidth=0)
        if line is not None and left < line < left + width:
            left, width = (left, line - left) if line > left + width / 2 else (line, left + width - line)
        if place.tier != "home_township":
            for shown in (place_in_two_lines(place), province_in_words(place.province)):
                longest = max(columns(line) for line in shown.split("\n"))
                if width / span > _LETTER * longest * 0.62:
                    panel.text(
                        left + width / 2, at + height / 2, shown, ha="center", va="center", fontsize=7,
                        color="white" if activity in ("migrant_work", "settled_work") else INK,
                    )  # fmt: skip
                    break
    for month in months if marks else ():
        for one in month.happenings:
            mark = _MARKS.get(_MARKED_AS.get(one.what, one.what))
            if mark:
                panel.plot(
                    decimal_year(month.month), at + height + 0.12, mark, color=INK,
                    markersize=4.5, markeredgewidth=0, clip_on=False,
                )  # fmt: skip
    panel.set_ylim(at - 0.05, at + height + 0.3)
    panel.set_yticks([])
    panel.grid(False)
    panel.spines["left"].set_visible(False)


def _key(panel: Axes, months: list[LivedMonth], marks: bool = True, above: float = 1.02) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    seen = {month.activity for month in months}
    happened = {_MARKED_AS.get(one.what, one.what) for month in months for one in month.happenings}
    parts = [
        Patch(color=colour, label=ACTIVITIES[activity])
        for activity, colour in ACTIVITY_COLOURS.items()
        if activity in seen
    ]
    parts += [
        Line2D(
            [],
            [],
            marker=marker,
            linestyle="",
            color=INK,
            markersize=5,
            markeredgewidth=0,
            label=words.MARKS[what],
        )
        for what, marker in _MARKS.items()
        if marks and what in happened
    ]
    panel.legend(
        handles=parts, loc="lower left", bbox_to_anchor=(0, above), ncols=5, frameon=False, fontsize=7.5,
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
    panel.set_title(words.CHART["earned"], fontsize=8.5)
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    panel.set_ylim(0, None)


def _draw_savings(panel: Axes, months: list[LivedMonth]) -> None:
    years = [decimal_year(month.month) for month in months]
    panel.plot(years, [month.savings_yuan for month in months], color=GREY, linewidth=1.6)
    panel.set_title(words.CHART["savings"], fontsize=8.5)
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    panel.set_ylim(0, None)
    from matplotlib.ticker import MaxNLocator

    panel.yaxis.set_major_locator(MaxNLocator(3))
    _years_axis(panel, years)


# The group in which a term is drawn (the rest: "other"), and the colours of groups.
TERM_GROUPS = {
    "income": "income",
    "public_post": "income",
    "switching": "switching",
    "distance": "distance",
    "border": "distance",
    "fellow_workers": "people",
    "ties": "people",
    "home_province": "people",
    "years_there": "stay",
    "children": "person",
    "sex": "person",
    "age": "person",
    "schooling": "person",
}
GROUP_COLOURS = {
    "income": "#009e73",
    "switching": "#d55e00",
    "distance": "#cc79a7",
    "people": "#56b4e9",
    "stay": "#0072b2",
    "person": "#e69f00",
    "other": "#8a8a8a",
    "luck": "#ffffff",
}


@styled
def decision_chart(explained: Explained) -> Figure:
    """One decision: for each option a bar of what counts for and against it, luck, and the sum."""
    from matplotlib.patches import Patch

    decision, life = explained.decision, explained.life
    options = list(decision.options)[::-1]
    figure = empty_figure(WIDTH, 1.3 + 0.62 * len(options))
    panel = figure.subplots()
    drawn: dict[str, None] = {}
    for row, option in enumerate(options):
        amounts: dict[str, float] = {}
        for term in option.terms:
            group = TERM_GROUPS.get(term.name, "other")
            amounts[group] = amounts.get(group, 0.0) + term.log_odds
        amounts["luck"] = option.luck_log_odds
        ends = {True: 0.0, False: 0.0}
        for group, amount in amounts.items():
            panel.barh(row, amount, 0.55, ends[amount > 0], **_look(group))
            ends[amount > 0] += amount
            drawn[group] = None
        total, is_first = option.value + option.luck_log_odds, option is decision.chosen
        panel.plot(
            total, row, "o", color=INK if is_first else "white", markeredgecolor=INK, markersize=7, zorder=5
        )
        panel.annotate(
            f"{total:+.2f}".replace("-", "−") + (f"  {words.DECISION['result.first']}" if is_first else "")
            + ("" if option.is_open else f"  {words.DECISION['result.closed']}"),
            (max(ends[True], 0.0), row), xytext=(6, 0), textcoords="offset points", va="center",
            weight="bold" if is_first else "normal",
        )  # fmt: skip
    panel.axvline(0, color=INK, linewidth=0.8)
    panel.set_yticks(range(len(options)), [option_in_words(decision, one, heads=True) for one in options])
    panel.grid(True, axis="x")
    panel.grid(False, axis="y")
    panel.margins(x=0.12)
    panel.set_xlabel(words.CHART["axis"])
    handles = [
        Patch(label=words.TERM_GROUPS[group], **_look(group)) for group in GROUP_COLOURS if group in drawn
    ]
    panel.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, frameon=False, fontsize=7.5,
        borderpad=0, handlelength=1.2, columnspacing=1.2,
    )  # fmt: skip
    asked = words.CHART["asked" if decision.reconsiders else "asked_not"]
    about = {"title": life.title, "seed": life.seed, "scale": scale_number(life.scale), "asked": asked}
    title = words.CHART["decision_title"].format(title=title_of(life), month=month_in_words(decision.month))
    headed(figure, title, words.CHART["decision"].format(**about))
    return figure


def _look(group: str) -> dict[str, Any]:
    """Colour of a group of terms; luck is hatched."""
    hatched = {"hatch": "////", "edgecolor": GREY} if group == "luck" else {"linewidth": 0}
    return {"facecolor": GROUP_COLOURS[group], **hatched}


@styled
def twins_chart(twins: Twins) -> Figure:
    """Two lives one above the other, where they part, and what the policy brings the worker in money."""
    figure = empty_figure(WIDTH, 3.6)
    above, below, gain = figure.subplots(3, 1, sharex=True, height_ratios=(1.0, 1.0, 1.5))
    lives = twins.base, twins.policy
    line = _line(twins)
    for panel, life in zip((above, below), lives, strict=True):
        draw_band(panel, list(life.months), line=line)
        panel.set_ylabel(wrapped(life.title, 14, 3), rotation=0, ha="right", va="center", fontsize=8)
    _key(above, [month for life in lives for month in life.months])
    years, sums = _gain(twins)
    gain.axhline(0, color=INK, linewidth=0.8)
    gain.fill_between(years, sums, color="#009e73", alpha=0.25, linewidth=0)
    gain.plot(years, sums, color="#009e73", linewidth=1.6)
    gain.set_title(words.TWINS["chart.gain"], fontsize=8.5)
    gain.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}".replace("-", "−"))
    _years_axis(gain, years)
    parts = words.TWINS["chart.same"]
    if twins.parting is not None and line is not None:
        parts = words.TWINS["chart.parts"].format(month=month_in_words(twins.parting.month))
        for panel in (above, below, gain):
            panel.axvline(line, color=INK, linewidth=1.2, zorder=6)
    about = {"base": lives[0].title, "policy": lives[1].title, "seed": lives[0].seed}
    about["scale"] = scale_number(lives[0].scale)
    headed(figure, title_of(lives[0]), words.TWINS["chart"].format(**about, parts=parts))
    return figure


def _line(twins: Twins) -> float | None:
    """Where on an axis of years the two lives part."""
    return None if twins.parting is None else decimal_year(twins.parting.month) - _MONTH / 2


def _gain(twins: Twins) -> tuple[list[float], list[float]]:
    """Months as years, and what was earned and received under the policy less the other, summed up."""
    received = [
        {month.month: sum(month.money.get(flow, 0) for flow in _RECEIVED) for month in life.months}
        for life in (twins.base, twins.policy)
    ]
    months, total, sums = sorted({*received[0], *received[1]}), 0, []
    for month in months:
        total += received[1].get(month, 0) - received[0].get(month, 0)
        sums.append(float(total))
    return [decimal_year(month) for month in months], sums


_RECEIVED = ("earned", "grant", "benefit", "recovered", "payout")


def _years_axis(panel: Axes, years: list[float]) -> None:
    from matplotlib.ticker import MaxNLocator

    panel.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    if years:  # else the worker was not in the labour force
        panel.set_xlim(years[0] - _MONTH / 2, years[-1] + _MONTH / 2)


@styled
def gallery_chart(gallery: Gallery) -> Figure:
    """The typical worker of each group: two bands, without the policy above and with it below."""
    groups = gallery.groups
    figure = empty_figure(WIDTH, 1.0 + 1.15 * max(len(groups), 1))
    panels = figure.subplots(max(len(groups), 1), 1, sharex=True, squeeze=False)[:, 0]
    every = [
        m for group in groups for life in (group.typical.base, group.typical.policy) for m in life.months
    ]
    for panel, group in zip(panels, groups, strict=False):
        twins = group.typical
        line = _line(twins)
        draw_band(panel, list(twins.policy.months), at=0.0, marks=False, line=line)
        draw_band(panel, list(twins.base.months), at=1.15, marks=False, line=line)
        panel.set_ylim(-0.05, 2.2)
        if line is not None:
            panel.axvline(line, color=INK, linewidth=1.2, zorder=6)
        panel.set_title(group_title(group), fontsize=8.5)
    if groups:
        _key(panels[0], every, marks=False, above=1.35)
        _years_axis(panels[-1], [decimal_year(month) for month in sorted({one.month for one in every})])
    about = {"policy": gallery.policy, "base": gallery.base, "seed": gallery.seed}
    about["scale"] = scale_number(gallery.scale)
    title = words.CHANGERS["title"].format(policy=gallery.policy, base=gallery.base)
    headed(figure, title, words.CHANGERS["chart"].format(**about))
    return figure

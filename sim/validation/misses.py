"""Errors too large to be passed over, each with its cause: what the model gets wrong, and why.

An error counts when it is over 5 percent of the official figure, or over 3 points. Ages, months and ratios
are taken in percent of the figure, changes from the year before as points of growth. Causes stand in
``causes.yaml``; an error within the sampling error of the official figure has that for a cause.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML

from sim.core.language import N_
from sim.validation.official_figures import sampling_tolerances
from sim.validation.targets import PERIODS
from sim.validation.tolerances import CHANGE, Survey

MOST_PERCENT, MOST_POINTS = 5.0, 3.0
SAMPLING = N_("The official figure itself may be off by as much: the error is within the sampling error.")
NOT_KNOWN = "not known"  # as causes.yaml has it
NOT_SOUGHT = N_("Nobody has looked for a cause yet.")
CAUSES = Path(__file__).with_name("causes.yaml")


@dataclass(frozen=True, slots=True)
class Cause:
    """An entry of ``causes.yaml``: the words, and of which errors it speaks."""

    words: str
    series: tuple[str, ...]
    periods: tuple[str, ...]

    def fits(self, indicator: str, group: str, error: float, period: str) -> bool:
        """Whether it speaks of an error of that sign; NaN asks for any sign."""
        if period not in self.periods:
            return False
        for one in self.series:
            pattern, _space, sign = one.partition(" ")
            is_its_sign = not sign or error != error or (error > 0) == (sign == "+")
            if is_its_sign and fnmatchcase(f"{indicator}/{group}", pattern):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Miss:
    """The largest error of a series in a period that is over the limit; ``error`` is in ``error_unit``."""

    indicator: str
    group: str
    label: str
    period: str
    year: int
    error: float
    error_unit: str
    cause: str


@cache
def causes() -> tuple[Cause, ...]:
    """The entries of ``causes.yaml`` in their order. Raises ``ValueError`` for one that breaks its rules."""
    found = []
    for entry in YAML(typ="safe").load(CAUSES.read_text(encoding="utf-8")):
        periods = tuple(entry.get("periods", PERIODS))
        signs = {one.partition(" ")[2] for one in entry["series"]}
        if (
            entry.keys() - {"cause", "series", "periods"}
            or set(periods) - set(PERIODS)
            or signs - {"", "+", "-"}
        ):
            raise ValueError(f"{CAUSES.name}: {entry}")
        found.append(Cause(entry["cause"], tuple(entry["series"]), periods))
    return tuple(found)


def cause_of(indicator: str, group: str, error: float, period: str) -> str:
    """Why a series errs that way in a period, in English; ``NOT_SOUGHT`` where no entry fits."""
    fitting = (one.words for one in causes() if one.fits(indicator, group, error, period))
    return next(fitting, NOT_SOUGHT)


def is_large(error: float, error_unit: str, level: float) -> bool:
    """Whether an error is over the limit. ``level`` is the figure that an error in another unit is of."""
    if error_unit == "percent":
        return abs(error) > MOST_PERCENT
    if error_unit == "points":
        return abs(error) > MOST_POINTS
    share = 100.0 * abs(error) / level
    return share > (MOST_POINTS if error_unit in ("10k_persons", "yuan") else MOST_PERCENT)


def misses(rows: pd.DataFrame, survey: Survey) -> list[Miss]:
    """Every series over the limit, by period, with its largest error, from the rows of a ``Validation``."""
    usable = rows[(rows["label"] != "") & (rows["note"] == "")]
    levels = usable.set_index(["indicator", "group", "year"])["official"]
    large = pd.Series(
        [is_large(row.error, row.error_unit, _level(row, levels)) for row in usable.itertuples()],
        index=usable.index,
        dtype=bool,
    )
    allowed, found = sampling_tolerances(usable, survey), []
    for (indicator, group, period), part in usable[large].groupby(
        ["indicator", "group", "period"], sort=False
    ):
        worst = part.loc[part["error"].abs().idxmax()]
        within = abs(worst["error"]) <= allowed[worst.name]
        found.append(
            Miss(
                indicator,
                group,
                worst["label"],
                period,
                int(worst["year"]),
                float(worst["error"]),
                worst["error_unit"],
                SAMPLING if within else cause_of(indicator, group, worst["error"], period),
            )
        )
    return found


def by_cause(found: Iterable[Miss]) -> dict[str, list[Miss]]:
    """The misses by cause, in the order of ``causes.yaml``; those without one last."""
    order = [*dict.fromkeys(one.words for one in causes()), NOT_SOUGHT]
    order.insert(order.index(NOT_KNOWN), SAMPLING)
    grouped: dict[str, list[Miss]] = {words: [] for words in order}
    for one in found:
        grouped[one.cause].append(one)
    return {words: own for words, own in grouped.items() if own}


def _level(row, levels: pd.Series) -> float:
    """The figure itself; of a change, the level that changed, or NaN where it is not published."""
    if not row.indicator.endswith(CHANGE):
        return float(row.official)
    return float(levels.get((row.indicator.removesuffix(CHANGE), row.group, row.year), float("nan")))

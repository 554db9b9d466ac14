"""Bands of forecasts: how far a figure may lie from what was expected, with 90 % probability.

Four parts, each a standard deviation. The spread of the parameter sets and the sampling error of the survey
are known. What the outside series bring is found by running the same sets with slower growth. The fourth is
the discrepancy: what is wrong with the form of the model, by family of series. It is estimated from errors
that had been seen by then and from no others:

- of changes within the years that the parameters are fitted to, the model's against the official ones;
- of forecasts made at earlier origins, once their figures were published.

What sampling and outside series explain of them is taken off. All errors of one year are one observation, for
they move together: the degrees of freedom of the band (Student's t) are the years, and a family of few years
leans on all families. Errors of levels grow with the years ahead, by a power that is estimated too: 1 is a
random walk, 2 a wrong slope. Errors are in tolerances, the unit in which series of all kinds can be pooled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.validation.tolerances import TWO_SIDED, is_change

BAND = 0.9  # what a stated band should hold
SAMPLING = 1.0 / TWO_SIDED  # standard error of a figure, in tolerances
LEAST_POWER, MOST_POWER = 1.0, 2.0  # of the years ahead in the variance: random walk, wrong slope
_YEARS_OF_ALL = 2.0  # how many years the pool of all families counts beside a family's own
ERRORS = (
    "indicator",
    "group",
    "subject",
    "kind",
    "year",
    "steps",
    "error",
    "explained",
)  # of ``Discrepancies.found``
_NORMAL_90 = 1.645  # standard deviations from the middle to either end of 90 %
# The same of Student's t with one to ten degrees of freedom.
_STUDENT_90 = (6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812)


@dataclass(frozen=True)
class Discrepancies:
    """What the form of a forecaster is off by: ``variance`` of one year ahead by family, in squared
    tolerances; ``years`` that it was seen in; ``power`` with which the variance of a level grows.
    """

    variance: Mapping[str, float]
    years: Mapping[str, int]
    power: float

    @classmethod
    def found(cls, errors: pd.DataFrame, power: float | None = None) -> Discrepancies | None:
        """From errors, columns ``ERRORS``: ``error`` and ``explained`` (the standard deviation of what is
        known to be in it, sampling apart) in tolerances, ``steps`` the years ahead, ``kind`` where they were
        seen. Those of one year and kind are averaged first. ``power``: told from the errors if not given.
        None without errors.
        """
        errors = errors[errors["error"].notna()]
        if errors.empty:
            return None
        power = _power(errors) if power is None else power
        grown = errors["steps"] ** np.where(errors["indicator"].map(is_change), 0.0, power)
        square = (errors["error"] ** 2 - SAMPLING**2 - errors["explained"] ** 2) / grown
        by_year = square.groupby([errors["subject"], errors["kind"], errors["year"]]).mean()
        everything = float(by_year.groupby("subject").mean().clip(lower=0.0).mean())
        variance, years = {}, {}
        for subject, part in by_year.groupby("subject"):
            count = part.index.get_level_values("year").nunique()
            own = max(float(part.mean()), 0.0)
            variance[subject] = (count * own + _YEARS_OF_ALL * everything) / (count + _YEARS_OF_ALL)
            years[subject] = count
        return cls(variance, years, power)

    def sd(self, indicator: str, subject: str, steps: int) -> float:
        """Standard deviation so many years ahead, in tolerances."""
        variance = self.variance.get(subject, max(self.variance.values()))
        return float(np.sqrt(variance * (1.0 if is_change(indicator) else steps**self.power)))

    def quantile(self, subject: str) -> float:
        """Standard deviations from the middle to either end of the band."""
        return quantile(self.years.get(subject, min(self.years.values())))


def quantile(years: int) -> float:
    """Standard deviations from the middle to either end of the band, where so many years were seen."""
    if years <= len(_STUDENT_90):
        return _STUDENT_90[years - 1]
    z = _NORMAL_90  # the first terms of an expansion, right to 0.002 from eleven years on
    return z + (z**3 + z) / (4.0 * years) + (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / (96.0 * years**2)


def _power(errors: pd.DataFrame) -> float:
    """The power of the years ahead with which mean squares of levels grow, from one step to two."""
    levels = errors[~errors["indicator"].map(is_change) & (errors["kind"] == "window")]
    square = (levels["error"] ** 2).groupby([levels["subject"], levels["steps"]]).mean().unstack()
    if not {1, 2} <= set(square.columns):
        return LEAST_POWER
    ratio = (square[2] / square[1]).dropna()
    ratio = ratio[ratio > 0]
    if ratio.empty:
        return LEAST_POWER
    return float(np.clip(np.log2(ratio).mean(), LEAST_POWER, MOST_POWER))


def banded(rows: pd.DataFrame, found: Discrepancies) -> pd.DataFrame:
    """Forecasts with their bands, ``low`` to ``high``, and the parts in the unit of the series.

    ``rows`` have ``members_low`` and ``members_high``, the ends of the members' middle 90 %, ``unit_of_one``,
    a tolerance in the unit of the series, and ``outside``, the standard deviation from the outside series.
    """
    rows = rows.copy()
    steps = rows["year"] - rows["base_year"]
    told = zip(rows["indicator"], rows["subject"], steps, strict=True)
    tolerance = rows["unit_of_one"].fillna(0.0)
    rows["discrepancy"] = [found.sd(*one) for one in told] * tolerance
    rows["sampling"] = SAMPLING * tolerance
    rows["power"] = found.power
    rows["quantile"] = [found.quantile(subject) for subject in rows["subject"]]
    fixed = rows["sampling"] ** 2 + rows["discrepancy"] ** 2 + rows["outside"].fillna(0.0) ** 2
    for end, sign in (("low", -1.0), ("high", 1.0)):
        members = (rows[f"members_{end}"] - rows["forecast"]) / _NORMAL_90
        rows[end] = rows["forecast"] + sign * rows["quantile"] * np.sqrt(members**2 + fixed)
    rows["parameters"] = (rows["members_high"] - rows["members_low"]) / (2.0 * _NORMAL_90)
    return rows


def line_bands(rows: pd.DataFrame, records: Mapping[str, pd.DataFrame], names: Sequence[str]) -> pd.DataFrame:
    """The benchmarks' bands, ``NAME_low`` to ``NAME_high``, from their own errors of earlier years, which are
    pooled as the model's are."""
    rows = rows.copy()
    steps = rows["year"] - rows["base_year"]
    tolerance = rows["unit_of_one"]
    for name in names:
        found = Discrepancies.found(records[name])
        if found is None:
            rows[f"{name}_low"] = rows[f"{name}_high"] = np.nan
            continue
        told = zip(rows["indicator"], rows["subject"], steps, strict=True)
        sd = np.hypot([found.sd(*one) for one in told], SAMPLING) * tolerance
        reach = sd * np.array([found.quantile(subject) for subject in rows["subject"]])
        rows[f"{name}_low"], rows[f"{name}_high"] = rows[name] - reach, rows[name] + reach
    return rows

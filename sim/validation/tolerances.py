"""How far a model may be from an official figure before it misses it: by rule, from the survey behind it.

A tolerance is what two measurements of the same country could differ by: twice the standard error of the
sample (households drawn by area, so that workers of one area are alike), and half of the last printed digit.
Revisions add nothing: in the packaged reports each published change equals the difference of the published
levels. The design stands in ``sim/data/survey.csv``. Nothing is set series by series, and nothing after
looking at the model's errors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

TWO_SIDED = 1.96
PRINTED = {"10k_persons": 1.0, "percent": 0.1, "yuan": 1.0, "years": 0.1, "months": 0.1, "ratio": 0.0}
ADMINISTRATIVE = "return_entrepreneurs"  # counts of ministries, no sample
BY_INDUSTRY = ("monthly_income", "owed_wages_share", "owed_wages_per_person", "social_insurance_share")
CHANGE, GROWTH = "_change", "_yoy_growth"


def is_change(indicator: str) -> bool:
    """Whether a series is itself a difference of two years."""
    return indicator.endswith((CHANGE, GROWTH))


@dataclass(frozen=True, slots=True)
class Survey:
    """The survey behind the official series. ``effect`` is how much its clusters widen a variance."""

    workers: float  # rural workers in the sample
    rural_workers: float  # in the country
    effect: float
    panel_share: float
    pay_spread: float
    age_spread: float
    months_spread: float
    count_gap: float

    @classmethod
    def read(cls, table: pd.DataFrame) -> Survey:
        """From ``survey.csv``."""
        told = table.set_index("name")["value"].to_dict()
        workers = told["households"] * told["workers_per_household"]
        return cls(
            workers=workers,
            rural_workers=told["rural_workers"],
            effect=1.0 + (workers / told["areas"] - 1.0) * told["cluster_correlation"],
            panel_share=told["panel_share"],
            pay_spread=told["pay_spread"],
            age_spread=told["age_spread"],
            months_spread=told["months_spread"],
            count_gap=told["count_gap"],
        )

    def of_count(self, persons: float) -> float:
        """Standard error of a head-count, persons."""
        share = min(persons / self.rural_workers, 1.0)
        return self.rural_workers * np.sqrt(self.effect * share * (1.0 - share) / self.workers)

    def of_share(self, percent: float, persons: float) -> float:
        """Standard error of a share among so many persons, points."""
        share = percent / 100.0
        return 100.0 * np.sqrt(self.effect * share * (1.0 - share) / self._sampled(persons))

    def of_mean(self, spread: float, persons: float) -> float:
        """Standard error of a mean over so many persons with that standard deviation, in its unit."""
        return spread * np.sqrt(self.effect / self._sampled(persons))

    def over_a_year(self) -> float:
        """Error of the difference of two years over that of one: most households are asked in both."""
        return float(np.sqrt(2.0 * (1.0 - self.panel_share)))

    def _sampled(self, persons: float) -> float:
        return self.workers * persons / self.rural_workers


class Figures:
    """The published levels, for the size of the sample behind a figure; the nearest year where one lacks."""

    def __init__(self, official: pd.DataFrame):
        by = official.groupby(["indicator", "group"])
        self._by_year = {pair: part.set_index("year")["value"] for pair, part in by}

    def level(self, indicator: str, group: str, year: int) -> float:
        """A published figure in its own unit."""
        series = self._by_year[indicator, group]
        return float(series.iloc[np.abs(series.index.to_numpy() - year).argmin()])

    def persons(self, indicator: str, group: str, year: int) -> float:
        """A published head-count."""
        return 1e4 * self.level(indicator, group, year)

    def behind(self, indicator: str, group: str, year: int) -> float:
        """How many persons a mean or share is taken over: a side, an industry, a region, else all."""
        everybody = self.persons("migrant_workers", "total", year)
        side = next((word for word in ("local", "out") if word in group.split("_")), "")
        if side:
            return self.persons("migrant_workers", side, year)
        if indicator == "out_cross_province_share":
            if group == "all":
                return self.persons("migrant_workers", "out", year)
            return self.persons("out_migrants_by_origin", group.removeprefix("origin_"), year)
        if group.startswith("dest_"):
            return self.persons("migrant_workers_by_destination", group.removeprefix("dest_"), year)
        if indicator in BY_INDUSTRY and ("industry_share", group) in self._by_year:
            return everybody * self.level("industry_share", group, year) / 100.0
        return everybody


def tolerances(official: pd.DataFrame, survey: Survey) -> pd.Series:
    """The tolerance of every official figure, by the index of the rows.

    ``official`` has the columns ``year``, ``indicator``, ``group``, ``value`` and ``unit``. Tolerances are
    percent of the figure for counts and pay, the unit itself for changes, shares (points), ages, months and
    ratios.
    """
    figures = Figures(official)
    return pd.Series(
        [_tolerance(row, figures, survey) for row in official.itertuples()], index=official.index, dtype=float
    )


def _tolerance(row, figures: Figures, survey: Survey) -> float:
    level = row.indicator.removesuffix(CHANGE).removesuffix(GROWTH)
    if level.startswith(ADMINISTRATIVE):
        return survey.count_gap
    if row.unit not in PRINTED:  # hours, square metres: nothing that the model holds
        return np.nan
    rounding = PRINTED[row.unit] / 2
    if row.indicator != level or row.unit in ("10k_persons", "yuan"):
        relative = _relative_error(level, row.group, row.year, figures, survey)
        if row.indicator == level:
            return 100.0 * (TWO_SIDED * relative + rounding / row.value)
        size = 100.0 if row.indicator.endswith(GROWTH) else figures.level(level, row.group, row.year)
        return TWO_SIDED * relative * survey.over_a_year() * size + rounding
    persons = figures.behind(row.indicator, row.group, row.year)
    if row.unit == "percent":
        error = survey.of_share(row.value, persons)
    elif row.unit == "ratio":  # of two means
        sides = [figures.persons("migrant_workers", side, row.year) for side in ("out", "local")]
        out, local = (survey.of_mean(survey.pay_spread, side) for side in sides)
        error = row.value * float(np.hypot(out, local))
    else:
        error = survey.of_mean(survey.age_spread if row.unit == "years" else survey.months_spread, persons)
    return TWO_SIDED * error + rounding


def _relative_error(level: str, group: str, year: int, figures: Figures, survey: Survey) -> float:
    """Standard error of a head-count or of mean pay, as a share of it."""
    if level == "monthly_income":
        return survey.of_mean(survey.pay_spread, figures.behind(level, group, year))
    persons = figures.persons(level, group, year)
    return survey.of_count(persons) / persons

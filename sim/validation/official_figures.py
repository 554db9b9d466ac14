"""The official figures that a model is held against: period, tolerance, and why one cannot be compared.

They depend on the published series and on the design of the survey alone, never on a run, and are worked out
once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.validation.targets import FIRST_YEAR, NEW_SAMPLE, period_of, read_targets
from sim.validation.tolerances import CHANGE, Survey, is_change, tolerances

if TYPE_CHECKING:
    from sim.world.data import Data

# Official cells that no model can be held against, and why: (indicator, group prefix, first year, last year).
NOT_COMPARABLE = (
    ("monthly_income", "", 2014, 2014, "the 2014 figure mixes out-migrants and all"),
    ("monthly_income_change", "", 2014, 2014, "taken against a figure for out-migrants only"),
    ("monthly_income_yoy_growth", "", 2014, 2014, "taken against a figure for out-migrants only"),
    ("migrant_workers_by_origin", "east", 2014, 2015, "three regions until 2015"),
    ("migrant_workers_by_origin", "central", 2014, 2015, "three regions until 2015"),
    ("migrant_workers_by_destination", "east", 2014, 2015, "three regions until 2015"),
    ("migrant_workers_by_destination", "central", 2014, 2015, "three regions until 2015"),
    ("out_cross_province_share", "origin_east", 2014, 2015, "three regions until 2015"),
    ("out_cross_province_share", "origin_central", 2014, 2015, "three regions until 2015"),
)


@lru_cache(maxsize=4)
def official_figures(data: Data) -> pd.DataFrame:
    """Every published figure since the first year, targets first. Treat it as read-only: it is shared.

    ``official`` (in ``unit``), ``period``, ``error_unit``, ``label`` (empty where it is no target),
    ``tolerance`` (in ``error_unit``; that of the difference of two years where the figure is judged by its
    change), ``note`` (why it cannot be compared, or nothing).
    """
    published = with_ratios(data.official_annual)
    targets, survey = read_targets(data), Survey.read(data.survey)
    rows = published[published["year"] >= FIRST_YEAR][["year", "indicator", "group", "value", "unit"]]
    rows = rows.assign(
        period=[period_of(year) for year in rows["year"]],
        error_unit=[
            error_unit(row.unit, is_difference=row.indicator.endswith(CHANGE)) for row in rows.itertuples()
        ],
        tolerance=tolerances(published, survey)[rows.index]
        * np.where(since_new_sample(rows), survey.over_a_year(), 1.0),
        note=[_break(row.indicator, row.group, row.year) for row in rows.itertuples()],
    )
    by_name = {(target.indicator, target.group): target.label for target in targets}
    order = {pair: place for place, pair in enumerate(by_name)}
    pairs = list(zip(rows["indicator"], rows["group"], strict=True))
    rows["label"] = [by_name.get(pair, "") for pair in pairs]
    rows["_place"] = [order.get(pair, len(order)) for pair in pairs]
    rows = rows.sort_values(["_place", "indicator", "group", "year"], ignore_index=True)
    return rows.drop(columns="_place").rename(columns={"value": "official"})


def since_new_sample(rows: pd.DataFrame) -> pd.Series:
    """Which figures are judged by what was added since the first year of the survey's new sample.

    Levels before and after do not compare; a figure that is a change already is judged as it is.
    """
    return (rows["year"] >= NEW_SAMPLE) & ~rows["indicator"].map(is_change).astype(bool)


def sampling_tolerances(rows: pd.DataFrame, survey: Survey) -> pd.Series:
    """What each figure itself may be off by: since the new sample the tolerance of a level is of a change."""
    return rows["tolerance"] / np.where(since_new_sample(rows), survey.over_a_year(), 1.0)


def error_unit(unit: str, is_difference: bool = False) -> str:
    """How errors are measured: percent of the official figure, or the difference in its own unit.

    is_difference: the figure is itself a difference of two years, and may be near zero.
    """
    if is_difference:
        return unit
    return {"percent": "points", "years": "years", "months": "months", "ratio": "ratio"}.get(unit, "percent")


def with_ratios(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the ratio of out-migrants' to local workers' pay, where both are known, and the
    cross-province share of the years for which only the two counts were published."""
    share = 100.0 * _ratio(table, "migrant_workers", "out_cross_province", "out")
    is_share = (table["indicator"] == "out_cross_province_share") & (table["group"] == "all")
    share = share.drop(table.loc[is_share, "year"], errors="ignore")
    pay = _ratio(table, "monthly_income", "out", "local")
    return pd.concat(
        [
            table,
            _series_rows(share, "out_cross_province_share", "all", "percent"),
            _series_rows(pay, "monthly_income_ratio", "out_to_local", "ratio"),
        ],
        ignore_index=True,
    )


def _ratio(table: pd.DataFrame, indicator: str, above: str, below: str) -> pd.Series:
    """One group of an indicator over another, by year, where both are known."""
    rows = table[(table["indicator"] == indicator) & (table["year"] >= FIRST_YEAR)]
    wide = rows.pivot_table(index="year", columns="group", values="value").reindex(columns=[above, below])
    return (wide[above] / wide[below]).dropna()


def _series_rows(values: pd.Series, indicator: str, group: str, unit: str) -> pd.DataFrame:
    """A series by year as rows of the official table."""
    return pd.DataFrame(
        {
            "year": values.index,
            "indicator": indicator,
            "group": group,
            "value": values.to_numpy(),
            "unit": unit,
        }
    )


def _break(indicator: str, group: str, year: int) -> str:
    """Why this official cell cannot be compared, or nothing."""
    for name, prefix, first, last, reason in NOT_COMPARABLE:
        if indicator == name and group.startswith(prefix) and first <= year <= last:
            return reason
    return ""

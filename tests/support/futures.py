"""Input data whose later figures are all other ones."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd


def other_future(data, year):
    """The data with every later figure another one, and a year more of them."""

    def changed(table):
        later = table["year"] > year
        values = table["value"].where(~later, table["value"] * 0.83)
        known = table[table["year"] == year].assign(year=2025)
        keys = [name for name in table.columns if name not in ("value", "unit", "source_id", "flag")]
        is_there = pd.MultiIndex.from_frame(known[keys]).isin(pd.MultiIndex.from_frame(table[keys]))
        return pd.concat([table.assign(value=values), known[~is_there]])

    cohorts = data.cohorts.copy()
    shares = ["survival_to_16", "rural_share_at_16", "junior_share", "senior_share", "college_share"]
    cohorts.loc[year - 15 :, shares] *= 0.5
    cohorts.loc[year + 1 :, "births_10k"] *= 2.0
    return replace(
        data,
        official_annual=changed(data.official_annual),
        official_quarterly=changed(data.official_quarterly),
        cohorts=cohorts,
        _province_year=changed(data._province_year),
        _national_year=changed(data._national_year),
    )

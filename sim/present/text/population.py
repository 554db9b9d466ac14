"""The marginals of the made population for reading: names in words instead of those of the data files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.core.categories import REGIONS
from sim.core.labels import AGES, SCHOOLING, SECTORS, TIERS, region_alone

if TYPE_CHECKING:
    import pandas as pd

MARGINALS = {
    "labour_force": "Workers",
    "origin_four_regions": "Workers by region of home",
    "home_province": "Workers by province of home",
    "destination_tier": "Migrants by kind of place",
    "age_shares": "Share by age",
    "over_50_shares": "Share by age, of those over 50",
    "mean_age": "Mean age",
    "female_share": "Share of women",
    "poor_household_share": "Share from poor households",
    "trained_share": "Share ever trained",
    "insured_share": "Share insured",
    "education_shares": "Share by schooling",
    "sector_shares": "Share by industry",
    "searching_share": "Share looking for work",
    "business_owners": "Business owners",
    "savings_median": "Median savings",
    "savings_spread": "Spread of savings",
    "experience_mean": "Mean experience",
}
_GROUPS = {
    "out": "out-of-township",
    "local": "local",
    "farm_idle": "farming or idle",
    "cross_province": "out-of-township, cross-province",
    "within_province": "out-of-township, within the province",
}
_CATEGORIES = {
    **_GROUPS,
    **AGES,
    **SCHOOLING,
    **SECTORS,
    **TIERS,
    **{name: region_alone(name) for name in REGIONS},
    "total": "all",
    "implied": "implied by the shares",
    "female": "women",
    "poor": "poor",
    "pension": "pension",
    "searching": "looking for work",
    "returned_founders": "returned founders",
    "yuan_2013": "yuan of 2013",
    "sd_of_log": "standard deviation of logs",
    "years_away": "years away",
    "years_nonfarm": "years of non-farm work",
}


def population_in_words(table: pd.DataFrame) -> pd.DataFrame:
    """``population_table`` with marginals, groups, categories and sources in words."""
    return table.assign(
        marginal=table["marginal"].map(lambda name: MARGINALS.get(name, name.replace("_", " "))),
        group=table["group"].map(lambda name: _GROUPS.get(name, name)),
        category=table["category"].map(lambda name: _CATEGORIES.get(name, name.replace("_", "–"))),
        source=table["source"].replace({"derived: README.md": "derived: sim/data/README.md"}),
    )

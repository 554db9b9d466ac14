"""The table under the official definitions for reading: names in words, a line a series, a column a year."""

from __future__ import annotations

import pandas as pd

from sim.core.categories import REGIONS
from sim.core.labels import AGES, SCHOOLING, SECTORS, TIERS, region, region_alone
from sim.present.text.numbers import number

INDICATORS = {
    "age_share": "Share by age",
    "education_share": "Share by schooling",
    "female_share": "Share of women",
    "industry_share": "Share by industry",
    "mean_age": "Mean age",
    "migrant_workers": "Migrant workers",
    "migrant_workers_by_destination": "Migrant workers by region of work",
    "migrant_workers_by_origin": "Migrant workers by region of home",
    "monthly_income": "Monthly income",
    "months_worked_per_year": "Months worked in the year",
    "out_cross_province_by_origin": "Cross-province out-migrants by region of home",
    "out_cross_province_share": "Cross-province share of out-migrants",
    "out_migrants_by_origin": "Out-of-township migrants by region of home",
    "out_within_province_by_origin": "Within-province out-migrants by region of home",
    "owed_wages_share": "Owed wages at the end of the year",
    "return_entrepreneurs_cumulative": "Founders who returned, cumulative",
    "social_insurance_share": "Covered by social insurance",
    "training_share": "Ever trained",
}
_CHANGES = {"_change": ", change from the year before", "_yoy_growth": ", growth from the year before"}
_GROUPS = {
    "all": "all",
    "total": "all",
    "any": "all",
    "out": "out-of-township",
    "local": "local",
    "out_cross_province": "out-of-township, cross-province",
    "out_within_province": "out-of-township, within the province",
    **AGES,
    **SECTORS,
    "le_40": "40 or under",
    # the official series name some of the model's groups otherwise, and join others
    "no_schooling": SCHOOLING["none"],
    "primary": SCHOOLING["primary"],
    "junior_middle": SCHOOLING["junior"],
    "senior_middle": SCHOOLING["senior"],
    "senior_middle_or_above": f"{SCHOOLING['senior']} or more",
    "college_plus": "college or more",
    "accommodation_catering": SECTORS["hotel_catering"],
    "transport_storage_post": SECTORS["transport"],
    **{name.lower(): region_alone(name) for name in REGIONS},
    "all_types": "of all kinds",
    "migrant_workers": "migrant workers",
    "pension": "pension",
}
_SIDES = {"local": "local", "out": "out-of-township", "dest": "working in", "origin": "from"}
_UNITS = {"10k_persons": "10,000 persons", "percent": "%", "yuan": "yuan a month"}
_DIGITS = {"10k_persons": 0, "percent": 1, "yuan": 0, "years": 1, "months": 1}
MOST_YEARS = 11


def official_in_words(table: pd.DataFrame) -> pd.DataFrame:
    """``official_table`` for reading: ``series``, ``group``, ``unit``, and a column a year, the last ones."""
    years = sorted(table["year"].unique())[-MOST_YEARS:]
    rows = []
    for (indicator, group), part in table.groupby(["indicator", "group"], sort=False):
        values, unit = part.set_index("year")["value"], part["unit"].iloc[0]
        is_signed = indicator.endswith(tuple(_CHANGES))
        rows.append(
            {
                "series": indicator_words(indicator),
                "group": group_words(group),
                "unit": _UNITS.get(unit, unit),
                **{
                    str(year): number(values.get(year, float("nan")), _DIGITS.get(unit, 2), is_signed)
                    for year in years
                },
            }
        )
    order = {name: position for position, name in enumerate(dict.fromkeys(row["series"] for row in rows))}
    return pd.DataFrame(sorted(rows, key=lambda row: (order[row["series"]], row["group"] != "all")))


def indicator_words(indicator: str) -> str:
    """An indicator of the official series in words."""
    for ending, words in _CHANGES.items():
        if indicator.endswith(ending):
            return indicator_words(indicator.removesuffix(ending)) + words
    return INDICATORS.get(indicator, indicator.replace("_", " "))


def group_words(group: str) -> str:
    """A group of the official series in words: ``local_over_50`` -> ``local, over 50``."""
    if group in _GROUPS:
        return _GROUPS[group]
    first, _, rest = group.partition("_")
    if first in _SIDES and rest:
        joint = " " if first in ("dest", "origin") else ", "
        return f"{_SIDES[first]}{joint}{_region(rest) if joint == ' ' else group_words(rest)}"
    first, _, side = group.rpartition("_")
    if side in _SIDES and first in _GROUPS:
        return _SIDES[side] if first == "any" else f"{_SIDES[side]}, {_GROUPS[first]}"
    return group.replace("_", " ")


def _region(group: str) -> str:
    """Where people work or come from: a region, or a kind of city."""
    name = group.capitalize()
    return region(name) if name in REGIONS else TIERS.get(group, group.replace("_", " "))

"""The table under the official definitions for reading: names in words, a line a series, a column a year."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sim.core.categories import REGIONS
from sim.core.labels import AGES, SCHOOLING, SECTORS, TIERS, region, region_alone
from sim.core.language import N_, Words, _
from sim.present.text.numbers import number

INDICATORS = Words(
    {
        "age_share": N_("Share by age"),
        "education_share": N_("Share by schooling"),
        "female_share": N_("Share of women"),
        "industry_share": N_("Share by industry"),
        "mean_age": N_("Mean age"),
        "migrant_workers": N_("Migrant workers"),
        "migrant_workers_by_destination": N_("Migrant workers by region of work"),
        "migrant_workers_by_origin": N_("Migrant workers by region of home"),
        "monthly_income": N_("Monthly income"),
        "months_worked_per_year": N_("Months worked in the year"),
        "out_cross_province_by_origin": N_("Cross-province out-migrants by region of home"),
        "out_cross_province_share": N_("Cross-province share of out-migrants"),
        "out_migrants_by_origin": N_("Out-of-township migrants by region of home"),
        "out_within_province_by_origin": N_("Within-province out-migrants by region of home"),
        "owed_wages_share": N_("Owed wages at the end of the year"),
        "return_entrepreneurs_cumulative": N_("Founders who returned, cumulative"),
        "social_insurance_share": N_("Covered by social insurance"),
        "training_share": N_("Ever trained"),
    }
)
_CHANGES = {
    "_change": N_("{series}, change from the year before"),
    "_yoy_growth": N_("{series}, growth from the year before"),
}
_GROUPS = Words(
    {
        "all": N_("all"),
        "total": N_("all"),
        "any": N_("all"),
        "out": N_("out-of-township"),
        "local": N_("local"),
        "out_cross_province": N_("out-of-township, cross-province"),
        "out_within_province": N_("out-of-township, within the province"),
        "le_40": N_("40 or under"),
        "senior_middle_or_above": N_("senior middle school or more"),
        "college_plus": N_("college or more"),
        "all_types": N_("of all kinds"),
        "migrant_workers": N_("migrant workers"),
        "pension": N_("pension"),
    }
)
# The official series name some of the model's groups otherwise.
_OF_THE_MODEL: dict[str, tuple[Mapping[str, str], str]] = {
    **{name: (AGES, name) for name in AGES},
    **{name: (SECTORS, name) for name in SECTORS},
    "no_schooling": (SCHOOLING, "none"),
    "primary": (SCHOOLING, "primary"),
    "junior_middle": (SCHOOLING, "junior"),
    "senior_middle": (SCHOOLING, "senior"),
    "accommodation_catering": (SECTORS, "hotel_catering"),
    "transport_storage_post": (SECTORS, "transport"),
}
_UNITS = Words(
    {
        "10k_persons": N_("10,000 persons"),
        "percent": "%",
        "yuan": N_("yuan a month"),
        "years": N_("years"),
        "months": N_("months"),
    }
)
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
    return pd.DataFrame(sorted(rows, key=lambda row: (order[row["series"]], row["group"] != _("all"))))


def indicator_words(indicator: str) -> str:
    """An indicator of the official series in words."""
    for ending, words in _CHANGES.items():
        if indicator.endswith(ending):
            return _(words, series=indicator_words(indicator.removesuffix(ending)))
    return INDICATORS.get(indicator, indicator.replace("_", " "))


def group_words(group: str) -> str:
    """A group of the official series in words: ``local_over_50`` -> ``local, over 50``."""
    if named := _named(group):
        return named
    first, _end, rest = group.partition("_")
    if rest and first == "dest":
        return _("working in {region}", region=_region(rest))
    if rest and first == "origin":
        return _("from {region}", region=_region(rest))
    if rest and first in ("local", "out"):
        return _("{side}, {group}", side=_GROUPS[first], group=group_words(rest))
    first, _end, side = group.rpartition("_")
    if side in ("local", "out") and (named := _named(first)):
        return _GROUPS[side] if first == "any" else _("{side}, {group}", side=_GROUPS[side], group=named)
    return group.replace("_", " ")


def _named(group: str) -> str:
    """A group that the tables above hold, in words; empty for any other."""
    if group in _OF_THE_MODEL:
        words, name = _OF_THE_MODEL[group]
        return words[name]
    if group.capitalize() in REGIONS:
        return region_alone(group.capitalize())
    return _GROUPS.get(group, "")


def _region(group: str) -> str:
    """Where people work or come from: a region, or a kind of city."""
    name = group.capitalize()
    return region(name) if name in REGIONS else TIERS.get(group, group.replace("_", " "))

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
        "monthly_income_ratio": N_("Monthly income, out over local"),
        "months_worked_per_year": N_("Months worked in the year"),
        "out_cross_province_by_origin": N_("Cross-province out-migrants by region of home"),
        "out_cross_province_share": N_("Cross-province share of out-migrants"),
        "out_migrants_by_origin": N_("Out-of-township migrants by region of home"),
        "out_within_province_by_origin": N_("Within-province out-migrants by region of home"),
        "owed_wages_share": N_("Owed wages at the end of the year"),
        "return_entrepreneurs_cumulative": N_("Founders who returned, cumulative"),
        "social_insurance_share": N_("Covered by social insurance"),
        "training_share": N_("Ever trained"),
        # published, and in no run
        "adaptation_share": N_("Used to life in the city"),
        "belonging_local_share": N_("Feel at home in the city"),
        "children_enrolment": N_("Children in school or kindergarten"),
        "children_school_type": N_("Children by kind of school"),
        "community_activity_share": N_("Take part in community life"),
        "consumption_monthly": N_("Monthly living costs"),
        "contract_share": N_("With a labour contract"),
        "cross_province_by_destination": N_("Cross-province migrants by region of work"),
        "cross_province_to_east_share": N_("Cross-province migrants who go to the East"),
        "days_worked_per_month": N_("Days worked in a month"),
        "employment_status_share": N_("Share by status in employment"),
        "hours_worked_per_day": N_("Hours worked in a day"),
        "housing_area_per_capita": N_("Living space a person"),
        "housing_cost_monthly": N_("Monthly rent"),
        "housing_type_share": N_("Share by kind of home"),
        "life_satisfaction_share": N_("Satisfied with life"),
        "local_migrants_origin_share": N_("Local migrant workers by region of home, shares"),
        "marital_share": N_("Share by marital status"),
        "migrants_origin_share": N_("Migrant workers by region of home, shares"),
        "new_generation_share": N_("Share of the new generation"),
        "out_migrants_origin_share": N_("Out-of-township migrants by region of home, shares"),
        "out_rural_labour": N_("Rural workers away"),
        "out_rural_labour_monthly_income": N_("Monthly income of rural workers away"),
        "overtime_share": N_("Work overtime"),
        "owed_wages_per_person": N_("Unpaid wages for each worker owed"),
        "owed_wages_persons": N_("Workers owed wages"),
        "owed_wages_total": N_("Unpaid wages, total"),
        "return_entrepreneur_employees_per_business": N_("Employees of a returned founder's business"),
        "return_entrepreneur_jobs_per_entrepreneur": N_("Jobs for each returned founder"),
        "return_entrepreneurs_jobs": N_("Jobs at returned founders' businesses"),
        "return_entrepreneurs_new": N_("Founders who returned in the year"),
        "returned_migrants_employed_locally": N_("Returned migrants employed locally"),
        "returnees_starting_business_share": N_("Returned migrants who start a business"),
        "union_membership_share": N_("Members of a trade union"),
        "willing_to_settle_share": N_("Willing to settle"),
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
        "out_to_local": N_("out over local"),
        "senior_middle_or_above": N_("senior middle school or more"),
        "college_plus": N_("college or more"),
        "all_types": N_("of all kinds"),
        "migrant_workers": N_("migrant workers"),
        "pension": N_("pension"),
        "medical": N_("medical insurance"),
        "injury": N_("work injury insurance"),
        "unemployment": N_("unemployment insurance"),
        "maternity": N_("maternity insurance"),
        "le_20": N_("20 or under"),
        "born_1980_or_later": N_("born in 1980 or later"),
        "unmarried": N_("unmarried"),
        "with_spouse": N_("married"),
        "widowed_divorced": N_("widowed or divorced"),
        "employees": N_("employees"),
        "employee": N_("employees"),
        "self_employed": N_("self-employed"),
        "agricultural": N_("in farming skills"),
        "non_agricultural": N_("in other skills"),
        "individual": N_("leaving some of the household"),
        "whole_household": N_("with the whole household"),
        "urban_migrants": N_("living in cities and towns"),
        "urban_migrants_employed": N_("employed in cities and towns"),
        "urban_resident_year_end": N_("living in cities and towns at the end of the year"),
        "q4_returned_migrants": N_("returned in the fourth quarter"),
        "all_types_high": N_("of all kinds, high figure"),
        "all_types_low": N_("of all kinds, low figure"),
        "all_types_lower_bound": N_("of all kinds, lower bound"),
        "all_rounded_to_million": N_("all, in whole millions"),
        "end_of_february": N_("end of February"),
        "satisfied": N_("satisfied"),
        "adapted": N_("used to it"),
        "over_44h_per_week": N_("over 44 hours a week"),
        "over_8h_per_day": N_("over 8 hours a day"),
        "primary_sector": N_("primary sector"),
        "secondary": N_("secondary sector"),
        "tertiary": N_("tertiary sector"),
        "public_administration": N_("public administration and social organisations"),
        "other_tertiary": N_("other services"),
        "elsewhere": N_("Hong Kong, Macao, Taiwan and abroad"),
        "central_west": N_("Central China and the West"),
        "pearl_river_delta": N_("the Pearl River Delta"),
        "yangtze_river_delta": N_("the Yangtze River Delta"),
        "beijing_tianjin_hebei": N_("Beijing, Tianjin and Hebei"),
        "jiangsu_zhejiang_shanghai": N_("Jiangsu, Zhejiang and Shanghai"),
        "municipality_or_provincial_capital": N_("municipalities and provincial capitals"),
        "prefecture_city": N_("prefecture-level cities"),
        "county_city": N_("county-level cities"),
        "municipality": N_("municipalities under the central government"),
        "provincial_capital": N_("provincial capitals"),
        "overseas": N_("abroad"),
        "small_town": N_("small towns"),
        "city_over_5m": N_("cities over 5 million"),
        "city_under_500k": N_("cities under 500,000"),
        "not_provided": N_("without a home from the employer"),
        "employer_dormitory": N_("employer's dormitory"),
        "worksite_shed": N_("shed on the site"),
        "business_premises": N_("place of business"),
        "shared_rental": N_("rented with others"),
        "independent_rental": N_("rented alone"),
        "owned_at_destination": N_("own home there"),
        "returns_home_daily": N_("goes home every day"),
        "compulsory_age": N_("of the age of compulsory schooling"),
        "kindergarten_3_5": N_("aged 3 to 5"),
        "primary_public": N_("primary school, public"),
        "junior_public": N_("junior middle school, public"),
        "primary_gov_supported_private": N_("primary school, private with public support"),
        "junior_gov_supported_private": N_("junior middle school, private with public support"),
        "primary_public_or_gov_supported_private": N_("primary school, public or with public support"),
        "junior_public_or_gov_supported_private": N_("junior middle school, public or with public support"),
        "kindergarten_public": N_("kindergarten, public"),
        "kindergarten_inclusive_private": N_("kindergarten, private at a capped fee"),
        "kindergarten_public_or_inclusive": N_("kindergarten, public or at a capped fee"),
    }
)
# Groups that mean something else under one indicator than elsewhere.
_UNDER = {
    "industry_share": {"primary": "primary_sector"},
    "migrant_workers_by_destination": {"other": "elsewhere"},
}
_INSURANCE = ("pension", "medical", "injury", "unemployment", "maternity")
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
                "group": group_words(group, indicator),
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


def group_words(group: str, indicator: str = "") -> str:
    """A group of the official series in words: ``local_over_50`` -> ``local, over 50``."""
    for ending in _CHANGES:
        indicator = indicator.removesuffix(ending)
    group = _UNDER.get(indicator, {}).get(group, group)
    if named := _named(group):
        return named
    first, _end, rest = group.partition("_")
    if rest and first == "dest":
        return _("working in {region}", region=_region(rest))
    if rest and first == "origin":
        return _("from {region}", region=_region(rest))
    if rest and first == "any":
        return group_words(rest.removeprefix("age_"))
    if rest and first in _INSURANCE and not _named(rest) == _GROUPS["out"]:
        return _("{kind}, {group}", kind=_GROUPS[first], group=group_words(rest))
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
    if name in REGIONS:
        return region(name)
    return TIERS.get(group) or _GROUPS.get(group, group.replace("_", " "))

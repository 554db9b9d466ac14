"""The marginals of the made population for reading: names in words instead of those of the data files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sim.core.categories import REGIONS
from sim.core.labels import AGES, SCHOOLING, SECTORS, TIERS, region_alone
from sim.core.language import N_, Words, _
from sim.scenario.references import province_in_words

if TYPE_CHECKING:
    import pandas as pd

MARGINALS = Words(
    {
        "labour_force": N_("Workers"),
        "origin_four_regions": N_("Workers by region of home"),
        "home_province": N_("Workers by province of home"),
        "destination_tier": N_("Migrants by kind of place"),
        "age_shares": N_("Share by age"),
        "over_50_shares": N_("Share by age, of those over 50"),
        "mean_age": N_("Mean age"),
        "female_share": N_("Share of women"),
        "poor_household_share": N_("Share from poor households"),
        "trained_share": N_("Share ever trained"),
        "insured_share": N_("Share insured"),
        "education_shares": N_("Share by schooling"),
        "sector_shares": N_("Share by industry"),
        "searching_share": N_("Share looking for work"),
        "business_owners": N_("Business owners"),
        "savings_median": N_("Median savings"),
        "savings_spread": N_("Spread of savings"),
        "experience_mean": N_("Mean experience"),
    }
)
_GROUPS = Words(
    {
        "all": N_("all"),
        "out": N_("out-of-township"),
        "local": N_("local"),
        "farm_idle": N_("farming or idle"),
        "cross_province": N_("out-of-township, cross-province"),
        "within_province": N_("out-of-township, within the province"),
    }
)
_CATEGORIES = Words(
    {
        "total": N_("all"),
        "implied": N_("implied by the shares"),
        "female": N_("women"),
        "poor": N_("poor"),
        "pension": N_("pension"),
        "searching": N_("looking for work"),
        "returned_founders": N_("returned founders"),
        "yuan_2013": N_("yuan of 2013"),
        "sd_of_log": N_("standard deviation of logs"),
        "years_away": N_("years away"),
        "years_nonfarm": N_("years of non-farm work"),
    }
)
_UNITS = Words(
    {
        "million": N_("million"),
        "percent": "%",
        "years": N_("years"),
        "yuan": N_("yuan"),
        "log points": N_("log points"),
    }
)
_STATUSES = Words(
    {
        "derived": N_("derived"),
        "seen": N_("seen"),
        "assumed": N_("assumed"),
        "recalled": N_("recalled"),
        "estimated": N_("estimated"),
    }
)
_SOURCES = Words(
    {
        "derived: README.md": N_("derived: sim/data/README.md"),
        "own assumption": N_("own assumption"),
        "NBS 2013 report": N_("NBS 2013 report"),
        "third agricultural census 2016, NBS commentary of 2017-12-27 (junior, senior, college seen; none and "
        "primary recalled, their sum follows)": N_(
            "third agricultural census 2016, NBS commentary of 2017-12-27 (junior, senior, college seen; none and "
            "primary recalled, their sum follows)"
        ),
    }
)
# What is made where that is not what the source counts; a pattern may hold a number.
_NOTES = {
    "made is the stock away at a date, ([0-9.]+) times those away six months a year": N_(
        "made is the stock away at a date, {number} times those away six months a year"
    ),
    "made is the total less out and local": N_("made is the total less out and local"),
    "made is cut at the years since 15, and counts stays away of those back home": N_(
        "made is cut at the years since 15, and counts stays away of those back home"
    ),
}


def population_in_words(table: pd.DataFrame) -> pd.DataFrame:
    """``population_table`` with marginals, groups, categories, units, statuses and sources in words."""
    return table.assign(
        marginal=table["marginal"].map(lambda name: MARGINALS.get(name, name.replace("_", " "))),
        group=table["group"].map(lambda name: _GROUPS.get(name, name)),
        category=table["category"].map(_category),
        unit=table["unit"].map(lambda name: _UNITS.get(name, name)),
        status=table["status"].map(lambda name: _STATUSES.get(name, name)),
        source=table["source"].map(lambda name: _SOURCES.get(name, name)),
    )


def population_notes(table: pd.DataFrame) -> list[str]:
    """What is made where that is not what the source counts, each once."""
    notes = table["note"][table["note"].str.startswith("made ")].str.split(";").str[0].unique()
    return [_note(note) for note in notes]


def _note(note: str) -> str:
    for pattern, words in _NOTES.items():
        if shape := re.fullmatch(pattern, note):
            return _(words, number=shape[1]) if shape.groups() else _(words)
    return note


def _category(name: str) -> str:
    for words in (_GROUPS, AGES, SCHOOLING, SECTORS, TIERS, _CATEGORIES):
        if name in words:
            return words[name]
    return region_alone(name) if name in REGIONS else province_in_words(name.replace("_", "–"))

"""The terms of ``sim.steps.migration.option_values`` as factors of odds, in tables of the month.

A worker's odds are then products of a dozen loads, and nobody who reconsiders needs an exponential.
"""

from __future__ import annotations

from sim.core.categories import SCHOOL_YEARS
from sim.core.compiled import kernel
from sim.rules.migration import age_taste, attachment, local_age_taste, odds, schooling_taste
from sim.steps.groups import GROUPS, is_parent
from sim.steps.records import (
    AGE_MONTHS,
    BYTES,
    EXPERIENCE_MONTHS,
    STAY_MONTHS,
    TRAINING_MONTHS,
    UNTRAINED,
)
from sim.world.worker import ABILITY_UNIT, IS_FEMALE, education_of, signed


@kernel
def fill_personal_odds(conditions):
    """Odds of what a worker brings along: skill, schooling, sex, age, and years in a place.

    They hang on the economy-wide parameters alone; pay by traits, experience and training must be there.
    """
    c = conditions[0]
    beta = c.economy.income_coefficient
    c.switching_odds = odds(-c.economy.switching_cost)
    for traits in range(2 * len(SCHOOL_YEARS)):
        years, is_female = float(SCHOOL_YEARS[education_of(traits)]), (traits & IS_FEMALE) != 0
        school = schooling_taste(years, c.economy.schooling_nonfarm_taste)
        away = schooling_taste(years, c.economy.schooling_away_taste)
        at_home = c.economy.female_local_cost if is_female else 0.0
        away -= c.economy.female_migration_cost - at_home if is_female else 0.0
        c.trait_odds[traits] = odds(beta * c.trait_pay[traits] + school - at_home)
        c.trait_odds_away[traits] = odds(away)
    for month in range(EXPERIENCE_MONTHS):
        c.experience_odds[month] = odds(beta * c.experience_pay[month])
    for month in range(TRAINING_MONTHS):
        c.training_odds[month] = odds(beta * c.training_pay[month])
    c.training_odds[UNTRAINED] = 1.0
    for byte in range(BYTES):
        c.ability_odds[byte] = odds(beta * signed(byte) * ABILITY_UNIT)
    youngest = c.economy.taste_age_min
    for month in range(AGE_MONTHS):
        age = month / 12.0
        c.local_age_odds[month] = odds(
            local_age_taste(
                age,
                c.economy.local_age_slope,
                youngest,
                c.economy.local_age_rise,
                c.economy.local_age_peak,
            )
        )
        c.migration_age_odds[month] = odds(age_taste(age, c.economy.migration_age_slope, youngest))
        c.across_age_odds[month] = odds(age_taste(age, c.economy.across_age_slope, youngest))
    most_years = c.economy.place_attachment_years_max
    for month in range(STAY_MONTHS):
        c.stay_odds[month] = odds(attachment(month / 12.0, c.economy.place_attachment, most_years))


@kernel
def fill_place_odds(conditions):
    """Odds of what the month offers at home and away: income, amenities, family, fellow workers."""
    c = conditions[0]
    economy, homes = c.economy, len(c.farm_odds)
    beta = economy.income_coefficient
    for home in range(homes):
        c.farm_odds[home] = odds(c.farm_value[home])
        c.local_odds[home] = odds(
            beta * (c.mean_log_pay[home] - c.log_reference_income) + economy.local_amenity
        )
        away = (
            economy.migration_amenity + c.home_taste[home] + economy.network_coefficient * c.out_share[home]
        )
        for group in range(GROUPS):
            child = economy.child_left_behind_cost if is_parent(group) else 0.0
            c.away_odds[home, group] = odds(away - child - beta * c.group_skill[group])
    for group in range(GROUPS):
        for place in range(homes, c.place_odds.shape[1]):
            c.place_odds[group, place] = odds(c.income_value[group, place])
    for home in range(homes):
        for group in range(GROUPS):
            own, across = 0.0, 0.0
            for place in range(homes, c.place_odds.shape[1]):
                over = c.place_odds[group, place] * c.corridor_odds[home, place] / c.bound[home, place]
                is_own = c.province[place] == home
                own, across = max(own, over if is_own else 0.0), max(across, 0.0 if is_own else over)
            c.highest_own[home, group], c.highest_across[home, group] = own, across

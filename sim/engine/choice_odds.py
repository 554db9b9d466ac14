"""The terms of ``sim.steps.migration.option_values`` as factors of odds, in tables of the month.

A worker's odds are then products of a dozen loads, and nobody who reconsiders needs an exponential.
"""

from __future__ import annotations

from sim.core.categories import SCHOOL_YEARS
from sim.core.compiled import kernel
from sim.rules.migration import age_taste, attachment, odds, schooling_taste
from sim.steps.employment import gender_gap
from sim.steps.records import (
    AGE_MONTHS,
    ECONOMY,
    EXPERIENCE_MONTHS,
    STAY_MONTHS,
    TRAINING_MONTHS,
    UNTRAINED,
)
from sim.world.worker import ABILITY_UNIT, IS_FEMALE, education_of

_BETA = ECONOMY.index("income_coefficient")
_GAMMA = ECONOMY.index("network_coefficient")
_SWITCHING = ECONOMY.index("switching_cost")
_MIGRATION_AMENITY = ECONOMY.index("migration_amenity")
_MIGRATION_AGE = ECONOMY.index("migration_age_slope")
_ACROSS_AGE = ECONOMY.index("across_age_slope")
_LOCAL_AMENITY = ECONOMY.index("local_amenity")
_LOCAL_AGE = ECONOMY.index("local_age_slope")
_FEMALE_COST = ECONOMY.index("female_migration_cost")
_ATTACHMENT = ECONOMY.index("place_attachment")
_SCHOOLING_TASTE = ECONOMY.index("schooling_nonfarm_taste")
_CHILD_COST = ECONOMY.index("child_left_behind_cost")


@kernel
def fill_personal_odds(conditions):
    """Odds of what a worker brings along: skill, schooling, sex, age, and years in a place.

    They hang on the economy-wide parameters alone; pay by schooling, experience and training must be there.
    """
    c = conditions[0]
    beta = c.economy[_BETA]
    c.switching_odds = odds(-c.economy[_SWITCHING])
    c.sex_odds[0], c.sex_odds[IS_FEMALE] = 1.0, odds(-c.economy[_FEMALE_COST])
    for traits in range(2 * len(SCHOOL_YEARS)):
        school = schooling_taste(float(SCHOOL_YEARS[education_of(traits)]), c.economy[_SCHOOLING_TASTE])
        pay = c.schooling_pay[education_of(traits)] - gender_gap(c, traits)
        c.trait_odds[traits] = odds(beta * pay + school)
    for month in range(EXPERIENCE_MONTHS):
        c.experience_odds[month] = odds(beta * c.experience_pay[month])
    for month in range(TRAINING_MONTHS):
        c.training_odds[month] = odds(beta * c.training_pay[month])
    c.training_odds[UNTRAINED] = 1.0
    for byte in range(256):
        c.ability_odds[byte] = odds(beta * (byte if byte < 128 else byte - 256) * ABILITY_UNIT)
    for month in range(AGE_MONTHS):
        age = month / 12.0
        c.local_age_odds[month] = odds(age_taste(age, c.economy[_LOCAL_AGE]))
        c.migration_age_odds[month] = odds(age_taste(age, c.economy[_MIGRATION_AGE]))
        c.across_age_odds[month] = odds(age_taste(age, c.economy[_ACROSS_AGE]))
    for month in range(STAY_MONTHS):
        c.stay_odds[month] = odds(attachment(month / 12.0, c.economy[_ATTACHMENT]))


@kernel
def fill_place_odds(conditions):
    """Odds of what the month offers at home and away: income, amenities, family, fellow workers."""
    c = conditions[0]
    economy, homes, groups = c.economy, len(c.farm_odds), c.place_odds.shape[0]
    beta = economy[_BETA]
    for home in range(homes):
        c.farm_odds[home] = odds(c.farm_value[home])
        c.local_odds[home] = odds(beta * c.mean_log_pay[home] + economy[_LOCAL_AMENITY])
        away = economy[_MIGRATION_AMENITY] + c.home_taste[home] + economy[_GAMMA] * c.out_share[home]
        for group in range(groups):
            child = economy[_CHILD_COST] if group % 2 == 1 else 0.0
            c.away_odds[home, group] = odds(away - child - beta * c.group_skill[group])
            c.migrate_odds[home, group] = odds(c.inclusive_value[home, group])
    for group in range(groups):
        for place in range(homes, c.place_odds.shape[1]):
            c.place_odds[group, place] = odds(c.income_value[group, place])

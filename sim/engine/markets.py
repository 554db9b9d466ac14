"""Between months, place by place: what places are worth, where migrants go, vacancies and wages."""

from __future__ import annotations

import numpy as np

from sim.arithmetic import exp, log, power
from sim.compiled import kernel
from sim.rules.earnings import (
    employment_share,
    expected_income,
    experience_pay,
    schooling_pay,
)
from sim.rules.employment import (
    desired_jobs,
    finding_probability,
    offer_probability,
    rationed_finding,
    search_effort,
    vacancies,
    wage_gap_next,
)
from sim.rules.migration import place_value, value_of_income
from sim.rules.rights import arrears_loss_share
from sim.rules.skills import training_premium
from sim.steps.conditions import ECONOMY, OWN_PAY, PLACE, WORKER
from sim.vocabulary import SECTORS
from sim.world.schema import ABILITY_UNIT, HUNDREDTH, IS_FEMALE, education_of

GROUPS = 6  # schooling (primary or less, junior, senior or more) x school child (no, yes)
REFERENCE_GROUP = 2  # junior middle school, no school child

_BETA = ECONOMY.index("income_coefficient")
_NEWS = ECONOMY.index("vacancy_information_elasticity")
_REFERENCE = ECONOMY.index("reference_tightness")
_HUKOU = ECONOMY.index("hukou_share_of_migration_cost")
_COST = ECONOMY.index("migration_cost")
_CHILD = ECONOMY.index("child_left_behind_cost")
_MATCHING = ECONOMY.index("matching_elasticity")
_SERVICE_EFFECT = ECONOMY.index("service_job_finding_effect")
_FRICTION = ECONOMY.index("frictional_vacancy_share")
_DEMAND = ECONOMY.index("labour_demand_elasticity")
_CITY_ELASTICITY = ECONOMY.index("city_jobs_output_elasticity")
_CITY_SAVING = ECONOMY.index("city_labour_saving_rate")
_LOCAL_ELASTICITY = ECONOMY.index("local_jobs_output_elasticity")
_LOCAL_SAVING = ECONOMY.index("local_labour_saving_rate")
_WAGE_TIGHTNESS = ECONOMY.index("wage_tightness_elasticity")
_WAGE_REVERSION = ECONOMY.index("wage_reversion_rate")
_OFFER_MOST = ECONOMY.index("local_offer_probability_max")
_DISPLACEMENT = ECONOMY.index("business_displacement_share")
_SCHOOLING = ECONOMY.index("schooling_return")
_EXPERIENCE = ECONOMY.index("experience_return")
_CURVATURE = ECONOMY.index("experience_curvature")
_PREMIUM = ECONOMY.index("training_premium")
_DECAY = ECONOMY.index("training_decay_rate")
_FEMALE_PAY = ECONOMY.index("female_pay_gap")
_PROFIT = ECONOMY.index("business_profit_premium")
_BENEFIT_EFFECT = ECONOMY.index("benefit_search_effect")
_NEWS_SCALE = PLACE.index("vacancy_news_scale")
_AMENITY = PLACE.index("amenity_shift")
_SECTOR_JOBS = PLACE.index(f"jobs_scale_{SECTORS[0]}")  # of the first sector; the others follow
_SECTOR_PAY = PLACE.index(f"pay_scale_{SECTORS[0]}")
_ODD_JOBS = WORKER.index("search_income_yuan")
_SERVICE = PLACE.index("service_coverage_share")
_HUKOU_SCALE = PLACE.index("hukou_cost_scale")
_SCHOOL = PLACE.index("school_access_share")
_JOBS_SCALE = PLACE.index("jobs_scale")
_SEPARATION = WORKER.index("separation_probability")
_FINDING = WORKER.index("job_finding_probability")
_ARREARS = WORKER.index("arrears_probability")
_RECOVERY = WORKER.index("arrears_recovery_probability")
_CONTRIBUTION = WORKER.index("insurance_contribution_rate")
_BENEFIT = WORKER.index("unemployment_benefit_yuan")
INSURED_SHARE_EXPECTED = 0.2  # what a worker deciding where to go takes as the odds of being insured


@kernel
def value_places(economy, place, faced, mean_log_pay, living_cost, group_skill, tightness, news, limit,
                 homes, out):
    """Fill ``out`` (groups, places) with the value of income and relief in each place away."""
    reference = economy[_REFERENCE]
    for p in range(homes, out.shape[1]):
        finding = finding_probability(
            faced[_FINDING, p], tightness[p], economy[_MATCHING], 0.0, 0.0,
            place[_SERVICE, p], economy[_SERVICE_EFFECT],
        )
        finding *= search_effort(faced[_BENEFIT, p], exp(mean_log_pay[p]), economy[_BENEFIT_EFFECT])
        share = employment_share(min(finding, limit[p]), faced[_SEPARATION, p])
        arrears = arrears_loss_share(faced[_ARREARS, p], faced[_RECOVERY, p])
        hukou = economy[_HUKOU] * economy[_COST] * (1.0 - place[_HUKOU_SCALE, p])
        heard = economy[_NEWS] * place[_NEWS_SCALE, p] * min(max(log(news[p] / reference), -1.5), 1.5)
        heard += place[_AMENITY, p]
        for g in range(out.shape[0]):
            income = expected_income(
                share, exp(mean_log_pay[p] + group_skill[g]),
                faced[_CONTRIBUTION, p] * INSURED_SHARE_EXPECTED, arrears,
                faced[_BENEFIT, p] + faced[_ODD_JOBS, p], living_cost[p],
            )
            school = economy[_CHILD] * place[_SCHOOL, p] if g % 2 == 1 else 0.0
            out[g, p] = place_value(value_of_income(income, economy[_BETA]), 0.0, hukou, heard, school)


@kernel
def fill_pay_profiles(economy, school_years, by_school, by_experience, by_training):
    """Log pay by years of schooling, months of experience and months since a course."""
    for e in range(len(by_school)):
        by_school[e] = schooling_pay(school_years[e], economy[_SCHOOLING])
    for month in range(len(by_experience)):
        by_experience[month] = experience_pay(month / 12.0, economy[_EXPERIENCE], economy[_CURVATURE])
    for month in range(len(by_training)):
        by_training[month] = training_premium(True, float(month), economy[_PREMIUM], economy[_DECAY])


@kernel
def fill_pay_factors(economy, log_pay, mean_log_pay, farm_income, by_school, by_experience, by_training,
                     trait_factor, experience_factor, training_factor, pay_level, farm_value):
    """Exponentials of what makes up pay, so that a worker's pay is a product; and the value of farming."""
    for traits in range(2 * len(by_school)):
        gap = economy[_FEMALE_PAY] if traits & IS_FEMALE else 0.0
        trait_factor[traits] = exp(by_school[education_of(traits)] - gap)
    for month in range(len(by_experience)):
        experience_factor[month] = exp(by_experience[month])
    for month in range(len(by_training)):
        training_factor[month] = exp(by_training[month])
    for p in range(log_pay.shape[0]):
        for s in range(log_pay.shape[1]):
            pay_level[p, s] = exp(log_pay[p, s])
        pay_level[p, OWN_PAY] = exp(mean_log_pay[p] + economy[_PROFIT])
    for home in range(len(farm_income)):
        farm_value[home] = value_of_income(farm_income[home], economy[_BETA])


@kernel
def fill_byte_factors(by_ability, by_match):
    """Factors of pay by the bytes in which ability and match are stored (signed, hence the wrap)."""
    for byte in range(256):
        value = byte if byte < 128 else byte - 256
        by_ability[byte] = exp(value * ABILITY_UNIT)
        by_match[byte] = exp(value * HUNDREDTH)


@kernel
def weigh_destinations(values, corridor_weight, nest, place_order, first_place, inclusive, provinces,
                       places):
    """Nested logit over places for each home and group.

    values: (groups, places). corridor_weight: (homes, places) exp(corridor term / nest).
    Fills inclusive (homes, groups), provinces (homes, groups, 31) and places (homes, groups, slots),
    the last two cumulative.
    """
    groups, homes = values.shape[0], corridor_weight.shape[0]
    pull = np.empty(values.shape[1])
    for g in range(groups):
        for p in range(len(pull)):
            pull[p] = exp(values[g, p] / nest)
        for home in range(homes):
            total = 0.0
            for province in range(homes):
                inside = 0.0
                for slot in range(first_place[province], first_place[province + 1]):
                    p = place_order[slot]
                    inside += pull[p] * corridor_weight[home, p]
                    places[home, g, slot] = inside
                if inside > 0.0:
                    for slot in range(first_place[province], first_place[province + 1]):
                        places[home, g, slot] /= inside
                    total += power(inside, nest)
                provinces[home, g, province] = total
            inclusive[home, g] = log(total)
            for province in range(homes):
                provinces[home, g, province] /= total


@kernel
def settle_labour_markets(
    economy, place, jobs_2014, jobs_factor, output_ratio, output_response, province, years, filled_jobs,
    employed, searchers, additional_jobs, works_jobs, expected_searchers, applicants, homes, gap, tightness,
    news, limit, hire_cumulative, open_jobs, offer,
):
    """Vacancies, tightness, wages, sectors of new jobs and offers of local work for next month.

    Arrays over places (or places x sectors) in simulated workers. Updates gap, tightness, news,
    limit, hire_cumulative, open_jobs and offer in place.
    """
    reference = economy[_REFERENCE]
    for p in range(len(gap)):
        is_local = p < homes
        elasticity = economy[_LOCAL_ELASTICITY] if is_local else economy[_CITY_ELASTICITY]
        labour_saving = economy[_LOCAL_SAVING] if is_local else economy[_CITY_SAVING]
        elasticity *= output_response[province[p]]
        wanted, filled, running = 0.0, filled_jobs[p], 0.0
        for s in range(jobs_2014.shape[1]):
            desired = desired_jobs(
                jobs_2014[p, s], output_ratio[province[p]], elasticity, labour_saving, years,
                exp(gap[p]) * place[_SECTOR_PAY + s, p], economy[_DEMAND],
            ) * place[_JOBS_SCALE, p] * jobs_factor[s] * place[_SECTOR_JOBS + s, p]
            wanted += desired
            # sectors hire to replace leavers and to close their own gap
            running += max(desired - 0.9 * employed[p, s], 0.02 * desired)
            hire_cumulative[p, s] = running
        for s in range(jobs_2014.shape[1]):
            hire_cumulative[p, s] /= max(running, 1e-12)
        if is_local:
            wanted += (1.0 - economy[_DISPLACEMENT]) * additional_jobs[p] + works_jobs[p]
        open_jobs[p] = vacancies(wanted, filled, economy[_FRICTION])
        if is_local:
            offer[p] = offer_probability(open_jobs[p], applicants[p], economy[_OFFER_MOST])
            continue
        tightness[p] = open_jobs[p] / max(searchers[p], 0.02 * filled + 0.5)
        limit[p] = rationed_finding(1.0, expected_searchers[p], open_jobs[p])
        news[p] = exp(0.8 * log(max(news[p], 1e-3)) + 0.2 * log(max(tightness[p], 1e-3)))
        gap[p] = wage_gap_next(
            gap[p], tightness[p], reference, economy[_WAGE_TIGHTNESS], economy[_WAGE_REVERSION]
        )

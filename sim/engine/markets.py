"""Between months, place by place: what places are worth, where migrants go, vacancies and wages."""

from __future__ import annotations

import numpy as np

from sim.core.arithmetic import exp, log, power
from sim.core.categories import (
    HOME_TOWNSHIP,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    SCHOOL_YEARS,
    SECTORS,
    SETTLED_SEARCH,
    SETTLED_WORK,
)
from sim.core.compiled import kernel, rule
from sim.rules.earnings import (
    employment_share,
    expected_income,
    experience_pay,
    schooling_pay,
)
from sim.rules.employment import (
    desired_jobs,
    finding_probability,
    matching,
    offer_probability,
    rationed_finding,
    search_effort,
    vacancies,
    wage_gap_next,
)
from sim.rules.migration import place_value, value_of_income
from sim.rules.rights import arrears_loss_share
from sim.rules.settlement import capacity_offered
from sim.rules.skills import training_premium
from sim.steps.employment import gender_gap
from sim.steps.records import (
    ECONOMY,
    EXPERIENCE_MONTHS,
    OWN_PAY,
    PLACE,
    POINT_BINS,
    TRAINING_MONTHS,
    UNTRAINED,
    WORKER,
)
from sim.world.worker import ABILITY_UNIT, HUNDREDTH, education_of

GROUPS = 6  # schooling (primary or less, junior, senior or more) x school child (no, yes)
REFERENCE_GROUP = 2  # junior middle school, no school child
WIDTH = 32  # of arrays over homes: a whole number of vector registers

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
_PROFIT = ECONOMY.index("business_profit_premium")
_BENEFIT_EFFECT = ECONOMY.index("benefit_search_effect")
_CITY_COST = ECONOMY.index("extra_city_cost_yuan")
_FARM_INCOME = ECONOMY.index("farm_income_yuan")
_RENT_RELIEF = ECONOMY.index("public_housing_rent_relief")
_SETTLING_COST = ECONOMY.index("settlement_cost_yuan")
_CAPACITY = ECONOMY.index("capacity_response")
_AID = PLACE.index("housing_aid_share")
_HOUSED = PLACE.index("public_housing_share")
_QUOTA = PLACE.index("settlement_quota_share")
_TRANSFER = PLACE.index("settlement_transfer_yuan")
_OPEN = WORKER.index("settlement_open_share")
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
def fill_pay_profiles(conditions):
    """Log pay by years of schooling, months of experience and months since a course, and as factors, so
    that a worker's pay is a product. They hang on the economy-wide parameters alone.
    """
    c = conditions[0]
    for e in range(len(SCHOOL_YEARS)):
        c.schooling_pay[e] = schooling_pay(float(SCHOOL_YEARS[e]), c.economy[_SCHOOLING])
    for month in range(EXPERIENCE_MONTHS):
        c.experience_pay[month] = experience_pay(
            month / 12.0, c.economy[_EXPERIENCE], c.economy[_CURVATURE]
        )
        c.experience_factor[month] = exp(c.experience_pay[month])
    for month in range(TRAINING_MONTHS):
        c.training_pay[month] = training_premium(
            True, float(month), c.economy[_PREMIUM], c.economy[_DECAY]
        )
        c.training_factor[month] = exp(c.training_pay[month])
    c.training_factor[UNTRAINED] = 1.0
    c.trait_factor[:] = 1.0
    for traits in range(2 * len(SCHOOL_YEARS)):
        c.trait_factor[traits] = exp(c.schooling_pay[education_of(traits)] - gender_gap(c, traits))


@kernel
def write_tables(conditions, place, faced, by_rule, has_quota):
    """Write parameters by place, and what hangs on them alone: the highest values, and where a quota holds.

    Places that are paid for those who settle offer more registrations and school places.
    """
    c = conditions[0]
    c.place[:], c.faced[:], c.by_rule[:] = place, faced, by_rule
    cost, response = c.economy[_SETTLING_COST], c.economy[_CAPACITY]
    for p in range(c.place.shape[1]):
        paid = c.place[_TRANSFER, p]
        if paid > 0.0:
            c.place[_QUOTA, p] = capacity_offered(c.place[_QUOTA, p], paid, cost, response, 1.0)
            c.place[_SCHOOL, p] = capacity_offered(c.place[_SCHOOL, p], paid, cost, response, 1.0)
            c.faced[_OPEN, p] = capacity_offered(c.faced[_OPEN, p], paid, cost, response, 1.0)
        has_quota[p] = (c.place[_QUOTA, p] < 1.0) & (c.tier[p] != HOME_TOWNSHIP)
    for row in range(c.faced.shape[0]):
        c.most[row] = c.faced[row].max()


@kernel
def value_places(conditions, cost_index, rural_income, tightness, limit, news):
    """Write costs, incomes and pay levels, and the value of income and relief in each place away.

    cost_index: (places, months), rural_income: (homes, months). tightness, limit, news: (places,).
    """
    c = conditions[0]
    economy, homes = c.economy, len(c.farm_income)
    c.finding_limit[:] = limit
    for p in range(len(tightness)):
        c.matching[p] = matching(tightness[p], economy[_MATCHING])
        aid = c.place[_AID, p] + economy[_RENT_RELIEF] * c.place[_HOUSED, p]
        c.living_cost[p] = economy[_CITY_COST] * cost_index[p, c.month] * (1.0 - aid)
    for home in range(homes):
        c.farm_income[home] = economy[_FARM_INCOME] * rural_income[home, c.month]
    for p in range(c.log_pay.shape[0]):
        for s in range(c.log_pay.shape[1]):
            c.pay_level[p, s] = exp(c.log_pay[p, s])
        c.pay_level[p, OWN_PAY] = exp(c.mean_log_pay[p] + economy[_PROFIT])
    for home in range(homes):
        c.farm_value[home] = value_of_income(c.farm_income[home], economy[_BETA])
    for p in range(homes, c.income_value.shape[1]):
        finding = finding_probability(
            c.faced[_FINDING, p], c.matching[p], 0.0, 0.0,
            c.place[_SERVICE, p], economy[_SERVICE_EFFECT],
        )
        finding *= search_effort(c.faced[_BENEFIT, p], exp(c.mean_log_pay[p]), economy[_BENEFIT_EFFECT])
        share = employment_share(min(finding, c.finding_limit[p]), c.faced[_SEPARATION, p])
        arrears = arrears_loss_share(c.faced[_ARREARS, p], c.faced[_RECOVERY, p])
        hukou = economy[_HUKOU] * economy[_COST] * (1.0 - c.place[_HUKOU_SCALE, p])
        heard = economy[_NEWS] * c.place[_NEWS_SCALE, p] * min(
            max(log(news[p] / economy[_REFERENCE]), -1.5), 1.5)
        heard += c.place[_AMENITY, p]
        for g in range(GROUPS):
            income = expected_income(
                share, exp(c.mean_log_pay[p] + c.group_skill[g]),
                c.faced[_CONTRIBUTION, p] * INSURED_SHARE_EXPECTED, arrears,
                c.faced[_BENEFIT, p] + c.faced[_ODD_JOBS, p], c.living_cost[p],
            )
            school = economy[_CHILD] * c.place[_SCHOOL, p] if g % 2 == 1 else 0.0
            c.income_value[g, p] = place_value(
                value_of_income(income, economy[_BETA]), 0.0, hukou, heard, school
            )


@kernel
def fill_byte_factors(by_ability, by_match):
    """Factors of pay by the bytes in which ability and match are stored (signed, hence the wrap)."""
    for byte in range(256):
        value = byte if byte < 128 else byte - 256
        by_ability[byte] = exp(value * ABILITY_UNIT)
        by_match[byte] = exp(value * HUNDREDTH)


@kernel
def weigh_destinations(conditions, corridor_weight, nest):
    """Nested logit over places for each home and group, from the value of places.

    corridor_weight: (slots, WIDTH) exp(corridor term / nest), places in the order of ``place_order``, homes
    in the first columns and nought in the rest. The innermost loops run over the homes, all in step, so
    that the compiler can vectorise them.
    """
    c = conditions[0]
    values, order, first = c.income_value, c.place_order, c.first_place
    inclusive, provinces, places = c.inclusive_value, c.province_cumulative, c.place_cumulative
    homes, slots, width = len(c.farm_income), corridor_weight.shape[0], corridor_weight.shape[1]
    reached = np.empty((slots, width))  # weight of a place and those before it in its province
    province_reached = np.empty((homes, width))  # of a province and those before it
    running, total = np.empty(width), np.empty(width)
    for g in range(GROUPS):
        total[:] = 0.0
        for province in range(homes):
            running[:] = 0.0
            for slot in range(first[province], first[province + 1]):
                pull = exp(values[g, order[slot]] / nest)
                for home in range(width):
                    running[home] += pull * corridor_weight[slot, home]
                    reached[slot, home] = running[home]
            for slot in range(first[province], first[province + 1]):
                for home in range(width):
                    reached[slot, home] /= running[home] if running[home] > 0.0 else 1.0
            for home in range(width):
                raised = power(running[home], nest)
                total[home] += raised if running[home] > 0.0 else 0.0
                province_reached[province, home] = total[home]
        for home in range(homes):
            inclusive[home, g] = log(total[home])
            for province in range(homes):
                provinces[home, g, province] = province_reached[province, home] / total[home]
            for slot in range(slots):
                places[home, g, slot] = reached[slot, home]


@kernel
def fill_quota_cutoffs(conditions, has_quota, quota, migrants, used, claims, cutoff):
    """Fill ``cutoff`` with the points above which the month's share of each quota reaches.

    claims: (places, POINT_BINS) applicants. The quota is a share of the place's out-migrants a year; what
    a month leaves empty is carried to later months of the year. Adds to ``used`` what the month gives out.
    """
    for p in range(len(quota)):
        if not has_quota[p]:
            continue
        allowed = max(quota[p] * migrants[p] * (conditions[0].month_of_year / 12.0) - used[p], 0.0)
        applicants, given, points = 0, 0, POINT_BINS
        while points > 0 and applicants + claims[p, points - 1] <= allowed:
            points -= 1
            applicants += claims[p, points]
            given = applicants
        used[p] += given
        cutoff[p] = points - 1


@rule
def _fill_desired_jobs(c, jobs_2014, shift, shift_of_all, jobs_factor, output_ratio, output_response, gap,
                       homes, desired):
    """Jobs wanted by sector and place. Sector by sector, so that the compiler can vectorise over places."""
    economy, place, province, places = c.economy, c.place, c.province, len(gap)
    years, demand = c.month / 12.0, economy[_DEMAND]
    wage, relative, wanted = np.empty(places), np.empty(places), np.empty(places)
    output, elasticity, labour_saving = np.empty(places), np.empty(places), np.empty(places)
    for p in range(places):
        output[p], wage[p] = output_ratio[province[p]], exp(gap[p])
        elasticity[p] = economy[_LOCAL_ELASTICITY] if p < homes else economy[_CITY_ELASTICITY]
        elasticity[p] *= output_response[province[p]]
        labour_saving[p] = economy[_LOCAL_SAVING] if p < homes else economy[_CITY_SAVING]
    for s in range(len(desired)):
        for p in range(places):
            relative[p] = wage[p] * place[_SECTOR_PAY + s, p]
            wanted[p] = jobs_2014[p, s] * shift[s] / shift_of_all[p]  # the same sum by place
        for p in range(places):
            wanted[p] = desired_jobs(wanted[p], output[p], elasticity[p], labour_saving[p], years,
                                     relative[p], demand)
        for p in range(places):
            desired[s, p] = wanted[p] * place[_JOBS_SCALE, p] * jobs_factor[s] * place[_SECTOR_JOBS + s, p]


@kernel
def settle_labour_markets(
    conditions, jobs_2014, shift, shift_of_all, jobs_factor, output_ratio, output_response, by_place,
    employed, business, works, applicants, rise, gap, tightness, news, limit, hire_cumulative, open_jobs,
    offer,
):
    """Vacancies, tightness, wages, sectors of new jobs and offers of local work for next month.

    jobs_2014: (places, sectors); shift: how the sectors' shares have moved since, and shift_of_all: the mean
    of that over the jobs of a place. Workers by place and activity, on payday by place and sector, businesses
    by home; rise: how many more will look around next month. All in simulated workers; output_ratio and
    output_response by province.
    Updates gap, tightness, news, limit, hire_cumulative, open_jobs and offer in place.
    """
    c = conditions[0]
    economy, homes = c.economy, len(offer)
    reference = economy[_REFERENCE]
    desired = np.empty((jobs_2014.shape[1], len(gap)))
    _fill_desired_jobs(c, jobs_2014, shift, shift_of_all, jobs_factor, output_ratio, output_response, gap,
                       homes, desired)
    for p in range(len(gap)):
        is_local = p < homes
        filled = float(by_place[p, LOCAL_WORK] + by_place[p, MIGRANT_WORK] + by_place[p, SETTLED_WORK])
        searchers = float(by_place[p, MIGRANT_SEARCH] + by_place[p, SETTLED_SEARCH])
        wanted, running = 0.0, 0.0
        for s in range(len(desired)):
            wanted += desired[s, p]
            # sectors hire to replace leavers and to close their own gap
            running += max(desired[s, p] - 0.9 * employed[p, s], 0.02 * desired[s, p])
            hire_cumulative[p, s] = running
        for s in range(len(desired)):
            hire_cumulative[p, s] /= max(running, 1e-12)
        if is_local:
            wanted += (1.0 - economy[_DISPLACEMENT]) * business[p, 2] + works[p]
        open_jobs[p] = vacancies(wanted, filled, economy[_FRICTION])
        if is_local:
            expected = max(float(applicants[p]), 1.0) * rise
            offer[p] = offer_probability(open_jobs[p], expected, economy[_OFFER_MOST])
            continue
        tightness[p] = open_jobs[p] / max(searchers, 0.02 * filled + 0.5)
        limit[p] = rationed_finding(1.0, searchers, open_jobs[p])
        news[p] = exp(0.8 * log(max(news[p], 1e-3)) + 0.2 * log(max(tightness[p], 1e-3)))
        gap[p] = wage_gap_next(
            gap[p], tightness[p], reference, economy[_WAGE_TIGHTNESS], economy[_WAGE_REVERSION]
        )

"""Tables of a month: what places are worth to those who choose."""

from __future__ import annotations

from sim.core.arithmetic import exp, log
from sim.core.compiled import kernel, rule
from sim.rules.earnings import employment_share, expected_income, farm_income_of
from sim.rules.employment import finding_probability, matching, search_effort
from sim.rules.migration import place_value, value_of_income
from sim.rules.rights import arrears_loss_share
from sim.rules.settlement import registration_relief
from sim.steps.groups import GROUPS, is_parent
from sim.steps.records import OWN_PAY, WORKER


@kernel
def value_places(conditions, cost_index, rural_income, tightness, limit, news, farmers):
    """Write costs, incomes and pay levels, and the value of income and relief in each place away.

    cost_index: (places, months), rural_income: (homes, months). tightness, limit, news: (places,).
    farmers: (homes,) log of those on the land over those of January 2014.
    """
    c = conditions[0]
    economy, homes = c.economy, len(c.farm_income)
    reference = economy.income_coefficient * c.log_reference_income
    for p in range(len(tightness)):
        c.finding_limit[p] = limit[p]
        c.matching[p] = matching(tightness[p], economy.matching_elasticity)
        beyond_home = economy.extra_city_cost_yuan if p >= homes else 0.0
        c.unaided_cost[p] = beyond_home * cost_index[p, c.month]
        # aid is a share of what is left to pay, so that nobody is paid for living there
        relief = economy.public_housing_rent_relief * c.place.public_housing_share[p]
        c.living_cost[p] = c.unaided_cost[p] * (1.0 - relief) * (1.0 - c.place.housing_aid_share[p])
    for home in range(homes):
        beyond_trend = farmers[home] + economy.farm_workers_fall * (c.month / 12.0)
        c.farm_income[home] = farm_income_of(
            economy.farm_income_yuan * rural_income[home, c.month],
            beyond_trend,
            economy.farm_output_elasticity,
        )
    for p in range(c.log_pay.shape[0]):
        for s in range(c.log_pay.shape[1]):
            c.pay_level[p, s] = exp(c.log_pay[p, s])
        c.pay_level[p, OWN_PAY] = exp(c.mean_log_pay[p] + economy.business_profit_premium)
    for home in range(homes):
        c.farm_value[home] = value_of_income(c.farm_income[home], economy.income_coefficient) - reference
    for p in range(homes, c.income_value.shape[1]):
        share, arrears = outlook(c, p)
        hukou = hukou_relief(c, p)
        heard = (
            economy.vacancy_information_elasticity
            * c.place.vacancy_news_scale[p]
            * min(
                max(log(news[p] / economy.reference_tightness), -economy.vacancy_news_max),
                economy.vacancy_news_max,
            )
        )
        heard += c.place.amenity_shift[p]
        for g in range(GROUPS):
            income = income_away(c, p, g, share, arrears)
            school = school_relief(c, p, g)
            c.income_value[g, p] = place_value(
                value_of_income(income, economy.income_coefficient) - reference, 0.0, hukou, heard, school
            )


@rule
def outlook(c, p):
    """Share of the time that a worker in a place has a job, and share of pay lost to arrears."""
    economy = c.economy
    finding = finding_probability(
        c.effective[WORKER.job_finding_probability, p],
        c.matching[p],
        0.0,
        0.0,
        c.place.service_coverage_share[p],
        economy.service_job_finding_effect,
    )
    finding *= search_effort(
        c.effective[WORKER.unemployment_benefit_yuan, p],
        exp(c.mean_log_pay[p]),
        economy.benefit_search_effect,
        economy.search_effort_min,
    )
    share = employment_share(min(finding, c.finding_limit[p]), c.effective[WORKER.separation_probability, p])
    arrears = arrears_loss_share(
        c.effective[WORKER.arrears_probability, p],
        c.effective[WORKER.arrears_recovery_probability, p],
        economy.arrears_months,
        economy.arrears_patience_months,
        economy.arrears_loss_share_max,
    )
    return share, arrears


@rule
def income_away(c, p, g, share, arrears):
    """Yuan a month that a group expects in a place, after the extra cost of living there."""
    return expected_income(
        share,
        exp(c.mean_log_pay[p] + c.group_skill[g]),
        c.effective[WORKER.insurance_contribution_rate, p] * c.economy.insured_share_expected,
        arrears,
        c.effective[WORKER.unemployment_benefit_yuan, p] + c.effective[WORKER.search_income_yuan, p],
        c.living_cost[p],
        c.economy.expected_income_min_share,
    )


@rule
def hukou_relief(c, p):
    """What easier registration in a place takes off the cost of living there, in log-odds."""
    return registration_relief(
        c.economy.hukou_share_of_migration_cost, c.economy.migration_cost, c.place.hukou_cost_scale[p]
    )


@rule
def school_relief(c, p, g):
    """What school places take off the cost of a child at school, in log-odds."""
    return c.economy.child_left_behind_cost * c.place.school_access_share[p] if is_parent(g) else 0.0

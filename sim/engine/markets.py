"""Between months, place by place: tables of pay, quotas, vacancies and wages."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.arithmetic import exp, log
from sim.core.categories import (
    FARM,
    HOME_TOWNSHIP,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    OWN_BUSINESS,
    SCHOOL_YEARS,
    SETTLED_SEARCH,
    SETTLED_WORK,
    TRAINING,
)
from sim.core.compiled import kernel, rule
from sim.rules.earnings import (
    experience_pay,
    schooling_pay,
)
from sim.rules.employment import (
    desired_jobs,
    followed_people,
    offer_probability,
    pooled_ratio,
    rationed_finding,
    vacancies,
    wage_gap_next,
)
from sim.rules.settlement import capacity_offered
from sim.rules.skills import training_premium
from sim.steps.earnings import gender_gap
from sim.steps.records import (
    BYTES,
    EXPERIENCE_MONTHS,
    POINT_BINS,
    TRAINING_MONTHS,
    UNTRAINED,
    WORKER,
)
from sim.world.worker import ABILITY_UNIT, HUNDREDTH, education_of, signed


@kernel
def fill_pay_profiles(conditions):
    """Log pay by years of schooling, months of experience and months since a course, and as factors, so
    that a worker's pay is a product. They hang on the economy-wide parameters alone.
    """
    c = conditions[0]
    for e in range(len(SCHOOL_YEARS)):
        c.schooling_pay[e] = schooling_pay(float(SCHOOL_YEARS[e]), c.economy.schooling_return)
    for month in range(EXPERIENCE_MONTHS):
        c.experience_pay[month] = experience_pay(
            month / 12.0, c.economy.experience_return, c.economy.experience_curvature
        )
        c.experience_factor[month] = exp(c.experience_pay[month])
    for month in range(TRAINING_MONTHS):
        c.training_pay[month] = training_premium(
            True, float(month), c.economy.training_premium, c.economy.training_decay_rate
        )
        c.training_factor[month] = exp(c.training_pay[month])
    c.training_pay[UNTRAINED], c.training_factor[UNTRAINED] = 0.0, 1.0
    c.trait_factor[:] = 1.0
    for traits in range(2 * len(SCHOOL_YEARS)):
        c.trait_pay[traits] = c.schooling_pay[education_of(traits)] - gender_gap(c, traits)
        c.trait_factor[traits] = exp(c.trait_pay[traits])


@kernel
def write_tables(conditions, has_quota):
    """Write what hangs on parameters by place alone: the highest values, and where a quota holds.

    Places that are paid for those who settle offer more registrations and school places.
    """
    c = conditions[0]
    place, cost, response = c.place, c.economy.settlement_cost_yuan, c.economy.capacity_response
    for p in range(len(c.tier)):
        paid = place.settlement_transfer_yuan[p]
        if paid > 0.0:
            quota, school = place.settlement_quota_share[p], place.school_access_share[p]
            is_open = c.effective[WORKER.settlement_open_share, p]
            place.settlement_quota_share[p] = capacity_offered(quota, paid, cost, response, 1.0)
            place.school_access_share[p] = capacity_offered(school, paid, cost, response, 1.0)
            c.effective[WORKER.settlement_open_share, p] = capacity_offered(
                is_open, paid, cost, response, 1.0
            )
            is_open = c.before_levers[WORKER.settlement_open_share, p]
            c.before_levers[WORKER.settlement_open_share, p] = capacity_offered(
                is_open, paid, cost, response, 1.0
            )
        has_quota[p] = (place.settlement_quota_share[p] < 1.0) & (c.tier[p] != HOME_TOWNSHIP)
    for row in range(c.effective.shape[0]):
        c.upper_bound[row] = c.effective[row, 0]
        for p in range(len(c.tier)):
            c.upper_bound[row] = max(c.upper_bound[row], c.effective[row, p])


@kernel
def fill_byte_factors(by_ability, by_match):
    """Factors of pay by the bytes in which ability and match are stored (signed, hence the wrap)."""
    for byte in range(BYTES):
        by_ability[byte] = exp(signed(byte) * ABILITY_UNIT)
        by_match[byte] = exp(signed(byte) * HUNDREDTH)


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


class LabourDemand(NamedTuple):
    """What employers' demand for labour rests on in a month."""

    jobs_2014: np.ndarray  # (places, sectors), in simulated workers
    people_2014: np.ndarray  # (places,) who lived there, in work or not, in simulated workers
    sector_shift: np.ndarray  # (sectors,) how the sectors' shares of jobs have moved since
    mean_shift: np.ndarray  # (places,) mean of that over the place's jobs
    sector_shock: np.ndarray  # (sectors,) factor on jobs, from shocks that name sectors
    output_ratio: np.ndarray  # (provinces,) real output over that of January 2014
    output_response: np.ndarray  # (provinces,) how much more than elsewhere jobs answer it
    sector_jobs_scale: np.ndarray  # (sectors, places) factor on jobs
    sector_pay_scale: np.ndarray  # (sectors, places) factor on pay


class MonthsWork(NamedTuple):
    """Who worked and who asked for work in a month, in simulated workers."""

    by_place: np.ndarray  # (places, activities) at the month's end
    employed: np.ndarray  # (places, sectors) on payday
    business: np.ndarray  # (homes, 3) businesses, their jobs, jobs of additional ones
    works: np.ndarray  # (homes,) on public works or in workshops
    applicants: np.ndarray  # (homes,) who wanted local work


@rule
def _fill_desired_jobs(c, demand, markets, homes, desired):
    """Jobs wanted by sector and place. Sector by sector, so that the compiler can vectorise over places."""
    economy, province, wage_gap = c.economy, c.province, markets.wage_gap
    places = len(wage_gap)
    years, own_cost = c.month / 12.0, economy.labour_demand_elasticity
    cost, relative, wanted = np.empty(places), np.empty(places), np.empty(places)
    following = np.empty(places)
    output, elasticity, saved = np.empty(places), np.empty(places), np.empty(places)
    for p in range(places):
        is_local = p < homes
        output[p] = demand.output_ratio[province[p]]
        cost[p] = exp(wage_gap[p]) * (1.0 + c.place.payroll_cost_share[p])
        following[p] = (
            economy.local_jobs_people_elasticity if is_local else economy.city_jobs_people_elasticity
        )
        elasticity[p] = (
            economy.local_jobs_output_elasticity if is_local else economy.city_jobs_output_elasticity
        )
        elasticity[p] *= demand.output_response[province[p]]
        saved[p] = years * (economy.local_labour_saving_rate if is_local else economy.city_labour_saving_rate)
    for s in range(len(desired)):
        shift, shock = demand.sector_shift[s], demand.sector_shock[s]
        for p in range(places):
            relative[p] = cost[p] * demand.sector_pay_scale[s, p]
            wanted[p] = demand.jobs_2014[p, s] * shift / demand.mean_shift[p]  # the same sum by place
        for p in range(places):
            wanted[p] = desired_jobs(
                wanted[p],
                output[p],
                elasticity[p],
                saved[p],
                markets.people[p],
                following[p],
                relative[p],
                own_cost,
            )
        for p in range(places):
            scale = c.place.jobs_scale[p]
            desired[s, p] = wanted[p] * scale * shock * demand.sector_jobs_scale[s, p]


@rule
def _follow_people(c, markets, demand, work, homes):
    """Bring to the month's end how many people employers of each place have followed."""
    for p in range(len(markets.people)):
        by_place = work.by_place[p]
        if p < homes:
            people = by_place[FARM] + by_place[LOCAL_WORK] + by_place[OWN_BUSINESS] + by_place[TRAINING]
        else:
            people = by_place[MIGRANT_WORK] + by_place[MIGRANT_SEARCH]
            people += by_place[SETTLED_WORK] + by_place[SETTLED_SEARCH]
        markets.people[p] = followed_people(
            markets.people[p], float(people), demand.people_2014[p], c.economy.jobs_people_rate
        )


@rule
def _move_wages_at_home(c, markets, work):
    """Bring wages at home to the month's end, by the year's vacancies per applicant over the first year's.

    A year is counted, because most applicants come around Spring Festival.
    """
    economy, month = c.economy, c.month
    vacancies, applicants, usual = markets.year_vacancies, markets.year_applicants, markets.usual
    homes = len(usual)
    for home in range(homes):
        vacancies[home, month % 12] = markets.open_jobs[home]
        applicants[home, month % 12] = float(work.applicants[home])
    if month < 12 - 1:
        return
    pooled, weight = vacancies.sum() / max(applicants.sum(), 1.0), economy.local_tightness_pooled
    for home in range(homes):
        tightness = pooled_ratio(vacancies[home].sum(), applicants[home].sum(), pooled, weight)
        markets.tightness[home] = tightness
        if month == 12 - 1:
            usual[home] = max(tightness, 1e-6)
        markets.wage_gap[home] = wage_gap_next(
            markets.wage_gap[home],
            tightness,
            usual[home],
            economy.wage_tightness_elasticity,
            economy.wage_reversion_rate,
            economy.wage_tightness_ratio_min,
            economy.wage_tightness_ratio_max,
            economy.wage_gap_max,
        )


@kernel
def settle_labour_markets(conditions, markets, demand, work, rise):
    """Vacancies, tightness, wages, sectors of new jobs and offers of local work for next month.

    Brings ``markets`` (a LabourMarkets) to the end of the month, from ``demand`` (LabourDemand) and ``work``
    (MonthsWork). rise: by which factor more workers will look around next month.
    """
    c = conditions[0]
    economy, gap, homes = c.economy, markets.wage_gap, len(markets.offer)
    reference, update, floor = (
        economy.reference_tightness,
        economy.vacancy_news_update_rate,
        economy.vacancy_news_tightness_min,
    )
    retained, turnover = economy.hiring_retained_share, economy.hiring_turnover_share
    desired = np.empty((demand.jobs_2014.shape[1], len(gap)))
    _follow_people(c, markets, demand, work, homes)
    _fill_desired_jobs(c, demand, markets, homes, desired)
    for p in range(len(gap)):
        is_local, by_place = p < homes, work.by_place[p]
        filled = float(by_place[LOCAL_WORK] + by_place[MIGRANT_WORK] + by_place[SETTLED_WORK])
        searchers = float(by_place[MIGRANT_SEARCH] + by_place[SETTLED_SEARCH])
        wanted, running = 0.0, 0.0
        for s in range(len(desired)):
            wanted += desired[s, p]
            # sectors hire to replace leavers and to close their own gap
            running += max(desired[s, p] - retained * work.employed[p, s], turnover * desired[s, p])
            markets.hire_cumulative[p, s] = running
        for s in range(len(desired)):
            markets.hire_cumulative[p, s] /= max(running, 1e-12)
        if is_local:
            wanted += (1.0 - economy.business_displacement_share) * work.business[p, 2] + work.works[p]
        open_jobs = vacancies(wanted, filled, economy.frictional_vacancy_share)
        markets.open_jobs[p] = open_jobs
        if is_local:
            expected = max(float(work.applicants[p]), 1.0) * rise
            markets.offer[p] = offer_probability(open_jobs, expected, economy.local_offer_probability_max)
            continue
        fewest = economy.searchers_min_share * filled + economy.searchers_min_count
        tightness = open_jobs / max(searchers, fewest)
        markets.tightness[p] = tightness
        markets.limit[p] = rationed_finding(1.0, searchers, open_jobs)
        heard, seen = log(max(markets.news[p], floor)), log(max(tightness, floor))
        markets.news[p] = exp((1.0 - update) * heard + update * seen)
        gap[p] = wage_gap_next(
            gap[p],
            tightness,
            reference,
            economy.wage_tightness_elasticity,
            economy.wage_reversion_rate,
            economy.wage_tightness_ratio_min,
            economy.wage_tightness_ratio_max,
            economy.wage_gap_max,
        )
    _move_wages_at_home(c, markets, work)

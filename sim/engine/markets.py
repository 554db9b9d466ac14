"""Between months, place by place: jobs wanted, vacancies, layoffs, wages, and what scarcity does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.arithmetic import exp, log
from sim.core.categories import (
    FARM,
    LOCAL_WORK,
    MIGRANT_SEARCH,
    MIGRANT_WORK,
    OWN_BUSINESS,
    SETTLED_SEARCH,
    SETTLED_WORK,
    TRAINING,
)
from sim.core.compiled import kernel, rule
from sim.engine.guards import GUARD
from sim.rules.employment import (
    desired_jobs,
    followed_people,
    insured_since,
    layoff_probability,
    lost_output_next,
    offer_probability,
    pooled_ratio,
    rationed_finding,
    saved_labour_next,
    vacancies,
    wage_gap_next,
)

AT_HOME, AWAY = 0, 1  # kinds of labour markets
OPEN, LOOKING, WANTED = 0, 1, 2  # what is kept of their last year: vacancies, who looks for them, jobs wanted


class LabourDemand(NamedTuple):
    """What employers' demand for labour rests on in a month."""

    jobs_2014: np.ndarray  # (places, sectors), in simulated workers
    people_2014: np.ndarray  # (places,) who lived there, in work or not, in simulated workers
    sector_shift: np.ndarray  # (sectors,) how the sectors' shares of jobs have moved since
    mean_shift: np.ndarray  # (places,) mean of that over the place's jobs
    sector_shock: np.ndarray  # (sectors,) factor on jobs, from shocks that name sectors
    output_ratio: np.ndarray  # (provinces,) real output over that of January 2014
    output_response: np.ndarray  # (kinds, provinces) how much more than elsewhere jobs answer it
    relocation: np.ndarray  # (provinces,) log points by which jobs in cities have moved there, or away
    sector_jobs_scale: np.ndarray  # (sectors, places) factor on jobs
    sector_pay_scale: np.ndarray  # (sectors, places) factor on pay
    farmers_2014: np.ndarray  # (homes,) on the land, in simulated workers
    observed_months: int  # months whose output is observed; later ones have the output that is assumed


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
    usual = insured_since(years, economy.insured_share_rise, economy.insured_share_years)
    cost, relative, wanted = np.empty(places), np.empty(places), np.empty(places)
    following = np.empty(places)
    output, elasticity, saved = np.empty(places), np.empty(places), np.empty(places)
    for p in range(places):
        is_local = p < homes
        output[p] = demand.output_ratio[province[p]] * (1.0 - markets.output_lost[0])
        on_top = c.place.payroll_cost_share[p] + c.levy_rate
        on_top += economy.insurance_employer_rate * (markets.insured[p] - markets.insured_2014[p] - usual)
        cost[p] = exp(wage_gap[p]) * (1.0 + on_top)
        following[p] = (
            economy.local_jobs_people_elasticity if is_local else economy.city_jobs_people_elasticity
        )
        elasticity[p] = (
            economy.local_jobs_output_elasticity if is_local else economy.city_jobs_output_elasticity
        )
        elasticity[p] *= demand.output_response[AT_HOME if is_local else AWAY, province[p]]
        saved[p] = years * (economy.local_labour_saving_rate if is_local else economy.city_labour_saving_rate)
        saved[p] += markets.saved[AT_HOME if is_local else AWAY]
        saved[p] -= 0.0 if is_local else demand.relocation[province[p]]
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


class MarketSums(NamedTuple):
    """Jobs and workers of a month by place, in simulated workers. The last two are by kind of market."""

    of_output: np.ndarray  # (places,) jobs wanted, but for those of additional businesses and of public works
    wanted: np.ndarray  # (places,) jobs that employers want to fill
    filled: np.ndarray  # (places,)
    looking: np.ndarray  # (places,) searchers, or applicants for local work
    ratio: np.ndarray  # (kinds,) jobs wanted over those filled
    tightness: np.ndarray  # (kinds,) vacancies per searcher


@rule
def _follow_people(c, markets, demand, work, homes):
    """Bring to the month's end how many people employers have followed, and how many share the land."""
    rate = c.economy.jobs_people_rate
    for p in range(len(markets.people)):
        by_place = work.by_place[p]
        if p < homes:
            people = by_place[FARM] + by_place[LOCAL_WORK] + by_place[OWN_BUSINESS] + by_place[TRAINING]
            farmers, farmers_2014 = float(by_place[FARM]), demand.farmers_2014[p]
            markets.farmers[p] = followed_people(markets.farmers[p], farmers, farmers_2014, rate)
        else:
            people = by_place[MIGRANT_WORK] + by_place[MIGRANT_SEARCH]
            people += by_place[SETTLED_WORK] + by_place[SETTLED_SEARCH]
        markets.people[p] = followed_people(markets.people[p], float(people), demand.people_2014[p], rate)


@rule
def _add_up(c, desired, work, homes, places):
    """Fill ``places`` (a MarketSums) with the month's jobs and workers, but for the tightness by kind."""
    wanted_by_kind, filled_by_kind = np.zeros(2), np.zeros(2)
    for p in range(len(places.wanted)):
        by_place = work.by_place[p]
        wanted = 0.0
        for s in range(len(desired)):
            wanted += desired[s, p]
        places.of_output[p] = wanted
        if p < homes:
            additional = (1.0 - c.economy.business_displacement_share) * work.business[p, 2]
            wanted += additional + work.works[p]
            places.looking[p] = float(work.applicants[p])
        else:
            places.looking[p] = float(by_place[MIGRANT_SEARCH] + by_place[SETTLED_SEARCH])
        places.wanted[p] = wanted
        places.filled[p] = float(by_place[LOCAL_WORK] + by_place[MIGRANT_WORK] + by_place[SETTLED_WORK])
        kind = AT_HOME if p < homes else AWAY
        wanted_by_kind[kind] += wanted
        filled_by_kind[kind] += places.filled[p]
    for kind in range(2):
        places.ratio[kind] = wanted_by_kind[kind] / max(filled_by_kind[kind], 1.0)


@rule
def _hire_and_lay_off(c, markets, desired, work, homes, places):
    """Vacancies, sectors of new jobs and layoffs of next month.

    Where there are few simulated workers, jobs over workers are drawn to what they are in all places of
    the kind: vacancies are a positive part, and chance alone would make some everywhere.
    """
    economy = c.economy
    retained, turnover, weight = (
        economy.hiring_retained_share,
        economy.hiring_turnover_share,
        economy.jobs_pooled,
    )
    for p in range(len(places.wanted)):
        kind, filled = AT_HOME if p < homes else AWAY, places.filled[p]
        ratio = pooled_ratio(places.wanted[p], filled, places.ratio[kind], weight)
        markets.open_jobs[p] = vacancies(ratio * filled, filled, economy.frictional_vacancy_share)
        if filled < 1.0:
            markets.open_jobs[p] = places.wanted[p]
        of_output = max(places.of_output[p], 1e-12)
        for s in range(len(desired)):
            # sectors hire to replace leavers and to close their own gap
            employed = work.employed[p, s]
            markets.hires_wanted[p, s] = max(desired[s, p] - retained * employed, turnover * desired[s, p])
            markets.layoff[p, s] = layoff_probability(
                pooled_ratio(desired[s, p] * places.wanted[p] / of_output, float(employed), ratio, weight),
                economy.layoff_slack_share,
                economy.layoff_rate,
            )


@rule
def _note_year(c, markets, homes, places):
    """Note the month in the last year of each kind of market, and vacancies per searcher in ``places``."""
    now = c.month % 12
    markets.year[:, :, now] = 0.0
    for p in range(len(places.wanted)):
        kind = AT_HOME if p < homes else AWAY
        markets.year[kind, OPEN, now] += markets.open_jobs[p]
        markets.year[kind, LOOKING, now] += places.looking[p]
        markets.year[kind, WANTED, now] += places.wanted[p]
    for kind in range(2):
        open_jobs, looking = markets.year[kind, OPEN, now], markets.year[kind, LOOKING, now]
        places.tightness[kind] = open_jobs / max(looking, 1.0)
    for home in range(homes):
        markets.year_vacancies[home, now] = markets.open_jobs[home]
        markets.year_applicants[home, now] = places.looking[home]


@rule
def _count_guard(markets, guard, is_bound, workers):
    """Count the month of some workers for whom a guard may bind, and does or does not."""
    markets.guards[guard, 0] += workers if is_bound else 0.0
    markets.guards[guard, 1] += workers


@rule
def _move_wage(c, markets, p, tightness, reference, elasticity, workers):
    """Bring the wage of a place to the month's end, and count where guards bind."""
    economy = c.economy
    least, most, most_gap = (
        economy.wage_tightness_ratio_min,
        economy.wage_tightness_ratio_max,
        economy.wage_gap_max,
    )
    ratio = tightness / reference
    markets.wage_gap[p] = wage_gap_next(
        markets.wage_gap[p],
        tightness,
        reference,
        elasticity,
        economy.wage_reversion_rate,
        least,
        most,
        most_gap,
    )
    _count_guard(markets, GUARD.wage_tightness, (ratio < least) | (ratio > most), workers)
    _count_guard(markets, GUARD.wage_gap, abs(markets.wage_gap[p]) >= most_gap, workers)


@rule
def _settle_at_home(c, markets, places, homes, rise):
    """Offers of local work, and wages at home.

    Wages answer the year's vacancies per applicant over those of the home's first year: a year is counted,
    because most applicants come around Spring Festival.
    """
    economy = c.economy
    for home in range(homes):
        expected = max(places.looking[home], 1.0) * rise
        most = economy.local_offer_probability_max
        markets.offer[home] = offer_probability(markets.open_jobs[home], expected, most)
    if c.month < 12 - 1:
        return
    open_jobs, applicants = markets.year_vacancies, markets.year_applicants
    pooled, weight = open_jobs.sum() / max(applicants.sum(), 1.0), economy.local_tightness_pooled
    answer = economy.local_wage_tightness_elasticity
    for home in range(homes):
        tightness = pooled_ratio(open_jobs[home].sum(), applicants[home].sum(), pooled, weight)
        markets.tightness[home] = tightness
        if c.month == 12 - 1:
            markets.usual[home] = max(tightness, 1e-6)
        _move_wage(c, markets, home, tightness, markets.usual[home], answer, places.filled[home])


@rule
def _settle_away(c, markets, places, homes):
    """Vacancies per searcher, what is heard of them, and wages, in places away."""
    economy = c.economy
    update, floor = economy.vacancy_news_update_rate, economy.vacancy_news_tightness_min
    usual, answer = economy.reference_tightness, economy.wage_tightness_elasticity
    for p in range(homes, len(places.wanted)):
        tightness = pooled_ratio(
            markets.open_jobs[p], places.looking[p], places.tightness[AWAY], economy.tightness_pooled
        )
        markets.tightness[p] = tightness
        markets.limit[p] = rationed_finding(1.0, tightness)
        heard, seen = log(max(markets.news[p], floor)), log(max(tightness, floor))
        markets.news[p] = exp((1.0 - update) * heard + update * seen)
        _move_wage(c, markets, p, tightness, usual, answer, places.filled[p])
        beyond = abs(log(markets.news[p] / usual)) > economy.vacancy_news_max
        _count_guard(markets, GUARD.vacancy_news, beyond | (tightness < floor), places.filled[p])


@rule
def _close_the_future(c, markets, observed_months):
    """What lasting scarcity of workers does once output is assumed: it saves labour, and it costs output.

    In the observed years it only notes what they showed: their mean of a year's vacancies per searcher, and
    of the share of wanted jobs that stays open.
    """
    month, economy = c.month, c.economy
    if month < 12 - 1:
        return
    unfilled = markets.year[:, OPEN].sum() / max(markets.year[:, WANTED].sum(), 1.0)
    seen = month - (12 - 1)  # earlier months of which a year is known
    if month >= observed_months:
        markets.output_lost[0] = lost_output_next(
            markets.output_lost[0],
            unfilled,
            markets.usual_unfilled[0],
            economy.labour_share,
            economy.lost_output_rate,
        )
    else:
        markets.usual_unfilled[0] += (unfilled - markets.usual_unfilled[0]) / (seen + 1.0)
    for kind in range(2):
        tightness = markets.year[kind, OPEN].sum() / max(markets.year[kind, LOOKING].sum(), 1.0)
        if month >= observed_months:
            markets.saved[kind] = saved_labour_next(
                markets.saved[kind], tightness, markets.usual_tightness[kind], economy.labour_saving_rate
            )
        else:
            markets.usual_tightness[kind] += (tightness - markets.usual_tightness[kind]) / (seen + 1.0)


@kernel
def settle_labour_markets(conditions, markets, demand, work, rise):
    """Vacancies, layoffs, tightness, wages, sectors of new jobs and offers of local work for next month.

    Brings ``markets`` (a LabourMarkets) to the end of the month, from ``demand`` (LabourDemand) and ``work``
    (MonthsWork). rise: by which factor more workers will look around next month.
    """
    c, homes, count = conditions[0], len(markets.offer), len(markets.wage_gap)
    desired = np.empty((demand.jobs_2014.shape[1], count))
    places = MarketSums(
        np.empty(count), np.empty(count), np.empty(count), np.empty(count), np.empty(2), np.empty(2)
    )
    _follow_people(c, markets, demand, work, homes)
    _fill_desired_jobs(c, demand, markets, homes, desired)
    _add_up(c, desired, work, homes, places)
    _hire_and_lay_off(c, markets, desired, work, homes, places)
    _note_year(c, markets, homes, places)
    _settle_at_home(c, markets, places, homes, rise)
    _settle_away(c, markets, places, homes)
    _close_the_future(c, markets, demand.observed_months)

"""Jobs: losing one, changing it, finding one; vacancies and desired jobs of a place."""

from sim.core.arithmetic import exp, log, power
from sim.core.compiled import rule


@rule
def age_factor(age_years: float, young_age: float, young_factor: float) -> float:
    """Factor on the probability of losing the job: that of the young, or 1 from an age on. Source: [A22]."""
    return young_factor if age_years < young_age else 1.0


@rule
def separation_probability(base: float, sector_factor: float, layoff: float, of_age: float) -> float:
    """Probability per month that a worker loses the job.

    (base * sector factor + layoff) * factor of age. base, layoff: per month. Factors: 1 = average.
    Source: half of all separations lead out of work [A21, A43]; the young go first [A22], in layoffs too.
    Ignores employer, tenure and contract type.
    """
    return min(1.0, (base * sector_factor + layoff) * of_age)


@rule
def layoff_probability(wanted_ratio: float, slack: float, rate: float) -> float:
    """Probability per month of being laid off where employers have more workers than jobs.

    rate * (1 - (1 + slack) * wanted_ratio), nil where that is negative. wanted_ratio: jobs wanted over
    workers. slack: share of workers beyond the jobs whom leavers will soon replace. rate: per month.
    Source: firms hoard labour for a while and then adjust (constant-rate adjustment); the rate is set on
    the first quarter of 2020, when two to four in a hundred lost their jobs in a month.
    """
    return rate * max(1.0 - (1.0 + slack) * wanted_ratio, 0.0)


@rule
def matching(tightness: float, elasticity: float) -> float:
    """Probability of finding a job at this many vacancies per searcher, as a ratio to that at one.

    tightness**elasticity. tightness: vacancies per searcher. Source: matching function [A26, A44].
    """
    return power(max(tightness, 1e-6), elasticity)


@rule
def finding_probability(
    base: float,
    matching_factor: float,
    network_share: float,
    network_effect: float,
    service_share: float,
    service_effect: float,
) -> float:
    """Probability per month that an active searcher finds a job.

    base * matching factor * (1 + network_effect * network_share)
         * (1 + service_effect * service_share), at most 1.
    base: per month at one vacancy per searcher. matching_factor: of ``matching``. Shares 0-1.
    Source: networks [A13]; employment service [S03].
    Ignores duration dependence.
    """
    help_ = (1.0 + network_effect * network_share) * (1.0 + service_effect * service_share)
    return min(1.0, base * matching_factor * help_)


@rule
def hiring_age_factor(age_years: float, full_to_age: float, slope: float) -> float:
    """Factor on the probability of finding a job, by age: exp(-slope * years past ``full_to_age``), 1 before.

    slope: log points per year. Source: of otherwise equal applicants for jobs with low requirements, those
    of about 50 are called back 18 % less often than those of about 30, and those of about 65 35 % less [A57].
    Ignores sex and occupation, which change the gradient.
    """
    return exp(-slope * max(age_years - full_to_age, 0.0))


@rule
def search_effort(benefit: float, pay: float, effect: float, least: float) -> float:
    """Factor on job finding, a share of the probability, of a searcher who draws a benefit.

    1 - effect * benefit / pay, at least ``least``; 1 without a benefit. benefit, pay: yuan per month.
    Source: reservation wages near the last wage [A27]. Ignores that benefits run out.
    """
    if benefit <= 0.0:
        return 1.0
    return max(1.0 - effect * benefit / max(pay, 1.0), least)


@rule
def desired_jobs(
    jobs_2014: float,
    output_ratio: float,
    output_elasticity: float,
    labour_saved: float,
    log_people: float,
    people_elasticity: float,
    cost_over_trend: float,
    demand_elasticity: float,
) -> float:
    """Jobs that the employers of a place and sector want to fill.

    jobs_2014 * output_ratio**output_elasticity * exp(-labour_saved)
              * exp(people_elasticity * log_people) * cost_over_trend**(-demand_elasticity)
    output_ratio: real output over that of January 2014. labour_saved: log points since then. log_people:
    log of the people in the place over those of then, as employers have followed them. cost_over_trend:
    pay and what employers pay on top of it, over their trend.
    Source: constant-elasticity labour demand with labour-saving technical progress; elasticities
    set on the official head-counts of 2014-2019; own cost [A57]; firms and capital follow people, so that
    a migrant inflow of 1 % moves the wage by about -0.2 % [A47].
    Ignores adjustment costs.
    """
    growth = output_elasticity * log(output_ratio) - labour_saved + people_elasticity * log_people
    return jobs_2014 * exp(growth - demand_elasticity * log(cost_over_trend))


@rule
def insured_since(years: float, rise: float, time: float) -> float:
    """By how much the share of employees in the workers' scheme is over that of January 2014 anyway.

    rise * (1 - exp(-years / time)): the way of a stock that people join and leave at steady rates. Employers'
    contributions for as many are in the trend of what a worker costs; those for more or fewer come on top.
    Source: coverage in the official series of 2014-17 and after [E08]; it is what happens anyway.
    """
    return rise * (1.0 - exp(-years / time))


@rule
def followed_people(followed: float, people: float, people_2014: float, rate: float) -> float:
    """Log of a place's people over those of January 2014 that employers have followed, one month on.

    (1 - rate) * followed + rate * log(people / people_2014); at least one is counted on either side.
    people: in simulated workers. rate: per month. Source: firms and capital follow people within a few
    years [A47]; the rate is a judgement.
    """
    return (1.0 - rate) * followed + rate * log(max(people, 1.0) / max(people_2014, 1.0))


@rule
def pooled_ratio(count: float, base: float, pooled: float, weight: float) -> float:
    """A ratio of jobs to workers in one place, drawn to that of all places where there are few workers.

    (count + weight * pooled) / (base + weight). count: jobs, base: workers, pooled: the ratio of all
    places, weight: workers that it counts for. Source: shrinkage against sampling error, so that places of
    a few simulated workers do not seem tighter than they are.
    """
    return (count + weight * pooled) / (base + weight)


@rule
def saved_labour_next(saved: float, tightness: float, usual: float, rate: float) -> float:
    """Log points of labour saved beyond the trend, one month on.

    saved + rate * log(tightness / usual): more where workers are scarcer than usual, less where they are
    not. rate: per month and log point.
    Source: scarce labour draws machines and methods that save it, and plentiful labour puts them off
    (induced innovation, Hicks; Acemoglu 2010, Journal of Political Economy 118); the rate is a judgement.
    """
    return saved + rate * log(max(tightness, 1e-6) / max(usual, 1e-6))


@rule
def lost_output_next(lost: float, unfilled: float, usual: float, labour_share: float, rate: float) -> float:
    """Share of output lost because jobs stay open, one month on.

    (1 - rate) * lost + rate * labour share * (unfilled less usual), which is nil or more. unfilled: share of
    wanted jobs that is open; usual: its mean in the observed years, whose output is observed. rate: per
    month. Source: output of one more worker is labour's share of output per worker (constant shares).
    """
    return (1.0 - rate) * lost + rate * labour_share * max(unfilled - usual, 0.0)


@rule
def vacancies(desired: float, employed: float, frictional_share: float) -> float:
    """Open jobs: desired less filled, and never less than the frictional share of the filled or the desired.

    Source: some employers always replace leavers (registers show 1.3-1.6 posts per seeker [A25]), but
    nobody is hired where no jobs are wanted.
    """
    return max(desired - employed, frictional_share * min(employed, desired))


@rule
def rationed_finding(probability: float, tightness: float) -> float:
    """Probability of finding a job when hires cannot exceed vacancies: at most vacancies per searcher."""
    return min(probability, tightness)


@rule
def offer_probability(open_jobs: float, applicants: float, most: float) -> float:
    """Probability that a worker at home who wants local work is offered it.

    min(most, vacancies / applicants). Source: local work is rationed [A50].
    Ignores that better-connected workers come first.
    """
    return min(most, open_jobs / max(applicants, 1.0))


@rule
def wage_gap_next(
    gap: float,
    tightness: float,
    reference: float,
    elasticity: float,
    reversion: float,
    least_ratio: float,
    most_ratio: float,
    most_gap: float,
) -> float:
    """Log distance of the wage from its outside trend, one month on.

    (1 - reversion) * gap + elasticity * log(tightness / reference), kept within +- most_gap; the ratio of
    tightness to its reference is kept from least_ratio to most_ratio.
    Source: wage curve; a migrant inflow of 1 % moves the wage by about -0.2 % [A47].
    """
    ratio = min(max(tightness / reference, least_ratio), most_ratio)
    return min(max((1.0 - reversion) * gap + elasticity * log(ratio), -most_gap), most_gap)

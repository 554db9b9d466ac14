"""Pay, and what a worker expects to live on in a place."""

from sim.core.arithmetic import exp
from sim.core.compiled import rule

# The reference worker, whom pay levels are stated for.
REFERENCE_SCHOOL_YEARS = 9.0
REFERENCE_EXPERIENCE_YEARS = 8.0
LONGEST_CAREER_YEARS = 60.0


@rule
def schooling_pay(school_years: float, schooling_return: float) -> float:
    """Log pay for schooling, over that of a worker with 9 years of it.

    return * (years - 9). Source: Mincer return of migrants [W10].
    """
    return schooling_return * (school_years - REFERENCE_SCHOOL_YEARS)


@rule
def experience_pay(years: float, experience_return: float, curvature: float) -> float:
    """Log pay for non-farm experience, over that of a worker with 8 years of it.

    return * years + curvature * years**2, less its value at 8 years; flat past the profile's top.
    Source: flat, concave profiles of migrants [W09]. Ignores where the experience was made.
    """
    top = -experience_return / (2.0 * curvature) if curvature < 0.0 else LONGEST_CAREER_YEARS
    counted = min(years, top)
    reference = REFERENCE_EXPERIENCE_YEARS * (experience_return + curvature * REFERENCE_EXPERIENCE_YEARS)
    return counted * (experience_return + curvature * counted) - reference


@rule
def log_productivity(
    schooling: float, experience: float, premium: float, ability: float, gender_gap: float
) -> float:
    """A worker's log pay over that of a man of 9 school years, 8 of experience and mean ability.

    schooling + experience + training premium + ability - gender gap, all in log points.
    Source: earnings equation of Mincer (1974) with a fixed residual [W09, W10, W11, D01].
    """
    return schooling + experience + premium + ability - gender_gap


@rule
def productivity_factor(
    schooling_and_sex: float, experience: float, training: float, ability: float
) -> float:
    """A worker's pay over that of the reference worker: exp(log_productivity) as a product of shares.

    Each factor is the exponential of a term of log_productivity, taken from a table made once a month.
    """
    return schooling_and_sex * experience * training * ability


@rule
def monthly_pay(place_pay: float, productivity: float, match_quality: float) -> int:
    """Pay of a month in whole yuan: place and sector x worker x job.

    Ignores overtime and bonuses, which the outside series contain on average.
    """
    return int(place_pay * productivity * match_quality + 0.5)


@rule
def expected_income(
    employment_share: float,
    pay: float,
    contribution_rate: float,
    arrears_loss_share: float,
    benefit: float,
    living_cost: float,
    least_share: float,
) -> float:
    """Income per month that a worker can expect away from home, after what living there costs.

    share * pay * (1 - contribution) * (1 - arrears) + (1 - share) * benefit - living cost,
    at least a share of pay. employment_share: expected share of time in work. yuan per month.
    Source: Harris and Todaro (1970), equation 1, net of city living cost [A49] and arrears [E04].
    """
    work = employment_share * pay * (1.0 - contribution_rate) * (1.0 - arrears_loss_share)
    return max(work + (1.0 - employment_share) * benefit - living_cost, least_share * pay)


@rule
def employment_share(finding: float, separation: float) -> float:
    """Share of time in work at a steady state: f / (f + s).

    Source: the flow approach to unemployment; s 0.021 and f 0.35 give 5.7 % out of work [A24].
    """
    return finding / max(finding + separation, 1e-9)


@rule
def farm_income_of(base: float, log_farmers: float, elasticity: float) -> float:
    """Yuan per month of farming: base * exp(-elasticity * log_farmers).

    base: where as many farm as the trend has it. log_farmers: log of farmers over that trend.
    Source: the same land is shared by fewer, so output per worker rises [A58].
    """
    return base * exp(-elasticity * log_farmers)

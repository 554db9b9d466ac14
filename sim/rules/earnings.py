"""Pay, and what a worker expects to live on in a place."""

from sim.arithmetic import exp
from sim.compiled import rule


@rule
def log_productivity(
    school_years: float, schooling_return: float, experience_years: float, experience_return: float,
    curvature: float, premium: float, ability: float,
) -> float:
    """A worker's log pay over that of a worker of 9 school years and 8 of experience.

    schooling_return * (school - 9) + [experience profile, less its value at 8 years]
      + training premium + ability. Experience counts up to the top of the profile.
    Source: Mincer profiles of migrants [W09, W10, W11].
    """
    top = -experience_return / (2.0 * curvature) if curvature < 0.0 else 60.0
    years = min(experience_years, top)
    profile = years * (experience_return + curvature * years)
    reference = 8.0 * (experience_return + curvature * 8.0)
    return schooling_return * (school_years - 9.0) + profile - reference + premium + ability


@rule
def monthly_pay(log_place_pay: float, productivity: float, match_quality: float) -> int:
    """Pay of a month in whole yuan: exp(place and sector + worker + job).

    Ignores overtime and bonuses, which the outside series contain on average.
    """
    return int(exp(log_place_pay + productivity + match_quality) + 0.5)


@rule
def expected_income(
    employment_share: float, pay: float, contribution_rate: float, arrears_loss_share: float,
    benefit: float, living_cost: float,
) -> float:
    """Income per month that a worker can expect away from home, after what living there costs.

    share * pay * (1 - contribution) * (1 - arrears) + (1 - share) * benefit - living cost,
    at least a tenth of pay. employment_share: expected share of time in work. yuan per month.
    Source: Harris and Todaro (1970), equation 1, net of city living cost [A49] and arrears [E04].
    """
    work = employment_share * pay * (1.0 - contribution_rate) * (1.0 - arrears_loss_share)
    return max(work + (1.0 - employment_share) * benefit - living_cost, 0.1 * pay)


@rule
def employment_share(finding: float, separation: float) -> float:
    """Share of time in work at a steady state: f / (f + s).

    Source: the flow approach to unemployment; s 0.021 and f 0.35 give 5.7 % out of work [A24].
    """
    return finding / max(finding + separation, 1e-9)

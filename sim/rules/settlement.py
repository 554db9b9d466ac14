"""Moving registration to the city: who may, who wants to, who does."""

from sim.arithmetic import logistic
from sim.compiled import rule

MONTHS_OF_STAY_NEEDED = 12


@rule
def willingness(
    base: float, stay_years: float, stay_coefficient: float, log_relative_pay: float,
    income_coefficient: float, school_term: float, insurance_term: float, tier_steps: float,
    tier_effect: float,
) -> float:
    """Probability that a migrant would move registration to the place if they could.

    logit of: base + years of stay (to ten) + pay relative to the place's mean + school access
    + insurance + how large the city is.
    Source: 37 % willing in 2017 [C03], more where it is harder [C12]; school [C14]; insurance [E12].
    Ignores rural land [C20] and house prices [C18], which the base contains on average.
    """
    value = base + stay_coefficient * min(stay_years, 10.0) + income_coefficient * log_relative_pay
    return logistic(value + school_term + insurance_term + tier_effect * tier_steps)


@rule
def points(insured_years: float, school_years: float, stay_years: float, age_years: float,
           is_trained: bool) -> float:
    """Score under a points scheme, 0 to about 100: insurance and residence carry most.

    3 per insured year (to 15) + 1.5 per school year over 6 + 2 per year of stay (to 10)
    + 10 under 45 + 5 for a skill title.
    Source: design of city schemes [C09]; rules of 2019 give insurance and residence most weight.
    """
    score = 3.0 * min(insured_years, 15.0) + 2.0 * min(stay_years, 10.0)
    score += 1.5 * max(school_years - 6.0, 0.0)
    if age_years < 45.0:
        score += 10.0
    if is_trained:
        score += 5.0
    return score

"""Moving registration to the city: who may, who wants to, who does."""

from sim.core.arithmetic import logistic
from sim.core.compiled import rule

MONTHS_OF_STAY_NEEDED = 12


@rule
def willingness(
    base: float,
    stay_years: float,
    stay_coefficient: float,
    log_relative_pay: float,
    income_coefficient: float,
    school_term: float,
    insurance_term: float,
    tier_steps: float,
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
def points(
    insured_years: float,
    school_years: float,
    stay_years: float,
    age_years: float,
    is_trained: bool,
    per_insured_year: float,
    per_school_year: float,
    per_stay_year: float,
    under_45: float,
    for_title: float,
) -> float:
    """Score under a points scheme, 0 to about 100 by default: insurance and residence carry most.

    per insured year (to 15) + per year of stay (to 10) + per school year over 6 + under 45 + a skill
    title. Source: design of city schemes [C09]; rules of 2019 give insurance and residence most weight.
    """
    score = per_insured_year * min(insured_years, 15.0) + per_stay_year * min(stay_years, 10.0)
    score += per_school_year * max(school_years - 6.0, 0.0)
    if age_years < 45.0:
        score += under_45
    if is_trained:
        score += for_title
    return score


@rule
def capacity_offered(offered: float, transfer: float, cost: float, response: float, most: float) -> float:
    """What a place offers newcomers, a share or a quota, when it is paid for settling them.

    offered * (1 + response * transfer / cost), at most ``most``. transfer, cost: yuan per settler.
    Source: rewards of about 2,600 yuan [H10] against a yearly cost of 16,859 [C19]; the response is a
    judgement.
    """
    return min(offered * (1.0 + response * transfer / cost), most)

"""Moving registration to the city: who may, who wants to, who does."""

from typing import NamedTuple

from sim.core.arithmetic import exp, logistic
from sim.core.compiled import rule


class Applicant(NamedTuple):
    """What a points scheme asks of whoever applies. Times in years."""

    insured_years: float
    school_years: float
    stay_years: float
    age_years: float
    is_trained: bool


class PointsScheme(NamedTuple):
    """What a points scheme gives points for, and how far it counts."""

    per_insured_year: float
    per_school_year: float
    per_stay_year: float
    for_the_young: float
    for_a_title: float
    insured_years_max: float
    school_years_from: float
    stay_years_max: float
    age_limit: float


@rule
def registration_relief(share: float, migration_cost: float, cost_scale: float) -> float:
    """What easier registration in a place takes off the cost of living there, in log-odds.

    share * migration_cost * (1 - cost_scale), with the share of the cost that comes from being unregistered.

    Source: the part of migration costs that is due to registration [A45].
    """
    return share * migration_cost * (1.0 - cost_scale)


@rule
def drawn_share(relief: float) -> float:
    """Share of those who come to a place who would not without a relief in log-odds: 1 - exp(-relief).

    Source: the odds of a place in the logit of places [A38].
    """
    return 1.0 - exp(-relief) if relief > 0.0 else 0.0


@rule
def wish_of_stay(stay_years: float, per_year: float, most_years: float) -> float:
    """What the stay adds to the wish for registration, in log-odds: per_year * years, to some years.

    Source: willingness by years of stay [C03].
    """
    return per_year * min(stay_years, most_years)


@rule
def wish_fall(years: float, fall: float, first_year: float, length: float) -> float:
    """What the wish for registration has lost, in log-odds: nothing before the first year, all of ``fall``
    from ``length`` years later on, a straight line between. years, first_year: since January 2014.

    Source: while cities opened further, the registered urban population grew by a third less a year [C23].
    """
    return fall * min(max(years - first_year, 0.0) / length, 1.0)


@rule
def willingness(
    base: float,
    stay_term: float,
    age_term: float,
    income_term: float,
    school_term: float,
    insurance_term: float,
    city_term: float,
) -> float:
    """Probability that a migrant would move registration to the place if they could.

    logit of: base + stay + age + pay relative to the place's mean + school access + insurance + how large the
    city is. Source: 37 % willing in 2017 [C03], fewer of the older [C22], more where it is harder [C12];
    school [C14]; insurance [E12].
    Ignores rural land [C20] and house prices [C18], which the base contains on average.
    """
    value = base + stay_term + age_term + income_term
    return logistic(value + school_term + insurance_term + city_term)


@rule
def points(applicant: Applicant, scheme: PointsScheme) -> float:
    """Score under a points scheme, 0 to about 100 by default: insurance and residence carry most.

    per insured year and year of stay, each to some years, + per school year beyond some + for the young
    + for a skill title.
    Source: design of city schemes [C09]; rules of 2019 give insurance and residence most weight.
    """
    score = scheme.per_insured_year * min(applicant.insured_years, scheme.insured_years_max)
    score += scheme.per_stay_year * min(applicant.stay_years, scheme.stay_years_max)
    score += scheme.per_school_year * max(applicant.school_years - scheme.school_years_from, 0.0)
    if applicant.age_years < scheme.age_limit:
        score += scheme.for_the_young
    if applicant.is_trained:
        score += scheme.for_a_title
    return score


@rule
def capacity_offered(offered: float, transfer: float, cost: float, response: float, most: float) -> float:
    """What a place offers newcomers, a share or a quota, when it is paid for settling them.

    offered * (1 + response * transfer / cost), at most ``most``. transfer, cost: yuan per settler.
    Source: rewards of about 2,600 yuan [H10] against a yearly cost of 16,859 [C19]; the response is a
    judgement.
    """
    return min(offered * (1.0 + response * transfer / cost), most)

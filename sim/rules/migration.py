"""Reconsidering, and choosing between farm, local work and places away."""

from sim.core.arithmetic import exp, log
from sim.core.compiled import rule
from sim.rules.earnings import REFERENCE_SCHOOL_YEARS

REFERENCE_AGE = 30.0  # the age that amenities are stated for


@rule
def attention_probability(ordinary: float, displaced: float, is_displaced: bool, is_new: bool) -> float:
    """Probability that a worker reconsiders this month.

    1 on entering the labour force, the displaced rate after a job loss, the month's rate otherwise
    (high around Spring Festival). Source: [A41, A35, A18].
    """
    if is_new:
        return 1.0
    return max(displaced, ordinary) if is_displaced else ordinary


@rule
def value_of_income(income: float, coefficient: float) -> float:
    """Value, in log-odds, of an income per month: coefficient * log(income). Source: [A38]."""
    return coefficient * log(max(income, 1.0))


@rule
def age_taste(age_years: float, slope: float, youngest: float) -> float:
    """How taste changes with age past 30, in log-odds: slope * (age - 30), flat below the youngest age."""
    return slope * (max(age_years, youngest) - REFERENCE_AGE)


@rule
def local_age_taste(age_years: float, slope: float, youngest: float, rise: float, peak: float) -> float:
    """How the taste for work at home changes with age, in log-odds: the slope of ``age_taste``, and a rise.

    Up to the peak it rises by ``rise`` a year besides; there and beyond nothing is added.
    Source: in 2021 fewer local workers were under 40, and more between 41 and 50, than a straight line has.
    """
    age = max(age_years, youngest)
    return age_taste(age, slope, youngest) - rise * max(peak - age, 0.0)


@rule
def schooling_taste(school_years: float, per_year: float) -> float:
    """Taste for any work but farming, in log-odds, over that of a worker with 9 school years.

    per_year * (years - 9). Source: the schooling of farmers and of migrants in 2013-16 [A55].
    """
    return per_year * (school_years - REFERENCE_SCHOOL_YEARS)


@rule
def attachment(stay_years: float, per_year: float, most_years: float) -> float:
    """What a place gains in value with each year there, in log-odds: per_year * years, to some years.

    Friends, a trade, a home. Source: the odds of going home fall with the stay up to the fifth year [A17].
    """
    return per_year * min(max(stay_years, 0.0), most_years)


@rule
def carried_back(chance: float, transport_share: float) -> float:
    """Probability of being back at work after the festival where some of those held up are carried.

    chance + (1 - chance) * share. Source: point-to-point transport of 1.6 million in 2023 [S01].
    """
    return chance + (1.0 - chance) * transport_share


@rule
def floor_effort(shortfall: float, full_at: float) -> float:
    """Share of the help that keeps a number up, when it has fallen short of a year before.

    shortfall / full_at, at most 1: in full once so much is missing. Shares; shortfall is nil or more.
    Source: poor workers away were to be no fewer than the year before, and were 107.5 % of it [F09];
    when help is given in full is a judgement.
    """
    return min(max(shortfall, 0.0) / full_at, 1.0)


@rule
def migration_taste(
    amenity: float,
    age_term: float,
    is_female: bool,
    female_cost: float,
    has_school_child: bool,
    child_cost: float,
    network_term: float,
) -> float:
    """What living away is worth besides income, in log-odds.

    amenity + age - female cost - cost of a school-age child + network.
    Source: utility cost of migration about 60 % of income [A04, A37, A51]; children [C14];
    network [A11, A40].
    """
    value = amenity + age_term + network_term
    if is_female:
        value -= female_cost
    if has_school_child:
        value -= child_cost
    return value


@rule
def place_value(
    income_value: float,
    corridor_term: float,
    hukou_relief: float,
    vacancy_news: float,
    school_relief: float,
) -> float:
    """Value, in log-odds, of one place to migrants from one home.

    log income part + corridor (distance, culture, province border) + relief of registration cost
    + news of vacancies + relief of the cost of a child's schooling.
    Source: [A05, A06, A45, C14, S05].
    """
    return income_value + corridor_term + hukou_relief + vacancy_news + school_relief


@rule
def with_switching_cost(value: float, cost: float, is_free: bool) -> float:
    """Value, in log-odds, of an option less the cost of switching to it. Source: [A39]."""
    return value if is_free else value - cost


@rule
def odds(value: float) -> float:
    """Weight of an option of this value in a logit choice: exp(value)."""
    return exp(value)


@rule
def score(odds: float, draw: float) -> float:
    """How an option of these odds fares in a race, where the highest score wins: odds / -log(draw).

    draw: uniform in (0, 1), the option's own. The option wins in proportion to its odds (logit), and raising
    the odds of one option changes no order between two others. Source: the race of exponential times, whose
    least is of an option with a probability in proportion to its rate (McFadden's logit with frozen noise).
    """
    return odds / -log(draw)

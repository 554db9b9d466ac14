"""Own business: capital, the decision to start, jobs, survival."""

from sim.core.arithmetic import exp, log, logistic, normal_quantile
from sim.core.compiled import rule

YOUNGEST, OLDEST = 22.0, 50.0
MIGRANT_MONTHS_NEEDED = 36


@rule
def may_consider(age_years: float, migrant_months: int) -> bool:
    """Whether a worker can think of a business: aged 22-50 with three years away. Source: [B06, B17]."""
    return YOUNGEST <= age_years and age_years <= OLDEST and migrant_months >= MIGRANT_MONTHS_NEEDED


@rule
def capital_need(uniform_draw: float, median: float, log_sd: float) -> int:
    """Start-up capital in yuan, lognormal; the worker's own for life. Source: [B23]."""
    return int(exp(log(median) + log_sd * normal_quantile(uniform_draw)))


@rule
def is_feasible(capital: int, savings: int, loan: float, grant: float) -> bool:
    """Whether the capital can be raised: need <= savings + loan + grant.

    Source: Evans and Jovanovic (1989), liquidity constraint [B27].
    """
    return capital <= savings + loan + grant


@rule
def start_probability(
    base_log_odds: float,
    log_profit_gain: float,
    profit_coefficient: float,
    grant: float,
    grant_effect: float,
    support: float,
) -> float:
    """Probability that a worker who weighs up a feasible business starts it.

    logit(base + coefficient * log(profit / present income) + effect * grant / 10,000 + support).
    Source: base [B06]; grant [B26], a judgement with no causal estimate for China.
    """
    value = base_log_odds + profit_coefficient * log_profit_gain
    return logistic(value + grant_effect * grant / 10000.0 + support)


@rule
def expected_grant(now: float, late: float) -> float:
    """What a founder counts on, in yuan: paid at opening, and paid to a business that runs six months.

    now + 0.95 * late. Source: 5 % close within half a year [B14].
    """
    return now + 0.95 * late


@rule
def insured_risk(insured_share: float, capital: float, monthly_profit: float, loss_weight: float) -> float:
    """Gain, in log points of profit, of not standing to lose all of the capital.

    weight * share * capital * 0.11 / (12 * profit), at most 1: the capital at risk in a year.
    Source: a tenth of businesses close in a year [B14]; losses weigh more than gains [E17].
    """
    if insured_share <= 0.0:
        return 0.0
    return min(loss_weight * insured_share * capital * 0.11 / max(12.0 * monthly_profit, 1.0), 1.0)


@rule
def closing_probability(age_months: int, scale: float) -> float:
    """Probability per month that a business of this age closes.

    Yearly hazards 0.10, 0.12, 0.12, 0.10, then 0.10, over 12, times scale.
    Source: survival 0.90, 0.70, 0.56 at 1, 3, 5 years [B14].
    """
    second_or_third = age_months >= 12 and age_months < 36
    yearly = 0.12 if second_or_third else 0.10
    return min(1.0, -log(1.0 - yearly) / 12.0 * scale)


@rule
def paid_jobs(uniform_draw: float, mean_jobs: float) -> int:
    """Paid jobs in a business, skewed: most have one or none, a few have many.

    Inverse of a lognormal with median mean / 3.6 (so that mean 3.6 has median 1), at most 200.
    Source: [B08, B11, B12].
    """
    sigma = 1.6  # exp(sigma**2 / 2) = 3.6: the mean over the median
    return int(min(200.0, mean_jobs / 3.6 * exp(sigma * normal_quantile(uniform_draw)) + 0.5))

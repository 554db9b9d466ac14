"""Own business: capital, the decision to start, jobs, survival."""

from sim.core.arithmetic import exp, log, logistic, normal_quantile
from sim.core.compiled import rule

GRANT_UNIT_YUAN = 10000.0  # the amount that the effect of a grant is stated for
_LOG_ROOT_TWO_PI = 0.9189385332046727  # of the normal density


@rule
def idea_quality(rank: float, started_share: float, log_sd: float) -> float:
    """Quality of an idea for a business, in log points of profit over that of a typical founder.

    log_sd * (z - mean z of the best started_share), with z the normal quantile of the idea's rank from below.
    rank: between 0 and 1, the best near 0. Source: the best ideas are started first, as in Lucas (1978) and
    Evans and Jovanovic (1989), so that whoever support adds has a worse one [B20]; the spread is a judgement.
    """
    least = -normal_quantile(started_share)
    typical = exp(-0.5 * least * least - _LOG_ROOT_TWO_PI) / started_share
    return log_sd * (-normal_quantile(rank) - typical)


@rule
def may_consider(
    age_years: float, migrant_months: int, youngest: float, oldest: float, months_needed: float
) -> bool:
    """Whether a worker can think of a business: of such an age, and long enough away. Source: [B06, B17]."""
    return youngest <= age_years and age_years <= oldest and migrant_months >= months_needed


@rule
def capital_need(uniform_draw: float, median: float, log_sd: float) -> int:
    """Start-up capital in yuan, lognormal; the worker's own for life. Source: [B23]."""
    return int(exp(log(median) + log_sd * normal_quantile(uniform_draw)))


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
    return logistic(value + grant_effect * grant / GRANT_UNIT_YUAN + support)


@rule
def expected_grant(now: float, late: float, late_weight: float) -> float:
    """What a founder counts on, in yuan: paid at opening, and paid to a business that runs six months.

    now + late_weight * late. Source: 5 % close within half a year [B14].
    """
    return now + late_weight * late


@rule
def insured_risk(
    insured_share: float, capital: float, monthly_profit: float, loss_weight: float, risk_rate: float
) -> float:
    """Gain, in log points of profit, of not standing to lose all of the capital.

    weight * share * capital * risk rate / (12 * profit), at most 1: the capital at risk in a year.
    Source: a tenth of businesses close in a year [B14]; losses weigh more than gains [E17].
    """
    if insured_share <= 0.0:
        return 0.0
    return min(loss_weight * insured_share * capital * risk_rate / max(12.0 * monthly_profit, 1.0), 1.0)


@rule
def closing_probability(age_months: int, scale: float, rate: float, early_rate: float) -> float:
    """Probability per month that a business of this age closes.

    -log(1 - yearly hazard) / 12 * scale; the hazard is the early rate in the second and third year.
    Source: survival 0.90, 0.70, 0.56 at 1, 3, 5 years [B14].
    """
    year = age_months // 12
    yearly = early_rate if year == 1 or year == 2 else rate
    return min(1.0, -log(1.0 - yearly) / 12.0 * scale)


@rule
def paid_jobs(
    uniform_draw: float, mean_jobs: float, mean_over_median: float, log_sd: float, most: float
) -> int:
    """Paid jobs in a business, skewed: most have one or none, a few have many.

    Inverse of a lognormal, at most ``most``. The mean of one is exp(log_sd**2 / 2) times its median.
    Source: [B08, B11, B12].
    """
    median = mean_jobs / mean_over_median
    return int(min(most, median * exp(log_sd * normal_quantile(uniform_draw)) + 0.5))

"""Leaving the labour force, and age groups."""

from __future__ import annotations

from sim.core.categories import AGE_GROUP_LOWER, EXITED
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform
from sim.rules.demography import exit_probability
from sim.steps.levers import effective
from sim.steps.loans import settle_loan
from sim.steps.records import EVENT, MONEY, WORKER
from sim.steps.transitions import change_activity
from sim.world.worker import age_months

_LOWER = tuple(12 * age for age in AGE_GROUP_LOWER)  # months of age at which the groups begin


@rule
def is_old(w, c) -> bool:
    """Workers of an age at which some leave."""
    return age_months(int(w.birth_month), c.month) >= 12.0 * c.economy.exit_age_min


@rule
def highest_exit_chance(c) -> float:
    """No worker leaves with a higher probability this month."""
    oldest = max(c.economy.exit_age_flat, c.economy.exit_age_min)
    return exit_chance(c, oldest) * c.upper_bound[WORKER.exit_hazard_scale]


@rule
def exit_chance(c, age_years) -> float:
    """Probability of leaving this month at an age, as the law of life has it."""
    return exit_probability(
        age_years,
        c.economy.exit_rate_at_55,
        c.economy.exit_rate_growth,
        c.economy.exit_age_min,
        c.economy.exit_age_flat,
    )


@rule
def leave_labour_force(w, c, b, k) -> None:
    """Retire, fall ill or die."""
    age = age_months(int(w.birth_month), c.month) / 12.0
    chance = exit_chance(c, age)
    if uniform(c.keys, PURPOSE.exit, int(w.id)) < chance * effective(w, c, b, k, WORKER.exit_hazard_scale):
        b.events[EVENT.exits] += 1
        settle_loan(w, c, b, k, 1.0)  # from the estate
        b.money[MONEY.exit_savings] += int(w.savings)
        w.savings = 0
        w.arrears = 0
        w.business_jobs = 0
        w.match = 0
        w.status = 0
        change_activity(w, c, EXITED)


@rule
def age_group(age) -> int:
    """Position in vocabulary.AGE_GROUPS of an age in months."""
    return int(age >= _LOWER[1]) + int(age >= _LOWER[2]) + int(age >= _LOWER[3]) + int(age >= _LOWER[4])

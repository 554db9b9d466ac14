"""Leaving the labour force, and age groups."""

from __future__ import annotations

from sim.core.categories import EXITED
from sim.core.compiled import rule
from sim.core.draws import PURPOSE, uniform
from sim.rules.demography import OLDEST, exit_probability
from sim.steps.levers import effective
from sim.steps.records import EVENT, MONEY, WORKER
from sim.steps.transitions import change_activity
from sim.world.worker import age_months

_OLD_ENOUGH_TO_EXIT = 55 * 12


@rule
def is_old(w, c) -> bool:
    """Workers of 55 and over."""
    return age_months(int(w.birth_month), c.month) >= _OLD_ENOUGH_TO_EXIT


@rule
def highest_exit_chance(c) -> float:
    """No worker leaves with a higher probability this month."""
    return (
        exit_probability(OLDEST, c.economy.exit_rate_at_55, c.economy.exit_rate_growth)
        * c.upper_bound[WORKER.exit_hazard_scale]
    )


@rule
def leave_labour_force(w, c, b, k) -> None:
    """Retire, fall ill or die."""
    age = age_months(int(w.birth_month), c.month) / 12.0
    chance = exit_probability(age, c.economy.exit_rate_at_55, c.economy.exit_rate_growth)
    if uniform(c.keys, PURPOSE.exit, int(w.id)) < chance * effective(w, c, b, k, WORKER.exit_hazard_scale):
        b.events[EVENT.exits] += 1
        b.money[MONEY.exit_savings] += int(w.savings)
        w.savings = 0
        w.arrears = 0
        w.business_jobs = 0
        w.status = 0
        change_activity(w, c, EXITED)


@rule
def age_group(age) -> int:
    """Position in vocabulary.AGE_GROUPS of an age in months."""
    return int(age >= 21 * 12) + int(age >= 31 * 12) + int(age >= 41 * 12) + int(age >= 51 * 12)

"""Ageing, leaving the labour force, and the family's stages."""

from sim.core.arithmetic import exp
from sim.core.compiled import rule

FIRST_EXIT_AGE = 55.0
OLDEST = 80.0


@rule
def exit_probability(age_years: float, rate_at_55: float, growth: float) -> float:
    """Probability per month of leaving the labour force for good.

    Zero before 55, then rate_at_55 * exp(growth * (age - 55)) / 12, flat from 80 on; few work past 75.
    age_years: years. rate_at_55: per year. growth: log points per year of age.
    Source: official ages show no wall at 60 or 65 [G20]; the shape is a Gompertz hazard.
    Ignores health shocks and the 2023 rule on building sites.
    """
    if age_years < FIRST_EXIT_AGE:
        return 0.0
    return min(1.0, rate_at_55 * exp(growth * (min(age_years, OLDEST) - FIRST_EXIT_AGE)) / 12.0)


@rule
def has_child_aged(age_years: float, first_birth_age: float, low: float, high: float) -> bool:
    """Whether a parent of this age has a first child at least low and less than high years old."""
    child_age = age_years - first_birth_age
    return low <= child_age and child_age < high

"""Ageing, leaving the labour force, and the family's stages."""

from sim.core.arithmetic import exp
from sim.core.compiled import rule

EXIT_REFERENCE_AGE = 55.0  # the age that the rate of leaving is stated for


@rule
def exit_probability(
    age_years: float, rate_at_55: float, growth: float, first_age: float, flat_age: float
) -> float:
    """Probability per month of leaving the labour force for good.

    Zero before the first age, then rate_at_55 * exp(growth * (age - 55)) / 12, flat from the flat age on;
    few work past 75. Ages in years. rate_at_55: per year. growth: log points per year of age.
    Source: official ages show no wall at 60 or 65 [G20]; the shape is a Gompertz hazard.
    Ignores health shocks and the 2023 rule on building sites.
    """
    if age_years < first_age:
        return 0.0
    return min(1.0, rate_at_55 * exp(growth * (min(age_years, flat_age) - EXIT_REFERENCE_AGE)) / 12.0)


@rule
def has_child_aged(age_years: float, first_birth_age: float, low: float, high: float) -> bool:
    """Whether a parent of this age has a first child at least low and less than high years old."""
    child_age = age_years - first_birth_age
    return low <= child_age and child_age < high

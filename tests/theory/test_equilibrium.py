"""Equilibria that theory knows in closed form, reached by iterating the model's own rules together."""

from __future__ import annotations

import math

import pytest

from sim.parameters.behaviour import PARAMETERS
from sim.rules.earnings import employment_share, expected_income
from sim.rules.employment import (
    desired_jobs,
    finding_probability,
    hiring_age_factor,
    matching,
    rationed_finding,
    vacancies,
    wage_gap_next,
)
from sim.rules.migration import odds, score, value_of_income, with_switching_cost
from sim.validation.stylised_facts import AWAY, long_run_share, peer_effect, resting_amenity

FARM = 2500.0


def default(name: str) -> float:
    return PARAMETERS[name].default


def leaving_share(value_home: float, value_away: float, draws: int = 20_000) -> float:
    """Share that picks the city by the scores of the model's race, over evenly spread luck of the city."""
    top = max(value_home, value_away)
    at_home, away = odds(value_home - top), odds(value_away - top)
    beaten = (math.exp(-at_home / score(away, (n + 0.5) / draws)) for n in range(draws))
    return sum(beaten) / draws


LIMITS = tuple(
    default(name) for name in ("wage_tightness_ratio_min", "wage_tightness_ratio_max", "wage_gap_max")
)


class TwoSectors:
    """Farm and city with a thousand workers and no switching cost: full attention moves a step each month."""

    def __init__(self, coefficient: float, jobs: float, pay: float = 4000.0, demand: float = 0.5):
        self.coefficient, self.jobs, self.pay, self.demand = coefficient, jobs, pay, demand
        self.away, self.employed, self.gap = 300.0, 280.0, 0.0

    def expected(self) -> float:
        return expected_income(
            employment_share(self.finding, 0.021), self.pay * math.exp(self.gap), 0.0, 0.0, 0.0, 0.0, 0.1
        )

    def month(self, speed: float) -> None:
        searchers = max(self.away - self.employed, 1e-6)
        wanted = desired_jobs(self.jobs, 1.0, 0.0, 0.0, 0.0, 0.0, math.exp(self.gap), self.demand)
        open_jobs = vacancies(wanted, self.employed, 0.01)
        tightness = open_jobs / searchers
        matched = finding_probability(0.35, matching(tightness, 0.5), 0.0, 0.0, 0.0, 0.0)
        self.finding = rationed_finding(matched, tightness)
        self.employed += self.finding * searchers - 0.021 * self.employed
        answer = default("wage_tightness_elasticity"), default("wage_reversion_rate")
        self.gap = wage_gap_next(self.gap, tightness, 1.0, *answer, *LIMITS)
        gain = value_of_income(self.expected(), self.coefficient) - value_of_income(FARM, self.coefficient)
        self.away += speed * (1000.0 / (1.0 + math.exp(-gain)) - self.away)
        self.employed = min(self.employed, self.away)

    def settle(self, months: int = 6000, speed: float = 0.01) -> TwoSectors:
        for _ in range(months):
            self.month(speed)
        return self


# --- Harris and Todaro --------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [200.0, 400.0, 600.0])
def test_as_noise_vanishes_expected_incomes_become_equal(jobs):
    """No tastes, no switching cost, everybody attends, wages answer: nobody gains by moving."""
    world = TwoSectors(coefficient=200.0, jobs=jobs).settle(speed=0.001, months=20_000)
    assert world.expected() == pytest.approx(FARM, rel=0.02)
    assert 0 < world.away < 1000


@pytest.mark.parametrize("jobs", [200.0, 400.0])
def test_at_the_default_noise_the_gap_in_income_is_the_log_odds_over_the_coefficient(jobs):
    coefficient = default("income_coefficient")
    world = TwoSectors(coefficient, jobs).settle()
    log_odds = math.log(world.away / (1000.0 - world.away))
    assert log_odds == pytest.approx(coefficient * math.log(world.expected() / FARM), abs=1e-3)


def test_more_jobs_raise_unemployment_less_than_they_raise_employment():
    """The answer of migration does not undo the jobs: Todaro's paradox is bounded by tastes."""
    few, many = (TwoSectors(default("income_coefficient"), jobs).settle() for jobs in (300.0, 400.0))
    assert many.employed > few.employed + 50
    assert many.away - few.away < 100


# --- matching -----------------------------------------------------------------------------------------


def steady_unemployment(tightness: float, separation: float = 0.021) -> float:
    finding = finding_probability(
        default("job_finding_probability"),
        matching(tightness, default("matching_elasticity")),
        0.0,
        0.0,
        0.0,
        0.0,
    )
    return 1.0 - employment_share(finding, separation)


def test_vacancies_and_unemployment_lie_on_a_falling_and_bent_beveridge_curve():
    tightness = [0.25, 0.5, 1.0, 2.0, 4.0]
    unemployed = [steady_unemployment(one) for one in tightness]
    vacant = [one * share for one, share in zip(tightness, unemployed, strict=True)]
    assert unemployed == sorted(unemployed, reverse=True) and vacant == sorted(vacant)
    slopes = [(unemployed[i + 1] - unemployed[i]) / (vacant[i + 1] - vacant[i]) for i in range(4)]
    assert all(slope < 0 for slope in slopes) and slopes == sorted(slopes)  # convex to the origin


def test_more_separations_move_the_beveridge_curve_outwards():
    assert steady_unemployment(1.0, 0.03) > steady_unemployment(1.0, 0.02)


def test_the_default_rates_give_the_unemployment_that_is_observed():
    """Five to six percent at one vacancy per searcher (A24, A43, A44), at the ages of 2019.

    Age counts in hiring: official shares of migrant workers by age, at the middle of each group.
    """
    shares = {18.0: 0.02, 25.0: 0.231, 35.0: 0.255, 45.0: 0.248, 55.0: 0.246}
    slope, full = default("hiring_age_slope"), default("hiring_full_to_age")
    of_age = sum(share * hiring_age_factor(age, full, slope) for age, share in shares.items())
    one = steady_unemployment(1.0, default("separation_probability"))
    assert 0.05 <= one / (one + (1.0 - one) * of_age) <= 0.06


@pytest.mark.parametrize("elasticity", [0.3, 0.5, 0.7])
def test_the_matching_elasticity_put_in_comes_out(elasticity):
    low, high = (
        finding_probability(0.1, matching(one, elasticity), 0.0, 0.0, 0.0, 0.0) for one in (1.0, 2.0)
    )
    assert math.log(high / low) / math.log(2.0) == pytest.approx(elasticity, rel=1e-9)


# --- networks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", [default("network_coefficient"), PARAMETERS["network_coefficient"].high])
def test_the_network_multiplier_is_finite(network):
    """Whoever follows is followed by fewer: one share, reached from nobody and from everybody away."""
    cost = default("switching_cost")
    amenity = resting_amenity(AWAY, network, cost)
    from_below, from_above = (long_run_share(amenity, network, cost, start=start) for start in (0.01, 0.99))
    assert from_below == pytest.approx(from_above, abs=1e-6)
    own = long_run_share(amenity + 0.01, network, cost, fellow=AWAY) - AWAY
    whole = long_run_share(amenity + 0.01, network, cost) - long_run_share(amenity, network, cost)
    assert 1.0 < whole / own < 3.7  # 3.7 is what the largest published effect implies (A11)


def test_ten_more_in_a_hundred_fellow_villagers_draw_three_to_seven():
    """The default of the network coefficient against the published peer effect (A11, A40)."""
    assert 3.0 <= peer_effect({}) <= 7.0
    assert peer_effect({"network_coefficient": 0.0}) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("gain", [-2.0, 0.0, 0.7])
def test_the_closed_form_used_here_is_the_models_own_choice(gain):
    """Home and away rest where as many leave as come back, by the model's own race and switching cost."""
    cost = default("switching_cost")
    leave = leaving_share(0.0, with_switching_cost(gain, cost, False))
    back = leaving_share(0.0, with_switching_cost(-gain, cost, False))
    assert long_run_share(gain, 0.0, cost) == pytest.approx(leave / (leave + back), abs=2e-3)

"""Where theory has an answer in closed form, the rules and the choice must give it."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from sim.core.draws import PURPOSE, month_keys, uniform
from sim.parameters.behaviour import DEFAULTS
from sim.rules.earnings import employment_share, expected_income
from sim.rules.employment import desired_jobs, wage_gap_next
from sim.rules.enterprise import closing_probability
from sim.rules.migration import odds, score, value_of_income, with_switching_cost
from sim.steps.migration import KEEP_PLACE, MIGRATE, STAY_FARM, TAKE_LOCAL
from sim.steps.race import place_weight, weight_of_places
from sim.world.places import HOMES

OPTIONS = (STAY_FARM, TAKE_LOCAL, KEEP_PLACE, MIGRATE)
NEVER = -1e9


def winner(*luck_and_odds: tuple[float, float]) -> int:
    scores = [score(odds_, luck) for luck, odds_ in luck_and_odds]
    return scores.index(max(scores))


def choice_shares(*values: float) -> np.ndarray:
    """Share of each option, exact: the chance that an option's score is the highest of all.

    An option of odds a scores less than x with the probability exp(-a / x); the chance is integrated over
    the luck of the option, at which the others score less.
    """
    weights = np.array([odds(value - max(values)) for value in values])
    luck = (np.arange(20_000) + 0.5) / 20_000
    shares = []
    for own in weights:
        others = weights.sum() - own
        reached = np.array([score(own, one) for one in luck])
        with np.errstate(divide="ignore"):
            shares.append(np.exp(-others / reached).mean() if own > 0.0 else 0.0)
    return np.array(shares)


# --- choice -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        (0.0, 0.0, 0.0, 0.0),
        (1.0, 0.2, -0.5, 0.7),
        (4.0, 2.0, NEVER, 5.5),
        (300.0, 299.0, NEVER, 301.0),
        (-50.0, NEVER, NEVER, -51.5),
    ],
)
def test_options_are_chosen_in_proportion_to_their_odds(values):
    weights = np.exp(np.array(values) - max(values))
    assert choice_shares(*values) == pytest.approx(weights / weights.sum(), abs=2e-5)


def test_what_is_not_offered_is_never_chosen():
    for luck in (2.0**-33, 0.5, 1.0 - 2.0**-33):
        assert winner((1.0 - 2.0**-33, 0.0), (luck, 1.0)) == TAKE_LOCAL


def test_odds_between_two_options_do_not_depend_on_a_third():
    """Independence of irrelevant alternatives, the mark of the logit."""
    alone, together = choice_shares(1.0, NEVER, NEVER, 1.8), choice_shares(1.0, 2.5, NEVER, 1.8)
    assert alone[MIGRATE] / alone[STAY_FARM] == pytest.approx(math.exp(0.8), rel=1e-3)
    assert together[MIGRATE] / together[STAY_FARM] == pytest.approx(math.exp(0.8), rel=1e-3)


def test_a_better_option_moves_nobody_between_two_others():
    rng = np.random.default_rng(3)
    for luck in rng.uniform(size=(2000, 4)):
        for raised in OPTIONS:
            before = winner(*zip(luck, (1.0, 0.4, 0.8, 0.6), strict=True))
            odds_ = [1.0, 0.4, 0.8, 0.6]
            odds_[raised] *= 1.3
            assert winner(*zip(luck, odds_, strict=True)) in (before, raised)


@pytest.mark.parametrize("cost", [0.0, 1.0, 2.5])
def test_a_switching_cost_lowers_the_odds_of_switching_by_its_exponential(cost):
    shares = choice_shares(0.5, NEVER, NEVER, with_switching_cost(0.5, cost, False))
    assert shares[MIGRATE] / shares[STAY_FARM] == pytest.approx(math.exp(-cost), rel=2e-3)


# --- Harris and Todaro --------------------------------------------------------------------------------


def city_value(pay: float, finding: float, separation: float, coefficient: float) -> float:
    income = expected_income(employment_share(finding, separation), pay, 0.0, 0.0, 0.0, 0.0, 0.1)
    return value_of_income(income, coefficient)


@pytest.mark.parametrize("coefficient", [0.5, 1.0, 3.0])
def test_the_log_odds_of_leaving_are_the_coefficient_times_the_gap_in_expected_income(coefficient):
    pay, farm = 4000.0, 2500.0
    value = city_value(pay, 0.2, 0.05, coefficient)
    shares = choice_shares(value_of_income(farm, coefficient), NEVER, NEVER, value)
    gap = math.log(0.8 * pay / farm)  # in work 0.2 / (0.2 + 0.05) of the time
    assert math.log(shares[MIGRATE] / shares[STAY_FARM]) == pytest.approx(coefficient * gap, abs=1e-3)


def test_nobody_gains_where_expected_income_equals_the_farms():
    """The Harris-Todaro equilibrium: unemployment makes up for the difference in pay."""
    pay, farm, finding = 4000.0, 2500.0, 0.25
    separation = finding * (pay - farm) / farm  # so that share * pay = farm
    value = city_value(pay, finding, separation, 1.0)
    shares = choice_shares(value_of_income(farm, 1.0), NEVER, NEVER, value)
    assert shares[MIGRATE] == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("farm, expected", [(3150.0, 1.0), (3250.0, 0.0)])
def test_in_the_limit_everybody_follows_expected_income(farm, expected):
    """Without tastes (a very large coefficient): leave if and only if share * pay beats the farm."""
    value = city_value(4000.0, 0.2, 0.05, 1000.0)  # 3,200 expected
    shares = choice_shares(value_of_income(farm, 1000.0), NEVER, NEVER, value)
    assert shares[MIGRATE] == pytest.approx(expected, abs=1e-5)


def test_more_city_jobs_draw_more_leavers_than_jobs():
    """Todaro's paradox: a better chance of work raises migration even at unchanged pay."""
    shares = [
        choice_shares(value_of_income(2500.0, 1.0), NEVER, NEVER, city_value(4000.0, finding, 0.05, 1.0))[
            MIGRATE
        ]
        for finding in (0.1, 0.2, 0.4)
    ]
    assert shares == sorted(shares) and shares[0] < shares[2]


# --- matching -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("finding, separation", [(0.35, 0.021), (0.1, 0.05), (0.8, 0.01)])
def test_flows_settle_where_unemployment_is_s_over_s_plus_f(finding, separation):
    unemployed = 0.5
    for _ in range(2000):
        unemployed += separation * (1.0 - unemployed) - finding * unemployed
    assert unemployed == pytest.approx(separation / (separation + finding), rel=1e-9)
    assert employment_share(finding, separation) == pytest.approx(1.0 - unemployed, rel=1e-9)


def test_drawn_lives_settle_there_too():
    """Two hundred workers, 120 months after a settling-in, by the model's own draws."""
    finding, separation, idle, months = 0.3, 0.05, 0, 0
    in_work = [True] * 200
    for month in range(160):
        keys = month_keys(9, month)
        for i in range(len(in_work)):
            purpose = PURPOSE.job_event if in_work[i] else PURPOSE.job_find
            draw = uniform(keys, purpose, i)
            in_work[i] = draw >= separation if in_work[i] else draw < finding
        if month >= 40:
            idle += in_work.count(False)
            months += len(in_work)
    assert idle / months == pytest.approx(separation / (separation + finding), abs=0.01)


def test_wages_bring_jobs_back_to_workers():
    """Too few workers raise the wage until employers want no more than there are."""
    workers, gap = 950.0, 0.0
    for _ in range(600):
        desired = desired_jobs(1000.0, 1.0, 0.0, 0.0, 0.0, 0.0, math.exp(gap), 1.0)
        gap = wage_gap_next(gap, desired / workers, 1.0, 0.04, 0.0, 0.1, 10.0, 0.3)
    assert desired_jobs(1000.0, 1.0, 0.0, 0.0, 0.0, 0.0, math.exp(gap), 1.0) == pytest.approx(
        workers, rel=1e-6
    )


# --- gravity ------------------------------------------------------------------------------------------


def conditions_of(values: np.ndarray, corridor_odds: np.ndarray) -> SimpleNamespace:
    """Conditions with places away, one in each of the first provinces. corridor_odds: (31 homes, places)."""
    odds_by_place = np.concatenate([np.zeros(HOMES), np.exp(values)])
    return SimpleNamespace(
        tier=np.zeros(HOMES + len(values)),
        province=np.concatenate([np.arange(HOMES), np.arange(len(values))]),
        place_odds=odds_by_place[None, :],
        corridor_odds=np.hstack([np.zeros((HOMES, HOMES)), corridor_odds]),
    )


@pytest.mark.parametrize("elasticity", [0.5, 1.5])
def test_flows_fall_with_distance_at_the_stated_elasticity(elasticity):
    spread = (np.arange(31 * 31) * 0.6180339887).reshape(31, 31) % 1.0
    log_distance = np.log(100.0 + 2000.0 * spread)
    values = 3.0 * spread[0]
    c = conditions_of(values, np.exp(-elasticity * log_distance))
    weights = np.array([[place_weight(c, h, 0, HOMES + p, 1.0) for p in range(31)] for h in range(HOMES)])
    # with what attracts in each place taken out, and the home's total, distance is all that is left
    y, x = np.log(weights) - values[None, :], log_distance.copy()
    y, x = y - y.mean(axis=1, keepdims=True), x - x.mean(axis=1, keepdims=True)
    assert float((x * y).sum() / (x * x).sum()) == pytest.approx(-elasticity, rel=1e-9)


def test_the_odds_of_migrating_are_the_sum_over_the_places_that_are_not_kept():
    values = np.array([0.3, -0.2, 1.1])
    c = conditions_of(values, np.ones((HOMES, 3)))
    weights = np.exp(values)
    assert weight_of_places(c, 9, 0, 1.0, 9, 9) == pytest.approx(weights.sum())
    assert weight_of_places(c, 9, 0, 1.0, 9, HOMES + 1) == pytest.approx(weights[0] + weights[2])
    assert weight_of_places(c, 0, 0, 0.5, 0, 0) == pytest.approx(weights[0] + 0.5 * weights[1:].sum())


# --- businesses ---------------------------------------------------------------------------------------


HAZARDS = tuple(DEFAULTS[name] for name in ("business_closing_rate", "business_closing_rate_early"))


@pytest.mark.parametrize("years, share", [(1, 0.90), (3, 0.70), (5, 0.56)])
def test_as_many_businesses_survive_as_observed(years, share):
    alive = math.prod(1.0 - closing_probability(month, 1.0, *HAZARDS) for month in range(12 * years))
    assert alive == pytest.approx(share, abs=0.006)


def test_half_the_hazard_is_the_square_root_of_survival():
    def survival(scale):
        return math.prod(1.0 - closing_probability(month, scale, *HAZARDS) for month in range(60))

    assert survival(0.5) == pytest.approx(math.sqrt(survival(1.0)), rel=2e-3)

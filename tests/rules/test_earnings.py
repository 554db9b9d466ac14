"""Pay, and what a worker can expect to live on."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.earnings import (
    employment_share,
    expected_income,
    experience_pay,
    farm_income_of,
    log_productivity,
    monthly_pay,
    productivity_factor,
    schooling_pay,
)

RATES = st.floats(0.0, 1.0)
PAY = st.floats(500.0, 50_000.0)


def test_schooling_by_hand():
    assert schooling_pay(9.0, 0.05) == 0.0
    assert schooling_pay(12.0, 0.05) == pytest.approx(0.15)
    assert schooling_pay(6.0, 0.05) == pytest.approx(-0.15)


def test_experience_by_hand():
    assert experience_pay(8.0, 0.02, -0.0005) == 0.0
    # 0.02 * 10 - 0.0005 * 100 less 0.02 * 8 - 0.0005 * 64
    assert experience_pay(10.0, 0.02, -0.0005) == pytest.approx(0.15 - 0.128)
    assert experience_pay(0.0, 0.02, -0.0005) == pytest.approx(-0.128)


def test_experience_is_flat_past_its_top():
    top = 0.02 / (2 * 0.0005)  # 20 years
    assert experience_pay(top, 0.02, -0.0005) == experience_pay(top + 15.0, 0.02, -0.0005)
    assert experience_pay(top - 1.0, 0.02, -0.0005) < experience_pay(top, 0.02, -0.0005)


def test_a_straight_profile_ends_at_sixty_years():
    assert experience_pay(60.0, 0.02, 0.0) == experience_pay(70.0, 0.02, 0.0)
    assert experience_pay(30.0, 0.02, 0.0) == pytest.approx(0.44)


@given(st.floats(0.0, 60.0), st.floats(0.0, 5.0), st.floats(0.0, 0.1), st.floats(-0.01, 0.0))
def test_experience_never_lowers_pay(years, more, gain, curvature):
    assert experience_pay(years + more, gain, curvature) >= experience_pay(years, gain, curvature) - 1e-12


def test_productivity_adds_up():
    assert log_productivity(0.1, 0.05, 0.04, -0.2, 0.0) == pytest.approx(-0.01)
    assert log_productivity(0.0, 0.0, 0.0, 0.0, 0.2) == pytest.approx(-0.2)


def test_pay_by_hand():
    assert monthly_pay(4000.0, 1.0, 1.0) == 4000
    assert monthly_pay(4000.0, 1.1, 0.95) == 4180
    assert isinstance(monthly_pay(3000.0, 1.0, 1.0), int)


def test_a_product_of_factors_is_the_exponential_of_a_sum():
    terms = (0.1, 0.05, 0.04, -0.2)
    product = productivity_factor(*(math.exp(term) for term in terms))
    assert product == pytest.approx(math.exp(log_productivity(*terms, 0.0)))


def test_expected_income_by_hand():
    # 0.9 * 5000 * 0.9 * 0.99 + 0.1 * 1000 - 1200
    assert expected_income(0.9, 5000.0, 0.1, 0.01, 1000.0, 1200.0, 0.1) == pytest.approx(2909.5)


def test_expected_income_never_falls_below_a_tenth_of_pay():
    assert expected_income(0.1, 5000.0, 0.0, 0.0, 0.0, 4000.0, 0.1) == 500.0


@given(RATES, PAY, st.floats(0.0, 0.5), st.floats(0.0, 0.5), st.floats(0.0, 3000.0), st.floats(0.0, 5000.0))
def test_expected_income_answers_in_the_right_direction(share, pay, rate, arrears, benefit, cost):
    here = expected_income(share, pay, rate, arrears, benefit, cost, 0.1)
    assert here >= 0.1 * pay
    assert expected_income(share, pay, rate, arrears, benefit, cost + 100.0, 0.1) <= here
    assert expected_income(share, pay, rate, arrears, benefit + 100.0, cost, 0.1) >= here
    assert expected_income(share, pay, min(rate + 0.1, 0.6), arrears, benefit, cost, 0.1) <= here
    assert expected_income(share, pay, rate, min(arrears + 0.1, 0.6), benefit, cost, 0.1) <= here


def test_share_of_time_in_work_by_hand():
    assert employment_share(0.35, 0.021) == pytest.approx(1.0 - 0.0566, abs=1e-4)
    assert employment_share(0.2, 0.0) == 1.0
    assert employment_share(0.0, 0.02) == 0.0
    assert employment_share(0.0, 0.0) == 0.0


@given(RATES, RATES)
def test_share_of_time_in_work_is_a_share(finding, separation):
    assert 0.0 <= employment_share(finding, separation) <= 1.0


def test_fewer_on_the_same_land_earn_more_each():
    assert farm_income_of(1500.0, 0.0, 0.6) == 1500.0
    assert farm_income_of(1500.0, math.log(0.5), 0.6) == pytest.approx(1500.0 * 2.0**0.6)

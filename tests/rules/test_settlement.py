"""Who would move registration, and how a points scheme ranks them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.settlement import capacity_offered, points, willingness

WEIGHTS = (3.0, 1.5, 2.0, 10.0, 5.0)  # an insured year, a school year, a year of stay, under 45, a title
LOG_ODDS = st.floats(-5.0, 5.0)


def test_willingness_by_hand():
    assert willingness(0.0, 0.0, 0.1, 0.0, 0.3, 0.0, 0.0, 0.0, 0.35) == pytest.approx(0.5)
    value = -1.6 + 0.1 * 4.0 + 0.3 * 0.2 + 0.16 + 0.2 + 0.35 * 2.0
    chance = willingness(-1.6, 4.0, 0.1, 0.2, 0.3, 0.16, 0.2, 2.0, 0.35)
    assert chance == pytest.approx(1.0 / (1.0 + math.exp(-value)))


def test_stay_counts_up_to_ten_years():
    ten, twenty = (willingness(-1.6, years, 0.1, 0.0, 0.3, 0.0, 0.0, 0.0, 0.35) for years in (10.0, 20.0))
    assert ten == twenty


@given(LOG_ODDS, st.floats(0.0, 30.0), st.floats(-1.0, 1.0))
def test_willingness_is_a_probability_that_rises_with_every_term(base, stay, pay):
    here = willingness(base, stay, 0.1, pay, 0.3, 0.0, 0.0, 1.0, 0.35)
    assert 0.0 < here < 1.0
    assert willingness(base, stay + 1.0, 0.1, pay, 0.3, 0.0, 0.0, 1.0, 0.35) >= here
    assert willingness(base, stay, 0.1, pay + 0.1, 0.3, 0.0, 0.0, 1.0, 0.35) > here
    assert willingness(base, stay, 0.1, pay, 0.3, 0.2, 0.0, 1.0, 0.35) > here
    assert willingness(base, stay, 0.1, pay, 0.3, 0.0, 0.2, 1.0, 0.35) > here


def test_points_by_hand():
    assert points(0.0, 6.0, 0.0, 50.0, False, *WEIGHTS) == 0.0
    # 3 * 5 insured + 2 * 4 of stay + 1.5 * 3 of school + 10 under 45 + 5 for a skill
    assert points(5.0, 9.0, 4.0, 30.0, True, *WEIGHTS) == pytest.approx(15.0 + 8.0 + 4.5 + 10.0 + 5.0)
    assert points(5.0, 0.0, 4.0, 45.0, False, *WEIGHTS) == pytest.approx(23.0)


def test_points_are_capped():
    assert points(40.0, 15.0, 40.0, 30.0, True, *WEIGHTS) == pytest.approx(45.0 + 20.0 + 13.5 + 15.0)


@given(st.floats(0.0, 40.0), st.floats(0.0, 15.0), st.floats(0.0, 40.0), st.floats(16.0, 75.0))
def test_points_never_fall_with_insurance_school_or_stay(insured, school, stay, age):
    here = points(insured, school, stay, age, False, *WEIGHTS)
    assert 0.0 <= here <= 100.0
    assert points(insured + 1.0, school, stay, age, False, *WEIGHTS) >= here
    assert points(insured, school + 1.0, stay, age, False, *WEIGHTS) >= here
    assert points(insured, school, stay + 1.0, age, False, *WEIGHTS) >= here
    assert points(insured, school, stay, age, True, *WEIGHTS) == here + 5.0


def test_points_follow_their_weights():
    assert points(2.0, 9.0, 3.0, 30.0, True, 5.0, 4.0, 3.0, 20.0, 7.0) == 10.0 + 12.0 + 9.0 + 20.0 + 7.0


def test_a_place_offers_more_the_more_of_the_cost_is_paid():
    assert capacity_offered(0.4, 0.0, 16_859.0, 0.5, 1.0) == 0.4
    # half the cost paid, at a response of a half: a quarter more
    assert capacity_offered(0.4, 8_429.5, 16_859.0, 0.5, 1.0) == pytest.approx(0.5)
    assert capacity_offered(0.9, 16_859.0, 16_859.0, 0.5, 1.0) == 1.0

"""Who would move registration, and how a points scheme ranks them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.settlement import (
    Applicant,
    PointsScheme,
    capacity_offered,
    drawn_share,
    points,
    registration_relief,
    willingness,
    wish_fall,
    wish_of_stay,
)

# Points by insured year, school year, year of stay, under 45, a title; the years that count.
SCHEME = PointsScheme(3.0, 1.5, 2.0, 10.0, 5.0, 15.0, 6.0, 10.0, 45.0)
LOG_ODDS = st.floats(-5.0, 5.0)


def score(*applicant: float | bool, scheme: PointsScheme = SCHEME) -> float:
    """Insured years, school years, years of stay, age, whether there is a title."""
    return points(Applicant(*applicant), scheme)


def test_willingness_by_hand():
    assert willingness(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0) == pytest.approx(0.5)
    value = -1.6 + 0.4 - 0.3 + 0.06 + 0.16 + 0.2 + 0.7
    chance = willingness(-1.6, 0.4, -0.3, 0.06, 0.16, 0.2, 0.7)
    assert chance == pytest.approx(1.0 / (1.0 + math.exp(-value)))


def test_stay_counts_up_to_some_years():
    assert [wish_of_stay(years, 0.1, 10.0) for years in (0.0, 4.0, 10.0, 20.0)] == [0.0, 0.4, 1.0, 1.0]


def test_the_wish_falls_along_a_straight_line_and_then_stays():
    falls = [wish_fall(years, 0.4, 6.0, 2.0) for years in (0.0, 6.0, 7.0, 8.0, 20.0)]
    assert falls == pytest.approx([0.0, 0.0, 0.2, 0.4, 0.4])


@given(LOG_ODDS, st.floats(0.0, 3.0), st.floats(-1.0, 0.5), st.floats(-1.0, 1.0))
def test_willingness_is_a_probability_that_rises_with_every_term(base, stay, age, pay):
    here = willingness(base, stay, age, pay, 0.0, 0.0, 0.35)
    assert 0.0 < here < 1.0
    assert willingness(base, stay + 0.1, age, pay, 0.0, 0.0, 0.35) > here
    assert willingness(base, stay, age + 0.1, pay, 0.0, 0.0, 0.35) > here
    assert willingness(base, stay, age, pay + 0.1, 0.0, 0.0, 0.35) > here
    assert willingness(base, stay, age, pay, 0.2, 0.0, 0.35) > here
    assert willingness(base, stay, age, pay, 0.0, 0.2, 0.35) > here
    assert willingness(base, stay, age, pay, 0.0, 0.0, 0.7) > here


def test_points_by_hand():
    assert score(0.0, 6.0, 0.0, 50.0, False) == 0.0
    # 3 * 5 insured + 2 * 4 of stay + 1.5 * 3 of school + 10 under 45 + 5 for a skill
    assert score(5.0, 9.0, 4.0, 30.0, True) == pytest.approx(15.0 + 8.0 + 4.5 + 10.0 + 5.0)
    assert score(5.0, 0.0, 4.0, 45.0, False) == pytest.approx(23.0)


def test_points_are_capped():
    assert score(40.0, 15.0, 40.0, 30.0, True) == pytest.approx(45.0 + 20.0 + 13.5 + 15.0)


@given(st.floats(0.0, 40.0), st.floats(0.0, 15.0), st.floats(0.0, 40.0), st.floats(16.0, 75.0))
def test_points_never_fall_with_insurance_school_or_stay(insured, school, stay, age):
    here = score(insured, school, stay, age, False)
    assert 0.0 <= here <= 100.0
    assert score(insured + 1.0, school, stay, age, False) >= here
    assert score(insured, school + 1.0, stay, age, False) >= here
    assert score(insured, school, stay + 1.0, age, False) >= here
    assert score(insured, school, stay, age, True) == here + 5.0


def test_points_follow_their_weights_and_limits():
    scheme = PointsScheme(5.0, 4.0, 3.0, 20.0, 7.0, 15.0, 6.0, 10.0, 45.0)
    assert score(2.0, 9.0, 3.0, 30.0, True, scheme=scheme) == 10.0 + 12.0 + 9.0 + 20.0 + 7.0
    narrow = scheme._replace(insured_years_max=1.0, school_years_from=8.0, stay_years_max=2.0, age_limit=30.0)
    assert score(2.0, 9.0, 3.0, 30.0, True, scheme=narrow) == 5.0 + 4.0 + 6.0 + 7.0


def test_a_place_offers_more_the_more_of_the_cost_is_paid():
    assert capacity_offered(0.4, 0.0, 16_859.0, 0.5, 1.0) == 0.4
    # half the cost paid, at a response of a half: a quarter more
    assert capacity_offered(0.4, 8_429.5, 16_859.0, 0.5, 1.0) == pytest.approx(0.5)
    assert capacity_offered(0.9, 16_859.0, 16_859.0, 0.5, 1.0) == 1.0


def test_easier_registration_takes_its_part_off_the_cost_and_draws_as_many_as_it_is_worth():
    assert registration_relief(0.3, 0.5, 1.0) == 0.0
    assert registration_relief(0.3, 0.5, 0.8) == pytest.approx(0.03)
    assert drawn_share(0.03) == pytest.approx(1.0 - math.exp(-0.03))
    assert drawn_share(0.0) == drawn_share(-0.1) == 0.0

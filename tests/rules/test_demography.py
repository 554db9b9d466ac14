"""Leaving the labour force, and the family's stages."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.demography import exit_probability, has_child_aged

LAW = (55.0, 80.0)  # the first age at which some leave, the age from which the rate is flat
AGES = st.floats(16.0, 90.0)


def test_nobody_leaves_before_55_and_there_is_no_wall_after():
    assert exit_probability(54.99, 0.02, 0.11, *LAW) == 0.0
    assert exit_probability(75.01, 0.02, 0.11, *LAW) == pytest.approx(
        exit_probability(74.99, 0.02, 0.11, *LAW), rel=0.01
    )


def test_exit_is_flat_from_80_on():
    assert exit_probability(80.0, 0.02, 0.1, *LAW) == exit_probability(95.0, 0.02, 0.1, *LAW)
    assert exit_probability(80.0, 0.024, 0.1, *LAW) == pytest.approx(0.002 * math.exp(2.5))


def test_exit_at_55_and_65_by_hand():
    assert exit_probability(55.0, 0.024, 0.1, *LAW) == pytest.approx(0.002)
    assert exit_probability(65.0, 0.024, 0.1, *LAW) == pytest.approx(0.002 * math.e)


def test_another_first_age_moves_who_leaves_and_not_the_rate():
    assert exit_probability(52.0, 0.02, 0.1, 50.0, 80.0) == pytest.approx(0.02 * math.exp(-0.3) / 12.0)
    assert exit_probability(56.0, 0.02, 0.1, 60.0, 80.0) == 0.0
    assert exit_probability(60.0, 0.02, 0.1, 60.0, 80.0) == exit_probability(60.0, 0.02, 0.1, *LAW)


def test_exit_is_never_more_than_certain():
    assert exit_probability(75.0, 0.2, 0.5, *LAW) == 1.0
    assert exit_probability(60.0, 0.0, 0.11, *LAW) == 0.0


@given(AGES, st.floats(0.0, 5.0), st.floats(0.0, 0.2), st.floats(0.0, 0.5))
def test_the_old_leave_sooner(age, years, rate, growth):
    younger, older = (
        exit_probability(age, rate, growth, *LAW),
        exit_probability(age + years, rate, growth, *LAW),
    )
    assert 0.0 <= younger <= older <= 1.0


@pytest.mark.parametrize("age, expected", [(29.9, False), (30.0, True), (39.9, True), (40.0, False)])
def test_a_school_child_is_six_or_more_and_under_sixteen(age, expected):
    assert has_child_aged(age, 24.0, 6.0, 16.0) is expected

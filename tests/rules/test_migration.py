"""Reconsidering and choosing: signs, limits and the logit."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.migration import (
    age_taste,
    attachment,
    attention_probability,
    carried_back,
    floor_effort,
    local_age_taste,
    migration_taste,
    odds,
    place_value,
    schooling_taste,
    value_of_income,
    with_switching_cost,
)

SHARES = st.floats(0.0, 1.0)


def test_newcomers_always_choose():
    assert attention_probability(0.03, 0.9, False, True) == 1.0
    assert attention_probability(0.03, 0.9, True, True) == 1.0


def test_the_displaced_choose_more_often_but_never_less():
    assert attention_probability(0.03, 0.9, True, False) == 0.9
    assert attention_probability(0.95, 0.9, True, False) == 0.95
    assert attention_probability(0.03, 0.9, False, False) == 0.03


@given(SHARES, SHARES, st.booleans(), st.booleans())
def test_attention_is_a_probability(ordinary, displaced, is_displaced, is_new):
    assert 0.0 <= attention_probability(ordinary, displaced, is_displaced, is_new) <= 1.0


def test_value_of_income_by_hand():
    assert value_of_income(math.e**8, 0.5) == pytest.approx(4.0)
    assert value_of_income(0.0, 0.5) == value_of_income(1.0, 0.5) == 0.0


@given(st.floats(1.0, 1e6), st.floats(0.0, 3.0))
def test_doubling_income_adds_the_same_everywhere(income, coefficient):
    gain = value_of_income(2.0 * income, coefficient) - value_of_income(income, coefficient)
    assert gain == pytest.approx(coefficient * math.log(2.0), abs=1e-12)


def test_the_taste_for_work_at_home_rises_to_its_peak_and_then_follows_the_slope():
    tastes = [local_age_taste(age, -0.04, 20.0, 0.03, 40.0) for age in (16.0, 20.0, 30.0, 40.0, 50.0)]
    assert tastes == pytest.approx([0.4 - 0.6, 0.4 - 0.6, -0.3, -0.4, -0.8])


def test_without_a_rise_the_taste_for_work_at_home_is_a_straight_line():
    assert local_age_taste(25.0, -0.04, 20.0, 0.0, 40.0) == age_taste(25.0, -0.04, 20.0)


def test_age_taste_by_hand():
    assert age_taste(30.0, -0.035, 20.0) == 0.0
    assert age_taste(50.0, -0.035, 20.0) == pytest.approx(-0.7)
    assert age_taste(16.0, -0.035, 20.0) == age_taste(20.0, -0.035, 20.0) == pytest.approx(0.35)


def test_migration_taste_by_hand():
    assert migration_taste(-0.5, 0.1, False, 0.35, False, 0.15, 0.2) == pytest.approx(-0.2)
    assert migration_taste(-0.5, 0.1, True, 0.35, False, 0.15, 0.2) == pytest.approx(-0.55)
    assert migration_taste(-0.5, 0.1, True, 0.35, True, 0.15, 0.2) == pytest.approx(-0.7)


def test_place_value_adds_up():
    assert place_value(4.0, -1.5, 0.05, 0.1, 0.12) == pytest.approx(2.77)


def test_switching_costs_those_who_switch():
    assert with_switching_cost(1.0, 2.5, False) == -1.5
    assert with_switching_cost(1.0, 2.5, True) == 1.0


def test_odds_of_an_impossible_option_are_nil():
    assert odds(0.0) == 1.0
    assert odds(-1e9) < 1e-300
    assert odds(1.0) / odds(0.0) == pytest.approx(math.e)


def test_transport_carries_back_its_share_of_those_held_up():
    assert carried_back(0.82, 0.0) == 0.82
    assert carried_back(0.6, 0.5) == pytest.approx(0.8)
    assert carried_back(0.0, 1.0) == 1.0


def test_effort_grows_with_the_shortfall_to_a_twentieth():
    assert [floor_effort(x, 0.05) for x in (-0.1, 0.0, 0.025, 0.05, 0.5)] == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_attachment_grows_for_five_years():
    assert [attachment(years, 0.5, 5.0) for years in (-1.0, 0.0, 2.0, 5.0, 20.0)] == [0.0, 0.0, 1.0, 2.5, 2.5]


def test_schooling_turns_from_the_land():
    assert schooling_taste(9.0, 0.2) == 0.0
    assert schooling_taste(15.0, 0.2) == pytest.approx(1.2)
    assert schooling_taste(6.0, 0.2) == pytest.approx(-0.6)

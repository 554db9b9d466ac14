"""What a course is worth, when it is, and what it costs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters.behaviour import DEFAULTS
from sim.rules.skills import pay_lost_on_course, training_premium
from sim.scenario.loading import load_scenario


def test_by_hand():
    assert training_premium(True, 0.0, 0.04, 24.0, 0.1, 0.25) == 0.0
    assert training_premium(True, 12.0, 0.04, 24.0, 0.1, 0.25) == pytest.approx(0.015)
    assert training_premium(True, 24.0, 0.04, 24.0, 0.1, 0.25) == pytest.approx(0.03)
    assert training_premium(True, 48.0, 0.04, 24.0, 0.1, 0.25) == pytest.approx(0.03 * math.exp(-0.2))
    assert training_premium(False, 24.0, 0.04, 24.0, 0.1, 0.25) == 0.0
    assert pay_lost_on_course(4001, 0.25) == 1000


def test_without_lag_and_decay_it_is_there_at_once_and_lasts():
    assert training_premium(True, 0.0, 0.04, 0.0, 0.0, 0.0) == 0.04
    assert training_premium(True, 500.0, 0.04, 0.0, 0.0, 0.0) == 0.04


@given(
    st.floats(0.0, 600.0),
    st.floats(0.0, 60.0),
    st.floats(0.0, 0.2),
    st.floats(0.0, 120.0),
    st.floats(0.0, 1.0),
)
def test_it_grows_to_the_lag_and_fades_after(months, more, premium, lag, decay):
    here, later = (training_premium(True, one, premium, lag, decay, 0.3) for one in (months, months + more))
    assert 0.0 <= here <= 0.7 * premium + 1e-12
    if months >= lag:
        assert later <= here + 1e-12
    if months + more <= lag:
        assert here <= later + 1e-12


def payback_years(premium: float) -> float:
    """Years until what a course adds to pay is what it cost: the subsidy, and the pay forgone."""
    pay = 4_800.0  # yuan a month, that of migrants in 2023
    lever = load_scenario("skills-training").levers["training_subsidy"]
    owed = lever.unit_cost.yuan * 1.13 + DEFAULTS["course_pay_lost_share"] * pay  # wages 2020 to 2023
    for month in range(12 * 40):
        gain = training_premium(
            True,
            float(month),
            premium,
            DEFAULTS["training_lag_months"],
            DEFAULTS["training_decay_rate"],
            DEFAULTS["training_displacement_share"],
        )
        owed -= pay * 10.0 / 12.0 * (math.exp(gain) - 1.0)  # ten months of work a year (W07)
        if owed <= 0.0:
            return month / 12.0
    return math.inf


def test_a_mass_course_does_not_pay_back_in_four_years():
    """At half a matching estimate, the top of the range, it does; at nothing it never does."""
    assert 4.0 < payback_years(DEFAULTS["training_premium"]) < 10.0
    assert payback_years(0.04) < 4.0
    assert payback_years(0.0) == math.inf

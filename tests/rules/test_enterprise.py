"""Own business: capital, the decision to start, jobs, survival."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.enterprise import (
    capital_need,
    closing_probability,
    expected_grant,
    idea_quality,
    insured_risk,
    may_consider,
    paid_jobs,
    start_probability,
)

HAZARDS = (0.10, 0.12)  # of closing in a year, and in the second and third
JOBS = (3.6, 1.6, 200.0)  # mean over median, spread of logs, most
DRAWS = st.floats(2.0**-33, 1.0 - 2.0**-33)


@pytest.mark.parametrize(
    "age, months, expected",
    [(22.0, 36, True), (50.0, 36, True), (21.99, 99, False), (50.01, 99, False), (30.0, 35, False)],
)
def test_who_can_think_of_a_business(age, months, expected):
    assert may_consider(age, months, 22.0, 50.0, 36.0) is expected


def test_capital_by_hand():
    assert capital_need(0.5, 80_000.0, 1.0) == pytest.approx(80_000, abs=1)
    one_above = 0.8413447460685429  # one standard deviation above the middle
    assert capital_need(one_above, 80_000.0, 0.5) == pytest.approx(80_000 * math.exp(0.5), rel=1e-4)


@given(DRAWS, st.floats(1e4, 5e5), st.floats(0.1, 2.0))
def test_capital_is_positive_and_rises_with_the_draw(draw, median, spread):
    need = capital_need(draw, median, spread)
    assert need >= 0
    assert capital_need(min(draw + 0.01, 1 - 2.0**-33), median, spread) >= need


def test_start_by_hand():
    assert start_probability(0.0, 0.0, 0.5, 0.0, 0.1, 0.0) == pytest.approx(0.5)
    odds = math.exp(-1.2 + 0.5 * 0.4 + 0.1 * 0.8 + 0.3)
    chance = start_probability(-1.2, 0.4, 0.5, 8_000.0, 0.1, 0.3)
    assert chance == pytest.approx(odds / (1.0 + odds))


def test_ten_thousand_yuan_raise_the_odds_by_the_stated_effect():
    def odds(grant):
        p = start_probability(-1.2, 0.1, 0.5, grant, 0.1, 0.0)
        return p / (1.0 - p)

    assert math.log(odds(10_000.0) / odds(0.0)) == pytest.approx(0.1)


@given(st.floats(-10.0, 5.0), st.floats(-2.0, 2.0), st.floats(0.0, 2e5), st.floats(-5.0, 5.0))
def test_start_is_a_probability_that_rises_with_profit_and_support(base, gain, grant, support):
    here = start_probability(base, gain, 0.5, grant, 0.1, support)
    assert 0.0 <= here <= 1.0
    assert start_probability(base, gain + 0.1, 0.5, grant, 0.1, support) >= here
    assert start_probability(base, gain, 0.5, grant + 1000.0, 0.1, support) >= here
    assert start_probability(base, gain, 0.5, grant, 0.1, support + 0.1) >= here


@pytest.mark.parametrize(
    "month, yearly", [(0, 0.10), (11, 0.10), (12, 0.12), (35, 0.12), (36, 0.10), (255, 0.10)]
)
def test_yearly_hazard_by_age(month, yearly):
    assert 12.0 * closing_probability(month, 1.0, *HAZARDS) == pytest.approx(-math.log(1.0 - yearly))


def test_closing_scales_and_stays_a_probability():
    assert closing_probability(5, 0.5, *HAZARDS) == pytest.approx(0.5 * closing_probability(5, 1.0, *HAZARDS))
    assert closing_probability(5, 0.0, *HAZARDS) == 0.0
    assert closing_probability(5, 1e6, *HAZARDS) == 1.0


def test_the_middle_business_has_one_paid_job():
    assert paid_jobs(0.5, 3.6, *JOBS) == 1
    assert paid_jobs(0.1, 3.6, *JOBS) == 0
    assert paid_jobs(1.0 - 2.0**-33, 20.0, *JOBS) == 200


def test_mean_jobs_are_near_the_mean_asked_for():
    n = 20_000
    mean = sum(paid_jobs((i + 0.5) / n, 3.6, *JOBS) for i in range(n)) / n
    assert mean == pytest.approx(3.6, rel=0.06)  # the cut at 200 and rounding cost a little


def test_a_late_grant_counts_for_those_who_last_half_a_year():
    assert expected_grant(4000.0, 0.0, 0.95) == 4000.0
    assert expected_grant(4000.0, 4000.0, 0.95) == pytest.approx(7800.0)


def test_insurance_takes_off_the_weight_of_a_likely_loss():
    assert insured_risk(0.0, 80_000.0, 5000.0, 2.0, 0.11) == 0.0
    # 2 * 0.5 * 80,000 * 0.11 a year over 60,000 of yearly profit
    assert insured_risk(0.5, 80_000.0, 5000.0, 2.0, 0.11) == pytest.approx(8800.0 / 60_000.0)
    assert insured_risk(1.0, 10**7, 5000.0, 2.0, 0.11) == 1.0


def test_the_mean_of_the_ideas_that_are_started_is_the_typical_founders():
    share, n = 0.2, 20_000
    started = [idea_quality(share * (i + 0.5) / n, share, 0.6) for i in range(n)]
    assert sum(started) / n == pytest.approx(0.0, abs=2e-3)
    assert started[0] == max(started) > 0 > started[-1]
    assert idea_quality(0.5, 0.2, 0.6) == pytest.approx(
        -0.6 * 1.39981, abs=1e-4
    )  # the mean of the best fifth
    assert idea_quality(0.3, 0.2, 0.0) == 0.0


@given(DRAWS, st.floats(0.05, 0.9), st.floats(0.0, 2.0))
def test_a_worse_rank_is_never_a_better_idea(rank, share, spread):
    assert idea_quality(min(rank + 0.01, 1 - 2.0**-33), share, spread) <= idea_quality(rank, share, spread)

"""Losing and finding jobs; the jobs and vacancies of a place."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.employment import (
    age_factor,
    desired_jobs,
    finding_probability,
    followed_people,
    hiring_age_factor,
    insured_since,
    layoff_probability,
    lost_output_next,
    matching,
    offer_probability,
    pooled_ratio,
    rationed_finding,
    saved_labour_next,
    search_effort,
    separation_probability,
    vacancies,
    wage_gap_next,
)

SHARES = st.floats(0.0, 1.0)

LIMITS = (0.1, 10.0, 0.3)  # least and most tightness over its reference, most distance from the trend


def test_separation_by_hand():
    assert separation_probability(0.02, 1.4, 0.0, 1.0) == pytest.approx(0.028)
    assert separation_probability(0.02, 1.0, 0.0, 1.3) == pytest.approx(0.026)
    assert separation_probability(0.02, 1.4, 0.05, 1.3) == pytest.approx((0.028 + 0.05) * 1.3)
    assert separation_probability(0.9, 2.0, 0.0, 1.3) == 1.0


def test_employers_lay_off_only_beyond_the_slack():
    assert layoff_probability(1.0, 0.08, 0.15) == 0.0
    assert layoff_probability(1.0 / 1.08, 0.08, 0.15) == pytest.approx(0.0, abs=1e-12)
    assert layoff_probability(0.5, 0.08, 0.15) == pytest.approx(0.15 * (1.0 - 0.54))
    assert layoff_probability(0.0, 0.08, 0.15) == pytest.approx(0.15)


@given(st.floats(0.0, 2.0), st.floats(0.0, 0.3), st.floats(0.0, 1.0))
def test_layoffs_never_rise_with_jobs(ratio, slack, rate):
    here = layoff_probability(ratio, slack, rate)
    assert 0.0 <= here <= rate
    assert layoff_probability(ratio + 0.1, slack, rate) <= here


def test_the_young_lose_jobs_more_often():
    assert [age_factor(age, 25.0, 1.3) for age in (16.0, 24.9, 25.0, 60.0)] == [1.3, 1.3, 1.0, 1.0]


def test_finding_by_hand():
    assert finding_probability(0.35, matching(1.0, 0.5), 0.0, 1.0, 0.0, 0.05) == pytest.approx(0.35)
    # half as many vacancies, a fifth of the home's workers there, half a service
    by_hand = 0.35 * math.sqrt(0.5) * (1.0 + 0.2) * (1.0 + 0.05 * 0.5)
    assert finding_probability(0.35, matching(0.5, 0.5), 0.2, 1.0, 0.5, 0.05) == pytest.approx(by_hand)


def test_finding_without_vacancies_is_nearly_nil_and_never_more_than_certain():
    assert finding_probability(0.35, matching(0.0, 0.5), 0.0, 0.0, 0.0, 0.0) == pytest.approx(0.35e-3)
    assert finding_probability(0.9, matching(100.0, 0.5), 1.0, 3.0, 1.0, 0.3) == 1.0


def test_hiring_falls_with_age_as_callbacks_do():
    assert [hiring_age_factor(age, 40.0, 0.018) for age in (20.0, 40.0)] == [1.0, 1.0]
    # callbacks of about 50 and about 65 lie 18 and 35 percent under those of about 30
    assert hiring_age_factor(50.0, 40.0, 0.018) == pytest.approx(0.82, abs=0.03)
    assert hiring_age_factor(65.0, 40.0, 0.018) == pytest.approx(0.65, abs=0.03)


@given(SHARES, st.floats(0.01, 10.0), st.floats(0.1, 0.9), SHARES, SHARES)
def test_finding_rises_with_vacancies_networks_and_service(base, tightness, elasticity, network, service):
    def finding(t, n, s):
        return finding_probability(base, matching(t, elasticity), n, 1.0, s, 0.2)

    here = finding(tightness, network, service)
    assert 0.0 <= here <= 1.0
    assert finding(1.1 * tightness, network, service) >= here
    assert finding(tightness, network + 0.1, service) >= here
    assert finding(tightness, network, service + 0.1) >= here


def test_finding_has_the_elasticity_of_the_matching_function():
    low, high = (finding_probability(0.1, matching(t, 0.4), 0.1, 1.0, 0.5, 0.1) for t in (0.5, 1.0))
    assert math.log(high / low) / math.log(2.0) == pytest.approx(0.4)


def test_desired_jobs_by_hand():
    assert desired_jobs(1000.0, 1.0, 0.35, 0.0, 0.0, 0.9, 1.0, 0.5) == pytest.approx(1000.0)
    by_hand = 1000.0 * 1.21**0.5 * math.exp(-0.06) * 1.2**0.9 * 1.1**-0.5
    log_people = math.log(1.2)
    found = desired_jobs(1000.0, 1.21, 0.5, 0.06, log_people, 0.9, 1.1, 0.5)
    assert found == pytest.approx(by_hand)


@given(
    st.floats(0.3, 3.0),
    st.floats(0.0, 1.5),
    st.floats(0.7, 1.4),
    st.floats(0.0, 2.0),
    st.floats(-1.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_desired_jobs_have_the_stated_elasticities(output, of_output, cost, of_cost, people, of_people):
    def jobs(output=output, people=people, cost=cost):
        return desired_jobs(100.0, output, of_output, 0.0, people, of_people, cost, of_cost)

    step = math.log(1.01)
    assert math.log(jobs(output=1.01 * output) / jobs()) / step == pytest.approx(of_output, abs=1e-9)
    assert math.log(jobs(cost=1.01 * cost) / jobs()) / step == pytest.approx(-of_cost, abs=1e-9)
    assert math.log(jobs(people=people + step) / jobs()) / step == pytest.approx(of_people, abs=1e-9)


def test_the_insured_whom_employers_pay_for_anyway_by_hand():
    assert insured_since(0.0, 0.13, 4.0) == 0.0
    assert insured_since(4.0, 0.13, 4.0) == pytest.approx(0.13 * (1.0 - math.exp(-1.0)))
    assert insured_since(400.0, 0.13, 4.0) == pytest.approx(0.13)


def test_employers_follow_people_at_the_stated_rate():
    assert followed_people(0.1, 120.0, 100.0, 0.2) == pytest.approx(0.8 * 0.1 + 0.2 * math.log(1.2))
    assert followed_people(0.0, 0.0, 0.0, 0.2) == 0.0  # a place without anybody
    followed = 0.0
    for _ in range(12):
        followed = followed_people(followed, 110.0, 100.0, 0.2)
    assert followed == pytest.approx(math.log(1.1) * (1.0 - 0.8**12))


def test_a_ratio_of_small_counts_is_drawn_to_that_of_all():
    assert pooled_ratio(0.0, 0.0, 0.3, 50.0) == pytest.approx(0.3)
    assert pooled_ratio(100.0, 50.0, 0.3, 50.0) == pytest.approx(115.0 / 100.0)
    assert pooled_ratio(2e6, 1e6, 0.3, 50.0) == pytest.approx(2.0, rel=1e-3)


def test_vacancies_by_hand():
    assert vacancies(110.0, 100.0, 0.01) == 10.0
    assert vacancies(90.0, 100.0, 0.01) == pytest.approx(0.9)  # some employer always replaces a leaver
    assert vacancies(0.0, 0.0, 0.01) == 0.0
    assert vacancies(0.0, 100.0, 0.01) == 0.0  # nobody is hired where no jobs are wanted


def test_hires_never_exceed_vacancies():
    assert rationed_finding(0.35, 20.0 / 100.0) == pytest.approx(0.2)
    assert rationed_finding(0.35, 80.0 / 100.0) == 0.35


def test_offers_of_local_work_are_rationed():
    assert offer_probability(10.0, 100.0, 0.3) == pytest.approx(0.1)
    assert offer_probability(90.0, 100.0, 0.3) == 0.3
    assert offer_probability(0.2, 0.0, 0.3) == pytest.approx(0.2)


def test_wage_gap_by_hand():
    assert wage_gap_next(0.1, 1.0, 1.0, 0.04, 0.08, *LIMITS) == pytest.approx(0.092)
    assert wage_gap_next(0.0, 2.0, 1.0, 0.04, 0.08, *LIMITS) == pytest.approx(0.04 * math.log(2.0))
    assert wage_gap_next(0.0, 0.5, 1.0, 0.04, 0.08, *LIMITS) == pytest.approx(-0.04 * math.log(2.0))


def test_wage_gap_is_bounded():
    assert wage_gap_next(0.3, 1e9, 1.0, 0.5, 0.0, *LIMITS) == 0.3
    assert wage_gap_next(-0.3, 0.0, 1.0, 0.5, 0.0, *LIMITS) == -0.3


def test_wage_gap_closes_at_reference_tightness():
    gap = 0.25
    for _ in range(120):
        gap = wage_gap_next(gap, 1.3, 1.3, 0.04, 0.08, *LIMITS)
    assert gap == pytest.approx(0.25 * 0.92**120)


def test_a_benefit_slows_the_search_by_its_share_of_pay():
    assert search_effort(0.0, 4000.0, 0.3, 0.1) == 1.0
    assert search_effort(1400.0, 4000.0, 0.3, 0.1) == pytest.approx(0.895)
    assert search_effort(10_000.0, 1000.0, 1.0, 0.1) == 0.1


def test_scarce_labour_is_saved_and_plentiful_labour_is_not():
    assert saved_labour_next(0.1, 0.9, 0.9, 0.05) == pytest.approx(0.1)
    assert saved_labour_next(0.1, 1.8, 0.9, 0.05) == pytest.approx(0.1 + 0.05 * math.log(2.0))
    assert saved_labour_next(0.1, 0.45, 0.9, 0.05) == pytest.approx(0.1 - 0.05 * math.log(2.0))


def test_jobs_that_stay_open_cost_labours_share_of_output():
    lost = 0.0
    for _ in range(200):
        lost = lost_output_next(lost, 0.10, 0.04, 0.5, 0.1)
    assert lost == pytest.approx(0.5 * 0.06)
    assert lost_output_next(0.0, 0.03, 0.04, 0.5, 0.1) == 0.0

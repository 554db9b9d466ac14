"""Pay, log pay and odds read the tables of skill in the same places."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_scenario, start

from sim.core.categories import SCHOOL_YEARS
from sim.engine.interpreted import copy_row, plain_conditions
from sim.steps.earnings import log_skill, skill_cells
from sim.steps.records import TRAINING_MONTHS, UNTRAINED
from sim.steps.settlement import may_settle
from sim.world.worker import IS_FEMALE, TRAINED


@pytest.fixture(scope="module")
def begun():
    run = start(make_scenario(female_pay_gap=0.3, training_premium=0.2), months=14)
    return run, plain_conditions(run.open_month()[0])


def sample(run, c):
    for n, row in enumerate(range(0, run.rows, 19)):
        w = copy_row(run.workers, row)
        if n % 3 == 0:
            w.status, w.trained_month = w.status | TRAINED, c.month - (n * 5 - 10)
        yield w


def test_log_pay_is_the_log_of_the_factors_of_pay_and_of_odds(begun):
    run, c = begun
    beta, trained = c.economy.income_coefficient, 0
    for w in sample(run, c):
        traits, experience, training, ability = skill_cells(w, c)
        skill, trained = log_skill(w, c), trained + (training < UNTRAINED)
        factors = c.trait_factor[traits], c.experience_factor[experience], c.training_factor[training]
        assert np.prod(factors) * c.ability_factor[ability] == pytest.approx(np.exp(skill), rel=1e-12)
        odds = c.experience_odds[experience] * c.training_odds[training] * c.ability_odds[ability]
        rest = skill - c.trait_pay[traits]
        assert odds == pytest.approx(np.exp(beta * rest), rel=1e-12)
    assert trained > 100


def test_skill_has_a_place_for_the_untrained_and_none_beyond_the_tables(begun):
    run, c = begun
    w = copy_row(run.workers, 0)
    w.status &= ~TRAINED
    assert skill_cells(w, c)[2] == UNTRAINED and c.training_pay[UNTRAINED] == 0.0
    assert c.training_factor[UNTRAINED] == c.training_odds[UNTRAINED] == 1.0
    w.status |= TRAINED
    for trained_month, cell in ((c.month + 3, 0), (c.month - 5, 5), (c.month - 9999, TRAINING_MONTHS - 1)):
        w.trained_month = trained_month
        assert skill_cells(w, c)[2] == cell


def test_the_pay_gap_is_taken_off_once(begun):
    _, c = begun
    for level in range(len(SCHOOL_YEARS)):
        man = level << 1
        assert c.trait_pay[man] == c.schooling_pay[level]
        gap = c.trait_pay[man] - c.trait_pay[man | IS_FEMALE]
        assert gap == pytest.approx(c.economy.female_pay_gap) and gap == pytest.approx(0.3)


def test_a_year_of_stay_may_lie_some_months_ahead(begun):
    run, c = begun
    w = copy_row(run.workers, 0)
    w.arrived_month = c.month - 11
    assert not may_settle(w, c) and may_settle(w, c, 1)
    w.arrived_month = c.month - 12
    assert may_settle(w, c) and may_settle(w, c, 1)

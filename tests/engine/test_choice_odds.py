"""The odds that workers act on are those of the values that economists read, whatever the parameters."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, start

from sim.engine.interpreted import copy_row, plain_conditions, spare_sums
from sim.rules.migration import value_of_income
from sim.steps.migration import option_odds, option_values, supported_odds
from sim.world.places import HOMES
from sim.world.worker import DISPLACED, INSURED, NEW, TRAINED

MISSING = -1e8  # values below belong to options that a worker does not have
OTHERS = {
    "income_coefficient": 1.3,
    "network_coefficient": 0.4,
    "switching_cost": 3.1,
    "migration_amenity": -2.0,
    "migration_age_slope": 0.03,
    "across_age_slope": -0.11,
    "local_amenity": -0.7,
    "local_age_slope": 0.05,
    "female_migration_cost": 1.2,
    "female_local_cost": 0.7,
    "child_left_behind_cost": 0.6,
    "place_attachment": 1.1,
    "schooling_nonfarm_taste": 0.5,
    "schooling_away_taste": 0.3,
    "female_pay_gap": 0.3,
    "training_premium": 0.2,
}


def sample(run, count=400):
    """Workers of a run, every fourth of them made new, displaced or trained, so that no case is missing."""
    rng = np.random.default_rng(5)
    for position, row in enumerate(rng.choice(run.rows, count, replace=False).tolist()):
        w = copy_row(run.workers, row)
        flags = (0, NEW, DISPLACED, TRAINED)[position % 4]
        if flags == DISPLACED:
            w.attached_place = int(rng.integers(0, 111))
        if flags == TRAINED:
            w.trained_month = int(rng.integers(-60, 20))
        w.status = (w.status & INSURED) | flags
        yield w


@pytest.mark.parametrize("parameters", [{}, OTHERS])
def test_odds_are_the_exponentials_of_values(parameters):
    run = start(make_scenario(**parameters), months=14)
    c, missing = plain_conditions(run.open_month()[0]), 0
    for w in sample(run):
        values, odds = np.array(option_values(w, c)), np.array(option_odds(w, c))
        has = values > MISSING
        missing += not has.all()
        assert odds[has] == pytest.approx(np.exp(values[has]), rel=1e-12)
        assert (odds[~has] == 0.0).all()
    assert missing > 50  # of the place kept, for those at home


def test_support_adds_its_value_to_the_odds():
    """A post at home, and help to leave for those at home."""
    levers = {
        "post": make_lever({"public_post_pay_yuan": {"set": 900.0}}, first="2014-02", last="2016-12"),
        "help": make_lever({"departure_cost_relief": {"set": 0.8}}, first="2014-02", last="2016-12"),
    }
    run = start(make_scenario(levers), months=8)
    c, b = plain_conditions(run.open_month()[0]), spare_sums(len(run.places))
    beta = c.economy.income_coefficient
    for k, w in enumerate(sample(run, 100)):
        bare, supported = np.array(option_odds(w, c)), np.array(supported_odds(w, c, b, k))
        income = c.farm_income[w.home]
        post = np.exp(value_of_income(income + 900.0, beta) - value_of_income(income, beta))
        leave = np.exp(0.8) if w.place < HOMES else 1.0
        assert supported == pytest.approx(bare * np.array([post, 1.0, leave, leave]), rel=1e-12)

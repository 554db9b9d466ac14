"""Who works at home and who away: one taste alone moved, and who responds."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.categories import LOCAL_WORK, MIGRANT_WORK
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation
from sim.parameters.behaviour import DEFAULTS
from sim.world.worker import EDUCATION_MASK, EDUCATION_SHIFT, IS_FEMALE
from tests.support.engine_runs import make_scenario

CACHE = RunCache()
COLLEGE = 4


def shares(**parameters: float) -> dict[str, float]:
    """Shares of women and of those who have been to college at the end of 2017, at home and away."""
    scenario = make_scenario({}, to="2017-12", **{name: DEFAULTS[name] for name in parameters} | parameters)
    run = Simulation(scenario, 20_000, "2017-12", 1, 1, cache=CACHE)
    for _ in range(run.last + 1):
        run.step()
    workers = run.workers[: run.rows]
    female = workers.traits & IS_FEMALE != 0
    college = (workers.traits >> EDUCATION_SHIFT) & EDUCATION_MASK == COLLEGE
    return {
        f"{what}_{where}": float(np.mean(of[workers.activity == activity]))
        for what, of in (("women", female), ("college", college))
        for where, activity in (("home", LOCAL_WORK), ("away", MIGRANT_WORK))
    }


@pytest.fixture(scope="module")
def base():
    return shares()


def test_a_cost_of_local_work_keeps_women_from_it_and_not_from_leaving(base):
    without = shares(female_local_cost=0.0)
    assert base["women_home"] < without["women_home"] - 0.01
    assert base["women_away"] == pytest.approx(without["women_away"], abs=0.01)


def test_schooling_that_draws_away_leaves_fewer_with_college_at_home(base):
    without = shares(schooling_away_taste=0.0)
    assert base["college_away"] > without["college_away"] + 0.002
    assert base["college_home"] < without["college_home"]

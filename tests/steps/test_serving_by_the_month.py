"""Levers that serve by the month: entered lever by lever for a block, as if each worker had been asked."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import make_lever, make_scenario, unit_cost

from sim.engine.interpreted import liver, plain_conditions, plain_sums
from sim.engine.simulation import Simulation
from sim.steps.month import STEPS

COARSE = 200_000
MONTH_OF_WORK = {"unit_cost": unit_cost(9, "work_month")}
FEE = {"yuan": 7, "per": "person_month", "payers": {"worker": 0.5, "local": 0.5}, "source": "a test"}
LEVERS = {
    "all_work": MONTH_OF_WORK,
    "trades": {**MONTH_OF_WORK, "who": {"sector": ["transport", "construction"]}, "take_up": 0.4},
    "insured": {**MONTH_OF_WORK, "who": {"insured": True}},
    "young": {**MONTH_OF_WORK, "who": {"age": [16, 35], "sex": "female"}, "take_up": 0.7},
    "short_of_money": {**MONTH_OF_WORK, "budget": {"yuan_per_year": 2_000_000_000}},
    "with_fee": {"unit_cost": FEE},
    "half": {"unit_cost": unit_cost(5, "person_month"), "take_up": 0.5},
    "premium": {"unit_cost": unit_cost(50, "work_month"), "take_up": 0.5},
}
EFFECTS = {"premium": {"premium_aid_yuan": {"set": 50}}}


def run_of():
    levers = {
        name: make_lever(EFFECTS.get(name, {"search_income_yuan": {"add": 1}}), "2014-01", "2014-12", **more)
        for name, more in LEVERS.items()
    }
    return Simulation(make_scenario(levers), COARSE, "2014-12", 1, 1)


def one_by_one(run):
    """Live a month worker by worker, in plain Python."""

    def live(c, b):
        each = liver(run.workers, plain_conditions(c), plain_sums(b))
        for row in range(run.rows):
            each(row)

    return run.step(live)


@pytest.fixture(scope="module")
def months():
    """Sums of a month by levers, from the engine and from asking each worker, and the runs' rows."""
    engine, asked = run_of(), run_of()
    sums = [(engine.step(), one_by_one(asked)) for _ in range(2)]
    return engine, asked, sums


def test_both_enter_the_same_uses_and_yuan(months):
    engine, asked, sums = months
    count = len(engine.policy.names)
    for block, other in sums[-1:]:
        for name in ("served", "billed", "transfers", "fees", "refused", "money"):
            assert np.array_equal(getattr(block, name), getattr(other, name)), name
        served = dict(zip(engine.policy.names, block.served[:count].sum(axis=1).tolist(), strict=True))
        assert all(served.values()), served
        assert served["all_work"] > served["trades"] and served["all_work"] > served["insured"]
        assert block.refused[engine.policy.names.index("short_of_money")] > 0
    assert np.array_equal(engine.workers[: engine.rows].table(), asked.workers[: asked.rows].table())


def test_only_steps_that_serve_by_the_month_say_so():
    assert [step.name for step in STEPS if step.serves >= 0] == ["bill work", "bill everybody"]

"""Levers that serve all heads are counted from stocks, and it is as if each worker had been asked."""

from __future__ import annotations

import numpy as np
import pytest
from support.engine_runs import SCALE, make_lever, make_scenario, unit_cost

from sim.core.categories import ACTIVITIES, LIVING, members
from sim.engine.simulation import Simulation
from sim.policy.head_counts import HeadCounts

EFFECT = {"search_income_yuan": {"add": 1}}
SERVED = {
    "everybody": {},
    "searchers": {"who": {"activity": ["migrant_search", "settled_search"]}},
    "in_cities": {"where": {"provinces": ["Guangdong"], "tiers": ["mega_city", "large_city"]}},
    "from_home": {"where": {"home_provinces": ["Henan", "Sichuan"]}, "who": {"activity": ["migrant_work"]}},
    "slowly": {"who": {"activity": ["farm"]}, "ramp_months": 4},  # some are reached, until all are
}
FEE = {"yuan": 7, "per": "person_month", "payers": {"worker": 0.2, "local": 0.8}, "source": "a test"}
ONE_BY_ONE = {
    "half": {"take_up": 0.5},
    "young": {"who": {"age": [16, 30]}},
    "trade": {"who": {"sector": ["construction"]}},
    "with_fee": {"unit_cost": FEE},
    "with_budget": {"budget": {"yuan_per_year": 10**12}},
    "others": {"unit_cost": unit_cost(7, "search_month")},
}


@pytest.fixture(scope="module")
def scenario():
    cost = {"unit_cost": unit_cost(7, "person_month")}
    every = {**SERVED, **ONE_BY_ONE}
    levers = {
        name: make_lever(EFFECT, "2014-01", "2014-12", **{**cost, **more}) for name, more in every.items()
    }
    return make_scenario(levers)


def lived(scenario, months=6):
    """What is served and billed month by month, and the ledger of a run."""
    run, found = Simulation(scenario, SCALE, "2014-12", 1, 1), []
    for _ in range(months):
        block = run.step()
        count = len(run.policy.names)
        found.append((block.served[:count].copy(), block.billed[:count].copy(), run.ledger.month_spending))
    return run, found


def test_stocks_count_whom_asking_each_worker_finds(scenario, monkeypatch):
    run, counted = lived(scenario)
    names = run.policy.names
    in_months = [{names[n] for n in run.policy._in_force(month).counted} for month in (0, 5)]
    assert in_months == [set(SERVED) - {"slowly"}, set(SERVED)]
    init = HeadCounts.__init__

    def asking(self, *arguments):
        init(self, *arguments)
        self.is_possible[:] = False

    monkeypatch.setattr(HeadCounts, "__init__", asking)
    _, asked = lived(scenario)
    for month, (one, other) in enumerate(zip(counted, asked, strict=True)):
        for name, a, b in zip(run.policy.names, one[0], other[0], strict=True):
            assert np.array_equal(a, b) and a.sum() > 0, (name, month)
        assert np.array_equal(one[1], other[1]) and one[2] == other[2] > 0


def test_a_lever_for_everybody_serves_all_the_living_and_costs_their_number(scenario):
    run, found = lived(scenario, 3)
    at = run.policy.names.index("everybody")
    living = run.block.by_place[:, members(LIVING)].sum()
    assert found[-1][0][at].sum() == living and found[-1][1][at].sum() == 7 * living
    searching = [ACTIVITIES.index(name) for name in ("migrant_search", "settled_search")]
    at = run.policy.names.index("searchers")
    assert found[-1][0][at].sum() == run.block.by_place[:, searching].sum()

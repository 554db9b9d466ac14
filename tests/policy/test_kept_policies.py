"""What runs of one process share by place: never a table that says something else."""

from __future__ import annotations

import numpy as np
import pytest

from sim.policy.policy import Policy
from sim.policy.recent import policy_of
from sim.scenario.loading import load_scenario, with_overrides
from sim.steps.records import ECONOMY
from sim.world.data import load_data
from sim.world.places import Places, build_places

MONTHS = (0, 75, 131)  # before the shocks of 2020, among them, and after the paths
ALIKE = {
    "parameters.farm_income_yuan": 1234.0,
    "parameters.extra_city_cost_yuan": 900.0,
    "description": "Other words.",
    "assumptions": "high",
}


@pytest.fixture(scope="module")
def places() -> Places:
    return build_places(load_data())


def test_scenarios_that_differ_in_the_economy_alone_share_their_tables_by_place(places):
    base = load_scenario("combined")
    policy, alike = (policy_of(one, places) for one in (base, with_overrides(base, ALIKE)))
    for month in MONTHS:
        assert alike.place_parameters(month) is policy.place_parameters(month)
    assert alike.economy(0)[ECONOMY.farm_income_yuan] == 1234.0
    assert policy.economy(0)[ECONOMY.farm_income_yuan] != 1234.0


def changes() -> dict[str, dict]:
    """One change each of a parameter, a path, a shock and a lever that act on places."""
    base = load_scenario("combined")
    path = next(name for name, path in base.paths.items() if name not in ECONOMY and path.all)
    year = next(iter(base.paths[path].all))
    lever = next(iter(base.levers))
    shock = next(name for name, shock in base.shocks.items() if not shock.sectors)
    return {
        "parameter": {"parameters.separation_probability": 0.031},
        "path": {f"paths.{path}.all.{year}": base.paths[path].all[year] * 0.9},
        "shock": {f"shocks.{shock}": None},
        "lever": {f"levers.{lever}.window.from": "2025-08"},
    }


@pytest.mark.parametrize("what", ["parameter", "path", "shock", "lever"])
def test_scenarios_that_differ_by_place_have_tables_of_their_own(places, what):
    base = load_scenario("combined")
    changed = with_overrides(base, changes()[what])
    policy_of(base, places)
    kept, own = policy_of(changed, places), Policy(changed, places)
    for month in (*MONTHS, 140):
        for one, other in zip(
            vars(kept.place_parameters(month)).values(),
            vars(own.place_parameters(month)).values(),
            strict=True,
        ):
            np.testing.assert_array_equal(one, other)
        assert kept.reach(month) == own.reach(month)


def test_an_override_leaves_the_other_parts_as_they_are():
    base = load_scenario("combined")
    changed = with_overrides(base, {"parameters.farm_income_yuan": 1234.0})
    assert all(changed.levers[name] is lever for name, lever in base.levers.items())
    assert all(changed.paths[name] is path for name, path in base.paths.items())
    assert "farm_income_yuan" not in base.parameters

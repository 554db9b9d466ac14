"""The same luck under two policies: their difference varies far less than that of two unrelated runs."""

from __future__ import annotations

import numpy as np
from support.engine_runs import make_lever

from sim.core.categories import FARM, LOCAL_WORK, MIGRANT_SEARCH, MIGRANT_WORK
from sim.engine.run_cache import RunCache
from sim.engine.simulation import Simulation
from sim.scenario.loading import load_scenario, with_overrides

SEEDS, MONTHS, SCALE, CACHE = range(1, 17), 24, 100_000, RunCache()


def totals(scenario, seed: int) -> np.ndarray:
    """Out-migrants, local workers and those on the land, mean of the last year."""
    run, found = Simulation(scenario, SCALE, "2015-12", seed, cache=CACHE), []
    for _ in range(MONTHS):
        by_activity = run.step().by_place.sum(axis=0)
        found.append(
            [
                by_activity[MIGRANT_WORK] + by_activity[MIGRANT_SEARCH],
                by_activity[LOCAL_WORK],
                by_activity[FARM],
            ]
        )
    run.close()
    return np.mean(found[-12:], axis=0)


def test_the_same_luck_narrows_the_difference_twentyfold_and_more():
    lever = make_lever(
        {"amenity_shift": {"add": 0.2}},
        "2015-01",
        "2015-12",
        where={"tiers": ["large_city"]},
        no_cost="a test",
    )
    base = load_scenario("baseline")
    policy = with_overrides(base, {"levers.test": lever})
    levels = np.array([totals(base, seed) for seed in SEEDS])
    differences = np.array([totals(policy, seed) for seed in SEEDS]) - levels
    of_others = 2.0 * levels.var(axis=0, ddof=1)  # had the two runs different seeds
    assert (differences.var(axis=0, ddof=1) < of_others / 20.0).all()
    assert differences.mean(axis=0)[0] > 0.0 > differences.mean(axis=0)[2]  # more are away, fewer on the land

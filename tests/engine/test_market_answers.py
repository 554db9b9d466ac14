"""What comes out of a market when one thing alone is changed: people, what workers cost, jobs.

The elasticities that the parameters promise are measured here in whole runs, in cities, in counties and at
home. Pairs of runs share seeds, so that few seeds do.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from support.engine_runs import make_lever

from sim import simulate
from sim.engine.run_cache import RunCache
from sim.parameters.behaviour import DEFAULTS
from sim.scenario.loading import load_scenario, with_overrides

CACHE, SEEDS, SCALE = RunCache(), (1, 2, 3), 20_000
HOME, COUNTY = ("home_township",), ("county_town",)
AWAY = (*COUNTY, "city", "large_city", "mega_city")
WORKING = ["local_work", "migrant_work", "settled_work"]
SEARCHING = ["migrant_search", "settled_search"]
AT_HOME = ["farm", "own_business", "training"]
THIRD_YEAR = ("2018-07", "2019-06")


@cache
def places(seed: int, effect: tuple[str, str, float] | None = None, tiers: tuple[str, ...] = AWAY):
    """The places of a run to 2019; effect: parameter, kind of change and size, from 2016 on in the tiers."""
    scenario = load_scenario("baseline")
    if effect is not None:
        name, kind, size = effect
        lever = make_lever(
            {name: {kind: size}}, "2016-01", "2019-12", where={"tiers": list(tiers)}, no_cost="a test"
        )
        scenario = with_overrides(scenario, {"levers.shock": lever})
    return simulate(scenario, scale=SCALE, end="2019-06", seed=seed, tables="places", cache=CACHE).places


def change(effect: tuple[str, str, float], shocked: tuple[str, ...], seen: tuple[str, ...]) -> pd.Series:
    """Log changes of work, people, jobs and wages in the tiers ``seen`` in the third year, over seeds."""
    people = [*WORKING, *SEARCHING, *(AT_HOME if seen == HOME else ())]
    found = []
    for seed in SEEDS:
        both = []
        for table in (places(seed), places(seed, effect, shocked)):
            rows = table[table.tier.isin(seen) & table.month.between(*THIRD_YEAR)]
            work = rows[WORKING].sum(axis=1)
            both.append(
                {
                    "work": np.log(work.sum()),
                    "people": np.log(rows[people].to_numpy().sum()),
                    "jobs": np.log(work.sum() + rows.vacancies.sum()),
                    "wage": np.average(np.log(rows.wage_index), weights=work),
                }
            )
        found.append(pd.Series(both[1]) - pd.Series(both[0]))
    return pd.concat(found, axis=1).mean(axis=1)


@pytest.mark.parametrize("seen", [AWAY, HOME], ids=["away", "home"])
def test_an_inflow_of_one_percent_moves_the_wage_by_a_fifth_of_a_percent(seen):
    """Away is worth less: people stay at home, and wages rise where they leave and fall where they stay."""
    found = change(("amenity_shift", "add", -0.3), AWAY, seen)
    assert abs(found.people) > 0.02  # enough to be measured
    assert np.sign(found.people) == (1.0 if seen == HOME else -1.0)
    assert -0.4 < found.wage / found.people < -0.1
    assert 0.7 < found.work / found.people < 1.1  # jobs follow people


def test_counties_answer_an_inflow_as_cities_do():
    found = change(("amenity_shift", "add", -0.3), COUNTY, COUNTY)
    assert found.people < -0.05
    assert -0.4 < found.wage / found.people < -0.1


@pytest.mark.parametrize("tiers", [AWAY, COUNTY, HOME], ids=["away", "counties", "home"])
def test_dearer_workers_cost_jobs_at_half_the_rate(tiers):
    """Employers pay a tenth more than wages: jobs fall by 3 to 8 % of it, and part is passed on to wages."""
    found = change(("payroll_cost_share", "add", 0.1), tiers, tiers)
    rise = np.log(1.1)
    assert -0.8 < found.work / rise < -0.3
    assert -rise < found.wage < -0.02
    kind = "local" if tiers == HOME else "city"
    following = DEFAULTS[f"{kind}_jobs_people_elasticity"]
    at_given_people = (found.jobs - following * found.people) / (rise + found.wage)
    assert at_given_people == pytest.approx(-DEFAULTS["labour_demand_elasticity"], abs=0.2)


def test_a_payroll_cost_elsewhere_changes_little_at_home():
    found = change(("payroll_cost_share", "add", 0.1), AWAY, HOME)
    assert abs(found.wage) < 0.04
    assert found.people > 0.0  # who loses by it stays at home
